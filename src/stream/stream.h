/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * From per-CPU trace_pipe_raw files to events in time order.
 *
 * The stream is given open fds, format texts and a way to look up a task's name; it opens
 * nothing itself. A CPU's source is either such a file or a perf ring; where there is
 * neither, the kernel's text serves. Formats are compiled once per event (decode.h); the loop
 * allocates nothing per event.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "probe/event.h"

struct stream;

struct stream_ops {
	/* One event; all of it is valid until the function returns. False: stop. */
	bool (*event)(void *ctx, const struct event *e);
	/* Records lost before the next event of that CPU. */
	void (*lost)(void *ctx, const struct lost *lost);
	/* Name and thread group of a task: comm is copied out (16 bytes), *tgid 0 if
	   unknown; false: no such task. May be NULL. Answers are kept for a second of the
	   buffer's time; an event that carries __comm takes only the thread group from
	   here. */
	bool (*task)(void *ctx, pid_t tid, char comm[16], pid_t *tgid);
	void *ctx;
};

/*
 * `header_page`: text of tracefs events/header_page (NULL, or not understood: the
 * kernel's usual layout). `subbuf_size`: bytes of a sub-buffer (a page unless
 * buffer_subbuf_size_kb says otherwise).
 */
struct stream *stream_new(const char *header_page, size_t subbuf_size,
			  const struct stream_ops *ops);
void stream_free(struct stream *s);

/*
 * Declares an event by its format text. Fields become struct field in the order of the
 * format (common_… and __probe_… left out). `type` is completed (fields, n_fields,
 * is_return; to be freed by event_type_done()) and must outlive the stream; group, event,
 * user are the caller's. A hidden
 * field named __comm is delivered as the event's comm.
 */
int stream_add_event(struct stream *s, const char *format, struct event_type *type,
		     struct err *err);

/* Adds a CPU's buffer. The fd is the stream's from then on, also after an error; it is
   made non-blocking. */
int stream_add_cpu(struct stream *s, int cpu, int fd, struct err *err);
/*
 * In place of CPUs: trace_pipe, whose text has their records in order already, to the
 * microsecond. Once all events are added; the fd as above.
 */
int stream_add_text(struct stream *s, int fd, struct err *err);
/*
 * Adds a perf ring that holds the events of one CPU; `fd` is what to poll, and stays the
 * caller's, as the mapping does. `has_twins`: one hit may be two samples (ring.h).
 */
void stream_add_ring(struct stream *s, int cpu, int fd, void *mapping, size_t page_size,
		     size_t data_size, bool has_twins);
/* Samples that were read from a CPU's ring: what read(2) of its perf fds says, less those,
   was lost. */
uint64_t stream_ring_samples(const struct stream *s, int cpu);
/* For poll(2): the fd of the i-th CPU, -1 past the end. */
int stream_fd(const struct stream *s, size_t i);

/*
 * Reads what is there (no waiting) and delivers it in time order over all CPUs. An event
 * is held back only while another CPU may still hold an older one: at most until the next
 * call with `flush`. `flush`: deliver everything. 1 if anything was delivered (or a loss
 * told); 0 if not, or if ops->event returned false; -errno.
 *
 * A call reads no more than a few MB per CPU, so that writers faster than the reader do
 * not keep it for ever: to empty the buffers, call with `flush` until it returns 0. Held
 * events do not wake poll(2): after a poll without an event, call with `flush`.
 */
int stream_read(struct stream *s, bool flush, struct err *err);
