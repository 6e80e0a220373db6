/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Which events of a run are recorded as one. Each event that is switched off costs the
 * kernel a grace period, a further location of one next to nothing (kernel-facts R1). So
 * what can be recorded alike becomes locations of one event, told apart by its constant
 * __id; what a location's fields are called, and which part of a number is meant, only the
 * plan knows.
 *
 * Alike are events of one kind (entry, return), without filters, whose arguments agree one
 * by one: words (registers, the stack, constants, what is returned) whatever their types, memory of
 * the same size, strings, arrays of one type. Memory is never read wider than was asked for:
 * what lies behind it may not be there.
 */

#include "probe/event.h"
#include "resolve/resolve.h"

#define SHARING_ALONE SIZE_MAX

struct sharing {
	struct definition *defs; /* to write: the i-th is in place of the plan's i-th */
	size_t *ids;             /* its __id in a shared event; SHARING_ALONE: as planned */
	size_t n;
};

/* `may`: else every event stays what it is in the plan. The plan must outlive it. */
void sharing_make(const struct plan *plan, bool may, struct sharing *ret);
void sharing_done(struct sharing *s);

/* Kind and bits of the number that an argument means; a field of anything else stays. */
void sharing_describe(const struct def_arg *arg, struct field *field);
