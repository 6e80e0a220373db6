/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/param.h>

#include "session/buffers.h"

/*
 * A writer at full rate makes some 50 MB a second, and on a busy machine the reader waits
 * its turn: BUFFERS_KB is a third of a second of it. All together stay below a SHARE of the
 * memory that is free, and below TOTAL_KB where there are many CPUs.
 */
enum {
	LEAST_KB = 128,
	TOTAL_KB = 512 * 1024,
	SHARE = 16,      /* of the free memory, to begin with */
	GROWN_SHARE = 4, /* grown */
	GROWN_MAX_KB = 256 * 1024,
	FACTOR = 4, /* each growth is a gap in the recording: few, therefore */
	UNKNOWN_KB = 256 * 1024,
};

static unsigned share_of(size_t total, size_t n_cpus, size_t most)
{
	return (unsigned)MAX(LEAST_KB, MIN(total / n_cpus, most));
}

struct buffers buffers_plan(size_t n_cpus, size_t available_kb, bool may_grow)
{
	size_t free_kb = available_kb ? available_kb : UNKNOWN_KB;
	size_t n = n_cpus ? n_cpus : 1;
	unsigned kb = share_of(MIN(free_kb / SHARE, TOTAL_KB), n, BUFFERS_KB);

	return (struct buffers){
		.kb = kb,
		.max_kb = may_grow ? MAX(kb, share_of(free_kb / GROWN_SHARE, n, GROWN_MAX_KB))
				   : kb,
	};
}

bool buffers_grow(struct buffers *b)
{
	if (b->kb >= b->max_kb)
		return false;
	b->kb = MIN(b->kb * FACTOR, b->max_kb);
	return true;
}
