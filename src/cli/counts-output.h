/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* How counts are printed, and where to: what count and profile have in common. */

#include "cli/cli.h"
#include "report/counts.h"

/* A usage error if the formats asked for exclude each other, else 0. */
int counts_output_check(struct cli *cli);
/* CSV or metrics; NULL: neither is asked for. */
counts_format_fn *counts_output_format(const struct options *o);
/* Opens what the output goes to; a file of metrics is made anew each time. */
int counts_output_open(struct cli *cli);
/* Puts out cli->out: a file of metrics as a whole, for its reader comes whenever it likes. */
int counts_output_write(struct cli *cli);
