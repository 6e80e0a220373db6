/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the parts of the spec parser share; nobody else includes it. */

#include "base/attr.h"
#include "probe/spec.h"

struct spec_parser {
	const struct origin *origin;
	const char *next; /* in origin->text */
	struct spec *spec;
	struct err *err;
};

/* A word without its quotes. */
struct word {
	char *s; /* owned; NULL: there was none */
	struct span at; /* of the content: inside the quotes */
	bool quoted;
};

bool spec_is_blank(char c);
/* Points the error, which must be set, at the user's words. Always a failure. */
int spec_blame(struct spec_parser *p, unsigned from, unsigned to);
/* The next word; ret->s is NULL at the end. */
int spec_read_word(struct spec_parser *p, struct word *ret);
void spec_word_done(struct word *w);
#define auto_word CLEANUP(spec_word_done) struct word
/* Where byte `n` of a word stands in the text. */
unsigned spec_word_pos(const struct spec_parser *p, const struct word *w, size_t n);
/* Parses a word as a fetch argument, with places in the user's text. */
int spec_parse_fetch(struct spec_parser *p, const struct word *w, struct fetch_arg *ret);
