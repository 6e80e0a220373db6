/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Removing events and their lines in the ledger: for remove, clear, and add's -: lines. */

#include "cli/probes.h"

/*
 * Removes the events, all it can; prints each one's name. Those that somebody holds are
 * reported and left; the status says so. --dry-run only prints the lines.
 */
int removal_run(struct cli *cli, struct probes *p, const struct event_ref *refs, size_t n);
