/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * `if FILTER`: the kernel's event filter (kernel-facts 5.4) over the arguments of a probe,
 * `comm`, `tid` and `cpu`. Checked against the definition before anything is written, since
 * an event whose filter the kernel refuses runs unfiltered (R15), and what it takes may
 * still not do what it says: it cuts a number to the field's width without a word.
 *
 *   FILTER = [!]FIELD OP VALUE | FILTER && FILTER | FILTER || FILTER | [!](FILTER)
 *   OP     = == != < <= > >= &   numbers         == != ~   strings
 *   VALUE  = number, 'c', true, false, NULL, EAGAIN, SIGTERM; a word or "text" or 'text'
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct definition;

/* A filter as the user wrote it. */
struct filter_expr;

/* `at` is the place of `text` in the origin, which must outlive the expression. */
int filter_parse(const char *text, const struct origin *origin, struct span at,
		 struct filter_expr **ret, struct err *err);
void filter_expr_free(struct filter_expr *e);
/* It is the conjunction of so many terms: A && (B || C) is two. */
size_t filter_n_terms(const struct filter_expr *e);
/* Whether every field of the term is one of the event's. */
bool filter_term_fits(const struct filter_expr *e, size_t term, const struct definition *d);
/* The field that the i-th test asks, and its place; NULL: there are not so many tests. */
const char *filter_field(const struct filter_expr *e, size_t i, struct span *ret_at);
/* The place of a term. */
struct span filter_term_at(const struct filter_expr *e, size_t term);

struct filter_token {
	size_t from; /* in `text` */
	struct span at;
};

/* For the kernel. */
struct filter {
	char *text;
	struct filter_token *tokens;
	size_t n_tokens;
};

/*
 * The terms for which `wanted` is true (NULL: all) as the kernel takes them for that event.
 * *ret is NULL if there are none. Errors point at the user's words.
 */
int filter_make(const struct filter_expr *e, const struct definition *d, const bool *wanted,
		struct filter **ret, struct err *err);
/* The user's words for a place in the text, which the kernel named. */
struct span filter_locate(const struct filter *f, struct span in_text);
void filter_free(struct filter *f);
