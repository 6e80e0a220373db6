/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries as tracing_err_log_seq_show() prints them:
 *
 *   [%5llu.%06u] <location>: error: <text>\n
 *     Command: <command>\n
 *              ^\n
 *
 * Before 5.18 command and caret came from a 256-byte buffer and a u8: a command that filled
 * the buffer lost its end and its newline, and the caret's place is known modulo 256 only.
 *
 * Everybody's errors are here, with whatever bytes they wrote.
 */
#include <ctype.h>
#include <string.h>

#include "base/xalloc.h"
#include "tracefs/errorlog.h"

#define COMMAND "  Command: "
#define MARGIN (sizeof(COMMAND) - 1)
#define OLD_MAX (255 - 1 - MARGIN) /* MAX_FILTER_STR_VAL less NUL, "\n" and the margin */

static size_t line_length(const char *s)
{
	return strcspn(s, "\n");
}

static const char *next_line(const char *s)
{
	s += line_length(s);
	return *s ? s + 1 : s;
}

/* The text behind ": error: " of an entry's first line, or NULL. */
static const char *header_text(const char *line)
{
	size_t len = line_length(line);
	const char *p = line, *text;

	if (*p++ != '[')
		return NULL;
	p += strspn(p, " ");
	if (!isdigit((unsigned char)*p))
		return NULL;
	p += strspn(p, "0123456789");
	if (*p++ != '.')
		return NULL;
	p += strspn(p, "0123456789");
	if (p[0] != ']' || p[1] != ' ')
		return NULL;
	text = memmem(p, line + len - p, ": error: ", 9);
	return text ? text + 9 : NULL;
}

/* Whether the line is blanks and a caret; *ret_blanks counts them. */
static bool is_caret_line(const char *line, size_t len, size_t *ret_blanks)
{
	*ret_blanks = strspn(line, " ");
	return *ret_blanks >= MARGIN && *ret_blanks + 1 == len && line[*ret_blanks] == '^';
}

/* Command and caret are the lines from `body` to `end`, the next entry. */
static bool parse_body(const char *body, const char *end, struct errorlog_entry *e)
{
	const char *last = end;
	size_t blanks;

	if (end - body <= (ptrdiff_t)MARGIN || memcmp(body, COMMAND, MARGIN) != 0)
		return false;
	if (last[-1] == '\n')
		last--;
	e->command = body + MARGIN;
	end = last;
	while (last > body && last[-1] != '\n')
		last--;
	if (last > body && is_caret_line(last, end - last, &blanks)) {
		e->command_len = last - 1 - e->command;
		e->caret = blanks - MARGIN;
		e->is_cut = false;
		return true;
	}
	if ((size_t)(end - e->command) <= OLD_MAX ||
	    !is_caret_line(e->command + OLD_MAX, end - e->command - OLD_MAX, &blanks))
		return false;
	e->command_len = OLD_MAX;
	e->caret = blanks - MARGIN;
	e->is_cut = true;
	return true;
}

bool errorlog_next(const char **at, struct errorlog_entry *ret)
{
	while (**at) {
		const char *start = *at, *text = header_text(start);
		const char *body = next_line(start), *end = body;

		if (text) {
			while (*end && !header_text(end))
				end = next_line(end);
			ret->start = start;
			ret->len = end - start;
			ret->text = text;
			ret->text_len = line_length(text);
		}
		*at = end;
		if (text && parse_body(body, end, ret))
			return true;
	}
	return false;
}

/* As trace_parse_run_command() and argv_split() take a line apart: no comment, one blank. */
static char *normalise(const char *command)
{
	static const char blanks[] = " \t\n\v\f\r\xa0";
	auto_buf b = BUF_INIT;
	size_t end = strcspn(command, "#"), len;

	for (const char *p = command; p < command + end; p += len) {
		p += strspn(p, blanks);
		len = strcspn(p, blanks);
		if (p + len > command + end)
			len = p < command + end ? command + end - p : 0;
		if (!len)
			break;
		if (b.len)
			buf_addc(&b, ' ');
		buf_add(&b, p, len);
	}
	return buf_steal(&b);
}

static bool is_command(const struct errorlog_entry *e, const char *command)
{
	size_t len = strlen(command);

	return (e->is_cut ? len >= e->command_len : len == e->command_len) &&
	       memcmp(e->command, command, e->command_len) == 0;
}

static bool matches(const struct errorlog_entry *e, const char *command)
{
	auto_free char *normal = NULL;

	if (is_command(e, command)) /* a filter is shown as it was written */
		return true;
	normal = normalise(command);
	return is_command(e, normal);
}

void errorlog_mark(struct tfs *tfs, const char *instance, struct errorlog_mark *mark)
{
	auto_buf b = BUF_INIT;

	mark->before = NULL;
	if (root_read(&tfs->root, &b, "%s%s/error_log", instance ? "instances/" : "",
		      instance ? instance : "") == 0)
		mark->before = buf_steal(&b);
}

void errorlog_mark_done(struct errorlog_mark *mark)
{
	free(mark->before);
	mark->before = NULL;
}

/* Where the entries begin that `before` did not have yet. */
static const char *news(const char *before, const char *now)
{
	struct errorlog_entry e, last = { .start = NULL };
	const char *at = before, *from = now;

	while (errorlog_next(&at, &e))
		last = e;
	if (!last.start)
		return now;
	/* Not there any more: pushed out by eight newer ones, or the log was cleared. */
	for (at = now; errorlog_next(&at, &e);)
		if (e.len == last.len && memcmp(e.start, last.start, e.len) == 0)
			from = at;
	return from;
}

bool errorlog_find_any(struct tfs *tfs, const char *instance,
		       const struct errorlog_mark *mark, const char *const *commands, size_t n,
		       size_t *ret_index, char **ret_text, size_t *ret_pos)
{
	struct errorlog_mark now;
	struct errorlog_entry e, found = { .start = NULL };
	const char *at;

	if (!mark->before)
		return false;
	errorlog_mark(tfs, instance, &now);
	if (!now.before)
		return false;
	for (at = news(mark->before, now.before); errorlog_next(&at, &e);)
		for (size_t i = 0; i < n; i++)
			if (matches(&e, commands[i])) {
				found = e;
				*ret_index = i;
				break;
			}
	if (found.start) {
		*ret_text = xstrndup(found.text, found.text_len);
		*ret_pos = found.caret;
		if (found.is_cut && strlen(commands[*ret_index]) > 255)
			*ret_pos = ERRORLOG_NO_POS;
	}
	errorlog_mark_done(&now);
	return found.start != NULL;
}

bool errorlog_find(struct tfs *tfs, const char *instance, const struct errorlog_mark *mark,
		   const char *command, char **ret_text, size_t *ret_pos)
{
	size_t index;

	return errorlog_find_any(tfs, instance, mark, &command, 1, &index, ret_text, ret_pos);
}
