/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/probes.h"
#include "tracefs/registry.h"

int probes_load(struct cli *cli, struct probes *p)
{
	int rc;

	*p = (struct probes){ 0 };
	rc = registry_read(&cli->tfs, &p->defs, &cli->err);
	if (rc == 0)
		rc = ledger_read(&cli->state, &p->ledger, &cli->err);
	if (rc < 0)
		probes_done(p);
	return rc;
}

void probes_done(struct probes *p)
{
	definition_list_done(&p->defs);
	ledger_done(&p->ledger);
}

bool event_ref_has(const struct event_ref *ref, const struct definition *d)
{
	return strcmp(ref->group, d->group) == 0 && strcmp(ref->event, d->event) == 0;
}

static struct event_ref *add_event(struct event_ref *refs, size_t *n, const struct probes *p,
				   const struct definition *d)
{
	struct event_ref ref = { .group = d->group, .event = d->event, .is_ours = true };

	for (size_t i = 0; i < *n; i++)
		if (event_ref_has(&refs[i], d))
			return refs;
	for (size_t i = 0; i < p->defs.n; i++) {
		if (!event_ref_has(&ref, &p->defs.defs[i]))
			continue;
		ref.n_locations++;
		ref.is_ours = ref.is_ours && ledger_find(&p->ledger, &p->defs.defs[i]);
	}
	refs = xgrow(refs, *n, sizeof(*refs));
	refs[(*n)++] = ref;
	return refs;
}

/* Whether the pattern names the probe at all, and whether by its group too. */
static bool names(const char *pattern, const struct definition *d, bool *ret_with_group)
{
	const char *slash = strchr(pattern, '/');
	auto_free char *group = slash ? xstrndup(pattern, slash - pattern) : NULL;

	*ret_with_group = slash != NULL;
	if (slash && !text_glob_match(group, d->group))
		return false;
	return text_glob_match(slash ? slash + 1 : pattern, d->event);
}

/* Nothing was named: why, and what is there. */
static int names_nothing(struct cli *cli, const struct probes *p, const char *pattern,
			 const struct definition *foreign)
{
	struct text_nearest near = { .word = pattern, .max = 3 };

	if (!*pattern) {
		err_set(&cli->err, ENOENT, "an empty word names no probe");
		return err_hint(&cli->err, "is a variable of the shell not set?");
	}
	if (foreign) {
		err_set(&cli->err, ENOENT, "'%s' is not one of our probes; %s/%s is somebody "
					   "else's", pattern, foreign->group, foreign->event);
		return err_hint(&cli->err, "if you mean that one, name its group: %s/%s",
				foreign->group, foreign->event);
	}
	err_set(&cli->err, ENOENT, "there is no probe '%s'", pattern);
	for (size_t i = 0; i < p->defs.n; i++)
		text_nearest_offer(&near, p->defs.defs[i].event);
	for (unsigned i = 0; i < near.n; i++)
		err_detail(&cli->err, "%s", near.found[i]);
	return err_hint(&cli->err, "uprobe-ctl list shows those there are");
}

static int select_pattern(struct cli *cli, const struct probes *p, const char *pattern,
			  enum probes_scope scope, struct event_ref **refs, size_t *n)
{
	const struct definition *foreign = NULL;
	bool found = false;

	for (size_t i = 0; i < p->defs.n; i++) {
		const struct definition *d = &p->defs.defs[i];
		bool with_group;

		if (!names(pattern, d, &with_group))
			continue;
		if (scope == PROBES_OURS && !with_group && !ledger_find(&p->ledger, d)) {
			foreign = d;
			continue;
		}
		*refs = add_event(*refs, n, p, d);
		found = true;
	}
	return found ? 0 : names_nothing(cli, p, pattern, foreign);
}

int probes_select(struct cli *cli, const struct probes *p, const char *const *patterns,
		  size_t n, enum probes_scope scope, struct event_ref **ret, size_t *ret_n)
{
	struct event_ref *refs = NULL;
	size_t n_refs = 0;

	for (size_t i = 0; i < n; i++) {
		int rc = select_pattern(cli, p, patterns[i], scope, &refs, &n_refs);

		if (rc < 0) {
			free(refs);
			return rc;
		}
	}
	for (size_t i = 0; n == 0 && i < p->defs.n; i++)
		if (scope == PROBES_ANY || ledger_find(&p->ledger, &p->defs.defs[i]))
			refs = add_event(refs, &n_refs, p, &p->defs.defs[i]);
	*ret = refs;
	*ret_n = n_refs;
	return 0;
}
