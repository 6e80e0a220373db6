/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The definitions of a call, and the names of their events. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "elf/demangle.h"
#include "probe/name.h"
#include "resolve/filters.h"
#include "resolve/lower.h"
#include "resolve/older.h"
#include "resolve/ref-ctr.h"
#include "resolve/remarks.h"
#include "resolve/resolve.h"

struct planning {
	const struct resolve_env *env;
	struct plan *plan; /* what is resolved so far */
};

/* Who has a name already. */
static const struct definition *existing_event(const struct planning *p, const char *group,
					       const char *event)
{
	const struct definition_list *list = p->env->own_group ? NULL : p->env->existing;

	for (size_t i = 0; list && i < list->n; i++)
		if (strcmp(list->defs[i].group, group) == 0 &&
		    strcmp(list->defs[i].event, event) == 0)
			return &list->defs[i];
	return NULL;
}

static const struct definition *planned_event(const struct planning *p, const char *group,
					      const char *event)
{
	for (size_t i = 0; i < plan_n_defs(p->plan); i++) {
		const struct definition *d = plan_def(p->plan, i, NULL);

		if (strcmp(d->group, group) == 0 && strcmp(d->event, event) == 0)
			return d;
	}
	return NULL;
}

/* The same of a line that cannot be read. */
static const char *existing_line(const struct planning *p, const char *group, const char *event)
{
	const struct definition_list *list = p->env->own_group ? NULL : p->env->existing;

	for (size_t i = 0; list && i < list->n_opaque; i++)
		if (opaque_line_is_of(&list->opaque[i], group, event))
			return list->opaque[i].text;
	return NULL;
}

static bool is_taken(const struct planning *p, const char *group, const char *event)
{
	return existing_event(p, group, event) || planned_event(p, group, event) ||
	       existing_line(p, group, event);
}

static const char *group_of(const struct planning *p, const struct spec *spec)
{
	/* A run takes down its own group and no other: the user's is for the output. */
	if (spec->group.s && !p->env->own_group)
		return spec->group.s;
	return p->env->group ? p->env->group : NAME_GROUP;
}

/* A raw offset or address, which has no name to call the event by. */
static bool is_raw(const struct resolution *res)
{
	return res->location.kind != LOCATION_SYMBOL && res->location.kind != LOCATION_GLOB;
}

static bool is_pair(const struct resolution *res)
{
	return res->defs[0].kind != res->defs[res->n_defs - 1].kind;
}

/* What an event is called when the user gave no name, before it is made unique. */
static char *base_name(const struct resolution *res, char kind)
{
	auto_free char *with_off = NULL, *last = NULL;
	const struct symbol *first = res->functions.functions[0].symbol;
	const char *symbol = res->location.name;

	if (is_raw(res))
		return name_from_offset(kind, res->functions.functions[0].target->name,
					res->functions.functions[0].offset);
	if ((res->functions.n == 1 || res->location.kind == LOCATION_SYMBOL) && first &&
	    (last = demangle(first->name))) {
		char *whole = STEAL(last);

		symbol = last = demangle_last(whole);
		free(whole);
	}
	if (res->location.off)
		with_off = xasprintf("%s_0x%" PRIx64, symbol, res->location.off);
	/* Room for STEM_ before it and _ret or _12 behind it. */
	return name_from_symbol(with_off ? with_off : symbol, 24);
}

/* The n-th try: SYMBOL, STEM_SYMBOL, STEM_SYMBOL_2, … */
static char *nth_name(const struct resolution *res, const char *base, const char *suffix,
		      unsigned n)
{
	auto_free char *stem = n ? name_stem(res->functions.functions[0].target->name) : NULL;

	if (n == 0)
		return xasprintf("%s%s", base, suffix);
	if (n == 1)
		return xasprintf("%.16s_%s%s", stem, base, suffix);
	return xasprintf("%.16s_%s_%u%s", stem, base, n, suffix);
}

static const char *suffix_of(const struct resolution *res, char kind)
{
	return kind == 'r' && (!is_raw(res) || is_pair(res)) ? "_ret" : "";
}

/* A name that none of the spec's definitions would share with another event. */
static char *unique_base(const struct planning *p, const struct resolution *res,
			 const char *group)
{
	auto_free char *base = base_name(res, res->defs[0].kind);

	for (unsigned n = 0;; n++) {
		const struct definition *last = &res->defs[res->n_defs - 1];
		auto_free char *first_name =
			nth_name(res, base, suffix_of(res, res->defs[0].kind), n);
		auto_free char *last_name = nth_name(res, base, suffix_of(res, last->kind), n);

		if (!is_taken(p, group, first_name) && !is_taken(p, group, last_name))
			return nth_name(res, base, "", n);
	}
}

static bool same_probe(const struct definition *a, const struct definition *b)
{
	if (a->kind != b->kind || a->offset != b->offset || strcmp(a->path, b->path) != 0 ||
	    a->n_args != b->n_args)
		return false;
	for (size_t i = 0; i < a->n_args; i++)
		if (strcmp(a->args[i].expr, b->args[i].expr) != 0)
			return false;
	return true;
}

/*
 * `add` twice of the same spec: say so rather than make a second probe under another name.
 * What a run watches may overlap: 'c:mem*' beside c:memcpy.
 */
static int check_repeated(const struct planning *p, const struct resolution *res,
			  const char *group, struct err *err)
{
	const struct definition_list *list = p->env->existing;

	if (p->env->own_group)
		return 0;
	for (size_t i = 0; i < p->plan->n; i++) {
		const struct resolution *other = &p->plan->res[i];

		if (other->spec->event.s || strcmp(group_of(p, other->spec), group) != 0 ||
		    other->n_defs != res->n_defs || !same_probe(&other->defs[0], &res->defs[0]))
			continue;
		err_set(err, EINVAL, "the same probe stands here twice");
		err_hint(err, "to have it under two names, give them: '%c:NAME %s:%s …'",
			 res->defs[0].kind, res->target_typed, res->location_typed);
		return err_at(err, &res->spec->origin, res->spec->place.at);
	}
	for (size_t i = 0; list && i < list->n; i++) {
		const struct definition *d = &list->defs[i];

		if (strcmp(d->group, group) != 0 || !same_probe(d, &res->defs[0]))
			continue;
		err_set(err, EEXIST, "this probe is there already: %s/%s", d->group, d->event);
		err_hint(err, "uprobe-ctl remove %s first, or name the new one: "
			      "'%c:NAME %s:%s …'", d->event, res->defs[0].kind,
			 res->target_typed, res->location_typed);
		return err_at(err, &res->spec->origin, res->spec->place.at);
	}
	return 0;
}

static bool same_filter(const struct planning *p, const struct definition *planned,
			const struct spec *spec)
{
	const char *mine = spec->filter.s ? spec->filter.s : "";

	for (size_t i = 0; i < plan_n_defs(p->plan); i++) {
		const struct resolution *res = NULL;

		if (plan_def(p->plan, i, &res) == planned && res)
			return strcmp(res->spec->filter.s ? res->spec->filter.s : "", mine) == 0;
	}
	return true;
}

/*
 * A name the user gave must be free: `add` never joins an event that exists. Within one call
 * two specs may share it, and become locations of one event (5.4).
 */
static int check_given(const struct planning *p, const struct resolution *res,
		       const struct definition *d, struct err *err)
{
	const struct spec *spec = res->spec;
	const struct definition *there = existing_event(p, d->group, d->event);
	const struct definition *planned = planned_event(p, d->group, d->event);
	const char *line = existing_line(p, d->group, d->event);

	if (line) {
		err_set(err, EEXIST, "%s/%s exists already: %s", d->group, d->event, line);
		err_hint(err, "choose another name");
	} else if (there) {
		err_set(err, EEXIST, "%s/%s exists already, at %s:0x%" PRIx64, d->group,
			d->event, there->path, there->offset);
		err_hint(err, "uprobe-ctl remove %s/%s first, or choose another name", d->group,
			 d->event);
	} else if (planned && !definition_same_shape(planned, d)) {
		err_set(err, EINVAL, "%s/%s stands twice here, with different kinds or "
				     "arguments", d->group, d->event);
		err_hint(err, "locations of one event need the same argument names and types");
	} else if (planned && !same_filter(p, planned, spec)) {
		err_set(err, EINVAL, "%s/%s stands twice here, with different filters", d->group,
			d->event);
		err_hint(err, "a filter is the event's, whatever its location");
	} else if (planned && p->env->features && !p->env->features->multi_location) {
		err_set(err, ENOTSUP, "%s/%s stands twice here; on this kernel an event has one "
				      "location", d->group, d->event);
		err_hint(err, "give each a name of its own");
	} else {
		return 0;
	}
	return err_at(err, &spec->origin, spec->event.at);
}

static int check_names(const struct spec *spec, struct err *err)
{
	if (spec->group.s && name_check_group(spec->group.s, err) < 0)
		return err_at(err, &spec->origin, spec->group.at);
	if (spec->event.s && name_check_event(spec->event.s, err) < 0)
		return err_at(err, &spec->origin, spec->event.at);
	for (size_t i = 0; i < spec->n_args; i++)
		if (spec->args[i].name && name_check_arg(spec->args[i].name, err) < 0)
			return err_at(err, &spec->origin, spec->args[i].name_at);
	return 0;
}

/* The name the user gave; of a pair's return, with _ret. */
static char *given_name(const struct resolution *res, const struct definition *d)
{
	bool adds_ret = d->kind == 'r' && is_pair(res);

	return xasprintf("%s%s", res->spec->event.s, adds_ret ? "_ret" : "");
}

/*
 * What a run watches may bear one name twice: a/x and b/x, or the functions of two files
 * under one heading. In the run's own group each spec has an event of its own, which knows
 * its file and function.
 */
static char *given_event(const struct planning *p, const struct resolution *res,
			 const struct definition *d)
{
	auto_free char *name = given_name(res, d), *tried = xstrdup(name);

	for (unsigned n = 2; p->env->own_group && planned_event(p, d->group, tried); n++) {
		free(tried);
		tried = xasprintf("%.58s_%u", name, n);
	}
	return STEAL(tried);
}

char *plan_event_shown(const struct resolution *res, const struct definition *d)
{
	auto_free char *name = res->spec->event.s ? given_name(res, d) : NULL;

	return name && strcmp(name, d->event) != 0 ? STEAL(name) : NULL;
}

static int name_one(const struct planning *p, const struct resolution *res,
		    struct definition *d, const char *group, const char *base, struct err *err)
{
	const struct spec *spec = res->spec;
	int rc;

	d->group = xstrdup(group);
	d->event = spec->event.s ? given_event(p, res, d)
				 : xasprintf("%s%s", base, suffix_of(res, d->kind));
	rc = name_check_event(d->event, err);
	if (rc < 0)
		return err_at(err, &spec->origin,
			      spec->event.s ? spec->event.at : spec->place.at);
	if (spec->event.s)
		rc = check_given(p, res, d, err);
	return rc < 0 ? rc : definition_check(d, err);
}

static int name_events(const struct planning *p, struct resolution *res, struct err *err)
{
	const char *group = group_of(p, res->spec);
	auto_free char *base = NULL;
	int rc = 0;

	if (!res->spec->event.s) {
		rc = check_repeated(p, res, group, err);
		if (rc < 0)
			return rc;
		base = unique_base(p, res, group);
	}
	for (size_t i = 0; rc == 0 && i < res->n_defs; i++)
		rc = name_one(p, res, &res->defs[i], group, base, err);
	return rc;
}

static void add_hidden_arg(struct definition *d, const char *name, const char *expr,
			   const char *type)
{
	d->args = xgrow(d->args, d->n_args, sizeof(*d->args));
	d->args[d->n_args++] = (struct def_arg){
		.name = xstrdup(name),
		.expr = xstrdup(expr),
		.type = xstrdup_null(type),
		.name_from = { .at = d->path_from.at, .generated = true },
		.expr_from = { .at = d->path_from.at, .generated = true },
		.type_from = { .at = d->path_from.at, .generated = true },
	};
}

static void add_hidden_list(const struct planning *p, struct definition *d,
			    const char *const *hidden)
{
	for (const char *const *h = hidden; h && *h; h++) {
		const char *eq = strchr(*h, '=');
		auto_free char *name = xstrndup(*h, eq - *h);

		if (strcmp(eq + 1, "$comm") == 0 && !older_has_comm(p->env->features))
			continue; /* then the name comes from /proc */
		add_hidden_arg(d, name, eq + 1, NULL);
	}
}

/* Arguments of ours, behind the user's. */
static void add_hidden(const struct planning *p, const struct resolution *res,
		       struct definition *d, size_t id)
{
	add_hidden_list(p, d, p->env->hidden);
	if (spec_effective_kind(res->spec) == SPEC_PAIR)
		add_hidden_list(p, d, p->env->hidden_pair);
	if (res->functions.n > 1) { /* immediates are as old as several locations: 5.4 */
		auto_free char *expr = xasprintf("\\%zu", id);

		add_hidden_arg(d, "__id", expr, "u32");
	}
}

static int define(const struct planning *p, struct resolution *res, char kind, size_t id,
		  struct err *err)
{
	const struct function *f = &res->functions.functions[id];
	struct definition *d = &res->defs[res->n_defs++];
	struct lower_env lower = {
		.features = p->env->features,
		.elf = f->target->elf,
		.offset = f->offset,
		.symbol = f->symbol,
		.is_entry = f->is_entry,
		.watching = p->env->watching,
	};
	struct span place = res->spec->place.at;
	int rc;

	*d = (struct definition){
		.kind = kind,
		.path = xstrdup(f->target->path),
		.offset = f->offset,
		.ref_ctr = res->location.ref_ctr,
		.has_ref_ctr = res->location.has_ref_ctr,
		.origin = &res->spec->origin,
		.group_from = { res->spec->group.s ? res->spec->group.at : place,
				!res->spec->group.s },
		.event_from = { res->spec->event.s ? res->spec->event.at : place,
				!res->spec->event.s },
		.path_from = { place, true },
		.offset_from = { place, true },
		.ref_ctr_from = { place, true },
	};
	rc = lower_args(&lower, res->spec, d, err);
	if (rc < 0)
		return rc;
	add_hidden(p, res, d, id);
	return 0;
}

static int define_all(const struct planning *p, struct resolution *res, struct err *err)
{
	enum spec_kind kind = spec_effective_kind(res->spec);
	char first = kind == SPEC_RETURN || res->location.is_return ? 'r' : 'p';
	size_t n = res->functions.n;
	int rc = 0;

	if (n > 1 && p->env->features && !p->env->features->multi_location) {
		err_set(err, ENOTSUP, "that is %zu functions; on this kernel an event has one "
				      "location", n);
		err_hint(err, "name them one by one (several locations came with Linux 5.4)");
		return err_at(err, &res->spec->origin, res->spec->place.at);
	}
	if (res->location.has_ref_ctr && older_ref_ctr(p->env->features, err) < 0)
		return err_at(err, &res->spec->origin, res->spec->place.at);
	res->defs = xcalloc(2 * n, sizeof(*res->defs));
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = define(p, res, first, i, err);
	for (size_t i = 0; rc == 0 && kind == SPEC_PAIR && i < n; i++)
		rc = define(p, res, 'r', i, err);
	if (rc == 0)
		rc = filters_make(res->spec, p->env->watching, res->defs, res->n_defs, err);
	return rc;
}

static int check_ref_ctrs(const struct planning *p, const struct resolution *res,
			  struct err *err)
{
	for (size_t i = 0; i < res->n_defs; i++) {
		const struct function *f = resolution_function(res, &res->defs[i]);

		if (ref_ctr_check(&res->defs[i], f->target, p->env->existing, p->plan, err) < 0)
			return err_at(err, &res->spec->origin, res->spec->place.at);
	}
	return 0;
}

static int plan_one(const struct planning *p, const struct spec *spec, struct err *err)
{
	struct resolution *res = &p->plan->res[p->plan->n];
	int rc = check_names(spec, err);

	if (rc == 0)
		rc = resolve_place(p->env, spec, res, err);
	if (rc < 0)
		return rc;
	rc = define_all(p, res, err);
	if (rc == 0)
		rc = name_events(p, res, err);
	if (rc == 0)
		rc = check_ref_ctrs(p, res, err);
	if (rc < 0) {
		resolution_done(res);
		return rc;
	}
	p->plan->n++;
	buf_add(&p->plan->notes, res->functions.notes.p, res->functions.notes.len);
	return 0;
}

/* For files of specs made for several machines. */
static void note_missing(struct plan *plan, const struct spec *spec, struct err *err)
{
	buf_addf(&plan->notes, "left out: %s (%s)\n", spec->origin.text,
		 err ? err->msg : "not there");
	err_clear(err);
}

int plan_make(const struct resolve_env *env, const struct spec *specs, size_t n,
	      struct plan *ret, struct err *err)
{
	struct plan plan = { .res = xcalloc(n, sizeof(*plan.res)) };
	struct planning p = { .env = env, .plan = &plan };

	for (size_t i = 0; i < n; i++) {
		int rc = plan_one(&p, &specs[i], err);

		if (rc == -ENOENT && env->missing_ok) {
			note_missing(&plan, &specs[i], err);
			continue;
		}
		if (rc < 0) {
			plan_done(&plan);
			return rc;
		}
	}
	remarks_add(&plan, env->watching, &plan.notes);
	*ret = plan;
	return 0;
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		resolution_done(&plan->res[i]);
	free(plan->res);
	buf_done(&plan->notes);
	*plan = (struct plan){ 0 };
}

const struct function *resolution_function(const struct resolution *res,
					   const struct definition *d)
{
	return &res->functions.functions[(size_t)(d - res->defs) % res->functions.n];
}

size_t plan_n_defs(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += plan->res[i].n_defs;
	return n;
}

struct definition *plan_def(const struct plan *plan, size_t i, const struct resolution **ret_res)
{
	for (size_t r = 0; r < plan->n; r++) {
		if (i < plan->res[r].n_defs) {
			if (ret_res)
				*ret_res = &plan->res[r];
			return &plan->res[r].defs[i];
		}
		i -= plan->res[r].n_defs;
	}
	return NULL;
}
