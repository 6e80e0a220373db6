/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is watched for specs: events of the run's own group. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/watched-private.h"
#include "elf/demangle.h"
#include "probe/filter.h"
#include "probe/name.h"
#include "probe/show.h"

/* __comm: saved_cmdlines is global and small; the record itself must carry the name (R21). */
static const char *const hidden_args[] = { NAME_COMM "=$comm", NULL };
/* The stack pointer tells which return belongs to which entry (R18). */
static const char *const hidden_pair_args[] = { NAME_SP "=$stack", NULL };

static char *name_shown(const struct cli *cli, const char *name)
{
	if (!name || opt(&cli->opts, OPT_NO_DEMANGLE))
		return xstrdup_null(name);
	return demangle_shown(name);
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
	struct anchor anchor = w->places[watched_location(e)];
	bool is_ours = !w->set->numbers_differ;
	pid_t pid = e->tgid ? e->tgid : e->tid;

	anchor.vaddr = e->ip;
	if (!w->set->symbolizer)
		w->set->symbolizer = symbolizer_new(opt(&w->set->cli->opts, OPT_NO_DEMANGLE));
	return symbolizer_name(w->set->symbolizer, is_ours ? pid : 0, e->time_ns, vaddr,
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

/* Now that the run's group is known. */
static void name_group(struct watchset *set, const char *group)
{
	for (size_t i = 0; i < plan_n_defs(&set->plan); i++) {
		struct definition *d = plan_def(&set->plan, i, NULL);

		free(d->group);
		d->group = xstrdup(group);
	}
}

void watchset_share(struct watchset *set)
{
	const struct features *f = set->cli->has_tfs ? &set->cli->tfs.features : NULL;
	bool may = !set->each_alone && (!f || f->multi_location);

	sharing_make(&set->plan, may, &set->sharing);
}

/* The shared event that has the location. */
static int watch_carrier(struct watchset *set, struct watch *watch,
			 const struct definition *written, struct watched **ret)
{
	struct watched *w = watched_find_event(set->carriers, set->n_carriers, written);
	int rc = 0;

	if (!w) {
		w = watched_make(set, written->group, written->group, written->event);
		set->carriers = xgrow(set->carriers, set->n_carriers, sizeof(*set->carriers));
		set->carriers[set->n_carriers++] = w;
		rc = watch_event(watch, &w->type, NULL, &set->cli->err);
	}
	if (rc == 0 && !w->carrier)
		w->carrier = carrier_new(&w->type);
	*ret = w;
	return rc;
}

/* `i`: the plan's definition, the first of the event. */
static int watch_planned(struct watched *w, struct watch *watch, const struct definition *d,
			 size_t i)
{
	const struct sharing *sharing = &w->set->sharing;
	struct watched *carrier;
	int rc;

	if (sharing->ids[i] == SHARING_ALONE)
		return watch_event(watch, &w->type, d->filter ? d->filter->text : NULL,
				   &w->set->cli->err);
	rc = watch_carrier(w->set, watch, &sharing->defs[i], &carrier);
	if (rc == 0)
		carrier_describe(carrier->carrier, d, &w->type);
	return rc;
}

static void add_shared(struct watched *w, size_t i, size_t own_id)
{
	const struct sharing *sharing = &w->set->sharing;
	struct watched *carrier;

	if (sharing->ids[i] == SHARING_ALONE)
		return;
	carrier = watched_find_event(w->set->carriers, w->set->n_carriers, &sharing->defs[i]);
	if (carrier && carrier->carrier)
		carrier_add(carrier->carrier, sharing->ids[i], &w->type, own_id);
}

int watchset_watch_specs(struct watchset *set, struct watch *watch)
{
	const struct sharing *sharing = &set->sharing;
	int rc;

	name_group(set, watch_group(watch));
	watchset_share(set);
	rc = watch_define(watch, sharing->defs, sharing->n, &set->cli->err);
	for (size_t i = 0; rc == 0 && i < sharing->n; i++) {
		const struct resolution *res;
		const struct definition *d = plan_def(&set->plan, i, &res);
		const struct function *f = resolution_function(res, d);
		struct watched *w = watched_find(set, d);
		size_t id;

		if (!w) {
			w = watched_new(set, d->group, shown_group(res), d->event);
			w->type.shown = w->event = plan_event_shown(res, d);
			rc = watch_planned(w, watch, d, i);
			watched_find_id(w);
			add_view(w, d->show);
			mark_retval(w, d);
		}
		id = w->id_field == NO_FIELD ? 0 : f - res->functions.functions;
		add_place(w, id, d);
		watched_add_location(w, id, xstrdup(f->target->name),
			     name_shown(set->cli, function_name(f)), d->kind);
		add_shared(w, i, id);
		if (rc < 0)
			place_error(set, res->spec, d);
	}
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

