/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A terminal that is repainted, as top(1) does. */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Whether fd is a terminal that can be; its size, or 24 x 80 if it does not say. */
bool screen_size(int fd, size_t *ret_lines, size_t *ret_columns);
/* Adds what puts the text in place of all there was, no line of it wider than that. */
void screen_paint(struct buf *out, const char *text, size_t columns);
