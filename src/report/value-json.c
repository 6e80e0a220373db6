/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as JSON: design's "Machine output". */
#include <inttypes.h>
#include <string.h>

#include "report/events.h"
#include "report/json.h"

/* Memory captured as char[n] is one string of n bytes, NULs included. */
static void add_chars(struct json *j, const char *key, const struct value *v)
{
	auto_buf chars = BUF_INIT;

	for (size_t i = 0; i < v->len; i++)
		buf_addc(&chars, v->items[i].u);
	json_strn(j, key, chars.p, chars.len);
}

static void add_array(struct json *j, const char *key, const struct value *v)
{
	if (v->len > 0 && v->items[0].kind == VALUE_CHAR) {
		add_chars(j, key, v);
		return;
	}
	json_array(j, key);
	for (size_t i = 0; i < v->len; i++)
		value_json(&v->items[i], j, NULL);
	json_end_array(j);
}

static void add_object(struct json *j, const char *key, const struct value *v)
{
	json_object(j, key);
	for (size_t i = 0; i < v->len; i++)
		value_json(&v->items[i], j, v->names[i]);
	json_end_object(j);
}

/* Digits, as a value is shown to people. */
static void add_text(struct json *j, const char *key, const struct value *v)
{
	auto_buf text = BUF_INIT;
	struct value whole = *v;

	whole.is_cut = false; /* that is said beside the arguments */
	value_format(&whole, &text);
	json_strn(j, key, buf_str(&text), text.len);
}

void value_json(const struct value *v, struct json *j, const char *key)
{
	switch (v->kind) {
	case VALUE_UINT:
		json_uint(j, key, v->u);
		break;
	case VALUE_SINT:
	case VALUE_NAMED:
		json_int(j, key, v->s);
		break;
	case VALUE_HEX:
	case VALUE_PTR:
		json_hex(j, key, v->u);
		break;
	case VALUE_CHAR:
		json_strn(j, key, (char[]){ v->u }, 1);
		break;
	case VALUE_STRING:
		json_strn(j, key, v->str, v->len);
		break;
	case VALUE_FAULT:
	case VALUE_NULL:
		json_null(j, key);
		break;
	case VALUE_ARRAY:
		add_array(j, key, v);
		break;
	case VALUE_BOOL:
		json_bool(j, key, v->u);
		break;
	case VALUE_SYM:
		if (v->name)
			json_str(j, key, v->name);
		else
			json_hex(j, key, v->u);
		break;
	case VALUE_OCT:
	case VALUE_BYTES:
		add_text(j, key, v);
		break;
	case VALUE_OBJECT:
		add_object(j, key, v);
		break;
	}
}
