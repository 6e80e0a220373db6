/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * An event that several specs share (resolve/share.h): its records, each as the event that
 * the spec it belongs to has planned.
 */

#include "probe/definition.h"
#include "probe/event.h"

struct carrier;

/* `type` is what is recorded, complete, and outlives the carrier. */
struct carrier *carrier_new(const struct event_type *type);
void carrier_free(struct carrier *c);
/* Completes `ret` as the type of a planned event, whose locations are among the carrier's. */
void carrier_describe(const struct carrier *c, const struct definition *planned,
		      struct event_type *ret);
/* The records of location `id` are of that type, in which they are of location `own_id`. */
void carrier_add(struct carrier *c, size_t id, const struct event_type *type, size_t own_id);
/* Its values are valid until the next call, or as long as e's. */
const struct event *carrier_event(struct carrier *c, const struct event *e);
