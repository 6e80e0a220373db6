/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What resolve/ refuses, what needs force, and what it remarks. */
#include <string.h>

#include "base/xalloc.h"
#include "elf-image.h"
#include "resolve/function.h"
#include "unit.h"

#define T(x) (IMAGE_TEXT + (x))
#define INFO(bind, type) ELF64_ST_INFO(STB_##bind, STT_##type)
#define FUNC(name, at, size) { name, INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(at), size, 0 }
#define SOURCE(name) { name, INFO(LOCAL, FILE), 0, SHN_ABS, 0, 0, 0 }
#define IMPORT(name) { name, INFO(GLOBAL, FUNC), 0, SHN_UNDEF, 0, 0, 0 }
#define END { .name = NULL }

static const struct image_symbol symtab[] = {
	FUNC("plain", 0x000, 16),       /* endbr64; push; nop5; movabs; pop; ret */
	FUNC("locked", 0x020, 8),       /* lock incl; ret */
	FUNC("unsized", 0x040, 0),
	FUNC("broken", 0x060, 4),       /* ret; 06: not an instruction */
	FUNC("data", 0x080, 4),         /* 06 */
	FUNC("one.constprop.0", 0x0a0, 1),
	FUNC("one.cold", 0x0b0, 1),
	FUNC("two.isra.0", 0x0c0, 1),
	FUNC("two.part.0", 0x0d0, 1),
	FUNC("both", 0x0e0, 1),
	FUNC("both.constprop.0", 0x0f0, 1),
	FUNC("frozen.cold", 0x100, 1),
	FUNC("renamed.llvm.123", 0x110, 1),
	FUNC("dotted.name", 0x120, 1),
	FUNC("vector", 0x130, 5),       /* vpshufd */
	FUNC("_ZN2ns3runEPKci", 0x140, 6), /* ns::run(char const*, int): mov; ret */
	SOURCE("a.c"),
	FUNC("same.constprop.0", 0x150, 1),
	SOURCE("b.c"),
	FUNC("same", 0x158, 1),
	END,
};

static const struct image_symbol c_imports[] = { IMPORT("puts"), IMPORT("_ZNSo5flushEv"), END };
static const struct image_symbol cc_imports[] = { IMPORT("__cxa_throw"), END };
static const struct image_symbol co_imports[] = { IMPORT("swapcontext"), END };

static const struct {
	unsigned at;
	size_t n;
	const char *bytes;
} code[] = {
	{ 0x000, 16, "\xf3\x0f\x1e\xfa\x55\x0f\x1f\x44\x00\x00\xb8\x01\x02\x03\x04\xc3" },
	{ 0x020, 8, "\xf0\xff\x06\xc3\x90\x90\x90\x90" },
	{ 0x040, 4, "\x55\x5d\xc3\x90" },
	{ 0x060, 4, "\x90\xc3\x06\x90" },
	{ 0x080, 4, "\x06\x06\x06\x06" },
	{ 0x0a0, 1, "\xc3" }, { 0x0b0, 1, "\xc3" }, { 0x0c0, 1, "\xc3" },
	{ 0x0d0, 1, "\xc3" }, { 0x0e0, 1, "\xc3" }, { 0x0f0, 1, "\xc3" },
	{ 0x100, 1, "\xc3" }, { 0x110, 1, "\xc3" }, { 0x120, 1, "\xc3" },
	{ 0x130, 5, "\xc5\xf9\x70\xc0\x1b" },
	{ 0x140, 6, "\xb8\x01\x02\x03\x04\xc3" },
	{ 0x150, 1, "\xc3" }, { 0x158, 1, "\xc3" },
};

static void make(const struct image_symbol *imports, struct buf *b)
{
	const struct image i = { .dynsym = imports, .symtab = symtab };

	image_make(&i, b);
	for (size_t k = 0; k < ARRAY_SIZE(code); k++)
		memcpy(b->p + 0x1000 + code[k].at, code[k].bytes, code[k].n);
}

struct found {
	int rc;
	struct function_list list;
	struct err err;
};

static void found_done(struct found *f)
{
	function_list_done(&f->list);
}
#define auto_found CLEANUP(found_done) struct found

static void find(struct buf *image, const char *where, const struct function_rules *rules,
		 struct found *ret)
{
	auto_elffile struct elffile *f = NULL;
	CLEANUP(location_done) struct location loc = { .kind = LOCATION_SYMBOL };
	struct target target = { .name = (char *)"image", .path = (char *)"/image" };

	*ret = (struct found){ .rc = 0 };
	ck_assert_int_eq(image_open_bytes(image->p, image->len, &f, &ret->err), 0);
	ck_assert_int_eq(location_parse(where, false, &loc, &ret->err), 0);
	target.elf = f;
	ret->rc = function_find(&target, "app", &loc, rules, &ret->list, &ret->err);
}

enum { FORCE = 1, RETURN = 2, OPTIMISES = 4, ALL = 8 };

static const struct {
	const char *where;
	unsigned how;
	int rc;           /* of function_find() */
	uint64_t offset;  /* found */
	const char *says; /* error or note; NULL: no note */
	const char *hint;
} places[] = {
	{ "plain", 0, 0, 0x1000, NULL, NULL },
	{ "plain", RETURN, 0, 0x1000, NULL, NULL },
	{ "plain+4", 0, 0, 0x1004, NULL, NULL },
	{ "plain+4", RETURN, 0, 0x1004, NULL, NULL },
	{ "plain+5", RETURN, -EINVAL, 0, "destroys the stack", "0x5 bytes earlier: r app:plain" },
	{ "plain+5", RETURN | FORCE, -EINVAL, 0, "destroys the stack", "" },
	{ "plain+10", 0, 0, 0x100a, NULL, NULL },
	{ "plain+12", 0, -EINVAL, 0, "plain+0xc is inside an instruction (b8 01 02 03 04)",
	  "at app:plain+0xa and at app:plain+0xf" },
	{ "plain+12", FORCE, -EINVAL, 0, "is inside an instruction", "" },
	{ "0x100c", FORCE, -EINVAL, 0, "plain+0xc is inside an instruction", "" },
	{ "*0x40200a", 0, 0, 0x100a, NULL, NULL },
	{ "*0x40200c", FORCE, -EINVAL, 0, "plain+0xc is inside an instruction", "" },
	{ "plain+5", 0, 0, 0x1005, NULL, NULL },
	{ "plain+5", OPTIMISES, -EINVAL, 0, "5-byte no-op at plain+0x5", "app:plain+0xa" },
	{ "plain+5", OPTIMISES | FORCE, 0, 0x1005, NULL, NULL },
	{ "locked", FORCE, -ENOTSUP, 0, "LOCK", "app:locked+0x3" },
	{ "locked", RETURN, -ENOTSUP, 0, "LOCK", "p app:locked+0x3" },
	{ "locked+3", 0, 0, 0x1023, NULL, NULL },
	{ "vector", FORCE, -ENOTSUP, 0, "run wrongly", "app:vector+0x5" },
	{ "unsized", 0, 0, 0x1040, NULL, NULL },
	{ "unsized+1", 0, -EINVAL, 0, "not proven", "--force" },
	{ "unsized+1", FORCE, 0, 0x1041, NULL, NULL },
	{ "broken", 0, 0, 0x1060, NULL, NULL },
	{ "broken+1", 0, -EINVAL, 0, "not all bytes of the function", "--force" },
	{ "broken+1", FORCE, 0, 0x1061, NULL, NULL },
	{ "data", 0, -EINVAL, 0, "are no instruction", "--force" },
	{ "data", FORCE, 0, 0x1080, NULL, NULL },
	{ "0x1500", 0, -EINVAL, 0, "in no known function", "--force" },
	{ "0x1500", FORCE, 0, 0x1500, NULL, NULL },
	{ "0x1500", RETURN, -EINVAL, 0, "in no known function", "--force" },
	{ "one", 0, 0, 0x10a0, "one is there only as one.constprop.0", NULL },
	{ "two", 0, -EEXIST, 0, "only in copies that the compiler made", "" },
	{ "two", ALL, 0, 0x10c0, "two is there only as two.isra.0", NULL },
	{ "both", 0, 0, 0x10e0, NULL, NULL },
	{ "same", 0, 0, 0x1158, NULL, NULL },
	{ "same@b.c", 0, 0, 0x1158, NULL, NULL },
	{ "same@a.c", 0, 0, 0x1150, "same is there only as same.constprop.0", NULL },
	{ "same@c.c", 0, -ENOENT, 0, "no 'same@c.c'", "" },
	{ "renamed", 0, 0, 0x1110, "renamed.llvm.123", NULL },
	{ "frozen", 0, -ENOENT, 0, "no function 'frozen'", "" },
	{ "dotted", 0, -ENOENT, 0, "no function 'dotted'", "" },
	{ "two*", 0, 0, 0x10c0, NULL, NULL },
	{ "lock*", 0, -ENOTSUP, 0, "matching 'lock*'", "" },
	{ "*l*", 0, 0, 0x1000, "1 function left out", NULL },
	{ "puts@plt", 0, -ENOENT, 0, "no PLT entry for 'puts'", "" },
	{ "puts", 0, -ENOENT, 0, "only imports 'puts'", "" },
#ifdef HAVE_LIBIBERTY
	{ "ns::run(char const*, int)+5", 0, 0, 0x1145, NULL, NULL },
	{ "ns::run+1", 0, -EINVAL, 0, "ns::run(char const*, int)+0x1 is inside an instruction",
	  "at \"app:ns::run(char const*, int)\" and at \"app:ns::run(char const*, int)+0x5\"" },
	{ "ns::run+6", 0, -EINVAL, 0, "ns::run(char const*, int) is 0x6 bytes long", "" },
	{ "ns::run+5", RETURN, -EINVAL, 0, "destroys the stack",
	  "ns::run(char const*, int) begins 0x5 bytes earlier: r \"app:ns::run(char" },
	{ "std::ostream::flush", 0, -ENOENT, 0, "only imports 'std::ostream::flush()'", "_ZNSo" },
	{ "ns::(*)+1", 0, -EINVAL, 0, "not a pattern", "" },
#endif
};

START_TEST(places_are_right_or_refused)
{
	const struct function_rules rules = {
		.force = places[_i].how & FORCE,
		.is_return = places[_i].how & RETURN,
		.optimises_nop5 = places[_i].how & OPTIMISES,
		.all_matches = places[_i].how & ALL,
	};
	auto_buf image = BUF_INIT;
	auto_found f;

	make(c_imports, &image);
	find(&image, places[_i].where, &rules, &f);
	ck_assert_msg(f.rc == places[_i].rc, "%s: %d, want %d: %s", places[_i].where, f.rc,
		      places[_i].rc, f.err.msg);
	if (f.rc < 0) {
		ck_assert_msg(strstr(f.err.msg, places[_i].says), "%s", f.err.msg);
		ck_assert_msg(strstr(f.err.hint, places[_i].hint), "%s", f.err.hint);
		return;
	}
	ck_assert_uint_eq(f.list.functions[0].offset, places[_i].offset);
	if (places[_i].says)
		ck_assert_msg(strstr(buf_str(&f.list.notes), places[_i].says), "%s",
			      buf_str(&f.list.notes));
	else
		ck_assert_str_eq(buf_str(&f.list.notes), "");
}
END_TEST

static const struct {
	const struct image_symbol *imports;
	bool is_go, is_return;
	int rc;
	const char *says; /* NULL: nothing */
} programs[] = {
	{ c_imports, false, true, 0, NULL },
	{ cc_imports, false, false, 0, NULL },
	{ cc_imports, false, true, 0, "can throw (it has __cxa_throw)" },
	{ co_imports, false, true, 0, "switches stacks (it has swapcontext)" },
	{ c_imports, true, false, 0, NULL },
	{ c_imports, true, true, -ENOTSUP, "Go program (it has .go.buildinfo)" },
};

/* The section's name is changed where it stands: the same length, with its NUL. */
static void make_go(struct buf *image)
{
	char *name = memmem(image->p, image->len, ".gnu.version_d", 14);

	ck_assert_ptr_nonnull(name);
	memcpy(name, ".go.buildinfo", 14);
}

START_TEST(return_probes_and_what_the_program_is)
{
	const struct function_rules rules = {
		.is_return = programs[_i].is_return,
		.force = true,
	};
	auto_buf image = BUF_INIT;
	auto_found f;

	make(programs[_i].imports, &image);
	if (programs[_i].is_go)
		make_go(&image);
	find(&image, "plain", &rules, &f);
	ck_assert_msg(f.rc == programs[_i].rc, "%d: %s", f.rc, f.err.msg);
	if (f.rc < 0)
		ck_assert_msg(strstr(f.err.msg, programs[_i].says), "%s", f.err.msg);
	else if (programs[_i].says)
		ck_assert_msg(strstr(buf_str(&f.list.notes), programs[_i].says), "%s",
			      buf_str(&f.list.notes));
	else
		ck_assert_str_eq(buf_str(&f.list.notes), "");
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, places_are_right_or_refused, 0, ARRAY_SIZE(places));
	tcase_add_loop_test(c, return_probes_and_what_the_program_is, 0, ARRAY_SIZE(programs));
}

UNIT_MAIN("guard", fill)
