/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the parts of the fetch argument parser share; nobody else includes it. */

#include "probe/fetch.h"

/* One word being parsed: [p, end) of it is still to come. */
struct fetch_parser {
	const char *word, *p, *end;
	const struct origin *origin;
	unsigned base; /* place of the word in the user's text */
	unsigned depth;
	struct err *err;
};

/* The place of [from, to) of the word in the user's text. */
struct span fetch_span(const struct fetch_parser *p, const char *from, const char *to);
/* Points err, which must be set, at [from, to); returns it. */
int fetch_fail(const struct fetch_parser *p, const char *from, const char *to);
/* Sets the error: the kernel's sentence, behind a plainer one if there is one. */
int fetch_say(struct err *err, const char *kernel);
/* Everything up to p->end. NULL: p->err says why. */
struct fetch *fetch_parse_all(struct fetch_parser *p);
/* [s, end) as a type. */
int fetch_type_parse(struct fetch_parser *p, const char *s, const char *end,
		     struct fetch_type *ret);
