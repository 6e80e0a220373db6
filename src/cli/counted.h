/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The functions of a count as locations of events: one event for all that is counted
 * unfiltered, and one for each filter with the arguments it asks. A kernel whose events have
 * one location each (before 5.4) gets an event for each function.
 */

#include "analyze/counts.h"
#include "cli/cli.h"
#include "probe/event.h"
#include "resolve/resolve.h"
#include "session/watch.h"

struct counted_event {
	struct event_type type;   /* complete once it is watched */
	size_t first;             /* its first location: a counter and a definition */
	size_t id_field;          /* of __id among the fields; NO_FIELD: one location */
	const struct filter *filter; /* the plan's; NULL: none */
};

struct counted {
	struct definition_list defs; /* in the order of the counters */
	const struct filter **filters; /* of each; NULL: none */
	struct counts counts;
	struct counted_event *events;
	size_t n_events;
	bool fast_entry; /* set by the caller: behind endbr64 where that is proven the same */
	bool separate; /* set by the caller: events of one location each, without __id */
	size_t n_filters;
	size_t n_files, n_aliases;
	size_t n_fast; /* behind their endbr64 */
};

/*
 * Before the plan is made: what the specs' filters ask is recorded, whether or not the user
 * said so. Refuses what cannot be counted.
 */
int counted_prepare(struct cli *cli);
/* From the plan, which must outlive it. */
void counted_collect(struct counted *c, const struct plan *plan);
/*
 * Names the run. Its events' names hold it, too: uprobe_profile shows events without their
 * group.
 */
void counted_set_group(struct counted *c, const char *group);
/* Once its definitions are written. */
int counted_watch(struct counted *c, struct watch *watch, struct err *err);
/* The counter that an event belongs to: an index, which the caller checks. */
size_t counted_id(const struct event *e);
void counted_done(struct counted *c);
