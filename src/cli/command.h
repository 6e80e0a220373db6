/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The command of -c and `--': held, watched, waited for. What the runs of trace and count have
 * in common, with a command or without one.
 */

#include "cli/cli.h"
#include "session/child.h"
#include "session/watch.h"

/* A usage error if two commands are given, else 0. */
int command_check(struct cli *cli);

/*
 * Calls `watch` with the command that was started and held; without one, with a child whose
 * pid is 0. Returns its result, or the exit status of the command, which is waited for.
 */
int command_watch(struct cli *cli, int (*watch)(void *ctx, struct child *child), void *ctx);
/* How to watch by -p, --follow, and that child. */
struct watch_opts command_watch_opts(struct cli *cli, struct child *child);
/*
 * Takes down the run, if it has begun, whatever came before: `rc`. A failure of its own counts
 * if nothing else failed.
 */
int command_watch_end(struct cli *cli, struct watch *watch, int rc, struct losses *ret_lost);
