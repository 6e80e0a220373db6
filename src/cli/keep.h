/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Putting a plan's probes into the kernel to stay, with their lines in the ledger. */

#include "cli/probes.h"
#include "resolve/resolve.h"

/*
 * Ledger first, then the kernel, then filters, then (with -e) enabling. A failure at any
 * step undoes the steps before it.
 */
int keep_plan(struct cli *cli, struct probes *p, const struct plan *plan);
