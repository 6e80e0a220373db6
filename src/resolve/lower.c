/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which arguments an event has, and what they are called. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/arg-type.h"
#include "probe/name.h"
#include "resolve/lower-private.h"
#include "resolve/older.h"

#define MAX_OWN 120    /* MAX_TRACE_ARGS, less what plan.c adds to every event */
#define MAX_FIXED 3072 /* MAX_PROBE_EVENT_SIZE */

static bool belongs(const struct lowering *l, const struct fetch_arg *arg)
{
	bool of_return = fetch_arg_uses(arg, FETCH_RETVAL);

	return spec_effective_kind(l->spec) != SPEC_PAIR || of_return == (l->kind == 'r');
}

/* The name an argument has by what it is; NULL for raw forms. Heap. */
static char *own_name(const struct fetch_arg *arg)
{
	const struct fetch *f = arg->expr;

	if (arg->name)
		return xstrdup(arg->name);
	switch (f->op) {
	case FETCH_ARG:
		return xasprintf("arg%" PRId64, f->num);
	case FETCH_RETVAL:
		return xstrdup("retval");
	case FETCH_CALLER:
		return xstrdup("caller");
	case FETCH_REGS:
		return xstrdup("regs");
	case FETCH_COMM:
		return xstrdup("comm");
	case FETCH_STACK:
		return xstrdup("stack");
	case FETCH_STACK_N:
		return xasprintf("stack%" PRId64, f->num);
	case FETCH_SYMBOL:
		return name_from_symbol(f->name, NAME_MAX_EVENT - NAME_MAX_ARG);
	default:
		return NULL;
	}
}

/* Whether another argument of the spec is called that by itself. */
static bool name_taken(const struct spec *spec, const char *name, const struct fetch_arg *not)
{
	for (size_t i = 0; i < spec->n_args; i++) {
		auto_free char *own = own_name(&spec->args[i]);

		if (&spec->args[i] != not && own && strcmp(own, name) == 0)
			return true;
	}
	return false;
}

/* Raw forms keep the kernel's positional name, argK, unless an argN has taken it. */
static char *argument_name(const struct spec *spec, const struct fetch_arg *arg, size_t position)
{
	char *name = own_name(arg);

	if (name)
		return name;
	name = xasprintf("arg%zu", position);
	if (!name_taken(spec, name, arg))
		return name;
	free(name);
	if (arg->expr->op == FETCH_REG && name_is_ident(arg->expr->name, strlen(arg->expr->name)) &&
	    !name_taken(spec, arg->expr->name, arg))
		return xstrdup(arg->expr->name);
	return xasprintf("v%zu", position);
}

/* The user's arguments of the event: what is ours comes between, and is not counted. */
static int check_duplicate(const struct lowering *l, size_t first)
{
	const struct definition *d = l->d;

	for (size_t i = 0; i < first; i++)
		for (size_t k = first; k < d->n_args; k++) {
			if (strcmp(d->args[i].name, d->args[k].name) != 0)
				continue;
			err_set(l->err, EINVAL, "two arguments are called '%s'", d->args[k].name);
			err_hint(l->err, "give one of them another name: NAME=...");
			return err_at(l->err, &l->spec->origin, l->arg->at);
		}
	return 0;
}

/* The kernel's MAX_PROBE_EVENT_SIZE; older ones overran a page instead (R16). */
static int check_size(const struct lowering *l)
{
	size_t size = 0;

	for (size_t i = 0; i < l->d->n_args; i++)
		size += arg_type_of(&l->d->args[i]).size;
	if (size <= MAX_FIXED)
		return 0;
	err_set(l->err, E2BIG, "Event too big (%zu bytes, at most %d)", size, MAX_FIXED);
	err_hint(l->err, "record fewer bytes: str(LEN,64), bytes(LEN,64)");
	return err_at(l->err, &l->spec->origin, l->spec->place.at);
}

static int lower_one(struct lowering *l)
{
	size_t first = l->d->n_args;
	struct span at = l->arg->at;
	auto_free char *name = NULL;
	int rc;

	if (older_expr(l->env->features, l->arg->expr, &at, l->err) < 0)
		return err_at(l->err, &l->spec->origin, at);
	name = argument_name(l->spec, l->arg, l->position);
	l->name = name;
	rc = lower_typed(l);
	if (rc == 0)
		rc = check_duplicate(l, first);
	l->name = NULL;
	return rc;
}

/* Only where argN will be taken: the other refusals say more. */
static int find_convention(struct lowering *l)
{
	const struct spec *spec = l->spec;
	size_t i = 0;

	if (!l->abi)
		return 0;
	l->convention.call = &l->abi->call;
	while (i < spec->n_args && !fetch_arg_uses(&spec->args[i], FETCH_ARG))
		i++;
	if (i == spec->n_args || l->kind == 'r' || !l->env->is_entry)
		return 0;
	if (convention_find(l->env->elf, l->env->symbol, l->abi, &l->convention, l->err) < 0)
		return err_at(l->err, &spec->origin, spec->args[i].at);
	return 0;
}

/* Where there is nothing to show but what is recorded, there is no show. */
static void hand_over(struct lowering *l)
{
	if (l->show && l->show->n)
		l->d->show = l->show;
	else
		show_free(l->show);
	l->show = NULL;
}

int lower_args(const struct lower_env *env, const struct spec *spec, struct definition *d,
	       struct err *err)
{
	struct lowering l = {
		.env = env,
		.spec = spec,
		.abi = abi_find(env->elf->machine, env->elf->elf_class),
		.kind = d->kind,
		.d = d,
		.room = spec->n_args < MAX_OWN ? (unsigned)(MAX_OWN - spec->n_args) : 0,
		.err = err,
	};
	int rc = find_convention(&l);

	l.show = env->watching ? xcalloc(1, sizeof(*l.show)) : NULL;
	for (size_t i = 0; rc == 0 && i < spec->n_args; i++) {
		l.arg = &spec->args[i];
		if (!belongs(&l, l.arg))
			continue;
		l.position++;
		rc = lower_one(&l);
	}
	if (rc == 0)
		rc = check_size(&l);
	hand_over(&l);
	return rc;
}
