/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "cli/watched.h"
#include "elf/demangle.h"
#include "probe/filter.h"
#include "probe/name.h"
#include "proc/mapped.h"
#include "probe/show.h"
#include "resolve/locate.h"
#include "tracefs/control.h"

/* __comm: saved_cmdlines is global and small; the record itself must carry the name (R21). */
static const char *const hidden_args[] = { "__comm=$comm", NULL };
/* The stack pointer tells which return belongs to which entry (R18). */
static const char *const hidden_pair_args[] = { "__sp=$stack", NULL };

static struct watched *new_watched(struct watchset *set, const char *group,
				   const char *shown_group, const char *event)
{
	struct watched *w = xcalloc(1, sizeof(*w));

	w->group = xstrdup(shown_group);
	w->type.group = xstrdup(group);
	w->type.event = xstrdup(event);
	w->type.user = w;
	w->id_field = SIZE_MAX;
	w->set = set;
	set->watched = xgrow(set->watched, set->n_watched, sizeof(*set->watched));
	set->watched[set->n_watched++] = w;
	return w;
}

/* Takes `file` and `symbol`. Locations may come in any order of their ids, which are small. */
static void add_location(struct watched *w, size_t id, char *file, char *symbol, char kind)
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

/* Once the fields are known: which one tells locations apart. */
static void find_id(struct watched *w)
{
	for (size_t i = 0; i < w->type.n_fields; i++)
		if (strcmp(w->type.fields[i].name, "__id") == 0)
			w->id_field = i;
}

/* What a function returned, under whatever name the user gave it. */
static void mark_retval(struct watched *w, const struct definition *d)
{
	for (size_t i = 0; i < w->type.n_fields; i++)
		for (size_t k = 0; k < d->n_args && w->type.is_return; k++)
			if (strcmp(d->args[k].expr, "$retval") == 0 &&
			    strcmp(d->args[k].name, w->type.fields[i].name) == 0)
				w->type.fields[i].is_retval = true;
}

static size_t location_of(const struct event *e)
{
	const struct watched *w = watched_of(e);
	uint64_t id = w->id_field == SIZE_MAX ? 0 : e->values[w->id_field].u;

	return id < w->n_locations ? (size_t)id : 0;
}

const char *watched_file(const struct event *e)
{
	const struct watched *w = watched_of(e);

	return w->n_locations ? w->files[location_of(e)] : NULL;
}

const char *watched_symbol(const struct event *e)
{
	const struct watched *w = watched_of(e);

	return w->n_locations ? w->symbols[location_of(e)] : NULL;
}

const char *watched_name(const struct event *e)
{
	const struct watched *w = watched_of(e);
	const char *name = w->id_field == SIZE_MAX ? NULL : w->names[location_of(e)];

	return name ? name : event_type_name(e->type);
}

static struct watched *find_watched(const struct watchset *set, const struct definition *d)
{
	for (size_t i = 0; i < set->n_watched; i++)
		if (strcmp(set->watched[i]->type.group, d->group) == 0 &&
		    strcmp(set->watched[i]->type.event, d->event) == 0)
			return set->watched[i];
	return NULL;
}

/* The __id of a definition the kernel lists: "\\7"; 0 if it has none. */
static size_t listed_id(const struct definition *d)
{
	uint64_t id;

	for (size_t i = 0; i < d->n_args; i++)
		if (strcmp(d->args[i].name, "__id") == 0 && d->args[i].expr[0] == '\\' &&
		    num_parse_uint(d->args[i].expr + 1, UINT16_MAX, &id))
			return id;
	return 0;
}

static char *name_shown(const struct cli *cli, const char *name)
{
	return !name || opt(&cli->opts, OPT_NO_DEMANGLE) ? xstrdup_null(name) : demangle_shown(name);
}

/* The filter is set in the run's own instance: who else reads the probe sees all of it. */
static int watch_existing_event(struct watched *w, struct watch *watch,
				const struct named *named, const struct definition *d)
{
	struct err *err = &w->set->cli->err;
	int rc = named ? named_filter(named, d, &w->filter, err) : 0;

	w->named = named;
	if (rc < 0 && (named->n_names > 1 || strpbrk(named->names[0], "*?[")))
		err_prefix(err, "%s/%s", d->group, d->event);
	if (rc == 0)
		rc = watch_event(watch, &w->type, w->filter ? w->filter->text : NULL, err);
	if (rc < 0 && w->filter)
		err_at(err, &named->origin, filter_locate(w->filter, err->at));
	find_id(w);
	return rc;
}

/* `named`: with its filter; NULL: none. */
static int watch_existing(struct watchset *set, struct watch *watch,
			  const char *const *patterns, size_t n, const struct named *named)
{
	auto_free struct event_ref *refs = NULL;
	struct locator *locator = locator_new();
	size_t n_refs = 0;
	int rc = probes_select(set->cli, &set->probes, patterns, n, PROBES_ANY, &refs, &n_refs);

	if (opt(&set->cli->opts, OPT_NO_DEMANGLE))
		locator_keep_mangled(locator);
	for (size_t i = 0; rc == 0 && i < set->probes.defs.n; i++) {
		const struct definition *d = &set->probes.defs.defs[i];
		struct watched *w = find_watched(set, d);
		bool wanted = false;

		for (size_t k = 0; k < n_refs; k++)
			wanted = wanted || event_ref_has(&refs[k], d);
		if (!wanted)
			continue;
		if (!w) {
			w = new_watched(set, d->group, d->group, d->event);
			rc = watch_existing_event(w, watch, named, d);
		} else if (w->named != named) {
			rc = err_set(&set->cli->err, EINVAL, "%s/%s stands twice here", d->group,
				     d->event);
		}
		add_location(w, listed_id(d), xstrdup(d->path),
			     locator_name(locator, d->path, d->offset), d->kind);
	}
	locator_free(locator);
	return rc;
}

/* No word at all: our own probes that are enabled. */
static int watch_enabled(struct watchset *set, struct watch *watch)
{
	size_t found = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < set->probes.defs.n; i++) {
		const struct definition *d = &set->probes.defs.defs[i];
		auto_free char *name = xasprintf("%s/%s", d->group, d->event);
		const char *pattern = name;

		if (!ledger_find(&set->probes.ledger, d) || find_watched(set, d) ||
		    control_state(&set->cli->tfs, NULL, d->group, d->event) != ENABLE_ON)
			continue;
		found++;
		rc = watch_existing(set, watch, &pattern, 1, NULL);
	}
	if (rc < 0 || found)
		return rc;
	err_set(&set->cli->err, ENOENT, "there is nothing to trace: no probe of ours is enabled");
	return err_hint(&set->cli->err, "say what: uprobe-ctl trace FILE:FUNCTION, or the name of a "
				      "probe (uprobe-ctl list)");
}

static const char *shown_group(const struct resolution *res)
{
	return res->spec->group.s ? res->spec->group.s : NAME_GROUP;
}

/* A filter's error counts from the filter's start; everything else points at the place. */
static int place_error(struct watchset *set, const struct spec *spec,
		       const struct definition *d)
{
	if (!d->filter)
		return err_at(&set->cli->err, &spec->origin, spec->place.at);
	return err_at(&set->cli->err, &spec->origin,
		      filter_locate(d->filter, set->cli->err.at));
}

/* The file and the offset of a location, for the symbols of addresses near its hit. */
static void add_place(struct watched *w, size_t id, const struct definition *d)
{
	size_t n = w->n_locations > id ? w->n_locations : id + 1;

	w->places = xreallocarray(w->places, n, sizeof(*w->places));
	w->places[id] = (struct anchor){ .path = d->path, .offset = d->offset };
}

static const char *symbol_behind(void *ctx, const struct event *e, uint64_t vaddr,
				 bool is_caller)
{
	struct watched *w = ctx;
	struct anchor anchor = w->places[location_of(e)];

	anchor.vaddr = e->ip;
	if (!w->set->symbolizer)
		w->set->symbolizer = symbolizer_new();
	return symbolizer_name(w->set->symbolizer, e->tgid ? e->tgid : e->tid, e->time_ns, vaddr,
			       is_caller, &anchor);
}

static void add_view(struct watched *w, const struct show *show)
{
	const struct view_ops ops = { .symbol = symbol_behind, .ctx = w };

	if (!show)
		return;
	w->view = view_new(show, &w->type, &ops);
	w->shown = xcalloc(1, sizeof(*w->shown));
}

const struct event *watched_show(const struct event *e)
{
	const struct watched *w = watched_of(e);

	if (!w->view)
		return e;
	view_apply(w->view, e, w->shown);
	return w->shown;
}

/* The plan's definitions in one array, now that the run's group is known. */
static struct definition *flatten(struct watchset *set, const char *group, size_t *ret_n)
{
	size_t n = plan_n_defs(&set->plan);
	struct definition *defs = xcalloc(n, sizeof(*defs));

	for (size_t i = 0; i < n; i++) {
		struct definition *d = plan_def(&set->plan, i, NULL);

		free(d->group);
		d->group = xstrdup(group);
		defs[i] = *d;
	}
	*ret_n = n;
	return defs;
}

static int watch_specs(struct watchset *set, struct watch *watch)
{
	auto_free struct definition *defs = NULL;
	size_t n;
	int rc;

	defs = flatten(set, watch_group(watch), &n);
	rc = watch_define(watch, defs, n, &set->cli->err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct resolution *res;
		const struct definition *d = plan_def(&set->plan, i, &res);
		const struct function *f = resolution_function(res, d);
		struct watched *w = find_watched(set, d);
		size_t id;

		if (!w) {
			w = new_watched(set, d->group, shown_group(res), d->event);
			w->type.shown = w->event = plan_event_shown(res, d);
			rc = watch_event(watch, &w->type, d->filter ? d->filter->text : NULL,
					 &set->cli->err);
			find_id(w);
			add_view(w, d->show);
			mark_retval(w, d);
		}
		id = w->id_field == SIZE_MAX ? 0 : f - res->functions.functions;
		add_place(w, id, d);
		add_location(w, id, xstrdup(f->target->name),
			     name_shown(set->cli, function_name(f)), d->kind);
		if (rc < 0)
			place_error(set, res->spec, d);
	}
	return rc;
}

size_t watchset_name_width(const struct watchset *set)
{
	size_t width = 0;

	for (size_t i = 0; i < set->n_watched; i++) {
		const struct watched *w = set->watched[i];
		size_t len = strlen(event_type_name(&w->type));

		for (size_t k = 0; k < w->n_locations && w->id_field != SIZE_MAX; k++)
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

int watchset_plan(struct watchset *set, const char *group)
{
	struct resolve_env env = cli_resolve_env(set->cli);
	int rc;

	env.existing = &set->probes.defs;
	env.group = group;
	if (set->any_number)
		env.max_functions = 0;
	env.own_group = true;
	env.watching = true;
	env.hidden = hidden_args;
	env.hidden_pair = hidden_pair_args;
	rc = plan_make(&env, set->cli->specs.specs, set->cli->specs.n, &set->plan,
		       &set->cli->err);
	if (rc < 0)
		return rc;
	cli_note_lines(set->cli, buf_str(&set->plan.notes));
	/* --missing-ok: no spec left must not turn into "our enabled probes". */
	if (set->cli->specs.n && !set->plan.n && !set->n_names)
		return err_set(&set->cli->err, ENOENT, "nothing that was asked for is there");
	return 0;
}

int watchset_attach(struct watchset *set, struct watch *watch)
{
	int rc = 0;

	if (set->plan.n)
		rc = watch_specs(set, watch);
	for (size_t i = 0; rc == 0 && i < set->cli->named.n; i++) {
		const struct named *named = set->cli->named.items[i];

		if (named->n_names)
			rc = watch_existing(set, watch, (const char *const *)named->names,
					    named->n_names, named);
	}
	if (rc == 0 && !set->n_names && !set->plan.n)
		rc = watch_enabled(set, watch);
	return rc;
}

static bool is_asked_for(const struct watchset *set, pid_t pid)
{
	const struct options *o = &set->cli->opts;

	for (size_t i = 0; i < o->n_pids; i++)
		if (o->pids[i] == pid)
			return true;
	return pid == set->child_pid;
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

void watchset_done(struct watchset *set)
{
	for (size_t i = 0; i < set->n_watched; i++) {
		struct watched *w = set->watched[i];

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
	free(set->watched);
	symbolizer_free(set->symbolizer);
	free(set->names);
	plan_done(&set->plan);
	probes_done(&set->probes);
}
