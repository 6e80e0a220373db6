/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/removal.h"

static int run(struct cli *cli)
{
	auto_free struct event_ref *refs = NULL;
	CLEANUP(probes_done) struct probes p = { 0 };
	size_t n = 0;
	int rc = opt(&cli->opts, OPT_DRY_RUN) ? cli_open(cli) : cli_open_for_writing(cli);

	if (rc == 0)
		rc = probes_load(cli, &p);
	if (rc == 0)
		rc = probes_select(cli, &p, cli->opts.args, cli->opts.n_args, PROBES_OURS, &refs,
				   &n);
	if (rc < 0 && cli->opts.n_args > 1)
		err_detail(&cli->err, "nothing was removed");
	return rc < 0 ? rc : removal_run(cli, &p, refs, n);
}

const struct cmd cmd_remove = {
	.name = "remove",
	.alias = "rm",
	.args = "[GROUP/]EVENT...",
	.summary = "disable and delete probes",
	.help = "Disables the probes named and deletes them from the kernel. Patterns (*, ?, [])\n"
		"may be used. Without a group only probes made with `uprobe-ctl add' are meant.\n"
		"What another tool has enabled, or perf holds, is left alone and reported.",
	.options = OPT_DRY_RUN | OPT_FORCE,
	.min_args = 1,
	.max_args = SIZE_MAX,
	.run = run,
};
