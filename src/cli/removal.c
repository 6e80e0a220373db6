/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/removal.h"
#include "session/remove.h"

static int dry_run(struct cli *cli, const struct event_ref *refs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(&cli->out, "-:%s/%s\n", refs[i].group, refs[i].event);
	return EXIT_OK;
}

/* One after the other: a failure is told at once, and the next one tried. */
static int remove_each(struct cli *cli, struct remover *remover, struct ledger *ledger,
		       const struct event_ref *refs, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		struct err err = ERR_INIT;

		if (remover_remove(remover, refs[i].group, refs[i].event, refs[i].n_locations,
				   &err) < 0) {
			cli_print_error(cli, &err);
			failed++;
			continue;
		}
		ledger_drop(ledger, refs[i].group, refs[i].event);
		buf_addf(&cli->out, "%s/%s\n", refs[i].group, refs[i].event);
	}
	return failed ? EXIT_FAILED : EXIT_OK;
}

int removal_run(struct cli *cli, struct probes *p, const struct event_ref *refs, size_t n)
{
	struct remover remover;
	int status, rc;

	if (opt(&cli->opts, OPT_DRY_RUN))
		return dry_run(cli, refs, n);
	rc = remover_begin(&remover, &cli->tfs, &cli->state, opt(&cli->opts, OPT_FORCE),
			   &cli->err);
	if (rc < 0)
		return rc;
	ledger_prune(&p->ledger, &p->defs);
	status = remove_each(cli, &remover, &p->ledger, refs, n);
	remover_end(&remover);
	rc = ledger_write(&cli->state, &p->ledger, &cli->err);
	return rc < 0 ? rc : status;
}
