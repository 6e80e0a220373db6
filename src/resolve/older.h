/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What older kernels lack: worked around where the meaning stays the same, else refused in
 * one sentence before anything is written (their own answer is a bare EINVAL).
 */

#include <stdbool.h>

#include "base/err.h"
#include "probe/features.h"
#include "probe/fetch.h"

/*
 * Whether the kernel is known to lack something: `flag` is a member of *f. Without a README
 * nothing is known, and the kernel itself is asked.
 */
static inline bool older_lacks(const struct features *f, bool flag)
{
	return f && f->readme && !flag;
}

/* x8..x64 and $comm came one release apart (4.9, 4.8); only the former is in README. */
static inline bool older_has_comm(const struct features *f)
{
	return !older_lacks(f, f && f->type_hex);
}

/* Refuses, or changes the type to one that means the same to this kernel. */
int older_type(const struct features *f, struct fetch_type *t, struct err *err);
/* Refuses a form this kernel has not; err->at is its place, the origin is the caller's. */
int older_expr(const struct features *f, const struct fetch *expr, struct span *ret_at,
	       struct err *err);
int older_ref_ctr(const struct features *f, struct err *err);
