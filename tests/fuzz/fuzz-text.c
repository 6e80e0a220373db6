/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any log, in one piece and in two, into calls and every format. */
#include <stdlib.h>
#include <string.h>

#include "analyze/pairs.h"
#include "base/xalloc.h"
#include "report/events.h"
#include "stream/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct events_format *const formats[] = {
	&events_text, &events_json, &events_csv, &events_kernel,
};

struct sink {
	struct buf out;
	struct events_writer *w[ARRAY_SIZE(formats)];
	struct pairs *pairs;
	int pair;
};

static bool on_event(void *ctx, const struct event *e)
{
	struct sink *s = ctx;

	pairs_event(s->pairs, e);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		formats[i]->event(s->w[i], e, &s->out);
	return true;
}

static void on_call(void *ctx, const struct call *c)
{
	struct sink *s = ctx;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i]->call)
			formats[i]->call(s->w[i], c, &s->out);
}

static void on_lost(void *ctx, const struct lost *lost)
{
	struct sink *s = ctx;

	pairs_lost(s->pairs, lost->cpu);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		formats[i]->lost(s->w[i], lost, &s->out);
}

static void on_type(void *ctx, struct event_type *type)
{
	struct sink *s = ctx;

	pairs_join(s->pairs, s->pair, type);
}

static void run(struct sink *s, const char *data, size_t size, size_t cut)
{
	const struct text_ops ops = {
		.event = on_event, .lost = on_lost, .type = on_type, .ctx = s,
	};
	const struct pairs_ops pairs_ops = { .call = on_call, .ctx = s };
	const struct events_options opts = { .has_calls = true };
	struct text *t = text_new(&ops);

	*s = (struct sink){ .pairs = pairs_new(&pairs_ops) };
	s->pair = pairs_new_pair(s->pairs, PAIRS_GUESS, false);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		s->w[i] = formats[i]->begin(&opts, &s->out);
	text_feed(t, data, cut);
	text_feed(t, data + cut, size - cut);
	text_flush(t);
	pairs_end(s->pairs);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		formats[i]->end(s->w[i], &s->out);
	pairs_free(s->pairs);
	text_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sink whole, cut;

	run(&whole, (const char *)data, size, size);
	run(&cut, (const char *)data, size, size / 2);
	if (whole.out.len != cut.out.len || memcmp(whole.out.p, cut.out.p, cut.out.len) != 0)
		abort();
	/* Whatever the log holds: nothing that acts on a terminal comes out. */
	for (size_t i = 0; i < whole.out.len; i++)
		if ((unsigned char)whole.out.p[i] < 0x20 && whole.out.p[i] != '\n')
			abort();
	buf_done(&whole.out);
	buf_done(&cut.out);
	return 0;
}
