/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Why nothing is shown: the likely cause, said once, when a trace or a count has had nothing
 * to show for its first seconds.
 */

#include "base/buf.h"
#include "cli/watched.h"

/* What can be seen cheaply. Pure input of silence_cause(). */
struct silence_facts {
	const char *file;      /* the one that is probed; NULL: there are several */
	const char *what;      /* the one place in it; NULL: there are several */
	bool is_resolver;      /* of an IFUNC */
	bool has_filter;       /* in the kernel */
	bool has_pids;         /* -p */
	const char *selection; /* options that choose among what came: "--comm"; NULL: none */
	bool makes_calls;      /* what came may be entries that wait for their returns */
	uint64_t events;       /* came, but were not shown */
	uint64_t hits;         /* since the start, by the kernel's count */
	size_t n_mapping;      /* processes that map the file (-p: of those asked for) */
	size_t n_stopped;      /* of them; 0 unless they are all */
	pid_t stopped;         /* one of those */
	bool is_debugged;      /* it is a debugger that holds that one */
	const char *instead;   /* the file whose function of that name `caller` calls */
	pid_t caller;
	size_t n_older;        /* processes that map a deleted file of that name */
};

/* The cause as half a sentence, to follow "nothing in 5 s: ". */
void silence_cause(const struct silence_facts *f, struct buf *b);

struct silence {
	const struct watchset *set;
	const char *group; /* the run's own */
	uint64_t begun_ns; /* of CLOCK_MONOTONIC; 0: it was told, or something was shown */
	uint64_t hits;     /* then: a probe that existed before has some */
	uint64_t last;     /* hits in all, once nothing more is watched */
	bool is_closed;
};

/* What is watched, and the run's group; both must outlive it. */
void silence_begin(struct silence *s, const struct watchset *set, const char *group);
/*
 * Before recording is switched off: the hits until now are the run's. Each of them is read or
 * lost by the time the buffers are drained; what hits while the probes are switched off has
 * no record.
 */
void silence_close(struct silence *s);
/* How often what is watched was hit since the begin (until the close), by the kernel's count. */
uint64_t silence_hits(const struct silence *s);
/* Whether it is time to look. */
bool silence_is_due(const struct silence *s, bool at_end);
/*
 * In each round: `shown` of what was shown, `came` of what came from the kernel. `at_end`:
 * the duration is over, and the buffers are drained. Says it once.
 */
void silence_look(struct silence *s, uint64_t shown, uint64_t came, bool at_end);
