/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* How often each of many functions was hit: in all, and since the last look. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct counter {
	const char *file, *symbol; /* borrowed; symbol NULL: not known */
	const char *group, *event, *kind; /* of a probe that exists; borrowed, NULL: none */
	const char *filter; /* only calls that passed it; borrowed, NULL: all */
	uint64_t offset;
	uint64_t probe_offset; /* where its calls are counted: behind the entry's endbr64 */
	uint64_t total;
	uint64_t delta;  /* in the interval that counts_tick() closed */
	uint64_t before; /* total at the tick before */
};

struct counts {
	struct counter *counters;
	size_t n;
	double seconds; /* the length of the last interval */
	double elapsed; /* since counting began */
	uint64_t lost;  /* records lost, where records are counted */
};

/* Adds a function; its index is what the other calls take. */
size_t counts_add(struct counts *c, const char *file, const char *symbol, uint64_t offset);
/* Closes an interval of `seconds`: deltas are what came since the last tick. */
void counts_tick(struct counts *c, double seconds);
/*
 * Indexes of the counters, the most hit first: by delta, then by total, then by name.
 * `top` of them (0: all), those never hit only if `zeros`. Heap array.
 */
size_t *counts_order(const struct counts *c, size_t top, bool zeros, size_t *ret_n);
/* How many were hit at all. */
size_t counts_hit(const struct counts *c);
void counts_done(struct counts *c);
