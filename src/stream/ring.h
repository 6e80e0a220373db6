/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One perf ring buffer: walked in place, released once its records are used up. Records are
 * written by the kernel alone, but sizes are checked all the same; a record that cannot be
 * is the end of what is believed (the rest of the snapshot is dropped, and counted lost).
 *
 * The events must be opened with RING_SAMPLE_TYPE and sample_id_all.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ring;

/* PERF_SAMPLE_TID | TIME | ID | CPU | RAW: what every record ends or begins with. */
#define RING_SAMPLE_TYPE                                                                 \
	(UINT64_C(1) << 1 | UINT64_C(1) << 2 | UINT64_C(1) << 6 | UINT64_C(1) << 7 |      \
	 UINT64_C(1) << 10)

enum ring_kind {
	RING_SAMPLE, /* data, size: the tracepoint's raw record (padded at its end) */
	RING_TWIN,   /* what was a sample before: see ring_drop_twins() */
	RING_LOST,   /* lost: records dropped before this one */
	RING_OTHER,
};

struct ring_record {
	enum ring_kind kind;
	pid_t pid, tid;
	uint64_t time;
	uint64_t id; /* of the event that recorded it; of an inherited one its ancestor's */
	const void *data;
	size_t size;
	uint64_t lost;
};

/* `mapping` is what mmap(2) of a perf fd gave: a control page and 2^n pages of data. */
struct ring *ring_new(void *mapping, size_t page_size, size_t data_size);
/* Frees the struct; the mapping is the caller's. */
void ring_free(struct ring *r);
/*
 * Some threads have an event twice, inherited and their own: then one hit is two samples, of
 * different ids, one right behind the other, for perf_tp_event() writes the record of a hit to
 * all events before anything else. The second is told as RING_TWIN.
 */
void ring_drop_twins(struct ring *r);
/*
 * Takes a snapshot: what is in the ring now is what ring_next() walks. 1 if there is
 * something new; *newest becomes the newest time in it, if that is newer.
 */
int ring_look(struct ring *r, uint64_t *newest);
/*
 * The next record: 1, or 0 at the snapshot's end. Its data are valid until the next call;
 * the room of the record before is given back to the kernel.
 */
int ring_next(struct ring *r, struct ring_record *ret);
