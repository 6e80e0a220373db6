/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/text.h"
#include "probe/arg-type.h"
#include "probe/definition.h"

#define WORD_BITS 64
#define LOC_BITS 32 /* __data_loc: where the text is, and its length */

/* The number that begins there; `otherwise`: none does. */
static uint64_t number(const char *s, uint64_t otherwise)
{
	uint64_t n;

	return num_parse_u64(s, strspn(s, "0123456789"), &n) ? n : otherwise;
}

/* `of`: bits of the memory that holds the value. What is listed may be anybody's. */
static struct arg_type value(enum arg_kind kind, uint64_t bits, uint64_t of)
{
	return (struct arg_type){
		.kind = kind,
		.bits = bits && bits < WORD_BITS ? (unsigned)bits : WORD_BITS,
		.size = of / 8,
	};
}

static struct arg_type item_type(const char *type)
{
	const char *slash;
	uint64_t bits;

	if (text_starts(type, "string") || text_starts(type, "ustring"))
		return (struct arg_type){ .kind = ARG_STRING, .size = LOC_BITS / 8 };
	if (text_starts(type, "char"))
		return value(ARG_CHAR, 8, 8);
	if (!*type) /* of what is listed, no more is believed */
		return value(ARG_OTHER, WORD_BITS, WORD_BITS);
	bits = number(type + 1, WORD_BITS);
	slash = strchr(type, '/');
	if (*type == 'b' && slash)
		return value(ARG_BITFIELD, bits, number(slash + 1, WORD_BITS));
	if (!strchr("usx", *type) || !isdigit((unsigned char)type[1]))
		return value(ARG_OTHER, WORD_BITS, WORD_BITS);
	return value(*type == 'u'   ? ARG_UNSIGNED
		     : *type == 's' ? ARG_SIGNED
				    : ARG_HEX, bits, bits);
}

struct arg_type arg_type_parse(const char *type)
{
	const char *array = strchr(type, '[');
	struct arg_type t = item_type(type);

	if (array) {
		t.is_array = true;
		t.size *= number(array + 1, 1);
	}
	return t;
}

struct arg_type arg_type_of(const struct def_arg *arg)
{
	bool is_text = strncasecmp(arg->expr, "$comm", 5) == 0 || text_starts(arg->expr, "\\\"");

	return arg_type_parse(arg->type ? arg->type : is_text ? "string" : "x64");
}
