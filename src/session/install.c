/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/install.h"
#include "tracefs/registry.h"

void uninstall(struct tfs *tfs, const struct definition *defs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!definition_is_repeated(defs, i))
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
