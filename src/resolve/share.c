/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "probe/arg-type.h"
#include "probe/name.h"
#include "resolve/share.h"

/* Well below the kernel's 128 and 4095: names, types and the __id may make a line longer. */
enum { ARGS_MAX = 64, LINE_SIZE = 3500 };

struct number {
	enum value_kind kind;
	unsigned bits;
};

/* An event as planned: a spec's, or one half of it. */
struct member {
	const struct definition *defs; /* its locations */
	size_t n;
	char *key;    /* equal for those recorded alike; NULL: it shares with none */
	size_t group;
};

/* Members of one key. */
struct group {
	const char *key; /* the first member's */
	size_t n_members;
	size_t n_ids;   /* so far */
	char *event;
	char **names;   /* of the arguments */
	char **types;   /* NULL: none */
	unsigned *bits; /* the most that any member asks for */
	size_t n_args;
};

struct work {
	struct member *members;
	size_t n_members;
	struct group *groups;
	size_t n_groups;
};

static bool number_of(const struct def_arg *arg, struct number *ret)
{
	static const enum value_kind kinds[] = {
		[ARG_UNSIGNED] = VALUE_UINT, [ARG_SIGNED] = VALUE_SINT,
		[ARG_HEX] = VALUE_HEX,	     [ARG_CHAR] = VALUE_CHAR,
	};
	struct arg_type type = arg_type_of(arg);

	if (type.is_array || type.kind > ARG_CHAR)
		return false;
	*ret = (struct number){ kinds[type.kind], type.bits };
	return true;
}

void sharing_describe(const struct def_arg *arg, struct field *field)
{
	struct number n;

	if (!number_of(arg, &n))
		return;
	field->kind = n.kind;
	field->bits = n.bits;
}

/* What the kernel has at hand whole, whatever part of it is asked for. */
static bool is_word(const struct def_arg *arg)
{
	return strchr("%$\\", arg->expr[0]) != NULL;
}

/* The constant of a pattern's functions. */
static bool is_id(const struct def_arg *arg)
{
	return arg->name_from.generated && strcmp(arg->name, NAME_ID) == 0;
}

static size_t n_own_args(const struct definition *d)
{
	return d->n_args - (d->n_args && is_id(&d->args[d->n_args - 1]));
}

static void add_key(struct buf *b, const struct def_arg *arg)
{
	struct number n;

	if (!number_of(arg, &n))
		buf_addf(b, " %s", arg->type ? arg->type : arg->expr);
	else if (is_word(arg))
		buf_adds(b, " word");
	else
		buf_addf(b, " %u", n.bits);
}

static bool is_long(const struct definition *d)
{
	auto_buf line = BUF_INIT;

	definition_format(d, &line);
	return d->n_args > ARGS_MAX || line.len > LINE_SIZE;
}

static char *location_key(const struct definition *d)
{
	auto_buf b = BUF_INIT;

	if (is_long(d))
		return NULL;
	buf_addc(&b, d->kind);
	for (size_t i = 0; i < n_own_args(d); i++)
		add_key(&b, &d->args[i]);
	return buf_steal(&b);
}

/* One argument may be a register here and memory there, in files of several machines. */
static char *member_key(const struct member *m)
{
	auto_free char *key = location_key(m->defs);

	for (size_t i = 1; key && i < m->n; i++) {
		auto_free char *other = location_key(&m->defs[i]);

		if (!other || strcmp(other, key) != 0)
			return NULL;
	}
	return STEAL(key);
}

/* Adds a member to the group of its key. */
static size_t join_group(struct work *w, const char *key)
{
	for (size_t i = 0; i < w->n_groups; i++)
		if (strcmp(w->groups[i].key, key) == 0) {
			w->groups[i].n_members++;
			return i;
		}
	w->groups = xgrow(w->groups, w->n_groups, sizeof(*w->groups));
	w->groups[w->n_groups] = (struct group){ .key = key, .n_members = 1 };
	return w->n_groups++;
}

static void add_member(struct work *w, const struct definition *defs, size_t n, bool may)
{
	struct member m = { .defs = defs, .n = n };

	m.key = may ? member_key(&m) : NULL;
	if (m.key)
		m.group = join_group(w, m.key);
	w->members = xgrow(w->members, w->n_members, sizeof(*w->members));
	w->members[w->n_members++] = m;
}

static void collect(struct work *w, const struct plan *plan, bool may)
{
	for (size_t r = 0; r < plan->n; r++) {
		const struct resolution *res = &plan->res[r];
		bool has_filter = res->spec->filter.s;

		for (size_t i = 0; i < res->n_defs; i += res->functions.n)
			add_member(w, &res->defs[i], res->functions.n, may && !has_filter);
	}
}

static struct group *group_of(const struct work *w, const struct member *m)
{
	struct group *g = m->key && m->group < w->n_groups ? &w->groups[m->group] : NULL;

	return g && g->n_members > 1 ? g : NULL;
}

/* Names that would not clash with those made here. */
static bool keeps_name(const char *name)
{
	return !(name_is_hidden(name) &&
		 (isdigit((unsigned char)name[2]) || strcmp(name, NAME_ID) == 0));
}

static void first_fields(struct group *g, const struct definition *d)
{
	g->n_args = n_own_args(d);
	g->names = xcalloc(g->n_args + 1, sizeof(*g->names));
	g->types = xcalloc(g->n_args + 1, sizeof(*g->types));
	g->bits = xcalloc(g->n_args + 1, sizeof(*g->bits));
	for (size_t i = 0; i < g->n_args; i++) {
		g->names[i] = keeps_name(d->args[i].name) ? xstrdup(d->args[i].name)
							   : xasprintf("__%zu", i + 1);
		g->types[i] = xstrdup_null(d->args[i].type);
	}
}

/* What all members call alike keeps its name, and its type. */
static void merge_field(struct group *g, size_t i, const struct def_arg *arg)
{
	struct number n;

	if (strcmp(g->names[i], arg->name) != 0) {
		free(g->names[i]);
		g->names[i] = xasprintf("__%zu", i + 1);
	}
	if (!number_of(arg, &n))
		return;
	if (n.bits > g->bits[i])
		g->bits[i] = n.bits;
	if (!text_equal(g->types[i], arg->type)) {
		free(g->types[i]);
		g->types[i] = xasprintf("u%u", g->bits[i]);
	}
}

static void merge_fields(struct work *w)
{
	for (size_t m = 0; m < w->n_members; m++) {
		const struct definition *d = w->members[m].defs;
		struct group *g = group_of(w, &w->members[m]);

		if (!g)
			continue;
		if (!g->names)
			first_fields(g, d);
		for (size_t i = 0; i < g->n_args; i++)
			merge_field(g, i, &d->args[i]);
	}
}

static bool is_taken(const struct work *w, const char *event)
{
	for (size_t i = 0; i < w->n_members; i++)
		if (strcmp(w->members[i].defs->event, event) == 0)
			return true;
	for (size_t i = 0; i < w->n_groups; i++)
		if (w->groups[i].event && strcmp(w->groups[i].event, event) == 0)
			return true;
	return false;
}

static char *event_name(const struct work *w, char kind)
{
	const char *suffix = kind == 'r' ? "_ret" : "";
	char *name = xasprintf("shared%s", suffix);

	for (unsigned n = 2; is_taken(w, name); n++) {
		free(name);
		name = xasprintf("shared_%u%s", n, suffix);
	}
	return name;
}

/* The location in the group's event, or as planned. */
static struct definition copy_def(const struct definition *from, struct group *g)
{
	size_t n_args = g ? g->n_args : from->n_args;
	struct definition d = *from;

	d.group = xstrdup(from->group);
	d.event = xstrdup(g ? g->event : from->event);
	d.path = xstrdup(from->path);
	d.show = NULL;
	d.filter = NULL;
	d.args = NULL;
	d.n_args = 0;
	for (size_t i = 0; i < n_args; i++) {
		struct def_arg arg = from->args[i];

		if (g) {
			arg.name = g->names[i];
			arg.type = g->types[i];
		}
		definition_add_arg(&d, &arg);
	}
	if (g)
		definition_add_id(&d, g->n_ids);
	return d;
}

static void write_member(const struct work *w, const struct member *m, struct sharing *s)
{
	struct group *g = group_of(w, m);

	if (g && !g->event)
		g->event = event_name(w, m->defs->kind);
	for (size_t i = 0; i < m->n; i++) {
		s->defs[s->n] = copy_def(&m->defs[i], g);
		s->ids[s->n++] = g ? g->n_ids++ : SHARING_ALONE;
	}
}

static void work_done(struct work *w)
{
	for (size_t i = 0; i < w->n_members; i++)
		free(w->members[i].key);
	for (size_t i = 0; i < w->n_groups; i++) {
		struct group *g = &w->groups[i];

		for (size_t k = 0; k < g->n_args; k++) {
			free(g->names[k]);
			free(g->types[k]);
		}
		free(g->event);
		free(g->names);
		free(g->types);
		free(g->bits);
	}
	free(w->members);
	free(w->groups);
}

void sharing_make(const struct plan *plan, bool may, struct sharing *ret)
{
	size_t n = plan_n_defs(plan);
	struct work w = { 0 };

	*ret = (struct sharing){
		.defs = xcalloc(n + 1, sizeof(*ret->defs)),
		.ids = xcalloc(n + 1, sizeof(*ret->ids)),
	};
	/* One spec has nobody to share with: the halves of its calls are of two kinds. */
	collect(&w, plan, may && plan->n > 1);
	merge_fields(&w);
	for (size_t i = 0; i < w.n_members; i++)
		write_member(&w, &w.members[i], ret);
	work_done(&w);
}

void sharing_done(struct sharing *s)
{
	for (size_t i = 0; i < s->n; i++)
		definition_done(&s->defs[i]);
	free(s->defs);
	free(s->ids);
	*s = (struct sharing){ 0 };
}
