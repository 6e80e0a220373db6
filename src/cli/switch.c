/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/probe-row.h"
#include "cli/probes.h"
#include "cli/switch.h"
#include "tracefs/control.h"

/* The kernel probes the inode it was told of, at the offset it was told of. */
static int check_files(struct probe_rows *rows, const struct event_ref *ref, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ref->n_locations; i++) {
		struct probe_row row = probe_row_of(rows, ref->locations[i]);

		rc = probe_row_check(rows, &row, err);
	}
	return rc;
}

/* An event to switch, and the filter it gets first. */
struct switched {
	struct event_ref ref;
	const struct named *named;
	struct filter *filter; /* NULL: none is given */
	char *before;          /* the one it had; NULL: none */
};

struct switching {
	struct cli *cli;
	struct probes probes;
	struct switched *events;
	size_t n;
};

static void switching_done(struct switching *s)
{
	for (size_t i = 0; i < s->n; i++) {
		filter_free(s->events[i].filter);
		free(s->events[i].before);
	}
	free(s->events);
	probes_done(&s->probes);
}

static int select_named(struct switching *s, const struct named *named)
{
	auto_free struct event_ref *refs = NULL;
	size_t n = 0;
	int rc = probes_select(s->cli, &s->probes, (const char *const *)named->names,
			       named->n_names, PROBES_OURS, &refs, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct switched *e;

		s->events = xgrow(s->events, s->n, sizeof(*s->events));
		e = &s->events[s->n++];
		*e = (struct switched){ .ref = refs[i], .named = named };
		rc = named_filter(named, refs[i].locations[0], &e->filter, &s->cli->err);
		if (rc < 0 && n > 1)
			err_prefix(&s->cli->err, "%s/%s", refs[i].group, refs[i].event);
	}
	return rc;
}

static int set_filter(struct switching *s, struct switched *e)
{
	const char *instance = s->cli->opts.instance;
	int rc;

	if (!e->filter && !e->named->lifts)
		return 0;
	e->before = control_filter(&s->cli->tfs, instance, e->ref.group, e->ref.event);
	rc = control_set_filter(&s->cli->tfs, instance, e->ref.group, e->ref.event,
				e->filter ? e->filter->text : NULL, &s->cli->err);
	if (rc < 0 && e->filter)
		err_at(&s->cli->err, &e->named->origin,
		       filter_locate(e->filter, s->cli->err.at));
	return rc;
}

/* A probe that records already goes on with the filter it had. One that was refused is none. */
static void restore_filters(const struct switching *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct switched *e = &s->events[i];
		const char *before = e->before && !strchr(e->before, '\n') ? e->before : NULL;

		if (e->filter || e->named->lifts)
			control_set_filter(&s->cli->tfs, s->cli->opts.instance, e->ref.group,
					   e->ref.event, before, NULL);
	}
}

/* All of them before anything is enabled: no event ever records unfiltered (R15). */
static int set_filters(struct switching *s)
{
	for (size_t i = 0; i < s->n; i++) {
		int rc = set_filter(s, &s->events[i]);

		if (rc < 0) {
			restore_filters(s, i + 1);
			return rc;
		}
	}
	return 0;
}

static int switch_all(const struct switching *s, bool on)
{
	struct cli *cli = s->cli;
	struct probe_rows rows;
	size_t failed = 0;

	probe_rows_init(&rows, cli, &s->probes.ledger);
	for (size_t i = 0; i < s->n; i++) {
		const struct event_ref *ref = &s->events[i].ref;
		struct err err = ERR_INIT;

		if ((on && check_files(&rows, ref, &err) < 0) ||
		    control_enable(&cli->tfs, cli->opts.instance, ref->group, ref->event, on,
				   &err) < 0) {
			cli_print_error(cli, &err);
			failed++;
		}
	}
	probe_rows_done(&rows);
	return failed ? EXIT_FAILED : EXIT_OK;
}

/* The words of `disable` are names; `if' is none. */
static int read_words(struct cli *cli, bool on)
{
	const struct options *o = &cli->opts;

	for (size_t i = 0; !on && i < o->n_args; i++)
		if (named_has_filter(o->args[i]))
			return cli_usage(cli, "disable takes no filter; enable does");
	return named_list_read(&cli->named, o->args, o->n_args, &cli->err);
}

int switch_probes(struct cli *cli, bool on)
{
	CLEANUP(switching_done) struct switching s = { .cli = cli };
	int rc = read_words(cli, on);

	if (rc == 0)
		rc = cli_open_for_writing(cli);
	if (rc == 0)
		rc = probes_load(cli, &s.probes);
	for (size_t i = 0; rc == 0 && i < cli->named.n; i++)
		if (cli->named.items[i]->n_names)
			rc = select_named(&s, cli->named.items[i]);
	if (rc == 0 && !s.n)
		return cli_usage(cli, "which probe? uprobe-ctl list shows those there are");
	if (rc == 0)
		rc = set_filters(&s);
	return rc ? rc : switch_all(&s, on);
}
