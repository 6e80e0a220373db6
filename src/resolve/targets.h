/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The functions of a place in all the files that its TARGET means. */

#include "resolve/resolve.h"

/*
 * Opens the candidates one after the other and finds the place in each; fills res->targets
 * and res->functions. Of a pattern's files those without the function are left out. *ret_in_target:
 * an error is about a file, not about the place in it.
 */
int targets_resolve(const struct resolve_env *env, const struct target_search *search,
		    struct resolution *res, bool *ret_in_target, struct err *err);
