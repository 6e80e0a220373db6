/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the probes cost the machine, said once when it is much: hits a second, by the kernel's
 * count, times what one costs at most. That is the least time seen between two hits of a CPU:
 * the kernel cannot have taken longer over the first.
 */

#include "cli/watched.h"

enum { COST_CPUS = 256 }; /* of which the time between hits is looked at */

/* Pure input of cost_describe(). */
struct cost_facts {
	double rate;      /* hits a second */
	double ns;        /* of one */
	bool is_confined; /* nobody but those asked for takes the trap */
	bool has_filter;
	bool has_returns; /* beside entries */
	bool is_sampled;
};

/* A line about it if it is more than half a CPU; false if it is less. */
bool cost_describe(const struct cost_facts *f, struct buf *b);

struct cost {
	const struct watchset *set;
	const char *group; /* the run's own */
	bool is_confined;
	bool sees_all;       /* every hit is an event that comes */
	uint64_t looked_ns;  /* of CLOCK_MONOTONIC; 0: it was told */
	uint64_t events;     /* then */
	uint64_t counted_ns; /* when the kernel was asked for its count */
	uint64_t hits;       /* then */
	uint64_t last_ns[COST_CPUS];
	uint64_t gap_ns; /* the least between two of a CPU */
};

/* What is watched, and the run's group; both must outlive it. */
void cost_begin(struct cost *c, const struct watchset *set, const struct watch *watch);
/* In each round: `events` that came so far. Once a second it looks. */
void cost_look(struct cost *c, uint64_t events);

static inline void cost_event(struct cost *c, const struct event *e)
{
	uint64_t *last = &c->last_ns[(unsigned)e->cpu % COST_CPUS];
	uint64_t gap = e->time_ns - *last;

	*last = e->time_ns;
	if (gap < c->gap_ns && gap > 0)
		c->gap_ns = gap;
}
