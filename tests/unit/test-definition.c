/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/arg-type.h"
#include "probe/definition.h"
#include "unit.h"

/* Lines as kernels listed them, and what we write for them where that differs. */
static const struct {
	const char *line, *written;
	const char *group, *event, *path;
	uint64_t offset;
	bool has_ref;
	uint64_t ref;
	size_t n_args;
} lines[] = {
	{ "p:uprobes/zfree_entry /bin/zsh:0x0000000000046420 arg1=%ip arg2=%ax", NULL,
	  "uprobes", "zfree_entry", "/bin/zsh", 0x46420, false, 0, 2 },
	{ "r:uprobes/zfree_exit /bin/zsh:0x0000000000046420", NULL, "uprobes", "zfree_exit",
	  "/bin/zsh", 0x46420, false, 0, 0 },
	{ "p:g/u /bin/x:0x0000000000001159(0x4010) a=+0(+4($stack)):string", NULL, "g", "u",
	  "/bin/x", 0x1159, true, 0x4010, 1 },
	{ "p:g/e /bin/x:0x00001159 a=%r0:u32", "p:g/e /bin/x:0x0000000000001159 a=%r0:u32",
	  "g", "e", "/bin/x", 0x1159, false, 0, 1 },
	{ "p:uprobes/p_co:0x10_0x1159 /srv/co:0x10:0x0000000000001159", NULL, "uprobes",
	  "p_co:0x10_0x1159", "/srv/co:0x10", 0x1159, false, 0, 0 },
	{ "p:my-grp/p_a+b=c@x_0x10 /srv/a+b=c@x(1)%:0x0000000000000010 s=\\\"x=y\"", NULL,
	  "my-grp", "p_a+b=c@x_0x10", "/srv/a+b=c@x(1)%", 0x10, false, 0, 1 },
	{ "p:g/e ./x:0x8000000000000000 a=\\-5:b4@2/8[3] b=$comm", NULL, "g", "e", "./x",
	  0x8000000000000000, false, 0, 2 },
};

START_TEST(parses_and_writes_lines)
{
	CLEANUP(definition_done) struct definition d = { 0 };
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	ck_assert_msg(definition_parse(lines[_i].line, &d, &err) == 0, "%s", err.msg);
	ck_assert_int_eq(d.kind, lines[_i].line[0]);
	ck_assert_str_eq(d.group, lines[_i].group);
	ck_assert_str_eq(d.event, lines[_i].event);
	ck_assert_str_eq(d.path, lines[_i].path);
	ck_assert_uint_eq(d.offset, lines[_i].offset);
	ck_assert_int_eq(d.has_ref_ctr, lines[_i].has_ref);
	ck_assert_uint_eq(d.ref_ctr, lines[_i].ref);
	ck_assert_uint_eq(d.n_args, lines[_i].n_args);
	definition_format(&d, &b);
	ck_assert_str_eq(buf_str(&b), lines[_i].written ? lines[_i].written : lines[_i].line);
}
END_TEST

static const char *const bad_lines[] = {
	"", "p", "p:", "p:g", "p:g/", "p:g/e", "p:g/e ", "p:/e /x:0x1", "p:g/ /x:0x1",
	"p:g/e /x", "p:g/e :0x1", "p:g/e /x:", "p:g/e /x:0x", "p:g/e /x:0x1(", "p:g/e /x:0x1()",
	"p:g/e /x:0x1(0x2", "p:g/e /x:0x1(0x2)x", "p:g/e /x:0x1  a=%di", "p:g/e /x:0x1 ",
	"p:g/e /x:0x1 %di", "p:g/e /x:0x1 =%di", "p:g/e /x:0x1 a=", "k:kprobes/x vfs_read",
	"e:g/e a.b", "s:lat u64 d", "p:g/e /x:0x10000000000000000",
};

START_TEST(refuses_other_lines)
{
	struct definition d;
	struct err err = ERR_INIT;

	memset(&d, 0x5a, sizeof(d));
	ck_assert_int_eq(definition_parse(bad_lines[_i], &d, &err), -EINVAL);
	ck_assert(err.msg[0]);
	ck_assert_uint_eq(d.offset, 0x5a5a5a5a5a5a5a5a); /* untouched */
}
END_TEST

START_TEST(compares)
{
	static const struct {
		const char *a, *b;
		bool equal, same_shape;
	} pairs[] = {
		{ "p:g/e /x:0x1 a=%di:u8", "p:g/e /x:0x01 a=%di:u8", true, true },
		{ "p:g/e /x:0x1 a=%di:u8", "p:g/e /y:0x1 a=%di:u8", false, true },
		{ "p:g/e /x:0x1 a=%di:u8", "p:g/e /x:0x2 a=%di:u8", false, true },
		{ "p:g/e /x:0x1 a=%di:u8", "p:g/e /x:0x1 a=%si:u8", false, true },
		{ "p:g/e /x:0x1 a=%di:u8", "p:g/e /x:0x1 a=%di", false, false },
		{ "p:g/e /x:0x1 a=%di", "p:g/e /x:0x1 b=%di", false, false },
		{ "p:g/e /x:0x1", "r:g/e /x:0x1", false, false },
		{ "p:g/e /x:0x1", "p:g/e /x:0x1(0x2)", false, true },
		{ "p:g/e /x:0x1(0x4)", "p:g/e /x:0x1(0x2)", false, true },
		{ "p:g/e /x:0x1 a=%di", "p:g/e /x:0x1", false, false },
		{ "p:g/e /x:0x1", "p:h/e /x:0x1", false, true },
		{ "p:g/e /x:0x1", "p:g/f /x:0x1", false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		CLEANUP(definition_done) struct definition a = { 0 }, b = { 0 };

		ck_assert_int_eq(definition_parse(pairs[i].a, &a, NULL), 0);
		ck_assert_int_eq(definition_parse(pairs[i].b, &b, NULL), 0);
		ck_assert_msg(definition_equal(&a, &b) == pairs[i].equal, "%s", pairs[i].b);
		ck_assert_msg(definition_same_shape(&a, &b) == pairs[i].same_shape, "%s",
			      pairs[i].b);
		definition_done(&b);
	}
}
END_TEST

#define TYPED "p:op c:openat path=+0(%rsi):strng arg3"
static const struct origin typed = { .text = TYPED };

/* As resolve/ would make it of TYPED. */
static void make_openat(struct definition *d)
{
	ck_assert_int_eq(definition_parse("p:uprobes/op /lib/libc.so.6:0x00000000000f0000"
					  " path=+0(%si):strng arg3=%dx",
					  d, NULL), 0);
	d->origin = &typed;
	d->group_from = (struct source){ { 5, 13 }, true };
	d->event_from = (struct source){ { 2, 4 }, false };
	d->path_from = (struct source){ { 5, 6 }, false };
	d->offset_from = (struct source){ { 7, 13 }, false };
	d->args[0].name_from = (struct source){ { 14, 18 }, false };
	d->args[0].expr_from = (struct source){ { 19, 27 }, false };
	d->args[0].type_from = (struct source){ { 28, 33 }, false };
	d->args[1].name_from = (struct source){ { 34, 38 }, true };
	d->args[1].expr_from = (struct source){ { 34, 38 }, false };
}

static const struct {
	const char *at;  /* first byte of the formatted line that is asked for */
	size_t plus;
	const char *token;
	const char *typed; /* where the span begins in TYPED */
	bool generated;
} places[] = {
	{ "p:uprobes", 0, "definition", "op c:", false },
	{ "uprobes", 3, "group name", "c:openat", true },
	{ "/op", 0, "event name", "op c:", false },
	{ "op /lib", 1, "event name", "p c:", false },
	{ " /lib", 0, "path", "c:openat", false },
	{ "libc.so", 2, "path", "c:openat", false },
	{ ":0x0000", 0, "offset", "openat", false },
	{ "path=", 2, "argument name", "th=", false },
	{ "=+0(", 0, "argument", "+0(%rsi)", false },
	{ "%si", 0, "argument", "+0(%rsi)", false },
	{ "strng", 0, "argument type", "strng", false },
	{ "strng", 3, "argument type", "ng arg3", false },
	{ "arg3=", 1, "argument name", "arg3", true },
	{ "%dx", 0, "argument", "arg3", false },
	{ "%dx", 3, "argument", "arg3", false },
	{ "%dx", 99, "argument", "arg3", false },
	{ "strng", 4, "argument type", "g arg3", false },
};

START_TEST(finds_the_users_words)
{
	CLEANUP(definition_done) struct definition d = { 0 };
	auto_buf b = BUF_INIT;
	const char *token = NULL;
	struct source from;

	make_openat(&d);
	definition_format(&d, &b);
	from = definition_locate(&d, strstr(b.p, places[_i].at) - b.p + places[_i].plus,
				 &token);
	ck_assert_str_eq(token, places[_i].token);
	ck_assert_uint_eq(from.at.from, strstr(TYPED, places[_i].typed) - TYPED);
	ck_assert_uint_gt(from.at.to, from.at.from);
	ck_assert_int_eq(from.generated, places[_i].generated);
}
END_TEST

START_TEST(locates_without_an_origin)
{
	CLEANUP(definition_done) struct definition d = { 0 };
	const char *token;

	make_openat(&d);
	d.origin = NULL;
	for (size_t pos = 0; pos < 200; pos++) {
		definition_locate(&d, pos, &token);
		ck_assert_ptr_nonnull(token);
	}
}
END_TEST

static const struct {
	const char *line;
	const char *want; /* NULL: fine */
} checks[] = {
	{ "p:g/e /x:0x1 a=%di", NULL },
	{ "p:g.h/e /x:0x1", "Group name must" },
	{ "p:g/e:f /x:0x1", "Event name must" },
	{ "p:g/filter /x:0x1", "would hide" },
	{ "p:g/e /x:0x1 a=%di a=%si", "already used" },
	{ "p:g/e /x:0x1 common_pid=%di", "already used" },
	{ "p:g/e /x#y:0x1", "splits" },
	{ "p:g/e /x\xc3\xa0y:0x1", "splits" },
	{ "p:g/e /x\ty:0x1", "splits" },
	{ "p:g/e /x:0x1 a=+11111111111111111111(+11111111111111111111(%di)):u64:u64:u64:u",
	  NULL },
	{ "p:g/e /x:0x1 a=+11111111111111111111(+11111111111111111111(%di)):u64:u64:u64:u8",
	  "expression is too long" },
};

START_TEST(checks_what_the_kernel_would)
{
	CLEANUP(definition_done) struct definition d = { 0 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(definition_parse(checks[_i].line, &d, NULL), 0);
	d.origin = &typed;
	if (!checks[_i].want) {
		ck_assert_msg(definition_check(&d, &err) == 0, "%s", err.msg);
		return;
	}
	ck_assert_int_lt(definition_check(&d, &err), 0);
	ck_assert_msg(strstr(err.msg, checks[_i].want) != NULL, "%s", err.msg);
	ck_assert_ptr_eq(err.origin, &typed);
}
END_TEST

static int check_with_args(int n, const char *expr)
{
	CLEANUP(definition_done) struct definition d = { 0 };
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	buf_adds(&b, "p:g/e /x:0x1");
	for (int i = 0; i < n; i++)
		buf_addf(&b, " a%03d=%s", i, expr);
	ck_assert_int_eq(definition_parse(b.p, &d, NULL), 0);
	return definition_check(&d, &err);
}

START_TEST(counts_arguments_and_bytes)
{
	ck_assert_int_eq(check_with_args(128, "%di"), 0);
	ck_assert_int_eq(check_with_args(129, "%di"), -E2BIG);
	/* 27 + n * (6 + 50) + 1: the line with its \n may have 4095 bytes. */
	ck_assert_int_eq(check_with_args(72, "+0(+0(+0(+0(+0(+0(+0(+0(%di)))))))):ustring[10]aaa"),
			 0);
	ck_assert_int_eq(check_with_args(73, "+0(+0(+0(+0(+0(+0(+0(+0(%di)))))))):ustring[10]aaa"),
			 -EINVAL);
}
END_TEST

START_TEST(lists_take_over)
{
	struct definition_list list = { 0 };
	struct definition d = { 0 };

	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(definition_parse(lines[0].line, &d, NULL), 0);
		ck_assert_str_eq(definition_list_take(&list, &d)->group, "uprobes");
		ck_assert_ptr_null(d.group);
	}
	ck_assert_uint_eq(list.n, 20);
	definition_list_done(&list);
	ck_assert_ptr_null(list.defs);
}
END_TEST

static const struct {
	const char *expr, *type;
	struct arg_type is; /* kind, is_array, bits, size */
} types[] = {
	{ "%di", NULL, { ARG_HEX, false, 64, 8 } },
	{ "$comm", NULL, { ARG_STRING, false, 0, 4 } },
	{ "$COMM", NULL, { ARG_STRING, false, 0, 4 } },
	{ "\\\"x", NULL, { ARG_STRING, false, 0, 4 } },
	{ "%di", "u8", { ARG_UNSIGNED, false, 8, 1 } },
	{ "%di", "s32", { ARG_SIGNED, false, 32, 4 } },
	{ "%di", "x16[3]", { ARG_HEX, true, 16, 6 } },
	{ "%di", "char", { ARG_CHAR, false, 8, 1 } },
	{ "%di", "char[12]", { ARG_CHAR, true, 8, 12 } },
	{ "%di", "b4@2/16", { ARG_BITFIELD, false, 4, 2 } },
	{ "%di", "string", { ARG_STRING, false, 0, 4 } },
	{ "%di", "ustring[2]", { ARG_STRING, true, 0, 8 } },
	/* Of somebody's: */
	{ "%di", "symbol", { ARG_OTHER, false, 64, 8 } },
	{ "%di", "", { ARG_OTHER, false, 64, 8 } },
	{ "%di", "b4", { ARG_OTHER, false, 64, 8 } },
	{ "%di", "u", { ARG_OTHER, false, 64, 8 } },
	{ "%di", "s99", { ARG_SIGNED, false, 64, 12 } },
};

START_TEST(knows_the_kernels_types)
{
	struct def_arg arg = { .expr = (char *)types[_i].expr, .type = (char *)types[_i].type };
	struct arg_type type = arg_type_of(&arg), is = types[_i].is;

	ck_assert_msg(type.kind == is.kind && type.is_array == is.is_array &&
		      type.bits == is.bits && type.size == is.size, "%s:%s is %d %d %u %zu",
		      arg.expr, arg.type, type.kind, type.is_array, type.bits, type.size);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, knows_the_kernels_types, 0, ARRAY_SIZE(types));
	tcase_add_loop_test(c, parses_and_writes_lines, 0, ARRAY_SIZE(lines));
	tcase_add_loop_test(c, refuses_other_lines, 0, ARRAY_SIZE(bad_lines));
	tcase_add_test(c, compares);
	tcase_add_loop_test(c, finds_the_users_words, 0, ARRAY_SIZE(places));
	tcase_add_test(c, locates_without_an_origin);
	tcase_add_loop_test(c, checks_what_the_kernel_would, 0, ARRAY_SIZE(checks));
	tcase_add_test(c, counts_arguments_and_bytes);
	tcase_add_test(c, lists_take_over);
}

UNIT_MAIN("definition", fill)
