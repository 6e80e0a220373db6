/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * IFUNCs: a symbol whose function only chooses, once, which implementation its callers get. A
 * probe on it sees two calls where the program makes a thousand (elf-facts 4).
 */

#include "resolve/bindings.h"
#include "resolve/lookup.h"

/* What was asked already, for one file. Zero it; ifuncs_done() it. */
struct ifuncs {
	bool asked_own, asked_imported, asked_ours;
	struct bindings own, imported, ours;
	struct mapped mapped; /* by the processes that are asked */
};
void ifuncs_done(struct ifuncs *i);

/*
 * Adds what a probe on the IFUNC `s` means by the rules: the implementation that running
 * processes use, or every one that has a name. What cannot be found out is an error that
 * lists what is known; different answers are one too.
 */
int lookup_ifunc(const struct lookup *l, const struct symbol *s, struct function_list *ret,
		 struct err *err);
