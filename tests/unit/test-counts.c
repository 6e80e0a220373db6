/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analyze/counts.h"
#include "base/attr.h"
#include "base/xalloc.h"
#include "cli/screen.h"
#include "report/counts.h"
#include "unit.h"

static struct counts three(void)
{
	struct counts c = { 0 };

	counts_add(&c, "/lib/liba.so", "alpha", 0x10);
	counts_add(&c, "/lib/liba.so", "beta", 0x20);
	counts_add(&c, "/srv/a,\"b\"\n", NULL, 0x30);
	return c;
}

START_TEST(deltas_are_since_the_last_tick)
{
	struct counts c = three();

	c.counters[1].total = 5;
	counts_tick(&c, 1);
	ck_assert_uint_eq(c.counters[1].delta, 5);
	c.counters[1].total = 7;
	counts_tick(&c, 2);
	ck_assert_uint_eq(c.counters[1].delta, 2);
	ck_assert_uint_eq(c.counters[1].total, 7);
	ck_assert(c.elapsed > 2.99 && c.elapsed < 3.01);
	ck_assert_uint_eq(counts_hit(&c), 1);
	counts_done(&c);
}
END_TEST

START_TEST(the_busiest_come_first)
{
	struct counts c = three();
	auto_free size_t *order = NULL;
	size_t n;

	c.counters[0].total = 100;
	counts_tick(&c, 1);
	c.counters[1].total = 50;
	counts_tick(&c, 1);
	order = counts_order(&c, 0, false, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(order[0], 1); /* of this interval, not of all time */
	ck_assert_uint_eq(order[1], 0);
	free(order);
	order = counts_order(&c, 1, true, &n);
	ck_assert_uint_eq(n, 1);
	free(order);
	order = counts_order(&c, 0, true, &n);
	ck_assert_uint_eq(n, 3);
	counts_done(&c);
}
END_TEST

static void format(counts_format_fn *fn, bool intervals, struct buf *b)
{
	const struct counts_options opts = { .zeros = true, .intervals = intervals };
	struct counts c = three();

	/* 40 in all, in 10 seconds; 3 of them in the last 2. */
	c.counters[0].total = 37;
	counts_tick(&c, 8);
	c.counters[0].total = 40;
	counts_tick(&c, 2);
	fn(&c, &opts, b);
	counts_done(&c);
}

START_TEST(text_names_file_and_function)
{
	auto_buf b = BUF_INIT;

	format(counts_text, false, &b);
	ck_assert_str_eq(buf_str(&b), "TOTAL  FUNCTION\n"
				      "   40  liba.so:alpha\n"
				      "    0  liba.so:beta\n"
				      "    0  a,\"b\"\\n:0x30\n");
}
END_TEST

START_TEST(text_with_intervals_has_time_and_rate)
{
	auto_buf b = BUF_INIT;
	const char *s;

	format(counts_text, true, &b);
	s = buf_str(&b);
	ck_assert_uint_eq(strcspn(s, " "), 8); /* 14:02:11 */
	ck_assert_str_eq(s + 8, "  +/s  TOTAL  FUNCTION\n"
				"            2     40  liba.so:alpha\n"
				"            0      0  liba.so:beta\n"
				"            0      0  a,\"b\"\\n:0x30\n");
}
END_TEST

/* No line is wider than the terminal; wide characters take two columns, accents none. */
START_TEST(screen_cuts_lines)
{
	auto_buf b = BUF_INIT;
	struct screen s = { 0 };

	screen_paint(&s, &b, "abcdef\nabc\n\xe4\xb8\xad\xe6\x96\x87\n", 3);
	ck_assert_str_eq(buf_str(&b), "abc\nabc\n\xe4\xb8\xad\n");
}
END_TEST

/* A text takes the place of the one before and of nothing else. */
START_TEST(screen_keeps_what_is_not_its_own)
{
	auto_buf b = BUF_INIT;
	struct screen s = { 0 };

	screen_paint(&s, &b, "a\nb\n", 80);
	screen_paint(&s, &b, "c\n", 80);
	screen_paint(&s, &b, "d\n", 80);
	ck_assert_str_eq(buf_str(&b), "a\nb\n\033[2A\r\033[Jc\n\033[1A\r\033[Jd\n");
	buf_reset(&b);
	screen_leave(&s);
	screen_paint(&s, &b, "e\n", 80);
	ck_assert_str_eq(buf_str(&b), "e\n");
}
END_TEST

START_TEST(csv_quotes_what_must_be)
{
	auto_buf b = BUF_INIT;

	format(counts_csv, false, &b);
	ck_assert_str_eq(buf_str(&b), "elapsed,file,symbol,offset,delta,total\n"
				      "10.000,/lib/liba.so,alpha,16,3,40\n"
				      "10.000,/lib/liba.so,beta,32,0,0\n"
				      "10.000,\"/srv/a,\"\"b\"\"\\n\",,48,0,0\n");
}
END_TEST

START_TEST(metrics_escape_their_labels)
{
	auto_buf b = BUF_INIT;

	format(counts_openmetrics, false, &b);
	ck_assert_ptr_nonnull(strstr(buf_str(&b),
				     "uprobe_hits_total{file=\"/lib/liba.so\",symbol=\"alpha\","
				     "offset=\"0x10\"} 40\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "file=\"/srv/a,\\\"b\\\"\\n\",symbol=\"\""));
}
END_TEST

/* One function, with and without a filter: told apart wherever it is shown. */
START_TEST(filters_are_shown)
{
	static const struct {
		counts_format_fn *format;
		const char *text;
	} shown[] = {
		{ counts_text, "liba.so:alpha if arg1 > 5\n" },
		{ counts_json, "\"offset\":16,\"filter\":\"arg1 > 5\"," },
		{ counts_csv, ",alpha,16,arg1 > 5,2,2\n" },
		{ counts_csv, ",alpha,16,,3,3\n" },
		{ counts_csv, ",offset,filter,delta,total\n" },
		{ counts_openmetrics, "offset=\"0x10\",filter=\"arg1 > 5\"} 2\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		const struct counts_options opts = { 0 };
		struct counts c = { 0 };
		auto_buf b = BUF_INIT;

		counts_add(&c, "/lib/liba.so", "alpha", 16);
		counts_add(&c, "/lib/liba.so", "alpha", 16);
		c.counters[0].total = 3;
		c.counters[1].total = 2;
		c.counters[1].filter = "arg1 > 5";
		counts_tick(&c, 1);
		shown[i].format(&c, &opts, &b);
		ck_assert_msg(strstr(buf_str(&b), shown[i].text) != NULL, "%s", buf_str(&b));
		counts_done(&c);
	}
}
END_TEST

/* Of the interval, or of the whole run. */
START_TEST(json_has_rates)
{
	static const struct {
		bool intervals;
		const char *begin, *alpha;
	} of[] = {
		{ true, "{\"duration\":2,\"counts\":[",
		  "\"symbol\":\"alpha\",\"offset\":16,\"hits\":3,\"rate\":1.5}" },
		{ false, "{\"duration\":10,\"counts\":[",
		  "\"symbol\":\"alpha\",\"offset\":16,\"hits\":40,\"rate\":4}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(of); i++) {
		auto_buf b = BUF_INIT;

		format(counts_json, of[i].intervals, &b);
		ck_assert_msg(strncmp(buf_str(&b), of[i].begin, strlen(of[i].begin)) == 0,
			      "%s", b.p);
		ck_assert_msg(strstr(b.p, of[i].alpha) != NULL, "%s", b.p);
		ck_assert_ptr_nonnull(strstr(b.p, "\"symbol\":null"));
	}
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_test(c, deltas_are_since_the_last_tick);
	tcase_add_test(c, the_busiest_come_first);
	tcase_add_test(c, text_names_file_and_function);
	tcase_add_test(c, text_with_intervals_has_time_and_rate);
	tcase_add_test(c, screen_cuts_lines);
	tcase_add_test(c, screen_keeps_what_is_not_its_own);
	tcase_add_test(c, csv_quotes_what_must_be);
	tcase_add_test(c, metrics_escape_their_labels);
	tcase_add_test(c, filters_are_shown);
	tcase_add_test(c, json_has_rates);
}

UNIT_MAIN("counts", fill)
