/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/constant.h"
#include "probe/name.h"
#include "probe/show.h"

#define AT_FDCWD_NUMBER (-100)

/* A field of a show, bound to the indexes of a type's fields. */
struct bound {
	const struct show_field *def;
	size_t field, pointer, length;
	size_t *needs, *parts;
	struct value *items; /* of an array or object that we make */
	size_t n_items;
	char *bytes;
	size_t n_bytes;
};

struct view {
	struct bound *bound;
	size_t n;
	struct value *values; /* of all fields of the type */
	size_t n_values;
	size_t comm;       /* the text that was recorded last; NO_FIELD: none of ours was */
	struct view_ops ops;
};

struct show_field *show_add(struct show *s, const char *name, enum show_as as)
{
	s->fields = xgrow(s->fields, s->n, sizeof(*s->fields));
	s->fields[s->n] = (struct show_field){ .name = xstrdup(name), .as = as };
	return &s->fields[s->n++];
}

void show_add_need(struct show_field *f, const char *name)
{
	f->needs = xgrow(f->needs, f->n_needs, sizeof(*f->needs));
	f->needs[f->n_needs++] = xstrdup(name);
}

void show_add_part(struct show_field *f, const char *name, const char *label)
{
	f->parts = xgrow(f->parts, f->n_parts, sizeof(*f->parts));
	f->part_names = xgrow(f->part_names, f->n_parts, sizeof(*f->part_names));
	f->parts[f->n_parts] = xstrdup(name);
	f->part_names[f->n_parts++] = xstrdup_null(label);
}

static void field_done(struct show_field *f)
{
	for (size_t i = 0; i < f->n_needs; i++)
		free(f->needs[i]);
	for (size_t i = 0; i < f->n_parts; i++) {
		free(f->parts[i]);
		free(f->part_names[i]);
	}
	free(f->name);
	free(f->pointer);
	free(f->needs);
	free(f->length);
	free(f->parts);
	free(f->part_names);
}

void show_free(struct show *s)
{
	for (size_t i = 0; s && i < s->n; i++)
		field_done(&s->fields[i]);
	if (s)
		free(s->fields);
	free(s);
}

/* `name` NULL: none is needed. */
static size_t find(const struct event_type *type, const char *name)
{
	return name ? event_type_find(type, name) : NO_FIELD;
}

static size_t *find_all(const struct event_type *type, char *const *names, size_t n)
{
	size_t *found = xcalloc(n + 1, sizeof(*found));

	for (size_t i = 0; i < n; i++)
		found[i] = find(type, names[i]);
	return found;
}

/* What a value becomes; SHOW_PLAIN and SHOW_TEXT keep what they have. */
static const enum value_kind kinds[] = {
	[SHOW_CHAR] = VALUE_CHAR,     [SHOW_HEX] = VALUE_HEX,       [SHOW_BOOL] = VALUE_BOOL,
	[SHOW_PTR] = VALUE_PTR,       [SHOW_OCT] = VALUE_OCT,       [SHOW_FD] = VALUE_NAMED,
	[SHOW_ERRNO] = VALUE_NAMED,   [SHOW_SIGNAL] = VALUE_NAMED,  [SHOW_SYM] = VALUE_SYM,
	[SHOW_CALLER] = VALUE_SYM,    [SHOW_COUNTED] = VALUE_STRING, [SHOW_BYTES] = VALUE_BYTES,
	[SHOW_REGS] = VALUE_OBJECT,
};

static bool keeps_kind(enum show_as as)
{
	return as == SHOW_PLAIN || as == SHOW_TEXT;
}

static void describe(struct field *field, enum show_as as)
{
	if (keeps_kind(as))
		return;
	field->kind = kinds[as];
	if (as == SHOW_COUNTED || as == SHOW_BYTES) {
		field->is_array = false;
		field->bits = 0;
	}
}

static bool bind(struct bound *b, const struct show_field *def, struct event_type *type)
{
	size_t field = find(type, def->name);

	if (field == NO_FIELD)
		return false;
	*b = (struct bound){
		.def = def,
		.field = field,
		.pointer = find(type, def->pointer),
		.length = find(type, def->length),
		.needs = find_all(type, def->needs, def->n_needs),
		.parts = find_all(type, def->parts, def->n_parts),
	};
	describe(&type->fields[field], def->as);
	return true;
}

struct view *view_new(const struct show *show, struct event_type *type,
		      const struct view_ops *ops)
{
	struct view *v = xcalloc(1, sizeof(*v));

	if (ops)
		v->ops = *ops;
	v->bound = xcalloc(show->n + 1, sizeof(*v->bound));
	for (size_t i = 0; i < show->n; i++)
		v->n += bind(&v->bound[v->n], &show->fields[i], type);
	v->n_values = type->n_fields;
	v->comm = event_type_find(type, NAME_COMM);
	v->values = xcalloc(v->n_values + 1, sizeof(*v->values));
	return v;
}

void view_free(struct view *v)
{
	for (size_t i = 0; v && i < v->n; i++) {
		free(v->bound[i].needs);
		free(v->bound[i].parts);
		free(v->bound[i].items);
		free(v->bound[i].bytes);
	}
	if (v) {
		free(v->bound);
		free(v->values);
	}
	free(v);
}

/* Room that grows with the first events and then stays. */
static struct value *items_for(struct bound *b, size_t n)
{
	if (n > b->n_items) {
		b->items = xreallocarray(b->items, n, sizeof(*b->items));
		b->n_items = n;
	}
	return b->items;
}

static void make_char(struct bound *b, struct value *v)
{
	struct value *items;

	if (v->kind != VALUE_ARRAY) {
		v->kind = VALUE_CHAR;
		return;
	}
	items = items_for(b, v->len);
	for (size_t i = 0; i < v->len; i++) {
		items[i] = v->items[i];
		items[i].kind = VALUE_CHAR;
	}
	v->items = items;
}

static void make_named(enum show_as as, struct value *v)
{
	int64_t n = v->s;

	v->kind = VALUE_NAMED;
	v->name = NULL;
	if (as == SHOW_ERRNO)
		v->name = constant_errno(n);
	else if (as == SHOW_SIGNAL)
		v->name = constant_signal(n);
	else if (n == AT_FDCWD_NUMBER)
		v->name = "AT_FDCWD";
}

static void add_bytes(struct bound *b, size_t *at, const struct value *v)
{
	if (v->kind != VALUE_ARRAY)
		return;
	if (*at + v->len > b->n_bytes) {
		b->n_bytes = *at + v->len;
		b->bytes = xreallocarray(b->bytes, b->n_bytes, 1);
	}
	for (size_t i = 0; i < v->len; i++)
		b->bytes[(*at)++] = (char)v->items[i].u;
}

static void make_counted(struct bound *b, const struct event *e, struct value *v)
{
	uint64_t len = b->length == NO_FIELD ? b->def->max_len : e->values[b->length].u;
	size_t have = 0;

	add_bytes(b, &have, &e->values[b->field]);
	for (size_t i = 0; i < b->def->n_parts; i++)
		if (b->parts[i] != NO_FIELD)
			add_bytes(b, &have, &e->values[b->parts[i]]);
	if (have > b->def->max_len)
		have = b->def->max_len;
	*v = (struct value){
		.kind = kinds[b->def->as],
		.str = b->bytes ? b->bytes : "",
		.len = len < have ? len : have,
		.is_cut = len > have,
	};
}

/*
 * The kernel measures all texts, then copies them into that much room, one behind the other.
 * A text of 4096 bytes or more measures 0 (fetch_store_strlen_user()) and then takes the room
 * of those behind it, the task's name last of all: so where that is missing, the last text
 * that is there was cut, and those behind it are.
 */
static size_t find_overflow(const struct view *v, const struct event *e)
{
	size_t i = v->comm;

	if (i == NO_FIELD || e->values[i].kind != VALUE_FAULT)
		return NO_FIELD;
	while (i-- > 0)
		if (e->values[i].kind == VALUE_STRING)
			return i;
	return NO_FIELD;
}

static void make_text(const struct bound *b, const struct event *e, size_t overflow,
		      struct value *v)
{
	if (overflow != NO_FIELD && b->field > overflow && v->kind == VALUE_FAULT)
		*v = (struct value){ .kind = VALUE_STRING, .str = "" };
	/* A length that is known besides: what stands behind a NUL was not recorded. */
	v->is_cut = v->kind == VALUE_STRING &&
		    ((overflow != NO_FIELD && b->field >= overflow) ||
		     (b->length != NO_FIELD && e->values[b->length].u > v->len));
}

static void make_object(struct bound *b, const struct event *e, struct value *v)
{
	struct value *items = items_for(b, b->def->n_parts);

	for (size_t i = 0; i < b->def->n_parts; i++) {
		items[i] = (struct value){ .kind = VALUE_FAULT };
		if (b->parts[i] != NO_FIELD)
			items[i] = e->values[b->parts[i]];
	}
	*v = (struct value){
		.kind = VALUE_OBJECT,
		.items = items,
		.len = b->def->n_parts,
		.names = (const char *const *)b->def->part_names,
	};
}

static void make_symbol(const struct view *view, const struct event *e, bool is_caller,
			struct value *v)
{
	v->kind = VALUE_SYM;
	v->name = view->ops.symbol ? view->ops.symbol(view->ops.ctx, e, v->u, is_caller) : NULL;
}

static bool is_zero(const struct event *e, size_t field)
{
	return field != NO_FIELD && e->values[field].u == 0;
}

/* A pointer on the way that cannot be followed is recorded as 0: only the last one can be odd. */
static bool is_unreadable(const struct bound *b, const struct event *e)
{
	for (size_t i = 0; i < b->def->n_needs; i++)
		if (is_zero(e, b->needs[i]))
			return true;
	return b->pointer != NO_FIELD &&
	       ((e->values[b->pointer].u + (uint64_t)b->def->offset) & b->def->not_user);
}

/* Whether what led to the value was NULL, or no address; then *v says so. */
static bool is_void(const struct bound *b, const struct event *e, struct value *v)
{
	bool is_null = is_zero(e, b->pointer);

	if (is_unreadable(b, e) || (is_null && !b->def->null_is_value))
		*v = (struct value){ .kind = VALUE_FAULT };
	else if (is_null)
		*v = (struct value){ .kind = VALUE_NULL };
	else
		return false;
	return true;
}

static void make(const struct view *view, struct bound *b, const struct event *e,
		 size_t overflow, struct value *v)
{
	switch (b->def->as) {
	case SHOW_CHAR:
		make_char(b, v);
		break;
	case SHOW_HEX:
	case SHOW_PTR:
	case SHOW_OCT:
	case SHOW_BOOL:
		v->kind = kinds[b->def->as];
		break;
	case SHOW_FD:
	case SHOW_ERRNO:
	case SHOW_SIGNAL:
		make_named(b->def->as, v);
		break;
	case SHOW_SYM:
	case SHOW_CALLER:
		make_symbol(view, e, b->def->as == SHOW_CALLER, v);
		break;
	case SHOW_TEXT:
		make_text(b, e, overflow, v);
		break;
	case SHOW_COUNTED:
	case SHOW_BYTES:
		make_counted(b, e, v);
		break;
	case SHOW_REGS:
		make_object(b, e, v);
		break;
	case SHOW_PLAIN:
		break;
	}
}

void view_apply(struct view *view, const struct event *e, struct event *ret)
{
	size_t overflow = find_overflow(view, e);

	memcpy(view->values, e->values, view->n_values * sizeof(*view->values));
	for (size_t i = 0; i < view->n; i++) {
		struct bound *b = &view->bound[i];
		struct value *v = &view->values[b->field];

		if (!is_void(b, e, v))
			make(view, b, e, overflow, v);
	}
	*ret = *e;
	ret->values = view->values;
}
