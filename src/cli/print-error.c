/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place that prints errors. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "report/json.h"

/* Columns a text takes on the screen once escaped. */
static size_t columns(const char *s, size_t len)
{
	auto_buf shown = BUF_INIT;

	text_escape(&shown, s, len, false);
	return text_columns(buf_str(&shown), shown.len);
}

/* No more of a text than this is shown, and not much more than this before the place. */
#define SHOWN_MAX 400
#define SHOWN_BEFORE 100
static const char dots[] = "...";

/* Where a text may be cut: not inside a character. */
static size_t cut_at(const char *text, size_t at)
{
	while (at && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static void show_place(const struct err *err, struct buf *b)
{
	const char *text = err->origin->text;
	size_t len = strlen(text), from = err->at.from, to = err->at.to, begin = 0, end;
	size_t width, lead;

	if (len > SHOWN_MAX && from > SHOWN_BEFORE && from <= len)
		begin = cut_at(text, from - SHOWN_BEFORE);
	end = len - begin > SHOWN_MAX ? cut_at(text, begin + SHOWN_MAX) : len;
	buf_addf(b, "  %s", begin ? dots : "");
	text_escape(b, text + begin, end - begin, false);
	buf_addf(b, "%s\n", end < len ? dots : "");
	if (from > end || from >= to)
		return;
	if (to > end)
		to = end;
	width = columns(text + from, to - from);
	lead = (begin ? strlen(dots) : 0) + columns(text + begin, from - begin);
	buf_pad(b, ' ', b->len + 2 + lead);
	buf_addc(b, '^');
	if (width > 1)
		buf_pad(b, '~', b->len + width - 1);
	buf_addc(b, '\n');
}

/* Details and hints: whole lines, indented. */
static void show_lines(const char *lines, struct buf *b)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		buf_adds(b, "  ");
		text_escape(b, lines, len, false);
		buf_addc(b, '\n');
		lines += len + (lines[len] == '\n');
	}
}

static void format_text(const struct err *err, struct buf *b)
{
	buf_adds(b, "uprobe-ctl: ");
	if (err->origin && err->origin->file) {
		text_escape(b, err->origin->file, strlen(err->origin->file), false);
		buf_addf(b, ":%u: ", err->origin->line);
	}
	text_escape(b, err->msg, strlen(err->msg), false);
	buf_addc(b, '\n');
	if (err->origin && err->origin->text && err->origin->text[strspn(err->origin->text, " \t")])
		show_place(err, b);
	show_lines(err->detail, b);
	show_lines(err->hint, b);
}

void cli_json_error(const struct err *err, struct json *j)
{
	json_object(j, "error");
	json_str(j, "message", err->msg);
	if (err->origin && err->origin->text) {
		json_str(j, "text", err->origin->text);
		json_array(j, "span");
		json_uint(j, NULL, err->at.from);
		json_uint(j, NULL, err->at.to);
		json_end_array(j);
	}
	if (err->origin && err->origin->file) {
		json_str(j, "file", err->origin->file);
		json_uint(j, "line", err->origin->line);
	}
	if (err->detail[0])
		json_str(j, "detail", err->detail);
	if (err->hint[0])
		json_str(j, "hint", err->hint);
	json_end_object(j);
}

static void format_json(const struct err *err, struct buf *b)
{
	struct json j = JSON_INIT(b);

	json_object(&j, NULL);
	cli_json_error(err, &j);
	json_end_object(&j);
	buf_addc(b, '\n');
}

void cli_print_error(const struct cli *cli, const struct err *err)
{
	auto_buf b = BUF_INIT;

	if (opt(&cli->opts, OPT_JSON))
		format_json(err, &b);
	else
		format_text(err, &b);
	fwrite(b.p, 1, b.len, stderr); /* at once, so that nothing comes in between */
}
