/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proc/proc.h"
#include "session/threads.h"

void threads_done(struct threads *t)
{
	free(t->tids);
	*t = (struct threads){ NULL, 0 };
}

static bool is_among(const struct threads *t, pid_t tid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->tids[i] == tid)
			return true;
	return false;
}

/* Moves those that are new to the front; how many they are. */
static size_t keep_new(const struct threads *t, pid_t *tids, size_t n)
{
	size_t n_new = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_among(t, tids[i]))
			tids[n_new++] = tids[i];
	return n_new;
}

static void add(struct threads *t, const pid_t *tids, size_t n)
{
	t->tids = xreallocarray(t->tids, t->n + n, sizeof(*t->tids));
	memcpy(t->tids + t->n, tids, n * sizeof(*tids));
	t->n += n;
}

int threads_take_all(struct threads *t, pid_t pid, int rounds, threads_take_fn *take, void *ctx,
		     struct err *err)
{
	for (int round = 0; round < rounds; round++) {
		auto_free pid_t *tids = NULL;
		size_t n = 0;
		int rc = proc_threads(pid, &tids, &n);

		if (rc < 0 && round == 0)
			return err_set(err, ESRCH, "there is no process %d", (int)pid);
		n = rc < 0 ? 0 : keep_new(t, tids, n); /* < 0: it has ended meanwhile */
		if (!n)
			return 0;
		rc = take(ctx, tids, n, round, err);
		if (rc < 0)
			return rc;
		add(t, tids, n);
		if (rc > 0)
			return 0;
	}
	return 0;
}
