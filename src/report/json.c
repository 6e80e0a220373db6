/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text as RFC 8259 has it. Everything that could act on a terminal leaves here as a \u
 * escape, so that a traced program's strings are harmless even when they are looked at
 * raw.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "report/json.h"

static const char hex_digits[] = "0123456789abcdef";

/* The code point at s and its length, or 0 if the bytes there are not UTF-8. */
static size_t utf8_decode(const unsigned char *s, size_t len, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t c = s[0] & (0x7f >> n);

	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < smallest[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	*ret = c;
	return n;
}

static void add_u16(struct buf *b, unsigned c)
{
	buf_adds(b, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4)
		buf_addc(b, hex_digits[c >> shift & 15]);
}

static void add_ascii(struct buf *b, char c)
{
	static const char named[] = "\b\f\n\r\t\"\\";
	const char *p = c ? strchr(named, c) : NULL;

	if (p) {
		buf_addc(b, '\\');
		buf_addc(b, "bfnrt\"\\"[p - named]);
	} else {
		add_u16(b, (unsigned char)c);
	}
}

/* Adds what stands at s if it cannot go out as it is; returns how many bytes that was. */
static size_t add_escaped(struct buf *b, const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	uint32_t c;
	size_t n;

	if (u[0] < 0x80) {
		add_ascii(b, s[0]);
		return 1;
	}
	n = utf8_decode(u, len, &c);
	if (n == 0) {
		add_u16(b, 0xdc00 + u[0]);
		return 1;
	}
	if (c >= 0x10000) {
		add_u16(b, 0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	add_u16(b, c);
	return n;
}

static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static void add_string(struct buf *b, const char *s, size_t len)
{
	size_t from = 0, i = 0;

	buf_addc(b, '"');
	while (i < len) {
		size_t n = 1;

		if (!is_plain(s[i]))
			n = (unsigned char)s[i] < 0x80 ? 0 : text_utf8(s + i, len - i);
		if (n == 0) {
			buf_add(b, s + from, i - from);
			i += add_escaped(b, s + i, len - i);
			from = i;
		}
		i += n;
	}
	buf_add(b, s + from, len - from);
	buf_addc(b, '"');
}

/* The comma before a value, and its key. */
static void lead(struct json *j, const char *key)
{
	if (j->need_comma && j->depth)
		buf_addc(j->out, ',');
	j->need_comma = true;
	if (key) {
		add_string(j->out, key, strlen(key));
		buf_addc(j->out, ':');
	}
}

static void nest(struct json *j, const char *key, char bracket)
{
	lead(j, key);
	buf_addc(j->out, bracket);
	j->depth++;
	j->need_comma = false;
}

static void unnest(struct json *j, char bracket)
{
	buf_addc(j->out, bracket);
	j->depth--;
	j->need_comma = true;
}

void json_object(struct json *j, const char *key)
{
	nest(j, key, '{');
}

void json_end_object(struct json *j)
{
	unnest(j, '}');
}

void json_array(struct json *j, const char *key)
{
	nest(j, key, '[');
}

void json_end_array(struct json *j)
{
	unnest(j, ']');
}

void json_strn(struct json *j, const char *key, const char *s, size_t len)
{
	lead(j, key);
	add_string(j->out, s, len);
}

void json_str(struct json *j, const char *key, const char *s)
{
	if (s)
		json_strn(j, key, s, strlen(s));
	else
		json_null(j, key);
}

void json_uint(struct json *j, const char *key, uint64_t v)
{
	lead(j, key);
	buf_add_uint(j->out, v);
}

void json_int(struct json *j, const char *key, int64_t v)
{
	lead(j, key);
	buf_add_int(j->out, v);
}

void json_hex(struct json *j, const char *key, uint64_t v)
{
	lead(j, key);
	buf_addc(j->out, '"');
	buf_add_hex(j->out, v);
	buf_addc(j->out, '"');
}

void json_bool(struct json *j, const char *key, bool v)
{
	lead(j, key);
	buf_adds(j->out, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	lead(j, key);
	buf_adds(j->out, "null");
}

void json_rounded(struct json *j, const char *key, double v, int decimals)
{
	char text[400]; /* of DBL_MAX 309 digits */
	size_t len;

	if (!isfinite(v)) {
		json_null(j, key);
		return;
	}
	len = (size_t)snprintf(text, sizeof(text), "%.*f", decimals, v);
	while (strchr(text, '.') && (text[len - 1] == '0' || text[len - 1] == '.'))
		text[--len] = 0;
	lead(j, key);
	buf_adds(j->out, text);
}
