/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What watch.c (beginning, end) and watch-loop.c (in between) share. */

#include "session/alive.h"
#include "session/runs.h"
#include "session/scope.h"
#include "session/watch.h"

struct watch {
	struct tfs *tfs;
	struct statedir *dir;
	struct run run;
	struct stream *stream;
	struct stream_ops ops; /* the caller's; ours count losses and pass on */
	const struct event_type **events;
	size_t n_events;
	size_t n_enabled;
	struct watch_opts opts;
	struct alive *alive;  /* the processes whose end is the run's; NULL: none */
	const char **filters; /* of the events, borrowed; NULL: none */
	struct scope *scope;  /* perf's hold on the events; NULL: they are enabled in tracefs */
	struct scope_event *scoped;
	struct err unconfined; /* why there is no scope although processes were named */
	struct child *child;
	bool count_only;
	bool numbers_differ;  /* tracefs's of tasks, from ours */
	int signal_fd;
	int *cpus;
	size_t n_cpus;
	struct buffers buffers;
	struct losses lost;
	size_t n_losses; /* times that something was lost */
	size_t n_checks;
	const struct event_type *disabled; /* not by us */
	bool has_enough;
};

/* Tells of records lost, and remembers. */
void watch_tell_lost(struct watch *w, int cpu, int64_t count);
