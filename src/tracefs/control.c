/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switches of one event: enable, filter, trigger. Each write is one open without O_TRUNC:
 * that would drop hist triggers (kernel-facts 5.5).
 */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tracefs/control.h"
#include "tracefs/errorlog.h"

char *control_path(const char *instance, const char *fmt, ...)
{
	auto_buf b = BUF_INIT;
	va_list ap;

	if (instance)
		buf_addf(&b, "instances/%s/", instance);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	return buf_steal(&b);
}

/* One file of an event, as a string without the last \n; NULL if it cannot be read. */
static char *read_event(struct tfs *tfs, const char *instance, const char *group,
			const char *event, const char *file)
{
	auto_free char *path = control_path(instance, "events/%s/%s/%s", group, event, file);
	auto_buf b = BUF_INIT;

	if (root_read(&tfs->root, &b, "%s", path) < 0)
		return NULL;
	if (b.len && b.p[b.len - 1] == '\n')
		b.p[--b.len] = 0;
	return buf_steal(&b);
}

/* Writes one file of an event. A file that cannot be opened is told as such. */
static int write_event(struct tfs *tfs, const char *instance, const char *group,
		       const char *event, const char *file, const char *data,
		       enum tfs_verb doing, struct err *err)
{
	auto_free char *path = control_path(instance, "events/%s/%s/%s", group, event, file);
	auto_free char *subject = xasprintf("%s/%s", group, event);
	bool opened;
	int rc = tfs_append(tfs, data, strlen(data), &opened, path);

	if (rc == 0)
		return 0;
	return tfs_errno(err, opened ? doing : TFS_DISABLE, -rc, subject);
}

enum enable_state control_state(struct tfs *tfs, const char *instance, const char *group,
				const char *event)
{
	auto_free char *text = read_event(tfs, instance, group, event, "enable");

	if (!text)
		return ENABLE_GONE;
	if (text[0] && text[1] == '*')
		return ENABLE_SOFT;
	return text[0] == '1' ? ENABLE_ON : ENABLE_OFF;
}

int control_enable(struct tfs *tfs, const char *instance, const char *group, const char *event,
		   bool on, struct err *err)
{
	return write_event(tfs, instance, group, event, "enable", on ? "1\n" : "0\n",
			   on ? TFS_ENABLE : TFS_DISABLE, err);
}

char *control_filter(struct tfs *tfs, const char *instance, const char *group,
		     const char *event)
{
	auto_free char *text = read_event(tfs, instance, group, event, "filter");

	if (!text || strcmp(text, "none") == 0)
		return NULL;
	return STEAL(text);
}

/*
 * Where there is no error_log: the refused filter's file holds the filter, a line with the
 * caret, and "parse_error: TEXT" (append_filter_err()).
 */
static bool read_parse_error(const char *shown, char **ret_text, size_t *ret_pos)
{
	static const char mark[] = "\nparse_error: ";
	const char *error = shown ? strstr(shown, mark) : NULL;
	const char *line = error;

	if (!error)
		return false;
	while (line > shown && line[-1] != '\n')
		line--;
	*ret_pos = strspn(line, " ");
	error += sizeof(mark) - 1;
	*ret_text = xstrndup(error, strcspn(error, "\n"));
	return true;
}

/* The kernel points behind the name it does not know (parse_pred()); people look at it. */
static struct span filter_span(const char *filter, const char *text, size_t pos)
{
	static const char ends[] = " \t\n()!&|=<>~";
	size_t len = strlen(filter), from = pos < len ? pos : len, to;

	if (strcmp(text, "Field not found") != 0)
		return (struct span){ from, from + 1 };
	while (from && strchr(" \t\n", filter[from - 1]))
		from--;
	for (to = from; from && !strchr(ends, filter[from - 1]);)
		from--;
	return from < to ? (struct span){ from, to } : (struct span){ pos, pos + 1 };
}

static int refused_filter(struct tfs *tfs, const char *instance, const char *group,
			  const char *event, const char *filter,
			  const struct errorlog_mark *mark, struct err *err)
{
	auto_free char *shown = control_filter(tfs, instance, group, event);
	auto_free char *text = NULL;
	size_t pos = 0;
	int code;

	if (!errorlog_find(tfs, instance, mark, filter, &text, &pos) &&
	    !read_parse_error(shown, &text, &pos))
		return -err->code;
	code = err->code;
	err_set(err, code, "%s", text);
	if (pos != ERRORLOG_NO_POS)
		err->at = filter_span(filter, text, pos);
	if (strcmp(text, "Field not found") == 0)
		err_hint(err, "a filter knows the event's arguments by name, and comm");
	return -code;
}

static char *trimmed(const char *s)
{
	size_t len = strlen(s);

	while (len && strchr(" \t\n", s[len - 1]))
		len--;
	return xstrndup(s, len);
}

int control_set_filter(struct tfs *tfs, const char *instance, const char *group,
		       const char *event, const char *filter, struct err *err)
{
	auto_free char *path = control_path(instance, "events/%s/%s/filter", group, event);
	auto_free char *text = trimmed(filter ? filter : "0");
	struct errorlog_mark mark;
	struct err unheard;
	bool opened;
	int rc;

	if (!err)
		err = &unheard;
	/* event_filter_write() refuses a page without a word. */
	if (strlen(text) >= (size_t)sysconf(_SC_PAGESIZE))
		return tfs_errno(err, TFS_FILTER, E2BIG, NULL);
	errorlog_mark(tfs, instance, &mark);
	rc = tfs_append(tfs, text, strlen(text), &opened, path);
	if (rc < 0 && !opened) {
		auto_free char *subject = xasprintf("%s/%s", group, event);

		rc = tfs_errno(err, TFS_DISABLE, -rc, subject);
	} else if (rc < 0) {
		tfs_errno(err, TFS_FILTER, -rc, NULL);
		rc = refused_filter(tfs, instance, group, event, text, &mark, err);
		tfs_puts(tfs, "0", "%s", path);
	}
	errorlog_mark_done(&mark);
	return rc;
}

char *control_triggers(struct tfs *tfs, const char *instance, const char *group,
		       const char *event)
{
	auto_free char *text = read_event(tfs, instance, group, event, "trigger");
	auto_buf b = BUF_INIT;
	char *save, *line;

	if (!text)
		return xstrdup("");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (line[0] != '#')
			buf_addf(&b, "%s\n", line);
	return buf_steal(&b);
}

/*
 * The line that removes a trigger that is shown as `line`: NAME:unlimited is removed by
 * !NAME and NAME:count=N by !NAME:0, whatever their filters; a hist by its whole text
 * without the state at its end.
 */
static char *removal(const char *line)
{
	const char *end = line + strcspn(line, "\n"), *p;

	if (text_starts(line, "hist:")) {
		p = memmem(line, end - line, " [", 2);
		return xasprintf("!%.*s\n", (int)((p ? p : end) - line), line);
	}
	p = memmem(line, end - line, " if ", 4);
	end = p ? p : end;
	p = memmem(line, end - line, ":unlimited", 10);
	if (p)
		return xasprintf("!%.*s\n", (int)(p - line), line);
	p = memmem(line, end - line, ":count=", 7);
	if (p)
		return xasprintf("!%.*s:0\n", (int)(p - line), line);
	return xasprintf("!%.*s\n", (int)(end - line), line);
}

int control_clear_triggers(struct tfs *tfs, const char *instance, const char *group,
			   const char *event, struct err *err)
{
	auto_free char *lines = control_triggers(tfs, instance, group, event);
	int rc = 0;

	for (const char *line = lines; *line && rc == 0; line = strchr(line, '\n') + 1) {
		auto_free char *text = removal(line);

		rc = write_event(tfs, instance, group, event, "trigger", text, TFS_TRIGGER,
				 err);
	}
	return rc;
}

int control_format(struct tfs *tfs, const char *group, const char *event, struct buf *b,
		   struct err *err)
{
	auto_free char *subject = NULL;
	int rc = root_read(&tfs->root, b, "events/%s/%s/format", group, event);

	if (rc == 0)
		return 0;
	subject = xasprintf("%s/%s", group, event);
	return tfs_errno(err, TFS_DISABLE, -rc, subject);
}

int control_event_id(struct tfs *tfs, const char *group, const char *event)
{
	auto_buf b = BUF_INIT;
	uint64_t id;
	int rc = root_read(&tfs->root, &b, "events/%s/%s/id", group, event);

	if (rc < 0)
		return rc;
	if (b.len && b.p[b.len - 1] == '\n')
		b.p[--b.len] = 0;
	return num_parse_uint(buf_str(&b), INT32_MAX, &id) ? (int)id : -EIO;
}
