/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pattern over functions. Names at one place are one function; data, imports and the cold
 * halves of functions are no functions one would call by that pattern. For an IFUNC stands
 * the implementation in use, where that can be found out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/ifunc.h"

static bool is_meant(const struct symbol *s, const char *glob)
{
	return s->is_code && !s->is_thumb && !strstr(s->name, ".cold") &&
	       text_glob_match(glob, s->name);
}

/* What stands elsewhere than its symbol. */
static bool is_elsewhere(const struct lookup *l, const struct symbol *s)
{
	return s->type == SYMBOL_IFUNC && l->rules->ifunc != IFUNC_RESOLVER;
}

static const struct symbol **collect(const struct lookup *l, const struct symbol *all, size_t n,
				     size_t *ret_n)
{
	const struct symbol **found = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_meant(&all[i], l->loc->name) || is_elsewhere(l, &all[i]))
			continue;
		found = xgrow(found, kept, sizeof(*found));
		found[kept++] = &all[i];
	}
	if (kept)
		qsort(found, kept, sizeof(*found), symbol_by_place);
	*ret_n = kept;
	return found;
}

/* What became of the symbols that match. */
struct matches {
	size_t n;              /* that are functions */
	size_t n_refused;      /* of them: the kernel would not probe them */
	size_t n_unknown;      /* IFUNCs that lead to no place that is known */
	const char *unknown;   /* one of those */
};

static void add_ifuncs(const struct lookup *l, const struct symbol *all, size_t n,
		       struct matches *m, struct function_list *ret)
{
	size_t before = ret->n;

	for (size_t i = 0; i < n; i++) {
		if (!is_meant(&all[i], l->loc->name) || !is_elsewhere(l, &all[i]) ||
		    lookup_ifunc(l, &all[i], ret, NULL) == 0)
			continue;
		m->n_unknown++;
		m->unknown = all[i].name;
	}
	if (ret->n > before)
		function_list_note(ret, "%zu of them are IFUNCs' implementations that are in use",
				   ret->n - before);
	if (m->n_unknown)
		function_list_note(ret, "%zu IFUNC%s left out; why: uprobe-ctl resolve %s:%s",
				   m->n_unknown, m->n_unknown == 1 ? "" : "s", l->typed,
				   m->unknown);
}

/* By the names people see, if no linker's name matches: ns::*. */
static const struct symbol **collect_typed(const struct lookup *l, size_t *ret_n)
{
	const struct symbol **found = NULL;
	size_t n = 0, kept = 0;

	if (symtab_find_typed(l->target->elf, l->loc->name, true, &found, &n, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (is_meant(found[i], "*"))
			found[kept++] = found[i];
	if (kept)
		qsort(found, kept, sizeof(*found), symbol_by_place);
	*ret_n = kept;
	return found;
}

/*
 * Whether a symbol has a name that none of those before it at its place has. .dynsym and .symtab
 * have the same names; more than a few names a place has in made-up files only.
 */
static bool is_alias(const struct symbol *const *found, size_t i)
{
	enum { FEW = 32 };

	for (size_t k = i; k > 0 && i - k < FEW && found[k - 1]->offset == found[i]->offset; k--)
		if (strcmp(found[k - 1]->name, found[i]->name) == 0)
			return false;
	return true;
}

/* One function for each place, the best name of it first. */
static void add_functions(const struct lookup *l, const struct symbol **found,
			  struct matches *m, struct function_list *ret)
{
	for (size_t i = 0; i < m->n; i++) {
		struct function f = {
			.offset = found[i]->offset,
			.symbol = found[i],
			.is_entry = true,
		};

		if (i && found[i]->offset == found[i - 1]->offset)
			ret->n_aliases += is_alias(found, i);
		else if (lookup_refused(l, &f))
			m->n_refused++;
		else
			function_list_add(ret, &f);
	}
	if (m->n_refused)
		function_list_note(ret, "%zu function%s left out: the kernel cannot probe "
					"the first instruction there", m->n_refused,
				   m->n_refused == 1 ? "" : "s");
}

static int nothing_left(const struct lookup *l, const struct matches *m, struct err *err)
{
	auto_free char *command = lookup_symbols_command(l, NULL);

	if (m->n)
		return err_set(err, ENOTSUP, "the kernel cannot probe the instructions that the "
					     "functions matching '%s' begin with", l->loc->name);
	if (m->n_unknown) {
		err_set(err, ENOTSUP, "what matches '%s' in %s is only IFUNCs, and what they "
				      "lead to is not known, or nothing to probe",
			l->loc->name, l->target->name);
		return err_hint(err, "why: uprobe-ctl resolve %s:%s", l->typed, m->unknown);
	}
	err_set(err, ENOENT, "no function of %s matches '%s'", l->target->name, l->loc->name);
	return err_hint(err, "what can be probed: %s", command);
}

static int too_many(const struct lookup *l, size_t n, struct err *err)
{
	auto_free char *command = lookup_symbols_command(l, l->loc->name);

	err_set(err, E2BIG, "'%s' matches %zu functions of %s; more than %zu at once need "
			    "--force", l->loc->name, n, l->target->name, l->rules->max);
	return err_hint(err, "see which: %s", command);
}

int lookup_glob(const struct lookup *l, struct function_list *ret, struct err *err)
{
	auto_free const struct symbol **found = NULL;
	struct matches m = { 0 };
	const struct symbol *all;
	size_t n_all;
	int rc = symtab_all(l->target->elf, &all, &n_all, err);

	if (rc < 0)
		return rc;
	found = collect(l, all, n_all, &m.n);
	if (!m.n) {
		free(found);
		found = collect_typed(l, &m.n);
	}
	add_functions(l, found, &m, ret);
	add_ifuncs(l, all, n_all, &m, ret);
	if (!ret->n)
		return nothing_left(l, &m, err);
	if (l->rules->max && ret->n > l->rules->max && !l->rules->force)
		return too_many(l, ret->n, err);
	return 0;
}
