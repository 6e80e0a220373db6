/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of a function that the compiler made under names of its own (elf-facts 2.5): with
 * arguments dropped or fixed, only a part of it, or only renamed by link-time optimisation.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/lookup.h"

static const char *const suffixes[] = {
	".constprop.", ".isra.", ".part.", ".lto_priv.", ".llvm.", ".__uniq.",
};

bool function_is_clone(const char *name, const char *of)
{
	size_t len = strlen(of);

	if (strncmp(name, of, len) != 0 || name[len] != '.' || strstr(name, ".cold"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (strncmp(name + len, suffixes[i], strlen(suffixes[i])) == 0)
			return true;
	return false;
}

int lookup_clones(const struct lookup *l, const struct symbol ***ret, size_t *ret_n,
		  struct err *err)
{
	const struct symbol **found = NULL, *all;
	size_t n_all, n = 0;
	int rc = symtab_all(l->target->elf, &all, &n_all, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n_all; i++) {
		if (!all[i].is_code || all[i].is_thumb ||
		    !function_is_clone(all[i].name, l->loc->name))
			continue;
		found = xgrow(found, n, sizeof(*found));
		found[n++] = &all[i];
	}
	*ret = found;
	*ret_n = n;
	return 0;
}
