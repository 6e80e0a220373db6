/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields are packed without alignment (kernel/trace/trace_probe.c), hence memcpy. Arrays
 * are unrolled: each item has a load of its own that stores into its place, and the
 * VALUE_ARRAY around them never changes. Fixed offsets are checked once per record
 * against `min_size`; a data_loc is checked where it is used.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "probe/name.h"
#include "stream/decode.h"
#include "stream/format.h"

#define MAX_STRING 4096 /* MAX_STRING_SIZE of kernel/trace/trace_probe.h */

enum load_op {
	LOAD_U8,
	LOAD_U16,
	LOAD_U32,
	LOAD_U64,
	LOAD_S8,
	LOAD_S16,
	LOAD_S32,
	LOAD_CHARS,  /* `size` bytes, up to the first NUL */
	LOAD_STRING, /* a data_loc */
};

struct load {
	enum load_op op;
	unsigned offset;
	unsigned size;
	struct value *to;
};

struct decoder {
	const struct event_type *type;
	unsigned id;
	size_t min_size;
	struct load *loads;
	size_t n_loads;
	struct value *values; /* one per field */
	struct value *items;  /* of all arrays */
	struct value tid, ip, ret_ip;
	const struct value *carried_comm; /* the value of __comm, NULL: none */
	size_t full; /* where a record ends of which the kernel has cut the last string */
	char comm[64];
};

static enum load_op number_op(unsigned size, bool is_signed)
{
	switch (size) {
	case 1:
		return is_signed ? LOAD_S8 : LOAD_U8;
	case 2:
		return is_signed ? LOAD_S16 : LOAD_U16;
	case 4:
		return is_signed ? LOAD_S32 : LOAD_U32;
	default:
		return LOAD_U64;
	}
}

static void add_load(struct decoder *d, const struct format_field *f, unsigned offset,
		     struct value *to)
{
	struct load *load;

	d->loads = xgrow(d->loads, d->n_loads, sizeof(*d->loads));
	load = &d->loads[d->n_loads++];
	load->offset = offset;
	load->size = f->item_size;
	load->to = to;
	if (f->kind != VALUE_STRING)
		load->op = number_op(f->item_size, f->kind == VALUE_SINT);
	else
		load->op = f->is_dynamic ? LOAD_STRING : LOAD_CHARS;
	to->kind = f->kind;
	if (f->offset + f->size > d->min_size)
		d->min_size = f->offset + f->size;
}

/* The fields that every event has: they become members of struct event. */
static int add_fixed(struct decoder *d, const struct format *format, struct err *err)
{
	struct {
		const char *name;
		struct value *to;
		bool needed;
	} fixed[] = {
		{ "common_pid", &d->tid, true },
		{ "__probe_ip", &d->ip, false },
		{ "__probe_func", &d->ip, false },
		{ "__probe_ret_ip", &d->ret_ip, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		const struct format_field *f = format_find(format, fixed[i].name);

		if (f && (f->is_array || f->kind == VALUE_STRING))
			return err_set(err, EBADMSG, "field %s is not a number", f->name);
		if (f)
			add_load(d, f, f->offset, fixed[i].to);
		else if (fixed[i].needed)
			return err_set(err, EBADMSG,
				       "an event's format lacks the field %s",
				       fixed[i].name);
	}
	return 0;
}

static bool is_argument(const struct format_field *f)
{
	return !text_starts(f->name, "common_") && !text_starts(f->name, "__probe_");
}

static void describe(struct field *field, const struct format_field *f)
{
	field->name = xstrdup(f->name);
	field->kind = f->kind;
	field->bits = f->kind == VALUE_STRING ? 0 : f->item_size * 8;
	field->is_array = f->is_array;
	field->is_hidden = name_is_hidden(f->name);
}

static void add_argument(struct decoder *d, const struct format_field *f,
			 struct value *value, struct value **item)
{
	if (!f->is_array) {
		add_load(d, f, f->offset, value);
		if (f->kind == VALUE_STRING && strcmp(f->name, NAME_COMM) == 0)
			d->carried_comm = value;
		return;
	}
	value->kind = VALUE_ARRAY;
	value->items = *item;
	value->len = f->size / f->item_size;
	for (unsigned at = 0; at < f->size; at += f->item_size)
		add_load(d, f, f->offset + at, (*item)++);
}

static void add_arguments(struct decoder *d, const struct format *format,
			  struct event_type *type)
{
	size_t n_items = 0, n = 0;
	struct value *item;

	for (size_t i = 0; i < format->n_fields; i++) {
		const struct format_field *f = &format->fields[i];

		n += is_argument(f);
		n_items += f->is_array ? f->size / f->item_size : 0;
	}
	d->full = SIZE_MAX;
	type->fields = xcalloc(n + 1, sizeof(*type->fields));
	d->values = xcalloc(n + 1, sizeof(*d->values));
	d->items = item = xcalloc(n_items + 1, sizeof(*d->items));
	for (size_t i = 0; i < format->n_fields; i++) {
		const struct format_field *f = &format->fields[i];

		if (!is_argument(f))
			continue;
		if (!type->n_fields)
			d->full = f->offset + (size_t)sysconf(_SC_PAGESIZE);
		describe(&type->fields[type->n_fields], f);
		add_argument(d, f, &d->values[type->n_fields++], &item);
	}
}

int decoder_new(const char *text, struct event_type *type, struct decoder **ret,
		struct err *err)
{
	auto_format format = FORMAT_INIT;
	struct decoder *d;
	int rc = format_parse(&format, text, err);

	if (rc < 0)
		return rc;
	if (!format.id)
		return err_set(err, EBADMSG, "an event's format has no ID");
	d = xcalloc(1, sizeof(*d));
	d->type = type;
	d->id = format.id;
	rc = add_fixed(d, &format, err);
	if (rc < 0) {
		decoder_free(d);
		return rc;
	}
	type->fields = NULL;
	type->n_fields = 0;
	type->is_return = format_find(&format, "__probe_ret_ip") != NULL;
	add_arguments(d, &format, type);
	*ret = d;
	return 0;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	free(d->loads);
	free(d->values);
	free(d->items);
	free(d);
}

unsigned decoder_id(const struct decoder *d)
{
	return d->id;
}

const struct event_type *decoder_type(const struct decoder *d)
{
	return d->type;
}

#define LOAD_NUMBER(member, type)                                                        \
	do {                                                                             \
		type number_;                                                            \
		memcpy(&number_, at, sizeof(number_));                                   \
		to->member = number_;                                                    \
	} while (0)

/*
 * A data_loc; length 0 is how the kernel says that it could not read the memory. One that
 * was cut is as long as a string can be, or as the room for all of an event was: a page from
 * its first argument on (prepare_uprobe_buffer()).
 */
static void load_string(const struct decoder *d, const unsigned char *data, size_t size,
			const unsigned char *at, struct value *to)
{
	uint32_t loc;
	size_t offset, len;

	memcpy(&loc, at, sizeof(loc));
	offset = loc & 0xffff;
	len = loc >> 16;
	if (len == 0 || offset > size || len > size - offset) {
		to->kind = VALUE_FAULT;
		return;
	}
	to->kind = VALUE_STRING;
	to->str = (const char *)data + offset;
	to->len = strnlen(to->str, len);
	to->is_cut = len >= MAX_STRING || offset + len == d->full;
}

static void load(const struct decoder *d, const struct load *l, const unsigned char *data,
		 size_t size)
{
	const unsigned char *at = data + l->offset;
	struct value *to = l->to;

	switch (l->op) {
	case LOAD_U8:
		to->u = *at;
		break;
	case LOAD_U16:
		LOAD_NUMBER(u, uint16_t);
		break;
	case LOAD_U32:
		LOAD_NUMBER(u, uint32_t);
		break;
	case LOAD_U64:
		LOAD_NUMBER(u, uint64_t);
		break;
	case LOAD_S8:
		LOAD_NUMBER(s, int8_t);
		break;
	case LOAD_S16:
		LOAD_NUMBER(s, int16_t);
		break;
	case LOAD_S32:
		LOAD_NUMBER(s, int32_t);
		break;
	case LOAD_CHARS:
		to->str = (const char *)at;
		to->len = strnlen(to->str, l->size);
		break;
	case LOAD_STRING:
		load_string(d, data, size, at, to);
		break;
	}
}

/* NUL-terminated, which the bytes in the record need not be. */
static const char *carried_comm(struct decoder *d)
{
	const struct value *v = d->carried_comm;
	size_t len;

	if (!v || v->kind != VALUE_STRING)
		return NULL;
	len = v->len < sizeof(d->comm) ? v->len : sizeof(d->comm) - 1;
	memcpy(d->comm, v->str, len);
	d->comm[len] = '\0';
	return d->comm;
}

bool decode_record(struct decoder *d, const void *data, size_t size, struct event *e)
{
	if (size < d->min_size)
		return false;
	for (size_t i = 0; i < d->n_loads; i++)
		load(d, &d->loads[i], data, size);
	e->type = d->type;
	e->tid = d->tid.s;
	e->ip = d->ip.u;
	e->ret_ip = d->ret_ip.u;
	e->comm = carried_comm(d);
	e->values = d->values;
	return true;
}
