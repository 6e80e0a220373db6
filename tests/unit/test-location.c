/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probe/location.h"
#include "unit.h"

static const struct {
	const char *text, *canonical; /* NULL: the same */
	bool usdt;
	enum location_kind kind;
	const char *name, *at;
	uint64_t num;
	int64_t off; /* -1: none */
	bool is_return;
	int64_t ref; /* -1: none */
} good[] = {
	{ "zfree", NULL, false, LOCATION_SYMBOL, "zfree", NULL, 0, -1, false, -1 },
	{ "func+0x10", NULL, false, LOCATION_SYMBOL, "func", NULL, 0, 0x10, false, -1 },
	{ "func+16", "func+0x10", false, LOCATION_SYMBOL, "func", NULL, 0, 16, false, -1 },
	{ "func+0", "func+0x0", false, LOCATION_SYMBOL, "func", NULL, 0, 0, false, -1 },
	{ "SSL_*", NULL, false, LOCATION_GLOB, "SSL_*", NULL, 0, -1, false, -1 },
	{ "*", NULL, false, LOCATION_GLOB, "*", NULL, 0, -1, false, -1 },
	{ "*@plt", NULL, false, LOCATION_GLOB, "*", "plt", 0, -1, false, -1 },
	{ "memcpy@GLIBC_2.2.5", NULL, false, LOCATION_SYMBOL, "memcpy", "GLIBC_2.2.5", 0, -1,
	  false, -1 },
	{ "memcpy@GLIBC_2.2.5+4", "memcpy@GLIBC_2.2.5+0x4", false, LOCATION_SYMBOL, "memcpy",
	  "GLIBC_2.2.5", 0, 4, false, -1 },
	{ "memcpy@@", NULL, false, LOCATION_SYMBOL, "memcpy", "@", 0, -1, false, -1 },
	{ "memcpy@@GLIBC_2.14", NULL, false, LOCATION_SYMBOL, "memcpy", "@GLIBC_2.14", 0, -1,
	  false, -1 },
	{ "helper@file.c", NULL, false, LOCATION_SYMBOL, "helper", "file.c", 0, -1, false,
	  -1 },
	{ "0x46420", NULL, false, LOCATION_OFFSET, NULL, NULL, 0x46420, -1, false, -1 },
	{ "100", "0x64", false, LOCATION_OFFSET, NULL, NULL, 100, -1, false, -1 },
	{ "010", "0x8", false, LOCATION_OFFSET, NULL, NULL, 8, -1, false, -1 },
	{ "0x46420%return", NULL, false, LOCATION_OFFSET, NULL, NULL, 0x46420, -1, true, -1 },
	{ "0x10(0x20)", NULL, false, LOCATION_OFFSET, NULL, NULL, 0x10, -1, false, 0x20 },
	{ "0x10%return(32)", "0x10%return(0x20)", false, LOCATION_OFFSET, NULL, NULL, 0x10, -1,
	  true, 0x20 },
	{ "f%return", NULL, false, LOCATION_SYMBOL, "f", NULL, 0, -1, true, -1 },
	{ "f+0x1%return(0x2)", NULL, false, LOCATION_SYMBOL, "f", NULL, 0, 1, true, 2 },
	{ "*0x446420", NULL, false, LOCATION_VADDR, NULL, NULL, 0x446420, -1, false, -1 },
	{ "*0xABC", "*0xabc", false, LOCATION_VADDR, NULL, NULL, 0xabc, -1, false, -1 },
	{ "*0xg", NULL, false, LOCATION_GLOB, "*0xg", NULL, 0, -1, false, -1 },
	{ "*0x", NULL, false, LOCATION_GLOB, "*0x", NULL, 0, -1, false, -1 },
	{ "file.c:42", NULL, false, LOCATION_LINE, "file.c", NULL, 42, -1, false, -1 },
	{ "src/7z.cc:1%return", NULL, false, LOCATION_LINE, "src/7z.cc", NULL, 1, -1, true,
	  -1 },
	{ "7z.c:9", NULL, false, LOCATION_LINE, "7z.c", NULL, 9, -1, false, -1 },
	{ "ns::f", NULL, false, LOCATION_SYMBOL, "ns::f", NULL, 0, -1, false, -1 },
	{ "ns::7", NULL, false, LOCATION_SYMBOL, "ns::7", NULL, 0, -1, false, -1 },
	{ "ns::f(int)", NULL, false, LOCATION_SYMBOL, "ns::f(int)", NULL, 0, -1, false, -1 },
	{ "f()", NULL, false, LOCATION_SYMBOL, "f()", NULL, 0, -1, false, -1 },
	{ "f(int)+8", "f(int)+0x8", false, LOCATION_SYMBOL, "f(int)", NULL, 0, 8, false, -1 },
	{ "f(int)%return", NULL, false, LOCATION_SYMBOL, "f(int)", NULL, 0, -1, true, -1 },
	{ "A::operator+", NULL, false, LOCATION_SYMBOL, "A::operator+", NULL, 0, -1, false,
	  -1 },
	{ "operator+(A, A)+4", "operator+(A, A)+0x4", false, LOCATION_SYMBOL,
	  "operator+(A, A)", NULL, 0, 4, false, -1 },
	{ "operator++", NULL, false, LOCATION_SYMBOL, "operator++", NULL, 0, -1, false, -1 },
	{ "f(char*)", NULL, false, LOCATION_GLOB, "f(char*)", NULL, 0, -1, false, -1 },
	{ "parse.constprop.0", NULL, false, LOCATION_SYMBOL, "parse.constprop.0", NULL, 0, -1,
	  false, -1 },
	{ "%return", NULL, false, LOCATION_SYMBOL, "%return", NULL, 0, -1, false, -1 },
	{ "bash:jump", NULL, true, LOCATION_USDT, "jump", "bash", 0, -1, false, -1 },
	{ "p:*", NULL, true, LOCATION_USDT, "*", "p", 0, -1, false, -1 },
	{ "p:a:b", NULL, true, LOCATION_USDT, "a:b", "p", 0, -1, false, -1 },
};

static void check_text(const char *got, const char *want)
{
	ck_assert_int_eq(got == NULL, want == NULL);
	if (want)
		ck_assert_str_eq(got, want);
}

START_TEST(round_trips)
{
	CLEANUP(location_done) struct location loc = { 0 }, again = { 0 };
	const char *want = good[_i].canonical ? good[_i].canonical : good[_i].text;
	auto_buf b = BUF_INIT;

	ck_assert_int_eq(location_parse(good[_i].text, good[_i].usdt, &loc, NULL), 0);
	ck_assert_int_eq(loc.kind, good[_i].kind);
	check_text(loc.name, good[_i].name);
	check_text(loc.at, good[_i].at);
	ck_assert_uint_eq(loc.num, good[_i].num);
	ck_assert_int_eq(loc.has_off ? (int64_t)loc.off : -1, good[_i].off);
	ck_assert_int_eq(loc.is_return, good[_i].is_return);
	ck_assert_int_eq(loc.has_ref_ctr ? (int64_t)loc.ref_ctr : -1, good[_i].ref);
	location_format(&loc, &b);
	ck_assert_str_eq(b.p, want);
	ck_assert_int_eq(location_parse(b.p, good[_i].usdt, &again, NULL), 0);
	ck_assert(location_equal(&loc, &again));
	location_done(&again);
}
END_TEST

START_TEST(all_are_different)
{
	CLEANUP(location_done) struct location a = { 0 };

	ck_assert_int_eq(location_parse(good[_i].text, good[_i].usdt, &a, NULL), 0);
	for (int i = 0; i < _i; i++) {
		CLEANUP(location_done) struct location b = { 0 };

		if (good[_i].canonical)
			break;
		ck_assert_int_eq(location_parse(good[i].text, good[i].usdt, &b, NULL), 0);
		ck_assert_msg(!location_equal(&a, &b) || good[i].canonical, "%s = %s",
			      good[_i].text, good[i].text);
	}
}
END_TEST

static const struct {
	const char *text;
	bool usdt;
	const char *message, *at;
} bad[] = {
	{ "", false, "there is no LOCATION", "" },
	{ "0x", false, "Invalid uprobe offset", "0x" },
	{ "08", false, "Invalid uprobe offset", "08" },
	{ "0x10+4", false, "Invalid uprobe offset", "0x10+4" },
	{ "0x10000000000000000", false, "Invalid uprobe offset", "0x10000000000000000" },
	{ "*0x10000000000000000", false, "longer than 64 bits", "0x10000000000000000" },
	{ "0x10(0x20)%return", false, "Reference counter has wrong suffix", "%return" },
	{ "f(0x20)%return", false, "Reference counter has wrong suffix", "%return" },
	{ "0x10(0x20", false, "Reference counter brace is not closed", "(0x20" },
	{ "0x10(x)", false, "Invalid reference counter offset", "x" },
	{ "0x10%retrn", false, "Invalid probed address suffix", "%retrn" },
	{ "@plt", false, "no symbol before", "@plt" },
	{ "memcpy@", false, "nothing behind the '@'", "@" },
	{ "SSL_*+0x4", false, "not a pattern", "0x4" },
	{ "jump", true, "PROVIDER:NAME", "jump" },
	{ ":jump", true, "PROVIDER:NAME", ":jump" },
	{ "bash:", true, "PROVIDER:NAME", "bash:" },
};

START_TEST(refuses)
{
	struct location loc = { .num = 77 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(location_parse(bad[_i].text, bad[_i].usdt, &loc, &err), -EINVAL);
	ck_assert_uint_eq(loc.num, 77);
	ck_assert_msg(strstr(err.msg, bad[_i].message) != NULL, "%s: %s", bad[_i].text,
		      err.msg);
	ck_assert_uint_gt(err.at.to, err.at.from);
	ck_assert_int_eq(strncmp(bad[_i].text + err.at.from, bad[_i].at, strlen(bad[_i].at)), 0);
	if (*bad[_i].text)
		ck_assert_uint_eq(err.at.to - err.at.from, strlen(bad[_i].at));
	ck_assert_ptr_null(err.origin);
	ck_assert_int_eq(location_parse(bad[_i].text, bad[_i].usdt, &loc, NULL), -EINVAL);
}
END_TEST

START_TEST(knows_places)
{
	CLEANUP(location_done) struct location loc = { 0 };

	ck_assert_int_eq(location_parse("memcpy@V1+0x4%return(0x20)", false, &loc, NULL), 0);
	ck_assert_uint_eq(loc.name_at.to, 6);
	ck_assert_uint_eq(loc.at_at.from, 7);
	ck_assert_uint_eq(loc.at_at.to, 9);
	ck_assert_uint_eq(loc.off_at.from, 10);
	ck_assert_uint_eq(loc.off_at.to, 13);
	ck_assert_uint_eq(loc.return_at.from, 13);
	ck_assert_uint_eq(loc.return_at.to, 20);
	ck_assert_uint_eq(loc.ref_ctr_at.from, 21);
	ck_assert_uint_eq(loc.ref_ctr_at.to, 25);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, round_trips, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(c, all_are_different, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(c, refuses, 0, ARRAY_SIZE(bad));
	tcase_add_test(c, knows_places);
}

UNIT_MAIN("location", fill)
