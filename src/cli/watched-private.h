/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Between the parts of a watchset: those made of specs, and those that were there. */

#include "cli/watched.h"

/* An event to read, which is not among the set's yet. */
struct watched *watched_make(struct watchset *set, const char *group,
			     const char *shown_group, const char *event);
struct watched *watched_new(struct watchset *set, const char *group,
			    const char *shown_group, const char *event);
/* The event of the definition; NULL: not among them. */
struct watched *watched_find_event(struct watched *const *all, size_t n,
				   const struct definition *d);
/* Takes `file` and `symbol`. Locations may come in any order of their ids, which are small. */
void watched_add_location(struct watched *w, size_t id, char *file, char *symbol, char kind);
/* Once the fields are known: which one tells locations apart. */
void watched_find_id(struct watched *w);
/* The location of one of its events. */
size_t watched_location(const struct event *e);

/* Defines what the specs ask for and adds its events. */
int watchset_watch_specs(struct watchset *set, struct watch *watch);
