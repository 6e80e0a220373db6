/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "stream/ring.h"

/* What sample_id_all appends to every record that is no sample: TID, TIME, ID, CPU. */
#define TRAILER 32

struct ring {
	struct perf_event_mmap_page *control;
	const char *data;
	size_t size;   /* of the data, a power of two */
	uint64_t tail; /* first byte not yet walked */
	uint64_t seen; /* up to here the newest time is known */
	uint64_t head; /* the snapshot's end */
	/* Records that wrap around the end, in one piece: of ring_next() and of ring_look(). */
	char *copy, *scanned;
	char *hit; /* the last sample that was no twin: its data; NULL: twins are not looked for */
	size_t hit_size;
	uint64_t hit_id;
	pid_t hit_tid;
};

struct ring *ring_new(void *mapping, size_t page_size, size_t data_size)
{
	struct ring *r = xcalloc(1, sizeof(*r));

	r->control = mapping;
	r->data = (const char *)mapping + page_size;
	r->size = data_size;
	r->tail = r->seen = r->head = r->control->data_tail;
	r->copy = xmalloc(UINT16_MAX + 1); /* the longest a record can be */
	r->scanned = xmalloc(UINT16_MAX + 1);
	return r;
}

void ring_free(struct ring *r)
{
	if (r) {
		free(r->copy);
		free(r->scanned);
		free(r->hit);
	}
	free(r);
}

/* A record's bytes in one piece, NULL if its size cannot be true. */
static const char *record_at(const struct ring *r, uint64_t at, char *copy,
			     struct perf_event_header *ret)
{
	size_t offset = at & (r->size - 1), first = r->size - offset;

	/* Records are aligned to 8 bytes, so a header never wraps. */
	if (r->head - at < sizeof(*ret))
		return NULL;
	memcpy(ret, r->data + offset, sizeof(*ret));
	if (ret->size < sizeof(*ret) || ret->size > r->head - at)
		return NULL;
	if (ret->size <= first)
		return r->data + offset;
	memcpy(copy, r->data + offset, first);
	memcpy(copy + first, r->data, ret->size - first);
	return copy;
}

static void get_ids(const char *p, struct ring_record *ret)
{
	uint32_t ids[2];

	memcpy(ids, p, sizeof(ids));
	ret->pid = (pid_t)ids[0];
	ret->tid = (pid_t)ids[1];
	memcpy(&ret->time, p + 8, sizeof(ret->time));
	memcpy(&ret->id, p + 16, sizeof(ret->id));
}

/* TID, TIME, ID, CPU, then the raw data behind their length. */
static void get_sample(const char *p, size_t size, struct ring_record *ret)
{
	uint32_t raw;

	if (size < TRAILER + sizeof(raw))
		return;
	get_ids(p, ret);
	memcpy(&raw, p + TRAILER, sizeof(raw));
	if (raw > size - TRAILER - sizeof(raw))
		return;
	ret->kind = RING_SAMPLE;
	ret->data = p + TRAILER + sizeof(raw);
	ret->size = raw;
}

static void decode(const char *p, const struct perf_event_header *h, struct ring_record *ret)
{
	const char *body = p + sizeof(*h);
	size_t size = h->size - sizeof(*h);

	*ret = (struct ring_record){ .kind = RING_OTHER };
	if (h->type == PERF_RECORD_SAMPLE) {
		get_sample(body, size, ret);
		return;
	}
	if (size < TRAILER)
		return;
	get_ids(body + size - TRAILER, ret);
	size -= TRAILER;
	if (h->type == PERF_RECORD_LOST && size >= 16) {
		ret->kind = RING_LOST;
		memcpy(&ret->lost, body + 8, sizeof(ret->lost));
	}
}

int ring_look(struct ring *r, uint64_t *newest)
{
	struct perf_event_header h;
	struct ring_record record;
	const char *p;

	/* Pairs with the kernel's barrier before it moves data_head (perf_output_put_handle). */
	r->head = __atomic_load_n(&r->control->data_head, __ATOMIC_ACQUIRE);
	while (r->seen < r->head && (p = record_at(r, r->seen, r->scanned, &h))) {
		decode(p, &h, &record);
		if (record.time > *newest)
			*newest = record.time;
		r->seen += h.size;
	}
	r->seen = r->head;
	return r->tail < r->head;
}

void ring_drop_twins(struct ring *r)
{
	if (!r->hit)
		r->hit = xmalloc(UINT16_MAX + 1);
}

static bool is_twin(struct ring *r, const struct ring_record *sample)
{
	if (sample->id != r->hit_id && sample->tid == r->hit_tid && sample->size == r->hit_size &&
	    memcmp(sample->data, r->hit, sample->size) == 0)
		return true;
	memcpy(r->hit, sample->data, sample->size);
	r->hit_size = sample->size;
	r->hit_id = sample->id;
	r->hit_tid = sample->tid;
	return false;
}

int ring_next(struct ring *r, struct ring_record *ret)
{
	struct perf_event_header h;
	const char *p;

	/* Everything before `tail` has been used: the kernel may write there again. */
	__atomic_store_n(&r->control->data_tail, r->tail, __ATOMIC_RELEASE);
	if (r->tail >= r->head)
		return 0;
	p = record_at(r, r->tail, r->copy, &h);
	if (!p) {
		r->tail = r->head;
		*ret = (struct ring_record){ .kind = RING_LOST, .lost = 1 };
		return 1;
	}
	decode(p, &h, ret);
	if (r->hit && ret->kind == RING_SAMPLE && is_twin(r, ret))
		ret->kind = RING_TWIN;
	r->tail += h.size;
	return 1;
}
