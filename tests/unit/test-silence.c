/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cost.h"
#include "cli/silence.h"
#include "unit.h"

static const struct {
	struct silence_facts facts;
	const char *says;
} causes[] = {
	/* What came and was not shown goes before everything that maps could tell. */
	{ { .events = 3, .hits = 3, .selection = "--comm", .n_mapping = 1 },
	  "3 events came, none that --comm lets pass" },
	{ { .events = 1, .hits = 1, .selection = "--cpu", .has_filter = true },
	  "1 event came, none that --cpu lets pass" },
	{ { .events = 2, .makes_calls = true, .hits = 2 },
	  "of 2 calls none has returned yet; --no-pair shows entries" },
	{ { .events = 2, .makes_calls = true, .hits = 9, .has_filter = true },
	  "2 events came, of no call that the filter lets pass" },
	{ { .hits = 5, .has_pids = true, .selection = "--comm" },
	  "5 hits, none in the processes asked for" },
	{ { .hits = 5, .has_pids = true, .has_filter = true },
	  "5 hits, none in the processes asked for that the filter lets pass" },
	{ { .hits = 1, .has_filter = true, .n_mapping = 4 },
	  "1 hit, none that the filter lets pass" },
	{ { .hits = 1, .n_mapping = 4 },
	  "1 hit, and no record of any; is tracing switched off?" },
	{ { .file = "/a" }, "no process has /a mapped; what uses it does not run now" },
	{ { .file = NULL }, "no process has what is probed mapped; what uses it does not run now" },
	{ { .file = "/a", .has_pids = true }, "none of the processes asked for has /a mapped" },
	{ { .file = "/a", .n_older = 1 },
	  "1 process runs an older copy of /a, which was replaced; a new start takes the new one" },
	{ { .file = "/a", .n_older = 2, .is_resolver = true },
	  "2 processes run an older copy of /a, which was replaced; a new start takes the new "
	  "one" },
	{ { .file = "/a", .what = "f", .n_mapping = 1, .is_resolver = true },
	  "the probe is on an IFUNC's resolver, which runs once when a program starts; "
	  "--ifunc=used probes what is called" },
	{ { .file = "/a", .what = "f", .n_mapping = 1 },
	  "1 process maps /a, but none has called f: it is not reached, or was inlined where it "
	  "is called" },
	{ { .file = "/a", .what = "f", .n_mapping = 1, .n_stopped = 1, .stopped = 7 },
	  "process 7, which maps /a, is stopped; kill -CONT 7 lets it go on" },
	{ { .file = "/a", .n_mapping = 2, .n_stopped = 2, .stopped = 7, .instead = "/b" },
	  "all 2 processes that map /a are stopped; kill -CONT 7 lets that one go on" },
	{ { .n_mapping = 1, .n_stopped = 1, .stopped = 7, .is_debugged = true },
	  "process 7, which maps what is probed, is stopped; a debugger holds it" },
	{ { .n_mapping = 2, .n_stopped = 2, .stopped = 7, .is_debugged = true },
	  "all 2 processes that map what is probed are stopped; a debugger holds 7" },
	{ { .file = "/a", .what = "f", .n_mapping = 1, .instead = "/b", .caller = 7 },
	  "process 7 calls f of /b, which goes before that of /a: probe '/b:f'" },
	{ { .file = "/a", .n_mapping = 2, .n_older = 1 },
	  "2 processes map /a, but none has called what is probed: it is not reached, or was "
	  "inlined where it is called; 1 more runs an older copy of the file" },
};

START_TEST(each_cause)
{
	auto_buf b = BUF_INIT;

	silence_cause(&causes[_i].facts, &b);
	ck_assert_str_eq(buf_str(&b), causes[_i].says);
}
END_TEST

static const struct {
	struct cost_facts facts;
	const char *says; /* NULL: nothing */
} costs[] = {
	{ { .rate = 49999, .ns = 10000 }, NULL },
	{ { .rate = 1000000, .ns = 400 }, NULL },
	{ { .rate = 50001, .ns = 10000, .has_returns = true },
	  "50001 hits a second, up to 10.0 us each, take up to 0.5 CPUs; cheaper: count (records "
	  "nothing), -p PID (others take no trap), 'if FILTER' (records less), p: (no returns), "
	  "--sample N (prints less)" },
	{ { .rate = 2500000,
	    .ns = 900,
	    .is_confined = true,
	    .has_filter = true,
	    .is_sampled = true },
	  "2500000 hits a second, up to 0.9 us each, take up to 2.2 CPUs; cheaper: count (records "
	  "nothing)" },
};

START_TEST(tells_what_much_costs)
{
	auto_buf b = BUF_INIT;

	ck_assert_int_eq(cost_describe(&costs[_i].facts, &b), costs[_i].says != NULL);
	ck_assert_str_eq(buf_str(&b), costs[_i].says ? costs[_i].says : "");
}
END_TEST

/* The least time between two hits of one CPU; what others did meanwhile is no measure. */
START_TEST(measures_between_hits_of_a_cpu)
{
	static const struct {
		int cpu;
		uint64_t time_ns;
	} hits[] = {
		{ 0, 1000000 }, { 1, 1000100 }, { 0, 1007000 }, { 1, 1005100 }, { 0, 1007000 }
	};
	struct cost c = { .gap_ns = 20000 };

	for (size_t i = 0; i < ARRAY_SIZE(hits); i++)
		cost_event(&c, &(struct event){ .cpu = hits[i].cpu, .time_ns = hits[i].time_ns });
	ck_assert_uint_eq(c.gap_ns, 5000);
}
END_TEST

static void add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, each_cause, 0, ARRAY_SIZE(causes));
	tcase_add_loop_test(tc, tells_what_much_costs, 0, ARRAY_SIZE(costs));
	tcase_add_test(tc, measures_between_hits_of_a_cpu);
}

UNIT_MAIN("silence", add_tests)
