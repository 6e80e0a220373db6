/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings as scripts, one step after the other:
 *
 *   (TID:IP@SP=N   an entry whose argument is N     )TID:IP@SP=N   a return of N
 *   [TID:IP@SP=N   the same for another pair of     ]TID:IP@SP=N
 *                  the function; that of f is always another
 *   !CPU           events of that CPU were lost     #CPU           any event of that CPU
 *   TID            that thread is gone (reaped twice)
 *
 * and what was told of them: "N>M" a call, "N?why" and "?M" halves. A call pushes 8 bytes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/pairs.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/xalloc.h"
#include "unit.h"

static struct field fields[] = {
	{ .name = (char *)"n" },
	{ .name = (char *)"__sp", .is_hidden = true },
	{ .name = (char *)"s" },
	{ .name = (char *)"list" },
	{ .name = (char *)"sym" },
};
#define TYPE(ret) { .is_return = (ret), .fields = fields, .n_fields = ARRAY_SIZE(fields) }
static struct event_type entry = TYPE(false), finish = TYPE(true), other = TYPE(false);
static struct event_type tail_entry = TYPE(false), tail_finish = TYPE(true);
static struct event_type without_sp = { .fields = fields, .n_fields = 1 };

static const char *const ends[] = {
	[CALL_LEFT] = "left", [CALL_EXITED] = "exited", [CALL_RUNNING] = "running",
	[CALL_LOST] = "lost", [CALL_FORGOTTEN] = "forgotten",
};

struct seen {
	struct buf text;
	unsigned calls, halves, wrong;
};

/* What is told of an event must be the event as it was, though its memory is used again. */
static void check_copy(const struct event *e)
{
	char want[32];

	snprintf(want, sizeof(want), "s%" PRIu64, e->values[0].u);
	ck_assert_uint_eq(e->values[2].len, strlen(want));
	ck_assert_mem_eq(e->values[2].str, want, strlen(want));
	ck_assert_int_eq(e->values[3].items[1].len, 1);
	ck_assert_mem_eq(e->values[3].items[1].str, want + strlen(want) - 1, 1);
	ck_assert_str_eq(e->values[4].name, want);
	ck_assert_str_eq(e->comm, want);
}

static void see(void *ctx, const struct call *c)
{
	struct seen *seen = ctx;

	buf_adds(&seen->text, seen->text.len ? " " : "");
	if (c->entry)
		check_copy(c->entry);
	if (c->finish)
		check_copy(c->finish);
	if (c->entry && c->finish) {
		ck_assert_int_eq(c->end, CALL_RETURNED);
		seen->calls++;
		seen->wrong += c->entry->values[0].u != c->finish->values[0].u;
		buf_addf(&seen->text, "%" PRIu64 ">%" PRIu64, c->entry->values[0].u,
			 c->finish->values[0].u);
	} else if (c->entry) {
		seen->halves++;
		buf_addf(&seen->text, "%" PRIu64 "?%s", c->entry->values[0].u, ends[c->end]);
	} else {
		seen->halves++;
		ck_assert(c->end == CALL_NO_ENTRY || c->end == CALL_LOST);
		buf_addf(&seen->text, "?%" PRIu64, c->finish->values[0].u);
	}
}

/* An event in memory that is wiped afterwards, as a reader's page is. */
static void put(struct pairs *p, const struct event_type *type, int cpu, pid_t tid,
		uint64_t ip, uint64_t sp, uint64_t n)
{
	struct value items[2] = { { .kind = VALUE_UINT }, { .kind = VALUE_STRING } };
	struct value values[ARRAY_SIZE(fields)];
	char text[32];
	struct event e = { .type = type, .cpu = cpu, .tid = tid, .comm = text, .ip = ip,
			   .values = values };

	snprintf(text, sizeof(text), "s%" PRIu64, n);
	items[1].str = text + strlen(text) - 1;
	items[1].len = 1;
	values[0] = (struct value){ .kind = VALUE_UINT, .u = n };
	values[1] = (struct value){ .kind = VALUE_HEX, .u = sp };
	values[2] = (struct value){ .kind = VALUE_STRING, .str = text, .len = strlen(text) };
	values[3] = (struct value){ .kind = VALUE_ARRAY, .items = items, .len = 2 };
	values[4] = (struct value){ .kind = VALUE_SYM, .u = n, .name = text };
	ck_assert(pairs_event(p, &e) == (type != &other));
	memset(values, 0x5a, sizeof(values));
	memset(items, 0x5a, sizeof(items));
	memset(text, 0x5a, sizeof(text));
}

static pid_t gone;

static bool is_alive(pid_t tid)
{
	return tid != gone;
}

static struct pairs *begin(struct seen *seen, int word, bool is_filtered)
{
	const struct pairs_ops ops = { .call = see, .ctx = seen };
	struct pairs *p = pairs_new(&ops);

	*seen = (struct seen){ .text = BUF_INIT };
	ck_assert(!pairs_add(p, &entry, &without_sp, word, false));
	ck_assert(pairs_add(p, &entry, &finish, word, is_filtered));
	ck_assert(pairs_add(p, &tail_entry, &tail_finish, word, is_filtered));
	return p;
}

static void step(struct pairs *p, const char *s)
{
	uint64_t ip, sp, n;
	int tid;

	if (sscanf(s + 1, "%d:%" SCNx64 "@%" SCNx64 "=%" SCNu64, &tid, &ip, &sp, &n) == 4) {
		bool is_tail = ip == 0xf || strchr("[]", s[0]);

		if (strchr("([", s[0]))
			put(p, is_tail ? &tail_entry : &entry, tid % 2, tid, ip, sp, n);
		else
			put(p, is_tail ? &tail_finish : &finish, tid % 2, tid, ip, sp, n);
		return;
	}
	switch (s[0]) {
	case '!':
		pairs_lost(p, atoi(s + 1));
		break;
	case '#':
		put(p, &other, atoi(s + 1), 1, 0, 0, 0);
		break;
	default:
		gone = atoi(s);
		pairs_reap(p, is_alive);
		pairs_reap(p, is_alive);
	}
}

static void run(struct pairs *p, const char *script)
{
	auto_free char *copy = xstrdup(script);

	for (char *at = copy, *word; (word = strsep(&at, " "));)
		if (*word)
			step(p, word);
}

static const struct {
	const char *script, *told;
} scripts[] = {
	{ "", "" },
	{ "(1:a@fe8=1 )1:a@ff0=1", "1>1" },
	/* One call in another, and two threads in step. */
	{ "(1:a@fe8=1 (1:a@fc8=2 )1:a@fd0=2 )1:a@ff0=1", "2>2 1>1" },
	{ "(1:a@fe8=1 (2:a@fe8=2 )1:a@ff0=1 )2:a@ff0=2", "1>1 2>2" },
	/* Another place, another frame, another thread: no call. */
	{ "(1:a@fe8=1 )1:b@ff0=1", "?1 1?running" },
	{ "(1:a@fe8=1 )1:a@fe8=1", "?1 1?running" },
	{ "(1:a@fe8=1 )1:a@ff8=1", "1?left ?1" },
	{ "(1:a@fe8=1 )3:a@ff0=1", "?1 1?running" },
	{ ")1:a@ff0=1", "?1" },
	/* A frame left by longjmp() is gone when a frame above it moves... */
	{ "(1:a@fe8=1 (1:a@fc8=2 (1:a@fa8=3 )1:a@ff0=1", "3?left 2?left 1>1" },
	{ "(1:a@fe8=1 (1:a@fc8=2 (1:a@fd8=3 )1:a@fe0=3 )1:a@ff0=1", "2?left 3>3 1>1" },
	/* ...and one that is entered again in its place is another. */
	{ "(1:a@fe8=1 (1:a@fc8=2 (1:a@fc8=3 )1:a@fd0=3 )1:a@ff0=1", "3>3 2?left 1>1" },
	/* A function that jumps to itself, one that jumps to another. */
	{ "(1:a@fe8=1 (1:a@fe8=2 (1:a@fe8=3 )1:a@ff0=3 )1:a@ff0=2 )1:a@ff0=1", "3>3 2>2 1>1" },
	{ "(1:a@fe8=1 (1:f@fe8=2 )1:f@ff0=2 )1:a@ff0=1", "2>2 1>1" },
	{ "(1:a@fe8=1 (1:f@fe8=2 )1:a@ff0=1", "2?left 1>1" },
	/* Two pairs have the same function. */
	{ "(1:a@fe8=1 [1:a@fe8=2 )1:a@ff0=1 ]1:a@ff0=2", "1>1 2>2" },
	{ "(1:a@fe8=1 [1:a@fe8=2 ]1:a@ff0=2 )1:a@ff0=1", "2>2 1>1" },
	{ "(1:a@fe8=1 [1:a@fe8=2 (1:a@fe8=3 [1:a@fe8=4 )1:a@ff0=3 ]1:a@ff0=4 )1:a@ff0=1 ]1:a@ff0=2",
	  "3>3 4>4 1>1 2>2" },
	{ "(1:a@fe8=1 [1:a@fe8=2 (1:f@fe8=3 )1:a@ff0=1 ]1:a@ff0=2", "3?left 1>1 2>2" },
	/* A loss parts what was before from what comes after, on every CPU. */
	{ "(1:a@fe8=1 !0 #0 )1:a@ff0=1", "1?lost ?1" },
	{ "(1:a@fe8=1 !1 )1:a@ff0=1 (1:a@fe8=2 )1:a@ff0=2", "1?lost ?1 2>2" },
	{ "(1:a@fe8=1 !0 #0", "1?lost" },
	/* In a gap that is open nothing is whole; when it is over all is well again. */
	{ "!0 (1:a@fe8=1 )1:a@ff0=1 #0 (1:a@fe8=2 )1:a@ff0=2", "1?lost ?1 2>2" },
	{ "!0 (1:a@fe8=1 #0 )1:a@ff0=1", "1?lost ?1" },
	{ "!0 !1 #0 (2:a@fe8=1 )2:a@ff0=1 (1:a@fe8=2 )1:a@ff0=2", "1?lost ?1 2>2" },
	{ "!0 !0 #0 (1:a@fe8=2 )1:a@ff0=2", "2>2" },
	{ "(1:a@fe8=1 !0 #0 (1:a@fe8=2 )1:a@ff0=2 )1:a@ff0=1", "2>2 1?lost ?1" },
	/* Threads that end; a thread of the same number. */
	{ "(1:a@fe8=1 (2:a@fe8=2 1 )2:a@ff0=2 (1:a@fe8=3 )1:a@ff0=3", "1?exited 2>2 3>3" },
	{ "(1:a@fe8=1 (1:a@fe8=2 )1:a@ff0=2", "2>2 1?running" },
};

START_TEST(scripts_told)
{
	struct seen seen;
	struct pairs *p = begin(&seen, 8, false);

	run(p, scripts[_i].script);
	pairs_end(p);
	ck_assert_str_eq(buf_str(&seen.text), scripts[_i].told);
	pairs_free(p);
	buf_done(&seen.text);
}
END_TEST

/* Where a filter takes halves away, what is left over is not told. */
START_TEST(filtered)
{
	struct seen seen;
	struct pairs *p = begin(&seen, 8, true);

	run(p, ")1:a@ff0=1 (1:a@fe8=2 (1:a@fe8=3 )1:a@ff0=3 (1:a@fe8=4 (1:a@fc8=5 !0 #0 "
	       ")1:a@fd0=5");
	pairs_end(p);
	ck_assert_str_eq(buf_str(&seen.text), "3>3");
	pairs_free(p);
	buf_done(&seen.text);
}
END_TEST

static const struct {
	uint64_t entry, finish;
	int word;
	bool is_call;
} words[] = {
	{ 0xfe8, 0xff0, 8, true },	     { 0xfe8, 0xfe8, 0, true },
	{ 0xfec, 0xff0, 4, true },	     { 0xfe8, 0xff0, 0, false },
	{ 0xfe8, 0xff0, PAIRS_GUESS, true }, { 0xfe0, 0xfe0, PAIRS_GUESS, true },
	{ 0xfec, 0xff0, PAIRS_GUESS, true }, { 0xfe8, 0xfe8, PAIRS_GUESS, false },
	{ 0xfe0, 0xfe8, PAIRS_GUESS, false },
};

START_TEST(words_of_calls)
{
	struct seen seen;
	struct pairs *p = begin(&seen, words[_i].word, false);

	put(p, &entry, 0, 1, 1, words[_i].entry, 1);
	put(p, &finish, 0, 1, 1, words[_i].finish, 1);
	ck_assert_int_eq(seen.calls, words[_i].is_call);
	pairs_free(p);
	buf_done(&seen.text);
}
END_TEST

/*
 * As the kernel does it: of a recursion only the outermost 64 return. Three threads in
 * step, each call with a number of its own, `jumps` deep calls left by longjmp() at the end.
 */
static void recurse(struct pairs *p, unsigned depth, unsigned jumps)
{
	enum { TOP = 0x7ffff000, FRAME = 48, KERNEL_DEPTH = 64 };

	for (unsigned i = 0; i < depth; i++)
		for (pid_t tid = 1; tid <= 3; tid++)
			put(p, &entry, 0, tid, 0xa, TOP - 8 - i * FRAME, tid * 100000 + i);
	for (unsigned i = depth - jumps; i-- > 0;)
		for (pid_t tid = 1; tid <= 3 && i < KERNEL_DEPTH; tid++)
			put(p, &finish, 1, tid, 0xa, TOP - i * FRAME, tid * 100000 + i);
}

START_TEST(recursion)
{
	struct seen seen;
	struct pairs *p = begin(&seen, 8, false);

	for (int again = 0; again < 3; again++)
		recurse(p, 101, 0);
	ck_assert_uint_eq(seen.calls, 3 * 3 * 64);
	ck_assert_uint_eq(seen.halves, 3 * 3 * 37);
	for (int again = 0; again < 3; again++)
		recurse(p, 40, 25);
	ck_assert_uint_eq(seen.calls, 3 * 3 * (64 + 15));
	pairs_end(p);
	ck_assert_uint_eq(seen.halves, 3 * 3 * (37 + 25));
	ck_assert_uint_eq(seen.wrong, 0);
	pairs_free(p);
	buf_done(&seen.text);
}
END_TEST

/* Calls that never end: a bounded number is held, all are told, those that end are right. */
START_TEST(bounded)
{
	struct seen seen;
	struct pairs *p = begin(&seen, 8, false);

	recurse(p, 5000, 0);
	ck_assert_uint_eq(seen.calls, 3 * 64);
	ck_assert_uint_eq(seen.wrong, 0);
	for (pid_t tid = 1; tid <= 70000; tid++)
		put(p, &entry, 0, tid, 0xa, 0xfe8, (uint64_t)tid);
	ck_assert_uint_eq(seen.halves, 3 * (5000 - 64) + 70000 - 65536);
	for (pid_t tid = 70000; tid > 0; tid--)
		put(p, &finish, 0, tid, 0xa, 0xff0, (uint64_t)tid);
	ck_assert_uint_eq(seen.calls, 3 * 64 + 65536);
	ck_assert_uint_eq(seen.wrong, 0);
	pairs_free(p);
	buf_done(&seen.text);
}
END_TEST

static void fill(TCase *c)
{
	tcase_set_timeout(c, 60); /* of bounded(), on a busy machine */
	tcase_add_loop_test(c, scripts_told, 0, ARRAY_SIZE(scripts));
	tcase_add_test(c, filtered);
	tcase_add_loop_test(c, words_of_calls, 0, ARRAY_SIZE(words));
	tcase_add_test(c, recursion);
	tcase_add_test(c, bounded);
}

UNIT_MAIN("pairs", fill)
