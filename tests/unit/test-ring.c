/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A perf ring made by hand: records that wrap, that lie about their size, that were lost. */
#include <linux/perf_event.h>
#include <stdbool.h>
#include <string.h>

#include "base/attr.h"
#include "base/xalloc.h"
#include "stream/ring.h"
#include "unit.h"

#define PAGE 4096
#define SIZE 4096

struct fake {
	char *mapping;
	struct perf_event_mmap_page *control;
	struct ring *ring;
};

static struct fake make(uint64_t start)
{
	struct fake f = { .mapping = xcalloc(1, PAGE + SIZE) };

	f.control = (void *)f.mapping;
	f.control->data_head = f.control->data_tail = start;
	f.ring = ring_new(f.mapping, PAGE, SIZE);
	return f;
}

static void drop(struct fake *f)
{
	ring_free(f->ring);
	free(f->mapping);
}

static void put(struct fake *f, const void *data, size_t len)
{
	const char *p = data;

	for (size_t i = 0; i < len; i++)
		f->mapping[PAGE + (f->control->data_head + i) % SIZE] = p[i];
	f->control->data_head += len;
}

static void put_header(struct fake *f, uint32_t type, size_t body)
{
	struct perf_event_header h = { .type = type, .size = (uint16_t)(sizeof(h) + body) };

	put(f, &h, sizeof(h));
}

enum { IDS = 32 };

static void put_ids(struct fake *f, uint32_t pid, uint32_t tid, uint64_t time, uint64_t id)
{
	uint64_t cpu = 0;

	put(f, &pid, 4);
	put(f, &tid, 4);
	put(f, &time, 8);
	put(f, &id, 8);
	put(f, &cpu, 8);
}

/* `raw` bytes of `fill`, padded so that the record is a multiple of 8. */
static void put_sample_of(struct fake *f, uint64_t id, uint32_t tid, uint64_t time, uint32_t raw,
			  char fill)
{
	char bytes[512];

	memset(bytes, fill, sizeof(bytes));
	put_header(f, PERF_RECORD_SAMPLE, IDS + 4 + raw);
	put_ids(f, 1, tid, time, id);
	put(f, &raw, 4);
	put(f, bytes, raw);
}

static void put_sample(struct fake *f, uint32_t tid, uint64_t time, uint32_t raw, char fill)
{
	put_sample_of(f, 1, tid, time, raw, fill);
}

static const uint64_t starts[] = { 0, 8, SIZE - 8, SIZE - 40, 5 * SIZE - 64 };

START_TEST(walks_samples_wherever_the_ring_wraps)
{
	struct fake f = make(starts[_i]);
	struct ring_record r;
	uint64_t newest = 0;

	for (uint32_t i = 1; i <= 20; i++)
		put_sample(&f, i, i * 100, 92, (char)i);
	ck_assert_int_eq(ring_look(f.ring, &newest), 1);
	ck_assert_uint_eq(newest, 2000);
	for (uint32_t i = 1; i <= 20; i++) {
		ck_assert_int_eq(ring_next(f.ring, &r), 1);
		ck_assert_int_eq(r.kind, RING_SAMPLE);
		ck_assert_int_eq(r.tid, (int)i);
		ck_assert_uint_eq(r.time, i * 100);
		ck_assert_uint_eq(r.size, 92);
		for (size_t k = 0; k < r.size; k++)
			ck_assert_int_eq(((const char *)r.data)[k], (char)i);
	}
	ck_assert_int_eq(ring_next(f.ring, &r), 0);
	ck_assert(f.control->data_tail == f.control->data_head);
	drop(&f);
}
END_TEST

START_TEST(gives_room_back_only_behind_a_record)
{
	struct fake f = make(0);
	struct ring_record r;
	uint64_t newest = 0, first;

	put_sample(&f, 1, 10, 4, 'a');
	first = f.control->data_head;
	put_sample(&f, 2, 20, 4, 'b');
	ring_look(f.ring, &newest);
	ring_next(f.ring, &r);
	ck_assert_uint_eq(f.control->data_tail, 0);
	ring_next(f.ring, &r);
	ck_assert_uint_eq(f.control->data_tail, first);
	drop(&f);
}
END_TEST

/* What comes after the look is left for the next one. */
START_TEST(a_snapshot_does_not_grow)
{
	struct fake f = make(0);
	struct ring_record r;
	uint64_t newest = 0;

	ck_assert_int_eq(ring_look(f.ring, &newest), 0);
	put_sample(&f, 1, 10, 4, 'a');
	ck_assert_int_eq(ring_next(f.ring, &r), 0);
	ck_assert_int_eq(ring_look(f.ring, &newest), 1);
	ck_assert_int_eq(ring_next(f.ring, &r), 1);
	drop(&f);
}
END_TEST

/* A record kept across a look stays what it was, even if both wrap. */
START_TEST(a_look_leaves_the_record_alone)
{
	struct fake f = make(SIZE - 16);
	struct ring_record r, next;
	uint64_t newest = 0;

	put_sample(&f, 1, 10, 92, 'a');
	ring_look(f.ring, &newest);
	ring_next(f.ring, &r);
	for (uint32_t i = 0; i < 30; i++)
		put_sample(&f, 2, 20, 92, 'b');
	ring_look(f.ring, &newest);
	ck_assert_int_eq(((const char *)r.data)[91], 'a');
	ck_assert_int_eq(ring_next(f.ring, &next), 1);
	ck_assert_int_eq(((const char *)next.data)[0], 'b');
	drop(&f);
}
END_TEST

START_TEST(tells_what_was_lost)
{
	struct fake f = make(0);
	struct ring_record r;
	uint64_t newest = 0, id = 7, lost = 123;

	put_header(&f, PERF_RECORD_LOST, 16 + IDS);
	put(&f, &id, 8);
	put(&f, &lost, 8);
	put_ids(&f, 1, 1, 50, id);
	ring_look(f.ring, &newest);
	ck_assert_int_eq(ring_next(f.ring, &r), 1);
	ck_assert_int_eq(r.kind, RING_LOST);
	ck_assert_uint_eq(r.lost, 123);
	ck_assert_uint_eq(r.time, 50);
	drop(&f);
}
END_TEST

/* Sizes that cannot be true: never read beyond, never loop, always counted. */
static const uint16_t sizes[] = { 0, 1, 7, 4096, 65535 };

START_TEST(does_not_believe_a_size)
{
	struct fake f = make(0);
	struct perf_event_header h = { .type = PERF_RECORD_SAMPLE, .size = sizes[_i] };
	struct ring_record r;
	uint64_t newest = 0;

	put(&f, &h, sizeof(h));
	put(&f, "0123456789abcdef", 16);
	ring_look(f.ring, &newest);
	ck_assert_int_eq(ring_next(f.ring, &r), 1);
	ck_assert_int_eq(r.kind, RING_LOST);
	ck_assert_uint_eq(r.lost, 1);
	ck_assert_int_eq(ring_next(f.ring, &r), 0);
	drop(&f);
}
END_TEST

START_TEST(a_raw_size_beyond_its_record_is_no_sample)
{
	struct fake f = make(0);
	struct ring_record r;
	uint64_t newest = 0;
	uint32_t raw = 1000;

	put_header(&f, PERF_RECORD_SAMPLE, IDS + 4 + 4);
	put_ids(&f, 1, 1, 5, 1);
	put(&f, &raw, 4);
	put(&f, "abcd", 4);
	ring_look(f.ring, &newest);
	ck_assert_int_eq(ring_next(f.ring, &r), 1);
	ck_assert_int_eq(r.kind, RING_OTHER);
	drop(&f);
}
END_TEST

/* Two or three events of one thread record each hit; one of them is to be seen. */
START_TEST(one_hit_is_one_sample)
{
	static const struct {
		uint64_t id;
		uint32_t tid;
		char data;
		bool is_twin;
	} samples[] = {
		{ 1, 7, 'a', false }, { 2, 7, 'a', true },	       /* a hit */
		{ 1, 7, 'a', false }, { 2, 7, 'a', true },	       /* another just like it */
		{ 1, 7, 'b', false }, { 2, 7, 'b', true }, { 3, 7, 'b', true },
		{ 4, 8, 'b', false }, { 4, 8, 'b', false },	       /* of one that has no twin */
		{ 1, 7, 'b', false }, { 2, 7, 'c', false },	       /* not of the same hit */
	};
	struct fake f = make(0);
	struct ring_record r;
	uint64_t newest = 0;

	ring_drop_twins(f.ring);
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		put_sample_of(&f, samples[i].id, samples[i].tid, i, 20, samples[i].data);
	ring_look(f.ring, &newest);
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		ck_assert_int_eq(ring_next(f.ring, &r), 1);
		ck_assert_int_eq(r.kind, samples[i].is_twin ? RING_TWIN : RING_SAMPLE);
	}
	drop(&f);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, walks_samples_wherever_the_ring_wraps, 0, ARRAY_SIZE(starts));
	tcase_add_test(c, gives_room_back_only_behind_a_record);
	tcase_add_test(c, a_snapshot_does_not_grow);
	tcase_add_test(c, a_look_leaves_the_record_alone);
	tcase_add_test(c, tells_what_was_lost);
	tcase_add_loop_test(c, does_not_believe_a_size, 0, ARRAY_SIZE(sizes));
	tcase_add_test(c, a_raw_size_beyond_its_record_is_no_sample);
	tcase_add_test(c, one_hit_is_one_sample);
}

UNIT_MAIN("ring", fill)
