/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the pipeline backwards: from the kernel's lines to files, symbols and owners. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/probe-row.h"
#include "cli/probes.h"
#include "probe/spec.h"
#include "session/runs.h"

struct listing {
	struct cli *cli;
	struct probes probes;
	struct probe_rows rows;
};

static void add_row(struct listing *l, struct table *t, const struct probe_row *row)
{
	auto_free char *location = probe_row_location(&l->rows, row);
	auto_free char *owner = probe_row_owner(&l->rows, row);
	auto_free char *enabled = probe_row_enabled(&l->rows, row);

	table_cellf(t, "%s/%s", row->d->group, row->d->event);
	table_cell(t, row->d->kind == 'p' ? "entry" : "return");
	table_cell(t, enabled);
	table_cell(t, location);
	probe_row_args(&l->rows, row, t);
	table_cell(t, owner);
}

static void add_object(struct listing *l, struct json *j, const struct probe_row *row)
{
	json_object(j, NULL);
	probe_row_json(&l->rows, row, j);
	json_end_object(j);
}

/* By symbol where that names the very same place: it outlives an update of the file. */
static char *place_of(const struct listing *l, const struct probe_row *row)
{
	const struct definition *d = row->d;
	auto_free char *symbol = probe_row_symbol(&l->rows, row);
	auto_buf b = BUF_INIT;

	if (symbol && !strchr(symbol, '+') &&
	    locator_names(l->rows.locator, row->path, symbol, d->offset))
		buf_addf(&b, "%s:%s", row->path, symbol);
	else
		buf_addf(&b, "%s:0x%" PRIx64, row->path, d->offset);
	if (d->has_ref_ctr)
		buf_addf(&b, "(0x%" PRIx64 ")", d->ref_ctr);
	return buf_steal(&b);
}

static void add_spec(struct listing *l, const struct probe_row *row, struct buf *b)
{
	const struct definition *d = row->d;
	auto_free char *place = NULL;
	const char *filter;

	/* What a run made is gone with it. */
	if (run_state_of(&l->cli->state, d->group) != RUN_NONE)
		return;
	place = place_of(l, row);
	buf_addf(b, "%c:%s/%s ", d->kind, d->group, d->event);
	spec_format_word(place, b);
	for (size_t i = 0; i < d->n_args; i++) {
		buf_addc(b, ' ');
		probe_row_arg(&d->args[i], b);
	}
	filter = probe_row_filter(&l->rows, row);
	if (filter)
		buf_addf(b, " if %s", filter);
	buf_addc(b, '\n');
}

/* Lines of somebody's that we cannot read are shown as they are. */
static void add_opaque_row(struct table *t, const char *line)
{
	table_cell(t, "?");
	table_cell(t, "?");
	table_cell(t, "?");
	table_cell(t, line);
	table_cell(t, NULL);
	table_cell(t, "foreign, not understood");
}

static void add_opaque_object(struct json *j, const char *line)
{
	json_object(j, NULL);
	json_str(j, "line", line);
	json_str(j, "owner", "foreign");
	json_end_object(j);
}

static void add_opaque_spec(struct buf *b, const char *line)
{
	buf_adds(b, "# not understood: ");
	text_escape(b, line, strlen(line), false);
	buf_addc(b, '\n');
}

static const struct table_column columns[] = {
	{ .title = "PROBE" }, { .title = "KIND" }, { .title = "ON" },
	{ .title = "LOCATION" }, { .title = "ARGS" }, { .title = "OWNER" },
};

static void show(struct listing *l, const struct event_ref *refs, size_t n)
{
	bool as_json = opt(&l->cli->opts, OPT_JSON), as_spec = opt(&l->cli->opts, OPT_SPEC);
	const struct definition_list *list = &l->probes.defs;
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	struct json j = JSON_INIT(&l->cli->out);

	if (as_json) {
		json_object(&j, NULL);
		json_array(&j, "probes");
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < refs[i].n_locations; k++) {
			struct probe_row row = probe_row_of(&l->rows, refs[i].locations[k]);

			if (as_json)
				add_object(l, &j, &row);
			else if (as_spec)
				add_spec(l, &row, &l->cli->out);
			else
				add_row(l, t, &row);
		}
	for (size_t i = 0; i < list->n_opaque && !l->cli->opts.n_args; i++)
		if (as_json)
			add_opaque_object(&j, list->opaque[i].text);
		else if (as_spec)
			add_opaque_spec(&l->cli->out, list->opaque[i].text);
		else
			add_opaque_row(t, list->opaque[i].text);
	if (as_json) {
		json_end_array(&j);
		json_end_object(&j);
		buf_addc(&l->cli->out, '\n');
	} else if (as_spec) {
		cli_spare_terminal(l->cli);
	} else {
		table_format(t, !opt(&l->cli->opts, OPT_NOHEADINGS), &l->cli->out);
	}
	table_free(t);
}

/* What only the next writing command, or clear --stale, removes. */
static void mention_stale(struct cli *cli)
{
	struct stale_run *runs = NULL;
	size_t n = 0;

	if (stale_find(&cli->tfs, &cli->state, &runs, &n, NULL) == 0 && n)
		cli_note(cli, "%zu killed run%s left something in the kernel: uprobe-ctl clear "
			      "--stale removes it", n, n == 1 ? "" : "s");
	stale_free(runs, n);
}

static int run(struct cli *cli)
{
	struct listing l = { .cli = cli };
	auto_free struct event_ref *refs = NULL;
	size_t n = 0;
	int rc = cli_open(cli);

	if (rc == 0)
		rc = probes_load(cli, &l.probes);
	if (rc == 0)
		rc = probes_select(cli, &l.probes, cli->opts.args, cli->opts.n_args, PROBES_ANY,
				   &refs, &n);
	if (rc < 0) {
		probes_done(&l.probes);
		return rc;
	}
	probe_rows_init(&l.rows, cli, &l.probes.ledger);
	show(&l, refs, n);
	mention_stale(cli);
	probe_rows_done(&l.rows);
	probes_done(&l.probes);
	return EXIT_OK;
}

const struct cmd cmd_list = {
	.name = "list",
	.alias = "ls",
	.args = "[[GROUP/]EVENT]...",
	.summary = "show the probes that exist",
	.help = "Shows every uprobe of the system: its name, whether it is entry or return,\n"
		"whether it records, its place as file, function and file offset, its arguments,\n"
		"and whether it is ours (kept) or another tool's (foreign).",
	.options = OPT_SPEC | OPT_NO_DEMANGLE,
	.max_args = SIZE_MAX,
	.run = run,
};
