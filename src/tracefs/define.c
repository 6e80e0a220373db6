/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry_write(): definitions go to the kernel, and its error comes back to the words
 * that caused it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tracefs/errorlog.h"
#include "tracefs/hints.h"
#include "tracefs/registry.h"

struct batch {
	const struct definition *defs;
	size_t n;
	char **lines; /* without \n */
};

static void batch_init(struct batch *b, const struct definition *defs, size_t n)
{
	*b = (struct batch){ .defs = defs, .n = n };
	b->lines = xcalloc(n, sizeof(*b->lines));
	for (size_t i = 0; i < n; i++) {
		auto_buf line = BUF_INIT;

		definition_format(&defs[i], &line);
		b->lines[i] = buf_steal(&line);
	}
}

static void batch_done(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->lines[i]);
	free(b->lines);
}

static int at_source(struct err *err, const struct definition *d, struct source from)
{
	if (!d->origin)
		return -err->code;
	return err_at(err, d->origin, from.at);
}

static int at_line(struct err *err, const struct definition *d)
{
	return at_source(err, d, (struct source){ .generated = true });
}

/* Any token that held such a byte would become two, or a line of its own. */
static int check_tokens(const struct definition *d, const char *line, struct err *err)
{
	size_t blanks = 0, pos = 0;
	const char *token = NULL;
	struct source from;

	for (; line[pos]; pos++)
		if (!definition_takes_byte(line[pos]) &&
		    (line[pos] != ' ' || ++blanks > d->n_args + 1))
			break;
	if (!line[pos] && blanks == d->n_args + 1)
		return 0;
	from = definition_locate(d, pos, &token);
	err_set(err, EINVAL, "the %s holds a byte the kernel cannot take: 0x%02x",
		token ? token : "definition", (unsigned char)line[pos]);
	err_hint(err, "the kernel has no quotes: blanks, '#' and control bytes cannot be "
		      "written");
	return at_source(err, d, from);
}

static int check_line(const struct definition *d, const char *line, struct err *err)
{
	int rc = definition_check(d, err);

	if (rc < 0)
		return rc;
	if (!strchr(d->path, '/')) { /* a bare EINVAL (kernel-facts 1.1) */
		err_set(err, EINVAL, "%s: the kernel wants a path with a '/'", d->path);
		err_hint(err, "./%s", d->path);
		return at_source(err, d, d->path_from);
	}
	return check_tokens(d, line, err);
}

static int by_line(const void *a, const void *b)
{
	char *const *const *x = a, *const *const *y = b;
	int rc = strcmp(**x, **y);

	return rc ? rc : (*x > *y) - (*x < *y);
}

/*
 * The kernel refuses the second of two equal lines (since 5.4; before, it replaced the
 * first), and what error_log says could not be told apart.
 */
static int check_doubles(const struct batch *b, struct err *err)
{
	char ***sorted = xcalloc(b->n, sizeof(*sorted));
	const struct definition *twice = NULL;

	for (size_t i = 0; i < b->n; i++)
		sorted[i] = &b->lines[i];
	qsort(sorted, b->n, sizeof(*sorted), by_line);
	for (size_t i = 1; i < b->n && !twice; i++)
		if (strcmp(*sorted[i - 1], *sorted[i]) == 0)
			twice = &b->defs[sorted[i] - b->lines];
	free(sorted);
	if (!twice)
		return 0;
	err_set(err, EEXIST, "%s/%s: the very same probe twice", twice->group, twice->event);
	return at_line(err, twice);
}

static bool is_same_place(const struct definition *a, const struct definition *b)
{
	return a->offset == b->offset && a->kind == b->kind &&
	       definition_is_of(a, b->group, b->event) && strcmp(a->path, b->path) == 0;
}

/* The first line that the kernel does not have, where error_log does not name the bad one. */
static size_t first_missing(struct tfs *tfs, const struct batch *b)
{
	struct definition_list have = { .n = 0 };
	size_t i, j;

	if (b->n == 1 || registry_read(tfs, &have, NULL) < 0)
		return 0;
	for (i = 0; i < b->n; i++) {
		for (j = 0; j < have.n && !is_same_place(&have.defs[j], &b->defs[i]); j++)
			;
		if (j == have.n)
			break;
	}
	definition_list_done(&have);
	return i < b->n ? i : b->n - 1;
}

static int explain_text(struct tfs *tfs, const struct batch *b, size_t i, int code,
			const char *text, size_t pos, struct err *err)
{
	const struct definition *d = &b->defs[i];
	const char *token = NULL;
	auto_buf shown = BUF_INIT;
	struct source from;

	text_escape(&shown, text, strlen(text), false);
	err_set(err, code, "%s", buf_str(&shown));
	if (pos == ERRORLOG_NO_POS) {
		err_detail(err, "%s", b->lines[i]);
		return at_line(err, d);
	}
	from = definition_locate(d, pos, &token);
	if (from.generated) {
		err_set(err, code, "%s (the %s)", buf_str(&shown), token);
		err_detail(err, "%s", b->lines[i]);
	}
	hints_add(err, text, d, b->lines[i], pos, &tfs->features);
	return at_source(err, d, from);
}

/* Which word an errno without an entry is about. */
static int explain_errno(const struct batch *b, size_t i, int code, struct err *err)
{
	static const int of_path[] = { ENOENT, EACCES, ENOTDIR, ELOOP, ENAMETOOLONG };
	const struct definition *d = &b->defs[i];
	auto_free char *name = xasprintf("%s/%s", d->group, d->event);

	for (size_t k = 0; k < ARRAY_SIZE(of_path); k++)
		if (code == of_path[k]) {
			tfs_errno(err, TFS_DEFINE, code, d->path);
			return at_source(err, d, d->path_from);
		}
	tfs_errno(err, TFS_DEFINE, code, name);
	err_detail(err, "%s", b->lines[i]);
	if (code == EEXIST || code == EBUSY)
		return at_source(err, d, d->event_from);
	return at_line(err, d);
}

static int explain(struct tfs *tfs, const struct batch *b, const struct errorlog_mark *mark,
		   int code, size_t *ret_done, struct err *err)
{
	auto_free char *text = NULL;
	size_t i, pos;

	if (errorlog_find_any(tfs, NULL, mark, (const char *const *)b->lines, b->n, &i, &text,
			      &pos)) {
		*ret_done = i;
		return explain_text(tfs, b, i, code, text, pos, err);
	}
	*ret_done = i = first_missing(tfs, b);
	return explain_errno(b, i, code, err);
}

static int write_batch(struct tfs *tfs, const struct batch *b, size_t *ret_done,
		       struct err *err)
{
	const char *file = tfs_events_file(tfs);
	struct errorlog_mark mark;
	auto_buf data = BUF_INIT;
	bool opened;
	int rc;

	for (size_t i = 0; i < b->n; i++)
		buf_addf(&data, "%s\n", b->lines[i]);
	errorlog_mark(tfs, NULL, &mark);
	rc = tfs_append(tfs, data.p, data.len, &opened, file);
	if (rc == 0)
		*ret_done = b->n;
	else if (!opened)
		rc = tfs_errno(err, TFS_OPEN_EVENTS, -rc, file);
	else
		rc = explain(tfs, b, &mark, -rc, ret_done, err);
	errorlog_mark_done(&mark);
	return rc;
}

int registry_write(struct tfs *tfs, const struct definition *defs, size_t n, size_t *ret_done,
		   struct err *err)
{
	struct err unheard;
	struct batch b;
	int rc = 0;

	*ret_done = 0;
	if (!n)
		return 0;
	if (!err)
		err = &unheard;
	batch_init(&b, defs, n);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = check_line(&defs[i], b.lines[i], err);
	if (rc == 0)
		rc = check_doubles(&b, err);
	if (rc == 0)
		rc = write_batch(tfs, &b, ret_done, err);
	batch_done(&b);
	return rc;
}
