/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/xalloc.h"
#include "proc/proc.h"
#include "session/alive.h"

struct alive *alive_note(const pid_t *pids, size_t n)
{
	struct alive *them = xcalloc(n, sizeof(*them));

	for (size_t i = 0; i < n; i++)
		if (proc_state(pids[i], &them[i].start_time))
			them[i].pid = pids[i];
	return them;
}

static bool has_threads(pid_t pid)
{
	auto_free pid_t *threads = NULL;
	size_t n = 0;

	return proc_threads(pid, &threads, &n) == 0 && n > 1;
}

static bool is_alive(const struct alive *it)
{
	uint64_t start_time = 0;
	char state = it->pid ? proc_state(it->pid, &start_time) : 0;

	return state && start_time == it->start_time && (state != 'Z' || has_threads(it->pid));
}

bool alive_any(const struct alive *them, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_alive(&them[i]))
			return true;
	return false;
}
