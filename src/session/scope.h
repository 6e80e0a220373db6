/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Probes that only some processes take: the same tracefs events, opened through
 * perf_event_open(2) for the threads of those processes. tracefs arms a probe in every
 * process that maps the file; perf arms it where its owner lives (R19).
 *
 * One fd for each event, thread and CPU (inherited events cannot be mapped with cpu -1),
 * one ring for each CPU that all of them write to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "stream/stream.h"

struct scope;

struct scope_event {
	int id;             /* the event's, from its id file */
	const char *filter; /* NULL: none */
};

struct scope_opts {
	const pid_t *pids;
	size_t n_pids;
	bool children; /* also processes they fork later, not only threads */
	bool on_exec;  /* held until the process executes a program: a command of ours */
};

/*
 * Opens everything, disabled. Failures the caller answers with the tracefs way:
 * -EINTR somebody has the event enabled in tracefs (R20), -EMFILE more fds than allowed,
 * -EACCES/-EPERM perf is refused here, -ENOENT/-ENOSYS no perf. -ESRCH: no such process.
 */
int scope_open(const struct scope_event *events, size_t n_events, const struct scope_opts *opts,
	       struct scope **ret, struct err *err);
/* Gives the rings to the stream. */
void scope_attach(struct scope *s, struct stream *stream);
/* Lets all of them count and record. */
int scope_enable(struct scope *s, struct err *err);
void scope_disable(struct scope *s);
/* What the kernel counted, recorded or not. */
uint64_t scope_count(const struct scope *s);
/* After the stream is freed. */
void scope_close(struct scope *s);
