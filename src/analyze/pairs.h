/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Entries and returns become calls.
 *
 * The key is exact (kernel-facts R18): thread, probed address, and the stack pointer that
 * both halves carry in their field __sp; of equal keys (a function that jumps to itself)
 * the latest is the first to return. Anything less pairs wrongly under recursion deeper
 * than the kernel follows (64), longjmp() and lost events. What has no other half is told
 * as a half: an exact pair or none.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "probe/event.h"

enum call_end {
	CALL_RETURNED,  /* both halves */
	CALL_LEFT,      /* no return came: its frame is gone (longjmp, deeper than 64) */
	CALL_EXITED,    /* the thread is gone */
	CALL_RUNNING,   /* not over when the recording was */
	CALL_LOST,      /* events were lost meanwhile: the halves at hand may not belong together */
	CALL_FORGOTTEN, /* too many were open at once */
	CALL_NO_ENTRY,  /* a return whose entry was not seen */
};

struct call {
	const struct event *entry;  /* NULL: only the return was recorded */
	const struct event *finish; /* the return; NULL: only the entry was recorded */
	enum call_end end;
};

struct pairs;

struct pairs_ops {
	/* A call, or one half of one. Valid until the function returns. */
	void (*call)(void *ctx, const struct call *call);
	void *ctx;
};

/* The stack pointer of a return is that of its entry and this: */
enum {
	PAIRS_GUESS = -1, /* not known: what the alignment of the entry's tells (the psABIs) */
	PAIRS_LINK = 0,   /* link register: equal */
	/* else the word that a call pushes: 8, 4 */
};

struct pairs *pairs_new(const struct pairs_ops *ops);
void pairs_free(struct pairs *p);
/*
 * Two event types whose events are halves of one call; they must outlive `p`. False if one
 * lacks __sp: then they cannot be paired. `is_filtered`: the kernel drops some of the
 * halves by a filter on the other half; those that are left over are not told.
 */
bool pairs_add(struct pairs *p, const struct event_type *entry,
	       const struct event_type *finish, int word, bool is_filtered);
/* The same where the types become known one by one: a pair, by number, and its halves. */
int pairs_new_pair(struct pairs *p, int word, bool is_filtered);
bool pairs_join(struct pairs *p, int pair, const struct event_type *type);
/*
 * Takes an event; in order of time. All events of the recording, for those of other types
 * tell where a gap ends. False if its type is no half of a pair, or its
 * thread is not known.
 */
bool pairs_event(struct pairs *p, const struct event *e);
/* Events were lost before the next one of that CPU. */
void pairs_lost(struct pairs *p, int cpu);
/*
 * Tells the open calls of threads that are gone. Those must be seen gone by two calls, so
 * that what they recorded last has been delivered: call it once a second or so.
 */
void pairs_reap(struct pairs *p, bool (*is_alive)(pid_t tid));
/* The recording is over: tells what is open. */
void pairs_end(struct pairs *p);
