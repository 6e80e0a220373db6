/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The probes that exist, whose they are, and those that the user's words name. */

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "probe/definition.h"
#include "session/ledger.h"

/* An event: all definitions of one group/event. What it points to is the probes'. */
struct event_ref {
	const char *group, *event;
	const struct definition **locations; /* in the kernel's order */
	size_t n_locations;
	size_t n_ours; /* of them: those with a line in the ledger */
};

struct probes {
	struct definition_list defs; /* in the kernel's order */
	struct ledger ledger;
	struct event_ref *events;    /* by their first locations, in the kernel's order */
	size_t n_events;
	const struct definition **locations; /* of all events, one behind the other */
};

/* Reads what the kernel has, and the ledger. cli_open() was called. */
int probes_load(struct cli *cli, struct probes *p);
/* A part of it: sorts the definitions, which must not change any more, into events. */
void probes_find_events(struct probes *p);
/* Frees what that has made. */
void probes_forget_events(struct probes *p);
void probes_done(struct probes *p);

/* What a bare EVENT, without its group, may name. */
enum probes_scope {
	PROBES_ANY,  /* anybody's: looking harms nobody */
	PROBES_OURS, /* ours; another's only with its group spelled out */
};

/* Whether the pattern [GROUP/]EVENT names any event, whosever it is. */
bool probes_have(const struct probes *p, const char *pattern);
/*
 * The events named by the patterns [GROUP/]EVENT, each once, pattern by pattern in the
 * kernel's order; all of the scope if there is no pattern. One that names nothing is an
 * error. Heap array.
 */
int probes_select(struct cli *cli, const struct probes *p, const char *const *patterns,
		  size_t n, enum probes_scope scope, struct event_ref **ret, size_t *ret_n);
