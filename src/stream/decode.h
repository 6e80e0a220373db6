/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One event's records, decoded by its format: compiled once into a flat list of loads, so
 * that a record costs a walk over that list and nothing is allocated. The record may come
 * from a tracefs buffer or, padded at its end, from perf (PERF_SAMPLE_RAW).
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "probe/event.h"

struct decoder;

/*
 * Compiles a format text. Completes `type` (fields, n_fields, is_return), which must
 * outlive the decoder; event_type_done() frees that part.
 */
int decoder_new(const char *format, struct event_type *type, struct decoder **ret,
		struct err *err);
void decoder_free(struct decoder *d);
/* The id that records of this event begin with (common_type). */
unsigned decoder_id(const struct decoder *d);
const struct event_type *decoder_type(const struct decoder *d);

/*
 * Fills type, tid, comm (if the event carries __comm, else NULL), ip, ret_ip and values
 * of `e`; the rest is the caller's. They are valid until the next record or until `data`
 * goes. False: the record is too short for its event; nothing is filled in.
 */
bool decode_record(struct decoder *d, const void *data, size_t size, struct event *e);
