/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "elf-image.h"
#include "elf/private.h"
#include "unit.h"

#ifdef HAVE_LIBLZMA
#include <lzma.h>
#endif

#define FUNC(bind) ELF64_ST_INFO(STB_##bind, STT_FUNC)
#define T(x) (IMAGE_TEXT + (x))
#define NOTE_DESC 0x410 /* the build-id, ab cd ef 01, in an image */

static const struct image_symbol dynamic[] = {
	{ "exported", FUNC(GLOBAL), 0, IMAGE_S_TEXT, T(0x10), 16, 0 },
	{ .name = NULL },
};
static const struct image_symbol all[] = {
	{ "helper.c", ELF64_ST_INFO(STB_LOCAL, STT_FILE), 0, SHN_ABS, 0, 0, 0 },
	{ "helper", FUNC(LOCAL), 0, IMAGE_S_TEXT, T(0x40), 16, 0 },
	{ "exported", FUNC(GLOBAL), 0, IMAGE_S_TEXT, T(0x10), 16, 0 },
	{ "moved", FUNC(GLOBAL), 0, 77, T(0x60), 16, 0 }, /* a section of the debug file's */
	{ .name = NULL },
};
static const struct image stripped = { .dynsym = dynamic };
static const struct image unstripped = { .dynsym = dynamic, .symtab = all };
static const struct image split_off = { .symtab = all };

static char top[] = "/tmp/uctl-debugfile.XXXXXX";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void make_top(void)
{
	memcpy(top + sizeof(top) - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(top));
}

static void remove_top(void)
{
	nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* top + path, its directories made. */
static char *place(const char *path)
{
	char *full = xasprintf("%s%s", top, path);

	for (char *p = full + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(full, 0755);
		*p = '/';
	}
	return full;
}

static void put_file(const char *path, const struct buf *b)
{
	auto_free char *full = place(path);
	auto_close int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, b->p, b->len), (ssize_t)b->len);
}

static void put_link(const struct image *i, struct buf *b, const char *name, uint32_t crc)
{
	char bytes[64] = "";
	size_t at = (strlen(name) + 4) & ~3UL;

	strcpy(bytes, name);
	memcpy(bytes + at, &crc, 4); /* images of these tests are little endian, as x86 is */
	image_put_section(i, b, ".gnu_debuglink", bytes, at + 4);
}

/* What is in no debug file: segments with other places, sections without bytes. */
static void make_debug(struct buf *b)
{
	image_make(&split_off, b);
	image_poke_phdr(&split_off, b, IMAGE_P_TEXT, p_offset, 0x3000);
	image_poke_phdr(&split_off, b, IMAGE_P_TEXT, p_filesz, 0);
	image_poke_shdr(&split_off, b, IMAGE_S_TEXT, sh_type, SHT_NOBITS);
	image_poke_shdr(&split_off, b, IMAGE_S_TEXT, sh_offset, 0x260);
}

static void no_build_id(struct buf *b)
{
	memset(b->p + NOTE_DESC - 4, 'x', 4); /* no longer GNU's */
}

static struct elffile *open_main(const struct buf *b)
{
	struct elffile *f = NULL;
	auto_free char *full = place("/usr/bin/app");

	put_file("/usr/bin/app", b);
	ck_assert_int_eq(elffile_open_fd(open(full, O_RDONLY), "/usr/bin/app", &f, NULL), 0);
	debugfile_set_root(f, top);
	return f;
}

/* helper is a name that only the debug file has; its place is the main file's business. */
static void expect_helper(struct elffile *f, enum symbol_source source)
{
	auto_free const struct symbol **s = NULL, **same = NULL;
	const struct symbol *list;
	uint64_t off;
	size_t n;

	ck_assert_int_eq(symtab_find(f, "helper", &s, &n, NULL), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(s[0]->source, source);
	ck_assert(s[0]->is_code);
	ck_assert_uint_eq(s[0]->offset, 0x1040);
	ck_assert_str_eq(s[0]->file, "helper.c");
	ck_assert_int_eq(symtab_find(f, "exported", &same, &n, NULL), 0);
	ck_assert_uint_eq(n, 1); /* what both have is one symbol */
	ck_assert_int_eq(same[0]->source, SYMBOL_DYNSYM);
	ck_assert_int_eq(symtab_all(f, &list, &n, NULL), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(symtab_at(f, 0x1068, &off)->name, "moved");
	ck_assert_uint_eq(off, 8);
	ck_assert_ptr_null(debugfile_missing(f));
}

static void expect_no_helper(struct elffile *f, const char *missing)
{
	auto_free const struct symbol **s = NULL;
	size_t n;

	ck_assert_int_eq(symtab_find(f, "helper", &s, &n, NULL), 0);
	ck_assert_uint_eq(n, 0);
	ck_assert_ptr_null(debugfile_in_use(f));
	ck_assert_ptr_nonnull(debugfile_missing(f));
	ck_assert_ptr_nonnull(strstr(debugfile_missing(f), missing));
}

static const struct {
	const char *debug; /* where the debug file is */
	const char *link;  /* .gnu_debuglink; NULL: none */
	bool found;
} places[] = {
	{ "/usr/lib/debug/.build-id/ab/cdef01.debug", NULL, true },
	{ "/usr/lib/debug/.build-id/ab/cdef01.debug", "other", true },
	{ "/usr/lib/debug/.build-id/ab/cdef01", NULL, false },
	{ "/usr/bin/app.dbg", "app.dbg", true },
	{ "/usr/bin/.debug/app.dbg", "app.dbg", true },
	{ "/usr/lib/debug/usr/bin/app.dbg", "app.dbg", true },
	{ "/usr/lib/debug/bin/app.dbg", "app.dbg", true },
	{ "/usr/lib/debug/usr/bin/app.debug", NULL, true },
	{ "/usr/lib/debug/usr/bin/app.debug", "app.dbg", false },
	{ "/usr/lib/app.dbg", "app.dbg", false },
	{ "/usr/bin/x/app.dbg", "x/app.dbg", false },
};

START_TEST(debug_files_are_where_distributions_put_them)
{
	auto_buf b = BUF_INIT, debug = BUF_INIT;
	auto_free char *shown = xasprintf("%s%s", top, places[_i].debug);
	auto_elffile struct elffile *f = NULL;

	make_debug(&debug);
	put_file(places[_i].debug, &debug);
	image_make(&stripped, &b);
	if (places[_i].link)
		put_link(&stripped, &b, places[_i].link, 0);
	f = open_main(&b);
	if (places[_i].found) {
		expect_helper(f, SYMBOL_DEBUG);
		ck_assert_str_eq(debugfile_in_use(f), shown);
	} else {
		expect_no_helper(f, "install its debug symbols");
	}
}
END_TEST

/* Both the lookup that streams and the list: expect_helper() begins with the first. */
START_TEST(the_list_alone_finds_them_too)
{
	auto_buf b = BUF_INIT, debug = BUF_INIT;
	auto_elffile struct elffile *f = NULL;
	const struct symbol *list;
	size_t n;

	make_debug(&debug);
	put_file("/usr/lib/debug/.build-id/ab/cdef01.debug", &debug);
	image_make(&stripped, &b);
	f = open_main(&b);
	ck_assert_int_eq(symtab_all(f, &list, &n, NULL), 0);
	expect_helper(f, SYMBOL_DEBUG);
}
END_TEST

START_TEST(the_build_id_decides)
{
	auto_buf b = BUF_INIT, debug = BUF_INIT;
	auto_elffile struct elffile *f = NULL;

	make_debug(&debug);
	debug.p[NOTE_DESC + (_i ? 3 : 0)] ^= 1; /* its last byte, its first */
	put_file("/usr/lib/debug/.build-id/ab/cdef01.debug", &debug);
	put_file("/usr/bin/app.dbg", &debug);
	image_make(&stripped, &b);
	put_link(&stripped, &b, _i ? "cdef01.debug" : "app.dbg", 0);
	f = open_main(&b);
	expect_no_helper(f, _i ? "symbols (build-id abcdef01)"
			       : "symbols: app.dbg (build-id abcdef01)");
}
END_TEST

/* The checksum is that of zlib; this one was computed by python's. */
START_TEST(without_a_build_id_the_checksum_decides)
{
	static const char text[] = "123456789";
	auto_buf b = BUF_INIT, debug = BUF_INIT;
	auto_elffile struct elffile *f = NULL;
	uint32_t crc;

	ck_assert_uint_eq(elf_crc32(0, text, 9), 0xcbf43926);
	make_debug(&debug);
	no_build_id(&debug);
	put_file("/usr/bin/app.dbg", &debug);
	crc = elf_crc32(0, debug.p, debug.len);
	image_make(&stripped, &b);
	no_build_id(&b);
	put_link(&stripped, &b, "app.dbg", crc ^ (_i == 0 ? 0 : 0x100));
	f = open_main(&b);
	if (_i == 0)
		expect_helper(f, SYMBOL_DEBUG);
	else
		expect_no_helper(f, "app.dbg");
}
END_TEST

static void as_other_machine(struct buf *b)
{
	b->p[offsetof(Elf64_Ehdr, e_machine)] = EM_PPC;
}

static void as_script(struct buf *b)
{
	memcpy(b->p, "#!/b", 4);
}

static void without_names(struct buf *b)
{
	image_poke_shdr(&split_off, b, IMAGE_S_SYMTAB, sh_type, SHT_NULL);
}

static void outside(struct buf *b)
{
	image_poke_shdr(&split_off, b, IMAGE_S_SYMTAB, sh_offset, 0x7fffffff);
}

static void (*const unfit[])(struct buf *) = { as_other_machine, as_script, without_names,
					       outside };

START_TEST(what_does_not_fit_is_passed_over)
{
	auto_buf b = BUF_INIT, good = BUF_INIT, bad = BUF_INIT;
	auto_elffile struct elffile *f = NULL;

	make_debug(&good);
	buf_add(&bad, good.p, good.len);
	unfit[_i](&bad);
	put_file("/usr/lib/debug/.build-id/ab/cdef01.debug", &bad);
	put_file("/usr/bin/.debug/app.dbg", &good);
	image_make(&stripped, &b);
	put_link(&stripped, &b, "app.dbg", 0);
	f = open_main(&b);
	expect_helper(f, SYMBOL_DEBUG);
}
END_TEST

START_TEST(links_stay_below_the_root)
{
	auto_buf b = BUF_INIT, debug = BUF_INIT;
	auto_free char *link = place("/usr/lib/debug/.build-id/ab/cdef01.debug");
	auto_elffile struct elffile *f = NULL;

	make_debug(&debug);
	put_file("/usr/lib/debug/usr/lib64/app-1.0.debug", &debug);
	ck_assert_int_eq(symlink("/usr/lib/debug/usr/lib64/app-1.0.debug", link), 0);
	image_make(&stripped, &b);
	f = open_main(&b);
	expect_helper(f, SYMBOL_DEBUG);
}
END_TEST

START_TEST(a_file_with_all_its_names_needs_none)
{
	auto_buf b = BUF_INIT, debug = BUF_INIT;
	auto_elffile struct elffile *f = NULL;

	make_debug(&debug);
	put_file("/usr/lib/debug/.build-id/ab/cdef01.debug", &debug);
	image_make(&unstripped, &b);
	f = open_main(&b);
	ck_assert_int_eq(elf_tables_find(f, NULL), 0);
	ck_assert_ptr_null(debugfile_in_use(f));
	ck_assert_ptr_null(debugfile_missing(f));
}
END_TEST

/* elf-facts 1.3: the main file was moved up by prelink, its debug file was not. */
START_TEST(a_prelinked_file_has_moved)
{
	auto_buf b = BUF_INIT, debug = BUF_INIT;
	auto_elffile struct elffile *f = NULL;

	make_debug(&debug);
	image_poke_shdr(&split_off, &debug, IMAGE_S_TEXT, sh_addr, IMAGE_TEXT - 0x20);
	put_file("/usr/lib/debug/.build-id/ab/cdef01.debug", &debug);
	image_make(&stripped, &b);
	f = open_main(&b);
	{
		auto_free const struct symbol **s = NULL;
		size_t n;

		ck_assert_int_eq(symtab_find(f, "helper", &s, &n, NULL), 0);
		ck_assert_uint_eq(s[0]->vaddr, T(0x60));
		ck_assert_uint_eq(s[0]->offset, 0x1060);
	}
}
END_TEST

#ifdef HAVE_LIBLZMA
static void compress(const struct buf *from, struct buf *to)
{
	size_t len = 0, room = lzma_stream_buffer_bound(from->len);

	ck_assert_int_eq(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, NULL, (void *)from->p,
						 from->len, (void *)buf_reserve(to, room), &len,
						 room), LZMA_OK);
	to->len += len;
}

static void make_mini(struct buf *main, size_t cut, size_t damage)
{
	auto_buf debug = BUF_INIT, xz = BUF_INIT;

	make_debug(&debug);
	compress(&debug, &xz);
	if (damage)
		xz.p[damage] ^= 0x55;
	image_make(&stripped, main);
	image_put_section(&stripped, main, ".gnu_debugdata", xz.p, xz.len - cut);
}

START_TEST(compressed_names_are_read)
{
	auto_buf b = BUF_INIT;
	auto_elffile struct elffile *f = NULL;

	make_mini(&b, 0, 0);
	f = open_main(&b);
	expect_helper(f, SYMBOL_MINIDEBUG);
	ck_assert_str_eq(debugfile_in_use(f), "MiniDebugInfo");
}
END_TEST

START_TEST(damaged_compressed_names_are_said_to_be)
{
	static const struct { size_t cut, damage; } how[] = { { 1, 0 }, { 40, 0 }, { 0, 30 },
							      { 0, 2 } };
	auto_buf b = BUF_INIT;
	auto_elffile struct elffile *f = NULL;

	make_mini(&b, how[_i].cut, how[_i].damage);
	f = open_main(&b);
	expect_no_helper(f, "damaged");
}
END_TEST
#else
START_TEST(compressed_names_are_reported)
{
	auto_buf b = BUF_INIT;
	auto_elffile struct elffile *f = NULL;

	image_make(&stripped, &b);
	image_put_section(&stripped, &b, ".gnu_debugdata", "\3757zXZ", 6);
	f = open_main(&b);
	expect_no_helper(f, "liblzma");
}
END_TEST
#endif

static void fill(TCase *c)
{
	tcase_add_checked_fixture(c, make_top, remove_top);
	tcase_add_loop_test(c, debug_files_are_where_distributions_put_them, 0,
			    ARRAY_SIZE(places));
	tcase_add_test(c, the_list_alone_finds_them_too);
	tcase_add_loop_test(c, the_build_id_decides, 0, 2);
	tcase_add_loop_test(c, without_a_build_id_the_checksum_decides, 0, 2);
	tcase_add_loop_test(c, what_does_not_fit_is_passed_over, 0, ARRAY_SIZE(unfit));
	tcase_add_test(c, links_stay_below_the_root);
	tcase_add_test(c, a_file_with_all_its_names_needs_none);
	tcase_add_test(c, a_prelinked_file_has_moved);
#ifdef HAVE_LIBLZMA
	tcase_add_test(c, compressed_names_are_read);
	tcase_add_loop_test(c, damaged_compressed_names_are_said_to_be, 0, 4);
#else
	tcase_add_test(c, compressed_names_are_reported);
#endif
}

UNIT_MAIN("debugfile", fill)
