/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/keep.h"
#include "cli/removal.h"

static int print_lines(struct cli *cli, const struct plan *plan)
{
	for (size_t i = 0; i < plan_n_defs(plan); i++) {
		definition_format(plan_def(plan, i, NULL), &cli->out);
		buf_addc(&cli->out, '\n');
	}
	return EXIT_OK;
}

static int print_names(struct cli *cli, const struct plan *plan)
{
	for (size_t i = 0; i < plan_n_defs(plan); i++) {
		const struct definition *d = plan_def(plan, i, NULL);
		const struct definition *last = i ? plan_def(plan, i - 1, NULL) : NULL;

		/* Locations of one event stand together, and have one name. */
		if (!last || strcmp(last->event, d->event) != 0 ||
		    strcmp(last->group, d->group) != 0)
			buf_addf(&cli->out, "%s/%s\n", d->group, d->event);
	}
	return EXIT_OK;
}

static int define(struct cli *cli, struct probes *p)
{
	CLEANUP(plan_done) struct plan plan = { 0 };
	struct resolve_env env = cli_resolve_env(cli);
	int rc;

	env.existing = &p->defs;
	rc = plan_make(&env, cli->specs.specs, cli->specs.n, &plan, &cli->err);
	if (rc < 0)
		return rc;
	cli_note_lines(cli, buf_str(&plan.notes));
	if (opt(&cli->opts, OPT_DRY_RUN) || !plan.n)
		return print_lines(cli, &plan);
	rc = keep_plan(cli, p, &plan);
	return rc < 0 ? rc : print_names(cli, &plan);
}

/* `-:` lines, as the kernel has them; they stand in a batch of nothing else. */
static int remove_named(struct cli *cli, struct probes *p)
{
	auto_free const char **patterns = xcalloc(cli->specs.n, sizeof(*patterns));
	auto_free struct event_ref *refs = NULL;
	size_t n;
	int rc;

	for (size_t i = 0; i < cli->specs.n; i++) {
		const struct spec *s = &cli->specs.specs[i];

		patterns[i] = s->group.s ? xasprintf("%s/%s", s->group.s, s->event.s)
					 : xstrdup(s->event.s);
	}
	rc = probes_select(cli, p, patterns, cli->specs.n, PROBES_OURS, &refs, &n);
	if (rc == 0)
		rc = removal_run(cli, p, refs, n);
	for (size_t i = 0; i < cli->specs.n; i++)
		free((char *)patterns[i]);
	return rc;
}

/* How many specs remove; a mixture is an error. */
static int count_removals(struct cli *cli, size_t *ret)
{
	const struct spec *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < cli->specs.n; i++) {
		if (cli->specs.specs[i].kind != SPEC_REMOVE)
			continue;
		n++;
		first = first ? first : &cli->specs.specs[i];
	}
	*ret = n;
	if (!n || n == cli->specs.n)
		return 0;
	err_set(&cli->err, EINVAL, "a line that removes a probe stands among lines that add some");
	err_hint(&cli->err, "all or none could not be promised for both; do it in two calls");
	return err_at(&cli->err, &first->origin, first->kind_at);
}

static int load(struct cli *cli, struct probes *p)
{
	int rc = cli->has_tfs ? probes_load(cli, p) : 0;

	if (rc < 0 && opt(&cli->opts, OPT_DRY_RUN)) {
		err_clear(&cli->err);
		return 0;
	}
	return rc;
}

/* The last word on a batch that failed, behind what the error itself advises. */
static void reassure(struct err *err)
{
	auto_free char *hint = xstrdup(err->hint);

	err->hint[0] = 0;
	err_hint(err, "%s%snothing was added", hint, *hint ? "\n" : "");
}

static int run(struct cli *cli)
{
	CLEANUP(probes_done) struct probes p = { 0 };
	size_t n_removals = 0;
	int rc = cli_read_specs(cli, cli->opts.args, cli->opts.n_args);

	if (rc == 0 && cli->opts.sysroot && !opt(&cli->opts, OPT_DRY_RUN))
		return cli_usage(cli, "--sysroot is for lines that another machine will be "
				      "given: add --dry-run");
	if (rc == 0)
		rc = count_removals(cli, &n_removals);
	if (rc == 0)
		rc = opt(&cli->opts, OPT_DRY_RUN) ? cli_open_dry(cli) : cli_open_for_writing(cli);
	if (rc == 0)
		rc = load(cli, &p);
	if (rc == 0)
		rc = n_removals ? remove_named(cli, &p) : define(cli, &p);
	if (rc < 0 && !opt(&cli->opts, OPT_DRY_RUN) && cli->specs.n > 1 && !n_removals)
		reassure(&cli->err);
	return rc;
}

const struct cmd cmd_add = {
	.name = "add",
	.args = "SPEC...",
	.summary = "define probes that stay until removed",
	.help = "Defines probes that stay in the kernel until they are removed or the machine is\n"
		"rebooted, and prints their names. All are defined, or none.\n"
		"\n"
		"A SPEC is [KIND[:[GROUP/]EVENT] ]BINARY:FUNCTION [[NAME=]ARG[:TYPE]]... [if FILTER]\n"
		"KIND is p (entry), r (return) or pr (both); ARG is arg1, retval, caller, @global,\n"
		"%di, +8(%si), arg1->+8, ...; TYPE is u8 to u64, s8 to s64, x8 to x64, char, string,\n"
		"s32*, bytes(16), [N] behind it, ...; FILTER is arg1 > 100 && comm == \"bash\"\n"
		"\n"
		"  uprobe-ctl add 'p:zfree_entry /bin/zsh:zfree %ip %ax'\n"
		"  uprobe-ctl add -e 'pr:c:malloc size=arg1:u64 retval:x64'",
	.options = OPT_ENABLE | OPT_FILE | OPT_INSTANCE | OPT_DRY_RUN | OPT_RESOLVING | OPT_PID |
		   OPT_SYSROOT,
	.min_args = 1,
	.max_args = SIZE_MAX,
	.run = run,
};
