/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * How much is recorded before somebody reads it: a buffer for each CPU, in the run's own
 * instance or as perf's ring.
 */

#include <stdbool.h>
#include <stddef.h>

struct buffers {
	unsigned kb;     /* of each CPU */
	unsigned max_kb; /* to which it may grow; kb: not at all */
};

/*
 * For so many CPUs, of which the machine could give so much memory (0: not known):
 * BUFFERS_KB each or what is not much for the machine; may_grow: up to a quarter of it.
 */
#define BUFFERS_KB 16384
struct buffers buffers_plan(size_t n_cpus, size_t available_kb, bool may_grow);
/* The next size; false: it is as large as it may be. */
bool buffers_grow(struct buffers *b);
