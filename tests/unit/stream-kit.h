/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What test-stream and test-decode share: buffers to read from, and what came out as
 * text. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "stream/stream.h"
#include "unit.h"

enum { PAGE_SIZE = 4096 };

/* Adds a file of tests/data/stream. */
static inline void read_data(struct buf *b, const char *name)
{
	const char *top = getenv("top_srcdir");
	auto_free char *path =
		xasprintf("%s/tests/data/stream/%s", top ? top : ".", name);
	FILE *f = fopen(path, "r");

	ck_assert_msg(f, "%s", path);
	b->len += fread(buf_reserve(b, 16384), 1, 16384, f);
	b->p[b->len] = '\0';
	fclose(f);
}

/* What a stream delivered, as text. */
struct seen {
	struct buf text;
	unsigned events, tasks, stop_at;
	uint64_t last;
	bool in_order;
	bool no_task;
};

static inline void kernel_value(struct buf *b, const struct field *f,
				const struct value *v)
{
	switch (v->kind) {
	case VALUE_UINT:
		buf_addf(b, "%" PRIu64, v->u);
		break;
	case VALUE_SINT:
		buf_addf(b, "%" PRId64, v->s);
		break;
	case VALUE_HEX:
		buf_addf(b, "0x%" PRIx64, v->u);
		break;
	case VALUE_CHAR:
		buf_addf(b, "'%c'", (int)v->u);
		break;
	case VALUE_STRING:
		buf_addf(b, "\"%.*s\"", (int)v->len, v->str);
		break;
	case VALUE_ARRAY:
		ck_assert(f->is_array);
		buf_addc(b, '{');
		for (size_t i = 0; i < v->len; i++) {
			buf_adds(b, i ? "," : "");
			kernel_value(b, f, &v->items[i]);
		}
		buf_addc(b, '}');
		break;
	default:
		buf_adds(b, "(fault)");
	}
}

/* A line as trace_pipe has it, from the event's name on. */
static inline void kernel_line(struct buf *b, const struct event *e)
{
	buf_addf(b, "%s: (0x%" PRIx64, e->type->event,
		 e->type->is_return ? e->ret_ip : e->ip);
	if (e->type->is_return)
		buf_addf(b, " <- 0x%" PRIx64, e->ip);
	buf_addc(b, ')');
	for (size_t i = 0; i < e->type->n_fields; i++) {
		buf_addf(b, " %s=", e->type->fields[i].name);
		kernel_value(b, &e->type->fields[i], &e->values[i]);
	}
	buf_addc(b, '\n');
}

static inline bool see_event(void *ctx, const struct event *e)
{
	struct seen *seen = ctx;

	seen->in_order = seen->in_order && e->time_ns >= seen->last;
	seen->last = e->time_ns;
	kernel_line(&seen->text, e);
	return ++seen->events != seen->stop_at;
}

static inline void see_lost(void *ctx, const struct lost *lost)
{
	struct seen *seen = ctx;

	buf_addf(&seen->text, "lost %" PRId64 " on %d\n", lost->count, lost->cpu);
}

static inline bool see_task(void *ctx, pid_t tid, char comm[16], pid_t *tgid)
{
	struct seen *seen = ctx;

	snprintf(comm, 16, "task%d.%u", tid, seen->tasks++);
	*tgid = tid - 1;
	return !seen->no_task;
}

static inline struct stream_ops ops_of(struct seen *seen)
{
	seen->in_order = true;
	return (struct stream_ops){
		.event = see_event,
		.lost = see_lost,
		.task = see_task,
		.ctx = seen,
	};
}

/* The writing end of a CPU's buffer: a pipe of packets gives one page per read. */
static inline int add_cpu(struct stream *s, int cpu)
{
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_DIRECT), 0);
	ck_assert_int_eq(stream_add_cpu(s, cpu, fds[0], NULL), 0);
	return fds[1];
}

static inline void put(int fd, const void *page, size_t size)
{
	ck_assert_int_eq(write(fd, page, size), size);
}

static inline bool see_comm(void *ctx, const struct event *e)
{
	struct seen *seen = ctx;

	buf_addf(&seen->text, "%s %d/%d\n", e->comm ? e->comm : "-", e->tgid, e->tid);
	return true;
}
