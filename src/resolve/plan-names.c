/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of events: given, or made of what they are on, and unique. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/demangle.h"
#include "probe/name.h"
#include "resolve/planning.h"

/* Who has a name already. */
static const struct definition *existing_event(const struct planning *p, const char *group,
					       const char *event)
{
	const struct definition_list *list = p->env->own_group ? NULL : p->env->existing;

	for (size_t i = 0; list && i < list->n; i++)
		if (definition_is_of(&list->defs[i], group, event))
			return &list->defs[i];
	return NULL;
}

/* *ret_res: whose it is; may be NULL. */
static const struct definition *planned_event(const struct planning *p, const char *group,
					      const char *event,
					      const struct resolution **ret_res)
{
	for (size_t r = 0; r < p->plan->n; r++) {
		const struct resolution *res = &p->plan->res[r];

		for (size_t i = 0; i < res->n_defs; i++) {
			const struct definition *d = &res->defs[i];

			if (!definition_is_of(d, group, event))
				continue;
			if (ret_res)
				*ret_res = res;
			return d;
		}
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
	return existing_event(p, group, event) || planned_event(p, group, event, NULL) ||
	       existing_line(p, group, event);
}

bool plan_is_separate(const struct planning *p, const struct resolution *res)
{
	return res->functions.n > 1 && p->env->features && !p->env->features->multi_location;
}

/* By another function of the same spec; of several locations one name is all of theirs. */
static bool is_used(const struct planning *p, const struct resolution *res, const char *event)
{
	for (size_t i = 0; plan_is_separate(p, res) && i < res->n_defs; i++)
		if (res->defs[i].event && strcmp(res->defs[i].event, event) == 0)
			return true;
	return false;
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

/* Of several functions only what the user typed for all of them is a name. */
static const struct symbol *namesake(const struct planning *p, const struct resolution *res,
				     const struct function *f)
{
	bool is_one = res->functions.n == 1 || res->location.kind == LOCATION_SYMBOL ||
		      plan_is_separate(p, res);

	return is_one ? f->symbol : NULL;
}

static bool has_letters(const char *s)
{
	while (*s && !isalnum((unsigned char)*s))
		s++;
	return *s != 0;
}

/* What an event is called when the user gave no name, before it is made unique. */
static char *base_name(const struct planning *p, const struct resolution *res,
		       const struct function *f, char kind)
{
	auto_free char *with_off = NULL, *last = NULL;
	const struct symbol *of = namesake(p, res, f);
	const char *symbol = res->location.name;

	if (is_raw(res) || (plan_is_separate(p, res) && !of))
		return name_from_offset(kind, f->target->name, f->offset);
	if (of && (last = demangle(of->name))) {
		char *whole = STEAL(last);

		symbol = last = demangle_last(whole);
		free(whole);
	} else if (of && plan_is_separate(p, res)) {
		symbol = of->name;
	} else if (!has_letters(symbol)) { /* of a pattern that is only '*' */
		symbol = last = name_stem(f->target->name);
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
	return kind == 'r' && (!is_raw(res) || resolution_is_pair(res)) ? "_ret" : "";
}

/* A name for the function that none of its definitions would share with another event. */
static char *unique_base(const struct planning *p, const struct resolution *res,
			 const struct function *f, const char *group)
{
	char first = res->defs[0].kind, last = res->defs[res->n_defs - 1].kind;
	auto_free char *base = base_name(p, res, f, first);

	for (unsigned n = 0;; n++) {
		auto_free char *first_name = nth_name(res, base, suffix_of(res, first), n);
		auto_free char *last_name = nth_name(res, base, suffix_of(res, last), n);

		if (!is_taken(p, group, first_name) && !is_taken(p, group, last_name) &&
		    !is_used(p, res, first_name) && !is_used(p, res, last_name))
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
		err_hint(err, "to have it under two names, give them: '%c:NAME %s:%s ...'",
			 res->defs[0].kind, res->target_typed, res->location_typed);
		return err_at(err, &res->spec->origin, res->spec->place.at);
	}
	for (size_t i = 0; list && i < list->n; i++) {
		const struct definition *d = &list->defs[i];

		if (strcmp(d->group, group) != 0 || !same_probe(d, &res->defs[0]))
			continue;
		err_set(err, EEXIST, "this probe is there already: %s/%s", d->group, d->event);
		err_hint(err, "uprobe-ctl remove %s first, or name the new one: "
			      "'%c:NAME %s:%s ...'", d->event, res->defs[0].kind,
			 res->target_typed, res->location_typed);
		return err_at(err, &res->spec->origin, res->spec->place.at);
	}
	return 0;
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
	const struct resolution *other = NULL;
	const struct definition *planned = planned_event(p, d->group, d->event, &other);
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
	} else if (planned && !text_equal(other->spec->filter.s, spec->filter.s)) {
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

int plan_check_names(const struct spec *spec, struct err *err)
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
	bool adds_ret = d->kind == 'r' && resolution_is_pair(res);

	return xasprintf("%s%s", res->spec->event.s, adds_ret ? "_ret" : "");
}

/*
 * What a run watches may bear one name twice: a/x and b/x, or the functions of two files
 * under one heading. In the run's own group each spec has an event of its own, which knows
 * its file and function. So has each function where an event has one location.
 */
static char *given_event(const struct planning *p, const struct resolution *res,
			 const struct definition *d)
{
	auto_free char *name = given_name(res, d), *tried = xstrdup(name);

	for (unsigned n = 2; (p->env->own_group && planned_event(p, d->group, tried, NULL)) ||
			     is_used(p, res, tried); n++) {
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

/* The definitions of all functions from `first` on, of which there are `n`. */
static int name_functions(const struct planning *p, struct resolution *res, size_t first,
			  size_t n, const char *group, struct err *err)
{
	auto_free char *base = NULL;
	int rc = 0;

	if (!res->spec->event.s)
		base = unique_base(p, res, &res->functions.functions[first], group);
	for (size_t f = first; f < first + n; f++)
		for (size_t i = f; rc == 0 && i < res->n_defs; i += res->functions.n)
			rc = name_one(p, res, &res->defs[i], group, base, err);
	return rc;
}

int plan_name_events(const struct planning *p, struct resolution *res, struct err *err)
{
	const char *group = group_of(p, res->spec);
	size_t n = plan_is_separate(p, res) ? 1 : res->functions.n;
	int rc = res->spec->event.s ? 0 : check_repeated(p, res, group, err);

	for (size_t i = 0; rc == 0 && i < res->functions.n; i += n)
		rc = name_functions(p, res, i, n, group, err);
	return rc;
}
