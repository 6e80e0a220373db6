/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * How recorded fields are shown. The kernel records numbers, arrays of them, and strings;
 * what the user asked for (a bool, an errno, a counted buffer, the name behind an address)
 * is made of one or several recorded fields. The show says of which; resolve/ makes it
 * beside the definition. A view applies it between stream/ and report/: the type and the
 * indexes of the fields stay, only values change, and nothing is allocated per event.
 *
 * It is also where a zero is told from an unreadable byte. The kernel gives 0 for what it
 * cannot read, and leaves bytes of some earlier event where a pointer on the way cannot be
 * followed (kernel-facts 1.4): so each pointer is recorded too, in a hidden field, and a
 * value behind a NULL, or at an address that is never a program's (-1, which is MAP_FAILED),
 * is not shown as if it had been read. Elsewhere nothing tells: recording the place as a
 * string as well would, but could take 4096 bytes of each event for one number.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/event.h"

enum show_as {
	SHOW_PLAIN, /* as it was recorded, only pointers are looked at */
	SHOW_CHAR,  /* u8 or u8[n], for a kernel without `char` */
	SHOW_HEX,   /* u8 … u64, for a kernel without x8 … x64 */
	SHOW_BOOL,
	SHOW_PTR,
	SHOW_OCT,
	SHOW_FD,
	SHOW_ERRNO,
	SHOW_SIGNAL,
	SHOW_SYM,
	SHOW_CALLER,  /* a return address: behind the call, perhaps of another function */
	SHOW_TEXT,    /* a string */
	SHOW_COUNTED, /* bytes of memory with a length, as text */
	SHOW_BYTES,   /* the same, as hex digits */
	SHOW_REGS,    /* this field and `parts`, as one object */
};

/* Names of recorded fields; all owned. */
struct show_field {
	char *name; /* of the field whose value is replaced */
	enum show_as as;
	char *pointer;        /* what `name` was read through; NULL: nothing */
	int64_t offset;       /* how far behind `pointer` it lay */
	uint64_t not_user;    /* an address with one of these bits is a fault */
	bool null_is_value;   /* a 0 in `pointer` is NULL, not a fault */
	char **needs;         /* pointers on the way there: a 0 is a fault */
	size_t n_needs;
	char *length;         /* how much there was; NULL: max_len */
	uint64_t max_len;
	char **parts;         /* further pieces of memory, or registers */
	char **part_names;    /* SHOW_REGS: what to call it and each of the parts */
	size_t n_parts;
};

struct show {
	struct show_field *fields;
	size_t n;
};

/* Adds an empty field. Valid until the next call. */
struct show_field *show_add(struct show *s, const char *name, enum show_as as);
void show_add_need(struct show_field *f, const char *name);
/* `label` as for part_names; NULL: none. */
void show_add_part(struct show_field *f, const char *name, const char *label);
void show_free(struct show *s);

struct view;

struct view_ops {
	/*
	 * The symbol behind an address of the event's process; valid until the next event.
	 * NULL: not known.
	 */
	const char *(*symbol)(void *ctx, const struct event *e, uint64_t vaddr, bool is_caller);
	void *ctx;
};

/*
 * Binds a show to the fields of the recorded type, whose kinds are changed to what will be
 * shown. Both must outlive the view. `ops` may be NULL.
 */
struct view *view_new(const struct show *show, struct event_type *type,
		      const struct view_ops *ops);
/* Sets ret to `e` with other values, which are valid until the next call or as long as e's. */
void view_apply(struct view *v, const struct event *e, struct event *ret);
void view_free(struct view *v);
