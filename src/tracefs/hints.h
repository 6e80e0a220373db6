/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What to do about the kernel's texts in error_log. registry_write()'s own. */

#include <stddef.h>

#include "base/err.h"
#include "probe/definition.h"
#include "probe/features.h"

/*
 * Adds the hint for the kernel's `text` about byte `pos` of `line`, which is `d` formatted.
 * A text that is not known gets none.
 */
void hints_add(struct err *err, const char *text, const struct definition *d,
	       const char *line, size_t pos, const struct features *features);
