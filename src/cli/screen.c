/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/screen.h"

bool screen_size(int fd, size_t *ret_lines, size_t *ret_columns)
{
	const char *term = getenv("TERM");
	struct winsize size = { 0 };

	if (!isatty(fd) || !term || strcmp(term, "dumb") == 0)
		return false;
	ioctl(fd, TIOCGWINSZ, &size);
	*ret_lines = size.ws_row ? size.ws_row : 24;
	*ret_columns = size.ws_col ? size.ws_col : 80;
	return true;
}

/* How much of the line has room. */
static size_t fitting(const char *line, size_t len, size_t columns)
{
	size_t fits = 0;

	if (text_columns(line, len) <= columns)
		return len;
	while (fits < len) {
		size_t n = text_utf8(line + fits, len - fits);

		n = n ? n : 1;
		if (text_columns(line, fits + n) > columns)
			break;
		fits += n;
	}
	return fits;
}

void screen_paint(struct screen *s, struct buf *out, const char *text, size_t columns)
{
	if (s->lines)
		buf_addf(out, "\033[%zuA\r\033[J", s->lines);
	for (s->lines = 0; *text; s->lines++) {
		size_t len = strcspn(text, "\n");

		buf_add(out, text, fitting(text, len, columns));
		buf_addc(out, '\n');
		text += len + (text[len] == '\n');
	}
}

void screen_leave(struct screen *s)
{
	s->lines = 0;
}
