/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A table on a terminal that takes the place of the one before. What stood there before the
 * first, and what is said in between, stays.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Whether fd is a terminal that can be; its size, or 24 x 80 if it does not say. */
bool screen_size(int fd, size_t *ret_lines, size_t *ret_columns);
struct screen {
	size_t lines; /* of ours, right above the cursor */
};

/* Adds what puts the text in place of the last one, no line of it wider than that. */
void screen_paint(struct screen *s, struct buf *out, const char *text, size_t columns);
/* Something else is being written below: the next text goes behind that. */
void screen_leave(struct screen *s);
