/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The text of an event's `format` file, and of events/header_page, as data.
 *
 * libtraceevent would do for most events, but (1.7.1) it silently loses a string array
 * ("__data_loc char[][3] s") and every field behind it, does not know the element size of
 * u16 s[], and cannot say that a field was asked for as x32 or char: that stands only in
 * the print format.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "probe/event.h"

#define FORMAT_RECORD_MAX 65536 /* a data_loc's offset is 16 bits wide */

struct format_field {
	char *name;
	enum value_kind kind; /* of the value, or of an array's items */
	unsigned offset, size;
	unsigned item_size; /* == size unless is_array */
	bool is_array;
	bool is_dynamic; /* each item is a data_loc: length << 16 | offset */
};

struct format {
	unsigned id;
	struct format_field *fields; /* common_… included */
	size_t n_fields;
};

#define FORMAT_INIT { .id = 0 }

int format_parse(struct format *f, const char *text, struct err *err);
void format_done(struct format *f);
/* NULL if there is none. */
const struct format_field *format_find(const struct format *f, const char *name);

#define auto_format CLEANUP(format_done) struct format
