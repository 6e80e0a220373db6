/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The kernel's text of events, as trace and trace_pipe have it in whatever layout the
 * options of the recording gave it (kernel-facts 5.2), back to events.
 *
 * The text does not quote: a string may hold quotes, line ends, and what looks like the next
 * argument. Where that leaves a choice the shortest reading is taken that fits the fields
 * that the event had before. Kinds and signs are what the digits show.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/event.h"

struct text;

struct text_ops {
	/* One event; all of it is valid until the function returns. False: stop. cpu and tid
	   are -1 where the layout does not tell, comm NULL. */
	bool (*event)(void *ctx, const struct event *e);
	void (*lost)(void *ctx, const struct lost *lost);
	/* An event type seen for the first time, before its first event. It lives as long as
	   the text. May be NULL. */
	void (*type)(void *ctx, struct event_type *type);
	void *ctx;
};

struct text *text_new(const struct text_ops *ops);
void text_free(struct text *t);
/*
 * Events of this name and with these fields are of this type, which must outlive `t`. Once
 * one type is declared, no others are delivered.
 */
void text_declare(struct text *t, const struct event_type *type);

/* The next piece of the text, cut anywhere. False: ops->event wants no more. */
bool text_feed(struct text *t, const char *data, size_t len);
/* Nothing follows (for now): the last record is whole. False as above. */
bool text_flush(struct text *t);

/* Lines that were understood to be no event, loss, comment or stack. */
uint64_t text_skipped(const struct text *t);
/* Some times were plain numbers, of a clock that does not count in seconds. */
bool text_has_ticks(const struct text *t);
