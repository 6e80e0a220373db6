/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "base/clock.h"

static uint64_t read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

uint64_t clock_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

double clock_seconds(void)
{
	return (double)clock_ns() / 1e9;
}

int64_t clock_wall_offset_ns(void)
{
	uint64_t mono = clock_ns();

	return (int64_t)(read_ns(CLOCK_REALTIME) - mono);
}
