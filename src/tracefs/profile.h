/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * uprobe_profile: a hit count per location, without group and offset. Joined with
 * uprobe_events by position; path and event name are checked, and both files are read again
 * when they disagree (somebody added or removed a probe in between).
 *
 * The count is of entries, also for r: probes, in all processes, before any filter (R11).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "probe/definition.h"
#include "tracefs/tfs.h"

struct profile {
	struct definition_list probes;
	uint64_t *hits; /* one per definition */
};

int profile_read(struct tfs *tfs, struct profile *ret, struct err *err);
void profile_done(struct profile *p);

/*
 * The hits of probes that no others share an event name with, in the order they were
 * defined in: their lines are known by path and event, and uprobe_events is not read.
 * -ESTALE: not all of them are there.
 */
int profile_read_hits(struct tfs *tfs, const struct definition *defs, size_t n, uint64_t *hits,
		      struct err *err);

/* One line of uprobe_profile, pointing into it. */
struct profile_line {
	const char *path, *event; /* not terminated */
	size_t path_len, event_len;
	uint64_t hits;
};
/* Parses one line of `len` bytes, without \n, from its right end. Pure. */
bool profile_parse_line(const char *line, size_t len, struct profile_line *ret);
