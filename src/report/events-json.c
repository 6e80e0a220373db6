/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as one JSON object a line, with the names of design's "Machine output". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/xalloc.h"
#include "report/events.h"
#include "report/json.h"

struct events_writer {
	struct events_options opts;
	bool is_known_second;
	int64_t second; /* that date and zone are of: localtime_r() is dear */
	char date[32];
	char zone[8];
};

static struct events_writer *json_begin(const struct events_options *opts,
					struct buf *out)
{
	struct events_writer *w = xcalloc(1, sizeof(*w));

	w->opts = *opts;
	return w;
}

static void set_second(struct events_writer *w, int64_t second)
{
	time_t t = second;
	struct tm tm;
	long minutes;

	if (!localtime_r(&t, &tm))
		gmtime_r(&(time_t){ 0 }, &tm);
	strftime(w->date, sizeof(w->date), "%Y-%m-%dT%H:%M:%S", &tm);
	minutes = labs(tm.tm_gmtoff) / 60;
	if (tm.tm_gmtoff == 0)
		snprintf(w->zone, sizeof(w->zone), "Z");
	else
		snprintf(w->zone, sizeof(w->zone), "%c%02u:%02u",
			 tm.tm_gmtoff < 0 ? '-' : '+', (unsigned)(minutes / 60 % 24),
			 (unsigned)(minutes % 60));
	w->second = second;
	w->is_known_second = true;
}

static void add_time(struct events_writer *w, struct json *j, uint64_t time_ns)
{
	uint64_t wall = time_ns + w->opts.wall_offset_ns;
	int64_t second = wall / 1000000000;
	char text[64];

	if (!w->is_known_second || second != w->second)
		set_second(w, second);
	snprintf(text, sizeof(text), "%s.%09u%s", w->date, (unsigned)(wall % 1000000000),
		 w->zone);
	json_str(j, "time", text);
	json_uint(j, "mono_ns", time_ns);
}

static void add_who(struct json *j, const struct event *e)
{
	json_int(j, "cpu", e->cpu);
	if (e->comm)
		json_str(j, "comm", e->comm);
	if (e->tgid)
		json_int(j, "pid", e->tgid);
	json_int(j, "tid", e->tid);
}

static void add_what(const struct events_writer *w, struct json *j, const struct event *e)
{
	const char *symbol = w->opts.symbol ? w->opts.symbol(e) : NULL;
	const char *file = w->opts.file ? w->opts.file(e) : NULL;

	json_str(j, "group", w->opts.group ? w->opts.group(e) : e->type->group);
	json_str(j, "event", e->type->event);
	json_str(j, "kind", e->type->is_return ? "return" : "entry");
	if (symbol)
		json_str(j, "symbol", symbol);
	if (file)
		json_str(j, "file", file);
	json_hex(j, "ip", e->ip);
	if (e->ret_ip)
		json_hex(j, "caller", e->ret_ip);
}

/* `retval` of a return stands beside "args", not in it. */
static bool is_retval(const struct event *e, size_t i)
{
	return e->type->is_return && strcmp(e->type->fields[i].name, "retval") == 0;
}

static void add_args(struct json *j, const struct event *e)
{
	const struct event_type *type = e->type;

	json_object(j, "args");
	for (size_t i = 0; i < type->n_fields; i++)
		if (!type->fields[i].is_hidden && !is_retval(e, i))
			value_json(&e->values[i], j, type->fields[i].name);
	json_end_object(j);
	for (size_t i = 0; i < type->n_fields; i++)
		if (is_retval(e, i))
			value_json(&e->values[i], j, "retval");
}

/* The names of the arguments of which `test` is true, as an array; nothing if there is none. */
static void add_names(struct json *j, const char *key, const struct event *e,
		      bool (*test)(const struct value *v))
{
	const struct event_type *type = e->type;
	bool is_open = false;

	for (size_t i = 0; i < type->n_fields; i++) {
		if (type->fields[i].is_hidden || !test(&e->values[i]))
			continue;
		if (!is_open)
			json_array(j, key);
		is_open = true;
		json_str(j, NULL, type->fields[i].name);
	}
	if (is_open)
		json_end_array(j);
}

static bool has_fault(const struct value *v)
{
	if (v->kind == VALUE_ARRAY)
		for (size_t i = 0; i < v->len; i++)
			if (has_fault(&v->items[i]))
				return true;
	return v->kind == VALUE_FAULT;
}

static bool is_cut(const struct value *v)
{
	return (v->kind == VALUE_STRING || v->kind == VALUE_BYTES) && v->is_cut;
}

static void json_event(struct events_writer *w, const struct event *e, struct buf *out)
{
	struct json j = JSON_INIT(out);

	json_object(&j, NULL);
	add_time(w, &j, e->time_ns);
	add_who(&j, e);
	add_what(w, &j, e);
	add_args(&j, e);
	add_names(&j, "faults", e, has_fault);
	add_names(&j, "cut", e, is_cut);
	json_end_object(&j);
	buf_addc(out, '\n');
}

static void json_lost(struct events_writer *w, const struct lost *lost, struct buf *out)
{
	struct json j = JSON_INIT(out);

	json_object(&j, NULL);
	if (lost->count < 0)
		json_null(&j, "lost");
	else
		json_int(&j, "lost", lost->count);
	json_int(&j, "cpu", lost->cpu);
	json_end_object(&j);
	buf_addc(out, '\n');
}

static void json_end(struct events_writer *w, struct buf *out)
{
	free(w);
}

const struct events_format events_json = {
	.name = "json",
	.begin = json_begin,
	.event = json_event,
	.lost = json_lost,
	.end = json_end,
};
