/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The ledger of kept probes: which of the kernel's uprobes are ours, what the user typed to
 * make them, and which inode they were made on (the kernel shows a path, but probes an
 * inode). A probe without a matching line is foreign, whatever its group.
 *
 * One line a location, fields between tabs: group/event, kind, path, offset, dev:inode,
 * build-id, time, true name, spec. Lines are written before the kernel is, so that a crash
 * in between leaves a line without a probe, never a probe without a line.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "probe/definition.h"
#include "session/statedir.h"

struct ledger_entry {
	char *group, *event;
	char kind; /* 'p' or 'r' */
	char *path;
	uint64_t offset;
	dev_t dev;
	ino_t ino;
	char *build_id; /* hex; "" if the file has none */
	int64_t time;   /* seconds since the epoch */
	char *name;     /* the file's true name, where path goes through /proc */
	char *spec;     /* as typed */
};

struct ledger {
	struct ledger_entry *entries;
	size_t n;
};

/* Reads the ledger; a missing one is empty, a line that is none of ours is dropped. */
int ledger_read(const struct statedir *dir, struct ledger *ret, struct err *err);
/* Replaces the file, atomically. The directory must be locked. */
int ledger_write(const struct statedir *dir, const struct ledger *ledger, struct err *err);
void ledger_done(struct ledger *ledger);

/* The line of a probe the kernel has, NULL if it is foreign. */
const struct ledger_entry *ledger_find(const struct ledger *ledger,
				       const struct definition *d);
/* Appends; the ledger owns what the entry owns. */
void ledger_add(struct ledger *ledger, struct ledger_entry *entry);
/* Forgets an event's lines. */
void ledger_drop(struct ledger *ledger, const char *group, const char *event);
/* Forgets the lines of probes the kernel no longer has (reboot, `trace-cmd reset`). */
void ledger_prune(struct ledger *ledger, const struct definition_list *kernel);
