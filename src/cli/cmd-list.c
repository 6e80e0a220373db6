/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the pipeline backwards: from the kernel's lines to files, symbols and owners. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xalloc.h"
#include "cli/probes.h"
#include "proc/mapped.h"
#include "report/json.h"
#include "report/table.h"
#include "resolve/locate.h"
#include "session/runs.h"
#include "tracefs/control.h"

struct listing {
	struct cli *cli;
	struct probes probes;
	struct locator *locator;
	char **instances;
	struct mapped mapped; /* once a stale probe is seen */
	bool has_mapped;
};

/* One definition, with what is known of it. */
struct row {
	const struct definition *d;
	const struct ledger_entry *entry; /* NULL: foreign */
	const char *name;                 /* of the file, to show */
	const char *path;                 /* where it can be read */
	const char *stale;                /* what became of the file; NULL: it is the same */
};

/* The same inode with other content: the offset may be in the middle of anything (5.3). */
static bool is_rewritten(const struct listing *l, const struct ledger_entry *e, const char *path)
{
	const struct elffile *elf = locator_file(l->locator, path);
	auto_free char *build_id = elf ? elffile_build_id(elf) : NULL;

	return build_id && *e->build_id && strcmp(build_id, e->build_id) != 0;
}

static const char *what_became_of(const struct listing *l, const struct ledger_entry *e,
				  const char *path)
{
	struct stat st;

	if (!e)
		return NULL;
	if (stat(path, &st) < 0)
		return "file gone";
	if (st.st_ino != e->ino || st.st_dev != e->dev)
		return "file replaced";
	return is_rewritten(l, e, path) ? "file rewritten in place" : NULL;
}

static struct row row_of(const struct listing *l, const struct definition *d)
{
	const struct ledger_entry *entry = ledger_find(&l->probes.ledger, d);
	/* A descriptor of the process that made the probe; its true name is in the ledger. */
	bool by_fd = entry && strncmp(d->path, "/proc/self/", 11) == 0;
	struct row row = { d, entry, entry ? entry->name : d->path,
			   by_fd ? entry->name : d->path, NULL };

	row.stale = what_became_of(l, entry, row.path);
	return row;
}

/* Symbol and distance; of the file that is there now, so not if that is another one. */
static char *symbol_of(const struct listing *l, const struct row *row)
{
	uint64_t off = 0;
	const struct symbol *s =
		row->stale ? NULL : locator_find(l->locator, row->path, row->d->offset, &off);

	if (!s)
		return NULL;
	return locator_name(l->locator, row->path, row->d->offset);
}

/* How many processes still map the file that the probe is on. */
static size_t mapped_by(struct listing *l, const struct ledger_entry *e)
{
	const struct mapped_file *f;

	if (!l->has_mapped)
		mapped_read(0, &l->mapped);
	l->has_mapped = true;
	f = mapped_find(&l->mapped, e->dev, e->ino, e->name);
	return f ? f->n_pids : 0;
}

static char *stale_text(struct listing *l, const struct row *row)
{
	size_t n = mapped_by(l, row->entry);

	if (!n)
		return xasprintf("kept, stale: %s", row->stale);
	return xasprintf("kept, stale: %s; %zu process%s the old one", row->stale, n,
			 n == 1 ? " maps" : "es map");
}

static char *owner_of(struct listing *l, const struct row *row)
{
	switch (run_state_of(&l->cli->state, row->d->group)) {
	case RUN_ALIVE:
		return xstrdup("a running trace");
	case RUN_DEAD:
		return xstrdup("leftover of a killed run");
	case RUN_NONE:
		break;
	}
	if (!row->entry)
		return xstrdup("foreign");
	return row->stale ? stale_text(l, row) : xstrdup("kept");
}

/* Where the event records: "on" at the top level, else the instances by name. */
static char *enabled_in(const struct listing *l, const struct definition *d)
{
	struct tfs *tfs = &l->cli->tfs;
	enum enable_state top = control_state(tfs, NULL, d->group, d->event);
	auto_buf b = BUF_INIT;

	if (top == ENABLE_ON || top == ENABLE_SOFT)
		buf_adds(&b, top == ENABLE_ON ? "on" : "soft");
	for (char **p = l->instances; p && *p; p++)
		if (control_state(tfs, *p, d->group, d->event) == ENABLE_ON)
			buf_addf(&b, "%sin %s", b.len ? ", " : "", *p);
	if (!b.len)
		buf_adds(&b, "off");
	return buf_steal(&b);
}

static void format_arg(const struct def_arg *a, struct buf *b)
{
	buf_addf(b, "%s=%s", a->name, a->expr);
	if (a->type)
		buf_addf(b, ":%s", a->type);
}

static void args_cell(struct table *t, const struct definition *d)
{
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < d->n_args; i++) {
		if (strncmp(d->args[i].name, "__", 2) == 0) /* ours: which location it is */
			continue;
		if (b.len)
			buf_addc(&b, ' ');
		format_arg(&d->args[i], &b);
	}
	table_cell(t, b.len ? buf_str(&b) : NULL);
}

static void add_row(struct listing *l, struct table *t, const struct row *row)
{
	const struct definition *d = row->d;
	auto_free char *symbol = symbol_of(l, row);
	auto_free char *owner = owner_of(l, row);
	auto_free char *enabled = enabled_in(l, d);

	table_cellf(t, "%s/%s", d->group, d->event);
	table_cell(t, d->kind == 'p' ? "entry" : "return");
	table_cell(t, enabled);
	if (symbol)
		table_cellf(t, "%s:%s (0x%" PRIx64 ")", row->name, symbol, d->offset);
	else
		table_cellf(t, "%s:0x%" PRIx64, row->name, d->offset);
	args_cell(t, d);
	table_cell(t, owner);
}

static void add_object(struct listing *l, struct json *j, const struct row *row)
{
	const struct definition *d = row->d;
	auto_free char *symbol = symbol_of(l, row);
	auto_free char *owner = owner_of(l, row);
	auto_free char *enabled = enabled_in(l, d);

	json_object(j, NULL);
	json_str(j, "group", d->group);
	json_str(j, "event", d->event);
	json_str(j, "kind", d->kind == 'p' ? "entry" : "return");
	json_str(j, "file", row->name);
	json_uint(j, "offset", d->offset);
	json_str(j, "symbol", symbol);
	json_array(j, "args");
	for (size_t i = 0; i < d->n_args; i++) {
		auto_buf b = BUF_INIT;

		format_arg(&d->args[i], &b);
		json_str(j, NULL, buf_str(&b));
	}
	json_end_array(j);
	json_bool(j, "enabled", strcmp(enabled, "off") != 0);
	json_str(j, "owner", owner);
	if (row->stale) {
		json_str(j, "stale", row->stale);
		json_uint(j, "mapped_by", mapped_by(l, row->entry));
	}
	json_end_object(j);
}

/* A word of a spec: quoted if it holds what would end it. */
static void add_word(struct buf *b, const char *s)
{
	if (!strpbrk(s, " \t\n\"\\")) {
		buf_adds(b, s);
		return;
	}
	buf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

/* By symbol where that names the very same place: it outlives an update of the file. */
static void add_spec(const struct listing *l, const struct row *row, struct buf *b)
{
	const struct definition *d = row->d;
	auto_free char *symbol = symbol_of(l, row);
	auto_free char *place = NULL, *filter = NULL;

	/* What a run made is gone with it. */
	if (run_state_of(&l->cli->state, d->group) != RUN_NONE)
		return;
	if (symbol && !strchr(symbol, '+') && locator_names(l->locator, row->path, symbol, d->offset))
		place = xasprintf("%s:%s", row->path, symbol);
	else
		place = xasprintf("%s:0x%" PRIx64, row->path, d->offset);
	if (d->has_ref_ctr) {
		char *with_ref = xasprintf("%s(0x%" PRIx64 ")", place, d->ref_ctr);

		free(place);
		place = with_ref;
	}
	buf_addf(b, "%c:%s/%s ", d->kind, d->group, d->event);
	add_word(b, place);
	for (size_t i = 0; i < d->n_args; i++) {
		buf_addc(b, ' ');
		format_arg(&d->args[i], b);
	}
	filter = control_filter(&l->cli->tfs, NULL, d->group, d->event);
	if (filter && !strchr(filter, '\n')) /* else it is a refused one and the reason */
		buf_addf(b, " if %s", filter);
	buf_addc(b, '\n');
}

static const struct table_column columns[] = {
	{ .title = "PROBE" }, { .title = "KIND" }, { .title = "ON" },
	{ .title = "LOCATION" }, { .title = "ARGS" }, { .title = "OWNER" },
};

static void show(struct listing *l, const struct event_ref *refs, size_t n)
{
	bool as_json = opt(&l->cli->opts, OPT_JSON), as_spec = opt(&l->cli->opts, OPT_SPEC);
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	struct json j = JSON_INIT(&l->cli->out);

	if (as_json) {
		json_object(&j, NULL);
		json_array(&j, "probes");
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < l->probes.defs.n; k++) {
			struct row row = row_of(l, &l->probes.defs.defs[k]);

			if (!event_ref_has(&refs[i], row.d))
				continue;
			if (as_json)
				add_object(l, &j, &row);
			else if (as_spec)
				add_spec(l, &row, &l->cli->out);
			else
				add_row(l, t, &row);
		}
	if (as_json) {
		json_end_array(&j);
		json_end_object(&j);
		buf_addc(&l->cli->out, '\n');
	} else if (!as_spec) {
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
	l.locator = locator_new();
	if (opt(&cli->opts, OPT_NO_DEMANGLE) || opt(&cli->opts, OPT_SPEC))
		locator_keep_mangled(l.locator);
	if (instance_names(&cli->tfs, &l.instances, NULL) < 0)
		l.instances = NULL;
	show(&l, refs, n);
	mention_stale(cli);
	root_names_free(l.instances);
	mapped_done(&l.mapped);
	locator_free(l.locator);
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
