/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Runs: what a running uprobe-ctl has in the kernel for itself. Each has a lock file that
 * names its group and its instance, made before its first write to the kernel and held
 * locked until everything is taken down. A lock that can be had means that the run died;
 * the next command that writes removes exactly what that run owned.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "session/statedir.h"
#include "tracefs/tfs.h"

struct run {
	char *name; /* "uctl_1f3a…": of its group and its instance; NULL: not begun */
	int lock_fd;
	bool has_instance;
};

#define RUN_INIT { .name = NULL, .lock_fd = -1 }

/* Makes and locks the lock file, under the directory's lock. */
int run_begin(struct statedir *dir, struct run *run, struct err *err);
/* Makes the run's instance. */
int run_instance(struct tfs *tfs, struct run *run, struct err *err);
/*
 * Takes everything down: the instance's enabled events, the group's events, the instance,
 * the lock file. All readers of the instance must be closed. Goes on after a failure; the
 * first one is returned and the lock file then stays, for the next command to try again.
 */
int run_end(struct tfs *tfs, struct statedir *dir, struct run *run, struct err *err);

enum run_state {
	RUN_NONE,  /* not a run's group */
	RUN_ALIVE, /* a running uprobe-ctl's */
	RUN_DEAD,  /* left behind */
};
/* Whose group this is. */
enum run_state run_state_of(const struct statedir *dir, const char *group);

/* A dead run's leftovers. */
struct stale_run {
	char *name;
	size_t n_probes; /* definitions of its group the kernel still has */
	bool has_instance;
};

/* Finds dead runs; heap array. Nothing is changed. */
int stale_find(struct tfs *tfs, struct statedir *dir, struct stale_run **ret, size_t *ret_n,
	       struct err *err);
void stale_free(struct stale_run *runs, size_t n);
/*
 * Removes what dead runs left. *ret_removed counts the runs cleaned up. What somebody else
 * uses by now is left alone, and is the error.
 */
int stale_clear(struct tfs *tfs, struct statedir *dir, size_t *ret_removed, struct err *err);
