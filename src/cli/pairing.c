/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/pairing.h"
#include "elf/elffile.h"
#include "probe/abi.h"

bool pairing_wanted(const struct watchset *set)
{
	for (size_t i = 0; i < set->plan.n; i++)
		if (resolution_is_pair(&set->plan.res[i]))
			return true;
	return false;
}

void pairing_imply(struct cli *cli)
{
	for (size_t i = 0; i < cli->specs.n; i++)
		if (cli->specs.specs[i].kind == SPEC_PLAIN)
			cli->specs.specs[i].kind = SPEC_PAIR;
}

bool pairing_possible(const struct cli *cli)
{
	for (size_t i = 0; i < cli->specs.n; i++)
		if (spec_effective_kind(&cli->specs.specs[i]) == SPEC_PAIR)
			return true;
	return false;
}

/* What a call pushes: nothing where there is a link register. */
static int word_of(const struct resolution *res)
{
	int word = PAIRS_GUESS;

	for (size_t i = 0; i < res->functions.n; i++) {
		const struct elffile *elf = res->functions.functions[i].target->elf;
		const struct abi *abi = abi_find(elf->machine, elf->elf_class);
		int here = !abi ? PAIRS_GUESS : abi->link ? PAIRS_LINK : abi->word;

		if (i > 0 && here != word)
			return PAIRS_GUESS;
		word = here;
	}
	return word;
}

static const struct event_type *type_of(const struct watchset *set, const struct definition *d)
{
	const struct watched *w = watched_find(set, d);

	return w ? &w->type : NULL;
}

/* All functions of a spec share two events, or have two each (before Linux 5.4). */
static void add_pairs(const struct watchset *set, const struct resolution *res,
		      struct pairs *pairs)
{
	const struct event_type *before = NULL;

	for (size_t i = 0; i < res->functions.n; i++) {
		const struct event_type *entry = type_of(set, &res->defs[i]), *finish;

		finish = type_of(set, &res->defs[res->functions.n + i]);
		if (entry && finish && entry != before)
			pairs_add(pairs, entry, finish, word_of(res),
				  res->spec->filter.s != NULL);
		before = entry;
	}
}

void pairing_add(const struct watchset *set, struct pairs *pairs)
{
	for (size_t i = 0; i < set->plan.n; i++)
		if (resolution_is_pair(&set->plan.res[i]))
			add_pairs(set, &set->plan.res[i], pairs);
}
