/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a watching command watches: the words of its command line, sorted into specs, which
 * become probes of the run's own group, and names of probes that exist, which are read
 * beside whoever else reads them.
 */

#include <stddef.h>
#include <stdint.h>

#include "cli/carrier.h"
#include "cli/cli.h"
#include "cli/probes.h"
#include "cli/symbolize.h"
#include "probe/event.h"
#include "resolve/resolve.h"
#include "resolve/share.h"
#include "session/watch.h"

/* An event that is watched; the `user` of its event type. */
struct watched {
	struct event_type type;
	char *group; /* to show: a run's own group is another in every run */
	char *event; /* to show; NULL: its own name */
	char **files;   /* of each location, by __id */
	char **symbols; /* of each location, by __id; NULL where none is known */
	char **names;   /* what its events are called */
	size_t n_locations;
	size_t id_field; /* of __id among the fields; NO_FIELD: one location */
	/* Of events that are shown by more than what was recorded: */
	struct view *view;     /* NULL: as it was recorded */
	struct event *shown;
	struct anchor *places; /* of each location; vaddr is not set */
	struct carrier *carrier; /* an event that others share: watched for them; else NULL */
	/* Of a probe that exists: */
	struct filter *filter;     /* in this run alone; NULL: none */
	struct watchset *set;
};

struct watchset {
	struct cli *cli;
	struct probes probes;
	pid_t child_pid;     /* the command's; 0: none */
	bool any_number;     /* of functions may match a pattern */
	bool each_alone;     /* set by the caller: no spec shares an event with another */
	bool numbers_differ; /* of tasks: those of records are not ours */
	struct plan plan;    /* of the specs */
	struct sharing sharing; /* what is written for them */
	const char **names;  /* words of the command line that make cli->named */
	size_t n_names;
	struct watched **watched;
	size_t n_watched;
	struct watched **carriers; /* their events are those of `watched` */
	size_t n_carriers;
	struct symbolizer *symbolizer; /* NULL: no address is shown by name */
};

/*
 * Words of the command line: specs into cli->specs, names of probes and the filter behind
 * them into cli->named. A part of watchset_load(), which has read what exists.
 */
int watchset_sort_words(struct watchset *set);

/*
 * Reads what exists and sorts the words (and -f FILE): TARGET:LOCATION is a spec, another
 * word the name of a probe, perhaps with `if FILTER' behind it, two words of which neither is
 * a probe are BINARY FUNCTION.
 */
int watchset_load(struct watchset *set, struct cli *cli);
/* Resolves the specs, for definitions of that group, without a run: for --dry-run. */
int watchset_plan(struct watchset *set, const char *group);
/* After that: what is to be written, into set->sharing. A part of watchset_attach(). */
void watchset_share(struct watchset *set);
/*
 * Puts it all into the run: defines the specs' probes, adds every event to read. With no
 * word at all: our own probes that are enabled.
 */
int watchset_attach(struct watchset *set, struct watch *watch);
/*
 * Once attached: says who takes the trap beside the processes asked for, if anybody does
 * (and with -v that it is done).
 */
void watchset_note_cost(const struct watchset *set, const struct watch *watch);
/* Adds what will end the run: "; 3 s or 10 lines", "; Ctrl-C to end". `unit`: what -n counts. */
void watchset_add_end(const struct watchset *set, const char *unit, struct buf *b);
/* Says why the run has ended, where the user did not ask for that end. */
void watchset_note_end(const struct watchset *set, enum watch_reason reason);
void watchset_done(struct watchset *set);

/*
 * A record as an event of the spec it belongs to: before anything else is asked of it. Its
 * values are valid until the next event.
 */
const struct event *watched_event(const struct event *e);
/*
 * The event as it is shown, with the values the user asked for. Its names live as long as the
 * set, the rest until the next event.
 */
const struct event *watched_show(const struct event *e);
/* The file an event is of; NULL: not known. */
const char *watched_file(const struct event *e);
/* The function an event is of; NULL: not known. */
const char *watched_symbol(const struct event *e);
/*
 * What to call the event: its own name, or for one of many locations the function's, with
 * _ret behind it for a return.
 */
const char *watched_name(const struct event *e);

/* Whether the kernel drops some of what is hit: a spec, or the name of a probe, has a filter. */
bool watchset_has_filter(const struct watchset *set);
/* The length of the longest of those names. */
size_t watchset_name_width(const struct watchset *set);

/* The event of the definition; NULL: it is not watched. */
struct watched *watched_find(const struct watchset *set, const struct definition *d);

static inline const struct watched *watched_of(const struct event *e)
{
	return e->type->user;
}
