/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events in aligned columns: output.md. A column widens for a longer cell, for good. The
 * last one is not padded.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "report/row.h"

struct events_writer {
	struct events_options opts;
	size_t width[EVENTS_COLUMNS_MAX];
	struct wall_clock clock;
};

static void add_escaped(struct buf *b, const char *s)
{
	text_escape(b, s, strlen(s), false);
}

static void add_seconds(uint64_t ns, struct buf *b)
{
	buf_add_uint(b, ns / 1000000000);
	buf_addc(b, '.');
	buf_add_digits(b, ns / 1000, 6);
}

static void cell_time(struct events_writer *w, const struct row *r, struct buf *b)
{
	uint64_t time_ns = r->first->time_ns;
	const char *wall;

	switch (w->opts.time) {
	case TIME_WALL: /* to the microsecond */
		wall = wall_clock_text(&w->clock, time_ns + w->opts.wall_offset_ns);
		buf_add(b, wall + WALL_TIME, WALL_FRACTION + 6 - WALL_TIME);
		break;
	case TIME_MONO:
		add_seconds(time_ns, b);
		break;
	case TIME_REL:
		add_seconds(time_ns > w->opts.start_ns ? time_ns - w->opts.start_ns : 0, b);
		break;
	}
}

static void cell_comm(struct events_writer *w, const struct row *r, struct buf *b)
{
	add_escaped(b, r->first->comm ? r->first->comm : "?");
}

static void cell_task(struct events_writer *w, const struct row *r, struct buf *b)
{
	const struct event *e = r->first;

	if (e->tid >= 0 && e->tgid == e->tid) {
		buf_add_int(b, e->tid);
		return;
	}
	if (e->tid >= 0 && e->tgid)
		buf_add_int(b, e->tgid);
	else
		buf_addc(b, '?');
	if (e->tid >= 0) {
		buf_addc(b, '/');
		buf_add_int(b, e->tid);
	}
}

static void cell_pid(struct events_writer *w, const struct row *r, struct buf *b)
{
	if (r->first->tgid)
		buf_add_int(b, r->first->tgid);
}

static void cell_tid(struct events_writer *w, const struct row *r, struct buf *b)
{
	if (r->first->tid >= 0)
		buf_add_int(b, r->first->tid);
}

static void cell_cpu(struct events_writer *w, const struct row *r, struct buf *b)
{
	if (r->first->cpu >= 0)
		buf_add_int(b, r->first->cpu);
}

static void cell_group(struct events_writer *w, const struct row *r, struct buf *b)
{
	const char *group = w->opts.group ? w->opts.group(r->first) : r->first->type->group;

	add_escaped(b, group ? group : "");
}

/* Symbols come from files of strangers. A return is called after its entry, and _ret. */
static void cell_event(struct events_writer *w, const struct row *r, struct buf *b)
{
	const char *name = w->opts.name ? w->opts.name(r->first) : event_type_name(r->first->type);
	size_t len = strlen(name);

	if (r->is_call && !r->entry && len > 4 && strcmp(name + len - 4, "_ret") == 0)
		len -= 4;
	text_escape(b, name, len, false);
}

static void cell_kind(struct events_writer *w, const struct row *r, struct buf *b)
{
	buf_adds(b, row_kind(r));
}

static void cell_symbol(struct events_writer *w, const struct row *r, struct buf *b)
{
	const char *symbol = w->opts.symbol ? w->opts.symbol(r->first) : NULL;

	add_escaped(b, symbol ? symbol : "");
}

static void cell_file(struct events_writer *w, const struct row *r, struct buf *b)
{
	const char *file = w->opts.file ? w->opts.file(r->first) : NULL;

	add_escaped(b, file ? file : "");
}

static void cell_ip(struct events_writer *w, const struct row *r, struct buf *b)
{
	buf_add_hex(b, r->first->ip);
}

static void cell_caller(struct events_writer *w, const struct row *r, struct buf *b)
{
	if (r->finish && r->finish->ret_ip)
		buf_add_hex(b, r->finish->ret_ip);
}

static void cell_retval(struct events_writer *w, const struct row *r, struct buf *b)
{
	const struct value *retval = row_retval(r);

	if (retval)
		value_format(retval, b);
}

static void add_duration(uint64_t ns, struct buf *b)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		uint64_t tenths = (ns + units[i].ns / 20) / (units[i].ns / 10);

		if (tenths < 10)
			continue;
		buf_add_uint(b, tenths / 10);
		buf_addc(b, '.');
		buf_add_digits(b, tenths, 1);
		buf_adds(b, units[i].name);
		return;
	}
	buf_add_uint(b, ns);
	buf_adds(b, "ns");
}

static void cell_duration(struct events_writer *w, const struct row *r, struct buf *b)
{
	uint64_t ns;

	if (row_duration(r, &ns))
		add_duration(ns, b);
}

static void add_args(const struct event *e, bool with_retval, const char **lead,
		     const char *between, struct buf *b)
{
	for (size_t i = 0; i < e->type->n_fields; i++) {
		if (with_retval ? e->type->fields[i].is_hidden : !row_is_arg(e, i, false))
			continue;
		buf_adds(b, *lead);
		buf_adds(b, e->type->fields[i].name);
		buf_addc(b, '=');
		value_format(&e->values[i], b);
		*lead = between;
	}
}

static void cell_args(struct events_writer *w, const struct row *r, struct buf *b)
{
	const char *lead = "";
	const struct event *e;

	for (size_t h = 0; (e = row_half(r, h)); h++)
		add_args(e, true, &lead, " ", b);
}

static void add_ending(const struct row *r, struct buf *b)
{
	static const char *const why[] = {
		[CALL_LEFT] = " <unfinished: left without return>",
		[CALL_EXITED] = " <unfinished: thread exited>",
		[CALL_RUNNING] = " <unfinished \xe2\x80\xa6>",
		[CALL_LOST] = " <unfinished: events lost>",
		[CALL_FORGOTTEN] = " <unfinished: too many calls open>",
	};
	const char *lead = " ";
	uint64_t ns;

	if (row_retval(r)) {
		buf_adds(b, " = ");
		value_format(row_retval(r), b);
	}
	if (r->finish)
		add_args(r->finish, false, &lead, " ", b);
	if (!r->entry) {
		buf_adds(b, r->end == CALL_LOST ? " <entry lost>" : " <no entry seen>");
	} else if (!r->finish) {
		buf_adds(b, why[r->end]);
	} else if (row_duration(r, &ns)) {
		buf_adds(b, " <");
		add_duration(ns, b);
		buf_addc(b, '>');
	}
}

/* As C writes it. */
static void cell_call(struct events_writer *w, const struct row *r, struct buf *b)
{
	const char *lead = "";

	cell_event(w, r, b);
	buf_addc(b, '(');
	if (r->entry)
		add_args(r->entry, true, &lead, ", ", b);
	else if (r->is_call)
		buf_adds(b, "\xe2\x80\xa6");
	else
		add_args(r->finish, false, &lead, ", ", b);
	buf_addc(b, ')');
	if (r->is_call)
		add_ending(r, b);
	else if (row_retval(r)) {
		buf_adds(b, " = ");
		value_format(row_retval(r), b);
	}
}

/* Named in the manual: -o. */
static const struct column {
	const char *name, *title;
	size_t width; /* to begin with */
	void (*cell)(struct events_writer *w, const struct row *r, struct buf *b);
} columns[] = {
	{ "time", "TIME", 15, cell_time },
	{ "comm", "COMM", 15, cell_comm }, /* TASK_COMM_LEN - 1 */
	{ "task", "PID[/TID]", 9, cell_task },
	{ "event", "EVENT", 8, cell_event },
	{ "args", "ARGS", 8, cell_args },
	{ "call", "CALL", 8, cell_call },
	{ "pid", "PID", 7, cell_pid },
	{ "tid", "TID", 7, cell_tid },
	{ "cpu", "CPU", 3, cell_cpu },
	{ "group", "GROUP", 7, cell_group },
	{ "kind", "KIND", 6, cell_kind },
	{ "symbol", "SYMBOL", 8, cell_symbol },
	{ "file", "FILE", 8, cell_file },
	{ "ip", "IP", 14, cell_ip },
	{ "caller", "CALLER", 14, cell_caller },
	{ "retval", "RETVAL", 6, cell_retval },
	{ "duration", "DURATION", 8, cell_duration },
};

static void add_column(struct events_options *opts, const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (strlen(columns[i].name) == len && strncmp(columns[i].name, name, len) == 0)
			opts->columns[opts->n_columns++] = (unsigned char)i;
}

static void usual_columns(struct events_options *opts)
{
	const char *names = opts->has_calls ? "time comm task call" : "time comm task event args";

	for (size_t len; *names; names += len + (names[len] == ' ')) {
		len = strcspn(names, " ");
		add_column(opts, names, len);
	}
}

static int unknown_column(const char *name, size_t len, struct err *err)
{
	auto_free char *word = xstrndup(name, len);
	struct text_nearest near = { .word = word, .max = 1 };
	auto_buf all = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		text_nearest_offer(&near, columns[i].name);
		buf_addf(&all, "%s%s", i ? "," : "", columns[i].name);
	}
	err_set(err, EINVAL, "there is no column '%s'", word);
	if (near.n)
		return err_hint(err, "did you mean %s? All of them: %s", near.found[0],
				buf_str(&all));
	return err_hint(err, "these there are: %s", buf_str(&all));
}

int events_columns(struct events_options *opts, const char *list, struct err *err)
{
	opts->n_columns = 0;
	if (list[0] == '+') {
		usual_columns(opts);
		list++;
	}
	for (size_t len, before; before = opts->n_columns, len = strcspn(list, ","), true;
	     list += len + 1) {
		if (before == EVENTS_COLUMNS_MAX)
			return err_set(err, EINVAL, "more than %d columns", EVENTS_COLUMNS_MAX);
		add_column(opts, list, len);
		if (opts->n_columns == before)
			return unknown_column(list, len, err);
		if (!list[len])
			return 0;
	}
}

/* The cell that begins at `from`, and the blanks behind it. */
static void end_cell(struct events_writer *w, size_t i, size_t from, struct buf *out)
{
	size_t here;

	if (i + 1 == w->opts.n_columns)
		return;
	here = text_columns(out->p + from, out->len - from);
	if (here > w->width[i])
		w->width[i] = here;
	buf_pad(out, ' ', out->len + w->width[i] - here + 2);
}

static void end_line(struct buf *out)
{
	while (out->len > 0 && out->p[out->len - 1] == ' ')
		out->p[--out->len] = '\0';
	buf_addc(out, '\n');
}

static struct events_writer *text_begin(const struct events_options *opts,
					struct buf *out)
{
	struct events_writer *w = xcalloc(1, sizeof(*w));
	size_t name_width = opts->name_width < 40 ? opts->name_width : 40;

	w->opts = *opts;
	if (!opts->n_columns)
		usual_columns(&w->opts);
	for (size_t i = 0; i < w->opts.n_columns; i++) {
		const struct column *c = &columns[w->opts.columns[i]];
		size_t from = out->len;

		w->width[i] = c->width;
		if (c->cell == cell_event && w->width[i] < name_width)
			w->width[i] = name_width;
		if (opts->no_header)
			continue;
		buf_adds(out, c->title);
		end_cell(w, i, from, out);
	}
	if (!opts->no_header)
		end_line(out);
	return w;
}

static void add_row(struct events_writer *w, const struct row *r, struct buf *out)
{
	for (size_t i = 0; i < w->opts.n_columns; i++) {
		size_t from = out->len;

		columns[w->opts.columns[i]].cell(w, r, out);
		if (out->len == from && i + 1 < w->opts.n_columns)
			buf_addc(out, '-');
		end_cell(w, i, from, out);
	}
	end_line(out);
}

static void text_start(struct events_writer *w, uint64_t start_ns)
{
	w->opts.start_ns = start_ns;
}

static void text_event(struct events_writer *w, const struct event *e, struct buf *out)
{
	const struct row r = row_of_event(e);

	add_row(w, &r, out);
}

static void text_call(struct events_writer *w, const struct call *c, struct buf *out)
{
	const struct row r = row_of_call(c);

	add_row(w, &r, out);
}

static void text_lost(struct events_writer *w, const struct lost *lost, struct buf *out)
{
	const char *then = w->opts.has_calls ?
		" (halves after this are not paired across the gap)" : "";

	if (lost->count < 0)
		buf_addf(out, "lost events on CPU %d, the kernel did not say how many%s\n",
			 lost->cpu, then);
	else
		buf_addf(out, "lost %" PRId64 " event%s on CPU %d%s\n", lost->count,
			 lost->count == 1 ? "" : "s", lost->cpu, then);
}

static void text_end(struct events_writer *w, struct buf *out)
{
	free(w);
}

const struct events_format events_text = {
	.name = "text",
	.begin = text_begin,
	.start = text_start,
	.event = text_event,
	.call = text_call,
	.lost = text_lost,
	.end = text_end,
};
