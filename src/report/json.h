/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A JSON writer: nesting and commas are its business. Strings may hold any bytes; one
 * that is not valid UTF-8 becomes \udcXX (Python's surrogateescape). Writes into a buf;
 * the newline after a document is the caller's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct json {
	struct buf *out;
	unsigned depth;
	bool need_comma;
};

#define JSON_INIT(buf) { .out = (buf) }

/* `key` is NULL in an array and at top level. */
void json_object(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_array(struct json *j, const char *key);
void json_end_array(struct json *j);
void json_str(struct json *j, const char *key, const char *s); /* NULL: null */
void json_strn(struct json *j, const char *key, const char *s, size_t len);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_int(struct json *j, const char *key, int64_t v);
void json_hex(struct json *j, const char *key, uint64_t v); /* "0x…", a string */
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);
/* A double, with so many decimals at most: what was measured is not known any better. */
void json_rounded(struct json *j, const char *key, double v, int decimals);
