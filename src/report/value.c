/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values for people: C's notation, nothing a terminal would act on. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/events.h"

static void add_char(struct buf *b, uint64_t c)
{
	char text[1] = { c };

	buf_addc(b, '\'');
	if (text[0] == '\'')
		buf_addc(b, '\\');
	text_escape(b, text, 1, true);
	buf_addc(b, '\'');
}

static void add_string(struct buf *b, const char *s, size_t len)
{
	buf_addc(b, '"');
	text_escape(b, s, len, true);
	buf_addc(b, '"');
}

static bool is_text(const struct value *v)
{
	return v->len > 0 && v->items[0].kind == VALUE_CHAR;
}

/* char[n] captures a piece of memory: all n bytes, NULs too. */
static void add_chars(struct buf *b, const struct value *v)
{
	auto_buf text = BUF_INIT;

	for (size_t i = 0; i < v->len; i++)
		buf_addc(&text, v->items[i].u);
	add_string(b, text.p, text.len);
}

static void add_items(struct buf *b, const struct value *v)
{
	buf_addc(b, '{');
	for (size_t i = 0; i < v->len; i++) {
		if (i > 0)
			buf_addc(b, ',');
		value_format(&v->items[i], b);
	}
	buf_addc(b, '}');
}

static void add_bytes(struct buf *b, const struct value *v)
{
	for (size_t i = 0; i < v->len; i++)
		buf_addf(b, "%02x", (unsigned char)v->str[i]);
}

static void add_object(struct buf *b, const struct value *v)
{
	buf_addc(b, '{');
	for (size_t i = 0; i < v->len; i++) {
		buf_addf(b, "%s%s=", i > 0 ? " " : "", v->names[i]);
		value_format(&v->items[i], b);
	}
	buf_addc(b, '}');
}

/* Symbols come from files of strangers. */
static void add_symbol(struct buf *b, const struct value *v)
{
	if (v->name)
		text_escape(b, v->name, strlen(v->name), false);
	else
		buf_add_hex(b, v->u);
}

void value_format(const struct value *v, struct buf *b)
{
	switch (v->kind) {
	case VALUE_UINT:
		buf_add_uint(b, v->u);
		break;
	case VALUE_SINT:
		buf_add_int(b, v->s);
		break;
	case VALUE_HEX:
		buf_add_hex(b, v->u);
		break;
	case VALUE_CHAR:
		add_char(b, v->u);
		break;
	case VALUE_STRING:
		add_string(b, v->str, v->len);
		break;
	case VALUE_FAULT:
		buf_adds(b, "(fault)");
		break;
	case VALUE_NULL:
		buf_adds(b, "NULL");
		break;
	case VALUE_ARRAY:
		if (is_text(v))
			add_chars(b, v);
		else
			add_items(b, v);
		break;
	case VALUE_BOOL:
		buf_adds(b, v->u ? "true" : "false");
		break;
	case VALUE_PTR:
		if (v->u)
			buf_add_hex(b, v->u);
		else
			buf_adds(b, "NULL");
		break;
	case VALUE_OCT:
		buf_addf(b, "%#" PRIo64, v->u);
		break;
	case VALUE_NAMED:
		if (v->name)
			buf_adds(b, v->name);
		else
			buf_add_int(b, v->s);
		break;
	case VALUE_SYM:
		add_symbol(b, v);
		break;
	case VALUE_BYTES:
		add_bytes(b, v);
		break;
	case VALUE_OBJECT:
		add_object(b, v);
		break;
	}
	if ((v->kind == VALUE_STRING || v->kind == VALUE_BYTES) && v->is_cut)
		buf_adds(b, "…");
}
