/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xalloc.h"
#include "resolve/ref-ctr.h"

static bool disagrees(const struct definition *a, const struct definition *b)
{
	uint64_t ref_a = a->has_ref_ctr ? a->ref_ctr : 0, ref_b = b->has_ref_ctr ? b->ref_ctr : 0;

	return a->offset == b->offset && ref_a != ref_b;
}

static bool is_on(const char *path, const struct target *target)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == target->elf->dev &&
	       st.st_ino == target->elf->ino;
}

static char *ref_ctr_of(const struct definition *d)
{
	return d->has_ref_ctr && d->ref_ctr ? xasprintf("(0x%" PRIx64 ")", d->ref_ctr)
					    : xstrdup("none");
}

static int refuse(const struct definition *d, const struct definition *other, bool exists,
		  struct err *err)
{
	auto_free char *mine = ref_ctr_of(d), *theirs = ref_ctr_of(other);

	err_set(err, EEXIST, "%s%s%s is at this very place with another reference counter: %s, "
			     "here %s", exists ? other->group : "", exists ? "/" : "",
		other->event, theirs, mine);
	return err_hint(err, "the kernel wants the same for all probes of a place: %s",
			exists ? "write that one, or remove the probe that is there"
			       : "write one of the two");
}

int ref_ctr_check(const struct definition *d, const struct target *target,
		  const struct definition_list *existing, const struct plan *plan,
		  struct err *err)
{
	for (size_t i = 0; existing && i < existing->n; i++)
		if (disagrees(&existing->defs[i], d) && is_on(existing->defs[i].path, target))
			return refuse(d, &existing->defs[i], true, err);
	for (size_t i = 0; i < plan->n; i++)
		for (size_t k = 0; k < plan->res[i].n_defs; k++) {
			const struct definition *other = &plan->res[i].defs[k];

			if (disagrees(other, d) && strcmp(other->path, d->path) == 0)
				return refuse(d, other, false, err);
		}
	return 0;
}
