/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads by plain read(2): it returns a sub-buffer as soon as there is a record in it,
 * needs no pipe as splice does, and libtracefs's tracefs_cpu_read() is the same behind a
 * pipe pair per CPU. (mmap of the ring, Linux 6.10, would save the copy.)
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "stream/source.h"

void source_open(struct source *s, int cpu, int fd, const struct page_layout *layout,
		 size_t subbuf_size)
{
	*s = (struct source){
		.cpu = cpu,
		.fd = fd,
		.layout = layout,
		.subbuf_size = subbuf_size,
		/* Never touched while a CPU is idle, hence no memory either. */
		.pages = xreallocarray(NULL, SOURCE_QUEUE, subbuf_size),
	};
}

void source_open_ring(struct source *s, int cpu, int fd, struct ring *ring)
{
	*s = (struct source){ .cpu = cpu, .fd = fd, .ring = ring };
}

void source_done(struct source *s)
{
	if (s->ring)
		ring_free(s->ring);
	else
		close(s->fd);
	free(s->pages);
}

static unsigned char *slot(const struct source *s, unsigned i)
{
	return s->pages + (s->first + i) % SOURCE_QUEUE * s->subbuf_size;
}

void source_add_lost(struct source *s, int64_t count)
{
	if (count < 0 || s->lost < 0)
		s->lost = -1;
	else
		s->lost += count;
}

/* The newest time on a page just read. */
static void note_newest(struct source *s, const void *data, size_t size)
{
	struct page_record record;
	struct page page;
	int64_t missed;

	if (page_open(&page, s->layout, data, size, &missed) < 0)
		return;
	while (page_next(&page, &record) > 0)
		if (record.time > s->newest)
			s->newest = record.time;
}

/* 1 if a sub-buffer was read, 0 if there was none. */
static int read_page(struct source *s)
{
	unsigned char *to = slot(s, s->n_pages);
	ssize_t n;

	do
		n = read(s->fd, to, s->subbuf_size);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 || errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
	s->sizes[(s->first + s->n_pages++) % SOURCE_QUEUE] = n;
	note_newest(s, to, n);
	return 1;
}

int source_look(struct source *s)
{
	int rc = 1;

	if (s->ring) {
		ring_look(s->ring, &s->newest);
		s->is_drained = true; /* the snapshot is all there is to this round */
		return 0;
	}
	while (rc > 0 && s->n_pages < SOURCE_QUEUE)
		rc = read_page(s);
	s->is_drained = rc == 0;
	return rc < 0 ? rc : 0;
}

static void next_of_ring(struct source *s)
{
	struct ring_record r;

	s->has_record = false;
	while (!s->has_record && ring_next(s->ring, &r)) {
		if (r.kind == RING_LOST)
			source_add_lost(s, (int64_t)r.lost);
		s->n_samples += r.kind == RING_TWIN; /* it was counted, too */
		if (r.kind != RING_SAMPLE)
			continue;
		s->record = (struct page_record){ .time = r.time, .data = r.data, .size = r.size };
		s->tgid = r.pid;
		s->tid = r.tid;
		s->has_record = true;
		s->n_samples++;
	}
}

/* Pages used up make room in the queue. */
static void next_of_pages(struct source *s)
{
	int64_t missed;
	int rc;

	while (s->n_pages > 0) {
		if (!s->page.at) {
			rc = page_open(&s->page, s->layout, slot(s, 0), s->sizes[s->first],
				       &missed);
			source_add_lost(s, rc < 0 ? -1 : missed);
		}
		rc = s->page.at ? page_next(&s->page, &s->record) : 0;
		s->has_record = rc > 0;
		if (rc > 0)
			return;
		if (rc < 0)
			source_add_lost(s, -1);
		s->page.at = NULL;
		s->first = (s->first + 1) % SOURCE_QUEUE;
		s->n_pages--;
	}
	s->has_record = false;
}

void source_next(struct source *s)
{
	if (s->ring)
		next_of_ring(s);
	else
		next_of_pages(s);
}
