/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/xalloc.h"
#include "probe/filter.h"
#include "probe/definition.h"
#include "probe/show.h"
#include "unit.h"

/* The event that is filtered. */
static struct def_arg args[] = {
	{ .name = (char *)"n", .expr = (char *)"%di", .type = (char *)"u8" },
	{ .name = (char *)"i", .expr = (char *)"%si", .type = (char *)"s32" },
	{ .name = (char *)"l", .expr = (char *)"%si", .type = (char *)"s64" },
	{ .name = (char *)"x", .expr = (char *)"%dx" },
	{ .name = (char *)"path", .expr = (char *)"+0(%di)", .type = (char *)"string" },
	{ .name = (char *)"who", .expr = (char *)"$comm" },
	{ .name = (char *)"c", .expr = (char *)"%cx", .type = (char *)"char" },
	{ .name = (char *)"bits", .expr = (char *)"%cx", .type = (char *)"b3@2/8" },
	{ .name = (char *)"list", .expr = (char *)"+0(%di)", .type = (char *)"s32[4]" },
	{ .name = (char *)"regs", .expr = (char *)"%r8", .type = (char *)"x64" },
};

/* NULL: as it was typed. */
static const struct {
	const char *typed, *written;
} good[] = {
	{ "n > 3", NULL },
	{ "  n>3&&path==\"pid\" ", "n > 3 && path == \"pid\"" },
	{ "!(n == 3) || (path ~ '*/x && y' && comm != \"a b\")",
	  "!(n == 3) || (path ~ \"*/x && y\" && comm != \"a b\")" },
	{ "n & 0x10", NULL },
	{ "n & 1 && n&2", "n & 1 && n & 2" },
	{ "tid == 7 && cpu == 1", "common_pid == 7 && CPU == 1" },
	{ "common_pid == 7", NULL },
	{ "i == -3", NULL },
	{ "i == 0xffffffff", NULL },
	{ "i >= -2147483648 && i <= 2147483647", NULL },
	{ "l == -9223372036854775808", NULL },
	{ "x == 18446744073709551615", NULL },
	{ "n == 255 && n != 0", NULL },
	{ "i == -EAGAIN || i == SIGTERM || i == true || x == NULL",
	  "i == -11 || i == 15 || i == 1 || x == 0" },
	{ "comm == bash", "comm == \"bash\"" },
	{ "who ~ nginx*", "who ~ \"nginx*\"" },
	{ "path == 'say \"hi\"'", NULL },
	{ "path == \"\"", NULL },
	{ "c == 'Z' && c != 48", "c == 90 && c != 48" },
	{ "! (((n == 1)))", "!(((n == 1)))" },
	{ "!n == 1", NULL },
	{ "bits == 7", NULL },
};

static const struct {
	const char *typed, *culprit, *says;
} bad[] = {
	{ "pid == 7", "pid", "one thread" },
	{ "nn > 3", "nn", "no field" },
	{ "n > 3 && (paht == \"x\")", "paht", "no field" },
	{ "n & 1 && flags & 2", "flags", "no field" },
	{ "list == 1", "list", "cannot compare" },
	{ "regs == 1", "regs", "cannot compare" },
	{ "n = 3", "=", "single" },
	{ "n", "n", "Missing" },
	{ "n >", ">", "value is missing" },
	{ "n > && n > 1", "&", "value is missing" },
	{ "n ~ 3", "~", "a number" },
	{ "path > \"a\"", ">", "a string" },
	{ "n == \"5\"", "\"5\"", "is a number" },
	{ "n == five", "five", "is a number" },
	{ "n == 256", "256", "never" },
	{ "n == -1", "-1", "never" },
	{ "x < 0", "0", "never" },
	{ "i == 4294967296", "4294967296", "never" },
	{ "i == 2147483648", "2147483648", "never" },
	{ "i == -2147483649", "-2147483649", "never" },
	{ "l == 0x8000000000000000", "0x8000000000000000", "never" },
	{ "bits == 256", "256", "never" },
	{ "path == \"abc", "\"", "quote" },
	{ "path == \"a\"b\"", "b", "ends before" },
	{ "(n > 3", "(", "not closed" },
	{ "((n > 3)", "(", "not closed" },
	{ "n > 3)", ")", "too many" },
	{ "n > 3 i > 4", "i", "&& or ||" },
	{ "n > 3 and i > 4", "a", "&& or ||" },
	{ "n > 3 &&", "&", "name is missing" },
	{ "5 == n", "5", "name is missing" },
	{ "n > 3 | i > 4", "|", "&& or ||" },
};

static int make(const char *typed, const struct origin *origin, struct filter **ret,
		struct err *err)
{
	static struct show_field regs = { .name = (char *)"regs", .as = SHOW_REGS };
	static struct show show = { .fields = &regs, .n = 1 };
	const struct definition d = {
		.kind = 'p', .args = args, .n_args = sizeof(args) / sizeof(*args), .show = &show,
	};
	struct filter_expr *expr = NULL;
	int rc = filter_parse(typed, origin, (struct span){ 5, 5 + strlen(typed) }, &expr, err);

	if (rc == 0)
		rc = filter_make(expr, &d, NULL, ret, err);
	filter_expr_free(expr);
	return rc;
}

START_TEST(takes)
{
	const char *typed = good[_i].typed;
	const char *want = good[_i].written ? good[_i].written : typed;
	struct origin origin = { .text = typed };
	struct filter *filter = NULL, *again = NULL;
	struct err err = ERR_INIT;
	int rc = make(typed, &origin, &filter, &err);

	ck_assert_msg(rc == 0, "%s: %s", typed, err.msg);
	ck_assert_str_eq(filter->text, want);
	if (!strstr(typed, "tid") || strstr(typed, "common_pid")) {
		ck_assert_int_eq(make(filter->text, &origin, &again, &err), 0);
		ck_assert_str_eq(again->text, want);
	}
	filter_free(filter);
	filter_free(again);
}
END_TEST

START_TEST(refuses)
{
	const char *typed = bad[_i].typed, *culprit = bad[_i].culprit;
	struct origin origin = { .text = typed };
	struct filter *filter = NULL;
	struct err err = ERR_INIT;

	ck_assert_msg(make(typed, &origin, &filter, &err) < 0, "%s", typed);
	ck_assert_ptr_null(filter);
	ck_assert_msg(strstr(err.msg, bad[_i].says), "%s: %s", typed, err.msg);
	ck_assert_ptr_eq(err.origin, &origin);
	ck_assert_uint_ge(err.at.from, 5);
	ck_assert_uint_eq(err.at.to - err.at.from, strlen(culprit));
	ck_assert_mem_eq(typed + err.at.from - 5, culprit, strlen(culprit));
}
END_TEST

/* Where the kernel points in its text, the user has a word. */
START_TEST(locates)
{
	static const char typed[] = "  path  ==  abc&&tid>=7";
	struct origin origin = { .text = typed };
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	static const struct {
		const char *written, *typed;
	} places[] = {
		{ "path", "path" }, { "\"abc\"", "abc" }, { "common_pid", "tid" }, { "7", "7" },
	};

	ck_assert_int_eq(make(typed, &origin, &filter, &err), 0);
	ck_assert_str_eq(filter->text, "path == \"abc\" && common_pid >= 7");
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		unsigned from = (unsigned)(strstr(filter->text, places[i].written) - filter->text);
		struct span at = filter_locate(filter, (struct span){ from, from + 1 });

		ck_assert_uint_eq(at.from - 5, strstr(typed, places[i].typed) - typed);
		ck_assert_uint_eq(at.to - at.from, strlen(places[i].typed));
	}
	filter_free(filter);
}
END_TEST

/* Of a pair: what the entry can answer and what the return can. */
START_TEST(splits_into_terms)
{
	static struct def_arg ret = { .name = (char *)"ret", .expr = (char *)"$retval",
				      .type = (char *)"s32" };
	const struct definition entry = { .kind = 'p', .args = args, .n_args = 2 };
	const struct definition finish = { .kind = 'r', .args = &ret, .n_args = 1 };
	static const struct {
		const char *typed;
		size_t n;
		const char *first_fits; /* e, r, b: both, -: neither */
	} terms[] = {
		{ "n > 3 && ret < 0", 2, "er" },
		{ "n > 3 || ret < 0", 1, "-" },
		{ "(n > 3 || i > 4) && !(ret < 0) && comm == x", 3, "erb" },
		{ "comm == x && n > 1 && (n > 3 && ret < 0)", 3, "be-" },
	};

	for (size_t k = 0; k < sizeof(terms) / sizeof(*terms); k++) {
		struct origin origin = { .text = terms[k].typed };
		struct filter_expr *expr = NULL;

		ck_assert_int_eq(filter_parse(origin.text, &origin, (struct span){ 0, 0 }, &expr,
					      NULL), 0);
		ck_assert_uint_eq(filter_n_terms(expr), terms[k].n);
		for (size_t i = 0; i < terms[k].n; i++) {
			bool e = filter_term_fits(expr, i, &entry);
			bool r = filter_term_fits(expr, i, &finish);

			ck_assert_int_eq(e && r ? 'b' : e ? 'e' : r ? 'r' : '-',
					 terms[k].first_fits[i]);
		}
		filter_expr_free(expr);
	}
}
END_TEST

START_TEST(names_its_fields)
{
	static const struct origin origin = { .text = "F:f if arg1 > 5 && (!b == 1 || comm ~ x*)" };
	static const char *const fields[] = { "arg1", "b", "comm" };
	struct filter_expr *expr = NULL;
	struct span at = { 0, 0 };

	ck_assert_int_eq(filter_parse(origin.text + 7, &origin, (struct span){ 7, 41 }, &expr,
				      NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		ck_assert_str_eq(filter_field(expr, i, &at), fields[i]);
	ck_assert_ptr_null(filter_field(expr, ARRAY_SIZE(fields), &at));
	filter_field(expr, 0, &at);
	ck_assert_int_eq(strncmp(origin.text + at.from, "arg1", 4), 0);
	filter_expr_free(expr);
}
END_TEST

START_TEST(makes_only_wanted_terms)
{
	static const char typed[] = "n > 3 && i < 7 && n != 9";
	const struct definition d = { .kind = 'p', .args = args, .n_args = 2 };
	struct origin origin = { .text = typed };
	struct filter_expr *expr = NULL;
	static const struct {
		bool wanted[3];
		const char *text;
	} cases[] = {
		{ { true, false, true }, "n > 3 && n != 9" },
		{ { false, true, false }, "i < 7" },
		{ { false, true, true }, "i < 7 && n != 9" },
		{ { false, false, false }, NULL },
	};

	ck_assert_int_eq(filter_parse(typed, &origin, (struct span){ 0, 0 }, &expr, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct filter *f = NULL;

		ck_assert_int_eq(filter_make(expr, &d, cases[i].wanted, &f, NULL), 0);
		if (cases[i].text)
			ck_assert_str_eq(f->text, cases[i].text);
		else
			ck_assert_ptr_null(f);
		filter_free(f);
	}
	filter_expr_free(expr);
}
END_TEST

START_TEST(bounds)
{
	auto_buf text = BUF_INIT;
	struct origin origin = { 0 };
	struct filter *f = NULL;
	struct err err = ERR_INIT;

	buf_pad(&text, '(', 65);
	buf_adds(&text, "n == 1");
	buf_pad(&text, ')', text.len + 65);
	origin.text = text.p;
	ck_assert_int_lt(make(text.p, &origin, &f, &err), 0);
	ck_assert_str_eq(err.msg, "too many brackets");
	buf_reset(&text);
	for (int i = 0; i < 450; i++)
		buf_adds(&text, "n == 1 || ");
	buf_adds(&text, "n == 2");
	origin.text = text.p;
	ck_assert_int_lt(make(text.p, &origin, &f, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "too long"));
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, takes, 0, sizeof(good) / sizeof(*good));
	tcase_add_loop_test(c, refuses, 0, sizeof(bad) / sizeof(*bad));
	tcase_add_test(c, locates);
	tcase_add_test(c, names_its_fields);
	tcase_add_test(c, splits_into_terms);
	tcase_add_test(c, makes_only_wanted_terms);
	tcase_add_test(c, bounds);
}

UNIT_MAIN("filter", fill)
