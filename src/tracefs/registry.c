/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tracefs/registry.h"

/*
 * A uprobe among what dynamic_events lists: k-probes begin with p: and r: too, but no place
 * of theirs has a '/', and a uprobe's is always PATH:0x… (trace_uprobe_show()).
 */
bool registry_is_uprobe(const char *line)
{
	const char *place = strchr(line, ' '), *colon;
	size_t len, digits;

	if ((line[0] != 'p' && line[0] != 'r') || line[1] != ':' || !place)
		return false;
	len = strcspn(++place, " ");
	colon = memrchr(place, ':', len);
	if (!colon || !memchr(place, '/', colon - place) || !text_starts(colon, ":0x"))
		return false;
	digits = strspn(colon + 3, "0123456789abcdef");
	colon += 3 + digits;
	return digits && (colon == place + len || *colon == '(');
}

static int read_file(struct tfs *tfs, struct buf *b)
{
	auto_close int fd = root_openf(&tfs->root, O_RDONLY, "%s", tfs_events_file(tfs));
	struct stat st;

	if (fd < 0)
		return fd;
	/* A test's uprobe_events may be /dev/full, which never ends. */
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		return 0;
	return fd_read_all(fd, b);
}

/*
 * A read(2) of a seq_file returns about a page under the kernel's lock, and the next one
 * goes on by index: where probes come and go in between, lines are skipped or doubled. More
 * than a page is taken only if it reads the same twice.
 */
static int read_whole(struct tfs *tfs, struct buf *b)
{
	enum { TRIES = 20, ATOMIC = 4000 };
	auto_buf again = BUF_INIT;
	int rc = read_file(tfs, b);

	for (int i = 0; rc == 0; i++) {
		struct buf swap = *b;

		if (b->len <= ATOMIC)
			return 0;
		if (i == TRIES)
			return -EAGAIN;
		buf_reset(&again);
		rc = read_file(tfs, &again);
		if (again.len == b->len && memcmp(again.p, b->p, b->len) == 0)
			return rc;
		*b = again;
		again = swap;
	}
	return rc;
}

static void parse_lines(struct tfs *tfs, char *text, struct definition_list *ret)
{
	char *save, *line;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct definition d = { .kind = 0 };

		if (!tfs->features.uprobe_events && !registry_is_uprobe(line))
			continue;
		if (definition_parse(line, &d, NULL) == 0)
			definition_list_take(ret, &d);
		else
			definition_list_opaque(ret, line);
	}
}

int registry_read(struct tfs *tfs, struct definition_list *ret, struct err *err)
{
	auto_buf b = BUF_INIT;
	int rc = read_whole(tfs, &b);

	if (rc == -EAGAIN)
		return err_set(err, EAGAIN, "%s changes faster than it can be read",
			       tfs_events_file(tfs));
	if (rc < 0)
		return tfs_errno(err, TFS_READ, -rc, tfs_events_file(tfs));
	*ret = (struct definition_list){ .n = 0 };
	if (b.len)
		parse_lines(tfs, b.p, ret);
	return 0;
}

static int delete_lines(struct tfs *tfs, const struct buf *lines, const char *subject,
			struct err *err)
{
	bool opened;
	int rc = tfs_append(tfs, lines->p, lines->len, &opened, tfs_events_file(tfs));

	if (rc == 0)
		return 0;
	if (!opened)
		return tfs_errno(err, TFS_OPEN_EVENTS, -rc, tfs_events_file(tfs));
	return tfs_errno(err, TFS_DELETE, -rc, subject);
}

/* One `-:GROUP/EVENT` for each uprobe event of the group (of that name, if one is given). */
static int add_deletions(struct tfs *tfs, const char *group, const char *event,
			 struct buf *lines, struct err *err)
{
	struct definition_list list = { .n = 0 };
	int rc = registry_read(tfs, &list, err);

	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		const struct definition *d = &list.defs[i];

		if (definition_is_of(d, group, event ? event : d->event) &&
		    !definition_is_repeated(list.defs, i))
			buf_addf(lines, "-:%s/%s\n", group, d->event);
	}
	definition_list_done(&list);
	return rc;
}

int registry_delete(struct tfs *tfs, const char *group, const char *event, struct err *err)
{
	auto_free char *subject = xasprintf("%s/%s", group, event);
	auto_buf lines = BUF_INIT;
	int rc;

	if (tfs->features.uprobe_events) {
		buf_addf(&lines, "-:%s\n", subject);
		return delete_lines(tfs, &lines, subject, err);
	}
	/* dynamic_events deletes any kind of event: only what is a uprobe may go. */
	rc = add_deletions(tfs, group, event, &lines, err);
	if (rc < 0)
		return rc;
	if (!lines.len)
		return tfs_errno(err, TFS_DELETE, ENOENT, subject);
	return delete_lines(tfs, &lines, subject, err);
}

int registry_delete_group(struct tfs *tfs, const char *group, struct err *err)
{
	auto_free char *subject = xasprintf("%s/", group);
	auto_buf lines = BUF_INIT;
	int rc = 0;

	if (tfs->features.uprobe_events && tfs->features.group_only)
		buf_addf(&lines, "-:%s/\n", group);
	else
		rc = add_deletions(tfs, group, NULL, &lines, err);
	if (rc < 0)
		return rc;
	if (!lines.len)
		return tfs_errno(err, TFS_DELETE, ENOENT, subject);
	return delete_lines(tfs, &lines, subject, err);
}
