/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A table of text: columns as wide as their widest cell, two blanks apart, no trailing
 * blanks. Cells are escaped when added (they may come from strangers). Width counts
 * characters, not bytes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct table_column {
	const char *title;
	bool right; /* numbers */
};

struct table;

/* `columns` is borrowed. */
struct table *table_new(const struct table_column *columns, size_t n);
void table_free(struct table *t);
/* Cells go row by row, column by column; NULL shows "-". */
void table_cell(struct table *t, const char *text);
void table_cellf(struct table *t, const char *fmt, ...) PRINTF_FMT(2, 3);
/* Adds the whole table to `b`; `header` false leaves out the titles. */
void table_format(const struct table *t, bool header, struct buf *b);
