/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts as the kernel wrote them (tests/data/text), and lines that are hard to read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "stream/text.h"
#include "unit.h"

struct seen {
	struct buf text;
	unsigned events, types;
	unsigned stop_at;
};

static void add_value(struct buf *b, const struct value *v)
{
	switch (v->kind) {
	case VALUE_UINT:
		buf_addf(b, "%" PRIu64, v->u);
		break;
	case VALUE_SINT:
		buf_addf(b, "%" PRId64, v->s);
		break;
	case VALUE_HEX:
		buf_addf(b, "0x%" PRIx64, v->u);
		break;
	case VALUE_CHAR:
		buf_addf(b, "'%02x", (unsigned)v->u);
		break;
	case VALUE_STRING:
		buf_addc(b, '<');
		text_escape(b, v->str, v->len, false);
		buf_addc(b, '>');
		break;
	case VALUE_ARRAY:
		for (size_t i = 0; i < v->len; i++) {
			buf_addc(b, i ? ',' : '{');
			add_value(b, &v->items[i]);
		}
		buf_addc(b, '}');
		break;
	default:
		buf_adds(b, "fault");
	}
}

static bool see(void *ctx, const struct event *e)
{
	struct seen *seen = ctx;
	struct buf *b = &seen->text;

	buf_addf(b, "%s|%d/%d|%d|%" PRIu64 "|%s%s", e->comm ? e->comm : "-", e->tgid, e->tid,
		 e->cpu, e->time_ns, e->type->event, e->type->is_return ? "<-" : "");
	for (size_t i = 0; i < e->type->n_fields; i++) {
		buf_addf(b, " %s=", e->type->fields[i].name);
		add_value(b, &e->values[i]);
	}
	buf_addc(b, '\n');
	return ++seen->events != seen->stop_at;
}

static void see_lost(void *ctx, const struct lost *lost)
{
	struct seen *seen = ctx;

	buf_addf(&seen->text, "lost %" PRId64 " on %d\n", lost->count, lost->cpu);
}

static void see_type(void *ctx, struct event_type *type)
{
	((struct seen *)ctx)->types++;
}

static struct text *begin(struct seen *seen)
{
	const struct text_ops ops = {
		.event = see, .lost = see_lost, .type = see_type, .ctx = seen,
	};

	*seen = (struct seen){ .text = BUF_INIT };
	return text_new(&ops);
}

#define HEAD "          prog-12      [001] ..... 1.000002: "
#define ONE "prog|0/12|1|1000002000|"

static const struct {
	const char *text, *seen;
	unsigned skipped;
} lines[] = {
	{ HEAD "e: (0x1)\n", ONE "e\n", 0 },
	{ HEAD "e: (0x1) n=1 m=-1 h=0xff\n", ONE "e n=1 m=-1 h=0xff\n", 0 },
	{ HEAD "e: (0x2 <- 0x1) r=18446744073709551615\n",
	  ONE "e<- r=18446744073709551615\n", 0 },
	{ HEAD "e: (0x1) a={1,-2} c='x' d={'a',''','}'} s=\"\" f=(fault)\n",
	  ONE "e a={1,-2} c='78 d={'61,'27,'7d} s=<> f=fault\n", 0 },
	{ HEAD "e: (0x1) l={\"a\",(fault),\"b,\"c\"}\n", ONE "e l={<a>,fault,<b,\"c>}\n", 0 },
	/* Strings with anything in them. */
	{ HEAD "e: (0x1) s=\"say \"hi\" m=me\" n=1\n", ONE "e s=<say \"hi\" m=me> n=1\n", 0 },
	{ HEAD "e: (0x1) s=\"(fault)\"\n", ONE "e s=<(fault)>\n", 0 },
	{ HEAD "e: (0x1) s=\"a\n\nb\" n=1\n", ONE "e s=<a\\n\\nb> n=1\n", 0 },
	{ HEAD "e: (0x1) s=\"a\n#b\" n=1\n", "", 1 },
	{ HEAD "e: (0x1) s=\"a\" n=1\n" HEAD "e: (0x1) s=\"x\" n=2\" n=3\n",
	  ONE "e s=<a> n=1\n" ONE "e s=<x\" n=2> n=3\n", 0 },
	{ "# strings: escaped\n" HEAD "e: (0x1) s=\"\\\"\\n\\x1b\\\\\" c='\\x00' n=1\n",
	  ONE "e s=<\"\\n\\x1b\\> c='00 n=1\n", 0 },
	/* Names with anything in them. */
	{ " a-1 [0] b: (0x1)-12      [001] ..... 1.000002: e: (0x1)\n",
	  "a-1 [0] b: (0x1)|0/12|1|1000002000|e\n", 0 },
	{ "           <...>-12      [001] ..... 1.000002: e: (0x1)\n",
	  "-|0/12|1|1000002000|e\n", 0 },
	{ HEAD "e: (0x1) __comm=\"real\" n=1\n", "real|0/12|1|1000002000|e __comm=<real> n=1\n",
	  0 },
	{ "  prog-12 (     10) [001] ..... 1.000002: e: (0x1)\n",
	  "prog|10/12|1|1000002000|e\n", 0 },
	{ "  prog-12 (-------) [001] 1.000002: e: (0x1)\n", ONE "e\n", 0 },
	/* Other events, other fields of the same event, no events at all. */
	{ HEAD "e: (0x1) n=1\n" HEAD "e: (0x1) k=1\n" HEAD "e: (0x1) n=2\n",
	  ONE "e n=1\n" ONE "e k=1\n" ONE "e n=2\n", 0 },
	{ HEAD "sched_switch: prev_comm=x\n" HEAD "e: (0x1)\n", ONE "e\n", 1 },
	{ HEAD "e: (0x1) n\n", "", 1 },
	{ HEAD "e: (0x1) n=\n", "", 1 },
	{ HEAD "e: (0x1) n=1x\n", "", 1 },
	{ HEAD "e: (0x1) n=99999999999999999999\n", "", 1 },
	{ HEAD "e: (0x1) s=\"a\n", "", 1 },
	{ HEAD "e: (0x1) a={1,2\n", "", 1 },
	{ HEAD "e: (0x\n", "", 1 },
	{ "nonsense\n\n" HEAD "e: (0x1)\nmore\n", ONE "e\n", 2 },
	{ "CPU:3 [LOST 12 EVENTS]\nCPU:0 [LOST EVENTS]\n", "lost 12 on 3\nlost -1 on 0\n", 0 },
	{ HEAD "e: (0x1)\n" HEAD "<user stack trace>\n =>  <0000555dd841a520>\n" HEAD
	  "e: (0x1)\n", ONE "e\n" ONE "e\n", 0 },
};

START_TEST(lines_read)
{
	const char *text = lines[_i].text;

	/* Cut at every place: the outcome is the same. */
	for (size_t at = 0; at <= strlen(text); at++) {
		struct seen seen;
		struct text *t = begin(&seen);

		text_feed(t, text, at);
		text_feed(t, text + at, strlen(text + at));
		ck_assert(text_flush(t));
		ck_assert_str_eq(buf_str(&seen.text), lines[_i].seen);
		ck_assert_uint_eq(text_skipped(t), lines[_i].skipped);
		text_free(t);
		buf_done(&seen.text);
	}
}
END_TEST

/* The same six events in each layout: "down" three times, then "down_ret". */
static const char *const layouts[] = {
	"default", "tgid",    "noirq",	 "nocontext", "latency", "verbose",
	"stack",   "counter", "uptime", "boot",
};

static void feed_file(struct text *t, const char *name)
{
	const char *top = getenv("top_srcdir");
	auto_free char *path = xasprintf("%s/tests/data/text/%s.txt", top ? top : ".", name);
	char data[7]; /* small, and of no meaning */
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_msg(f, "%s", path);
	while ((n = fread(data, 1, sizeof(data), f)))
		text_feed(t, data, n);
	fclose(f);
	text_flush(t);
}

START_TEST(layouts_read)
{
	const char *layout = layouts[_i];
	bool has_task = strcmp(layout, "nocontext") != 0;
	struct seen seen;
	struct text *t = begin(&seen);
	const char *at;

	feed_file(t, layout);
	ck_assert_uint_eq(text_skipped(t), 0);
	ck_assert_uint_eq(seen.events, 6);
	ck_assert_uint_eq(seen.types, 2);
	ck_assert(text_has_ticks(t) ==
		  (strcmp(layout, "counter") == 0 || strcmp(layout, "uptime") == 0));
	at = buf_str(&seen.text);
	for (int i = 0; i < 6; i++, at = strchr(at, '\n') + 1) {
		auto_free char *want = i < 3
			? xasprintf("|down n=%d c=<a [0] b-7> __sp=0x7ff", i)
			: xasprintf("|down_ret<- retval=%d __sp=0x7ff", 1000005 - i);
		const char *found = strstr(at, want);

		ck_assert_msg(found && found < strchr(at, '\n'), "%s: %s", layout, at);
		ck_assert(!has_task || strncmp(at, "a [0] b-", 8) == 0);
		ck_assert(has_task || strncmp(at, "-|0/-1|-1|0|", 12) == 0);
	}
	text_free(t);
	buf_done(&seen.text);
}
END_TEST

START_TEST(losses_read)
{
	struct seen seen;
	struct text *t = begin(&seen);

	feed_file(t, "lost");
	ck_assert_int_eq(strncmp(buf_str(&seen.text), "lost ", 5), 0);
	ck_assert_uint_ge(seen.events, 100);
	ck_assert_uint_eq(text_skipped(t), 0);
	text_free(t);
	buf_done(&seen.text);
}
END_TEST

START_TEST(stops)
{
	struct seen seen;
	struct text *t = begin(&seen);

	seen.stop_at = 2;
	feed_file(t, "default");
	ck_assert_uint_eq(seen.events, 2);
	ck_assert(!text_flush(t));
	text_free(t);
	buf_done(&seen.text);
}
END_TEST

START_TEST(declared)
{
	struct field fields[] = { { .name = (char *)"n" } };
	const struct event_type type = { .event = (char *)"e", .fields = fields, .n_fields = 1 };
	static const char text[] = HEAD "e: (0x1) n=1\n" HEAD "f: (0x1)\n" HEAD
				   "e: (0x2 <- 0x1) n=1\n" HEAD "e: (0x1) k=1\n";
	struct seen seen;
	struct text *t = begin(&seen);

	text_declare(t, &type);
	text_feed(t, text, strlen(text));
	text_flush(t);
	ck_assert_str_eq(buf_str(&seen.text), ONE "e n=1\n");
	ck_assert_uint_eq(text_skipped(t), 3);
	ck_assert_uint_eq(seen.types, 0);
	text_free(t);
	buf_done(&seen.text);
}
END_TEST

/* A line without end is not kept. */
START_TEST(bounded)
{
	static const char end[] = "\n" HEAD "e: (0x1)\n";
	auto_free char *many = xcalloc(1, 1 << 16);
	struct seen seen;
	struct text *t = begin(&seen);

	memset(many, 'x', 1 << 16);
	for (int i = 0; i < 100; i++)
		text_feed(t, many, 1 << 16);
	text_feed(t, end, strlen(end));
	text_flush(t);
	ck_assert_str_eq(buf_str(&seen.text), ONE "e\n");
	ck_assert_uint_eq(text_skipped(t), 1);
	text_free(t);
	buf_done(&seen.text);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, lines_read, 0, ARRAY_SIZE(lines));
	tcase_add_loop_test(c, layouts_read, 0, ARRAY_SIZE(layouts));
	tcase_add_test(c, losses_read);
	tcase_add_test(c, stops);
	tcase_add_test(c, declared);
	tcase_add_test(c, bounded);
}

UNIT_MAIN("text", fill)
