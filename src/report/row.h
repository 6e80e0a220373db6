/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the formats of events share: a row, which is an event or a call, and its parts. */

#include "report/events.h"
#include "report/json.h"

struct row {
	const struct event *entry, *finish; /* an event is one of them; a call has both */
	const struct event *first;          /* time, CPU and task are its */
	enum call_end end;
	bool is_call;
};

struct row row_of_event(const struct event *e);
struct row row_of_call(const struct call *c);

/* The i-th of the row's halves that exist, with its type; NULL past the end. */
const struct event *row_half(const struct row *r, size_t i);
/* What the function returned; NULL: not asked for, or not known. */
const struct value *row_retval(const struct row *r);
/* Whether field i of `e` stands among the arguments. */
bool row_is_arg(const struct event *e, size_t i, bool with_named_retval);
/* "entry", "return", "call" */
const char *row_kind(const struct row *r);
/* Nanoseconds from entry to return; false for halves. */
bool row_duration(const struct row *r, uint64_t *ret);
/* Why there is no other half, in a word; NULL for what is whole. */
const char *row_reason(const struct row *r);

/* {"n":1,…} */
void row_args_json(const struct row *r, struct json *j, const char *key);

/* localtime_r() is dear: the text of the last second is kept, and the fraction put into it. */
struct wall_clock {
	bool is_known;
	int64_t second;
	char text[40]; /* "2026-11-20T14:02:11.483920123+01:00" */
};

enum {
	WALL_TIME = 11,     /* where the time of day stands */
	WALL_FRACTION = 20, /* and the fraction of its second */
};

/* RFC 3339 with nanoseconds, in the clock until the next call. */
const char *wall_clock_text(struct wall_clock *c, uint64_t wall_ns);
