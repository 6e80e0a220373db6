/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* An event that outlives its record. Taking another one in its place reuses the memory. */

#include <stddef.h>

#include "probe/event.h"

struct event_copy {
	struct event event;
	char comm[64];
	void *data; /* the event's values, the items of its arrays, its strings */
	size_t size;
};

/* The type is not copied: it must outlive the copy. */
void event_copy_take(struct event_copy *copy, const struct event *e);
void event_copy_done(struct event_copy *copy);
