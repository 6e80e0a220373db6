/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The parts of a line of the kernel's text. Nothing is copied; bytes may be any. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/event.h"

/* Text between two pointers, taken from the left. */
struct cut {
	const char *at, *end;
};

/* What stands before "EVENT: ". */
struct text_head {
	struct cut comm; /* empty: not told */
	int32_t tid, tgid;
	int cpu;
	uint64_t time_ns;
	bool has_ticks;
	struct cut rest; /* from the event's name on */
};

enum text_kind {
	TEXT_OTHER,   /* no beginning of anything */
	TEXT_EVENT,   /* head->rest is "NAME: (0x…" */
	TEXT_STACK,   /* a stack trace's head, or one of its lines */
	TEXT_LOST,    /* CPU:3 [LOST 12 EVENTS]: head->cpu, and head->time_ns events */
	TEXT_COMMENT, /* # … */
};

enum text_kind text_head_parse(const char *line, size_t len, struct text_head *head);

/* Takes "NAME: (0xIP" or "NAME: (0xRET <- 0xIP", and ")". */
bool text_take_event(struct cut *c, struct cut *name, struct event *e, bool *is_return);
/* Takes " NAME=". */
bool text_take_name(struct cut *c, struct cut *name);
/*
 * Takes a value. `next` is the name of the field that follows: "" none, NULL not known.
 * A string ends at the (nth + 1)-th quote where it may. Items of arrays go to *items, of
 * which there are *n_items. `escaped`: strings are C's.
 */
bool text_take_value(struct cut *c, const char *next, unsigned nth, bool escaped,
		     struct value *ret, struct value **items, size_t *n_items);
