/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

int command_check(struct cli *cli)
{
	if (cli->opts.command && cli->opts.command_argv)
		return cli_usage(cli, "-c and -- both name a command");
	return 0;
}

static void wait_for(const struct cli *cli, struct child *child)
{
	/* After -d or -n; one that was told to end needs no mention. */
	if (child->pid && !child_reap(child) && !child->is_told)
		cli_note(cli, "the command runs on, unwatched: waiting for its end (process %d)",
			 (int)child->pid);
	child_wait(child);
}

int command_watch(struct cli *cli, int (*watch)(void *ctx, struct child *child), void *ctx)
{
	const struct options *o = &cli->opts;
	struct child child = CHILD_INIT;
	int rc = 0;

	if (o->command || o->command_argv)
		rc = child_start(&child, o->command_argv, o->command, &cli->err);
	if (rc == 0) {
		rc = watch(ctx, &child);
		if (rc == 0) {
			wait_for(cli, &child);
			rc = child_exit_status(&child) > 0 ? child_exit_status(&child) : 0;
		} else {
			child_wait(&child);
		}
	}
	child_done(&child);
	return rc;
}

struct watch_opts command_watch_opts(struct cli *cli, struct child *child)
{
	return (struct watch_opts){
		.pids = cli->opts.pids,
		.n_pids = cli->opts.n_pids,
		.follow = opt(&cli->opts, OPT_FOLLOW),
		.child = child->pid ? child : NULL,
		.progress = cli_progress,
		.progress_ctx = cli,
	};
}

int command_watch_end(struct cli *cli, struct watch *watch, int rc, struct losses *ret_lost)
{
	struct err later = ERR_INIT;
	int end = watch ? watch_end(watch, ret_lost, &later) : 0;

	if (rc == 0 && end < 0)
		cli->err = later;
	return rc < 0 ? rc : end;
}
