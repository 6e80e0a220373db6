/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Events as text, one file per format: report/events-text.c, events-json.c, … Each takes
 * an event and adds whole lines to a buffer; who writes the buffer where is cli/'s
 * business.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "probe/event.h"

struct events_options {
	int64_t wall_offset_ns; /* add to an event's time for CLOCK_REALTIME */
	bool no_header;
	size_t name_width; /* of the longest name to come, as far as known */
	/* what to call an event in the text; NULL: its type's name */
	const char *(*name)(const struct event *e);
	/* group, symbol, file of an event, for JSON; NULL: the type's group, left out */
	const char *(*group)(const struct event *e);
	const char *(*symbol)(const struct event *e);
	const char *(*file)(const struct event *e);
};

struct events_writer; /* a format's state */

struct events_format {
	const char *name;
	struct events_writer *(*begin)(const struct events_options *opts,
				       struct buf *out);
	void (*event)(struct events_writer *w, const struct event *e, struct buf *out);
	void (*lost)(struct events_writer *w, const struct lost *lost, struct buf *out);
	void (*end)(struct events_writer *w, struct buf *out); /* frees w */
};

extern const struct events_format events_text; /* aligned columns, see output.md */
extern const struct events_format events_json; /* one object a line, design.md */

/*
 * One value as text: 42, -1, 0x2a, 'c', "text", (fault), NULL, {1,2}. An array of char is
 * shown as a string (in JSON too) with all its bytes.
 */
void value_format(const struct value *v, struct buf *b);
struct json;
/* One value as JSON; `key` is NULL in an array. */
void value_json(const struct value *v, struct json *j, const char *key);
