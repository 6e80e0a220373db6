/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as CSV (RFC 4180, lines end in \n): the columns are always the same, under the
 * names JSON has for them; the arguments are one of them, as a JSON object. An empty cell is
 * what JSON leaves out. A loss is a row of kind "lost".
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "report/csv.h"
#include "report/row.h"

struct events_writer {
	struct events_options opts;
	struct wall_clock clock;
	struct buf cell;
};

static const char header[] = "time,mono_ns,cpu,comm,pid,tid,group,event,kind,symbol,file,ip,"
			     "caller,retval,duration_ns,unmatched,args\n";

static struct events_writer *csv_begin(const struct events_options *opts, struct buf *out)
{
	struct events_writer *w = xcalloc(1, sizeof(*w));

	w->opts = *opts;
	if (!opts->no_header)
		buf_adds(out, header);
	return w;
}

/* What the cell holds, and the comma. */
static void end_cell(struct events_writer *w, struct buf *out)
{
	csv_cell(out, buf_str(&w->cell));
	buf_addc(out, ',');
	buf_reset(&w->cell);
}

static void add_text(struct events_writer *w, const char *s, struct buf *out)
{
	if (s)
		text_escape(&w->cell, s, strlen(s), false);
	end_cell(w, out);
}

static void add_int(struct events_writer *w, int64_t n, bool is_known, struct buf *out)
{
	if (is_known)
		buf_add_int(&w->cell, n);
	end_cell(w, out);
}

static void add_hex(struct events_writer *w, uint64_t n, bool is_known, struct buf *out)
{
	if (is_known)
		buf_add_hex(&w->cell, n);
	end_cell(w, out);
}

static void add_when(struct events_writer *w, uint64_t time_ns, struct buf *out)
{
	if (!w->opts.no_wall)
		buf_adds(&w->cell, wall_clock_text(&w->clock, time_ns + w->opts.wall_offset_ns));
	end_cell(w, out);
	if (time_ns || !w->opts.no_wall)
		buf_add_uint(&w->cell, time_ns);
	end_cell(w, out);
}

static void add_what(struct events_writer *w, const struct row *r, struct buf *out)
{
	const struct event *e = r->first;

	add_text(w, w->opts.group ? w->opts.group(e) : e->type->group, out);
	add_text(w, event_type_name(e->type), out);
	add_text(w, row_kind(r), out);
	add_text(w, w->opts.symbol ? w->opts.symbol(e) : NULL, out);
	add_text(w, w->opts.file ? w->opts.file(e) : NULL, out);
	add_hex(w, e->ip, true, out);
	add_hex(w, r->finish ? r->finish->ret_ip : 0, r->finish && r->finish->ret_ip, out);
}

static void add_outcome(struct events_writer *w, const struct row *r, struct buf *out)
{
	const struct value *retval = row_retval(r);
	uint64_t duration = 0;
	bool is_whole = row_duration(r, &duration);

	if (retval && retval->kind == VALUE_STRING)
		text_escape(&w->cell, retval->str, retval->len, false);
	else if (retval)
		value_format(retval, &w->cell);
	end_cell(w, out);
	add_int(w, (int64_t)duration, is_whole, out);
	add_text(w, row_reason(r), out);
}

static void add_row(struct events_writer *w, const struct row *r, struct buf *out)
{
	const struct event *e = r->first;
	struct json j = JSON_INIT(&w->cell);

	add_when(w, e->time_ns, out);
	add_int(w, e->cpu, e->cpu >= 0, out);
	add_text(w, e->comm, out);
	add_int(w, e->tgid, e->tgid != 0, out);
	add_int(w, e->tid, e->tid >= 0, out);
	add_what(w, r, out);
	add_outcome(w, r, out);
	row_args_json(r, &j, NULL);
	end_cell(w, out);
	out->p[out->len - 1] = '\n'; /* behind the last cell, no comma */
}

static void csv_event(struct events_writer *w, const struct event *e, struct buf *out)
{
	const struct row r = row_of_event(e);

	add_row(w, &r, out);
}

static void csv_call(struct events_writer *w, const struct call *c, struct buf *out)
{
	const struct row r = row_of_call(c);

	add_row(w, &r, out);
}

static void csv_lost(struct events_writer *w, const struct lost *lost, struct buf *out)
{
	buf_addf(out, ",,%d,,,,,,lost,,,,,,,,", lost->cpu);
	if (lost->count < 0)
		buf_adds(out, "\"{\"\"lost\"\":null}\"\n");
	else
		buf_addf(out, "\"{\"\"lost\"\":%" PRId64 "}\"\n", lost->count);
}

static void csv_end(struct events_writer *w, struct buf *out)
{
	buf_done(&w->cell);
	free(w);
}

const struct events_format events_csv = {
	.name = "csv",
	.begin = csv_begin,
	.event = csv_event,
	.call = csv_call,
	.lost = csv_lost,
	.end = csv_end,
};
