/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events in aligned columns: output.md. A column widens for a longer name, for good. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "report/events.h"

enum column { COLUMN_COMM, COLUMN_TASK, COLUMN_EVENT, N_COLUMNS };

static const struct {
	const char *title;
	size_t width; /* to begin with */
} columns[N_COLUMNS] = {
	[COLUMN_COMM] = { "COMM", 15 }, /* TASK_COMM_LEN - 1 */
	[COLUMN_TASK] = { "PID[/TID]", 9 },
	[COLUMN_EVENT] = { "EVENT", 8 },
};

#define TIME_WIDTH 15

struct events_writer {
	int64_t wall_offset_ns;
	const char *(*name)(const struct event *e);
	size_t width[N_COLUMNS];
	int64_t second; /* that `clock` shows: localtime_r() is dear */
	char clock[16];
	struct buf cell;
};

/* In characters; the text is escaped. */
static size_t width(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}

static void add_column(struct events_writer *w, enum column c, const char *text,
		       size_t len, struct buf *out)
{
	size_t here = width(text, len);

	if (here > w->width[c])
		w->width[c] = here;
	buf_add(out, text, len);
	buf_pad(out, ' ', out->len + w->width[c] - here + 2);
}

static void add_header(struct events_writer *w, struct buf *out)
{
	buf_adds(out, "TIME");
	buf_pad(out, ' ', out->len + TIME_WIDTH - strlen("TIME") + 2);
	for (int c = 0; c < N_COLUMNS; c++)
		add_column(w, c, columns[c].title, strlen(columns[c].title), out);
	buf_adds(out, "ARGS\n");
}

static struct events_writer *text_begin(const struct events_options *opts,
					struct buf *out)
{
	struct events_writer *w = xcalloc(1, sizeof(*w));

	w->wall_offset_ns = opts->wall_offset_ns;
	w->name = opts->name;
	w->second = -1;
	for (int c = 0; c < N_COLUMNS; c++)
		w->width[c] = columns[c].width;
	if (w->width[COLUMN_EVENT] < opts->name_width)
		w->width[COLUMN_EVENT] = opts->name_width < 40 ? opts->name_width : 40;
	if (!opts->no_header)
		add_header(w, out);
	return w;
}

static void add_time(struct events_writer *w, uint64_t time_ns, struct buf *out)
{
	uint64_t wall = time_ns + w->wall_offset_ns;
	int64_t second = wall / 1000000000;
	char micro[8];

	if (second != w->second) {
		time_t t = second;
		struct tm tm;

		if (!localtime_r(&t, &tm))
			tm = (struct tm){ 0 };
		snprintf(w->clock, sizeof(w->clock), "%02u:%02u:%02u", tm.tm_hour % 24u,
			 tm.tm_min % 60u, tm.tm_sec % 61u);
		w->second = second;
	}
	snprintf(micro, sizeof(micro), ".%06u", (unsigned)(wall % 1000000000 / 1000));
	buf_adds(out, w->clock);
	buf_adds(out, micro);
	buf_adds(out, "  ");
}

static void add_task(struct events_writer *w, const struct event *e, struct buf *out)
{
	const char *comm = e->comm ? e->comm : "?";
	struct buf *cell = &w->cell;

	buf_reset(cell);
	text_escape(cell, comm, strlen(comm), false);
	add_column(w, COLUMN_COMM, buf_str(cell), cell->len, out);
	buf_reset(cell);
	if (e->tgid == e->tid)
		buf_addf(cell, "%" PRId32, e->tid);
	else if (e->tgid)
		buf_addf(cell, "%" PRId32 "/%" PRId32, e->tgid, e->tid);
	else
		buf_addf(cell, "?/%" PRId32, e->tid);
	add_column(w, COLUMN_TASK, cell->p, cell->len, out);
}

static void add_args(const struct event *e, struct buf *out)
{
	const struct event_type *type = e->type;
	const char *lead = "";

	for (size_t i = 0; i < type->n_fields; i++) {
		if (type->fields[i].is_hidden)
			continue;
		buf_adds(out, lead);
		buf_adds(out, type->fields[i].name);
		buf_addc(out, '=');
		value_format(&e->values[i], out);
		lead = " ";
	}
}

/* Symbols come from files of strangers; the kernel's own names are checked. */
static void add_name(struct events_writer *w, const struct event *e, struct buf *out)
{
	const char *name = w->name ? w->name(e) : e->type->event;

	buf_reset(&w->cell);
	text_escape(&w->cell, name, strlen(name), false);
	add_column(w, COLUMN_EVENT, buf_str(&w->cell), w->cell.len, out);
}

static void text_event(struct events_writer *w, const struct event *e, struct buf *out)
{
	add_time(w, e->time_ns, out);
	add_task(w, e, out);
	add_name(w, e, out);
	add_args(e, out);
	while (out->p[out->len - 1] == ' ')
		out->p[--out->len] = '\0';
	buf_addc(out, '\n');
}

static void text_lost(struct events_writer *w, const struct lost *lost, struct buf *out)
{
	if (lost->count < 0)
		buf_addf(out, "lost events on CPU %d (the kernel did not say how many)\n",
			 lost->cpu);
	else
		buf_addf(out, "lost %" PRId64 " event%s on CPU %d\n", lost->count,
			 lost->count == 1 ? "" : "s", lost->cpu);
}

static void text_end(struct events_writer *w, struct buf *out)
{
	buf_done(&w->cell);
	free(w);
}

const struct events_format events_text = {
	.name = "text",
	.begin = text_begin,
	.event = text_event,
	.lost = text_lost,
	.end = text_end,
};
