/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* `if FILTER` of a spec, for each of its events. */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "probe/definition.h"
#include "probe/spec.h"

/*
 * Sets defs[].filter: of a pair first the entries', then the returns'. Of a watched pair a
 * definition may have none although the spec has a filter, or not all of it: then only calls
 * of which both ends came are what the user asked for.
 */
int filters_make(const struct spec *spec, bool watching, struct definition *defs, size_t n,
		 struct err *err);
