/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `if FILTER` of a spec, for each of its events. Of a pair each event records something else,
 * and the kernel looks at one event at a time: so each gets those terms that it can answer.
 * A call is shown if both ends passed, which only a watching command can see; the ends of a
 * pair that stays must both be able to answer the whole filter.
 */
#include "base/xalloc.h"
#include "probe/filter.h"
#include "resolve/filters.h"

struct filters {
	const struct spec *spec;
	const struct filter_expr *expr;
	const struct definition *entry, *ret; /* ret NULL: not a pair */
	bool watching;
	struct err *err;
};

/* Which words of a term no event has, or that it asks both. */
static int no_event_for(struct filters *f, size_t term)
{
	auto_free bool *wanted = xcalloc(filter_n_terms(f->expr), sizeof(*wanted));
	auto_free struct def_arg *args =
		xcalloc(f->entry->n_args + f->ret->n_args + 1, sizeof(*args));
	struct definition both = *f->entry;
	struct filter *made = NULL;
	int rc;

	wanted[term] = true;
	both.args = args; /* lent */
	both.n_args = 0;
	for (size_t i = 0; i < f->entry->n_args; i++)
		both.args[both.n_args++] = f->entry->args[i];
	for (size_t i = 0; i < f->ret->n_args; i++)
		both.args[both.n_args++] = f->ret->args[i];
	rc = filter_make(f->expr, &both, wanted, &made, f->err);
	filter_free(made);
	if (rc < 0)
		return rc;
	err_set(f->err, EINVAL, "this asks the entry and the return at once; the kernel sees one "
				"of them at a time");
	err_hint(f->err, "join with && what each can answer by itself");
	return err_at(f->err, &f->spec->origin, filter_term_at(f->expr, term));
}

static int check_term(struct filters *f, size_t term)
{
	bool entry = filter_term_fits(f->expr, term, f->entry);
	bool ret = filter_term_fits(f->expr, term, f->ret);

	if (!entry && !ret)
		return no_event_for(f, term);
	if (f->watching || (entry && ret))
		return 0;
	err_set(f->err, EINVAL, "the %s does not record this, and would come unfiltered",
		entry ? "return" : "entry");
	err_hint(f->err, "make it two specs, p:... and r:..., each with its own filter; or trace "
			 "it");
	return err_at(f->err, &f->spec->origin, filter_term_at(f->expr, term));
}

static int make_for(struct filters *f, struct definition *d)
{
	size_t n = filter_n_terms(f->expr);
	auto_free bool *wanted = xcalloc(n, sizeof(*wanted));

	for (size_t i = 0; i < n; i++)
		wanted[i] = !f->ret || filter_term_fits(f->expr, i, d);
	return filter_make(f->expr, d, wanted, &d->filter, f->err);
}

static int make_all(struct filters *f, struct definition *defs, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && f->ret && i < filter_n_terms(f->expr); i++)
		rc = check_term(f, i);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = make_for(f, &defs[i]);
	return rc;
}

int filters_make(const struct spec *spec, bool watching, struct definition *defs, size_t n,
		 struct err *err)
{
	struct filters f = {
		.spec = spec, .entry = &defs[0], .watching = watching, .err = err,
	};
	struct filter_expr *expr = NULL;
	int rc;

	if (!spec->filter.s || !n)
		return 0;
	if (defs[0].kind != defs[n - 1].kind)
		f.ret = &defs[n - 1];
	rc = filter_parse(spec->filter.s, &spec->origin, spec->filter.at, &expr, err);
	f.expr = expr;
	if (rc == 0)
		rc = make_all(&f, defs, n);
	filter_expr_free(expr);
	return rc;
}
