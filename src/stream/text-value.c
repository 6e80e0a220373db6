/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as the kernel's print format writes them: __set_print_fmt(), trace_probe.c. */
#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "stream/text-line.h"

static size_t left(const struct cut *c)
{
	return (size_t)(c->end - c->at);
}

static bool take_number(struct cut *c, struct value *ret)
{
	const char *from = c->at;
	bool is_hex = left(c) > 2 && from[0] == '0' && from[1] == 'x';

	if (is_hex)
		c->at += 2;
	else if (left(c) && *c->at == '-')
		c->at++;
	while (c->at < c->end && (is_hex ? isxdigit((unsigned char)*c->at)
					 : isdigit((unsigned char)*c->at)))
		c->at++;
	ret->kind = is_hex ? VALUE_HEX : *from == '-' ? VALUE_SINT : VALUE_UINT;
	if (ret->kind == VALUE_SINT)
		return num_parse_s64(from, (size_t)(c->at - from), &ret->s);
	/* A leading zero would be octal to it; the kernel writes none. */
	if (!is_hex && from[0] == '0' && c->at - from > 1)
		return false;
	return num_parse_u64(from, (size_t)(c->at - from), &ret->u);
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* text_escape()'s: the byte, and how many bytes stand for it. */
static size_t unescape(const char *s, size_t len, char *ret)
{
	static const char letters[] = "abtnvfr\\\"'", bytes[] = "\a\b\t\n\v\f\r\\\"'";
	const char *letter;

	*ret = s[0];
	if (s[0] != '\\' || len < 2)
		return 1;
	if (s[1] == 'x' && len >= 4 && isxdigit((unsigned char)s[2]) &&
	    isxdigit((unsigned char)s[3])) {
		*ret = (char)(hex_digit(s[2]) << 4 | hex_digit(s[3]));
		return 4;
	}
	letter = s[1] ? strchr(letters, s[1]) : NULL;
	if (!letter)
		return 1;
	*ret = bytes[letter - letters];
	return 2;
}

/* '%c': any byte at all; or escaped, by us. */
static bool take_char(struct cut *c, bool escaped, struct value *ret)
{
	size_t n = 1;
	char byte;

	if (left(c) < 3)
		return false;
	byte = c->at[1];
	if (escaped)
		n = unescape(c->at + 1, left(c) - 1, &byte);
	if (left(c) < n + 2 || c->at[n + 1] != '\'')
		return false;
	c->at += n + 2;
	ret->kind = VALUE_CHAR;
	ret->u = (unsigned char)byte;
	return true;
}

static bool starts_value(const char *s, const char *end)
{
	return s < end && (isdigit((unsigned char)*s) || strchr("-\"'{(", *s)) && *s;
}

/* Whether " NAME=VALUE" follows, or the end. */
static bool is_field_end(const char *s, const char *end, const char *next)
{
	struct cut c = { s, end }, name;

	if (s == end)
		return !next || !*next;
	if (next && !*next)
		return false;
	return text_take_name(&c, &name) && starts_value(c.at, end) &&
	       (!next || ((size_t)(name.end - name.at) == strlen(next) &&
			  memcmp(name.at, next, strlen(next)) == 0));
}

static bool is_item_end(const char *s, const char *end)
{
	if (s == end)
		return false;
	return *s == '}' || (*s == ',' && s + 1 < end && (s[1] == '"' || s[1] == '('));
}

/* Where the string that begins at `from` ends; NULL: nowhere. */
static const char *string_end(const char *from, const char *end, const char *next,
			      unsigned nth, bool in_array, bool escaped)
{
	for (const char *s = from; s < end; s++) {
		if (escaped && *s == '\\') {
			s++;
			continue;
		}
		if (*s != '"')
			continue;
		if ((escaped || (in_array ? is_item_end(s + 1, end)
					  : is_field_end(s + 1, end, next))) && nth-- == 0)
			return s;
	}
	return NULL;
}

/* In place: the bytes of a line are its parser's. */
static size_t unescape_all(char *s, size_t len)
{
	size_t to = 0;

	for (size_t from = 0; from < len;) {
		char byte;

		from += unescape(s + from, len - from, &byte);
		s[to++] = byte;
	}
	return to;
}

static bool take_string(struct cut *c, const char *next, unsigned nth, bool in_array,
			bool escaped, struct value *ret)
{
	const char *from = c->at + 1;
	const char *to = string_end(from, c->end, next, nth, in_array, escaped);

	if (!to)
		return false;
	ret->kind = VALUE_STRING;
	ret->str = from;
	ret->len = (size_t)(to - from);
	if (escaped)
		ret->len = unescape_all((char *)from, ret->len);
	c->at = to + 1;
	return true;
}

static bool take_one(struct cut *c, const char *next, unsigned nth, bool in_array,
		     bool escaped, struct value *ret)
{
	*ret = (struct value){ 0 };
	if (!left(c))
		return false;
	if (*c->at == '"')
		return take_string(c, next, nth, in_array, escaped, ret);
	if (*c->at == '\'')
		return take_char(c, escaped, ret);
	if (left(c) >= 7 && memcmp(c->at, "(fault)", 7) == 0) {
		c->at += 7;
		ret->kind = VALUE_FAULT;
		return true;
	}
	return take_number(c, ret);
}

static bool take_array(struct cut *c, bool escaped, struct value *ret, struct value **items,
		       size_t *n_items)
{
	struct value *first = *items;

	for (;;) {
		c->at++; /* the '{' or ',' */
		if (!*n_items || !take_one(c, NULL, 0, true, escaped, *items))
			return false;
		++*items;
		--*n_items;
		if (c->at < c->end && *c->at == '}')
			break;
		if (c->at == c->end || *c->at != ',')
			return false;
	}
	c->at++;
	*ret = (struct value){
		.kind = VALUE_ARRAY,
		.items = first,
		.len = (size_t)(*items - first),
	};
	return true;
}

bool text_take_value(struct cut *c, const char *next, unsigned nth, bool escaped,
		     struct value *ret, struct value **items, size_t *n_items)
{
	if (left(c) && *c->at == '{')
		return take_array(c, escaped, ret, items, n_items);
	return take_one(c, next, nth, false, escaped, ret);
}
