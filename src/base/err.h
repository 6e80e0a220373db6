/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What went wrong, composed where the facts are and printed in one place (cli/).
 *
 * A function that can fail for more than one reason takes a last argument
 * `struct err *err` (NULL allowed: the caller does not care) and returns -errno. What the
 * functions below return is negative also for a NULL err: -code, or -EINVAL where it is not
 * known, so `return err_at(…)` is always a failure.
 * struct err is a plain value of the caller's: nothing to release; long texts are cut.
 */

#include <errno.h>
#include <stdbool.h>

#include "base/attr.h"

/* Bytes [from, to) of what the user typed. */
struct span {
	unsigned from, to;
};

/*
 * A text somebody typed and where it stood. Borrowed pointers: whoever keeps an origin
 * keeps the text alive as long as the errors that point into it.
 */
struct origin {
	const char *text;
	const char *file; /* NULL: the command line */
	unsigned line;    /* in `file`, from 1 */
};

struct err {
	int code; /* an errno value; 0 while nothing went wrong */
	char msg[768];
	/* The user's words, set by err_at(): */
	const struct origin *origin; /* NULL: nothing to point at */
	struct span at;              /* empty span: show the line without a caret */
	/* Whole lines, each ending in \n: candidates, readings, a list. */
	char detail[4096];
	/* One line: the next thing to try. */
	char hint[512];
};

#define ERR_INIT { .code = 0 }

/* Sets code and message, clears the rest. Returns -code, so: return err_set(err, ENOENT, …). */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF_FMT(3, 4);
/* Points the error at the user's words. Keeps an earlier place. Returns -err->code. */
int err_at(struct err *err, const struct origin *origin, struct span at);
/* Sets the hint; an earlier one is kept. Returns -err->code. */
int err_hint(struct err *err, const char *fmt, ...) PRINTF_FMT(2, 3);
/* Adds one line of detail (the \n is added); past the end of the room, nothing. */
void err_detail(struct err *err, const char *fmt, ...) PRINTF_FMT(2, 3);
/* Puts "text: " before the message: what was being done, if the callee could not know. */
int err_prefix(struct err *err, const char *fmt, ...) PRINTF_FMT(2, 3);
/* Puts a text behind the message. */
int err_suffix(struct err *err, const char *fmt, ...) PRINTF_FMT(2, 3);
/* Forgets everything. */
void err_clear(struct err *err);
