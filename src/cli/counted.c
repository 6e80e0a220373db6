/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/counted.h"
#include "probe/filter.h"
#include "probe/name.h"
#include "resolve/fast-entry.h"

#define EVENT_NAME "count"

static bool has_arg(const struct spec *s, const char *name)
{
	for (size_t i = 0; i < s->n_args; i++)
		if (s->args[i].name && strcmp(s->args[i].name, name) == 0)
			return true;
	return false;
}

/* An argument by the name it has of itself: not one that a NAME= has taken. */
static bool is_recorded(const struct spec *s, const struct fetch_arg *arg)
{
	for (size_t i = 0; i < s->n_args; i++)
		if (!s->args[i].name && fetch_equal(s->args[i].expr, arg->expr))
			return true;
	return false;
}

/* `if arg1 > 5` says by itself what is to be recorded; any other name the user explains. */
static void record_field(struct spec *s, const char *field, struct span at)
{
	struct fetch_arg arg;

	if (has_arg(s, field) || fetch_arg_parse(field, &s->origin, at, &arg, NULL) < 0)
		return;
	if (is_recorded(s, &arg) || (arg.expr->op != FETCH_ARG && arg.expr->op != FETCH_RETVAL)) {
		fetch_arg_done(&arg);
		return;
	}
	s->args = xgrow(s->args, s->n_args, sizeof(*s->args));
	s->args[s->n_args++] = arg;
}

static int record_fields(struct spec *s, struct err *err)
{
	struct filter_expr *expr = NULL;
	struct span at = { 0, 0 };
	const char *field;
	int rc = filter_parse(s->filter.s, &s->origin, s->filter.at, &expr, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; (field = filter_field(expr, i, &at)); i++)
		record_field(s, field, at);
	filter_expr_free(expr);
	if (spec_effective_kind(s) != SPEC_PAIR)
		return 0;
	err_set(err, ENOTSUP, "a filter is asked at one end of a call, and this is about both");
	err_hint(err, "p:FILE:FUNCTION asks the entry, r:FILE:FUNCTION the return; trace joins "
		      "them");
	return err_at(err, &s->origin, s->filter.at);
}

int counted_prepare(struct cli *cli)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < cli->specs.n; i++) {
		struct spec *s = &cli->specs.specs[i];

		if (s->filter.s) {
			rc = record_fields(s, &cli->err);
		} else if (s->n_args) {
			err_set(&cli->err, ENOTSUP, "count counts calls, whatever their arguments");
			err_hint(&cli->err, "a filter chooses among them: 'FILE:FUNCTION if arg1 > "
					    "5'; trace shows arguments");
			rc = err_at(&cli->err, &s->origin, s->args[0].at);
		}
	}
	return rc;
}

/* What the user's filter asks: all but what is ours. */
static void copy_args(struct definition *to, const struct definition *from)
{
	for (size_t i = 0; i < from->n_args; i++)
		if (!name_is_hidden(from->args[i].name))
			definition_add_arg(to, &from->args[i]);
}

/*
 * Entries, whichever end the spec names: what is called is counted. A filter is asked where
 * its arguments are.
 */
static struct definition location_of(struct counted *c, const struct definition *from,
				     size_t id, bool is_fast)
{
	struct definition d = {
		.kind = from->filter ? from->kind : 'p',
		.path = xstrdup(from->path),
		.offset = from->offset,
		.ref_ctr = from->ref_ctr,
		.has_ref_ctr = from->has_ref_ctr,
		.origin = from->origin,
		.offset_from = from->offset_from,
		.path_from = from->path_from,
	};

	if (is_fast && d.kind == 'p')
		d.offset += FAST_ENTRY_OFFSET;
	if (from->filter)
		copy_args(&d, from);
	if (!c->separate)
		definition_add_id(&d, id);
	return d;
}

static bool same_filter(const struct filter *a, const struct filter *b)
{
	return a && b ? strcmp(a->text, b->text) == 0 : a == b;
}

/* The event that can have the location; n_events: none yet. */
static size_t find_event(const struct counted *c, const struct definition *d,
			 const struct filter *filter)
{
	size_t i = 0;

	if (c->separate)
		return c->n_events;
	while (i < c->n_events && !(same_filter(c->events[i].filter, filter) &&
				    definition_same_shape(&c->defs.defs[c->events[i].first], d)))
		i++;
	return i;
}

static bool same_exprs(const struct definition *a, const struct definition *b)
{
	if (a->n_args != b->n_args)
		return false;
	for (size_t i = 0; i < a->n_args; i++)
		if (strcmp(a->args[i].name, NAME_ID) != 0 &&
		    strcmp(a->args[i].expr, b->args[i].expr) != 0)
			return false;
	return true;
}

/* A function that another spec named, too, is counted once for each filter. */
static bool is_known(const struct counted *c, const struct definition *d, uint64_t entry,
		     const struct filter *filter, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct definition *other = &c->defs.defs[i];

		if (c->counts.counters[i].offset == entry && strcmp(other->path, d->path) == 0 &&
		    definition_same_shape(other, d) && same_exprs(other, d) &&
		    same_filter(c->filters[i], filter))
			return true;
	}
	return false;
}

static void add_event(struct counted *c, const struct filter *filter)
{
	c->events = xgrow(c->events, c->n_events, sizeof(*c->events));
	c->events[c->n_events++] = (struct counted_event){
		.first = c->defs.n, .id_field = NO_FIELD, .filter = filter,
	};
	c->n_filters += filter != NULL;
}

/* `n_before`: locations of the specs before, which may be the same. */
static void add_location(struct counted *c, const struct definition *from,
			 const struct resolution *res, bool is_fast, size_t n_before)
{
	const struct function *f = resolution_function(res, from);
	struct definition d = location_of(c, from, c->counts.n, is_fast);
	struct counter *counter;
	size_t event = find_event(c, &d, from->filter);

	if (is_known(c, &d, from->offset, from->filter, n_before)) {
		definition_done(&d);
		return;
	}
	if (event == c->n_events)
		add_event(c, from->filter);
	d.event = event ? xasprintf(EVENT_NAME "%zu", event + 1) : xstrdup(EVENT_NAME);
	c->filters = xgrow(c->filters, c->defs.n, sizeof(*c->filters));
	c->filters[c->defs.n] = from->filter;
	definition_list_take(&c->defs, &d);
	counts_add(&c->counts, f->target->name, f->symbol ? f->symbol->name : NULL, from->offset);
	counter = &c->counts.counters[c->counts.n - 1];
	counter->filter = from->filter ? res->spec->filter.s : NULL;
	counter->probe_offset = c->defs.defs[c->defs.n - 1].offset;
	c->n_fast += counter->probe_offset != counter->offset;
}

void counted_collect(struct counted *c, const struct plan *plan)
{
	for (size_t r = 0; r < plan->n; r++) {
		const struct resolution *res = &plan->res[r];
		auto_free bool *fast = c->fast_entry ? fast_entries(res) : NULL;
		size_t n_before = c->defs.n;

		/* Of a pair the second half has the same places. */
		for (size_t i = 0; i < res->functions.n; i++)
			add_location(c, &res->defs[i], res, fast && fast[i], n_before);
		c->n_aliases += res->functions.n_aliases;
	}
	/* Functions of one file follow one another. */
	for (size_t i = 0; i < c->counts.n; i++)
		c->n_files += i == 0 || strcmp(c->counts.counters[i].file,
					       c->counts.counters[i - 1].file) != 0;
}

void counted_set_group(struct counted *c, const char *group)
{
	const char *id = strchr(group, '_') + 1;

	for (size_t i = 0; i < c->defs.n; i++) {
		struct definition *d = &c->defs.defs[i];
		auto_free char *base = STEAL(d->event);

		free(d->group);
		d->group = xstrdup(group);
		d->event = xasprintf("%s_%s", base, id);
	}
}

/* The kernel's word on a filter counts from the filter's start. */
static int refused(const struct counted *c, const struct counted_event *e, int rc,
		   struct err *err)
{
	if (!e->filter)
		return rc;
	return err_at(err, c->defs.defs[e->first].origin, filter_locate(e->filter, err->at));
}

int counted_watch(struct counted *c, struct watch *watch, struct err *err)
{
	for (size_t i = 0; i < c->n_events; i++) {
		struct counted_event *e = &c->events[i];
		int rc;

		e->type.group = c->defs.defs[e->first].group;
		e->type.event = c->defs.defs[e->first].event;
		e->type.user = e;
		rc = watch_event(watch, &e->type, e->filter ? e->filter->text : NULL, err);
		if (rc < 0)
			return refused(c, e, rc, err);
		e->id_field = event_type_find(&e->type, NAME_ID);
	}
	return 0;
}

size_t counted_id(const struct event *e)
{
	const struct counted_event *of = e->type->user;

	return of->id_field == NO_FIELD ? of->first : e->values[of->id_field].u;
}

void counted_done(struct counted *c)
{
	for (size_t i = 0; i < c->n_events; i++)
		event_type_done(&c->events[i].type);
	free(c->events);
	free(c->filters);
	definition_list_done(&c->defs);
	counts_done(&c->counts);
}
