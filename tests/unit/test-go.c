/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a file is Go's, of which version, and what argN is by it, on files of each machine. */
#include <string.h>

#include "base/xalloc.h"
#include "elf-image.h"
#include "elf/go.h"
#include "probe/abi-go.h"
#include "resolve/convention.h"
#include "unit.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define INFO(bind, type) ELF64_ST_INFO(STB_##bind, STT_##type)
#define FUNC(name, at) { name, INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, IMAGE_TEXT + (at), 16, 0 }
#define MARK(name, at) { name, INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, IMAGE_TEXT + (at), 0, 0 }

static const struct image_symbol symbols[] = {
	MARK("runtime.text", 0x100),
	FUNC("main.work", 0x120),
	FUNC("main.sum.abi0", 0x140),
	FUNC("type:.eq.main.T", 0x160),
	FUNC("gogo", 0x180),
	MARK("runtime.etext", 0x200),
	FUNC("in_c", 0x240),
	FUNC("in_c.part.0", 0x260),
	{ .name = NULL },
};

static const struct machine {
	const char *name;
	uint16_t machine;
	uint8_t elf_class, data;
} machines[] = {
	{ "amd64", EM_X86_64, 2, 1 },	{ "386", EM_386, 1, 1 },
	{ "arm64", EM_AARCH64, 2, 1 },	{ "arm", EM_ARM, 1, 1 },
	{ "riscv64", EM_RISCV, 2, 1 },	{ "ppc64le", EM_PPC64, 2, 1 },
	{ "s390x", EM_S390, 2, 2 },	{ "loong64", EM_LOONGARCH, 2, 1 },
	{ "mips", EM_MIPS, 1, 2 },	{ "mips64", EM_MIPS, 2, 2 },
};

static struct image image_of(const char *machine, const char *version, bool pointers)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (strcmp(machines[i].name, machine) == 0)
			return (struct image){
				.symtab = symbols, .machine = machines[i].machine,
				.elf_class = machines[i].elf_class, .data = machines[i].data,
				.go = version, .go_pointers = pointers,
			};
	ck_abort_msg("no machine %s", machine);
}

static const struct {
	const char *text;
	unsigned minor;
	bool is_devel, is_gccgo, has_own_abi;
} versions[] = {
	{ .text = "go1.19.8", .minor = 19 },
	{ .text = "go1.26", .minor = 26 },
	{ .text = "go1.18rc1", .minor = 18 },
	{ .text = "go1.22.3 (Red Hat 1.22.3-1.el9)", .minor = 22 },
	{ .text = "go1.20.1b7 X:boringcrypto", .minor = 20 },
	{ .text = "go1.17.5 X:noregabi", .minor = 17, .has_own_abi = true },
	{ .text = "go1.18 X:regabiargs,unified", .minor = 18, .has_own_abi = true },
	{ .text = "devel go1.20-deb8c29000 Mon Aug 15", .minor = 20, .is_devel = true },
	{ .text = "devel +a1b2c3 Mon Jan 1", .minor = 0, .is_devel = true },
	{ .text = "go1.26-devel_a1b2c3 Mon Jan 1", .minor = 26, .is_devel = true },
	{ .text = "go1.26rc1", .minor = 26 },
	{ .text = "go1.24.3 X:nocoverageredesign", .minor = 24 },
	{ .text = "go1.26.11-X:nodwarf5", .minor = 26 },
	{ .text = "go1.26.11-X:nodwarf5,noregabiargs", .minor = 26, .has_own_abi = true },
	{ .text = "go1.27-devel_a1b2c3-X:noregabi", .minor = 27, .is_devel = true,
	  .has_own_abi = true },
	{ .text = "go1.20-20230317-RC00 cl/517361208 +7fcf2d2f41 X:fieldtrack", .minor = 20 },
	{ .text = "go1.18 gccgo (GCC) 12.2.0 linux/amd64", .minor = 18, .is_gccgo = true },
	{ .text = "go1", .minor = 0 },
	{ .text = "go1.", .minor = 0 },
	{ .text = "go2.1", .minor = 0 },
	{ .text = "go1.99999999999999999999", .minor = 0 },
	{ .text = "go1.4000", .minor = 0 },
	{ .text = "go1.-26", .minor = 0 },
	{ .text = "go1. 26", .minor = 0 },
	{ .text = "go1.0x1a", .minor = 0 },
	{ .text = "GO1.26", .minor = 0 },
	{ .text = " go1.26", .minor = 0 },
	{ .text = "X:", .minor = 0 },
	{ .text = "devel", .minor = 0, .is_devel = true },
	{ .text = "devel ", .minor = 0, .is_devel = true },
	{ .text = "%s%n$*", .minor = 0 },
	{ .text = "1.19", .minor = 0 },
};

START_TEST(reads_versions)
{
	for (unsigned form = 0; form < 2 * ARRAY_SIZE(machines); form++) {
		const struct image image = image_of(machines[form / 2].name, versions[_i].text,
						    form % 2);
		auto_elffile struct elffile *elf = image_open(&image);
		const struct elf_go *go = elf_go(elf);

		ck_assert_str_eq(go->shown_by, ".go.buildinfo");
		ck_assert_str_eq(go->version, versions[_i].text);
		ck_assert_uint_eq(go->minor, versions[_i].minor);
		ck_assert(go->is_devel == versions[_i].is_devel);
		ck_assert(go->is_gccgo == versions[_i].is_gccgo);
		ck_assert(go->has_own_abi == versions[_i].has_own_abi);
		ck_assert_uint_eq(go->text, IMAGE_TEXT + 0x100);
		ck_assert_uint_eq(go->etext, IMAGE_TEXT + 0x200);
		ck_assert_ptr_eq(elf_go(elf), go);
	}
}
END_TEST

/* One byte of .go.buildinfo (at 0x800) changed; no version must come of it. */
static const struct {
	bool pointers;
	uint16_t at;
	uint8_t byte;
} damages[] = {
	{ false, 0, 'x' },  { false, 13, ';' },  { false, 32, 0 },    { false, 32, 0xff },
	{ false, 32, 100 }, { false, 33, 0x1b }, { false, 35, 0xc3 }, { true, 13, 0 },
	{ true, 14, 4 },    { true, 14, 0 },     { true, 15, 1 },     { true, 16, 0xff },
	{ true, 23, 0x80 }, { true, 19, 0x70 },  { true, 0x43, 0x7f }, { true, 0x47, 0xff },
	{ true, 0x48, 0 },  { true, 0x49, 1 },   { true, 0x4f, 0x80 }, { true, 0x60, 0x07 },
};

START_TEST(believes_nothing)
{
	const struct image image = image_of("amd64", "go1.19.8", damages[_i].pointers);
	auto_elffile struct elffile *elf = NULL;
	const struct elf_go *go;
	auto_buf b = BUF_INIT;

	image_make(&image, &b);
	b.p[0x800 + damages[_i].at] = (char)damages[_i].byte;
	if (damages[_i].at == 16) /* past the segment's end, not just elsewhere in it */
		b.p[0x800 + 17] = (char)damages[_i].byte;
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &elf, NULL), 0);
	go = elf_go(elf);
	ck_assert_str_eq(go->shown_by, ".go.buildinfo");
	ck_assert_str_eq(go->version, "");
	ck_assert_uint_eq(go->minor, 0);
}
END_TEST

START_TEST(knows_who_is_not_go)
{
	const struct image plain = image_of("amd64", NULL, false);
	static const struct image_symbol end_only[] = {
		MARK("runtime.etext", 0x200), { .name = NULL },
	};
	struct image bare = plain;
	auto_elffile struct elffile *elf = image_open(&plain);
	auto_elffile struct elffile *stripped = NULL, *half = NULL;

	bare.symtab = NULL;
	bare.go = "go1.19";
	stripped = image_open(&bare);
	ck_assert_ptr_null(elf_go(elf)->shown_by);
	ck_assert_uint_eq(elf_go(elf)->etext, 0);
	ck_assert_uint_eq(elf_go(stripped)->minor, 19);
	ck_assert_uint_eq(elf_go(stripped)->etext, 0);
	bare.symtab = end_only;
	half = image_open(&bare);
	ck_assert_uint_eq(elf_go(half)->etext, 0);
}
END_TEST

/* In `want` a line that begins with '!' is what the refusal says. */
static const struct {
	const char *machine, *version, *symbol;
	unsigned n;
	const char *want;
} golden[] = {
	/* The version before registers, and the one that has them: first, last, on the stack. */
	{ "amd64", "go1.16.15", "main.work", 1, "+8(%sp)" },
	{ "amd64", "go1.16.15", "main.work", 3, "+24(%sp)" },
	{ "amd64", "go1.17", "main.work", 1, "%ax" },
	{ "amd64", "go1.17", "main.work", 4, "%di" },
	{ "amd64", "go1.17", "main.work", 9, "%r11" },
	{ "amd64", "go1.17", "main.work", 10, "+8(%sp)" },
	{ "amd64", "go1.26", "main.work", 2, "%bx" },
	{ "arm64", "go1.17.13", "main.work", 1, "+8(%sp)" },
	{ "arm64", "go1.18", "main.work", 1, "%x0" },
	{ "arm64", "go1.18", "main.work", 16, "%x15" },
	{ "arm64", "go1.18", "main.work", 17, "+8(%sp)" },
	{ "ppc64le", "go1.17", "main.work", 1, "+32(%r1)" },
	{ "ppc64le", "go1.18", "main.work", 9, "%r14" },
	{ "ppc64le", "go1.18", "main.work", 13, "+32(%r1)" },
	{ "riscv64", "go1.18", "main.work", 2, "+16(%sp)" },
	{ "riscv64", "go1.19", "main.work", 8, "%a7" },
	{ "riscv64", "go1.19", "main.work", 9, "%s0" },
	{ "riscv64", "go1.19", "main.work", 16, "%s7" },
	{ "riscv64", "go1.19", "main.work", 17, "+8(%sp)" },
	{ "loong64", "go1.21", "main.work", 1, "+8(%r3)" },
	{ "loong64", "go1.22", "main.work", 1, "%r4" },
	{ "loong64", "go1.22", "main.work", 16, "%r19" },
	{ "s390x", "go1.25.1", "main.work", 1, "+8(%r15)" },
	{ "s390x", "go1.26", "main.work", 1, "%r2" },
	{ "s390x", "go1.26", "main.work", 8, "%r9" },
	{ "s390x", "go1.26", "main.work", 9, "+8(%r15)" },
	/* Never in registers, so whatever the version is. */
	{ "386", "go1.26", "main.work", 2, "+8(%sp)" },
	{ "386", "", "main.work", 1, "+4(%sp)" },
	{ "arm", "go1.26", "main.work", 1, "+4(%sp)" },
	{ "mips", "go1.26", "main.work", 1, "+4(%r29)" },
	{ "mips64", "go1.26", "main.work", 2, "+16(%r29)" },
	/* Assembly; what the compiler makes by itself; C. */
	{ "amd64", "go1.26", "main.sum.abi0", 1, "+8(%sp)" },
	{ "amd64", "", "main.sum.abi0", 2, "+16(%sp)" },
	{ "amd64", "go1.20", "type:.eq.main.T", 1, "%ax" },
	{ "amd64", "go1.20", "gogo", 1, "!gogo is none of its Go functions" },
	{ "amd64", "go1.20", NULL, 1, "!none of its Go functions" },
	{ "amd64", "go1.20", "in_c", 1, "%di" },
	{ "amd64", "go1.20", "in_c.part.0", 1, "%di" },
	{ "amd64", "go1.18 gccgo (GCC) 12.2.0 linux/amd64", "main.work", 1, "%di" },
	/* What cannot be told. */
	{ "amd64", "", "main.work", 1, "!of a version that it does not tell" },
	{ "amd64", "go1.17 X:noregabi", "main.work", 1, "!go1.17 X:noregabi" },
	{ "amd64", "devel +a1b2c3", "main.work", 1, "!devel +a1b2c3" },
	{ "amd64", "devel go1.17-abc", "main.work", 1, "!devel go1.17-abc" },
	{ "amd64", "devel go1.16-abc", "main.work", 1, "+8(%sp)" },
	{ "amd64", "devel go1.18-abc", "main.work", 1, "%ax" },
	{ "s390x", "devel go1.26-abc", "main.work", 1, "!devel go1.26-abc" },
	{ "s390x", "go1.26-devel_abc Mon", "main.work", 1, "!go1.26-devel_abc" },
	{ "s390x", "go1.27-devel_abc Mon", "main.work", 1, "%r2" },
	{ "s390x", "go1.26.1-X:noregabi", "main.work", 1, "!go1.26.1-X:noregabi" },
	/* No Go at all. */
	{ "amd64", NULL, "main.work", 1, "%di" },
	{ "s390x", NULL, "gogo", 1, "%r2" },
};

START_TEST(counts_arguments)
{
	const struct image image = image_of(golden[_i].machine, golden[_i].version, false);
	auto_elffile struct elffile *elf = image_open(&image);
	const struct abi *abi = abi_find(elf->machine, elf->elf_class);
	auto_free const struct symbol **found = NULL;
	struct convention c;
	struct err err = ERR_INIT;
	auto_buf got = BUF_INIT;
	size_t n = 1;
	int rc;

	if (golden[_i].symbol)
		ck_assert_int_eq(symtab_find(elf, golden[_i].symbol, &found, &n, NULL), 0);
	ck_assert_uint_eq(n, 1);
	rc = convention_find(elf, found ? found[0] : NULL, abi, &c, &err);
	if (*golden[_i].want == '!') {
		ck_assert_int_lt(rc, 0);
		ck_assert_msg(strstr(err.msg, golden[_i].want + 1), "%s", err.msg);
		return;
	}
	ck_assert_msg(rc == 0, "%s", err.msg);
	abi_format_arg(abi, c.call, golden[_i].n, 0, &got);
	ck_assert_str_eq(got.p, golden[_i].want);
}
END_TEST

/* Every register of a table is one that the kernel knows on that machine. */
START_TEST(tables_are_consistent)
{
	const struct abi *abi = abi_find(machines[_i].machine, machines[_i].elf_class);
	const struct abi_go *go = abi_go_find(abi);
	unsigned bits;

	ck_assert_ptr_nonnull(go);
	ck_assert_ptr_null(*go->stack.regs);
	ck_assert(!go->since == !go->regs.regs);
	for (const char *const *reg = go->regs.regs; reg && *reg; reg++)
		ck_assert_str_eq(abi_reg(abi, *reg, &bits), *reg);
	if (go->since) {
		ck_assert_uint_le(go->since, ABI_GO_NEWEST);
		ck_assert_int_eq(go->regs.first_on_stack, go->stack.first_on_stack);
	}
	/* Those on which tests/kernel/go.test was seen to pass. */
	ck_assert(go->proven == (abi->machine == EM_X86_64 || abi->machine == EM_386 ||
				 abi->machine == EM_AARCH64 || abi->machine == EM_RISCV));
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, reads_versions, 0, ARRAY_SIZE(versions));
	tcase_add_loop_test(c, believes_nothing, 0, ARRAY_SIZE(damages));
	tcase_add_test(c, knows_who_is_not_go);
	tcase_add_loop_test(c, counts_arguments, 0, ARRAY_SIZE(golden));
	tcase_add_loop_test(c, tables_are_consistent, 0, ARRAY_SIZE(machines));
}

UNIT_MAIN("go", fill)
