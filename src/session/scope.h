/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Probes that only some processes take: the same tracefs events, opened through
 * perf_event_open(2) for the threads of those processes. tracefs arms a probe in every
 * process that maps the file; perf arms it where its owner lives (R19).
 *
 * One fd for each event, thread and CPU (inherited events cannot be mapped with cpu -1),
 * one ring for each CPU that all of them write to.
 *
 * Threads born later inherit the events; processes forked later are not followed, for perf
 * would lose calls of theirs. It swaps the contexts of a task and its clone when one is
 * switched for the other (perf_event_context_sched_out), so that an event may be freed with
 * the wrong one of them; the kernel then finds no event left for a process that is still
 * asked for, and takes the breakpoints out of it (uprobe_perf_filter). Seen on 6.18: up to
 * two thirds of the calls gone, uncounted. An event that is not inherited keeps a task's
 * context from being a clone's twin: each thread gets one, and so the threads that are there
 * at the start keep their events, and the process its breakpoints.
 */

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

/*
 * Opens everything, disabled, with rings of up to `ring_kb`. Failures the caller answers with the
 * tracefs way: -EINTR somebody has the event enabled in tracefs (R20), -EMFILE more fds than
 * allowed, -EACCES/-EPERM perf is refused here, -ENOENT/-ENOSYS no perf. -ESRCH: no such process.
 */
int scope_open(const struct scope_event *events, size_t n_events, const pid_t *pids,
	       size_t n_pids, unsigned ring_kb, struct scope **ret, struct err *err);
/* Gives the rings to the stream. */
void scope_attach(struct scope *s, struct stream *stream);
/* Lets all of them count and record. */
int scope_enable(struct scope *s, struct err *err);
void scope_disable(struct scope *s);
/* What the kernel counted on a CPU, recorded or not. */
uint64_t scope_count(const struct scope *s, int cpu);
/* After the stream is freed. */
void scope_close(struct scope *s);
