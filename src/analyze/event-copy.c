/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analyze/event-copy.h"
#include "base/xalloc.h"

static bool has_name(const struct value *v)
{
	return (v->kind == VALUE_NAMED || v->kind == VALUE_SYM) && v->name;
}

static void measure(const struct value *v, size_t n, size_t *n_values, size_t *n_bytes)
{
	*n_values += n;
	for (size_t i = 0; i < n; i++) {
		if (v[i].kind == VALUE_STRING || v[i].kind == VALUE_BYTES)
			*n_bytes += v[i].len;
		else if (has_name(&v[i]))
			*n_bytes += strlen(v[i].name) + 1;
		else if (v[i].kind == VALUE_ARRAY || v[i].kind == VALUE_OBJECT)
			measure(v[i].items, v[i].len, n_values, n_bytes);
	}
}

/* Where the next values and strings of a copy go. */
struct room {
	struct value *values;
	char *bytes;
};

static const struct value *copy_values(struct room *room, const struct value *from, size_t n)
{
	struct value *to = room->values;

	room->values += n;
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		if (from[i].kind == VALUE_STRING || from[i].kind == VALUE_BYTES) {
			if (from[i].len)
				memcpy(room->bytes, from[i].str, from[i].len);
			to[i].str = room->bytes;
			room->bytes += from[i].len;
		} else if (has_name(&from[i])) {
			size_t size = strlen(from[i].name) + 1;

			to[i].name = memcpy(room->bytes, from[i].name, size);
			room->bytes += size;
		} else if (from[i].kind == VALUE_ARRAY || from[i].kind == VALUE_OBJECT) {
			to[i].items = copy_values(room, from[i].items, from[i].len);
		}
	}
	return to;
}

void event_copy_take(struct event_copy *copy, const struct event *e)
{
	size_t n_values = 0, n_bytes = 0, size;
	struct room room;

	measure(e->values, e->type->n_fields, &n_values, &n_bytes);
	size = n_values * sizeof(struct value) + n_bytes;
	if (size > copy->size) {
		event_copy_done(copy);
		copy->data = xmalloc(size);
		copy->size = size;
	}
	room.values = copy->data;
	room.bytes = (char *)(room.values + n_values);
	copy->event = *e;
	copy->event.values = copy_values(&room, e->values, e->type->n_fields);
	if (e->comm) {
		size_t len = strnlen(e->comm, sizeof(copy->comm) - 1);

		memcpy(copy->comm, e->comm, len);
		copy->comm[len] = '\0';
		copy->event.comm = copy->comm;
	}
}

void event_copy_done(struct event_copy *copy)
{
	free(copy->data);
	copy->data = NULL;
	copy->size = 0;
}
