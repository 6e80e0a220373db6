/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What is recorded on one CPU, record by record: sub-buffers of trace_pipe_raw, which are
 * read ahead into a queue, or a perf ring.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "stream/page.h"
#include "stream/ring.h"

enum { SOURCE_QUEUE = 16 }; /* sub-buffers read ahead */

struct source {
	int cpu, fd;
	uint64_t newest; /* time of what was looked at */
	bool is_drained; /* nothing more was there at the last look */
	/* What source_next() found: */
	bool has_record;
	struct page_record record;
	pid_t tgid, tid;    /* of a ring's record, by our own PID namespace's numbers; else 0 */
	int64_t lost;       /* before the record, to be told and set to 0; -1: unknown */
	uint64_t n_samples; /* of the ring */
	/* Where it comes from: */
	struct ring *ring; /* in place of sub-buffers; NULL: none */
	const struct page_layout *layout;
	size_t subbuf_size;
	unsigned char *pages; /* SOURCE_QUEUE sub-buffers, a ring */
	size_t sizes[SOURCE_QUEUE];
	unsigned first, n_pages;
	struct page page; /* the first one, from `record` on */
};

/* `fd`, which does not block, is the source's from then on; `layout` outlives it. */
void source_open(struct source *s, int cpu, int fd, const struct page_layout *layout,
		 size_t subbuf_size);
/* A ring of ring_new(), and the fd that tells of it. */
void source_open_ring(struct source *s, int cpu, int fd, struct ring *ring);
/* The fd of a ring stays open. */
void source_done(struct source *s);

/* Looks at what is there now, as far as the queue has room for it. 0 or -errno. */
int source_look(struct source *s);
/* The next record of what was looked at into s->record; it is valid until the next call. */
void source_next(struct source *s);
/* Records that are not to be had; -1: unknown how many. */
void source_add_lost(struct source *s, int64_t count);
