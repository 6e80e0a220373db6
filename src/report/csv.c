/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "report/csv.h"

void csv_cell(struct buf *out, const char *s)
{
	if (!strpbrk(s, ",\"\r\n")) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '"');
	for (size_t n; *s; s += n) {
		n = *s == '"' ? 1 : strcspn(s, "\"");
		buf_add(out, s, n);
		if (*s == '"')
			buf_addc(out, '"');
	}
	buf_addc(out, '"');
}

void csv_text(struct buf *out, const char *s)
{
	auto_buf safe = BUF_INIT;

	text_escape(&safe, s, strlen(s), false);
	csv_cell(out, buf_str(&safe));
}
