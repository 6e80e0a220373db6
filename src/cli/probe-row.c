/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/probe-row.h"
#include "probe/name.h"
#include "session/runs.h"
#include "tracefs/control.h"

void probe_rows_init(struct probe_rows *rows, struct cli *cli, const struct ledger *ledger)
{
	*rows = (struct probe_rows){
		.cli = cli,
		.ledger = ledger,
		.locator = locator_new(),
	};
	if (opt(&cli->opts, OPT_NO_DEMANGLE) || opt(&cli->opts, OPT_SPEC))
		locator_keep_mangled(rows->locator);
	if (instance_names(&cli->tfs, &rows->instances, NULL) < 0)
		rows->instances = NULL;
}

void probe_rows_done(struct probe_rows *rows)
{
	root_names_free(rows->instances);
	mapped_done(&rows->mapped);
	locator_free(rows->locator);
	free(rows->event);
	free(rows->enabled);
	free(rows->filter);
	*rows = (struct probe_rows){ 0 };
}

/* As list shows it. */
static const char *const stale_texts[] = {
	[STALE_GONE] = "file gone",
	[STALE_REPLACED] = "file replaced",
	[STALE_REWRITTEN] = "file rewritten in place",
};

static bool is_rewritten(const struct probe_rows *rows, const struct ledger_entry *e,
			 const char *path)
{
	const struct elffile *elf = locator_file(rows->locator, path);
	auto_free char *build_id = elf ? elffile_build_id(elf) : NULL;

	return build_id && *e->build_id && strcmp(build_id, e->build_id) != 0;
}

static enum probe_stale what_became_of(const struct probe_rows *rows,
				       const struct ledger_entry *e, const char *path)
{
	struct stat st;

	if (!e)
		return STALE_NOT;
	if (stat(path, &st) < 0)
		return STALE_GONE;
	if (st.st_ino != e->ino || st.st_dev != e->dev)
		return STALE_REPLACED;
	return is_rewritten(rows, e, path) ? STALE_REWRITTEN : STALE_NOT;
}

struct probe_row probe_row_of(const struct probe_rows *rows, const struct definition *d)
{
	const struct ledger_entry *entry = ledger_find(rows->ledger, d);
	/* A descriptor of the process that made the probe; its true name is in the ledger. */
	bool by_fd = entry && text_starts(d->path, "/proc/self/");
	struct probe_row row = { d, entry, entry ? entry->name : d->path,
				 by_fd ? entry->name : d->path, STALE_NOT };

	row.stale = what_became_of(rows, entry, row.path);
	return row;
}

/* Of the file that is there now, so not if that is another one. */
char *probe_row_symbol(const struct probe_rows *rows, const struct probe_row *row)
{
	return row->stale ? NULL : locator_symbol(rows->locator, row->path, row->d->offset, false);
}

static bool is_noted(const struct probe_rows *rows, const struct ledger_entry *e)
{
	const struct ledger_entry *noted = rows->noted;

	return noted && strcmp(noted->name, e->name) == 0 &&
	       strcmp(noted->event, e->event) == 0 && strcmp(noted->group, e->group) == 0;
}

int probe_row_check(struct probe_rows *rows, const struct probe_row *row, struct err *err)
{
	const struct definition *d = row->d;

	if (row->stale == STALE_REWRITTEN) {
		err_set(err, ESTALE, "%s/%s: %s was rewritten in place since the probe was made: "
				     "0x%" PRIx64 " may be in the middle of an instruction now",
			d->group, d->event, row->name, d->offset);
		return err_hint(err, "uprobe-ctl remove %s/%s, then add it again", d->group,
				d->event);
	}
	if (row->stale == STALE_NOT || is_noted(rows, row->entry))
		return 0;
	rows->noted = row->entry;
	cli_note(rows->cli, "%s/%s: %s was %s since the probe was made; only programs that still "
			    "run the old file are seen", d->group, d->event, row->name,
		 row->stale == STALE_GONE ? "removed" : "replaced");
	return 0;
}

char *probe_row_location(const struct probe_rows *rows, const struct probe_row *row)
{
	auto_free char *symbol = probe_row_symbol(rows, row);

	if (symbol)
		return xasprintf("%s:%s (0x%" PRIx64 ")", row->name, symbol, row->d->offset);
	return xasprintf("%s:0x%" PRIx64, row->name, row->d->offset);
}

/* How many processes still map the file that the probe is on. */
static size_t mapped_by(struct probe_rows *rows, const struct ledger_entry *e)
{
	if (!rows->has_mapped)
		mapped_read(0, &rows->mapped);
	rows->has_mapped = true;
	return mapped_count(&rows->mapped, e->dev, e->ino, e->name);
}

static char *stale_text(struct probe_rows *rows, const struct probe_row *row)
{
	size_t n = row->stale == STALE_REWRITTEN ? 0 : mapped_by(rows, row->entry);

	if (!n)
		return xasprintf("kept, stale: %s", stale_texts[row->stale]);
	return xasprintf("kept, stale: %s; %zu process%s the old one", stale_texts[row->stale], n,
			 n == 1 ? " maps" : "es map");
}

char *probe_row_owner(struct probe_rows *rows, const struct probe_row *row)
{
	switch (run_state_of(&rows->cli->state, row->d->group)) {
	case RUN_ALIVE:
		return xstrdup("a running trace");
	case RUN_DEAD:
		return xstrdup("leftover of a killed run");
	case RUN_NONE:
		break;
	}
	if (!row->entry)
		return xstrdup("foreign");
	return row->stale ? stale_text(rows, row) : xstrdup("kept");
}

static char *enabled_in(const struct probe_rows *rows, const struct definition *d)
{
	struct tfs *tfs = &rows->cli->tfs;
	enum enable_state top = control_state(tfs, NULL, d->group, d->event);
	auto_buf b = BUF_INIT;

	if (top == ENABLE_ON || top == ENABLE_SOFT)
		buf_adds(&b, top == ENABLE_ON ? "on" : "soft");
	for (char **p = rows->instances; p && *p; p++)
		if (control_state(tfs, *p, d->group, d->event) == ENABLE_ON)
			buf_addf(&b, "%sin %s", b.len ? ", " : "", *p);
	if (!b.len)
		buf_adds(&b, "off");
	return buf_steal(&b);
}

/* Of a refused filter the kernel keeps the text and the reason, in lines. */
static char *filter_of(const struct probe_rows *rows, const struct definition *d)
{
	auto_free char *filter = control_filter(&rows->cli->tfs, NULL, d->group, d->event);

	return filter && !strchr(filter, '\n') ? STEAL(filter) : NULL;
}

static void ask_event(struct probe_rows *rows, const struct definition *d)
{
	auto_free char *event = xasprintf("%s/%s", d->group, d->event);

	if (rows->event && strcmp(rows->event, event) == 0)
		return;
	free(rows->event);
	free(rows->enabled);
	free(rows->filter);
	rows->event = STEAL(event);
	rows->enabled = enabled_in(rows, d);
	rows->filter = filter_of(rows, d);
}

char *probe_row_enabled(struct probe_rows *rows, const struct probe_row *row)
{
	ask_event(rows, row->d);
	return xstrdup(rows->enabled);
}

const char *probe_row_filter(struct probe_rows *rows, const struct probe_row *row)
{
	ask_event(rows, row->d);
	return rows->filter;
}

void probe_row_arg(const struct def_arg *a, struct buf *b)
{
	buf_addf(b, "%s=%s", a->name, a->expr);
	if (a->type)
		buf_addf(b, ":%s", a->type);
}

void probe_row_args(struct probe_rows *rows, const struct probe_row *row, struct table *t)
{
	const char *filter = probe_row_filter(rows, row);
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < row->d->n_args; i++) {
		if (name_is_hidden(row->d->args[i].name))
			continue;
		if (b.len)
			buf_addc(&b, ' ');
		probe_row_arg(&row->d->args[i], &b);
	}
	if (filter)
		buf_addf(&b, "%sif %s", b.len ? " " : "", filter);
	table_cell(t, b.len ? buf_str(&b) : NULL);
}

static void add_args(const struct definition *d, struct json *j)
{
	json_array(j, "args");
	for (size_t i = 0; i < d->n_args; i++) {
		auto_buf b = BUF_INIT;

		if (name_is_hidden(d->args[i].name))
			continue;
		probe_row_arg(&d->args[i], &b);
		json_str(j, NULL, buf_str(&b));
	}
	json_end_array(j);
}

void probe_row_json(struct probe_rows *rows, const struct probe_row *row, struct json *j)
{
	const struct definition *d = row->d;
	auto_free char *symbol = probe_row_symbol(rows, row);
	auto_free char *owner = probe_row_owner(rows, row);
	auto_free char *enabled = probe_row_enabled(rows, row);

	json_str(j, "group", d->group);
	json_str(j, "event", d->event);
	json_str(j, "kind", d->kind == 'p' ? "entry" : "return");
	json_str(j, "file", row->name);
	json_uint(j, "offset", d->offset);
	json_str(j, "symbol", symbol);
	add_args(d, j);
	if (probe_row_filter(rows, row))
		json_str(j, "filter", probe_row_filter(rows, row));
	json_bool(j, "enabled", strcmp(enabled, "off") != 0);
	json_str(j, "owner", owner);
	if (row->stale) {
		json_str(j, "stale", stale_texts[row->stale]);
		json_uint(j, "mapped_by", mapped_by(rows, row->entry));
	}
}
