/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Signals as something to read: SIGINT, SIGTERM, SIGHUP and SIGCHLD are blocked from before
 * the first write to the kernel until everything is taken down, so that no step is cut in
 * half; SIGPIPE is ignored (a closed pipe is an EPIPE of the writer).
 */

#include <stdbool.h>

#include "base/err.h"

/* Those that end a run are blocked from now on: nothing of ours is left half done. */
void signals_hold(void);
/* Blocks them and makes the fd. */
int signals_open(int *ret_fd, struct err *err);
/*
 * What came, without waiting: 0 if nothing, else the last of SIGINT, SIGTERM, SIGHUP, or
 * SIGCHLD if only that. *ret_sent (may be NULL): by kill(2), to us alone; what is typed on a
 * terminal goes to the command of the run as well.
 */
int signals_read(int fd, bool *ret_sent);
