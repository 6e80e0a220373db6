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
	else
		probes_find_events(p);
	return rc;
}

void probes_forget_events(struct probes *p)
{
	free(p->events);
	free(p->locations);
	p->events = NULL;
	p->locations = NULL;
	p->n_events = 0;
}

void probes_done(struct probes *p)
{
	probes_forget_events(p);
	definition_list_done(&p->defs);
	ledger_done(&p->ledger);
}

static int compare_names(const struct definition *x, const struct definition *y)
{
	int order = strcmp(x->group, y->group);

	return order ? order : strcmp(x->event, y->event);
}

static int by_event(const void *a, const void *b)
{
	const struct definition *x = *(const struct definition *const *)a;
	const struct definition *y = *(const struct definition *const *)b;
	int order = compare_names(x, y);

	return order ? order : (x > y) - (x < y);
}

static int by_first_location(const void *a, const void *b)
{
	const struct definition *x = ((const struct event_ref *)a)->locations[0];
	const struct definition *y = ((const struct event_ref *)b)->locations[0];

	return (x > y) - (x < y);
}

void probes_find_events(struct probes *p)
{
	const struct definition **v = xcalloc(p->defs.n + 1, sizeof(*v));
	struct event_ref *e = NULL;

	p->locations = v;
	for (size_t i = 0; i < p->defs.n; i++)
		v[i] = &p->defs.defs[i];
	qsort(v, p->defs.n, sizeof(*v), by_event);
	for (size_t i = 0; i < p->defs.n; i++) {
		if (i == 0 || compare_names(v[i - 1], v[i]) != 0) {
			p->events = xgrow(p->events, p->n_events, sizeof(*p->events));
			e = &p->events[p->n_events++];
			*e = (struct event_ref){ v[i]->group, v[i]->event, &v[i], 0, 0 };
		}
		e->n_locations++;
		e->n_ours += ledger_find(&p->ledger, v[i]) != NULL;
	}
	if (p->n_events)
		qsort(p->events, p->n_events, sizeof(*p->events), by_first_location);
}

/* Whether the pattern names the event at all, and whether by its group too. */
static bool names(const char *pattern, const struct event_ref *e, bool *ret_with_group)
{
	const char *slash = strchr(pattern, '/');
	auto_free char *group = slash ? xstrndup(pattern, slash - pattern) : NULL;

	*ret_with_group = slash != NULL;
	if (slash && !text_glob_match(group, e->group))
		return false;
	return text_glob_match(slash ? slash + 1 : pattern, e->event);
}

bool probes_have(const struct probes *p, const char *pattern)
{
	bool with_group;

	for (size_t i = 0; i < p->n_events; i++)
		if (names(pattern, &p->events[i], &with_group))
			return true;
	return false;
}

/* Nothing was named: why, and what is there. */
static int names_nothing(struct cli *cli, const struct probes *p, const char *pattern,
			 const struct event_ref *foreign)
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
	for (size_t i = 0; i < p->n_events; i++)
		text_nearest_offer(&near, p->events[i].event);
	for (unsigned i = 0; i < near.n; i++)
		err_detail(&cli->err, "%s", near.found[i]);
	return err_hint(&cli->err, "uprobe-ctl list shows those there are");
}

/* Events that were selected. */
struct selection {
	struct event_ref *refs;
	size_t n;
	bool *has; /* by their index */
};

static void take_event(struct selection *s, const struct probes *p, size_t i)
{
	if (!s->has[i])
		s->refs[s->n++] = p->events[i];
	s->has[i] = true;
}

static int select_pattern(struct cli *cli, const struct probes *p, const char *pattern,
			  enum probes_scope scope, struct selection *s)
{
	const struct event_ref *foreign = NULL;
	bool found = false;

	for (size_t i = 0; i < p->n_events; i++) {
		const struct event_ref *e = &p->events[i];
		bool with_group;

		if (!names(pattern, e, &with_group))
			continue;
		if (scope == PROBES_OURS && !with_group && !e->n_ours) {
			foreign = e;
			continue;
		}
		take_event(s, p, i);
		found = true;
	}
	return found ? 0 : names_nothing(cli, p, pattern, foreign);
}

int probes_select(struct cli *cli, const struct probes *p, const char *const *patterns,
		  size_t n, enum probes_scope scope, struct event_ref **ret, size_t *ret_n)
{
	auto_free bool *has = xcalloc(p->n_events + 1, sizeof(*has));
	auto_free struct event_ref *refs = xcalloc(p->n_events + 1, sizeof(*refs));
	struct selection s = { refs, 0, has };

	for (size_t i = 0; i < n; i++) {
		int rc = select_pattern(cli, p, patterns[i], scope, &s);

		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; n == 0 && i < p->n_events; i++)
		if (scope == PROBES_ANY || p->events[i].n_ours)
			take_event(&s, p, i);
	*ret = STEAL(refs);
	*ret_n = s.n;
	return 0;
}
