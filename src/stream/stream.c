/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads by plain read(2): it returns a sub-buffer as soon as there is a record in it,
 * needs no pipe as splice does, and libtracefs's tracefs_cpu_read() is the same behind a
 * pipe pair per CPU. (mmap of the ring, Linux 6.10, would save the copy.)
 *
 * Order. All CPUs are read in rounds. What one round has seen was in the buffers before
 * the next round came by the other CPUs; so after a round, everything up to the newest
 * time of the round before can go out in order: nothing older can come any more. A CPU
 * whose queue was full holds the others back to its newest record, for more may follow
 * it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "stream/decode.h"
#include "stream/page.h"
#include "stream/ring.h"
#include "stream/stream.h"
#include "stream/task-cache.h"
#include "stream/text.h"

enum {
	QUEUE = 16,      /* sub-buffers read ahead of a CPU */
	ROUNDS = 64,     /* in one stream_read() */
	TEXT_READ = 8192, /* trace_pipe gives no more at once */
};

struct cpu {
	int cpu, fd;
	bool is_drained;      /* nothing was there at the last look */
	unsigned char *pages; /* QUEUE of them, a ring */
	size_t sizes[QUEUE];
	unsigned first, n_pages;
	uint64_t newest;  /* time queued */
	struct page page; /* the first one, from `record` on */
	struct page_record record;
	bool has_record;
	int64_t lost; /* to tell before the next record; -1 unknown */
	struct ring *ring; /* in place of pages; NULL: none */
	pid_t tgid, tid;   /* of the ring's record, by our own PID namespace's numbers */
	uint64_t n_samples; /* of the ring */
};

struct stream {
	struct stream_ops ops;
	struct page_layout layout;
	size_t subbuf_size;
	struct decoder **decoders; /* by id */
	size_t n_decoders;
	struct cpu *cpus;
	size_t n_cpus;
	struct cpu **heap; /* CPUs with a record, the oldest on top */
	size_t n_heap;
	uint64_t seen;      /* newest time of this round */
	uint64_t confirmed; /* newest time of the round before */
	struct task_cache *tasks;
	struct text *text; /* in place of CPUs; NULL: none */
	int text_fd;
	bool has_delivered, is_stopped;
};

struct stream *stream_new(const char *header_page, size_t subbuf_size,
			  const struct stream_ops *ops)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->ops = *ops;
	s->subbuf_size = subbuf_size;
	if (page_layout_parse(&s->layout, header_page, NULL) < 0)
		page_layout_parse(&s->layout, NULL, NULL);
	s->tasks = task_cache_new(ops);
	s->text_fd = -1;
	return s;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_cpus; i++) {
		if (s->cpus[i].ring)
			ring_free(s->cpus[i].ring);
		else
			close(s->cpus[i].fd);
		free(s->cpus[i].pages);
	}
	for (size_t i = 0; i < s->n_decoders; i++)
		decoder_free(s->decoders[i]);
	free(s->decoders);
	free(s->cpus);
	free(s->heap);
	task_cache_free(s->tasks);
	text_free(s->text);
	if (s->text_fd >= 0)
		close(s->text_fd);
	free(s);
}

int stream_add_event(struct stream *s, const char *format, struct event_type *type,
		     struct err *err)
{
	struct decoder *d;
	size_t id, n;
	int rc = decoder_new(format, type, &d, err);

	if (rc < 0)
		return rc;
	id = decoder_id(d);
	if (id >= s->n_decoders) {
		n = id + 1;
		s->decoders = xreallocarray(s->decoders, n, sizeof(*s->decoders));
		memset(s->decoders + s->n_decoders, 0,
		       (n - s->n_decoders) * sizeof(*s->decoders));
		s->n_decoders = n;
	}
	decoder_free(s->decoders[id]);
	s->decoders[id] = d;
	return 0;
}

static bool set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

int stream_add_cpu(struct stream *s, int cpu, int fd, struct err *err)
{
	struct cpu *c;

	if (!set_nonblocking(fd)) {
		int code = errno;

		close(fd);
		return err_set(err, code, "cannot read the buffer of CPU %d: %s", cpu,
			       strerror(code));
	}
	s->heap = xgrow(s->heap, s->n_cpus, sizeof(struct cpu *));
	s->cpus = xgrow(s->cpus, s->n_cpus, sizeof(*s->cpus));
	c = &s->cpus[s->n_cpus++];
	*c = (struct cpu){ .cpu = cpu, .fd = fd };
	/* Never touched while a CPU is idle, hence no memory either. */
	c->pages = xreallocarray(NULL, QUEUE, s->subbuf_size);
	return 0;
}

void stream_add_ring(struct stream *s, int cpu, int fd, void *mapping, size_t page_size,
		     size_t data_size, bool has_twins)
{
	s->heap = xgrow(s->heap, s->n_cpus, sizeof(struct cpu *));
	s->cpus = xgrow(s->cpus, s->n_cpus, sizeof(*s->cpus));
	s->cpus[s->n_cpus++] = (struct cpu){
		.cpu = cpu,
		.fd = fd,
		.ring = ring_new(mapping, page_size, data_size),
	};
	if (has_twins)
		ring_drop_twins(s->cpus[s->n_cpus - 1].ring);
}

static bool on_text_event(void *ctx, const struct event *e)
{
	struct stream *s = ctx;
	struct event complete = *e;

	task_cache_complete(s->tasks, &complete);
	s->has_delivered = true;
	s->is_stopped = !s->ops.event(s->ops.ctx, &complete);
	return !s->is_stopped;
}

static void on_text_lost(void *ctx, const struct lost *lost)
{
	struct stream *s = ctx;

	s->has_delivered = true;
	if (s->ops.lost)
		s->ops.lost(s->ops.ctx, lost);
}

int stream_add_text(struct stream *s, int fd, struct err *err)
{
	const struct text_ops ops = { .event = on_text_event, .lost = on_text_lost, .ctx = s };

	if (!set_nonblocking(fd)) {
		int code = errno;

		close(fd);
		return err_set(err, code, "cannot read the trace: %s", strerror(code));
	}
	s->text_fd = fd;
	s->text = text_new(&ops);
	for (size_t i = 0; i < s->n_decoders; i++)
		if (s->decoders[i])
			text_declare(s->text, decoder_type(s->decoders[i]));
	return 0;
}

uint64_t stream_ring_samples(const struct stream *s, int cpu)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n_cpus; i++)
		if (s->cpus[i].cpu == cpu)
			sum += s->cpus[i].n_samples;
	return sum;
}

int stream_fd(const struct stream *s, size_t i)
{
	if (s->text)
		return i == 0 ? s->text_fd : -1;
	return i < s->n_cpus ? s->cpus[i].fd : -1;
}

/*
 * Reading
 */

static unsigned char *slot(const struct stream *s, const struct cpu *c, unsigned i)
{
	return c->pages + (c->first + i) % QUEUE * s->subbuf_size;
}

static void add_lost(struct cpu *c, int64_t count)
{
	if (count < 0 || c->lost < 0)
		c->lost = -1;
	else
		c->lost += count;
}

/* The newest time on a page just read. */
static void note_newest(struct stream *s, struct cpu *c, const void *data, size_t size)
{
	struct page_record record;
	struct page page;
	int64_t missed;

	if (page_open(&page, &s->layout, data, size, &missed) < 0)
		return;
	while (page_next(&page, &record) > 0)
		if (record.time > c->newest)
			c->newest = record.time;
	if (c->newest > s->seen)
		s->seen = c->newest;
}

/* 1 if a sub-buffer was read, 0 if there was none. */
static int read_page(struct stream *s, struct cpu *c)
{
	unsigned char *to = slot(s, c, c->n_pages);
	ssize_t n;

	do
		n = read(c->fd, to, s->subbuf_size);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 || errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
	c->sizes[(c->first + c->n_pages++) % QUEUE] = n;
	note_newest(s, c, to, n);
	return 1;
}

static int look_at_ring(struct stream *s, struct cpu *c)
{
	ring_look(c->ring, &c->newest);
	if (c->newest > s->seen)
		s->seen = c->newest;
	c->is_drained = true; /* the snapshot is all there is to this round */
	return 0;
}

static int read_cpu(struct stream *s, struct cpu *c)
{
	int rc = 1;

	if (c->ring)
		return look_at_ring(s, c);
	while (rc > 0 && c->n_pages < QUEUE)
		rc = read_page(s, c);
	c->is_drained = rc == 0;
	return rc < 0 ? rc : 0;
}

/* One look at every CPU. *limit: up to this time all is at hand. */
static int read_round(struct stream *s, bool *more, uint64_t *limit, struct err *err)
{
	s->confirmed = s->seen;
	*more = false;
	*limit = UINT64_MAX;
	for (size_t i = 0; i < s->n_cpus; i++) {
		struct cpu *c = &s->cpus[i];
		int rc = read_cpu(s, c);

		if (rc < 0)
			return err_set(err, -rc, "reading the buffer of CPU %d: %s",
				       c->cpu, strerror(-rc));
		if (c->is_drained)
			continue;
		*more = true;
		if (c->newest < *limit)
			*limit = c->newest;
	}
	return 0;
}

static void next_of_ring(struct stream *s, struct cpu *c)
{
	struct ring_record r;

	c->has_record = false;
	while (!c->has_record && ring_next(c->ring, &r)) {
		if (r.kind == RING_LOST)
			add_lost(c, (int64_t)r.lost);
		c->n_samples += r.kind == RING_TWIN; /* it was counted, too */
		if (r.kind != RING_SAMPLE)
			continue;
		c->record = (struct page_record){ .time = r.time, .data = r.data, .size = r.size };
		c->tgid = r.pid;
		c->tid = r.tid;
		c->has_record = true;
		c->n_samples++;
	}
}

static void tell_lost(struct stream *s, struct cpu *c)
{
	struct lost lost = { c->cpu, c->lost };

	if (c->lost == 0)
		return;
	c->lost = 0;
	s->has_delivered = true;
	if (s->ops.lost)
		s->ops.lost(s->ops.ctx, &lost);
}

/* The CPU's next record into c->record; pages used up make room in the queue. */
static void next_of_pages(struct stream *s, struct cpu *c)
{
	int64_t missed;
	int rc;

	while (c->n_pages > 0) {
		if (!c->page.at) {
			rc = page_open(&c->page, &s->layout, slot(s, c, 0),
				       c->sizes[c->first], &missed);
			add_lost(c, rc < 0 ? -1 : missed);
		}
		rc = c->page.at ? page_next(&c->page, &c->record) : 0;
		c->has_record = rc > 0;
		if (rc > 0)
			return;
		if (rc < 0)
			add_lost(c, -1);
		c->page.at = NULL;
		c->first = (c->first + 1) % QUEUE;
		c->n_pages--;
	}
	c->has_record = false;
}

static void next_record(struct stream *s, struct cpu *c)
{
	if (c->ring)
		next_of_ring(s, c);
	else
		next_of_pages(s, c);
	/*
	 * Told now, when the gap begins, not with the record that ends it: what other CPUs
	 * recorded meanwhile is delivered between the two, and is to be paired with care.
	 */
	if (c->has_record)
		tell_lost(s, c);
}

/*
 * Delivering
 */

static bool is_older(const struct cpu *a, const struct cpu *b)
{
	return a->record.time != b->record.time ? a->record.time < b->record.time
						: a->cpu < b->cpu;
}

static void sift_down(struct stream *s, size_t i)
{
	struct cpu **h = s->heap, *c = h[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= s->n_heap)
			break;
		if (child + 1 < s->n_heap && is_older(h[child + 1], h[child]))
			child++;
		if (!is_older(h[child], c))
			break;
		h[i] = h[child];
		i = child;
	}
	h[i] = c;
}

static void build_heap(struct stream *s)
{
	s->n_heap = 0;
	for (size_t i = 0; i < s->n_cpus; i++) {
		struct cpu *c = &s->cpus[i];

		if (!c->has_record)
			next_record(s, c);
		if (c->has_record)
			s->heap[s->n_heap++] = c;
	}
	for (size_t i = s->n_heap / 2; i > 0; i--)
		sift_down(s, i - 1);
}

static void deliver(struct stream *s, struct cpu *c)
{
	const struct page_record *r = &c->record;
	struct event e = { .time_ns = r->time, .cpu = c->cpu, .tgid = c->tgid };
	struct decoder *d;
	uint16_t id;

	tell_lost(s, c);
	if (r->size < sizeof(id))
		return;
	memcpy(&id, r->data, sizeof(id));
	d = id < s->n_decoders ? s->decoders[id] : NULL;
	if (!d)
		return;
	if (!decode_record(d, r->data, r->size, &e)) {
		add_lost(c, 1);
		return;
	}
	if (c->tid > 0) /* -1: it is about to be gone */
		e.tid = c->tid;
	task_cache_complete(s->tasks, &e);
	s->has_delivered = true;
	s->is_stopped = !s->ops.event(s->ops.ctx, &e);
}

static void deliver_until(struct stream *s, uint64_t limit)
{
	build_heap(s);
	while (s->n_heap > 0 && !s->is_stopped) {
		struct cpu *c = s->heap[0];

		if (c->record.time > limit)
			break;
		deliver(s, c);
		next_record(s, c);
		if (!c->has_record)
			s->heap[0] = s->heap[--s->n_heap];
		if (s->n_heap > 0)
			sift_down(s, 0);
	}
}

/* The kernel has put the CPUs in order. Where its text pauses a record is whole. */
static int read_text(struct stream *s, struct err *err)
{
	char data[TEXT_READ];

	for (int round = 0; round < ROUNDS && !s->is_stopped; round++) {
		ssize_t n = read(s->text_fd, data, sizeof(data));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			return err_set(err, errno, "reading the trace: %s", strerror(errno));
		if (n <= 0) {
			text_flush(s->text);
			break;
		}
		text_feed(s->text, data, (size_t)n);
	}
	return s->has_delivered && !s->is_stopped;
}

int stream_read(struct stream *s, bool flush, struct err *err)
{
	uint64_t limit;
	bool more;

	s->has_delivered = false;
	s->is_stopped = false;
	if (s->text)
		return read_text(s, err);
	for (int round = 0; round < ROUNDS && !s->is_stopped; round++) {
		int rc = read_round(s, &more, &limit, err);

		if (rc < 0)
			return rc;
		if (!flush && s->confirmed < limit)
			limit = s->confirmed;
		deliver_until(s, limit);
		if (!more)
			break;
	}
	if (s->is_stopped)
		return 0;
	for (size_t i = 0; flush && i < s->n_cpus; i++)
		if (!s->cpus[i].has_record)
			tell_lost(s, &s->cpus[i]);
	return s->has_delivered;
}
