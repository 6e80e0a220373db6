/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as one JSON object a line, with the names of design's "Machine output". */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "report/row.h"

struct events_writer {
	struct events_options opts;
	struct wall_clock clock;
};

static struct events_writer *json_begin(const struct events_options *opts,
					struct buf *out)
{
	struct events_writer *w = xcalloc(1, sizeof(*w));

	w->opts = *opts;
	return w;
}

static void add_time(struct events_writer *w, struct json *j, uint64_t time_ns)
{
	if (!w->opts.no_wall)
		json_str(j, "time", wall_clock_text(&w->clock, time_ns + w->opts.wall_offset_ns));
	if (time_ns || !w->opts.no_wall) /* a log may tell no time at all */
		json_uint(j, "mono_ns", time_ns);
}

static void add_who(struct json *j, const struct event *e)
{
	if (e->cpu >= 0)
		json_int(j, "cpu", e->cpu);
	if (e->comm)
		json_str(j, "comm", e->comm);
	if (e->tgid)
		json_int(j, "pid", e->tgid);
	if (e->tid >= 0)
		json_int(j, "tid", e->tid);
}

static void add_what(const struct events_writer *w, struct json *j, const struct row *r)
{
	const struct event *e = r->first;
	const char *symbol = w->opts.symbol ? w->opts.symbol(e) : NULL;
	const char *file = w->opts.file ? w->opts.file(e) : NULL;
	const char *group = w->opts.group ? w->opts.group(e) : e->type->group;

	if (group)
		json_str(j, "group", group);
	json_str(j, "event", event_type_name(e->type));
	json_str(j, "kind", row_kind(r));
	if (symbol)
		json_str(j, "symbol", symbol);
	if (file)
		json_str(j, "file", file);
	json_hex(j, "ip", e->ip);
	if (r->finish && r->finish->ret_ip)
		json_hex(j, "caller", r->finish->ret_ip);
}

/* The names of the arguments of which `test` is true, as an array; nothing if there is none. */
static void add_names(struct json *j, const char *key, const struct row *r,
		      bool (*test)(const struct value *v))
{
	const struct event *e;
	bool is_open = false;

	for (size_t h = 0; (e = row_half(r, h)); h++)
		for (size_t i = 0; i < e->type->n_fields; i++) {
			const struct field *f = &e->type->fields[i];

			if (f->is_hidden || !test(&e->values[i]))
				continue;
			if (!is_open)
				json_array(j, key);
			is_open = true;
			json_str(j, NULL, f->name);
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

static void add_outcome(struct json *j, const struct row *r)
{
	const struct value *retval = row_retval(r);
	uint64_t duration;

	if (retval)
		value_json(retval, j, "retval");
	if (row_duration(r, &duration))
		json_uint(j, "duration_ns", duration);
	if (row_reason(r)) {
		json_bool(j, "unmatched", true);
		json_str(j, "reason", row_reason(r));
	}
}

static void add_row(struct events_writer *w, const struct row *r, struct buf *out)
{
	struct json j = JSON_INIT(out);

	json_object(&j, NULL);
	add_time(w, &j, r->first->time_ns);
	add_who(&j, r->first);
	add_what(w, &j, r);
	row_args_json(r, &j, "args");
	add_outcome(&j, r);
	add_names(&j, "faults", r, has_fault);
	add_names(&j, "cut", r, is_cut);
	json_end_object(&j);
	buf_addc(out, '\n');
}

static void json_event(struct events_writer *w, const struct event *e, struct buf *out)
{
	const struct row r = row_of_event(e);

	add_row(w, &r, out);
}

static void json_call(struct events_writer *w, const struct call *c, struct buf *out)
{
	const struct row r = row_of_call(c);

	add_row(w, &r, out);
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
	.call = json_call,
	.lost = json_lost,
	.end = json_end,
};
