/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "unit.h"

static const struct {
	const char *text;
	bool ok;
	uint64_t value;
} u64s[] = {
	{ "0", true, 0 },
	{ "42", true, 42 },
	{ "0x2A", true, 42 },
	{ "052", true, 42 },
	{ "18446744073709551615", true, UINT64_MAX },
	{ "18446744073709551616", false, 0 },
	{ "0x10000000000000000", false, 0 },
	{ "", false, 0 },
	{ "0x", false, 0 },
	{ "08", false, 0 },
	{ "-1", false, 0 },
	{ "1 ", false, 0 },
};

START_TEST(parses_u64)
{
	uint64_t value = 0;

	ck_assert_int_eq(num_parse_u64(u64s[_i].text, strlen(u64s[_i].text), &value),
			 u64s[_i].ok);
	ck_assert_uint_eq(value, u64s[_i].value);
}
END_TEST

START_TEST(parses_s64)
{
	int64_t value;

	ck_assert(num_parse_s64("-0x864", 6, &value));
	ck_assert_int_eq(value, -0x864);
	ck_assert(num_parse_s64("+8", 2, &value));
	ck_assert_int_eq(value, 8);
	ck_assert(num_parse_s64("-9223372036854775808", 20, &value));
	ck_assert(!num_parse_s64("-9223372036854775809", 20, &value));
	ck_assert(!num_parse_s64("--1", 3, &value));
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	uint64_t ns;
} durations[] = {
	{ "3", true, 3000000000 }, { "1.5", true, 1500000000 }, { "5ms", true, 5000000 },
	{ "200us", true, 200000 }, { "2m", true, 120000000000 }, { ".5s", true, 500000000 },
	{ "", false, 0 },	   { "x", false, 0 },		 { "-1", false, 0 },
	{ "5 ms", false, 0 },	   { "1e3", false, 0 },		 { "inf", false, 0 },
	{ "99999999999h", false, 0 },
};

START_TEST(parses_durations)
{
	uint64_t ns = 0;

	ck_assert_int_eq(num_parse_duration(durations[_i].text, 1000000000, &ns),
			 durations[_i].ok);
	ck_assert_uint_eq(ns, durations[_i].ns);
}
END_TEST

static const struct {
	const char *raw;
	size_t len;
	const char *shown;
} escapes[] = {
	{ "plain", 5, "plain" },
	{ "a\nb\tc", 5, "a\\nb\\tc" },
	{ "\033[31m", 5, "\\x1b[31m" },
	{ "a\0b", 3, "a\\x00b" },
	{ "say \"hi\\\"", 9, "say \\\"hi\\\\\\\"" },
	{ "gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f" },
	{ "\xff\xfe", 2, "\\xff\\xfe" },
	{ "\xc2\x9b", 2, "\\xc2\\x9b" },             /* C1 control: CSI */
	{ "\xe2\x80\xae", 3, "\\xe2\\x80\\xae" },    /* right-to-left override */
	{ "\xc0\x80", 2, "\\xc0\\x80" },             /* overlong */
	{ "\xe2\x82", 2, "\\xe2\\x82" },             /* cut short */
};

static const struct {
	const char *text;
	size_t columns;
} widths[] = {
	{ "", 0 }, { "abc", 3 }, { "\u00fc", 1 }, { "\u65e5\u672c", 4 }, { "e\u0301", 1 },
	{ "\U0001f600x", 3 }, { "\uac00", 2 }, { "\uff21", 2 }, { "\u20ac", 1 },
	{ "\U00020000", 2 }, { "a\xff", 2 }, { "eight or \u00fcmore, \u65e5", 18 },
};

START_TEST(counts_columns)
{
	ck_assert_uint_eq(text_columns(widths[_i].text, strlen(widths[_i].text)),
			  widths[_i].columns);
}
END_TEST

START_TEST(escapes_strangers_text)
{
	auto_buf b = BUF_INIT;

	text_escape(&b, escapes[_i].raw, escapes[_i].len, true);
	ck_assert_str_eq(buf_str(&b), escapes[_i].shown);
}
END_TEST

START_TEST(makes_a_shell_word)
{
	static const struct {
		const char *text, *word;
	} words[] = {
		{ "./app", "./app" },     { "a b", "'a b'" },     { "", "''" },
		{ "*x*", "'*x*'" },       { "it's", "'it'\\''s'" }, { "f(int)", "'f(int)'" },
		{ "a;b", "'a;b'" },       { "~x", "'~x'" },       { "a\nb", "'a\nb'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		auto_free char *word = text_shell_word(words[i].text);

		ck_assert_str_eq(word, words[i].word);
	}
}
END_TEST

START_TEST(finds_the_nearest_names)
{
	struct text_nearest t = { .word = "zfre", .max = 2 };

	text_nearest_offer(&t, "main");
	text_nearest_offer(&t, "zfrees");
	text_nearest_offer(&t, "zfree");
	text_nearest_offer(&t, "zfree");
	text_nearest_offer(&t, "zfreestr");
	ck_assert_uint_eq(t.n, 2);
	ck_assert_str_eq(t.found[0], "zfree");
	ck_assert_str_eq(t.found[1], "zfrees");
	ck_assert_uint_eq(text_distance("strng", "string", 3), 1);
	ck_assert_uint_eq(text_distance("sting", "string", 0), 1);
	ck_assert_uint_eq(text_distance("ab", "ba", 2), 1);
}
END_TEST

START_TEST(errors_keep_their_first_place)
{
	struct origin one = { .text = "one" }, two = { .text = "two" };
	struct err err = ERR_INIT;

	ck_assert_int_eq(err_set(&err, ENOENT, "no %s", "cheese"), -ENOENT);
	err_at(&err, &one, (struct span){ 1, 2 });
	err_at(&err, &two, (struct span){ 0, 1 });
	err_prefix(&err, "shop");
	ck_assert_str_eq(err.msg, "shop: no cheese");
	ck_assert_ptr_eq(err.origin, &one);
	ck_assert_uint_eq(err.at.from, 1);
	ck_assert_int_eq(err_set(NULL, EIO, "nobody listens"), -EIO);
}
END_TEST

START_TEST(long_details_are_cut_at_a_line)
{
	struct err err = ERR_INIT;
	size_t len;

	err_set(&err, EINVAL, "many");
	for (int i = 0; i < 1000; i++)
		err_detail(&err, "candidate number %d", i);
	len = strlen(err.detail);
	ck_assert_uint_gt(len, 4000);
	ck_assert_int_eq(err.detail[len - 1], '\n');
}
END_TEST

START_TEST(buffers_grow)
{
	auto_buf b = BUF_INIT;

	ck_assert_str_eq(buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	ck_assert_uint_eq(b.len, 3890);
	buf_reset(&b);
	buf_addf(&b, "%0200d", 7);
	ck_assert_uint_eq(strlen(b.p), 200);
	buf_reset(&b);
	buf_adds(&b, "ab");
	buf_pad(&b, '.', 5);
	ck_assert_str_eq(b.p, "ab...");
}
END_TEST

/* As printf(3) writes them: one digit, all of them, the ends of the range. */
START_TEST(buffers_take_numbers)
{
	static const uint64_t numbers[] = {
		0, 1, 9, 10, 15, 16, 99, 100, 1000000, INT64_MAX, (uint64_t)INT64_MIN,
		UINT64_MAX, UINT64_MAX - 1,
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		auto_buf b = BUF_INIT, expected = BUF_INIT;
		uint64_t n = numbers[i];

		buf_add_uint(&b, n);
		buf_addc(&b, ' ');
		buf_add_int(&b, (int64_t)n);
		buf_addc(&b, ' ');
		buf_add_hex(&b, n);
		buf_addc(&b, ' ');
		buf_add_digits(&b, n, 3);
		buf_addf(&expected, "%" PRIu64 " %" PRId64 " 0x%" PRIx64 " %03u", n, (int64_t)n, n,
			 (unsigned)(n % 1000));
		ck_assert_str_eq(b.p, expected.p);
		ck_assert_uint_eq(b.len, expected.len);
	}
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, parses_u64, 0, ARRAY_SIZE(u64s));
	tcase_add_test(c, parses_s64);
	tcase_add_loop_test(c, parses_durations, 0, ARRAY_SIZE(durations));
	tcase_add_loop_test(c, counts_columns, 0, ARRAY_SIZE(widths));
	tcase_add_loop_test(c, escapes_strangers_text, 0, ARRAY_SIZE(escapes));
	tcase_add_test(c, makes_a_shell_word);
	tcase_add_test(c, finds_the_nearest_names);
	tcase_add_test(c, errors_keep_their_first_place);
	tcase_add_test(c, long_details_are_cut_at_a_line);
	tcase_add_test(c, buffers_grow);
	tcase_add_test(c, buffers_take_numbers);
}

UNIT_MAIN("base", fill)
