/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * make-image KIND FILE: an ELF file for the golden tests, the same on every machine and with
 * every compiler, so that offsets and sizes can stand in what is expected.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../unit/elf-image.h"

#define T(x) (IMAGE_TEXT + (x))
#define D(x) (IMAGE_BASE + 0x8c00 + (x))
#define INFO(bind, type) ELF64_ST_INFO(STB_##bind, STT_##type)
#define FUNC(name, at, size) { name, INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(at), size, 0 }
#define LOCAL(name, at, size) { name, INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(at), size, 0 }
#define SOURCE(name) { name, INFO(LOCAL, FILE), 0, SHN_ABS, 0, 0, 0 }
#define END { .name = NULL }

static const struct image_symbol app_dynsym[] = {
	{ "puts", INFO(GLOBAL, FUNC), 0, SHN_UNDEF, 0, 0, 0 },
	{ "memo", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x200), 32, 2 | 0x8000 },
	{ "memo", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x220), 32, 3 },
	{ "swift", INFO(GLOBAL, GNU_IFUNC), 0, IMAGE_S_TEXT, T(0x300), 16, 0 },
	{ "in_rodata", INFO(GLOBAL, FUNC), 0, IMAGE_S_RODATA, IMAGE_BASE + 0x800, 16, 0 },
	{ "in_bss", INFO(GLOBAL, FUNC), 0, IMAGE_S_BSS, IMAGE_BASE + 0x8e10, 16, 0 },
	{ "beyond", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x100000), 16, 0 },
	END,
};
static const struct image_symbol app_symtab[] = {
	SOURCE("net.c"),
	LOCAL("helper", 0x40, 34),
	SOURCE("disk.c"),
	LOCAL("helper", 0x80, 51),
	SOURCE("swift.c"),
	LOCAL("__swift_avx2", 0x320, 16),
	LOCAL("__swift_sse2", 0x340, 16),
	FUNC("handle", 0x100, 64),
	FUNC("handle_alias", 0x100, 64),
	FUNC("main", 0x180, 100),
	FUNC("evil\x1b[31m\u00fc", 0x280, 16),
	{ "counter", INFO(GLOBAL, OBJECT), 0, IMAGE_S_DATA, D(0x10), 4, 0 },
	END,
};
/* Another file with functions of the same names. */
static const struct image_symbol lib_dynsym[] = {
	FUNC("handle", 0x100, 64),
	FUNC("close_it", 0x140, 32),
	END,
};

#define GO_MARK(name, at) { name, INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(at), 0, 0 }
static const struct image_symbol go_symtab[] = {
	GO_MARK("runtime.text", 0x100),
	FUNC("main.work", 0x120, 32),
	FUNC("main.sum.abi0", 0x140, 32),
	FUNC("gogo", 0x160, 32),
	FUNC("main.(*T).Close", 0x180, 16),
	FUNC("main.(*bufT).Close", 0x190, 16),
	FUNC("main.max[go.shape.int]", 0x1a0, 16),
	FUNC("main.max[go.shape.struct { X int }]", 0x1b0, 16),
	GO_MARK("runtime.etext", 0x200),
	FUNC("in_c", 0x240, 32),
	END,
};

static const struct kind {
	const char *name;
	struct image image;
} kinds[] = {
	{ "app", { .dynsym = app_dynsym, .symtab = app_symtab } },
	{ "lib", { .dynsym = lib_dynsym } },
	{ "go", { .symtab = go_symtab, .go = "go1.21.3" } },
	{ "go-arm64", { .symtab = go_symtab, .go = "go1.28.1", .machine = EM_AARCH64 } },
	{ "go-s390x", { .symtab = go_symtab, .go = "go1.26", .machine = EM_S390,
			.data = ELFDATA2MSB } },
	{ "go-1.16", { .symtab = go_symtab, .go = "go1.16.15", .go_pointers = true } },
	{ "go-unknown", { .symtab = go_symtab, .go = "" } },
	{ "stripped", { .no_sections = true } },
	{ "i386", { .dynsym = lib_dynsym, .machine = EM_386, .elf_class = ELFCLASS32 } },
	{ "arm64", { .dynsym = lib_dynsym, .machine = EM_AARCH64 } },
	{ "mips", { .dynsym = lib_dynsym, .machine = EM_MIPS, .elf_class = ELFCLASS32,
		    .data = ELFDATA2MSB } },
	{ "sparc", { .dynsym = lib_dynsym, .machine = EM_SPARCV9, .data = ELFDATA2MSB } },
};

static const struct image *image;
static const char *file;

START_TEST(make)
{
	auto_buf bytes = BUF_INIT;
	FILE *out = fopen(file, "w");

	ck_assert_ptr_nonnull(out);
	image_make(image, &bytes);
	ck_assert_uint_eq(fwrite(bytes.p, 1, bytes.len, out), bytes.len);
	ck_assert_int_eq(fclose(out), 0);
}
END_TEST

/* As a test, since image_make() asserts. */
static int run(void)
{
	Suite *suite = suite_create("make-image");
	TCase *cases = tcase_create("make-image");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, cases);
	tcase_add_test(cases, make);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			image = &kinds[i].image;
	if (!image)
		return 2;
	file = argv[2];
	return run();
}
