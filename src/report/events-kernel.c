/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of print_trace_line() with its usual options, and of the print format that
 * __set_print_fmt() (kernel/trace/trace_probe.c) gives an event.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "report/events.h"

struct events_writer {
	struct buf cell;
};

/* The line that says so is for stream/text, which reads it back without loss. */
static const char header[] = "# tracer: nop\n"
			     "# strings: escaped\n"
			     "#\n"
			     "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
			     "#              | |         |   |||||     |         |\n";

static struct events_writer *kernel_begin(const struct events_options *opts, struct buf *out)
{
	if (!opts->no_header)
		buf_adds(out, header);
	return xcalloc(1, sizeof(struct events_writer));
}

static void add_value(const struct value *v, struct buf *out)
{
	char c;

	switch (v->kind) {
	case VALUE_CHAR:
		c = (char)v->u;
		buf_addc(out, '\'');
		text_escape(out, &c, 1, true);
		buf_addc(out, '\'');
		break;
	case VALUE_STRING:
		buf_addc(out, '"');
		text_escape(out, v->str, v->len, true);
		buf_addc(out, '"');
		break;
	case VALUE_ARRAY:
		buf_addc(out, '{');
		for (size_t i = 0; i < v->len; i++) {
			if (i > 0)
				buf_addc(out, ',');
			add_value(&v->items[i], out);
		}
		buf_addc(out, '}');
		break;
	default:
		value_format(v, out);
	}
}

static void kernel_event(struct events_writer *w, const struct event *e, struct buf *out)
{
	const char *comm = e->comm ? e->comm : "<...>";
	uint64_t micros = (e->time_ns + 500) / 1000; /* as ns2usecs() rounds */

	buf_reset(&w->cell);
	text_escape(&w->cell, comm, strlen(comm), false);
	buf_addf(out, "%16s-%-7" PRId32 " [%03d] ..... %5" PRIu64 ".%06" PRIu64 ": ",
		 buf_str(&w->cell), e->tid, e->cpu, micros / 1000000, micros % 1000000);
	buf_adds(out, event_type_name(e->type));
	buf_adds(out, ": (");
	buf_add_hex(out, e->type->is_return ? e->ret_ip : e->ip);
	if (e->type->is_return) {
		buf_adds(out, " <- ");
		buf_add_hex(out, e->ip);
	}
	buf_addc(out, ')');
	for (size_t i = 0; i < e->type->n_fields; i++) {
		buf_addc(out, ' ');
		buf_adds(out, e->type->fields[i].name);
		buf_addc(out, '=');
		add_value(&e->values[i], out);
	}
	buf_addc(out, '\n');
}

static void kernel_lost(struct events_writer *w, const struct lost *lost, struct buf *out)
{
	if (lost->count < 0)
		buf_addf(out, "CPU:%d [LOST EVENTS]\n", lost->cpu);
	else
		buf_addf(out, "CPU:%d [LOST %" PRId64 " EVENTS]\n", lost->cpu, lost->count);
}

static void kernel_end(struct events_writer *w, struct buf *out)
{
	buf_done(&w->cell);
	free(w);
}

const struct events_format events_kernel = {
	.name = "kernel",
	.begin = kernel_begin,
	.event = kernel_event,
	.lost = kernel_lost,
	.end = kernel_end,
};
