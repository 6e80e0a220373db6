/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "session/losses.h"

void losses_done(struct losses *l)
{
	free(l->cpus);
	*l = (struct losses)LOSSES_INIT;
}

void losses_add(struct losses *l, int cpu, uint64_t n)
{
	size_t i = 0;

	if (!n)
		return;
	while (i < l->n && l->cpus[i].cpu < cpu)
		i++;
	if (i == l->n || l->cpus[i].cpu != cpu) {
		l->cpus = xgrow(l->cpus, l->n, sizeof(*l->cpus));
		memmove(l->cpus + i + 1, l->cpus + i, (l->n++ - i) * sizeof(*l->cpus));
		l->cpus[i] = (struct cpu_losses){ .cpu = cpu };
	}
	l->cpus[i].lost += n;
}

uint64_t losses_of(const struct losses *l, int cpu)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->cpus[i].cpu == cpu)
			return l->cpus[i].lost;
	return 0;
}

uint64_t losses_sum(const struct losses *l)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < l->n; i++)
		sum += l->cpus[i].lost;
	return sum;
}
