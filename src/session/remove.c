/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "session/remove.h"
#include "tracefs/control.h"
#include "tracefs/registry.h"

int remover_begin(struct remover *r, struct tfs *tfs, struct statedir *dir, bool force,
		  struct err *err)
{
	*r = (struct remover){ .tfs = tfs, .dir = dir, .force = force, .probe_run = RUN_INIT };
	return instance_names(tfs, &r->instances, err);
}

void remover_end(struct remover *r)
{
	run_end(r->tfs, r->dir, &r->probe_run, NULL);
	root_names_free(r->instances);
	r->instances = NULL;
}

static const char *place_name(const char *instance)
{
	return instance ? instance : "the top level";
}

/*
 * Somebody's use of the event in an instance that is not ours: theirs to end. The top level
 * is where `enable` and `add -e` record, so there it is ours to switch off.
 */
static int check_use(struct remover *r, const char *instance, const char *group,
		     const char *event, struct err *err)
{
	enum enable_state state = control_state(r->tfs, instance, group, event);
	auto_free char *triggers = control_triggers(r->tfs, instance, group, event);
	bool in_use = instance && (state == ENABLE_ON || state == ENABLE_SOFT);

	if (r->force || (!in_use && (!triggers || !*triggers)))
		return 0;
	if (triggers && *triggers)
		err_set(err, EBUSY, "%s/%s has a trigger (%s): %.*s", group, event,
			place_name(instance), (int)strcspn(triggers, "\n"), triggers);
	else
		err_set(err, EBUSY, "%s/%s is enabled in the instance '%s', which is not ours",
			group, event, instance);
	return err_hint(err, "whoever made that may still need it; --force ends its use");
}

static int switch_off(struct remover *r, const char *instance, const char *group,
		      const char *event, struct err *err)
{
	auto_free char *triggers = control_triggers(r->tfs, instance, group, event);
	int rc = 0;

	if (triggers && *triggers)
		rc = control_clear_triggers(r->tfs, instance, group, event, err);
	if (rc == 0 && control_state(r->tfs, instance, group, event) == ENABLE_ON)
		rc = control_enable(r->tfs, instance, group, event, false, err);
	return rc;
}

/* Calls fn for the top level (NULL) and every instance, until one fails. */
static int everywhere(struct remover *r, const char *group, const char *event,
		      int (*fn)(struct remover *r, const char *instance, const char *group,
				const char *event, struct err *err),
		      struct err *err)
{
	int rc = fn(r, NULL, group, event, err);

	for (char **p = r->instances; rc == 0 && *p; p++)
		rc = fn(r, *p, group, event, err);
	return rc;
}

/* R2a: enabling in an instance of our own, not recording, fails with EINTR if perf holds it. */
static int check_perf(struct remover *r, const char *group, const char *event,
		      struct err *err)
{
	int rc = 0;

	if (!r->probe_run.name)
		rc = run_begin(r->dir, &r->probe_run, err);
	if (rc == 0 && !r->probe_run.has_instance) {
		rc = run_instance(r->tfs, &r->probe_run, err);
		if (rc == 0)
			rc = control_set(r->tfs, r->probe_run.name, "tracing_on", "0", err);
	}
	if (rc == 0)
		rc = control_enable(r->tfs, r->probe_run.name, group, event, true, err);
	if (rc == 0)
		rc = control_enable(r->tfs, r->probe_run.name, group, event, false, err);
	return rc;
}

/* EINVAL and the like from enabling mean only that nobody can hold the event. */
static int require_unheld(struct remover *r, const char *group, const char *event,
			  struct err *err)
{
	struct err held = ERR_INIT;
	int rc = check_perf(r, group, event, &held);

	if (rc != -EINTR && !(rc < 0 && !r->probe_run.has_instance))
		return 0;
	if (err)
		*err = held;
	return rc;
}

int remover_remove(struct remover *r, const char *group, const char *event,
		   size_t n_locations, struct err *err)
{
	int rc = everywhere(r, group, event, check_use, err);

	if (rc == 0)
		rc = everywhere(r, group, event, switch_off, err);
	if (rc == 0 && n_locations > 1)
		rc = require_unheld(r, group, event, err);
	return rc < 0 ? rc : registry_delete(r->tfs, group, event, err);
}
