/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "session/ledger.h"

#define FILE_NAME "probes"
#define NEW_NAME "probes.new"
#define HEADER "# uprobe-ctl: kept probes, a location each\n"

enum { F_EVENT, F_KIND, F_PATH, F_OFFSET, F_INODE, F_BUILD_ID, F_TIME, F_NAME, F_SPEC, F_N };

static void entry_done(struct ledger_entry *e)
{
	free(e->group);
	free(e->event);
	free(e->path);
	free(e->build_id);
	free(e->name);
	free(e->spec);
}

void ledger_done(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->n; i++)
		entry_done(&ledger->entries[i]);
	free(ledger->entries);
	*ledger = (struct ledger){ 0 };
}

static void put_field(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '\t')
			buf_adds(b, "\\t");
		else if (*s == '\n')
			buf_adds(b, "\\n");
		else if (*s == '\\')
			buf_adds(b, "\\\\");
		else
			buf_addc(b, *s);
	}
}

/* Undoes put_field() in place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			*to++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

static bool parse_inode(const char *s, dev_t *ret_dev, ino_t *ret_ino)
{
	unsigned major, minor;
	uint64_t ino;
	int used = 0;

	if (sscanf(s, "%x:%x:%n", &major, &minor, &used) != 2 || !used ||
	    !num_parse_uint(s + used, UINT64_MAX, &ino))
		return false;
	*ret_dev = makedev(major, minor);
	*ret_ino = ino;
	return true;
}

/* Parses a line, which is torn up. */
static bool parse_entry(char *line, struct ledger_entry *ret)
{
	struct ledger_entry e = { 0 };
	char *fields[F_N], *slash;
	uint64_t time;
	size_t n = 0;

	for (char *field; n < F_N && (field = strsep(&line, "\t")); n++) {
		unescape(field);
		fields[n] = field;
	}
	if (n < F_N || line)
		return false;
	slash = strchr(fields[F_EVENT], '/');
	if (!slash || (strcmp(fields[F_KIND], "p") != 0 && strcmp(fields[F_KIND], "r") != 0) ||
	    !num_parse_u64(fields[F_OFFSET], strlen(fields[F_OFFSET]), &e.offset) ||
	    !parse_inode(fields[F_INODE], &e.dev, &e.ino) ||
	    !num_parse_uint(fields[F_TIME], INT64_MAX, &time))
		return false;
	e.kind = fields[F_KIND][0];
	e.time = (int64_t)time;
	e.group = xstrndup(fields[F_EVENT], slash - fields[F_EVENT]);
	e.event = xstrdup(slash + 1);
	e.path = xstrdup(fields[F_PATH]);
	e.build_id = xstrdup(fields[F_BUILD_ID]);
	e.name = xstrdup(fields[F_NAME]);
	e.spec = xstrdup(fields[F_SPEC]);
	*ret = e;
	return true;
}

int ledger_read(const struct statedir *dir, struct ledger *ret, struct err *err)
{
	auto_buf text = BUF_INIT;
	char *line, *rest;
	int rc;

	*ret = (struct ledger){ 0 };
	if (dir->root.fd < 0)
		return 0;
	rc = root_read(&dir->root, &text, FILE_NAME);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return err_set(err, -rc, "%s/" FILE_NAME ": %s", dir->root.path, strerror(-rc));
	rest = text.p;
	while (rest && (line = strsep(&rest, "\n"))) {
		struct ledger_entry e;

		if (*line != '#' && parse_entry(line, &e))
			ledger_add(ret, &e);
	}
	return 0;
}

static void format_entry(struct buf *b, const struct ledger_entry *e)
{
	put_field(b, e->group);
	buf_addc(b, '/');
	put_field(b, e->event);
	buf_addf(b, "\t%c\t", e->kind);
	put_field(b, e->path);
	buf_addf(b, "\t0x%" PRIx64 "\t%x:%x:%" PRIu64 "\t", e->offset, major(e->dev),
		 minor(e->dev), (uint64_t)e->ino);
	put_field(b, e->build_id);
	buf_addf(b, "\t%" PRId64 "\t", e->time);
	put_field(b, e->name);
	buf_addc(b, '\t');
	put_field(b, e->spec);
	buf_addc(b, '\n');
}

int ledger_write(const struct statedir *dir, const struct ledger *ledger, struct err *err)
{
	auto_close int fd = openat(dir->root.fd, NEW_NAME,
				   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	auto_buf text = BUF_INIT;
	int rc = fd < 0 ? -errno : 0;

	buf_adds(&text, HEADER);
	for (size_t i = 0; i < ledger->n; i++)
		format_entry(&text, &ledger->entries[i]);
	if (rc == 0)
		rc = fd_write_once(fd, text.p, text.len);
	if (rc == 0 && renameat(dir->root.fd, NEW_NAME, dir->root.fd, FILE_NAME) < 0)
		rc = -errno;
	if (rc < 0)
		return err_set(err, -rc, "cannot write %s/" FILE_NAME ": %s", dir->root.path,
			       strerror(-rc));
	return 0;
}

static bool is_entry_of(const struct ledger_entry *e, const struct definition *d)
{
	return e->kind == d->kind && e->offset == d->offset && strcmp(e->group, d->group) == 0 &&
	       strcmp(e->event, d->event) == 0 && strcmp(e->path, d->path) == 0;
}

const struct ledger_entry *ledger_find(const struct ledger *ledger,
				       const struct definition *d)
{
	for (size_t i = 0; i < ledger->n; i++)
		if (is_entry_of(&ledger->entries[i], d))
			return &ledger->entries[i];
	return NULL;
}

void ledger_add(struct ledger *ledger, struct ledger_entry *entry)
{
	ledger->entries = xgrow(ledger->entries, ledger->n, sizeof(*ledger->entries));
	ledger->entries[ledger->n++] = *entry;
	*entry = (struct ledger_entry){ 0 };
}

static void drop_at(struct ledger *ledger, size_t i)
{
	entry_done(&ledger->entries[i]);
	memmove(&ledger->entries[i], &ledger->entries[i + 1],
		(ledger->n - i - 1) * sizeof(*ledger->entries));
	ledger->n--;
}

void ledger_drop(struct ledger *ledger, const char *group, const char *event)
{
	for (size_t i = ledger->n; i-- > 0;)
		if (strcmp(ledger->entries[i].group, group) == 0 &&
		    strcmp(ledger->entries[i].event, event) == 0)
			drop_at(ledger, i);
}

void ledger_prune(struct ledger *ledger, const struct definition_list *kernel)
{
	for (size_t i = ledger->n; i-- > 0;) {
		bool there = false;

		for (size_t k = 0; k < kernel->n && !there; k++)
			there = is_entry_of(&ledger->entries[i], &kernel->defs[k]);
		if (!there)
			drop_at(ledger, i);
	}
}
