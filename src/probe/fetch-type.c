/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of fetch arguments. The kernel's are those of find_fetch_type() and
 * __parse_bitfield_probe_arg(); an array's suffix is taken off before the name is looked
 * at, as parse_probe_arg_type() does.
 */
#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/fetch-parse.h"

#define MAX_ARRAY_LEN 64 /* kernel/trace/trace_probe.h */

static const struct type_name {
	const char *name;
	enum fetch_type_base base;
	unsigned bits;
	bool is_kernels; /* may be an array's items */
} type_names[] = {
	{ "u8", TYPE_UINT, 8, true },	   { "u16", TYPE_UINT, 16, true },
	{ "u32", TYPE_UINT, 32, true },	   { "u64", TYPE_UINT, 64, true },
	{ "s8", TYPE_SINT, 8, true },	   { "s16", TYPE_SINT, 16, true },
	{ "s32", TYPE_SINT, 32, true },	   { "s64", TYPE_SINT, 64, true },
	{ "x8", TYPE_HEX, 8, true },	   { "x16", TYPE_HEX, 16, true },
	{ "x32", TYPE_HEX, 32, true },	   { "x64", TYPE_HEX, 64, true },
	{ "char", TYPE_CHAR, 0, true },	   { "string", TYPE_STRING, 0, true },
	{ "ustring", TYPE_USTRING, 0, true },
	{ "hex", TYPE_HEX, 0, false },	   { "std", TYPE_STD, 0, false },
	{ "bool", TYPE_BOOL, 0, false },   { "ptr", TYPE_PTR, 0, false },
	{ "oct", TYPE_OCT, 0, false },	   { "fd", TYPE_FD, 0, false },
	{ "errno", TYPE_ERRNO, 0, false }, { "signal", TYPE_SIGNAL, 0, false },
	{ "sym", TYPE_SYM, 0, false },
};

/* What people coming from C write. */
static const struct {
	const char *name, *hint;
} foreign_types[] = {
	{ "int", "a C int is s32" },
	{ "unsigned", "a C unsigned int is u32" },
	{ "uint", "a C unsigned int is u32" },
	{ "short", "a C short is s16" },
	{ "long", "a C long is s64, on 32-bit targets s32" },
	{ "size_t", "a size_t is u64, on 32-bit targets u32" },
	{ "str", "string is a text that ends in a NUL; str(LEN) one of LEN bytes, as in "
		 "arg2:str(arg3)" },
	{ "bytes", "bytes takes its length: arg2:bytes(arg3), arg2:bytes(16)" },
	{ "float", "floating-point registers are out of the kernel's reach here" },
	{ "double", "floating-point registers are out of the kernel's reach here" },
	{ "symbol", "symbol is for addresses of the kernel; sym shows one of the program" },
	{ "symstr", "symstr is for addresses of the kernel; sym shows one of the program" },
	{ "%pd", "%pd is for the kernel's own structures" },
	{ "%pD", "%pD is for the kernel's own structures" },
	{ "", "leave the ':' away for the default, x64" },
};

static const struct type_name *type_find(const char *s, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (strlen(type_names[i].name) == len &&
		    memcmp(type_names[i].name, s, len) == 0)
			return &type_names[i];
	return NULL;
}

static int unknown_type(struct fetch_parser *p, const char *s, const char *end)
{
	auto_free char *name = xstrndup(s, end - s);
	struct text_nearest near = { .word = name, .max = 1 };

	err_set(p->err, EINVAL, "Unknown type is specified");
	fetch_fail(p, s, end);
	for (size_t i = 0; i < ARRAY_SIZE(foreign_types); i++)
		if (strcmp(foreign_types[i].name, name) == 0)
			return err_hint(p->err, "%s", foreign_types[i].hint);
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		text_nearest_offer(&near, type_names[i].name);
	if (near.n)
		return err_hint(p->err, "did you mean %s?", near.found[0]);
	return err_hint(p->err, "types are u8 to u64, s8 to s64, x8 to x64, char, string, "
				"bW@O/S, and those of the manual");
}

static int bad_bitfield(struct fetch_parser *p, const char *s, const char *end)
{
	err_set(p->err, EINVAL, "Invalid bitfield");
	err_hint(p->err, "bWIDTH@SHIFT/SIZE, with SIZE 8, 16, 32 or 64 and WIDTH + SHIFT <= "
			 "SIZE, as b4@2/8");
	return fetch_fail(p, s, end);
}

/* A number up to the byte `stop` (or the end, if that is NUL). */
static bool number_until(const char **s, const char *end, char stop, uint64_t *ret)
{
	const char *to = stop ? memchr(*s, stop, end - *s) : end;

	if (!to || !num_parse_u64(*s, to - *s, ret))
		return false;
	*s = to + 1;
	return true;
}

static int parse_bitfield(struct fetch_parser *p, const char *s, const char *end,
			  struct fetch_type *t)
{
	uint64_t width, shift, size;
	const char *at = s + 1;

	if (!number_until(&at, end, '@', &width) || !number_until(&at, end, '/', &shift) ||
	    !number_until(&at, end, 0, &size))
		return bad_bitfield(p, s, end);
	if ((size != 8 && size != 16 && size != 32 && size != 64) || !width ||
	    width > size || shift > size - width)
		return bad_bitfield(p, s, end);
	t->base = TYPE_BITFIELD;
	t->width = width;
	t->shift = shift;
	t->bits = size;
	return 0;
}

static int array_fail(struct fetch_parser *p, const char *text, const char *from,
		      const char *to)
{
	err_set(p->err, EINVAL, "%s", text);
	err_hint(p->err, "TYPE[N], with N from 1 to %d", MAX_ARRAY_LEN);
	return fetch_fail(p, from, to);
}

/* [N] at `open`, up to `end`. */
static int parse_array(struct fetch_parser *p, const char *open, const char *end,
		       struct fetch_type *t)
{
	const char *close = memchr(open, ']', end - open);
	uint64_t n;

	if (!close)
		return array_fail(p, "Array is not closed", open, end);
	if (close + 1 != end)
		return array_fail(p, "Array has wrong suffix", close + 1, end);
	if (!num_parse_u64(open + 1, close - open - 1, &n) || !n || n > UINT32_MAX)
		return array_fail(p, "Invalid array size", open, end);
	if (n > MAX_ARRAY_LEN)
		return array_fail(p, "Array number is too big", open, end);
	t->array = n;
	return 0;
}

static int parse_number_len(struct fetch_parser *p, struct fetch_type *t)
{
	uint64_t n;

	if (!num_parse_u64(p->p, p->end - p->p, &n) || !n || n > INT32_MAX) {
		err_set(p->err, EINVAL, "Invalid length");
		return fetch_fail(p, p->p, p->end);
	}
	t->len = xcalloc(1, sizeof(*t->len));
	t->len->op = FETCH_IMM;
	t->len->num = n;
	t->len->at = fetch_span(p, p->p, p->end);
	t->len_text = xasprintf("%llu", (unsigned long long)n);
	return 0;
}

/* MAX behind the comma, up to the end, which is moved before the comma. */
static int parse_max(struct fetch_parser *p, struct fetch_type *t)
{
	const char *comma = memrchr(p->p, ',', p->end - p->p), *from;
	uint64_t n;

	if (!comma)
		return 0;
	from = comma + 1;
	if (!num_parse_u64(from, p->end - from, &n) || !n || n > FETCH_MAX_BYTES) {
		err_set(p->err, EINVAL, "Invalid number of bytes to record");
		err_hint(p->err, "1 to %d, as in arg2:str(arg3,256); without it, 64",
			 FETCH_MAX_BYTES);
		return fetch_fail(p, from, p->end);
	}
	t->max = n;
	p->end = comma;
	return 0;
}

/* str(LEN[,MAX]), bytes(LEN[,MAX]): LEN is a number or a fetch argument. */
static int parse_counted(struct fetch_parser *p, const char *s, const char *open,
			 const char *end, struct fetch_type *t)
{
	struct fetch_parser inner = *p;
	auto_buf text = BUF_INIT;
	int rc;

	t->base = *s == 's' ? TYPE_STR_LEN : TYPE_BYTES;
	if (end[-1] != ')' || end - open < 3) {
		err_set(p->err, EINVAL, "the type wants a length in brackets");
		err_hint(p->err, "as in arg2:str(arg3) or arg2:bytes(16)");
		return fetch_fail(p, open, end);
	}
	inner.p = open + 1;
	inner.end = end - 1;
	inner.depth = 0;
	rc = parse_max(&inner, t);
	if (rc < 0)
		return rc;
	if (inner.p < inner.end && isdigit((unsigned char)*inner.p))
		return parse_number_len(&inner, t);
	t->len = fetch_parse_all(&inner);
	if (!t->len)
		return p->err ? -p->err->code : -EINVAL;
	if (t->len->op == FETCH_COMM || t->len->op == FETCH_IMM_STR ||
	    t->len->op == FETCH_REGS) {
		fetch_free(STEAL(t->len));
		err_set(p->err, EINVAL, "Invalid length");
		return fetch_fail(p, open + 1, inner.end);
	}
	fetch_format(t->len, &text);
	t->len_text = buf_steal(&text);
	return 0;
}

static bool is_counted(const char *s, const char *open)
{
	size_t len = open - s;

	return (len == 3 && memcmp(s, "str", 3) == 0) ||
	       (len == 5 && memcmp(s, "bytes", 5) == 0);
}

static int parse_pointee(struct fetch_parser *p, const char *s, const char *end,
			 struct fetch_type *t)
{
	const struct type_name *name = type_find(s, end - 1 - s);

	if (!name || !name->bits) {
		err_set(p->err, EINVAL, "Unknown type is specified");
		err_hint(p->err, "what a pointer leads to is u8* to u64*, s8* to s64*, "
				 "x8* to x64*; for text say string");
		return fetch_fail(p, s, end);
	}
	t->base = TYPE_POINTEE;
	t->of = name->base;
	t->bits = name->bits;
	return 0;
}

static int parse_plain(struct fetch_parser *p, const char *s, const char *end,
		       struct fetch_type *t)
{
	const struct type_name *name = type_find(s, end - s);

	if (!name && *s == 'b' && memchr(s, '/', end - s))
		return parse_bitfield(p, s, end, t);
	if (!name)
		return unknown_type(p, s, end);
	if (t->array && !name->is_kernels) {
		err_set(p->err, EINVAL, "an array is of one of the kernel's types");
		err_hint(p->err, "u8 to u64, s8 to s64, x8 to x64, char, string");
		return fetch_fail(p, s, end);
	}
	t->base = name->base;
	t->bits = name->bits;
	return 0;
}

int fetch_type_parse(struct fetch_parser *p, const char *s, const char *end,
		     struct fetch_type *ret)
{
	const char *open = memchr(s, '(', end - s), *bracket = memchr(s, '[', end - s);

	*ret = (struct fetch_type){ .at = fetch_span(p, s, end) };
	if (open && is_counted(s, open))
		return parse_counted(p, s, open, end, ret);
	if (bracket) {
		int rc = parse_array(p, bracket, end, ret);

		return rc < 0 ? rc : parse_plain(p, s, bracket, ret);
	}
	if (end > s + 1 && end[-1] == '*')
		return parse_pointee(p, s, end, ret);
	return parse_plain(p, s, end, ret);
}

void fetch_type_format(const struct fetch_type *t, struct buf *b)
{
	enum fetch_type_base base = t->base == TYPE_POINTEE ? t->of : t->base;

	if (t->base == TYPE_NONE)
		return;
	if (t->base == TYPE_BITFIELD)
		buf_addf(b, "b%u@%u/%u", t->width, t->shift, t->bits);
	if (t->base == TYPE_STR_LEN || t->base == TYPE_BYTES)
		buf_addf(b, "%s(%s", t->base == TYPE_BYTES ? "bytes" : "str", t->len_text);
	if (t->max)
		buf_addf(b, ",%u", t->max);
	if (t->len_text)
		buf_addc(b, ')');
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (type_names[i].base == base && type_names[i].bits == t->bits)
			buf_adds(b, type_names[i].name);
	if (t->base == TYPE_POINTEE)
		buf_addc(b, '*');
	if (t->array)
		buf_addf(b, "[%u]", t->array);
}
