/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The probes that exist, whose they are, and those that the user's words name. */

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "probe/definition.h"
#include "session/ledger.h"

struct probes {
	struct definition_list defs; /* in the kernel's order */
	struct ledger ledger;
};

/* Reads both. cli_open() was called. */
int probes_load(struct cli *cli, struct probes *p);
void probes_done(struct probes *p);

/* An event: all definitions of one group/event. */
struct event_ref {
	const char *group, *event; /* borrowed from the probes */
	size_t n_locations;
	bool is_ours; /* every location has its line in the ledger */
};

/* What a bare EVENT, without its group, may name. */
enum probes_scope {
	PROBES_ANY,  /* anybody's: looking harms nobody */
	PROBES_OURS, /* ours; another's only with its group spelled out */
};

/*
 * The events named by the patterns [GROUP/]EVENT, each once, in the kernel's order; all of
 * the scope if there is none. A pattern that names nothing is an error. Heap array.
 */
int probes_select(struct cli *cli, const struct probes *p, const char *const *patterns,
		  size_t n, enum probes_scope scope, struct event_ref **ret, size_t *ret_n);
/* Whether the definition belongs to the event. */
bool event_ref_has(const struct event_ref *ref, const struct definition *d);
