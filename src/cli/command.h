/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The command of -c and `--': held, watched, waited for. */

#include "cli/cli.h"
#include "session/child.h"

/*
 * Calls `watch` with the command that was started and held; without one, with a child whose
 * pid is 0. Returns its result, or the exit status of the command, which is waited for.
 */
int command_watch(struct cli *cli, int (*watch)(void *ctx, struct child *child), void *ctx);
