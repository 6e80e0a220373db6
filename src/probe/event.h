/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One event as it was recorded. stream/ fills it in place for each record; analyze/ and
 * report/ read it. Nothing here is allocated per event: values and strings point into the
 * reader's page and are valid until the reader's next step.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
	VALUE_UINT,   /* u */
	VALUE_SINT,   /* s */
	VALUE_HEX,    /* u, shown as 0x… ; in JSON a string */
	VALUE_CHAR,   /* u: one byte */
	VALUE_STRING, /* str, len: without the NUL; any bytes */
	VALUE_FAULT,  /* the memory could not be read */
	VALUE_NULL,   /* a NULL pointer where a string was asked for */
	VALUE_ARRAY,  /* items, len */
	/* Made by a view (show.h) of what was recorded: */
	VALUE_BOOL,   /* u */
	VALUE_PTR,    /* u: as VALUE_HEX, but 0 is NULL */
	VALUE_OCT,    /* u */
	VALUE_NAMED,  /* s, name: a number that has a name (-EAGAIN); NULL: it has none */
	VALUE_SYM,    /* u, name: an address as symbol+off; NULL: not known */
	VALUE_BYTES,  /* str, len: memory, shown as hex digits */
	VALUE_OBJECT, /* items, names, len */
};

struct value {
	enum value_kind kind;
	union {
		uint64_t u;
		int64_t s;
		const char *str;
		const struct value *items;
	};
	size_t len; /* VALUE_STRING, VALUE_BYTES: bytes; VALUE_ARRAY, VALUE_OBJECT: items */
	union {
		const char *name;         /* VALUE_NAMED, VALUE_SYM */
		const char *const *names; /* VALUE_OBJECT */
	};
	bool is_cut; /* VALUE_STRING, VALUE_BYTES: there was more than was recorded */
};

/* One field of an event: an argument. Describes, for as long as the event type lives. */
struct field {
	char *name;
	enum value_kind kind; /* of the value, or of an array's items */
	unsigned bits;        /* of an integer */
	bool is_array;
	bool is_hidden; /* begins with __: ours, not shown */
	bool is_retval; /* of a return: what the function returned, whatever the name */
};

/* What is the same for all records of an event. */
struct event_type {
	char *group, *event;
	const char *shown; /* what to call it; NULL: `event` */
	bool is_return;
	struct field *fields;
	size_t n_fields;
	const void *user; /* for whoever set the reader up: the probe it stands for */
};

static inline const char *event_type_name(const struct event_type *type)
{
	return type->shown ? type->shown : type->event;
}

#define NO_FIELD SIZE_MAX
/* The field of that name; NO_FIELD: the event has none. */
size_t event_type_find(const struct event_type *type, const char *name);
/* Frees the fields. */
void event_type_done(struct event_type *type);

struct event {
	const struct event_type *type;
	uint64_t time_ns; /* of the buffer's clock */
	int cpu;
	int32_t tid;
	int32_t tgid;     /* 0: not known */
	const char *comm; /* NUL-terminated; NULL: not known */
	uint64_t ip;      /* entry: the probed address; return: the function's address */
	uint64_t ret_ip;  /* return: where it returns to; else 0 */
	const struct value *values; /* type->n_fields of them */
};

/* Records the kernel dropped before the next event of a CPU. */
struct lost {
	int cpu;
	int64_t count; /* -1: the kernel did not say how many */
};
