/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/hits.h"
#include "tracefs/profile.h"

static bool is_watched(const struct watchset *set, const char *group,
		       const struct definition *d)
{
	return strcmp(d->group, group) == 0 || watched_find(set, d);
}

struct hits hits_of(const struct watchset *set, const char *group)
{
	struct hits hits = { 0, 0 };
	struct profile p = { 0 };

	if (profile_read(&set->cli->tfs, &p, NULL) < 0)
		return hits;
	for (size_t i = 0; i < p.probes.n; i++)
		if (is_watched(set, group, &p.probes.defs[i]))
			*(p.probes.defs[i].kind == 'r' ? &hits.returns : &hits.entries) +=
				p.hits[i];
	profile_done(&p);
	return hits;
}
