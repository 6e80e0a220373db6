/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * All probes of one place in a file have the same reference counter, or none: the kernel
 * answers a second one with EINVAL, and says why in its log only (kernel-facts 1.1,
 * validate_ref_ctr_offset()).
 */

#include "base/err.h"
#include "probe/definition.h"
#include "resolve/resolve.h"

/* -EEXIST if a definition that exists, or that the plan has already, disagrees with `d`. */
int ref_ctr_check(const struct definition *d, const struct target *target,
		  const struct definition_list *existing, const struct plan *plan,
		  struct err *err);
