/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decoding is held against the kernel's own text of the same records (data/stream, captured
 * from a running kernel) and against libtraceevent; order and losses against pages made here.
 */
#include <event-parse.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "stream/decode.h"
#include "stream/page.h"
#include "stream/stream.h"
#include "unit.h"

enum { PAGE_SIZE = 4096 };

static void read_data(struct buf *b, const char *name)
{
	const char *top = getenv("top_srcdir");
	auto_free char *path = xasprintf("%s/tests/data/stream/%s", top ? top : ".", name);
	FILE *f = fopen(path, "r");

	ck_assert_msg(f, "%s", path);
	b->len += fread(buf_reserve(b, 16384), 1, 16384, f);
	b->p[b->len] = '\0';
	fclose(f);
}

/* What a stream delivered, as text. */
struct seen {
	struct buf text;
	unsigned events, tasks, stop_at;
	uint64_t last;
	bool in_order;
	bool no_task;
};

static void kernel_value(struct buf *b, const struct field *f, const struct value *v)
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
		buf_addf(b, "'%c'", (int)v->u);
		break;
	case VALUE_STRING:
		buf_addf(b, "\"%.*s\"", (int)v->len, v->str);
		break;
	case VALUE_ARRAY:
		ck_assert(f->is_array);
		buf_addc(b, '{');
		for (size_t i = 0; i < v->len; i++) {
			buf_adds(b, i ? "," : "");
			kernel_value(b, f, &v->items[i]);
		}
		buf_addc(b, '}');
		break;
	default:
		buf_adds(b, "(fault)");
	}
}

/* A line as trace_pipe has it, from the event's name on. */
static void kernel_line(struct buf *b, const struct event *e)
{
	buf_addf(b, "%s: (0x%" PRIx64, e->type->event, e->type->is_return ? e->ret_ip : e->ip);
	if (e->type->is_return)
		buf_addf(b, " <- 0x%" PRIx64, e->ip);
	buf_addc(b, ')');
	for (size_t i = 0; i < e->type->n_fields; i++) {
		buf_addf(b, " %s=", e->type->fields[i].name);
		kernel_value(b, &e->type->fields[i], &e->values[i]);
	}
	buf_addc(b, '\n');
}

static bool see_event(void *ctx, const struct event *e)
{
	struct seen *seen = ctx;

	seen->in_order = seen->in_order && e->time_ns >= seen->last;
	seen->last = e->time_ns;
	kernel_line(&seen->text, e);
	return ++seen->events != seen->stop_at;
}

static void see_lost(void *ctx, const struct lost *lost)
{
	struct seen *seen = ctx;

	buf_addf(&seen->text, "lost %" PRId64 " on %d\n", lost->count, lost->cpu);
}

static bool see_task(void *ctx, pid_t tid, char comm[16], pid_t *tgid)
{
	struct seen *seen = ctx;

	snprintf(comm, 16, "task%d.%u", tid, seen->tasks++);
	*tgid = tid - 1;
	return !seen->no_task;
}

/* A stream that knows the captured events. */
static const char *const names[] = { "scalars", "vectors", "strings", "ret", "none" };

struct captured {
	struct seen seen;
	struct event_type types[ARRAY_SIZE(names)];
	struct stream *stream;
};

static struct stream_ops ops_of(struct seen *seen)
{
	seen->in_order = true;
	return (struct stream_ops){
		.event = see_event, .lost = see_lost, .task = see_task, .ctx = seen,
	};
}

static void open_captured(struct captured *c, size_t n_types)
{
	struct stream_ops ops;
	auto_buf header = BUF_INIT;

	*c = (struct captured){ .seen = { .text = BUF_INIT } };
	ops = ops_of(&c->seen);
	read_data(&header, "header_page");
	c->stream = stream_new(buf_str(&header), PAGE_SIZE, &ops);
	for (size_t i = 0; i < n_types; i++) {
		auto_buf format = BUF_INIT;
		struct err err = ERR_INIT;
		char file[64];

		snprintf(file, sizeof(file), "%s.format", names[i]);
		read_data(&format, file);
		c->types[i].event = (char *)names[i];
		ck_assert_msg(stream_add_event(c->stream, buf_str(&format), &c->types[i],
					       &err) == 0, "%s", err.msg);
	}
}

static void close_captured(struct captured *c)
{
	stream_free(c->stream);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		event_type_done(&c->types[i]);
	buf_done(&c->seen.text);
}

/* The writing end of a CPU's buffer: a pipe of packets gives one page per read. */
static int add_cpu(struct stream *s, int cpu)
{
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_DIRECT), 0);
	ck_assert_int_eq(stream_add_cpu(s, cpu, fds[0], NULL), 0);
	return fds[1];
}

static void put(int fd, const void *page, size_t size)
{
	ck_assert_int_eq(write(fd, page, size), size);
}

static void play(struct captured *c, const char *file)
{
	auto_close int fd = add_cpu(c->stream, 1);
	auto_buf page = BUF_INIT;

	read_data(&page, file);
	put(fd, page.p, page.len);
	ck_assert_int_eq(stream_read(c->stream, true, NULL), 1);
	ck_assert_int_eq(stream_read(c->stream, true, NULL), 0);
}

START_TEST(decodes_what_the_kernel_prints)
{
	struct captured c;
	auto_buf text = BUF_INIT;
	const char *at, *end;

	open_captured(&c, ARRAY_SIZE(names));
	play(&c, "page.raw");
	ck_assert_uint_eq(c.seen.events, 15);
	ck_assert(c.seen.in_order);
	read_data(&text, "page.txt");
	at = text.p;
	for (const char *line = c.seen.text.p; *line; line = end) {
		end = strchr(line, '\n') + 1;
		at = memmem(at, text.p + text.len - at, line, end - line);
		ck_assert_msg(at, "the kernel has no such line: %.*s", (int)(end - line), line);
		at += end - line;
	}
	close_captured(&c);
}
END_TEST

START_TEST(describes_fields)
{
	struct captured c;
	const struct field *f;

	open_captured(&c, ARRAY_SIZE(names));
	f = c.types[0].fields;
	ck_assert_uint_eq(c.types[0].n_fields, 22);
	ck_assert_str_eq(f[0].name, "u8");
	ck_assert_uint_eq(f[0].bits, 8);
	ck_assert_int_eq(f[0].kind, VALUE_UINT);
	ck_assert_int_eq(f[7].kind, VALUE_SINT);
	ck_assert_uint_eq(f[7].bits, 64);
	ck_assert_int_eq(f[10].kind, VALUE_HEX);
	ck_assert_int_eq(f[13].kind, VALUE_CHAR);
	ck_assert_int_eq(f[14].kind, VALUE_STRING);
	ck_assert(!f[19].is_hidden);
	ck_assert_str_eq(f[20].name, "__comm");
	ck_assert(f[20].is_hidden);
	ck_assert(!c.types[0].is_return);
	ck_assert(c.types[3].is_return);
	ck_assert_uint_eq(c.types[4].n_fields, 0);
	ck_assert(c.types[2].fields[1].is_array);
	ck_assert_int_eq(c.types[2].fields[1].kind, VALUE_STRING);
	close_captured(&c);
}
END_TEST

START_TEST(skips_unknown_types)
{
	struct captured c;

	open_captured(&c, 1);
	play(&c, "page.raw");
	ck_assert_uint_eq(c.seen.events, 3);
	close_captured(&c);
}
END_TEST

START_TEST(reads_time_extends)
{
	struct captured c;
	uint64_t first;
	auto_buf page = BUF_INIT;

	open_captured(&c, ARRAY_SIZE(names));
	play(&c, "extend.raw");
	ck_assert_uint_eq(c.seen.events, 2);
	read_data(&page, "extend.raw");
	memcpy(&first, page.p, sizeof(first));
	ck_assert_uint_gt(c.seen.last - first, 300000000);
	ck_assert_uint_lt(c.seen.last - first, 600000000);
	close_captured(&c);
}
END_TEST

START_TEST(tells_losses_before_the_records)
{
	struct captured c;

	open_captured(&c, ARRAY_SIZE(names));
	play(&c, "lost.raw");
	ck_assert_int_eq(strncmp(c.seen.text.p, "lost -1 on 1\nret: ", 18), 0);
	ck_assert_ptr_eq(strstr(c.seen.text.p + 1, "lost"), NULL);
	ck_assert_uint_eq(c.seen.events, 85);
	close_captured(&c);
}
END_TEST

/*
 * libtraceevent 1.7 as a second opinion, by value. Its printing is no measure: behind a
 * '%c' it takes the arguments one off, s8 as %d comes unsigned, items wider than a byte
 * come as 0, and string arrays hide all fields behind them.
 */
static bool agrees(struct tep_event *event, struct tep_record *rec, const struct field *f,
		   const struct value *v)
{
	unsigned long long number;
	const char *raw;
	int len;

	if (v->kind == VALUE_STRING) {
		raw = tep_get_field_raw(NULL, event, f->name, rec, &len, 0);
		return raw && (size_t)len == v->len + 1 && memcmp(raw, v->str, len) == 0;
	}
	if (v->kind == VALUE_FAULT)
		return tep_get_field_raw(NULL, event, f->name, rec, &len, 0) && len == 0;
	return tep_get_field_val(NULL, event, f->name, rec, &number, 0) == 0 &&
	       number == (f->bits < 64 ? v->u & ((UINT64_C(1) << f->bits) - 1) : v->u);
}

START_TEST(agrees_with_libtraceevent)
{
	static const char *const known[] = { "scalars", "ret" };
	const char *name = known[_i];
	struct tep_handle *tep = tep_alloc();
	struct event_type type = { .event = (char *)name };
	auto_buf raw = BUF_INIT, format = BUF_INIT;
	struct page_layout layout;
	struct page_record r;
	struct decoder *d;
	struct event e;
	struct page page;
	int64_t missed;
	unsigned n = 0;
	char file[64];

	snprintf(file, sizeof(file), "%s.format", name);
	read_data(&format, file);
	read_data(&raw, "page.raw");
	ck_assert_int_eq(tep_parse_event(tep, format.p, format.len, "test"), 0);
	ck_assert_int_eq(decoder_new(format.p, &type, &d, NULL), 0);
	page_layout_parse(&layout, NULL, NULL);
	ck_assert_int_eq(page_open(&page, &layout, raw.p, raw.len, &missed), 0);
	while (page_next(&page, &r) > 0) {
		struct tep_record rec = { .ts = r.time, .cpu = 1, .size = r.size,
					  .data = (void *)r.data };
		struct tep_event *event = tep_find_event_by_record(tep, &rec);

		if (!event)
			continue;
		ck_assert_uint_eq(decoder_id(d), event->id);
		ck_assert(decode_record(d, r.data, r.size, &e));
		ck_assert_int_eq(e.tid, tep_data_pid(tep, &rec));
		for (size_t i = 0; i < type.n_fields; i++)
			ck_assert_msg(agrees(event, &rec, &type.fields[i], &e.values[i]),
				      "%s", type.fields[i].name);
		n++;
	}
	ck_assert_uint_eq(n, 3);
	decoder_free(d);
	event_type_done(&type);
	tep_free(tep);
}
END_TEST

/*
 * Pages made by hand
 */

static const char tiny_format[] =
	"name: tiny\nID: 7\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:u32 n;\toffset:8;\tsize:4;\tsigned:0;\n\n"
	"print fmt: \"n=%u\", REC->n\n";

struct maker {
	unsigned char bytes[PAGE_SIZE];
	size_t size;
};

static void make_page(struct maker *m, uint64_t time)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->bytes, &time, sizeof(time));
	m->size = 16;
}

static void make_word(struct maker *m, uint32_t word)
{
	memcpy(m->bytes + m->size, &word, sizeof(word));
	m->size += 4;
}

/* As a C compiler lays out { u32 type_len:5, time_delta:27 }. */
static void make_header(struct maker *m, unsigned type_len, uint32_t delta)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	make_word(m, type_len << 27 | delta);
#else
	make_word(m, delta << 5 | type_len);
#endif
}

static void make_data(struct maker *m, int tid, uint32_t n)
{
	uint16_t type[2] = { 7, 0 };
	uint32_t word;

	memcpy(&word, type, sizeof(word));
	make_word(m, word);
	make_word(m, tid);
	make_word(m, n);
}

static void make_record(struct maker *m, uint32_t delta, uint32_t n)
{
	make_header(m, 3, delta);
	make_data(m, 100, n);
}

/* `flags` of the commit word: lost records. */
static void finish(struct maker *m, uint32_t flags)
{
	unsigned long commit = (m->size - 16) | flags;

	memcpy(m->bytes + 8, &commit, sizeof(commit));
}

struct tiny {
	struct seen seen;
	struct event_type type;
	struct stream *stream;
	int fds[2];
};

static void open_tiny(struct tiny *t)
{
	struct stream_ops ops;

	*t = (struct tiny){ .type = { .event = (char *)"e" } };
	ops = ops_of(&t->seen);
	t->stream = stream_new(NULL, PAGE_SIZE, &ops);
	ck_assert_int_eq(stream_add_event(t->stream, tiny_format, &t->type, NULL), 0);
	t->fds[0] = add_cpu(t->stream, 0);
	t->fds[1] = add_cpu(t->stream, 1);
}

static void close_tiny(struct tiny *t)
{
	stream_free(t->stream);
	event_type_done(&t->type);
	buf_done(&t->seen.text);
	close(t->fds[0]);
	close(t->fds[1]);
}

/* Every record of a page at `time`, `step` apart, counted from n. */
static void put_run(struct tiny *t, int cpu, uint64_t time, uint32_t step, uint32_t n,
		    unsigned count)
{
	struct maker m;

	make_page(&m, time);
	for (unsigned i = 0; i < count; i++)
		make_record(&m, i ? step : 0, n + i * step);
	finish(&m, 0);
	put(t->fds[cpu], m.bytes, PAGE_SIZE);
}

static void expect(struct tiny *t, const char *text)
{
	const char *from = buf_str(&t->seen.text);
	auto_buf got = BUF_INIT;

	/* "e: (0x0) n=3" is said "3", for short */
	for (const char *l = from; *l; l = strchr(l, '\n') + 1) {
		const char *n = strncmp(l, "e: ", 3) == 0 ? strchr(l, '=') + 1 : l;

		buf_add(&got, n, strchr(n, '\n') - n);
		buf_addc(&got, ' ');
	}
	ck_assert_str_eq(buf_str(&got), text);
	buf_reset(&t->seen.text);
}

START_TEST(merges_in_time_order)
{
	struct tiny t;

	open_tiny(&t);
	put_run(&t, 0, 1000, 2, 0, 3); /* 0 2 4 at 1000 1002 1004 */
	put_run(&t, 1, 1001, 2, 1, 3);
	put_run(&t, 0, 1006, 2, 6, 2);
	ck_assert_int_eq(stream_read(t.stream, true, NULL), 1);
	expect(&t, "0 1 2 3 4 5 6 8 ");
	ck_assert_int_eq(stream_read(t.stream, true, NULL), 0);
	ck_assert(t.seen.in_order);
	close_tiny(&t);
}
END_TEST

START_TEST(holds_back_what_may_be_overtaken)
{
	struct tiny t;

	open_tiny(&t);
	put_run(&t, 1, 1001, 2, 1, 2);
	/* CPU 0 was looked at before these were seen: it may have older ones. */
	ck_assert_int_eq(stream_read(t.stream, false, NULL), 0);
	expect(&t, "");
	put_run(&t, 0, 1000, 4, 0, 2);
	ck_assert_int_eq(stream_read(t.stream, false, NULL), 1);
	expect(&t, "0 1 3 ");
	/* 1004 is newer than anything known at the last look. */
	ck_assert_int_eq(stream_read(t.stream, false, NULL), 1);
	expect(&t, "4 ");
	close_tiny(&t);
}
END_TEST

START_TEST(an_idle_cpu_holds_nobody_up)
{
	struct tiny t;

	open_tiny(&t);
	for (unsigned i = 0; i < 12; i++)
		put_run(&t, 0, 1000 + 100 * i, 1, i, 1);
	stream_read(t.stream, false, NULL);
	ck_assert_int_eq(stream_read(t.stream, false, NULL), 1);
	expect(&t, "0 1 2 3 4 5 6 7 8 9 10 11 ");
	close_tiny(&t);
}
END_TEST

/* More pages than are read ahead at once, on both CPUs. */
START_TEST(full_queues_stay_in_order)
{
	const unsigned pages = 16 * 5, per_page = 200;
	struct tiny t;

	open_tiny(&t);
	for (int cpu = 0; cpu < 2; cpu++)
		fcntl(t.fds[cpu], F_SETPIPE_SZ, 1 << 20);
	for (unsigned i = 0; i < pages; i++)
		put_run(&t, 0, 1000 + i * per_page * 2, 2, 0, per_page);
	for (unsigned i = 0; i < pages; i++)
		put_run(&t, 1, 1001 + i * per_page * 2, 2, 0, per_page);
	ck_assert_int_eq(stream_read(t.stream, true, NULL), 1);
	ck_assert_uint_eq(t.seen.events, 2 * pages * per_page);
	ck_assert(t.seen.in_order);
	close_tiny(&t);
}
END_TEST

START_TEST(stops_when_told)
{
	struct tiny t;

	open_tiny(&t);
	t.seen.stop_at = 2;
	put_run(&t, 0, 1000, 1, 0, 3);
	ck_assert_int_eq(stream_read(t.stream, true, NULL), 0);
	expect(&t, "0 1 ");
	ck_assert_int_eq(stream_read(t.stream, true, NULL), 1);
	expect(&t, "2 ");
	close_tiny(&t);
}
END_TEST

START_TEST(counts_losses)
{
	struct tiny t;
	struct maker m;
	unsigned long count = 123;

	open_tiny(&t);
	make_page(&m, 1000);
	make_record(&m, 0, 1);
	memcpy(m.bytes + m.size, &count, sizeof(count));
	finish(&m, 3u << 30);
	put(t.fds[1], m.bytes, PAGE_SIZE);
	make_page(&m, 2000);
	make_record(&m, 0, 2);
	finish(&m, 1u << 31);
	put(t.fds[1], m.bytes, PAGE_SIZE);
	/* A loss with nothing after it is told, too. */
	make_page(&m, 3000);
	finish(&m, 1u << 31);
	put(t.fds[1], m.bytes, PAGE_SIZE);
	stream_read(t.stream, true, NULL);
	expect(&t, "lost 123 on 1 1 lost -1 on 1 2 lost -1 on 1 ");
	close_tiny(&t);
}
END_TEST

START_TEST(knows_all_kinds_of_items)
{
	struct tiny t;
	struct maker m;
	uint64_t base = UINT64_C(3) << 59 | 5000;

	open_tiny(&t);
	make_page(&m, base);
	make_header(&m, 0, 1); /* length in a word of its own */
	make_word(&m, 4 + 12 + 4);
	make_data(&m, 100, 1);
	make_word(&m, 0xdeadbeef);
	make_header(&m, 29, 7); /* a discarded record */
	make_word(&m, 4 + 8);
	make_word(&m, 0xdeadbeef);
	make_word(&m, 0xdeadbeef);
	make_record(&m, 1, 2);
	make_header(&m, 30, 5); /* 2^27 + 5 later */
	make_word(&m, 1);
	make_record(&m, 0, 3);
	make_header(&m, 31, 9); /* at 2^28 + 9, plus what does not fit 59 bits */
	make_word(&m, 2);
	make_record(&m, 2, 4);
	make_header(&m, 29, 0); /* nothing more on this page */
	make_record(&m, 0, 5);
	finish(&m, 0);
	put(t.fds[0], m.bytes, PAGE_SIZE);
	stream_read(t.stream, true, NULL);
	expect(&t, "1 2 3 4 ");
	ck_assert_uint_eq(t.seen.last, (UINT64_C(3) << 59) + (1 << 28) + 9 + 2);
	close_tiny(&t);
}
END_TEST

START_TEST(survives_broken_pages)
{
	struct tiny t;
	struct maker m;

	open_tiny(&t);
	make_page(&m, 1000); /* says more than it has */
	m.size = PAGE_SIZE + 4;
	finish(&m, 0);
	put(t.fds[0], m.bytes, PAGE_SIZE);
	put(t.fds[0], m.bytes, 10); /* no header */
	make_page(&m, 1000);
	make_record(&m, 0, 1);
	make_header(&m, 28, 0); /* longer than the page */
	finish(&m, 0);
	put(t.fds[0], m.bytes, PAGE_SIZE);
	make_page(&m, 1000);
	make_header(&m, 0, 0); /* a length that does not cover itself */
	make_word(&m, 3);
	make_record(&m, 0, 7);
	finish(&m, 0);
	put(t.fds[0], m.bytes, PAGE_SIZE);
	make_page(&m, 2000); /* a record shorter than its event */
	make_header(&m, 2, 0);
	make_word(&m, 7);
	make_word(&m, 100);
	make_record(&m, 0, 2);
	finish(&m, 0);
	put(t.fds[1], m.bytes, PAGE_SIZE);
	stream_read(t.stream, true, NULL);
	expect(&t, "lost -1 on 0 1 lost 1 on 1 2 lost -1 on 0 ");
	close_tiny(&t);
}
END_TEST

static bool see_comm(void *ctx, const struct event *e)
{
	struct seen *seen = ctx;

	buf_addf(&seen->text, "%s %d/%d\n", e->comm ? e->comm : "-", e->tgid, e->tid);
	return true;
}

static void put_task(struct tiny *t, uint64_t time, int tid)
{
	struct maker m;

	make_page(&m, time);
	make_header(&m, 3, 0);
	make_data(&m, tid, 0);
	finish(&m, 0);
	put(t->fds[0], m.bytes, PAGE_SIZE);
}

START_TEST(remembers_tasks)
{
	const uint64_t second = 1000000000;
	struct tiny t;
	struct stream_ops ops;

	open_tiny(&t);
	stream_free(t.stream);
	close(t.fds[0]);
	event_type_done(&t.type);
	ops = ops_of(&t.seen);
	ops.event = see_comm;
	t.stream = stream_new(NULL, PAGE_SIZE, &ops);
	ck_assert_int_eq(stream_add_event(t.stream, tiny_format, &t.type, NULL), 0);
	t.fds[0] = add_cpu(t.stream, 0);
	put_task(&t, 10 * second, 100);
	put_task(&t, 10 * second + 1, 100);
	put_task(&t, 10 * second + 2, 100 + 1024); /* the same slot */
	put_task(&t, 10 * second + 3, 100);
	put_task(&t, 11 * second + 3, 100); /* too old */
	stream_read(t.stream, true, NULL);
	ck_assert_str_eq(t.seen.text.p, "task100.0 99/100\ntask100.0 99/100\n"
					"task1124.1 1123/1124\ntask100.2 99/100\n"
					"task100.3 99/100\n");
	buf_reset(&t.seen.text);
	t.seen.no_task = true; /* gone: what was known stays */
	put_task(&t, 13 * second, 100);
	put_task(&t, 13 * second, 200);
	put_task(&t, 13 * second + 1, 200);
	stream_read(t.stream, true, NULL);
	ck_assert_str_eq(t.seen.text.p, "task100.3 99/100\n- 0/200\n- 0/200\n");
	ck_assert_uint_eq(t.seen.tasks, 6);
	close_tiny(&t);
}
END_TEST

START_TEST(carried_comm_wins)
{
	struct captured c;
	struct stream_ops ops;
	struct event_type type = { .event = (char *)"scalars" };
	struct seen seen = { 0 };
	auto_buf format = BUF_INIT;

	open_captured(&c, 0);
	stream_free(c.stream);
	ops = ops_of(&seen);
	ops.event = see_comm;
	c.stream = stream_new(NULL, PAGE_SIZE, &ops);
	read_data(&format, "scalars.format");
	ck_assert_int_eq(stream_add_event(c.stream, format.p, &type, NULL), 0);
	play(&c, "page.raw");
	ck_assert_int_eq(strncmp(seen.text.p, "target ", 7), 0);
	ck_assert_uint_eq(seen.tasks, 1); /* still asked for the thread group */
	event_type_done(&type);
	buf_done(&seen.text);
	close_captured(&c);
}
END_TEST

static const char *const bad_formats[] = {
	"",
	"name: x\nID: 7\nformat:\n", /* no common_pid */
	"ID: x\n",
	"ID: 65536\n",
	"ID: 7\n\tfield:int common_pid;\toffset:4;\tsize:0;\tsigned:1;\n",
	"ID: 7\n\tfield:int common_pid;\toffset:65535;\tsize:4;\tsigned:1;\n",
	"ID: 7\n\tfield:int common_pid;\toffset:-4;\tsize:4;\tsigned:1;\n",
	"ID: 7\n\tfield:int common_pid;\tsize:4;\tsigned:1;\n",
	"ID: 7\n\tfield:common_pid;\toffset:4;\tsize:4;\tsigned:1;\n",
	"ID: 7\n\tfield:int ;\toffset:4;\tsize:4;\tsigned:1;\n",
	"ID: 7\n\tfield:int common_pid",
	"ID: 7\n\tfield:u64 common_pid[2];\toffset:4;\tsize:16;\tsigned:1;\n",
	"ID: 7\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc u8[] x;\toffset:8;\tsize:4;\tsigned:1;\n",
	"ID: 7\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\tfield:u64 x[];\toffset:8;\tsize:12;\tsigned:1;\n",
	"ID: 7\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[] x;\toffset:8;\tsize:2;\tsigned:1;\n",
};

START_TEST(refuses_bad_formats)
{
	struct stream_ops ops = { 0 };
	struct stream *s = stream_new(NULL, PAGE_SIZE, &ops);
	struct event_type type = { 0 };
	struct err err = ERR_INIT;

	ck_assert_int_lt(stream_add_event(s, bad_formats[_i], &type, &err), 0);
	ck_assert_str_ne(err.msg, "");
	ck_assert_ptr_eq(type.fields, NULL);
	stream_free(s);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_test(c, decodes_what_the_kernel_prints);
	tcase_add_test(c, describes_fields);
	tcase_add_test(c, skips_unknown_types);
	tcase_add_test(c, reads_time_extends);
	tcase_add_test(c, tells_losses_before_the_records);
	tcase_add_loop_test(c, agrees_with_libtraceevent, 0, 2);
	tcase_add_test(c, merges_in_time_order);
	tcase_add_test(c, holds_back_what_may_be_overtaken);
	tcase_add_test(c, an_idle_cpu_holds_nobody_up);
	tcase_add_test(c, full_queues_stay_in_order);
	tcase_add_test(c, stops_when_told);
	tcase_add_test(c, counts_losses);
	tcase_add_test(c, knows_all_kinds_of_items);
	tcase_add_test(c, survives_broken_pages);
	tcase_add_test(c, remembers_tasks);
	tcase_add_test(c, carried_comm_wins);
	tcase_add_loop_test(c, refuses_bad_formats, 0, ARRAY_SIZE(bad_formats));
}

UNIT_MAIN("stream", fill)
