/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TARGET:LOCATION: which ':' is the one between them, then the file, then the place in it.
 * A path may hold colons and so may a C++ name: the last ':' with a file before it wins if
 * that text holds a '/', else the first ':'. Two files that could be meant are an error.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "resolve/resolve.h"
#include "resolve/targets.h"

struct split {
	const struct resolve_env *env;
	const struct spec *spec;
	size_t colon; /* byte of spec->place.s */
};

static int two_readings(const struct split *split, size_t other, struct err *err)
{
	const char *place = split->spec->place.s;
	size_t a = split->colon, b = other;

	err_set(err, EEXIST, "two files could be meant");
	err_detail(err, "file %.*s, place %s", (int)a, place, place + a + 1);
	err_detail(err, "file %.*s, place %s", (int)b, place, place + b + 1);
	err_hint(err, "write the one you mean through a link without a ':' in its name");
	return err_at(err, &split->spec->origin, split->spec->place.at);
}

static int find_colon(struct split *split, struct err *err)
{
	const struct spec *spec = split->spec;
	bool found = false;

	split->colon = spec->colons[0];
	for (size_t i = spec->n_colons; i-- > 0;) {
		auto_free char *path = xstrndup(spec->place.s, spec->colons[i]);

		if (!strchr(path, '/') || !target_path_exists(&split->env->target, path))
			continue;
		if (found)
			return two_readings(split, spec->colons[i], err);
		split->colon = spec->colons[i];
		found = true;
	}
	return 0;
}

static int parse_location(const struct split *split, struct resolution *res, struct err *err)
{
	const struct spec *spec = split->spec;
	int rc = location_parse(res->location_typed, spec->kind == SPEC_USDT, &res->location,
				err);

	if (rc < 0) {
		size_t base = split->colon + 1;

		err_at(err, &spec->origin,
		       spec_place_span(spec, base + err->at.from, base + err->at.to));
		return rc;
	}
	if (res->location.is_return && spec->kind != SPEC_ENTRY && spec->kind != SPEC_RETURN) {
		err_set(err, EINVAL, "%%return goes with p: or r:");
		return err_at(err, &spec->origin, spec->place.at);
	}
	return 0;
}

/* A run-time address names its file by itself, where TARGET does not. */
static int search_target(const struct resolve_env *env, const struct resolution *res,
			 struct target_search *ret, struct err *err)
{
	if (!*res->target_typed && res->location.kind == LOCATION_VADDR &&
	    target_search_at(&env->target, res->location.num, ret))
		return 0;
	return target_search(&env->target, res->target_typed, ret, err);
}

int resolve_place(const struct resolve_env *env, const struct spec *spec,
		  struct resolution *ret, struct err *err)
{
	CLEANUP(target_search_done) struct target_search search = { 0 };
	struct resolution res = { .spec = spec };
	struct split split = { .env = env, .spec = spec };
	size_t len = strlen(spec->place.s);
	int rc = find_colon(&split, err);

	if (rc < 0)
		return rc;
	res.target_typed = xstrndup(spec->place.s, split.colon);
	res.location_typed = xstrdup(spec->place.s + split.colon + 1);
	rc = parse_location(&split, &res, err);
	if (rc == 0) {
		rc = search_target(env, &res, &search, err);
		if (rc < 0)
			err_at(err, &spec->origin, spec_place_span(spec, 0, split.colon));
	}
	if (rc == 0) {
		bool in_target = false;

		rc = targets_resolve(env, &search, &res, &in_target, err);
		if (rc < 0)
			err_at(err, &spec->origin,
			       in_target ? spec_place_span(spec, 0, split.colon)
					 : spec_place_span(spec, split.colon + 1, len));
	}
	if (rc < 0) {
		resolution_done(&res);
		return rc;
	}
	*ret = res;
	return 0;
}

void resolution_done(struct resolution *res)
{
	for (size_t i = 0; i < res->n_defs; i++)
		definition_done(&res->defs[i]);
	free(res->defs);
	function_list_done(&res->functions);
	location_done(&res->location);
	target_list_done(&res->targets);
	free(res->target_typed);
	free(res->location_typed);
	*res = (struct resolution){ 0 };
}
