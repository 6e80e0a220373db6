/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Which functions of a resolution may be counted behind their endbr64 (elf/fast-entry.h). */

#include <stdbool.h>

#include "elf/fast-entry.h"
#include "resolve/resolve.h"

/* One for each of res->functions; heap. */
bool *fast_entries(const struct resolution *res);
