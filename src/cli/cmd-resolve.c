/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a spec is understood, step by step, and what would be written. Writes nothing. */
#include <stdint.h>

#include "cli/cli.h"
#include "cli/explain.h"

/* One spec: its way or its error. Specs do not know of each other here. */
static int resolve_one(struct cli *cli, const struct resolve_env *env, const struct spec *spec,
		       const struct mapped *mapped, struct json *j)
{
	CLEANUP(plan_done) struct plan plan = { 0 };
	struct err err = ERR_INIT;
	int rc;

	if (spec->kind == SPEC_REMOVE)
		rc = err_set(&err, EINVAL, "'%s' removes a probe; there is nothing to resolve",
			     spec->origin.text);
	else
		rc = plan_make(env, spec, 1, &plan, &err);
	cli_note_lines(cli, rc == 0 && !plan.n ? buf_str(&plan.notes) : "");
	if (rc == 0 && !plan.n) /* --missing-ok */
		return 0;
	if (j) {
		json_object(j, NULL);
		json_str(j, "spec", spec->origin.text);
	}
	if (rc < 0 && j) {
		cli_json_error(&err, j);
	} else if (rc < 0) {
		cli_flush(cli);
		cli_print_error(cli, &err);
	} else {
		const struct explanation e = {
			.res = &plan.res[0],
			.env = env,
			.mapped = mapped,
			.keep_mangled = opt(&cli->opts, OPT_NO_DEMANGLE),
		};

		if (j)
			explain_json(&e, j);
		else
			explain_text(&e, &cli->out);
	}
	if (j)
		json_end_object(j);
	return rc;
}

static int run(struct cli *cli)
{
	struct json j = JSON_INIT(&cli->out);
	struct json *as_json = opt(&cli->opts, OPT_JSON) ? &j : NULL;
	CLEANUP(mapped_done) struct mapped mapped = { 0 };
	bool is_ours = !cli->opts.sysroot && mapped_read(0, &mapped) == 0;
	struct resolve_env env;
	int failed = 0, rc = cli_read_specs(cli, cli->opts.args, cli->opts.n_args);

	if (rc == 0)
		rc = cli_open_dry(cli);
	if (rc < 0)
		return rc;
	env = cli_resolve_env(cli); /* now it knows what this kernel can do */
	if (as_json) {
		json_object(&j, NULL);
		json_array(&j, "specs");
	}
	for (size_t i = 0; i < cli->specs.n; i++)
		failed |= resolve_one(cli, &env, &cli->specs.specs[i],
				      is_ours ? &mapped : NULL, as_json) < 0;
	if (as_json) {
		json_end_array(&j);
		json_end_object(&j);
		buf_addc(&cli->out, '\n');
	}
	return failed ? EXIT_FAILED : EXIT_OK;
}

const struct cmd cmd_resolve = {
	.name = "resolve",
	.args = "SPEC...",
	.summary = "explain how a spec is understood",
	.help = "Shows for each SPEC which file, function and offset it leads to and why, and the\n"
		"lines that `uprobe-ctl add' would write. Writes nothing; needs no root.",
	.options = OPT_FILE | OPT_PID | OPT_SYSROOT | OPT_RESOLVING | OPT_NO_DEMANGLE,
	.min_args = 1,
	.max_args = SIZE_MAX,
	.run = run,
};
