/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analyze/counts.h"
#include "base/xalloc.h"

size_t counts_add(struct counts *c, const char *file, const char *symbol, uint64_t offset)
{
	c->counters = xgrow(c->counters, c->n, sizeof(*c->counters));
	c->counters[c->n] =
		(struct counter){ .file = file, .symbol = symbol, .offset = offset,
				  .probe_offset = offset };
	return c->n++;
}

void counts_tick(struct counts *c, double seconds)
{
	for (size_t i = 0; i < c->n; i++) {
		c->counters[i].delta = c->counters[i].total - c->counters[i].before;
		c->counters[i].before = c->counters[i].total;
	}
	c->seconds = seconds;
	c->elapsed += seconds;
}

static int by_hits(const void *a, const void *b, void *ctx)
{
	const struct counter *counters = ctx;
	const struct counter *x = &counters[*(const size_t *)a];
	const struct counter *y = &counters[*(const size_t *)b];
	int order;

	if (x->delta != y->delta)
		return x->delta < y->delta ? 1 : -1;
	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	order = strcmp(x->file, y->file);
	if (order)
		return order;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

size_t *counts_order(const struct counts *c, size_t top, bool zeros, size_t *ret_n)
{
	size_t *order = xcalloc(c->n, sizeof(*order));
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (zeros || c->counters[i].total)
			order[n++] = i;
	qsort_r(order, n, sizeof(*order), by_hits, c->counters);
	*ret_n = top && top < n ? top : n;
	return order;
}

size_t counts_hit(const struct counts *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->counters[i].total > 0;
	return n;
}

void counts_done(struct counts *c)
{
	free(c->counters);
	*c = (struct counts){ 0 };
}
