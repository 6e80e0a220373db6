/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probes_profile_seq_show() in kernel/trace/trace_uprobe.c, unchanged since 3.5:
 * "  %s %-44s %15lu\n" with path, event and hits, in the order of uprobe_events.
 */
#include <errno.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "tracefs/profile.h"
#include "tracefs/registry.h"

/* Cuts the last word off [s, s + *len): the word's start; *len becomes what is before it. */
static const char *last_word(const char *s, size_t *len, size_t *ret_word_len)
{
	size_t end = *len, start;

	while (end && s[end - 1] == ' ')
		end--;
	start = end;
	while (start && s[start - 1] != ' ')
		start--;
	*ret_word_len = end - start;
	*len = start;
	return s + start;
}

bool profile_parse_line(const char *line, size_t len, struct profile_line *ret)
{
	size_t hits_len;
	const char *hits = last_word(line, &len, &hits_len);

	if (!hits_len || (hits[0] == '0' && hits_len > 1) || hits[0] < '0' || hits[0] > '9')
		return false;
	if (!num_parse_u64(hits, hits_len, &ret->hits))
		return false;
	ret->event = last_word(line, &len, &ret->event_len);
	if (!ret->event_len || len < 4 || line[0] != ' ' || line[1] != ' ')
		return false;
	ret->path = line + 2;
	ret->path_len = len - 3; /* margin and one blank */
	return ret->path_len > 0;
}

static bool is_of(const struct profile_line *l, const struct definition *d)
{
	return strlen(d->path) == l->path_len && memcmp(d->path, l->path, l->path_len) == 0 &&
	       strlen(d->event) == l->event_len &&
	       memcmp(d->event, l->event, l->event_len) == 0;
}

/*
 * Whether the text has exactly one line for each probe, in order; fills p->hits. Of what
 * uprobe_events shows and we cannot read there is a line, too.
 */
static bool join(const char *text, struct profile *p)
{
	const struct definition_list *list = &p->probes;
	struct profile_line l;
	size_t i = 0, opaque = 0, len;

	p->hits = xcalloc(list->n + 1, sizeof(*p->hits));
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (opaque < list->n_opaque && list->opaque[opaque].at == i) {
			opaque++;
			continue;
		}
		if (!profile_parse_line(text, len, &l) || i == list->n ||
		    !is_of(&l, &list->defs[i]))
			return false;
		p->hits[i++] = l.hits;
	}
	return i == list->n && opaque == list->n_opaque;
}

int profile_read(struct tfs *tfs, struct profile *ret, struct err *err)
{
	enum { TRIES = 10 };

	for (int i = 0; i < TRIES; i++) {
		struct profile p = { .hits = NULL };
		auto_buf text = BUF_INIT;
		int rc = registry_read(tfs, &p.probes, err);

		if (rc < 0)
			return rc;
		rc = root_read(&tfs->root, &text, "uprobe_profile");
		if (rc < 0) {
			profile_done(&p);
			return tfs_errno(err, TFS_READ, -rc, "uprobe_profile");
		}
		if (join(buf_str(&text), &p)) {
			*ret = p;
			return 0;
		}
		profile_done(&p);
	}
	err_set(err, EAGAIN, "uprobe_profile does not fit uprobe_events");
	return err_hint(err, "somebody is adding and removing probes all the time: try again");
}

/* How many of the definitions have a line, up to the first that has none. */
static size_t find_lines(const char *text, const struct definition *defs, size_t n,
			 uint64_t *hits)
{
	struct profile_line l;
	size_t i = 0, len;

	for (; *text && i < n; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (profile_parse_line(text, len, &l) && is_of(&l, &defs[i]))
			hits[i++] = l.hits;
	}
	return i;
}

/*
 * New probes are listed last, so that between two reads of a page each a line can only be
 * skipped, where one before it went: then it is read again.
 */
int profile_read_hits(struct tfs *tfs, const struct definition *defs, size_t n, uint64_t *hits,
		      struct err *err)
{
	enum { TRIES = 10 };

	for (int i = 0; i < TRIES; i++) {
		auto_buf text = BUF_INIT;
		int rc = root_read(&tfs->root, &text, "uprobe_profile");

		if (rc < 0)
			return tfs_errno(err, TFS_READ, -rc, "uprobe_profile");
		if (find_lines(buf_str(&text), defs, n, hits) == n)
			return 0;
	}
	return err_set(err, ESTALE, "uprobe_profile does not have all probes of %s",
		       defs[0].group);
}

void profile_done(struct profile *p)
{
	definition_list_done(&p->probes);
	free(p->hits);
	p->hits = NULL;
}
