/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/carrier.h"
#include "probe/name.h"
#include "resolve/share.h"

struct part {
	const struct event_type *type;
	size_t own_id;
};

struct carrier {
	const struct event_type *type;
	struct part *parts; /* by __id */
	size_t n_parts;
	struct value *values;
	struct event event;
};

struct carrier *carrier_new(const struct event_type *type)
{
	struct carrier *c = xcalloc(1, sizeof(*c));

	c->type = type;
	c->values = xcalloc(type->n_fields + 1, sizeof(*c->values));
	return c;
}

void carrier_free(struct carrier *c)
{
	if (!c)
		return;
	free(c->parts);
	free(c->values);
	free(c);
}

/* The arguments stand in the order of the definition; behind them, the carrier's __id. */
void carrier_describe(const struct carrier *c, const struct definition *planned,
		      struct event_type *ret)
{
	ret->is_return = c->type->is_return;
	ret->fields = xcalloc(planned->n_args + 1, sizeof(*ret->fields));
	for (size_t i = 0; i < planned->n_args && i < c->type->n_fields; i++) {
		const struct def_arg *arg = &planned->args[i];
		struct field *field = &ret->fields[ret->n_fields++];

		*field = c->type->fields[i];
		field->name = xstrdup(arg->name);
		field->is_hidden = name_is_hidden(arg->name);
		sharing_describe(arg, field);
	}
}

void carrier_add(struct carrier *c, size_t id, const struct event_type *type, size_t own_id)
{
	while (c->n_parts <= id) {
		c->parts = xgrow(c->parts, c->n_parts, sizeof(*c->parts));
		c->parts[c->n_parts++] = (struct part){ type, own_id };
	}
	c->parts[id] = (struct part){ type, own_id };
}

static bool is_number(const struct value *v)
{
	return v->kind == VALUE_UINT || v->kind == VALUE_SINT || v->kind == VALUE_HEX ||
	       v->kind == VALUE_CHAR;
}

/* Of a number, the part that was asked for; the kernel would have cut it just so. */
static struct value as_field(const struct field *f, const struct value *v)
{
	struct value cut = *v;
	unsigned unused = f->bits && f->bits < 64 ? 64 - f->bits : 0;

	if (!is_number(v))
		return cut;
	cut.kind = f->kind;
	cut.u <<= unused;
	if (f->kind == VALUE_SINT)
		cut.s >>= unused;
	else
		cut.u >>= unused;
	return cut;
}

const struct event *carrier_event(struct carrier *c, const struct event *e)
{
	size_t last = c->type->n_fields - 1;
	uint64_t id = e->values[last].u;
	const struct part *part = &c->parts[id < c->n_parts ? id : 0];

	for (size_t i = 0; i < part->type->n_fields; i++)
		c->values[i] = as_field(&part->type->fields[i], &e->values[i]);
	if (part->type->n_fields > last) /* a pattern's, with an __id of its own */
		c->values[last].u = part->own_id;
	c->event = *e;
	c->event.type = part->type;
	c->event.values = c->values;
	return &c->event;
}
