/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/removal.h"
#include "session/runs.h"

/* cli_open_for_writing() has cleaned up already; --dry-run only says what it would do. */
static int show_stale(struct cli *cli)
{
	struct stale_run *runs = NULL;
	size_t n = 0;
	int rc = stale_find(&cli->tfs, &cli->state, &runs, &n, &cli->err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (runs[i].has_instance)
			buf_addf(&cli->out, "rmdir instances/%s\n", runs[i].name);
		if (runs[i].n_probes)
			buf_addf(&cli->out, "-:%s/\n", runs[i].name);
	}
	stale_free(runs, n);
	return rc;
}

/* Whose they are is said first: `clear --all` takes what other tools may still use. */
static void announce(struct cli *cli, const struct probes *p, const struct event_ref *refs,
		     size_t n)
{
	size_t foreign = 0;

	for (size_t i = 0; i < p->defs.n_opaque; i++)
		cli_note(cli, "not understood, and so it stays: %s", p->defs.opaque[i].text);
	for (size_t i = 0; i < n; i++)
		foreign += refs[i].n_ours < refs[i].n_locations;
	if (!foreign)
		return;
	cli_note(cli, "%zu of these %zu probes are not ours:", foreign, n);
	for (size_t i = 0; i < n; i++)
		if (refs[i].n_ours < refs[i].n_locations)
			cli_note(cli, "  %s/%s", refs[i].group, refs[i].event);
}

static int run(struct cli *cli)
{
	enum probes_scope scope = opt(&cli->opts, OPT_ALL) ? PROBES_ANY : PROBES_OURS;
	bool dry = opt(&cli->opts, OPT_DRY_RUN);
	auto_free struct event_ref *refs = NULL;
	CLEANUP(probes_done) struct probes p = { 0 };
	size_t n = 0;
	int rc;

	if (opt(&cli->opts, OPT_ALL) && opt(&cli->opts, OPT_STALE))
		return cli_usage(cli, "--all and --stale exclude each other");
	rc = dry ? cli_open(cli) : cli_open_for_writing(cli);
	if (rc < 0)
		return rc;
	if (opt(&cli->opts, OPT_STALE) && dry)
		return show_stale(cli);
	if (opt(&cli->opts, OPT_STALE))
		return cli->stale_stays ? EXIT_FAILED : EXIT_OK;
	rc = probes_load(cli, &p);
	if (rc == 0)
		rc = probes_select(cli, &p, NULL, 0, scope, &refs, &n);
	if (rc < 0)
		return rc;
	if (opt(&cli->opts, OPT_ALL))
		announce(cli, &p, refs, n);
	return removal_run(cli, &p, refs, n);
}

const struct cmd cmd_clear = {
	.name = "clear",
	.args = "",
	.summary = "remove all probes made with add",
	.help = "Removes every probe made with `uprobe-ctl add', and what killed runs of\n"
		"uprobe-ctl left behind. Probes of other tools stay, unless --all is given.",
	.options = OPT_ALL | OPT_STALE | OPT_DRY_RUN | OPT_FORCE,
	.max_args = 0,
	.run = run,
};
