/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* `count', and what it prints. */

#include "cli/counted.h"
#include "cli/lost.h"
#include "cli/screen.h"
#include "cli/silence.h"
#include "cli/watched.h"
#include "report/counts.h"

struct counting {
	struct cli *cli;
	struct watchset set;
	struct watch *watch;
	struct counted counted;
	struct counts *counts; /* counted's */
	struct silence silence;
	counts_format_fn *format;
	struct screen screen;
	bool by_records; /* else by uprobe_profile */
	double begun, last, next; /* seconds of CLOCK_MONOTONIC */
	uint64_t n_rounds;        /* intervals shown */
	bool failed;
};

/* The format that the options ask for. */
counts_format_fn *counting_format(const struct options *o);
/* How many calls were counted so far. */
uint64_t counting_calls(const struct counting *c);
/* What is counted, and whose calls. */
void counting_announce(const struct counting *c);
/* The counts as they are, to where the output goes. Negative if nobody takes it. */
int counting_show(struct counting *c);
/* The last line. */
void counting_close(const struct counting *c, const struct losses *lost);
