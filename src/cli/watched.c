/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "cli/probe-row.h"
#include "cli/watched-private.h"
#include "probe/filter.h"
#include "probe/name.h"
#include "proc/kernel.h"
#include "proc/mapped.h"
#include "probe/show.h"
#include "tracefs/control.h"

struct watched *watched_make(struct watchset *set, const char *group,
			     const char *shown_group, const char *event)
{
	struct watched *w = xcalloc(1, sizeof(*w));

	w->group = xstrdup(shown_group);
	w->type.group = xstrdup(group);
	w->type.event = xstrdup(event);
	w->type.user = w;
	w->id_field = NO_FIELD;
	w->set = set;
	return w;
}

struct watched *watched_new(struct watchset *set, const char *group,
			    const char *shown_group, const char *event)
{
	struct watched *w = watched_make(set, group, shown_group, event);

	set->watched = xgrow(set->watched, set->n_watched, sizeof(*set->watched));
	set->watched[set->n_watched++] = w;
	return w;
}

void watched_add_location(struct watched *w, size_t id, char *file, char *symbol, char kind)
{
	while (w->n_locations <= id) {
		w->symbols = xgrow(w->symbols, w->n_locations, sizeof(*w->symbols));
		w->names = xgrow(w->names, w->n_locations, sizeof(*w->names));
		w->files = xgrow(w->files, w->n_locations, sizeof(*w->files));
		w->files[w->n_locations] = NULL;
		w->symbols[w->n_locations] = NULL;
		w->names[w->n_locations++] = NULL;
	}
	free(w->files[id]);
	free(w->symbols[id]);
	free(w->names[id]);
	w->files[id] = file;
	w->symbols[id] = symbol;
	w->names[id] = symbol ? xasprintf("%s%s", symbol, kind == 'r' ? "_ret" : "") : NULL;
}

void watched_find_id(struct watched *w)
{
	w->id_field = event_type_find(&w->type, NAME_ID);
}

size_t watched_location(const struct event *e)
{
	const struct watched *w = watched_of(e);
	uint64_t id = w->id_field == NO_FIELD ? 0 : e->values[w->id_field].u;

	return id < w->n_locations ? (size_t)id : 0;
}

const char *watched_file(const struct event *e)
{
	const struct watched *w = watched_of(e);

	return w->n_locations ? w->files[watched_location(e)] : NULL;
}

const char *watched_symbol(const struct event *e)
{
	const struct watched *w = watched_of(e);

	return w->n_locations ? w->symbols[watched_location(e)] : NULL;
}

const char *watched_name(const struct event *e)
{
	const struct watched *w = watched_of(e);
	const char *name = w->id_field == NO_FIELD ? NULL : w->names[watched_location(e)];

	return name ? name : event_type_name(e->type);
}

struct watched *watched_find_event(struct watched *const *all, size_t n,
				   const struct definition *d)
{
	for (size_t i = 0; i < n; i++)
		if (definition_is_of(d, all[i]->type.group, all[i]->type.event))
			return all[i];
	return NULL;
}

struct watched *watched_find(const struct watchset *set, const struct definition *d)
{
	return watched_find_event(set->watched, set->n_watched, d);
}

/* The __id of a definition the kernel lists: "\\7"; 0 if it has none. */
static size_t listed_id(const struct definition *d)
{
	const struct def_arg *arg = definition_find_arg(d, NAME_ID);
	uint64_t id;

	if (!arg || arg->expr[0] != '\\' || !num_parse_uint(arg->expr + 1, UINT16_MAX, &id))
		return 0;
	return id;
}

/* The filter is set in the run's own instance: who else reads the probe sees all of it. */
static int watch_event_filtered(struct watched *w, struct watch *watch,
				const struct named *named, const struct definition *d)
{
	struct err *err = &w->set->cli->err;
	int rc = named ? named_filter(named, d, &w->filter, err) : 0;

	if (rc < 0 && (named->n_names > 1 || strpbrk(named->names[0], "*?[")))
		err_prefix(err, "%s/%s", d->group, d->event);
	if (rc == 0)
		rc = watch_event(watch, &w->type, w->filter ? w->filter->text : NULL, err);
	if (rc < 0 && w->filter)
		err_at(err, &named->origin, filter_locate(w->filter, err->at));
	watched_find_id(w);
	return rc;
}

static int add_listed(struct watched *w, struct probe_rows *rows, const struct definition *d)
{
	struct probe_row row = probe_row_of(rows, d);
	int rc = probe_row_check(rows, &row, &w->set->cli->err);
	char *symbol;

	if (rc < 0)
		return rc;
	symbol = probe_row_symbol(rows, &row);
	if (!symbol)
		symbol = xasprintf("0x%" PRIx64, d->offset);
	watched_add_location(w, listed_id(d), xstrdup(row.name), symbol, d->kind);
	return 0;
}

/*
 * Its files are looked at before the kernel is told to watch it. `named`: with its filter;
 * NULL: none.
 */
static int watch_existing(struct watchset *set, struct watch *watch,
			  const struct event_ref *ref, const struct named *named,
			  struct probe_rows *rows)
{
	struct watched *w;
	int rc = 0;

	if (watched_find(set, ref->locations[0]))
		return err_set(&set->cli->err, EINVAL, "%s/%s stands twice here", ref->group,
			       ref->event);
	w = watched_new(set, ref->group, ref->group, ref->event);
	for (size_t i = 0; rc == 0 && i < ref->n_locations; i++)
		rc = add_listed(w, rows, ref->locations[i]);
	return rc < 0 ? rc : watch_event_filtered(w, watch, named, ref->locations[0]);
}

static int watch_named(struct watchset *set, struct watch *watch, const struct named *named,
		       struct probe_rows *rows)
{
	auto_free struct event_ref *refs = NULL;
	size_t n = 0;
	int rc = probes_select(set->cli, &set->probes, (const char *const *)named->names,
			       named->n_names, PROBES_ANY, &refs, &n);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = watch_existing(set, watch, &refs[i], named, rows);
	return rc;
}

/* No word at all: our own probes that are enabled. */
static int watch_enabled(struct watchset *set, struct watch *watch, struct probe_rows *rows)
{
	size_t found = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < set->probes.n_events; i++) {
		const struct event_ref *ref = &set->probes.events[i];

		if (!ref->n_ours ||
		    control_state(&set->cli->tfs, NULL, ref->group, ref->event) != ENABLE_ON)
			continue;
		found++;
		rc = watch_existing(set, watch, ref, NULL, rows);
	}
	if (rc < 0 || found)
		return rc;
	err_set(&set->cli->err, ENOENT, "there is nothing to trace: no probe of ours is enabled");
	return err_hint(&set->cli->err, "say what: uprobe-ctl trace FILE:FUNCTION, or the name of a "
				      "probe (uprobe-ctl list)");
}

const struct event *watched_event(const struct event *e)
{
	const struct watched *w = watched_of(e);

	return w->carrier ? carrier_event(w->carrier, e) : e;
}

const struct event *watched_show(const struct event *e)
{
	const struct watched *w = watched_of(e);

	if (!w->view)
		return e;
	view_apply(w->view, e, w->shown);
	return w->shown;
}

bool watchset_has_filter(const struct watchset *set)
{
	for (size_t i = 0; i < set->plan.n; i++)
		if (set->plan.res[i].spec->filter.s)
			return true;
	for (size_t i = 0; i < set->n_watched; i++)
		if (set->watched[i]->filter)
			return true;
	return false;
}

size_t watchset_name_width(const struct watchset *set)
{
	size_t width = 0;

	for (size_t i = 0; i < set->n_watched; i++) {
		const struct watched *w = set->watched[i];
		size_t len = strlen(event_type_name(&w->type));

		for (size_t k = 0; k < w->n_locations && w->id_field != NO_FIELD; k++)
			if (w->names[k] && strlen(w->names[k]) > len)
				len = strlen(w->names[k]);
		width = len > width ? len : width;
	}
	return width;
}

int watchset_load(struct watchset *set, struct cli *cli)
{
	bool dry = opt(&cli->opts, OPT_DRY_RUN);
	int rc;

	*set = (struct watchset){ .cli = cli };
	/* What perf records has our numbers. */
	set->numbers_differ = !cli->opts.n_pids && kernel_numbers_differ();
	rc = cli->has_tfs ? probes_load(cli, &set->probes) : 0;
	if (rc < 0 && dry) {
		err_clear(&cli->err);
		rc = 0;
	}
	if (rc == 0)
		rc = watchset_sort_words(set);
	if (rc == 0 && cli->opts.file)
		rc = cli_read_specs(cli, NULL, 0);
	return rc;
}

int watchset_attach(struct watchset *set, struct watch *watch)
{
	const struct named_list *named = &set->cli->named;
	struct probe_rows rows;
	int rc = 0;

	if (set->plan.n)
		rc = watchset_watch_specs(set, watch);
	probe_rows_init(&rows, set->cli, &set->probes.ledger);
	for (size_t i = 0; rc == 0 && i < named->n; i++)
		if (named->items[i]->n_names)
			rc = watch_named(set, watch, named->items[i], &rows);
	if (rc == 0 && !set->n_names && !set->plan.n)
		rc = watch_enabled(set, watch, &rows);
	probe_rows_done(&rows);
	return rc;
}

static bool is_asked_for(const struct watchset *set, pid_t pid)
{
	return pid == set->child_pid || options_has_pid(&set->cli->opts, pid);
}

/* How many processes not asked for have one of the specs' files mapped. */
static size_t count_bystanders(const struct watchset *set)
{
	CLEANUP(mapped_done) struct mapped mapped = { 0 };
	size_t most = 0;

	if (mapped_read(0, &mapped) < 0)
		return 0;
	for (size_t i = 0; i < set->plan.n; i++)
		for (size_t k = 0; k < set->plan.res[i].targets.n; k++) {
			const struct target *t = &set->plan.res[i].targets.targets[k];
			const struct mapped_file *f =
				mapped_find(&mapped, t->elf->dev, t->elf->ino, t->name);
			size_t n = 0;

			for (size_t p = 0; f && p < f->n_pids; p++)
				n += !is_asked_for(set, f->pids[p]);
			most = n > most ? n : most;
		}
	return most;
}

void watchset_note_cost(const struct watchset *set, const struct watch *watch)
{
	const char *why = watch_unconfined(watch);
	bool verbose = opt(&set->cli->opts, OPT_VERBOSE);
	size_t n = why ? count_bystanders(set) : 0;

	if (n)
		cli_note(set->cli, "%zu other process%s take%s the trap, too, but %s not shown: %s",
			 n, n == 1 ? "" : "es", n == 1 ? "s" : "", n == 1 ? "is" : "are", why);
	else if (why && (verbose || !set->plan.n))
		cli_note(set->cli, "other processes may take the trap, too, but are not shown: %s",
			 why);
	if (why && !set->cli->tfs.features.event_fork)
		cli_note(set->cli, "this kernel does not tell of their new threads and children "
				   "(Linux 4.7 does): what those do is not shown");
	if (verbose)
		cli_note(set->cli, "attached");
}

void watchset_add_end(const struct watchset *set, const char *unit, struct buf *b)
{
	const struct options *o = &set->cli->opts;

	if (o->duration_ns)
		buf_addf(b, "; %g s", (double)o->duration_ns / 1e9);
	if (o->count)
		buf_addf(b, "%s %" PRIu64 " %s%s", o->duration_ns ? " or" : ";", o->count, unit,
			 o->count == 1 ? "" : "s");
	if (!o->duration_ns && !o->count)
		buf_adds(b, set->child_pid ? ", until the command ends" : "; Ctrl-C to end");
}

void watchset_note_end(const struct watchset *set, enum watch_reason reason)
{
	const struct options *o = &set->cli->opts;

	if (reason == WATCH_SIGNAL)
		cli_note_signal(set->cli);
	if (reason == WATCH_ENDED && o->n_pids == 1)
		cli_note(set->cli, "process %d has ended", (int)o->pids[0]);
	else if (reason == WATCH_ENDED)
		cli_note(set->cli, "the %zu processes asked for have ended", o->n_pids);
}

static void free_watched(struct watched **all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct watched *w = all[i];

		carrier_free(w->carrier);
		view_free(w->view);
		filter_free(w->filter);
		free(w->shown);
		free(w->places);
		event_type_done(&w->type);
		free(w->type.group);
		free(w->type.event);
		free(w->group);
		free(w->event);
		for (size_t k = 0; k < w->n_locations; k++) {
			free(w->files[k]);
			free(w->symbols[k]);
			free(w->names[k]);
		}
		free(w->symbols);
		free(w->names);
		free(w->files);
		free(w);
	}
	free(all);
}

void watchset_done(struct watchset *set)
{
	free_watched(set->watched, set->n_watched);
	free_watched(set->carriers, set->n_carriers);
	sharing_done(&set->sharing);
	symbolizer_free(set->symbolizer);
	free(set->names);
	plan_done(&set->plan);
	probes_done(&set->probes);
}
