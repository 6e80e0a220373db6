/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A definition: one line of uprobe_events (or dynamic_events), as resolve/ makes it and as
 * the kernel lists it.
 *
 *   p:GROUP/EVENT PATH:0xOFFSET[(0xREF)] NAME=EXPR[:TYPE]...
 *
 * An event may have several definitions: same group/event, several locations.
 * Every token remembers the user's words it came from, so that the kernel's (line, byte)
 * of an error can be shown under them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct filter; /* filter.h */
struct show;   /* show.h */

/* Where a token of a definition comes from. */
struct source {
	struct span at; /* in the spec's text */
	bool generated; /* we made it: `at` is the LOCATION it was made for */
};

struct def_arg {
	char *name; /* owned, never NULL in a definition that is written */
	char *expr; /* with the kernel's spelling: %di, +0(%si) */
	char *type; /* without the ':'; NULL: none */
	struct source name_from, expr_from, type_from;
};

struct definition {
	char kind; /* 'p' or 'r' */
	char *group, *event;
	char *path; /* as the kernel is told, or lists it */
	uint64_t offset;
	uint64_t ref_ctr;
	bool has_ref_ctr;
	struct def_arg *args;
	size_t n_args;
	const struct origin *origin; /* borrowed; NULL: read back from the kernel */
	struct source group_from, event_from, path_from, offset_from, ref_ctr_from;
	/* For those we make, beside what the kernel is told; owned. */
	struct show *show;     /* how its fields are shown; NULL: as they are */
	struct filter *filter; /* NULL: none */
};

/*
 * Parses a line the kernel listed (no \n). Group and event are taken as they are: the
 * kernel's automatic names are not C identifiers. -EINVAL for what is not a p: or r: line
 * (dynamic_events also lists k:, e:, s: …: callers skip those).
 */
int definition_parse(const char *line, struct definition *ret, struct err *err);
/* Adds the line, without \n, to `b`: what is written to the kernel. */
void definition_format(const struct definition *d, struct buf *b);
/* Whether it is a location of that event. */
bool definition_is_of(const struct definition *d, const char *group, const char *event);
/* Whether one before the i-th is of the same event: what is done to events is done once. */
bool definition_is_repeated(const struct definition *defs, size_t i);
bool definition_equal(const struct definition *a, const struct definition *b);
/* Same kind, same argument names and types: may be locations of one event (5.4). */
bool definition_same_shape(const struct definition *a, const struct definition *b);
/*
 * Checks what the kernel would refuse whatever the file is: names, duplicate argument
 * names, an expression over 63 bytes, over 128 arguments, a path the kernel would split,
 * a line over 4095 bytes. The error points at the user's words.
 */
int definition_check(const struct definition *d, struct err *err);
/*
 * Whether a word of a definition may hold the byte: the kernel splits at blanks (0xa0 is one to
 * it), takes '#' for a comment, and knows no quoting (R7); control bytes would steer whoever
 * reads the list.
 */
bool definition_takes_byte(unsigned char c);
bool definition_takes_path(const char *path);
void definition_done(struct definition *d);

/* Appends a copy: what the argument points to stays the caller's. */
void definition_add_arg(struct definition *d, const struct def_arg *arg);
/* Appends an argument of ours (name.h), which stands for the LOCATION. `type` may be NULL. */
void definition_add_hidden(struct definition *d, const char *name, const char *expr,
			   const char *type);
/* Appends the constant that tells the locations of an event apart. */
void definition_add_id(struct definition *d, size_t id);
/* NULL: no argument is called so. */
const struct def_arg *definition_find_arg(const struct definition *d, const char *name);

/*
 * The user's words for byte `pos` of the formatted line. Where a token is the user's own
 * and the spelling is unchanged, the span starts at that very byte. Returns the source of
 * the token that holds the byte, past the end the last one; *ret_token names it ("event
 * name", "argument type", …; byte 0 is the "definition", which stands where its event's
 * name does).
 */
struct source definition_locate(const struct definition *d, size_t pos,
				const char **ret_token);

/* A line of the kernel's that we cannot read: somebody's, to be shown and left alone. */
struct opaque_line {
	char *text;
	size_t at; /* how many definitions stand before it */
};
/* Whether it seems to be a location of that event. */
bool opaque_line_is_of(const struct opaque_line *line, const char *group, const char *event);

struct definition_list {
	struct definition *defs;
	size_t n;
	struct opaque_line *opaque;
	size_t n_opaque;
};
/* Appends; the list owns what *d owned, *d is emptied. */
struct definition *definition_list_take(struct definition_list *list, struct definition *d);
/* Appends a line that is no definition. */
void definition_list_opaque(struct definition_list *list, const char *line);
void definition_list_done(struct definition_list *list);
