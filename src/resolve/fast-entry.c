/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/xalloc.h"
#include "resolve/fast-entry.h"

static struct fast_entry entry_of(const struct function *f)
{
	bool known = f->is_entry && f->symbol && f->symbol->offset == f->offset;

	return (struct fast_entry){ .offset = f->offset, .size = known ? f->symbol->size : 0 };
}

bool *fast_entries(const struct resolution *res)
{
	const struct function_list *list = &res->functions;
	auto_free struct fast_entry *entries = xcalloc(list->n + 1, sizeof(*entries));
	bool *ret = xcalloc(list->n + 1, sizeof(*ret));

	for (size_t t = 0; t < res->targets.n; t++) {
		const struct target *target = &res->targets.targets[t];
		size_t n = 0;

		for (size_t i = 0; i < list->n; i++)
			if (list->functions[i].target == target)
				entries[n++] = entry_of(&list->functions[i]);
		fast_entry_prove(target->elf, entries, n);
		n = 0;
		for (size_t i = 0; i < list->n; i++)
			if (list->functions[i].target == target)
				ret[i] = entries[n++].proven;
	}
	return ret;
}
