/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * /run/uprobe-ctl: what uprobe-ctl must remember between its runs. It holds the ledger of
 * kept probes (`probes`) and one lock file for each run that has something in the kernel
 * (`run.RANDOM`). $UPROBE_CTL_RUN names another directory (tests).
 *
 * The directory itself is the lock that serialises its writers (flock).
 */

#include <stdbool.h>

#include "base/err.h"
#include "base/root.h"

struct statedir {
	struct root root; /* fd -1: there is none (yet), and we only read */
	bool is_locked;
};

/* Opens for reading. No directory is no error: there is simply nothing remembered. */
int statedir_open(struct statedir *dir, struct err *err);
/* Opens for writing: makes the directory (0755) and takes the lock, waiting for it. */
int statedir_lock(struct statedir *dir, struct err *err);
/* Gives the lock back, keeps the directory open. */
void statedir_unlock(struct statedir *dir);
void statedir_close(struct statedir *dir);
