/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/xalloc.h"
#include "probe/fetch.h"
#include "unit.h"

/* An argument, and its canonical text where that differs. */
static const struct {
	const char *text, *canonical;
} good[] = {
	{ "%di", NULL },
	{ "%rdi:u32", NULL },
	{ "n=%r8:s16", NULL },
	{ "$stack", NULL },
	{ "stack", "$stack" },
	{ "$stack10:x8", NULL },
	{ "stack010", "$stack10" },
	{ "$retval", NULL },
	{ "retval:s32", "$retval:s32" },
	{ "$comm", NULL },
	{ "$COMM", "$comm" },
	{ "comm:string", "$comm:string" },
	{ "@0x1234", NULL },
	{ "@1234:u8", NULL },
	{ "@18446744073709551615", NULL },
	{ "@020", NULL },
	{ "@+0x10:string", NULL },
	{ "@+-0x864", NULL },
	{ "@++8", "@+8" },
	{ "+0(%di):string", NULL },
	{ "-8(%bp):u64", NULL },
	{ "+-8(%bp)", "-8(%bp)" },
	{ "++8(%bp)", "+8(%bp)" },
	{ "-0(%bp)", "+0(%bp)" },
	{ "-0x10(%bp)", NULL },
	{ "+u0x10(%di):ustring", NULL },
	{ "+u0(%di):string[2]", NULL },
	{ "+0(+u0(%di)):u8[2]", NULL },
	{ "-u8(%di)", NULL },
	{ "+u-8(%di)", "-u8(%di)" },
	{ "a=+0(+8(-16($stack))):x64[4]", NULL },
	{ "+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(%di))))))))))))))", NULL },
	{ "\\5:string[2]", NULL },
	{ "\\5", NULL },
	{ "id=\\0x10:u32", NULL },
	{ "\\-5:s8", NULL },
	{ "\\+5", "\\5" },
	{ "\\+-5", "\\-5" },
	{ "\\0xfffffffffffffffe", NULL },
	{ "\\18446744073709551615", "\\-1" },
	{ "\\\"text\"", NULL },
	{ "s=\\\"a\"b=c\":string", NULL },
	{ "\\\"a=b\"", NULL },
	{ "\\\"\"", NULL },
	{ "%di:b4@2/8", NULL },
	{ "%di:b0x4@02/0x20", "%di:b4@2/32" },
	{ "+0(%di):b4@2/8[3]", NULL },
	{ "+0(%di):char[64]", NULL },
	{ "+0(%di):string[2]", NULL },
	{ "\\0x1000:string", NULL },
	/* ours */
	{ "arg1", NULL },
	{ "$arg12:u8", "arg12:u8" },
	{ "arg1:string", NULL },
	{ "retval:string", "$retval:string" },
	{ "+4(arg11):s16", NULL },
	{ "@environ", NULL },
	{ "@counter.0+8:u32", NULL },
	{ "@counter-0x8", NULL },
	{ "@sym+0", "@sym" },
	{ "@ns::counter:u32", NULL },
	{ "@_ZN2ns1xE@VER_1.0", NULL },
	{ "@p->+8->-16:u64", NULL },
	{ "arg1->8", "arg1->+8" },
	{ "arg1->+0x8:u64", NULL },
	{ "%di->+8", NULL },
	{ "+0(%di)->+8", NULL },
	{ "+0(arg1->+8)", NULL },
	{ "\\-5->+8", NULL },
	{ "@+8->+4", NULL },
	{ "caller", NULL },
	{ "caller:sym", NULL },
	{ "regs", NULL },
	{ "r=regs", NULL },
	{ "arg2:s32*", NULL },
	{ "buf=arg2:str(arg3)", NULL },
	{ "arg2:bytes($retval)", NULL },
	{ "arg2:bytes(retval)", "arg2:bytes($retval)" },
	{ "arg2:str(+8(arg3->+4))", NULL },
	{ "arg2:bytes(0x10)", "arg2:bytes(16)" },
	{ "arg1:std", NULL },
	{ "arg1:bool", NULL },
	{ "arg1:ptr", NULL },
	{ "arg1:hex", NULL },
	{ "arg1:oct", NULL },
	{ "arg1:fd", NULL },
	{ "retval:errno", "$retval:errno" },
	{ "arg2:signal", NULL },
};

static int parse(const char *text, struct fetch_arg *ret, struct err *err)
{
	struct origin origin = { .text = text };
	int rc = fetch_arg_parse(text, &origin, (struct span){ 0, strlen(text) }, ret, err);

	if (rc < 0 && err) {
		ck_assert_ptr_eq(err->origin, &origin);
		ck_assert_uint_le(err->at.to, strlen(text));
		err->origin = NULL;
	}
	return rc;
}

START_TEST(round_trips)
{
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { 0 }, again = { 0 };
	const char *want = good[_i].canonical ? good[_i].canonical : good[_i].text;
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	ck_assert_msg(parse(good[_i].text, &arg, &err) == 0, "%s: %s", good[_i].text, err.msg);
	fetch_arg_format(&arg, &b);
	ck_assert_str_eq(b.p, want);
	ck_assert_int_eq(parse(b.p, &again, NULL), 0);
	ck_assert(fetch_arg_equal(&arg, &again));
	fetch_arg_done(&again);
}
END_TEST

START_TEST(copies)
{
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { 0 };
	struct fetch *copy;

	ck_assert_int_eq(parse(good[_i].text, &arg, NULL), 0);
	copy = fetch_copy(arg.expr);
	ck_assert(fetch_equal(copy, arg.expr));
	copy->num++;
	ck_assert(!fetch_equal(copy, arg.expr));
	fetch_free(copy);
}
END_TEST

START_TEST(all_are_different)
{
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { 0 };
	auto_buf a = BUF_INIT;

	ck_assert_int_eq(parse(good[_i].text, &arg, NULL), 0);
	fetch_arg_format(&arg, &a);
	for (int i = 0; i < _i; i++) {
		CLEANUP(fetch_arg_done) struct fetch_arg other = { 0 };
		auto_buf b = BUF_INIT;

		ck_assert_int_eq(parse(good[i].text, &other, NULL), 0);
		fetch_arg_format(&other, &b);
		ck_assert_msg(fetch_arg_equal(&arg, &other) == (strcmp(a.p, b.p) == 0),
			      "%s, %s", a.p, b.p);
	}
}
END_TEST

/* What is refused, with which words, and which part of the text is to blame. */
static const struct {
	const char *text, *message, *at, *hint;
} bad[] = {
	{ "=%di", "Argument name is not specified", "=", NULL },
	{ "1a=%di", "Argument name must", "1a", NULL },
	{ "a-b=%di", "Argument name must", "a-b", NULL },
	{ "a23456789012345678901234567890123=%di", "Argument name is too long",
	  "a23456789012345678901234567890123", NULL },
	{ "common_pid=%di", "already used", "common_pid", NULL },
	{ "n=", "No argument expression", "=", NULL },
	{ ":u8", "Invalid fetch argument", ":", NULL },
	{ "5", "Invalid fetch argument", "5", "\\5" },
	{ "!x", "Invalid fetch argument", "!x", NULL },
	{ "%", "Invalid register name", "%", NULL },
	{ "%di%si", "Invalid register name", "%di%", NULL },
	{ "+0(%di", "Dereference brace is not closed", "i", NULL },
	{ "+0(%di:u8", "Dereference brace is not closed", ":u8", NULL },
	{ "+0%di", "Dereference needs a brace", "+0%di", "as +0(arg1)" },
	{ "+0%di", "what an address leads to is written +OFFSET(ADDRESS)", "+0%di", NULL },
	{ "+x(%di)", "Invalid dereference offset", "+x", NULL },
	{ "+(%di)", "Invalid dereference offset", NULL, NULL },
	{ "-+8(%di)", "Invalid dereference offset", NULL, NULL },
	{ "+0x(%di)", "Invalid dereference offset", NULL, NULL },
	{ "+08(%di)", "Invalid dereference offset", NULL, NULL },
	{ "+0x100000000(%di)", "Invalid dereference offset", NULL, "32 bits" },
	{ "+0x8000000000000000(%di)", "Invalid dereference offset", NULL, NULL },
	{ "+0(%di)foo", "Invalid fetch argument", "foo", NULL },
	{ "+0(%di))", "Invalid fetch argument", ")", NULL },
	{ "+0($comm)", "$comm can not be dereferenced", "$comm", NULL },
	{ "+0(\\\"x\")", "$comm can not be dereferenced", NULL, NULL },
	{ "+0()", "Invalid fetch argument", ")", NULL },
	{ "+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(+0(%di)))))))))))))))",
	  "Dereference is too much nested", NULL, NULL },
	{ "%di->1->1->1->1->1->1->1->1->1->1->1->1->1->1->1", "Dereference is too much nested",
	  "->1", NULL },
	{ "@", "Invalid memory address", "@", NULL },
	{ "@12x", "Invalid memory address", "@12x", NULL },
	{ "@-5", "Invalid memory address", "@-5", NULL },
	{ "@+x", "Invalid file offset value", "@+x", NULL },
	{ "@sym+x", "Invalid offset behind a symbol", "+x", NULL },
	{ "\\", "Invalid immediate value", "\\", NULL },
	{ "\\x", "Invalid immediate value", "\\x", NULL },
	{ "\\18446744073709551616", "Invalid immediate value", NULL, NULL },
	{ "\\\"x", "String is not closed", "\\\"x", NULL },
	{ "\\\"a:b\"", "String is not closed", "\\\"a", "':'" },
	{ "\\\"a b\"", "Invalid fetch argument", " ", "blank" },
	{ "\\\"a#b\"", "Invalid fetch argument", "#", NULL },
	{ "$foo", "Invalid $-variable specified", "$foo", NULL },
	{ "$retvalfoo", "Invalid $-variable specified", "$retvalfoo", "retval" },
	{ "$stackx", "Invalid $-variable specified", "$stackx", "stack" },
	{ "$stack4294967296", "Invalid $-variable specified", NULL, NULL },
	{ "$arg*", "$arg* can be used only", "$arg*", "arg1" },
	{ "arg0", "Invalid argument number", "arg0", "from 1" },
	{ "arg256", "Invalid argument number", "arg256", NULL },
	{ "count", "BTF is not available", "count", "globals @NAME" },
	{ "count", "this word names nothing to record (for the kernel: BTF is not available or "
		   "not supported)", "count", NULL },
	{ "retvl", "BTF is not available", "retvl", "retval" },
	{ "rdi", "BTF is not available", "rdi", "%rdi" },
	{ "x0:u32", "BTF is not available", "x0", "%x0" },
	{ "arg1->next", "members are not known by name", "next", "->+8" },
	{ "arg1->", "behind '->' stands a number", "->", "arg1->+8:u32" },
	{ "comm->+8", "$comm can not be dereferenced", "comm", NULL },
	{ "+0(regs)", "stands alone", "regs", NULL },
	{ "regs:u64", "regs takes no type", "u64", NULL },
	{ "%di:", "Unknown type is specified", ":", NULL },
	{ "%di:u9", "Unknown type is specified", "u9", "did you mean u8" },
	{ "path=+0(%rsi):strng", "Unknown type is specified", "strng", "did you mean string?" },
	{ "%di:int", "Unknown type is specified", "int", "s32" },
	{ "%di:symbol", "Unknown type is specified", "symbol", "sym shows" },
	{ "%di:symstr", "Unknown type is specified", "symstr", "sym shows" },
	{ "%di:%pd", "Unknown type is specified", "%pd", "kernel's own" },
	{ "%di:U8", "Unknown type is specified", "U8", NULL },
	{ "%di:u8*x", "Unknown type is specified", "u8*x", NULL },
	{ "%di:char*", "Unknown type is specified", "char*", "string" },
	{ "%di:b", "Unknown type is specified", "b", NULL },
	{ "%di:b4", "Unknown type is specified", "b4", NULL },
	{ "%di:b4@2/9", "Invalid bitfield", "b4@2/9", NULL },
	{ "%di:b0@2/8", "Invalid bitfield", NULL, NULL },
	{ "%di:b4@5/8", "Invalid bitfield", NULL, NULL },
	{ "%di:b4@0xffffffffffffffff/8", "Invalid bitfield", NULL, NULL },
	{ "%di:b@2/8", "Invalid bitfield", NULL, NULL },
	{ "%di:b4@/8", "Invalid bitfield", NULL, NULL },
	{ "+0(%di):u8[", "Array is not closed", "[", NULL },
	{ "+0(%di):u8[4", "Array is not closed", "[4", NULL },
	{ "+0(%di):u8[4]x", "Array has wrong suffix", "x", NULL },
	{ "+0(%di):u8[0]", "Invalid array size", "[0]", NULL },
	{ "+0(%di):u8[-1]", "Invalid array size", "[-1]", NULL },
	{ "+0(%di):u8[65]", "Array number is too big", "[65]", NULL },
	{ "+0(%di):u9[4]", "Unknown type is specified", "u9", NULL },
	{ "arg1:bool[4]", "an array is of one", "bool", NULL },
	{ "%di:string", "String accepts only memory argument", "string", "+0(%di):string" },
	{ "%di:u8[4]", "String accepts only memory argument", "u8[4]", "+0(%di):u8[4]" },
	{ "arg1:u8[4]", "String accepts only memory argument", "u8[4]", "+0(arg1):u8[4]" },
	{ "$stack1:ustring", "String accepts only memory argument", "ustring", NULL },
	{ "\\5:u8[4]", "String accepts only memory argument", "u8[4]", NULL },
	{ "+u0(%di):u8[4]", "String accepts only memory argument", "u8[4]", "leave the u" },
	{ "$comm:u8", "only accepts string type", "u8", NULL },
	{ "$comm:string[2]", "only accepts string type", "string[2]", NULL },
	{ "\\\"x\":ustring", "only accepts string type", "ustring", NULL },
	{ "arg2:str", "Unknown type is specified", "str", "arg2:str(arg3)" },
	{ "arg2:str()", "wants a length", "()", NULL },
	{ "arg2:bytes(0)", "Invalid length", "0", NULL },
	{ "arg2:bytes(comm)", "Invalid length", "comm", NULL },
	{ "arg2:str(count)", "BTF is not available", "count", NULL },
	{ "arg2:str(arg3", "wants a length", "(arg3", NULL },
};

START_TEST(refuses)
{
	struct fetch_arg arg = { .type = { .array = 77 } };
	struct err err = ERR_INIT;

	ck_assert_msg(parse(bad[_i].text, &arg, &err) == -EINVAL, "'%s' passed", bad[_i].text);
	ck_assert_uint_eq(arg.type.array, 77); /* untouched */
	ck_assert_msg(strstr(err.msg, bad[_i].message) != NULL, "'%s': %s", bad[_i].text,
		      err.msg);
	ck_assert_msg(err.at.to > err.at.from, "'%s': no caret", bad[_i].text);
	if (bad[_i].at) {
		auto_free char *at =
			xstrndup(bad[_i].text + err.at.from, err.at.to - err.at.from);

		ck_assert_str_eq(at, bad[_i].at);
	}
	if (bad[_i].hint)
		ck_assert_msg(strstr(err.hint, bad[_i].hint) != NULL, "'%s': %s",
			      bad[_i].text, err.hint);
	ck_assert_int_eq(parse(bad[_i].text, &arg, NULL), -EINVAL);
}
END_TEST

START_TEST(knows_places)
{
	static const char text[] = "p:x y:z n=+8(%rdi):u32[4]";
	struct origin origin = { .text = text };
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { 0 };

	ck_assert_int_eq(fetch_arg_parse(text + 8, &origin, (struct span){ 8, 25 }, &arg, NULL),
			 0);
	ck_assert_uint_eq(arg.name_at.from, 8);
	ck_assert_uint_eq(arg.name_at.to, 9);
	ck_assert_uint_eq(arg.expr->at.from, 10);
	ck_assert_uint_eq(arg.expr->at.to, 18);
	ck_assert_uint_eq(arg.expr->inner->at.from, 13);
	ck_assert_uint_eq(arg.expr->inner->at.to, 17);
	ck_assert_uint_eq(arg.type.at.from, 19);
	ck_assert_uint_eq(arg.type.at.to, 25);
}
END_TEST

START_TEST(finds_what_is_used)
{
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { 0 };

	ck_assert_int_eq(parse("arg2:str(+0(retval))", &arg, NULL), 0);
	ck_assert(fetch_uses(arg.expr, FETCH_ARG));
	ck_assert(!fetch_uses(arg.expr, FETCH_RETVAL));
	ck_assert(fetch_arg_uses(&arg, FETCH_RETVAL));
	ck_assert(!fetch_arg_uses(&arg, FETCH_COMM));
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, round_trips, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(c, copies, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(c, all_are_different, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(c, refuses, 0, ARRAY_SIZE(bad));
	tcase_add_test(c, knows_places);
	tcase_add_test(c, finds_what_is_used);
}

UNIT_MAIN("fetch", fill)
