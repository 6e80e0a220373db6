/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The threads of a process that goes on bearing new ones. */

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Those that were taken. */
struct threads {
	pid_t *tids;
	size_t n;
};

void threads_done(struct threads *t);

/*
 * Gives `take` the threads of a process that are not among `t` yet, looks again, and so on until
 * nobody is new, or `rounds` times: what a thread bears inherits from it only once it was taken.
 * `round` counts from 0. A failure of `take` is returned at once; -ESRCH: no such process. It
 * returns 1 if all of them inherited: then whatever they bear will, and no more looks are needed.
 */
typedef int threads_take_fn(void *ctx, const pid_t *tids, size_t n, int round, struct err *err);
int threads_take_all(struct threads *t, pid_t pid, int rounds, threads_take_fn *take, void *ctx,
		     struct err *err);
