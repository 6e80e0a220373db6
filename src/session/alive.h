/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Whether processes that were asked for are still there. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct alive {
	pid_t pid;           /* 0: it had ended before it was noted */
	uint64_t start_time; /* tells it from a later owner of the number */
};

/* Who they are now: heap array of n. */
struct alive *alive_note(const pid_t *pids, size_t n);
/*
 * Whether any of them is there. One that has ended and was not waited for is not; one whose
 * first thread alone has ended is.
 */
bool alive_any(const struct alive *them, size_t n);
