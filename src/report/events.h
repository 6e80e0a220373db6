/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Events as text, one file per format: report/events-text.c, events-json.c, … Each takes
 * an event or a call and adds whole lines to a buffer; who writes the buffer where is
 * cli/'s business.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/pairs.h"
#include "base/buf.h"
#include "base/err.h"
#include "probe/event.h"

enum events_time {
	TIME_WALL, /* of the day */
	TIME_MONO, /* seconds of the buffer's clock */
	TIME_REL,  /* seconds since start_ns */
};

#define EVENTS_COLUMNS_MAX 32

struct events_options {
	int64_t wall_offset_ns; /* add to an event's time for CLOCK_REALTIME */
	bool no_wall;           /* the offset is not known: no time of day */
	enum events_time time;  /* in the text */
	uint64_t start_ns;
	bool no_header;
	bool has_calls;    /* calls will come, not only events: other columns */
	size_t name_width; /* of the longest name to come, as far as known */
	/* of the text, by events_columns(); n_columns 0: the usual ones */
	unsigned char columns[EVENTS_COLUMNS_MAX];
	size_t n_columns;
	/* what to call an event in the text; NULL: its type's name */
	const char *(*name)(const struct event *e);
	/* group, symbol, file of an event, for JSON; NULL: the type's group, left out */
	const char *(*group)(const struct event *e);
	const char *(*symbol)(const struct event *e);
	const char *(*file)(const struct event *e);
};

/* Chooses columns: names with commas between; "+NAME" adds to the usual ones. */
int events_columns(struct events_options *opts, const char *list, struct err *err);

struct events_writer; /* a format's state */

struct events_format {
	const char *name;
	struct events_writer *(*begin)(const struct events_options *opts,
				       struct buf *out);
	void (*event)(struct events_writer *w, const struct event *e, struct buf *out);
	/* Sets start_ns later than begin; NULL: of no interest. */
	void (*start)(struct events_writer *w, uint64_t start_ns);
	/* NULL: the format knows no calls, give it the events. */
	void (*call)(struct events_writer *w, const struct call *c, struct buf *out);
	void (*lost)(struct events_writer *w, const struct lost *lost, struct buf *out);
	void (*end)(struct events_writer *w, struct buf *out); /* frees w */
};

extern const struct events_format events_text; /* aligned columns, see output.md */
extern const struct events_format events_json; /* one object a line, design.md */
extern const struct events_format events_csv;  /* RFC 4180, the same names */
/*
 * The kernel's own line of a record, as trace_pipe has it; the flags, which are garbage for
 * uprobes on many kernels, as dots, and strings with C's escapes, so that nothing steers the
 * terminal and a line is a record. stream/text reads them back.
 */
extern const struct events_format events_kernel;

/*
 * One value as text: 42, -1, 0x2a, 'c', "text", (fault), NULL, {1,2}. An array of char is
 * shown as a string (in JSON too) with all its bytes.
 */
void value_format(const struct value *v, struct buf *b);
struct json;
/* One value as JSON; `key` is NULL in an array. */
void value_json(const struct value *v, struct json *j, const char *key);
