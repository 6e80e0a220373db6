/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
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
#include "stream/source.h"
#include "stream/stream.h"
#include "stream/task-cache.h"
#include "stream/text.h"

enum {
	ROUNDS = 64,      /* in one stream_read() */
	TEXT_READ = 8192, /* trace_pipe gives no more at once */
};

struct stream {
	struct stream_ops ops;
	struct page_layout layout;
	size_t subbuf_size;
	struct decoder **decoders; /* by id */
	size_t n_decoders;
	struct source *cpus;
	size_t n_cpus;
	struct source **heap; /* CPUs with a record, the oldest on top */
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
	for (size_t i = 0; i < s->n_cpus; i++)
		source_done(&s->cpus[i]);
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

static struct source *new_source(struct stream *s)
{
	s->heap = xgrow(s->heap, s->n_cpus, sizeof(*s->heap));
	s->cpus = xgrow(s->cpus, s->n_cpus, sizeof(*s->cpus));
	return &s->cpus[s->n_cpus++];
}

int stream_add_cpu(struct stream *s, int cpu, int fd, struct err *err)
{
	if (!set_nonblocking(fd)) {
		int code = errno;

		close(fd);
		return err_set(err, code, "cannot read the buffer of CPU %d: %s", cpu,
			       strerror(code));
	}
	source_open(new_source(s), cpu, fd, &s->layout, s->subbuf_size);
	return 0;
}

void stream_add_ring(struct stream *s, int cpu, int fd, void *mapping, size_t page_size,
		     size_t data_size, bool has_twins)
{
	struct ring *ring = ring_new(mapping, page_size, data_size);

	if (has_twins)
		ring_drop_twins(ring);
	source_open_ring(new_source(s), cpu, fd, ring);
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

/* One look at every CPU. *limit: up to this time all is at hand. */
static int read_round(struct stream *s, bool *more, uint64_t *limit, struct err *err)
{
	s->confirmed = s->seen;
	*more = false;
	*limit = UINT64_MAX;
	for (size_t i = 0; i < s->n_cpus; i++) {
		struct source *c = &s->cpus[i];
		int rc = source_look(c);

		if (rc < 0)
			return err_set(err, -rc, "reading the buffer of CPU %d: %s",
				       c->cpu, strerror(-rc));
		if (c->newest > s->seen)
			s->seen = c->newest;
		if (c->is_drained)
			continue;
		*more = true;
		if (c->newest < *limit)
			*limit = c->newest;
	}
	return 0;
}

static void tell_lost(struct stream *s, struct source *c)
{
	struct lost lost = { c->cpu, c->lost };

	if (c->lost == 0)
		return;
	c->lost = 0;
	s->has_delivered = true;
	if (s->ops.lost)
		s->ops.lost(s->ops.ctx, &lost);
}

static void next_record(struct stream *s, struct source *c)
{
	source_next(c);
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

static bool is_older(const struct source *a, const struct source *b)
{
	return a->record.time != b->record.time ? a->record.time < b->record.time
						: a->cpu < b->cpu;
}

static void sift_down(struct stream *s, size_t i)
{
	struct source **h = s->heap, *c = h[i];

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
		struct source *c = &s->cpus[i];

		if (!c->has_record)
			next_record(s, c);
		if (c->has_record)
			s->heap[s->n_heap++] = c;
	}
	for (size_t i = s->n_heap / 2; i > 0; i--)
		sift_down(s, i - 1);
}

static void deliver(struct stream *s, struct source *c)
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
		source_add_lost(c, 1);
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
		struct source *c = s->heap[0];

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
