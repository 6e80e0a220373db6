/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All cells stand one after the other in one buffer, NUL-terminated; a cell is an offset
 * into it. Widths are found when the table is formatted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "report/table.h"

struct table {
	const struct table_column *columns;
	size_t n_columns;
	struct buf text;
	size_t *cells; /* offsets into text */
	size_t n_cells;
};

struct table *table_new(const struct table_column *columns, size_t n)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->columns = columns;
	t->n_columns = n;
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	buf_done(&t->text);
	free(t->cells);
	free(t);
}

void table_cell(struct table *t, const char *text)
{
	t->cells = xgrow(t->cells, t->n_cells, sizeof(*t->cells));
	t->cells[t->n_cells++] = t->text.len;
	if (!text)
		text = "-";
	text_escape(&t->text, text, strlen(text), false);
	buf_addc(&t->text, '\0');
}

void table_cellf(struct table *t, const char *fmt, ...)
{
	auto_buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	table_cell(t, buf_str(&b));
}

static size_t width(const char *s)
{
	return text_columns(s, strlen(s));
}

static const char *cell(const struct table *t, size_t i)
{
	return t->text.p + t->cells[i];
}

static size_t *measure(const struct table *t, bool header)
{
	size_t *widths = xcalloc(t->n_columns, sizeof(*widths));

	for (size_t c = 0; header && c < t->n_columns; c++)
		widths[c] = width(t->columns[c].title);
	for (size_t i = 0, c = 0; i < t->n_cells;
	     i++, c = c + 1 < t->n_columns ? c + 1 : 0) {
		size_t here = width(cell(t, i));

		if (here > widths[c])
			widths[c] = here;
	}
	return widths;
}

/* Blanks are owed, and paid only before text: a line never ends in one. */
static void add_cell(struct buf *b, const char *text, size_t w, bool right, size_t *owed)
{
	size_t fill = w - width(text);

	if (*text) {
		buf_pad(b, ' ', b->len + *owed + (right ? fill : 0));
		buf_adds(b, text);
		*owed = 2 + (right ? 0 : fill);
	} else {
		*owed += w + 2;
	}
}

void table_format(const struct table *t, bool header, struct buf *b)
{
	auto_free size_t *widths = measure(t, header);
	size_t owed = 0;

	for (size_t c = 0; header && c < t->n_columns; c++)
		add_cell(b, t->columns[c].title, widths[c], t->columns[c].right, &owed);
	if (header)
		buf_addc(b, '\n');
	for (size_t i = 0, c = 0; i < t->n_cells; i++) {
		if (c == 0)
			owed = 0;
		add_cell(b, cell(t, i), widths[c], t->columns[c].right, &owed);
		if (++c < t->n_columns)
			continue;
		buf_addc(b, '\n');
		c = 0;
	}
}
