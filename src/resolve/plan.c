/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The definitions of a call. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "resolve/filters.h"
#include "resolve/lower.h"
#include "resolve/older.h"
#include "resolve/planning.h"
#include "resolve/ref-ctr.h"
#include "resolve/remarks.h"

static void add_hidden_list(const struct planning *p, struct definition *d,
			    const char *const *hidden)
{
	for (const char *const *h = hidden; h && *h; h++) {
		const char *eq = strchr(*h, '=');
		auto_free char *name = xstrndup(*h, eq - *h);

		if (strcmp(eq + 1, "$comm") == 0 && !older_has_comm(p->env->features))
			continue; /* then the name comes from /proc */
		definition_add_hidden(d, name, eq + 1, NULL);
	}
}

/* Arguments of ours, behind the user's. */
static void add_hidden(const struct planning *p, const struct resolution *res,
		       struct definition *d, size_t id)
{
	add_hidden_list(p, d, p->env->hidden);
	if (spec_effective_kind(res->spec) == SPEC_PAIR)
		add_hidden_list(p, d, p->env->hidden_pair);
	if (res->functions.n > 1 && !plan_is_separate(p, res))
		definition_add_id(d, id);
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
	int rc = plan_check_names(spec, err);

	if (rc == 0)
		rc = resolve_place(p->env, spec, res, err);
	if (rc < 0)
		return rc;
	rc = define_all(p, res, err);
	if (rc == 0)
		rc = plan_name_events(p, res, err);
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

bool resolution_is_pair(const struct resolution *res)
{
	return res->n_defs > 1 && res->defs[0].kind != res->defs[res->n_defs - 1].kind;
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
