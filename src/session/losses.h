/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Records that were lost, by CPU. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "probe/event.h"

struct cpu_losses {
	int cpu;
	uint64_t lost;
};

struct losses {
	struct cpu_losses *cpus; /* those that lost something, ascending */
	size_t n;
	bool is_least; /* there were more, the kernel did not say how many */
};

#define LOSSES_INIT { NULL, 0, false }

void losses_done(struct losses *l);
#define auto_losses CLEANUP(losses_done) struct losses
void losses_add(struct losses *l, int cpu, uint64_t n);
/* What is known of that CPU. */
uint64_t losses_of(const struct losses *l, int cpu);
uint64_t losses_sum(const struct losses *l);
