/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <time.h>

#include "base/xalloc.h"
#include "cli/keep.h"
#include "probe/filter.h"
#include "session/install.h"
#include "tracefs/control.h"

/* The plan's definitions in one array, as install() takes them: shallow copies. */
static struct definition *flatten(const struct plan *plan, size_t *ret_n)
{
	size_t n = plan_n_defs(plan);
	struct definition *defs = xcalloc(n, sizeof(*defs));

	for (size_t i = 0; i < n; i++)
		defs[i] = *plan_def(plan, i, NULL);
	*ret_n = n;
	return defs;
}

static void enter(struct ledger *ledger, const struct definition *d,
		  const struct resolution *res)
{
	const struct target *target = resolution_function(res, d)->target;
	struct ledger_entry e = {
		.group = xstrdup(d->group),
		.event = xstrdup(d->event),
		.kind = d->kind,
		.path = xstrdup(d->path),
		.offset = d->offset,
		.dev = target->elf->dev,
		.ino = target->elf->ino,
		.build_id = elffile_build_id(target->elf),
		.time = (int64_t)time(NULL),
		.name = xstrdup(target->name),
		.spec = xstrdup(res->spec->origin.text),
	};

	ledger_add(ledger, &e);
}

static int write_ledger(struct cli *cli, struct probes *p, const struct plan *plan)
{
	ledger_prune(&p->ledger, &p->defs);
	for (size_t i = 0; i < plan_n_defs(plan); i++) {
		const struct resolution *res;
		const struct definition *d = plan_def(plan, i, &res);

		enter(&p->ledger, d, res);
	}
	return ledger_write(&cli->state, &p->ledger, &cli->err);
}

static void forget(struct cli *cli, struct probes *p, const struct definition *defs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ledger_drop(&p->ledger, defs[i].group, defs[i].event);
	ledger_write(&cli->state, &p->ledger, NULL);
}

static void undo(struct cli *cli, const struct definition *defs, size_t n, size_t n_enabled)
{
	for (size_t i = 0; i < n_enabled; i++)
		if (!definition_is_repeated(defs, i))
			control_enable(&cli->tfs, cli->opts.instance, defs[i].group,
				       defs[i].event, false, NULL);
	uninstall(&cli->tfs, defs, n);
}

/* Filters come before enabling: an event never records unfiltered (R15). */
static int set_filters(struct cli *cli, const struct plan *plan, const struct definition *defs)
{
	for (size_t i = 0; i < plan_n_defs(plan); i++) {
		const struct resolution *res;
		const struct definition *d = plan_def(plan, i, &res);

		if (!d->filter || definition_is_repeated(defs, i) ||
		    control_set_filter(&cli->tfs, cli->opts.instance, d->group, d->event,
				       d->filter->text, &cli->err) == 0)
			continue;
		return err_at(&cli->err, &res->spec->origin,
			      filter_locate(d->filter, cli->err.at));
	}
	return 0;
}

static int enable_all(struct cli *cli, const struct definition *defs, size_t n,
		      size_t *ret_enabled)
{
	for (*ret_enabled = 0; *ret_enabled < n; (*ret_enabled)++) {
		const struct definition *d = &defs[*ret_enabled];
		int rc;

		if (definition_is_repeated(defs, *ret_enabled))
			continue;
		rc = control_enable(&cli->tfs, cli->opts.instance, d->group, d->event, true,
				    &cli->err);

		if (rc < 0 && d->origin)
			err_at(&cli->err, d->origin, d->offset_from.at);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int keep_plan(struct cli *cli, struct probes *p, const struct plan *plan)
{
	auto_free struct definition *defs = NULL;
	size_t n, n_enabled = 0;
	int rc;

	defs = flatten(plan, &n);
	rc = write_ledger(cli, p, plan);
	if (rc < 0)
		return rc;
	rc = install(&cli->tfs, defs, n, &cli->err);
	if (rc == 0) {
		rc = set_filters(cli, plan, defs);
		if (rc == 0 && opt(&cli->opts, OPT_ENABLE))
			rc = enable_all(cli, defs, n, &n_enabled);
		if (rc < 0)
			undo(cli, defs, n, n_enabled);
	}
	if (rc < 0)
		forget(cli, p, defs, n);
	return rc;
}
