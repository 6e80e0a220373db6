/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Probes that exist, by name, and what they are to record: [GROUP/]EVENT... [if FILTER] */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "probe/definition.h"
#include "probe/filter.h"

struct named {
	char *text; /* as typed, its words joined by blanks; errors point into it */
	struct origin origin;
	char **names;
	size_t n_names;
	struct filter_expr *filter; /* NULL: none was given */
	bool lifts;                 /* "if none": the filter there is goes */
};

struct named_list {
	struct named **items; /* of which filters keep pointers */
	size_t n;
};

/*
 * Words without `if' are names. A word that is `if' makes what follows the filter of all of
 * them; a word that holds names, `if' and a filter stands for itself. The list keeps what
 * errors point into; it is to be done with also after a failure.
 */
int named_list_read(struct named_list *list, const char *const *words, size_t n,
		    struct err *err);
void named_list_done(struct named_list *list);
/* Whether the word is `if', or begins with it: 'if n > 3' is as good as if 'n > 3'. */
bool named_is_filter(const char *word);
/* Whether there is an `if' in the word, or it is one. */
bool named_has_filter(const char *word);
/* The filter as the event of that definition takes it; *ret is NULL if there is none. */
int named_filter(const struct named *named, const struct definition *d, struct filter **ret,
		 struct err *err);
