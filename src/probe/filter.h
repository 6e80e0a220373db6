/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A filter as the kernel's event filter has it (kernel/trace/trace_events_filter.c), checked
 * for what it silently takes wrong, or refuses without a word that helps: names of fields.
 * The rest of its grammar is left to the kernel, whose errors come back with their place.
 */

#include "base/err.h"
#include "probe/definition.h"

/*
 * Checks the names against the event's arguments and the kernel's own fields. On failure
 * *ret_at is the culprit's place in `text`.
 */
int filter_check(const char *text, const struct definition *d, struct span *ret_at,
		 struct err *err);
