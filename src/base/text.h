/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Text from strangers (files, other processes, the kernel), and words people mistype. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"

/*
 * Adds `len` bytes so that a terminal shows them and nothing else happens: control bytes,
 * \, ", and bytes that are not valid UTF-8 (also C1 controls and bidi overrides) come as
 * C escapes (\n, \t, \", \\, \x1b). `quote` 0 leaves \ and " alone.
 */
void text_escape(struct buf *b, const char *s, size_t len, bool quote);
/* buf_addf(), escaped so: part of one line, whatever names of strangers are in it. */
void text_addf(struct buf *b, const char *fmt, ...) PRINTF_FMT(2, 3);
void text_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_FMT(2, 0);
/* The length of the valid, printable UTF-8 sequence at s (1-4), or 0 if there is none. */
size_t text_utf8(const char *s, size_t len);

/* The text as one word of a shell's command line. Heap. */
char *text_shell_word(const char *s);

/* Columns that escaped text takes on a terminal: CJK and emoji take two, accents none. */
size_t text_columns(const char *s, size_t len);

static inline bool text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
bool text_ends(const char *s, const char *suffix);
/* What stands behind the path's last '/'. */
const char *text_base_name(const char *path);
/* Whether two strings are the same; NULL is the same as NULL only. */
bool text_equal(const char *a, const char *b);
/* Whether the string holds one of * ? [ . */
bool text_is_glob(const char *s);
/* fnmatch(3) without flags: '*' also crosses '/' and '.'. */
bool text_glob_match(const char *glob, const char *s);

/* Edit distance (insert, delete, replace, swap), at most `limit` + 1. */
unsigned text_distance(const char *a, const char *b, unsigned limit);

/*
 * Keeps the `max` candidates nearest to a word, nearest first: for "did you mean". Zero
 * it, set word and max (≤ TEXT_NEAREST_MAX), offer each name; found[] borrows them.
 */
#define TEXT_NEAREST_MAX 8
struct text_nearest {
	const char *word;
	unsigned max;
	unsigned n;
	const char *found[TEXT_NEAREST_MAX];
	unsigned distance[TEXT_NEAREST_MAX];
};
void text_nearest_offer(struct text_nearest *t, const char *name);
/* The same for a name that people write as `text`. */
void text_nearest_offer_as(struct text_nearest *t, const char *text, const char *name);
