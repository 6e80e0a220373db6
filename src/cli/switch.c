/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/xalloc.h"
#include "cli/probes.h"
#include "cli/switch.h"
#include "tracefs/control.h"

/* The kernel probes the inode it was told of; a new file of that name is never hit. */
static void warn_stale(const struct cli *cli, const struct probes *p,
		       const struct event_ref *ref)
{
	for (size_t i = 0; i < p->defs.n; i++) {
		const struct definition *d = &p->defs.defs[i];
		const struct ledger_entry *e =
			event_ref_has(ref, d) ? ledger_find(&p->ledger, d) : NULL;
		struct stat st;

		if (e && (stat(e->name, &st) < 0 || st.st_ino != e->ino || st.st_dev != e->dev))
			cli_note(cli, "%s/%s: %s was replaced since the probe was made; only "
				      "programs that still run the old file are seen",
				 d->group, d->event, e->name);
	}
}

int switch_probes(struct cli *cli, bool on)
{
	auto_free struct event_ref *refs = NULL;
	CLEANUP(probes_done) struct probes p = { 0 };
	size_t n = 0, failed = 0;
	int rc = cli_open_for_writing(cli);

	if (rc == 0)
		rc = probes_load(cli, &p);
	if (rc == 0)
		rc = probes_select(cli, &p, cli->opts.args, cli->opts.n_args, PROBES_OURS, &refs,
				   &n);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		struct err err = ERR_INIT;

		if (on)
			warn_stale(cli, &p, &refs[i]);
		if (control_enable(&cli->tfs, cli->opts.instance, refs[i].group, refs[i].event,
				   on, &err) < 0) {
			cli_print_error(cli, &err);
			failed++;
		}
	}
	return failed ? EXIT_FAILED : EXIT_OK;
}
