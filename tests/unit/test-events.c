/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>

#include "report/events.h"
#include "unit.h"

#define STRING(text) { .kind = VALUE_STRING, .str = (text), .len = sizeof(text) - 1 }
#define NUMBER(k, n) { .kind = (k), .u = (n) }
#define ARRAY(a) { .kind = VALUE_ARRAY, .items = (a), .len = ARRAY_SIZE(a) }

static const struct value numbers[] = { NUMBER(VALUE_HEX, 1), NUMBER(VALUE_HEX, 0xff) };
static const struct value strings[] = { STRING("a"), { .kind = VALUE_FAULT } };
static const struct value chars[] = {
	NUMBER(VALUE_CHAR, 'h'), NUMBER(VALUE_CHAR, 0), NUMBER(VALUE_CHAR, 0xc3),
	NUMBER(VALUE_CHAR, 0xbc), NUMBER(VALUE_CHAR, '"'),
};

static const struct {
	struct value value;
	const char *text;
	const char *json;
} values[] = {
	{ NUMBER(VALUE_UINT, UINT64_MAX), "18446744073709551615", "18446744073709551615" },
	{ NUMBER(VALUE_SINT, UINT64_MAX), "-1", "-1" },
	{ NUMBER(VALUE_SINT, (uint64_t)INT64_MIN), "-9223372036854775808",
	  "-9223372036854775808" },
	{ NUMBER(VALUE_HEX, UINT64_MAX), "0xffffffffffffffff", "\"0xffffffffffffffff\"" },
	{ NUMBER(VALUE_HEX, 0), "0x0", "\"0x0\"" },
	{ NUMBER(VALUE_CHAR, 'c'), "'c'", "\"c\"" },
	{ NUMBER(VALUE_CHAR, '\''), "'\\''", "\"'\"" },
	{ NUMBER(VALUE_CHAR, 0), "'\\x00'", "\"\\u0000\"" },
	{ NUMBER(VALUE_CHAR, 0xff), "'\\xff'", "\"\\udcff\"" },
	{ STRING("say \"hi\"\n\033["), "\"say \\\"hi\\\"\\n\\x1b[\"",
	  "\"say \\\"hi\\\"\\n\\u001b[\"" },
	{ STRING(""), "\"\"", "\"\"" },
	{ STRING("(fault)"), "\"(fault)\"", "\"(fault)\"" },
	{ { .kind = VALUE_FAULT }, "(fault)", "null" },
	{ { .kind = VALUE_NULL }, "NULL", "null" },
	{ ARRAY(numbers), "{0x1,0xff}", "[\"0x1\",\"0xff\"]" },
	{ ARRAY(strings), "{\"a\",(fault)}", "[\"a\",null]" },
	{ ARRAY(chars), "\"h\\x00\xc3\xbc\\\"\"", "\"h\\u0000\xc3\xbc\\\"\"" },
};

static struct field one_field[] = { { .name = (char *)"v" } };
static struct event_type one_type = {
	.group = (char *)"g", .event = (char *)"e", .fields = one_field, .n_fields = 1,
};

/* 2026-11-20 14:02:11.483920123 UTC */
static const struct events_options opts = {
	.wall_offset_ns = 1795183331483920123 - 1000,
};

static void write_event(const struct events_format *f, const struct events_options *o,
			const struct event *e, struct buf *out)
{
	struct events_writer *w = f->begin(o, out);

	f->event(w, e, out);
	f->end(w, out);
}

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

START_TEST(shows_values)
{
	struct event e = { .type = &one_type, .time_ns = 1000, .tid = 1,
			   .values = &values[_i].value };
	bool has_fault = strstr(values[_i].text, "(fault)") && strstr(values[_i].json, "null");
	auto_buf b = BUF_INIT, want = BUF_INIT;

	value_format(&values[_i].value, &b);
	ck_assert_str_eq(buf_str(&b), values[_i].text);
	buf_reset(&b);
	write_event(&events_json, &opts, &e, &b);
	buf_addf(&want, "\"args\":{\"v\":%s}%s}\n", values[_i].json,
		 has_fault ? ",\"faults\":[\"v\"]" : "");
	ck_assert_str_eq(strstr(b.p, "\"args\":"), want.p);
}
END_TEST

static struct field fields[] = {
	{ .name = (char *)"n" },
	{ .name = (char *)"__id", .is_hidden = true },
	{ .name = (char *)"retval" },
	{ .name = (char *)"s" },
};
static struct event_type entry_type = {
	.group = (char *)"g", .event = (char *)"func", .fields = fields, .n_fields = 4,
};
static struct event_type return_type = {
	.group = (char *)"g", .event = (char *)"func_ret_long", .is_return = true,
	.fields = fields, .n_fields = 4,
};
static struct event_type bare_type = { .group = (char *)"g", .event = (char *)"b" };

static const struct value some_values[] = {
	NUMBER(VALUE_UINT, 7), { .kind = VALUE_FAULT }, NUMBER(VALUE_SINT, (uint64_t)-1),
	STRING("x"),
};

START_TEST(text_columns)
{
	const struct lost lost[] = { { 1, 123 }, { 0, 1 }, { 2, -1 } };
	struct event e = { .type = &entry_type, .time_ns = 1000, .cpu = 1, .tid = 2219,
			   .tgid = 2219, .comm = "target-sample", .values = some_values };
	struct events_writer *w;
	auto_buf b = BUF_INIT;

	set_zone("UTC0");
	w = events_text.begin(&opts, &b);
	events_text.event(w, &e, &b);
	e.tgid = 2213;
	e.comm = "a\nb";
	e.type = &return_type;
	events_text.event(w, &e, &b);
	e.tgid = 0;
	e.comm = NULL;
	e.type = &bare_type;
	e.time_ns += 999999999;
	events_text.event(w, &e, &b);
	e.comm = "gr\xc3\xbc\xc3\x9f";
	e.type = &entry_type;
	events_text.event(w, &e, &b);
	for (size_t i = 0; i < ARRAY_SIZE(lost); i++)
		events_text.lost(w, &lost[i], &b);
	events_text.end(w, &b);
	ck_assert_str_eq(
		buf_str(&b),
		"TIME             COMM             PID[/TID]  EVENT     ARGS\n"
		"14:02:11.483920  target-sample    2219       func      n=7 retval=-1 s=\"x\"\n"
		"14:02:11.483920  a\\nb             2213/2219  func_ret_long  n=7 retval=-1 s=\"x\"\n"
		"14:02:12.483920  ?                ?/2219     b\n"
		"14:02:12.483920  gr\xc3\xbc\xc3\x9f             ?/2219     func           n=7 "
		"retval=-1 s=\"x\"\n"
		"lost 123 events on CPU 1\n"
		"lost 1 event on CPU 0\n"
		"lost events on CPU 2, the kernel did not say how many\n");
}
END_TEST

START_TEST(text_without_header)
{
	struct events_options o = opts;
	struct event e = { .type = &bare_type, .time_ns = 1000, .tid = 1, .tgid = 1 };
	auto_buf b = BUF_INIT;

	set_zone("UTC0");
	o.no_header = true;
	write_event(&events_text, &o, &e, &b);
	ck_assert_int_eq(strncmp(b.p, "14:02:11.483920  ?", 18), 0);
}
END_TEST

static const char *symbol_of(const struct event *e)
{
	return e->type->is_return ? "func" : NULL;
}

static const char *file_of(const struct event *e)
{
	return "/srv/a\"b";
}

START_TEST(json_objects)
{
	struct events_options o = opts;
	struct event e = { .type = &return_type, .time_ns = 1000, .cpu = 1, .tid = 2219,
			   .tgid = 2213, .comm = "a\xff", .values = some_values,
			   .ip = 0x401139, .ret_ip = 0x401184 };
	auto_buf b = BUF_INIT;

	set_zone("UTC0");
	o.symbol = symbol_of;
	o.file = file_of;
	write_event(&events_json, &o, &e, &b);
	ck_assert_str_eq(
		buf_str(&b),
		"{\"time\":\"2026-11-20T14:02:11.483920123Z\",\"mono_ns\":1000,\"cpu\":1,"
		"\"comm\":\"a\\udcff\",\"pid\":2213,\"tid\":2219,\"group\":\"g\","
		"\"event\":\"func_ret_long\",\"kind\":\"return\",\"symbol\":\"func\","
		"\"file\":\"/srv/a\\\"b\",\"ip\":\"0x401139\",\"caller\":\"0x401184\","
		"\"args\":{\"n\":7,\"s\":\"x\"},\"retval\":-1}\n");
	buf_reset(&b);
	/* On entry `retval` is a name like any other; what is not known is absent. */
	e = (struct event){ .type = &entry_type, .time_ns = 1000, .tid = 5, .ip = 1,
			    .values = some_values };
	write_event(&events_json, &opts, &e, &b);
	ck_assert_str_eq(
		buf_str(&b),
		"{\"time\":\"2026-11-20T14:02:11.483920123Z\",\"mono_ns\":1000,\"cpu\":0,"
		"\"tid\":5,\"group\":\"g\",\"event\":\"func\",\"kind\":\"entry\","
		"\"ip\":\"0x1\",\"args\":{\"n\":7,\"retval\":-1,\"s\":\"x\"}}\n");
}
END_TEST

static const struct {
	const char *zone;
	const char *time;
} zones[] = {
	{ "UTC0", "\"2026-11-20T14:02:11.483920123Z\"" },
	{ "AAA-5:30", "\"2026-11-20T19:32:11.483920123+05:30\"" },
	{ "BBB+3:30", "\"2026-11-20T10:32:11.483920123-03:30\"" },
	{ "CCC-14", "\"2026-11-21T04:02:11.483920123+14:00\"" },
};

START_TEST(json_zones)
{
	struct event e = { .type = &bare_type, .time_ns = 1000, .tid = 1 };
	auto_buf b = BUF_INIT;

	set_zone(zones[_i].zone);
	write_event(&events_json, &opts, &e, &b);
	ck_assert_int_eq(strncmp(b.p + strlen("{\"time\":"), zones[_i].time,
				 strlen(zones[_i].time)), 0);
}
END_TEST

START_TEST(json_losses)
{
	const struct lost lost[] = { { 1, 123 }, { 0, -1 } };
	auto_buf b = BUF_INIT;
	struct events_writer *w = events_json.begin(&opts, &b);

	for (size_t i = 0; i < ARRAY_SIZE(lost); i++)
		events_json.lost(w, &lost[i], &b);
	events_json.end(w, &b);
	ck_assert_str_eq(buf_str(&b), "{\"lost\":123,\"cpu\":1}\n{\"lost\":null,\"cpu\":0}\n");
}
END_TEST

/* One call and its halves, in every format that has calls. */
static const struct {
	bool has_entry, has_finish;
	enum call_end end;
	uint64_t duration;
	const char *text, *json, *csv;
} calls[] = {
	{ true, true, CALL_RETURNED, 41234,
	  "func(n=7, retval=-1, s=\"x\") = -1 n=7 s=\"x\" <41.2us>",
	  "\"retval\":-1,\"duration_ns\":41234}", ",-1,41234,," },
	{ true, true, CALL_RETURNED, 899, "n=7 s=\"x\" <899ns>", "\"duration_ns\":899}", ",899,," },
	{ true, true, CALL_RETURNED, 999960, "<1.0ms>", "999960}", ",999960,," },
	{ true, true, CALL_RETURNED, 61000000000, "<61.0s>", "61000000000}", ",61000000000,," },
	{ true, false, CALL_EXITED, 0, "func(n=7, retval=-1, s=\"x\") <unfinished: thread exited>",
	  "\"unmatched\":true,\"reason\":\"exited\"}", ",,,exited," },
	{ true, false, CALL_LOST, 0, "<unfinished: events lost>", "\"reason\":\"lost\"}",
	  ",lost," },
	{ true, false, CALL_LEFT, 0, "<unfinished: left without return>", "\"left\"}", ",left," },
	{ true, false, CALL_RUNNING, 0, "<unfinished \xe2\x80\xa6>", "\"running\"}", ",running," },
	{ true, false, CALL_FORGOTTEN, 0, "<unfinished: too many calls open>", "\"forgotten\"}",
	  ",forgotten," },
	{ false, true, CALL_NO_ENTRY, 0, "func(\xe2\x80\xa6) = -1 n=7 s=\"x\" <no entry seen>",
	  "\"retval\":-1,\"unmatched\":true,\"reason\":\"no-entry\"}", ",-1,,no-entry," },
	{ false, true, CALL_LOST, 0, "<entry lost>", "\"reason\":\"lost\"}", ",lost," },
};

static struct event_type func_ret_type = {
	.group = (char *)"g", .event = (char *)"func_ret", .is_return = true,
	.fields = fields, .n_fields = 4,
};

START_TEST(shows_calls)
{
	static const struct events_format *const formats[] = {
		&events_text, &events_json, &events_csv,
	};
	const char *want[] = { calls[_i].text, calls[_i].json, calls[_i].csv };
	struct event entry = { .type = &entry_type, .time_ns = 1000, .tid = 5, .ip = 1,
			       .values = some_values };
	struct event finish = { .type = &func_ret_type, .time_ns = 1000 + calls[_i].duration,
				.tid = 5, .ip = 1, .ret_ip = 2, .values = some_values };
	const struct call call = {
		.entry = calls[_i].has_entry ? &entry : NULL,
		.finish = calls[_i].has_finish ? &finish : NULL,
		.end = calls[_i].end,
	};

	set_zone("UTC0");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct events_options o = opts;
		auto_buf b = BUF_INIT;
		struct events_writer *w;
		size_t len = strlen(want[i]);

		o.has_calls = o.no_header = true;
		w = formats[i]->begin(&o, &b);
		formats[i]->call(w, &call, &b);
		formats[i]->end(w, &b);
		ck_assert_msg(strstr(buf_str(&b), want[i]), "%s", b.p);
		/* To the end of the line; in CSV the arguments follow. */
		if (formats[i] != &events_csv)
			ck_assert(strncmp(b.p + b.len - 1 - len, want[i], len) == 0);
		ck_assert(strstr(b.p, formats[i] == &events_csv ? ",call," :
				 formats[i] == &events_json ? "\"kind\":\"call\"" : "func("));
	}
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, shows_values, 0, ARRAY_SIZE(values));
	tcase_add_test(c, text_columns);
	tcase_add_test(c, text_without_header);
	tcase_add_test(c, json_objects);
	tcase_add_loop_test(c, json_zones, 0, ARRAY_SIZE(zones));
	tcase_add_test(c, json_losses);
	tcase_add_loop_test(c, shows_calls, 0, ARRAY_SIZE(calls));
}

UNIT_MAIN("events", fill)
