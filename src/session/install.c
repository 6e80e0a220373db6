/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "session/install.h"
#include "tracefs/registry.h"

static bool named_before(const struct definition *defs, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(defs[k].group, defs[i].group) == 0 &&
		    strcmp(defs[k].event, defs[i].event) == 0)
			return true;
	return false;
}

void uninstall(struct tfs *tfs, const struct definition *defs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!named_before(defs, i))
			registry_delete(tfs, defs[i].group, defs[i].event, NULL);
}

int install(struct tfs *tfs, const struct definition *defs, size_t n, struct err *err)
{
	size_t done = 0;
	int rc = registry_write(tfs, defs, n, &done, err);

	if (rc < 0)
		uninstall(tfs, defs, done);
	return rc;
}
