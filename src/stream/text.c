/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record ends where the next one begins, for a string may hold line ends: a line is kept
 * until the next is seen, and what has no beginning of its own is added to it. If the whole
 * makes no sense, the first line alone may.
 *
 * What an event is like is learnt from its first record: its fields, by name.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/xalloc.h"
#include "probe/name.h"
#include "stream/text-line.h"
#include "stream/text.h"

enum {
	RECORD_MAX = 64 << 10, /* the kernel cuts a record's text at 8 KiB */
	FIELDS_MAX = 128,      /* MAX_TRACE_ARGS */
	ITEMS_MAX = FIELDS_MAX * 64,
	TYPES_MAX = 4096,
	TRIES_MAX = 1024,
};

struct text {
	struct text_ops ops;
	struct event_type **types; /* owned, unless they were declared */
	size_t n_types, last;
	bool is_declared;
	struct buf line;      /* not yet ended */
	struct buf record;    /* the lines that may be one */
	size_t first_len;     /* of its first line */
	struct buf scratch;   /* what is parsed: it may be changed */
	struct value *values; /* FIELDS_MAX */
	struct value *items;  /* ITEMS_MAX */
	struct cut names[FIELDS_MAX];
	char comm[64];
	bool is_escaped;
	bool is_cut; /* the line is too long: the rest of it is left out */
	bool is_stopped, has_ticks;
	uint64_t skipped;
};

/* The line --kernel-format begins with. */
static const char escaped_mark[] = "# strings: escaped";

struct text *text_new(const struct text_ops *ops)
{
	struct text *t = xcalloc(1, sizeof(*t));

	t->ops = *ops;
	t->values = xcalloc(FIELDS_MAX, sizeof(*t->values));
	t->items = xcalloc(ITEMS_MAX, sizeof(*t->items));
	return t;
}

static void free_type(struct event_type *type)
{
	event_type_done(type);
	free(type->event);
	free(type);
}

void text_free(struct text *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_types && !t->is_declared; i++)
		free_type(t->types[i]);
	free(t->types);
	free(t->values);
	free(t->items);
	buf_done(&t->line);
	buf_done(&t->record);
	buf_done(&t->scratch);
	free(t);
}

static void add_type(struct text *t, struct event_type *type)
{
	t->types = xgrow(t->types, t->n_types, sizeof(*t->types));
	t->types[t->n_types++] = type;
}

void text_declare(struct text *t, const struct event_type *type)
{
	t->is_declared = true;
	add_type(t, (struct event_type *)type); /* only read, and never freed */
}

static bool is_called(const struct cut *c, const char *name)
{
	return strlen(name) == (size_t)(c->end - c->at) &&
	       memcmp(c->at, name, strlen(name)) == 0;
}

static bool is_of_type(const struct event_type *type, const struct cut *name, bool is_return)
{
	return type->is_return == is_return && is_called(name, type->event);
}

/* The latest type of that name: what its next record is probably like. */
static const struct event_type *expected_type(const struct text *t, const struct cut *name,
					      bool is_return)
{
	if (t->last < t->n_types && is_of_type(t->types[t->last], name, is_return))
		return t->types[t->last];
	for (size_t i = t->n_types; i-- > 0;)
		if (is_of_type(t->types[i], name, is_return))
			return t->types[i];
	return NULL;
}

static bool has_fields(const struct event_type *type, const struct cut *names, size_t n)
{
	if (type->n_fields != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_called(&names[i], type->fields[i].name))
			return false;
	return true;
}

static void describe(struct field *f, const struct cut *name, const struct value *v,
		     bool is_return)
{
	f->name = xstrndup(name->at, (size_t)(name->end - name->at));
	f->is_array = v->kind == VALUE_ARRAY;
	f->kind = f->is_array ? v->items[0].kind : v->kind;
	f->bits = 64;
	f->is_hidden = name_is_hidden(f->name);
	f->is_retval = is_return && strcmp(f->name, "retval") == 0;
}

static struct event_type *new_type(struct text *t, const struct cut *name, bool is_return,
				   size_t n)
{
	struct event_type *type = xcalloc(1, sizeof(*type));

	type->event = xstrndup(name->at, (size_t)(name->end - name->at));
	type->is_return = is_return;
	type->fields = xcalloc(n + 1, sizeof(*type->fields));
	type->n_fields = n;
	for (size_t i = 0; i < n; i++)
		describe(&type->fields[i], &t->names[i], &t->values[i], is_return);
	add_type(t, type);
	if (t->ops.type)
		t->ops.type(t->ops.ctx, type);
	return type;
}

/* NULL: one more than is allowed, or none that was declared. */
static const struct event_type *type_of(struct text *t, const struct cut *name,
					bool is_return, size_t n)
{
	for (size_t i = 0; i < t->n_types; i++) {
		size_t k = (t->last + i) % t->n_types;

		if (!is_of_type(t->types[k], name, is_return) ||
		    !has_fields(t->types[k], t->names, n))
			continue;
		t->last = k;
		return t->types[k];
	}
	if (t->is_declared || t->n_types >= TYPES_MAX)
		return NULL;
	t->last = t->n_types;
	return new_type(t, name, is_return, n);
}

/* What to expect behind field i: a name, "" for the end, NULL if nothing is known. */
static const char *next_name(const struct event_type *like, size_t i)
{
	if (!like)
		return NULL;
	return i + 1 < like->n_fields ? like->fields[i + 1].name : "";
}

/* Where the fields from the n-th on begin, and room for items. */
struct reading {
	struct cut c;
	struct value *items;
	size_t n_items;
};

/*
 * The shortest string whose rest makes sense; `tries` bounds the looking. An escaped one
 * has one end.
 */
static bool take_from(struct text *t, struct reading r, const struct event_type *like,
		      size_t n, unsigned *tries, size_t *ret_n)
{
	*ret_n = n;
	if (r.c.at == r.c.end)
		return true;
	if (n == FIELDS_MAX || !text_take_name(&r.c, &t->names[n]))
		return false;
	for (unsigned nth = 0; *tries > 0; nth++) {
		struct reading rest = r;

		--*tries;
		if (!text_take_value(&rest.c, next_name(like, n), nth, t->is_escaped,
				     &t->values[n], &rest.items, &rest.n_items))
			return false;
		if (take_from(t, rest, like, n + 1, tries, ret_n))
			return true;
		if (t->values[n].kind != VALUE_STRING || t->is_escaped)
			return false;
	}
	return false;
}

static bool take_fields(struct text *t, struct cut c, const struct event_type *like, size_t *n)
{
	const struct reading all = { .c = c, .items = t->items, .n_items = ITEMS_MAX };
	unsigned tries = TRIES_MAX;

	return take_from(t, all, like, 0, &tries, n);
}

static void set_comm(struct text *t, struct event *e, const struct cut *comm)
{
	const char *s = comm->at;
	size_t len = (size_t)(comm->end - comm->at), carried;

	carried = event_type_find(e->type, NAME_COMM);
	if (carried != NO_FIELD && e->values[carried].kind == VALUE_STRING) {
		s = e->values[carried].str;
		len = e->values[carried].len;
	}
	if (!len || (len == 5 && memcmp(s, "<...>", 5) == 0))
		return;
	if (len >= sizeof(t->comm))
		len = sizeof(t->comm) - 1;
	memcpy(t->comm, s, len);
	t->comm[len] = '\0';
	e->comm = t->comm;
}

/* One record of `len` bytes. False: that is none. */
static bool parse_record(struct text *t, const char *data, size_t len)
{
	const struct event_type *like;
	struct text_head head;
	struct event e = { 0 };
	struct cut name, fields;
	bool is_return;
	size_t n;

	buf_reset(&t->scratch);
	buf_add(&t->scratch, data, len);
	if (text_head_parse(t->scratch.p, len, &head) != TEXT_EVENT)
		return false;
	fields = head.rest;
	if (!text_take_event(&fields, &name, &e, &is_return))
		return false;
	like = expected_type(t, &name, is_return);
	if (!take_fields(t, fields, like, &n) &&
	    (!like || t->is_escaped || !take_fields(t, fields, NULL, &n)))
		return false;
	e.type = type_of(t, &name, is_return, n);
	if (!e.type)
		return false;
	e.time_ns = head.time_ns;
	e.cpu = head.cpu;
	e.tid = head.tid;
	e.tgid = head.tgid;
	e.values = t->values;
	set_comm(t, &e, &head.comm);
	t->has_ticks |= head.has_ticks;
	t->is_stopped = !t->ops.event(t->ops.ctx, &e);
	return true;
}

static void end_record(struct text *t)
{
	size_t len = t->record.len;

	if (len && !parse_record(t, t->record.p, len)) {
		t->skipped++;
		if (len > t->first_len)
			parse_record(t, t->record.p, t->first_len);
	}
	buf_reset(&t->record);
}

static void tell_lost(struct text *t, const struct text_head *h)
{
	const struct lost lost = {
		.cpu = h->cpu,
		.count = h->time_ns == UINT64_MAX ? -1 : (int64_t)h->time_ns,
	};

	if (t->ops.lost)
		t->ops.lost(t->ops.ctx, &lost);
}

static void begin_record(struct text *t, const char *line, size_t len)
{
	buf_add(&t->record, line, len);
	t->first_len = len;
}

static void continue_record(struct text *t, const char *line, size_t len)
{
	if (!t->record.len || t->record.len + len > RECORD_MAX) {
		t->skipped += len > 0;
		return;
	}
	buf_addc(&t->record, '\n');
	buf_add(&t->record, line, len);
}

static void take_line(struct text *t, const char *line, size_t len)
{
	struct text_head head;
	enum text_kind kind = text_head_parse(line, len, &head);

	if (kind == TEXT_OTHER) {
		continue_record(t, line, len);
		return;
	}
	end_record(t);
	if (t->is_stopped)
		return;
	if (kind == TEXT_EVENT)
		begin_record(t, line, len);
	else if (kind == TEXT_LOST)
		tell_lost(t, &head);
	else if (kind == TEXT_COMMENT && len == strlen(escaped_mark) &&
		 memcmp(line, escaped_mark, len) == 0)
		t->is_escaped = true;
}

bool text_feed(struct text *t, const char *data, size_t len)
{
	while (len > 0 && !t->is_stopped) {
		const char *end = memchr(data, '\n', len);
		size_t here = end ? (size_t)(end - data) : len;

		t->is_cut |= t->line.len + here > RECORD_MAX;
		if (!t->is_cut)
			buf_add(&t->line, data, here);
		if (end) {
			t->skipped += t->is_cut;
			if (!t->is_cut)
				take_line(t, buf_str(&t->line), t->line.len);
			buf_reset(&t->line);
			t->is_cut = false;
		}
		data += here + (end != NULL);
		len -= here + (end != NULL);
	}
	return !t->is_stopped;
}

bool text_flush(struct text *t)
{
	if (t->line.len && !t->is_stopped)
		take_line(t, t->line.p, t->line.len);
	buf_reset(&t->line);
	if (!t->is_stopped)
		end_record(t);
	return !t->is_stopped;
}

uint64_t text_skipped(const struct text *t)
{
	return t->skipped;
}

bool text_has_ticks(const struct text *t)
{
	return t->has_ticks;
}
