/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sub-buffer of anything, through the page walk, the decoder, and both kinds of output.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "report/events.h"
#include "stream/decode.h"
#include "stream/page.h"
#include "stream/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every shape a field can have. */
static const char format[] =
	"name: all\nID: 7\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\tfield:unsigned long __probe_func;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long __probe_ret_ip;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:__data_loc char[] __comm;\toffset:24;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[] s;\toffset:28;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[][2] list;\toffset:32;\tsize:8;\tsigned:1;\n"
	"\tfield:u8 c;\toffset:40;\tsize:1;\tsigned:0;\n"
	"\tfield:u8 chars[];\toffset:41;\tsize:3;\tsigned:0;\n"
	"\tfield:s64 n;\toffset:44;\tsize:8;\tsigned:1;\n"
	"\tfield:u16 x[];\toffset:52;\tsize:4;\tsigned:0;\n"
	"\tfield:char fixed[4];\toffset:56;\tsize:4;\tsigned:0;\n\n"
	"print fmt: \"(%lx <- %lx) __comm=\\\"%s\\\" s=\\\"%s\\\" "
	"list={\\\"%s\\\",\\\"%s\\\"} "
	"c='%c' chars={'%c','%c','%c'} n=%Ld x={0x%x,0x%x} fixed=%s\", "
	"REC->__probe_func\n";

static void walk(struct decoder *d, const uint8_t *data, size_t size, struct buf *out)
{
	static const struct events_format *const formats[] = { &events_text,
							       &events_json };
	const struct events_options opts = { 0 };
	struct events_writer *w[ARRAY_SIZE(formats)];
	struct page_record r;
	struct page_layout layout;
	struct page page;
	struct event e = { 0 };
	int64_t missed;

	page_layout_parse(&layout, NULL, NULL);
	if (page_open(&page, &layout, data, size, &missed) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		w[i] = formats[i]->begin(&opts, out);
	while (page_next(&page, &r) > 0) {
		e.time_ns = r.time;
		if (!decode_record(d, r.data, r.size, &e))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
			formats[i]->event(w[i], &e, out);
	}
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		formats[i]->end(w[i], out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_type type = { .group = (char *)"g", .event = (char *)"e" };
	struct decoder *d;
	auto_buf out = BUF_INIT;

	if (decoder_new(format, &type, &d, NULL) < 0)
		abort();
	walk(d, data, size, &out);
	/* Whatever the page holds: nothing that acts on a terminal comes out. */
	for (size_t i = 0; i < out.len; i++)
		if ((unsigned char)out.p[i] < 0x20 && out.p[i] != '\n')
			abort();
	decoder_free(d);
	event_type_done(&type);
	return 0;
}
