/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Deleting events without harm. The kernel frees all but the last location of an enabled
 * event without disarming them (R2): a whole event is deleted at once, and only after it is
 * off everywhere. perf's hold on an event is invisible in `enable` (R2a): for events of more
 * than one location it is found out by enabling the event in an instance of our own.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "probe/definition.h"
#include "session/runs.h"
#include "session/statedir.h"
#include "tracefs/tfs.h"

struct remover {
	struct tfs *tfs;
	struct statedir *dir;
	char **instances; /* all but ours, NULL-terminated */
	struct run probe_run; /* for R2a, begun on first need */
	bool force; /* also what another instance has enabled, and its triggers */
};

int remover_begin(struct remover *r, struct tfs *tfs, struct statedir *dir, bool force,
		  struct err *err);
void remover_end(struct remover *r);
/*
 * Disables and deletes one event of `n_locations`. Refused with the holder's name: enabled
 * in somebody's instance or armed by a trigger (unless force), or owned by perf (always).
 */
int remover_remove(struct remover *r, const char *group, const char *event,
		   size_t n_locations, struct err *err);
