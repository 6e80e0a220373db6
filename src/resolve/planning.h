/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Between the parts of plan_make(): the definitions, and the names of their events. */

#include "resolve/resolve.h"

struct planning {
	const struct resolve_env *env;
	struct plan *plan; /* what is resolved so far */
};

/*
 * Whether the functions of a resolution get an event each: before Linux 5.4 an event has one
 * location, and no constant that would tell several apart.
 */
bool plan_is_separate(const struct planning *p, const struct resolution *res);
/* Whether the names that a spec gives are names. */
int plan_check_names(const struct spec *spec, struct err *err);
/* Names the events of the resolution's definitions. */
int plan_name_events(const struct planning *p, struct resolution *res, struct err *err);
