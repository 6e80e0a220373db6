/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "elf-image.h"
#include "elf/private.h"
#include "unit.h"

/* Both classes and both byte orders give one answer. */
static const struct image orders[] = {
	{ .elf_class = ELFCLASS64, .data = ELFDATA2LSB },
	{ .elf_class = ELFCLASS64, .data = ELFDATA2MSB, .machine = EM_S390 },
	{ .elf_class = ELFCLASS32, .data = ELFDATA2LSB, .machine = EM_386, .type = ET_EXEC },
	{ .elf_class = ELFCLASS32, .data = ELFDATA2MSB, .machine = EM_PPC },
	{ .elf_class = ELFCLASS64, .data = ELFDATA2LSB, .no_sections = true },
	{ .elf_class = ELFCLASS32, .data = ELFDATA2MSB, .machine = EM_MIPS,
	  .no_sections = true },
	{ .elf_class = ELFCLASS64, .data = ELFDATA2LSB, .big_counts = true },
	{ .elf_class = ELFCLASS32, .data = ELFDATA2MSB, .machine = EM_SPARC,
	  .big_counts = true },
};

static const struct {
	uint64_t vaddr, offset;
	int rc;           /* with sections */
	bool by_sections; /* without them it is code like any other */
	const char *says;
} places[] = {
	{ IMAGE_TEXT, 0x1000, 0, false, NULL },
	{ IMAGE_TEXT + 0xbff, 0x1bff, 0, false, NULL },
	{ IMAGE_TEXT + 0xc00, 0x1c00, -EINVAL, true, "section .rodata.x" },
	{ IMAGE_TEXT + 0xfff, 0x1fff, -EINVAL, true, "data" },
	{ IMAGE_TEXT + 0x1000, 0, -EFAULT, false, "no segment" },
	{ IMAGE_TEXT - 1, 0, -EFAULT, false, "no segment" },
	{ IMAGE_BASE + 0x810, 0x810, -EINVAL, false, "read-only data" },
	{ IMAGE_BASE + 0x8c00, 0x3c00, -EINVAL, false, "writable data" },
	{ IMAGE_BASE + 0x8e00, 0, -ENODATA, false, "bss" },
	{ IMAGE_BASE + 0x8fff, 0, -ENODATA, false, "bss" },
	{ IMAGE_BASE + 0x9000, 0, -EFAULT, false, "no segment" },
	{ 0, 0, -EFAULT, false, "no segment" },
	{ UINT64_MAX, 0, -EFAULT, false, "no segment" },
	{ 0x1200, 0, -EFAULT, false, "no segment" },
};

static void check_place(const struct elffile *f, size_t i)
{
	struct err err = ERR_INIT;
	int want = places[i].rc;
	uint64_t offset = 42, back = 42;
	int rc = elffile_vaddr_to_offset(f, places[i].vaddr, &offset, &err);

	if (places[i].by_sections && !f->priv->n_sections)
		want = 0;
	ck_assert_msg(rc == want, "0x%lx: %d, want %d: %s", (long)places[i].vaddr, rc, want,
		      err.msg);
	if (rc < 0) {
		ck_assert_msg(strstr(err.msg, places[i].says), "%s", err.msg);
		ck_assert_msg(err.hint[0], "no hint: %s", err.msg);
		ck_assert_uint_eq(offset, 42);
	} else {
		ck_assert_uint_eq(offset, places[i].offset);
		ck_assert_int_eq(elffile_check_offset(f, offset, &err), 0);
		ck_assert(elffile_offset_to_vaddr(f, offset, &back));
		ck_assert_uint_eq(back, places[i].vaddr);
		ck_assert(elffile_text_bias(f, offset, &back));
		ck_assert_uint_eq(back, IMAGE_TEXT - 0x1000);
	}
}

START_TEST(addresses_map_by_segments)
{
	auto_elffile struct elffile *f = image_open(&orders[_i]);
	auto_free char *id = elffile_build_id(f);

	ck_assert_uint_eq(f->n_segments, 4);
	ck_assert_str_eq(id, "abcdef01");
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		check_place(f, i);
}
END_TEST

static const struct {
	uint64_t offset;
	int rc;
	const char *says, *hint;
} offsets[] = {
	{ 0x1000, 0, NULL, NULL },
	{ 0x1bff, 0, NULL, NULL },
	{ 0x0, -EINVAL, "read-only data", "" },
	{ 0x1c00, -EINVAL, ".rodata.x", "" },
	{ 0x2000, -EINVAL, "read-only data", "" },
	{ 0x3c00, -EINVAL, "writable data", "" },
	{ 0x3e00, -EFAULT, "no segment maps", "*0x3e00 (but no segment" },
	{ IMAGE_SIZE, -ERANGE, "the file ends at 0x5000", "(but no segment" },
	{ IMAGE_TEXT, -ERANGE, "the file ends at 0x5000", "*0x402000" },
	{ UINT64_MAX, -ERANGE, "the file ends at", "(but no segment" },
};

START_TEST(offsets_are_checked)
{
	auto_elffile struct elffile *f = image_open(&orders[0]);
	struct err err = ERR_INIT;

	ck_assert_int_eq(elffile_check_offset(f, offsets[_i].offset, &err), offsets[_i].rc);
	if (offsets[_i].says) {
		ck_assert_msg(strstr(err.msg, offsets[_i].says), "%s", err.msg);
		ck_assert_msg(strstr(err.hint, offsets[_i].hint), "%s", err.hint);
	}
	if (offsets[_i].offset == IMAGE_TEXT)
		ck_assert_ptr_null(strstr(err.hint, "but no segment"));
}
END_TEST

/* lld maps one file page several times; the executable mapping is the one that counts. */
START_TEST(code_comes_first_where_segments_share_bytes)
{
	auto_buf b = BUF_INIT;
	auto_elffile struct elffile *f = NULL;
	const struct image *i = &orders[4];
	struct err err = ERR_INIT;
	uint64_t vaddr;

	image_make(i, &b);
	image_poke_phdr(i, &b, IMAGE_P_HEADERS, p_filesz, 0x1800);
	image_poke_phdr(i, &b, IMAGE_P_HEADERS, p_memsz, 0x1800);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), 0);
	ck_assert(elffile_offset_to_vaddr(f, 0x1400, &vaddr));
	ck_assert_uint_eq(vaddr, IMAGE_TEXT + 0x400);
	ck_assert_int_eq(elffile_check_offset(f, 0x1400, &err), 0);
}
END_TEST

START_TEST(writable_code_is_refused)
{
	auto_buf b = BUF_INIT;
	auto_elffile struct elffile *f = NULL;
	struct err err = ERR_INIT;
	uint64_t offset;

	image_make(&orders[0], &b);
	image_poke_phdr(&orders[0], &b, IMAGE_P_TEXT, p_flags, PF_R | PF_W | PF_X);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), 0);
	ck_assert_int_eq(elffile_vaddr_to_offset(f, IMAGE_TEXT, &offset, &err), -EINVAL);
	ck_assert_msg(strstr(err.msg, "writable as well"), "%s", err.msg);
	ck_assert_msg(strstr(err.hint, "never fire"), "%s", err.hint);
}
END_TEST

START_TEST(headers_in_an_executable_segment_are_data)
{
	auto_buf b = BUF_INIT;
	auto_elffile struct elffile *f = NULL;
	struct err err = ERR_INIT;

	image_make(&orders[4], &b);
	image_poke_phdr(&orders[4], &b, IMAGE_P_HEADERS, p_flags, PF_R | PF_X);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), 0);
	ck_assert_int_eq(elffile_check_offset(f, 0, &err), -EINVAL);
	ck_assert_msg(strstr(err.msg, "ELF headers"), "%s", err.msg);
	ck_assert_int_eq(elffile_check_offset(f, 0x50, &err), -EINVAL);
	ck_assert_int_eq(elffile_check_offset(f, 0x800, &err), 0);
}
END_TEST

START_TEST(a_cut_file_ends_where_it_ends)
{
	auto_buf b = BUF_INIT;
	auto_elffile struct elffile *f = NULL;
	struct err err = ERR_INIT;
	uint64_t offset;

	image_make(&orders[4], &b);
	ck_assert_int_eq(image_open_bytes(b.p, 0x1800, &f, &err), 0);
	ck_assert_int_eq(elffile_vaddr_to_offset(f, IMAGE_TEXT + 0x7ff, &offset, &err), 0);
	ck_assert_int_eq(elffile_vaddr_to_offset(f, IMAGE_TEXT + 0x800, &offset, &err),
			 -ERANGE);
	ck_assert_msg(strstr(err.msg, "the file ends at 0x1800"), "%s", err.msg);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	const char *says;
} strangers[] = {
	{ "", 0, "is empty" },
	{ "#!/bin/sh\nexit 0", 16, "a script: #!/bin/sh" },
	{ "hello", 5, "is not an ELF file" },
	{ "!<arch>\nfoo", 11, "a static library" },
	{ "/* GNU ld script", 16, "a text for the linker" },
	{ "\177ELF", 4, "damaged" },
	{ "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16, "ends within its header" },
	{ "\177ELF\3\1\1\0\0\0\0\0\0\0\0\0", 16, "bad class" },
	{ "\177ELF\2\3\1\0\0\0\0\0\0\0\0\0", 16, "byte order" },
};

START_TEST(other_files_are_told_apart)
{
	struct elffile *f = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(image_open_bytes(strangers[_i].bytes, strangers[_i].len, &f, &err),
			 -ENOEXEC);
	ck_assert_msg(strstr(err.msg, strangers[_i].says), "%s", err.msg);
	ck_assert_ptr_null(f);
}
END_TEST

/* One change each to a good file. */
static const struct {
	uint16_t type;
	int segment; /* -1: none */
	uint64_t offset, filesz, memsz;
	const char *says;
} refused[] = {
	{ ET_REL, -1, 0, 0, 0, "an object file or kernel module" },
	{ ET_CORE, -1, 0, 0, 0, "a core dump" },
	{ 0xfe00, -1, 0, 0, 0, "neither a program nor a library" },
	{ ET_DYN, IMAGE_P_TEXT, UINT64_MAX - 8, 0x1000, 0x1000, "impossible bounds" },
	{ ET_DYN, IMAGE_P_TEXT, 0x1000, 0x1000, 0x800, "impossible bounds" },
	{ ET_DYN, IMAGE_P_TEXT, 0x1000, 0x1000, UINT64_MAX, "impossible bounds" },
	{ ET_DYN, IMAGE_P_TEXT, 0x1000, 0, 0x1000, "debug information only" },
};

START_TEST(what_nobody_maps_is_refused)
{
	struct image i = { .type = refused[_i].type, .no_sections = true };
	int p = refused[_i].segment;
	struct elffile *f = NULL;
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	image_make(&i, &b);
	if (p >= 0) {
		image_poke_phdr(&i, &b, p, p_offset, refused[_i].offset);
		image_poke_phdr(&i, &b, p, p_filesz, refused[_i].filesz);
		image_poke_phdr(&i, &b, p, p_memsz, refused[_i].memsz);
	}
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), -ENOEXEC);
	ck_assert_msg(strstr(err.msg, refused[_i].says), "%s", err.msg);
}
END_TEST

START_TEST(a_file_without_segments_is_refused)
{
	struct elffile *f = NULL;
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	image_make(&orders[0], &b);
	for (unsigned p = 0; p < IMAGE_P_N; p++)
		image_poke_phdr(&orders[0], &b, p, p_type, PT_NULL);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), -ENOEXEC);
	ck_assert_msg(strstr(err.msg, "no loadable segment"), "%s", err.msg);
	image_put(&orders[0], &b, offsetof(Elf64_Ehdr, e_phoff), 8, IMAGE_SIZE - 8);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), -ENOEXEC);
	ck_assert_msg(strstr(err.msg, "outside the file"), "%s", err.msg);
}
END_TEST

/* eu-strip keeps the segments of a debug file; its sections have no bytes. */
START_TEST(a_debug_file_is_told_by_its_sections)
{
	struct elffile *f = NULL;
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	image_make(&orders[0], &b);
	image_poke_shdr(&orders[0], &b, IMAGE_S_TEXT, sh_type, SHT_NOBITS);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), -ENOEXEC);
	ck_assert_msg(strstr(err.msg, "debug information only"), "%s", err.msg);
}
END_TEST

/* A loader never looks at section headers: nonsense there is as good as none. */
START_TEST(damaged_sections_are_as_good_as_none)
{
	auto_elffile struct elffile *f = NULL;
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;
	uint64_t offset;

	image_make(&orders[0], &b);
	image_put(&orders[0], &b, offsetof(Elf64_Ehdr, e_shoff), 8, UINT64_MAX - 0x100);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), 0);
	ck_assert_uint_eq(f->priv->n_sections, 0);
	ck_assert_int_eq(elffile_vaddr_to_offset(f, IMAGE_TEXT, &offset, &err), 0);
	ck_assert_uint_eq(offset, 0x1000);
}
END_TEST

START_TEST(paths_that_are_no_files)
{
	static const struct {
		const char *path;
		int rc;
		const char *says;
	} paths[] = {
		{ "/nonexistent/file", -ENOENT, "no such file: /nonexistent/file" },
		{ "/dev/null/x", -ENOENT, "no such file" },
		{ "/", -EISDIR, "is a directory" },
		{ "/dev/null", -ENOEXEC, "is not a regular file" },
	};
	struct elffile *f = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct err err = ERR_INIT;

		ck_assert_int_eq(elffile_open(-1, paths[i].path, &f, &err), paths[i].rc);
		ck_assert_msg(strstr(err.msg, paths[i].says), "%s", err.msg);
	}
}
END_TEST

static void make_tree(char *dir)
{
	static const char *const links[][2] = {
		{ "/real", "absolute" }, { "../../real", "sub/up" },
		{ "loop", "loop" }, { "/sub", "dir" },
		{ "/etc/passwd", "out" }, { "/real", "sub/absolute" },
	};
	auto_close int top = -1;
	auto_close int file = -1;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	top = open(dir, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(mkdirat(top, "sub", 0700), 0);
	file = openat(top, "real", O_CREAT | O_WRONLY, 0600);
	ck_assert_int_eq(write(file, "R", 1), 1);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		ck_assert_int_eq(symlinkat(links[i][0], top, links[i][1]), 0);
}

static void remove_tree(const char *dir)
{
	static const char *const names[] = { "sub/up", "sub/absolute", "sub", "real", "absolute",
					     "loop", "dir", "out" };
	auto_close int top = open(dir, O_RDONLY | O_DIRECTORY);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlinkat(top, names[i], strcmp(names[i], "sub") == 0 ? AT_REMOVEDIR : 0);
	rmdir(dir);
}

static const struct {
	const char *path;
	int error;
} below[] = {
	{ "/real", 0 },	       { "/absolute", 0 },   { "/sub/up", 0 },
	{ "/dir/../real", 0 }, { "/../../real", 0 }, { "/./sub//../absolute", 0 },
	{ "/dir/up", 0 },      { "/out", ENOENT },   { "/loop", ELOOP },
	{ "/real/x", ENOTDIR }, { "/sub/absolute", 0 },
};

/* By openat2(2) and by our own walk for kernels without it: the same answers. */
START_TEST(links_stay_below_the_root)
{
	char dir[] = "/tmp/uctl-below-XXXXXX";
	auto_close int top = -1;

	make_tree(dir);
	top = open(dir, O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		auto_close int fd = elf_open_below(top, below[i].path, _i);
		char c = 0;

		if (below[i].error) {
			ck_assert_msg(fd == -below[i].error, "%s: %d", below[i].path, fd);
			continue;
		}
		ck_assert_msg(fd >= 0, "%s: %s", below[i].path, strerror(-fd));
		ck_assert_int_eq(read(fd, &c, 1), 1);
		ck_assert_int_eq(c, 'R');
	}
	remove_tree(dir);
}
END_TEST

START_TEST(a_root_changes_where_paths_lead)
{
	char dir[] = "/tmp/uctl-root-XXXXXX";
	struct elffile *f = NULL;
	struct err err = ERR_INIT;
	auto_close int top = -1;

	make_tree(dir);
	top = open(dir, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(elffile_open(top, "/proc/self/exe", &f, &err), -ENOENT);
	ck_assert_str_eq(err.msg, "no such file: /proc/self/exe");
	ck_assert_int_eq(elffile_open(top, "/absolute", &f, &err), -ENOEXEC);
	ck_assert_str_eq(err.msg, "/absolute is not an ELF file");
	remove_tree(dir);
}
END_TEST

START_TEST(this_program_is_a_program)
{
	auto_elffile struct elffile *f = NULL;
	auto_free char *machine = NULL;
	const char **needed = NULL;
	struct err err = ERR_INIT;
	struct stat st;
	bool libc = false;

	ck_assert_int_eq(elffile_open(-1, "/proc/self/exe", &f, &err), 0);
	ck_assert_int_eq(stat("/proc/self/exe", &st), 0);
	ck_assert(f->ino == st.st_ino && f->dev == st.st_dev);
	ck_assert_uint_eq(f->size, st.st_size);
	ck_assert_int_eq(f->mtime_ns / 1000000000, st.st_mtim.tv_sec);
	ck_assert(elffile_is_program(f));
	machine = elffile_machine_name(f);
	ck_assert_int_gt(strlen(machine), 0);
	ck_assert_int_eq(elf_needed(f, &needed, &err), 0);
	for (const char **n = needed; *n; n++)
		libc |= strncmp(*n, "libc.", 5) == 0;
	free(needed);
	ck_assert(libc);
}
END_TEST

START_TEST(machines_have_names)
{
	static const struct {
		struct image i;
		const char *name;
		bool is_program;
	} machines[] = {
		{ { .machine = EM_X86_64 }, "x86-64", false },
		{ { .machine = EM_X86_64, .elf_class = ELFCLASS32 }, "x32", false },
		{ { .machine = EM_386, .elf_class = ELFCLASS32, .type = ET_EXEC }, "i386",
		  true },
		{ { .machine = EM_AARCH64 }, "aarch64", false },
		{ { .machine = EM_RISCV }, "riscv64", false },
		{ { .machine = 0x1234 }, "machine 4660", false },
	};

	for (size_t k = 0; k < ARRAY_SIZE(machines); k++) {
		auto_elffile struct elffile *f = image_open(&machines[k].i);
		auto_free char *name = elffile_machine_name(f);

		ck_assert_str_eq(name, machines[k].name);
		ck_assert_int_eq(elffile_is_program(f), machines[k].is_program);
	}
}
END_TEST

START_TEST(needed_libraries_are_read)
{
	static const struct image_symbol one[] = {
		{ "f", ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, IMAGE_S_TEXT, IMAGE_TEXT, 4, 0 },
		{ .name = NULL },
	};
	struct image i = orders[_i];
	auto_elffile struct elffile *f = NULL;
	const char **needed = NULL;

	i.dynsym = one;
	f = image_open(&i);
	ck_assert_int_eq(elf_needed(f, &needed, NULL), 0);
	ck_assert_str_eq(needed[0], "libc.so");
	ck_assert_ptr_null(needed[1]);
	free(needed);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, addresses_map_by_segments, 0, ARRAY_SIZE(orders));
	tcase_add_loop_test(c, offsets_are_checked, 0, ARRAY_SIZE(offsets));
	tcase_add_test(c, code_comes_first_where_segments_share_bytes);
	tcase_add_test(c, writable_code_is_refused);
	tcase_add_test(c, headers_in_an_executable_segment_are_data);
	tcase_add_test(c, a_cut_file_ends_where_it_ends);
	tcase_add_loop_test(c, other_files_are_told_apart, 0, ARRAY_SIZE(strangers));
	tcase_add_loop_test(c, what_nobody_maps_is_refused, 0, ARRAY_SIZE(refused));
	tcase_add_test(c, a_file_without_segments_is_refused);
	tcase_add_test(c, a_debug_file_is_told_by_its_sections);
	tcase_add_test(c, damaged_sections_are_as_good_as_none);
	tcase_add_test(c, paths_that_are_no_files);
	tcase_add_loop_test(c, links_stay_below_the_root, 0, 2);
	tcase_add_test(c, a_root_changes_where_paths_lead);
	tcase_add_test(c, this_program_is_a_program);
	tcase_add_test(c, machines_have_names);
	tcase_add_loop_test(c, needed_libraries_are_read, 0, ARRAY_SIZE(orders));
}

UNIT_MAIN("elffile", fill)
