/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A format file of anything, and what it makes of a record. */
#include <stdint.h>
#include <string.h>

#include "base/xalloc.h"
#include "report/events.h"
#include "stream/decode.h"
#include "stream/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xstrndup((const char *)data, size);
	struct event_type type = { .group = (char *)"g", .event = (char *)"e" };
	auto_free uint8_t *record = xcalloc(1, 512);
	struct event e = { 0 };
	struct decoder *d;
	auto_buf out = BUF_INIT;

	if (decoder_new(text, &type, &d, NULL) < 0)
		return 0;
	memcpy(record, data, size < 512 ? size : 512);
	if (decode_record(d, record, 512, &e))
		for (size_t i = 0; i < type.n_fields; i++)
			value_format(&e.values[i], &out);
	decoder_free(d);
	event_type_done(&type);
	return 0;
}
