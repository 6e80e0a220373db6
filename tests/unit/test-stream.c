/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Order, losses and broken pages, with pages made by hand. */
#include "stream/page.h"
#include "stream-kit.h"

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

START_TEST(of_one_time_the_first_cpu_goes_first)
{
	struct tiny t;

	open_tiny(&t);
	put_run(&t, 1, 1000, 2, 1, 2);
	put_run(&t, 0, 1000, 2, 0, 2);
	stream_read(t.stream, true, NULL);
	expect(&t, "0 1 2 3 ");
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

/* More pages than are read ahead at once, reaching further on one CPU. */
START_TEST(full_queues_stay_in_order)
{
	static const struct {
		unsigned pages, per_page;
	} runs[] = { { 16 * 5, 50 }, { 16 * 5, 200 } };
	unsigned all = 0;
	struct tiny t;

	open_tiny(&t);
	for (unsigned cpu = 0; cpu < ARRAY_SIZE(runs); cpu++) {
		uint64_t time = 1000 + cpu;

		fcntl(t.fds[cpu], F_SETPIPE_SZ, 1 << 20);
		for (unsigned i = 0; i < runs[cpu].pages; i++) {
			put_run(&t, cpu, time, 2, 0, runs[cpu].per_page);
			time += 2 * runs[cpu].per_page;
		}
		all += runs[cpu].pages * runs[cpu].per_page;
	}
	ck_assert_int_eq(stream_read(t.stream, _i, NULL), 1);
	if (!_i)
		ck_assert_int_eq(stream_read(t.stream, false, NULL), 1);
	ck_assert_uint_eq(t.seen.events, all);
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

/* A page before which `count` records were lost; -1: so many that it is not known. */
static void put_lost(struct tiny *t, int cpu, uint64_t time, long count, uint32_t n)
{
	struct maker m;

	make_page(&m, time);
	if (n)
		make_record(&m, 0, n);
	memcpy(m.bytes + m.size, &count, sizeof(count));
	finish(&m, count < 0 ? 1u << 31 : 3u << 30);
	put(t->fds[cpu], m.bytes, PAGE_SIZE);
}

START_TEST(losses_without_a_record_between_are_one)
{
	struct tiny t;

	open_tiny(&t);
	put_lost(&t, 1, 1000, 100, 0);
	put_lost(&t, 1, 2000, 23, 1);
	put_lost(&t, 1, 3000, -1, 0);
	put_lost(&t, 1, 4000, 5, 2);
	put_lost(&t, 1, 5000, 6, 3);
	stream_read(t.stream, true, NULL);
	expect(&t, "lost 123 on 1 1 lost -1 on 1 2 lost 6 on 1 3 ");
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

START_TEST(pages_end_where_they_say)
{
	struct page_layout layout;
	struct maker m;
	struct page page;
	int64_t missed;

	page_layout_parse(&layout, NULL, NULL);
	make_page(&m, 1000);
	make_record(&m, 0, 1);
	finish(&m, 0);
	ck_assert_int_eq(page_open(&page, &layout, m.bytes, m.size, &missed), 0);
	ck_assert_int_eq(page_open(&page, &layout, m.bytes, m.size - 1, &missed),
			 -EBADMSG);
	ck_assert_int_eq(page_open(&page, &layout, m.bytes, 15, &missed), -EBADMSG);
	/* A number of lost records that does not fit behind the data. */
	finish(&m, 3u << 30);
	ck_assert_int_eq(page_open(&page, &layout, m.bytes, m.size + 7, &missed), 0);
	ck_assert_int_eq(missed, -1);
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

static void fill(TCase *c)
{
	tcase_add_test(c, merges_in_time_order);
	tcase_add_test(c, of_one_time_the_first_cpu_goes_first);
	tcase_add_test(c, holds_back_what_may_be_overtaken);
	tcase_add_test(c, an_idle_cpu_holds_nobody_up);
	tcase_add_loop_test(c, full_queues_stay_in_order, 0, 2);
	tcase_add_test(c, stops_when_told);
	tcase_add_test(c, counts_losses);
	tcase_add_test(c, losses_without_a_record_between_are_one);
	tcase_add_test(c, knows_all_kinds_of_items);
	tcase_add_test(c, pages_end_where_they_say);
	tcase_add_test(c, survives_broken_pages);
	tcase_add_test(c, remembers_tasks);
}

UNIT_MAIN("stream", fill)
