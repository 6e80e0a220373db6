/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols by the name people write for them. Two passes: names that do not hold the last
 * word of what was typed are not demangled, unless nothing is found that way (std::string's
 * constructor is spelled Ss: elf-facts 2.6).
 */
#include <string.h>

#include "base/xalloc.h"
#include "elf/demangle.h"
#include "elf/private.h"

struct found {
	const struct symbol **list;
	size_t n;
	enum typed_match best;
};

static void offer(struct found *found, const struct symbol *s, enum typed_match match)
{
	if (match == TYPED_NO || match < found->best)
		return;
	if (match > found->best)
		found->n = 0;
	found->best = match;
	found->list = xgrow(found->list, found->n, sizeof(*found->list));
	found->list[found->n++] = s;
}

static void collect(const struct typed_name *t, const struct symbol *all, size_t n,
		    bool use_needle, struct found *found)
{
	for (size_t i = 0; i < n; i++) {
		enum typed_match match = typed_name_match(t, all[i].name, use_needle);

		/* .cold is no function, the others are called like one. */
		if (match == TYPED_CLONE && strstr(all[i].name, ".cold"))
			continue;
		offer(found, &all[i], match);
	}
}

int symtab_find_typed(struct elffile *f, const char *typed, bool is_glob,
		      const struct symbol ***ret, size_t *ret_n, struct err *err)
{
	CLEANUP(typed_name_done) struct typed_name t = { 0 };
	struct found found = { .best = TYPED_NO };
	const struct symbol *all;
	size_t n;
	int rc = symtab_all(f, &all, &n, err);

	if (rc < 0)
		return rc;
	typed_name_init(&t, typed, is_glob);
	if (*t.text)
		collect(&t, all, n, true, &found);
	if (*t.text && !found.n && t.needle)
		collect(&t, all, n, false, &found);
	*ret = found.list;
	*ret_n = found.n;
	return 0;
}
