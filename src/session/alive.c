/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/xalloc.h"
#include "proc/proc.h"
#include "session/alive.h"

struct alive *alive_note(const pid_t *pids, size_t n)
{
	struct alive *them = xcalloc(n, sizeof(*them));

	for (size_t i = 0; i < n; i++)
		them[i] = (struct alive){ pids[i], proc_start_time(pids[i]) };
	return them;
}

static bool has_threads(pid_t pid)
{
	pid_t *threads = NULL;
	size_t n = 0;
	bool has = proc_threads(pid, &threads, &n) == 0 && n > 1;

	free(threads);
	return has;
}

bool alive_any(const struct alive *them, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pid_t pid = them[i].pid;

		if (proc_start_time(pid) == them[i].start_time &&
		    (proc_state(pid) != 'Z' || has_threads(pid)))
			return true;
	}
	return false;
}
