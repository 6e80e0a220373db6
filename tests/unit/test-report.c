/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "report/json.h"
#include "report/table.h"
#include "unit.h"

static const struct {
	const char *raw;
	size_t len;
	const char *json;
} strings[] = {
	{ "", 0, "\"\"" },
	{ "plain", 5, "\"plain\"" },
	{ "say \"hi\\\"", 9, "\"say \\\"hi\\\\\\\"\"" },
	{ "\b\f\n\r\t\v", 6, "\"\\b\\f\\n\\r\\t\\u000b\"" },
	{ "a\0b", 3, "\"a\\u0000b\"" },
	{ "\033[31m\x7f", 6, "\"\\u001b[31m\\u007f\"" },
	{ "gr\xc3\xbc\xc3\x9f", 6, "\"gr\xc3\xbc\xc3\x9f\"" },
	{ "\xf0\x9f\x90\x9b", 4, "\"\xf0\x9f\x90\x9b\"" },
	{ "\xc2\x9b", 2, "\"\\u009b\"" },          /* C1 control: CSI */
	{ "\xe2\x80\xae", 3, "\"\\u202e\"" },      /* right-to-left override */
	{ "\xff\xfex", 3, "\"\\udcff\\udcfex\"" }, /* no UTF-8 at all */
	{ "\xed\xa0\x80", 3, "\"\\udced\\udca0\\udc80\"" }, /* a surrogate in UTF-8 */
	{ "\xc0\x80", 2, "\"\\udcc0\\udc80\"" },   /* overlong */
	{ "x\xe2\x82", 3, "\"x\\udce2\\udc82\"" }, /* cut short */
	{ "\xf4\x90\x80\x80", 4, "\"\\udcf4\\udc90\\udc80\\udc80\"" }, /* past U+10FFFF */
};

START_TEST(json_strings)
{
	auto_buf b = BUF_INIT;
	struct json j = JSON_INIT(&b);

	json_strn(&j, NULL, strings[_i].raw, strings[_i].len);
	ck_assert_str_eq(buf_str(&b), strings[_i].json);
}
END_TEST

START_TEST(json_nesting)
{
	auto_buf b = BUF_INIT;
	struct json j = JSON_INIT(&b);

	json_object(&j, NULL);
	json_object(&j, "empty");
	json_end_object(&j);
	json_array(&j, "list");
	json_uint(&j, NULL, UINT64_MAX);
	json_int(&j, NULL, INT64_MIN);
	json_int(&j, NULL, 0);
	json_array(&j, NULL);
	json_end_array(&j);
	json_object(&j, NULL);
	json_null(&j, "a\"b");
	json_end_object(&j);
	json_end_array(&j);
	json_hex(&j, "x", UINT64_MAX);
	json_hex(&j, "zero", 0);
	json_str(&j, "none", NULL);
	json_bool(&j, "t", true);
	json_bool(&j, "f", false);
	json_end_object(&j);
	json_object(&j, NULL);
	json_end_object(&j);
	ck_assert_str_eq(buf_str(&b),
			 "{\"empty\":{},\"list\":[18446744073709551615,-9223372036854775808,0,"
			 "[],{\"a\\\"b\":null}],\"x\":\"0xffffffffffffffff\",\"zero\":\"0x0\","
			 "\"none\":null,\"t\":true,\"f\":false}{}");
}
END_TEST

static const struct {
	double value;
	const char *json;
} doubles[] = {
	{ 0, "0" },       { 0.1, "0.1" },  { 1.0 / 3, "0.333" },    { 2.0 / 3, "0.667" },
	{ 0.0001, "0" },  { 100, "100" },  { 1234.5004, "1234.5" }, { 1e15, "1000000000000000" },
	{ -2.5, "-2.5" }, { NAN, "null" }, { INFINITY, "null" },
};

START_TEST(json_doubles)
{
	auto_buf b = BUF_INIT;
	struct json j = JSON_INIT(&b);

	json_rounded(&j, NULL, doubles[_i].value, 3);
	ck_assert_str_eq(buf_str(&b), doubles[_i].json);
}
END_TEST

static const struct table_column columns[] = {
	{ .title = "PROBE" },
	{ .title = "HITS", .right = true },
	{ .title = "FILE" },
	{ .title = "NOTE" },
};

START_TEST(table_aligns)
{
	static const char *const cells[] = {
		"gr\xc3\xbc\xc3\x9f" "e", "1", NULL, "",
		"a", "1234567", "x\033y", "last",
	};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		table_cell(t, cells[i]);
	table_cell(t, "");
	table_cellf(t, "%d", 42);
	table_cell(t, "");
	table_cell(t, "n");
	table_format(t, true, &b);
	ck_assert_str_eq(buf_str(&b), "PROBE     HITS  FILE    NOTE\n"
				      "gr\xc3\xbc\xc3\x9f" "e        1  -\n"
				      "a      1234567  x\\x1by  last\n"
				      "            42          n\n");
	buf_reset(&b);
	table_format(t, false, &b);
	ck_assert_ptr_eq(strstr(buf_str(&b), "gr\xc3\xbc\xc3\x9f" "e        1  -\n"), b.p);
	table_free(t);
}
END_TEST

START_TEST(empty_table)
{
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	auto_buf b = BUF_INIT;

	table_format(t, false, &b);
	ck_assert_str_eq(buf_str(&b), "");
	table_format(t, true, &b);
	ck_assert_str_eq(buf_str(&b), "PROBE  HITS  FILE  NOTE\n");
	table_free(t);
	table_free(NULL);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, json_strings, 0, ARRAY_SIZE(strings));
	tcase_add_test(c, json_nesting);
	tcase_add_loop_test(c, json_doubles, 0, ARRAY_SIZE(doubles));
	tcase_add_test(c, table_aligns);
	tcase_add_test(c, empty_table);
}

UNIT_MAIN("report", fill)
