/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The spec language: what the user typed, split into its parts and nothing more. No file
 * is looked at here; resolve/ turns a spec into definitions.
 *
 *   [KIND[:[GROUP/]EVENT] ]TARGET:LOCATION [[NAME=]FETCHARG[:TYPE]]... [if FILTER]
 *   KIND:TARGET:LOCATION ...
 *   -:[GROUP/]EVENT
 *
 * One command-line argument, or one line of a file, is one spec. Blanks separate words; a
 * double quote at a word's start keeps the word together (\" and \\ inside). Everything
 * behind the word `if` is the filter, verbatim.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "probe/fetch.h"

enum spec_kind {
	SPEC_PLAIN,  /* no kind given: decided by the arguments (spec_effective_kind) */
	SPEC_ENTRY,  /* p, uprobe */
	SPEC_RETURN, /* r, uretprobe */
	SPEC_PAIR,   /* pr: both */
	SPEC_USDT,   /* u */
	SPEC_REMOVE, /* - */
};

/* A word, or a part of one, and where it stood. */
struct token {
	char *s; /* NULL: absent; owned */
	struct span at;
};

struct spec {
	struct origin origin; /* owned: the texts are the spec's */
	enum spec_kind kind;
	struct span kind_at;
	struct token group, event; /* either may be absent */
	/*
	 * TARGET:LOCATION, unquoted. colons[] holds the places of the ':' that could end
	 * TARGET, in order: every one, since a path and a C++ name may both contain them.
	 * Absent for SPEC_REMOVE.
	 */
	struct token place;
	size_t *colons;
	size_t n_colons;
	struct fetch_arg *args;
	size_t n_args;
	struct token filter; /* without the word `if` */
};

/*
 * Parses one spec. `origin` is copied. On failure *ret is untouched and err->origin is
 * *origin (the caller's, which must outlive the error).
 */
int spec_parse(const struct origin *origin, struct spec *ret, struct err *err);
/* A word as specs have it: in double quotes if it would be read otherwise without. */
void spec_format_word(const char *s, struct buf *b);
/* The canonical text; spec_parse() of it is equal to the spec. */
void spec_format(const struct spec *spec, struct buf *b);
bool spec_equal(const struct spec *a, const struct spec *b);
void spec_done(struct spec *spec);

/*
 * The kind with SPEC_PLAIN decided: `retval` makes it a return, `retval` beside an argN
 * a pair, else an entry.
 */
enum spec_kind spec_effective_kind(const struct spec *spec);

/*
 * The span in the user's text of bytes [from, to) of spec->place.s. Knows quoting and
 * escapes.
 */
struct span spec_place_span(const struct spec *spec, size_t from, size_t to);

struct spec_list {
	struct spec *specs;
	size_t n;
};
/* Parses one spec and appends it. */
int spec_list_add(struct spec_list *list, const struct origin *origin, struct err *err);
/*
 * Parses a whole file's text: one spec a line, `#` at a line's start or behind a blank
 * begins a comment, blank lines are skipped. Stops at the first bad line; what came
 * before it stays in the list. `where` receives the origin an error points into; it
 * borrows from `lines`, which the caller frees with free() after the error was shown.
 */
int spec_list_parse(struct spec_list *list, const char *text, const char *file,
		    struct origin *where, char **lines, struct err *err);
void spec_list_done(struct spec_list *list);
