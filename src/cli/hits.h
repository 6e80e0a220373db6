/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* How often what is watched was hit, by the kernel's count: in all processes, before filters. */

#include "cli/watched.h"

struct hits {
	uint64_t entries;
	uint64_t returns; /* probes on returns, which the kernel counts as entries, too (R11) */
};

/* Of the run's own group, and of probes that were there before. */
struct hits hits_of(const struct watchset *set, const char *group);
