/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One watching run: an instance and a group of its own, probes put into it or found there,
 * their events read until an end is reached, everything taken down again (kernel-facts 7:
 * the order of steps).
 *
 *   watch_begin   lock file, instance, clock, buffers, PIDs
 *   watch_define  temporary probes into the run's group
 *   watch_event   an event to read: filter, format
 *   watch_start   open the readers, enable, let the command go
 *   watch_loop    until duration, signal, end of the command or of the processes, closed
 *                 stdout, or enough
 *   watch_stop    no more events (watch_end does it too)
 *   watch_end     disable, read the rest, count losses, take down
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "probe/definition.h"
#include "session/buffers.h"
#include "session/child.h"
#include "session/losses.h"
#include "session/statedir.h"
#include "stream/stream.h"
#include "tracefs/tfs.h"

struct watch;

struct watch_opts {
	const pid_t *pids; /* record only these processes; n_pids 0: all */
	size_t n_pids;
	bool follow;       /* and what they fork later */
	bool may_grow;       /* the buffers, when something is lost */
	bool count_only;     /* record nothing: only the kernel's own counts are wanted */
	struct child *child; /* the held command: recorded with its children. NULL: none */
	/* Told while many events are switched, one by one. May be NULL. */
	void (*progress)(void *ctx, const char *doing, size_t done, size_t n);
	void *progress_ctx;
};

int watch_begin(struct tfs *tfs, struct statedir *dir, const struct watch_opts *opts,
		const struct stream_ops *ops, struct watch **ret, struct err *err);
/* The run's group: definitions for watch_define() belong to it. */
const char *watch_group(const struct watch *w);
int watch_define(struct watch *w, const struct definition *defs, size_t n, struct err *err);
/*
 * Adds an event to read: one that watch_define() made, or anybody's. `filter` may be NULL.
 * `type` has its names set, is completed here, and must outlive the run. A filter the kernel
 * refuses: err->at is the place in `filter`.
 */
int watch_event(struct watch *w, struct event_type *type, const char *filter,
		struct err *err);
int watch_start(struct watch *w, struct err *err);
/*
 * After watch_start(): why perf could not confine the probes to the processes asked for, so
 * that all that map the file take the trap; NULL if it could, or nothing was asked for.
 */
const char *watch_unconfined(const struct watch *w);

enum watch_reason {
	WATCH_GOES_ON, /* not over yet */
	WATCH_TIME,    /* the duration is over */
	WATCH_SIGNAL,  /* Ctrl-C, SIGTERM, SIGHUP */
	WATCH_COMMAND, /* the command ended */
	WATCH_ENDED,   /* all processes asked for have ended, and nobody follows their children */
	WATCH_ENOUGH,  /* ops->event or round said so */
	WATCH_CLOSED,  /* nobody reads our output any more */
	WATCH_FAILED,
};

struct watch_loop_opts {
	uint64_t duration_ns; /* 0: without end */
	int out_fd;           /* watched for its reader to go away; -1: none */
	/* Called after each round of events: flush, or start an interval. False ends the loop
	   (WATCH_ENOUGH). May be NULL. */
	bool (*round)(void *ctx);
	/* Something was lost and the buffers may grow: they have, or cannot any more. May be
	   NULL. */
	void (*grown)(void *ctx, const struct buffers *buffers, bool has_grown);
	void *ctx;
};
enum watch_reason watch_loop(struct watch *w, const struct watch_loop_opts *opts,
			     struct err *err);

/* Stops recording and disables; what was recorded can still be read, and counted. */
void watch_stop(struct watch *w);
/* Delivers what is still in the buffers. */
int watch_drain(struct watch *w, struct err *err);
/*
 * Takes everything down and frees `w`; also after a failure at any step. *ret_lost: records
 * lost in all, as far as the kernel says; those that no mark in the stream stood for are told
 * to ops->lost now.
 */
int watch_end(struct watch *w, struct losses *ret_lost, struct err *err);
