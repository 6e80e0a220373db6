/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linked with --wrap=write: an armed write fails as the kernel's does. */
#include "fake.h"
#include "tracefs/control.h"
#include "unit.h"

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);

static struct {
	const struct fake *fake;
	int code; /* of the next write; 0: it is done */
	const char *file, *text; /* and what appears then */
} kernel;

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	if (!kernel.code)
		return __real_write(fd, data, len);
	if (kernel.file)
		fake_put(kernel.fake, kernel.file, kernel.text);
	errno = kernel.code;
	kernel.code = 0;
	return -1;
}

#define EVENT "events/g/e/"

struct bench {
	struct fake fake;
	struct tfs tfs;
	struct err err;
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){ .err = ERR_INIT };
	fake_init(&b->fake);
	fake_put(&b->fake, "uprobe_events", "");
	ck_assert_int_eq(tfs_open(&b->tfs, b->fake.dir, NULL), 0);
	kernel.fake = &b->fake;
	kernel.code = 0;
	kernel.file = NULL;
}

static void bench_done(struct bench *b)
{
	tfs_close(&b->tfs);
	fake_done(&b->fake);
}

static const struct {
	const char *text;
	enum enable_state state;
} states[] = {
	{ "0\n", ENABLE_OFF },   { "1\n", ENABLE_ON },  { "0*\n", ENABLE_SOFT },
	{ "1*\n", ENABLE_SOFT }, { NULL, ENABLE_GONE },
};

START_TEST(reads_the_state)
{
	struct bench b;

	bench_init(&b);
	if (states[_i].text) {
		fake_put(&b.fake, EVENT "enable", states[_i].text);
		fake_put(&b.fake, "instances/i/" EVENT "enable", states[_i].text);
	}
	ck_assert_int_eq(control_state(&b.tfs, NULL, "g", "e"), states[_i].state);
	ck_assert_int_eq(control_state(&b.tfs, "i", "g", "e"), states[_i].state);
	bench_done(&b);
}
END_TEST

START_TEST(enables_where_it_is_told_to)
{
	struct bench b;

	bench_init(&b);
	fake_put(&b.fake, EVENT "enable", "");
	fake_put(&b.fake, "instances/i/" EVENT "enable", "");
	ck_assert_int_eq(control_enable(&b.tfs, NULL, "g", "e", true, &b.err), 0);
	ck_assert_int_eq(control_enable(&b.tfs, "i", "g", "e", false, &b.err), 0);
	ck_assert_str_eq(fake_text(&b.fake, EVENT "enable"), "1\n");
	ck_assert_str_eq(fake_text(&b.fake, "instances/i/" EVENT "enable"), "0\n");
	ck_assert_int_eq(control_enable(&b.tfs, NULL, "g", "x", true, &b.err), -ENOENT);
	ck_assert_str_eq(b.err.msg, "g/x: no such event");
	bench_done(&b);
}
END_TEST

/* R20: EINTR is perf's, and one write was all there was. */
START_TEST(perf_is_told_and_not_retried)
{
	struct bench b;

	bench_init(&b);
	fake_put(&b.fake, EVENT "enable", "");
	kernel.code = EINTR;
	ck_assert_int_eq(control_enable(&b.tfs, NULL, "g", "e", true, &b.err), -EINTR);
	ck_assert_str_eq(b.err.msg, "g/e: perf uses this event");
	ck_assert_str_eq(fake_text(&b.fake, EVENT "enable"), "");
	bench_done(&b);
}
END_TEST

#define COMMAND "  Command: a == 1 && nn == 2\n           "
static const struct {
	const char *filter;
	int code;
	const char *file, *text; /* what the kernel leaves behind */
	const char *msg;
	struct span at;
} filters[] = {
	{ "a == 1 && nn == 2", EINVAL, "error_log",
	  "[1.0] event filter parse error: error: Field not found\n" COMMAND
	  "             ^\n", "Field not found", { 10, 12 } },
	{ "a == 1 && nn == 2  ", EINVAL, "error_log",
	  "[1.0] event filter parse error: error: Illegal\n" COMMAND "          ^\n",
	  "Illegal", { 10, 11 } },
	/* Where there is no error_log. */
	{ "a ==", EINVAL, EVENT "filter",
	  "a ==\n    ^\nparse_error: Invalid value\n\n", "Invalid value", { 4, 5 } },
	{ "nn == 1", EINVAL, EVENT "filter",
	  "nn == 1\n   ^\nparse_error: Field not found\n\n", "Field not found", { 0, 2 } },
	{ "nn", EINVAL, EVENT "filter",
	  "nn\n                 ^\nparse_error: Field not found\n", "Field not found", { 0, 2 } },
	{ "(a == 1", EPERM, NULL, NULL, "too few '(' in the filter, or words behind its end",
	  { 0, 0 } },
	{ "a == \"x", ESRCH, NULL, NULL, "a quote is missing in the filter", { 0, 0 } },
};

START_TEST(a_refused_filter_is_cleared_and_explained)
{
	auto_free char *after = NULL;
	struct bench b;

	bench_init(&b);
	fake_put(&b.fake, "error_log", "");
	fake_put(&b.fake, EVENT "filter", "");
	kernel.code = filters[_i].code;
	kernel.file = filters[_i].file;
	kernel.text = filters[_i].text;
	ck_assert_int_eq(control_set_filter(&b.tfs, NULL, "g", "e", filters[_i].filter,
					    &b.err),
			 -filters[_i].code);
	ck_assert_str_eq(b.err.msg, filters[_i].msg);
	ck_assert_uint_eq(b.err.at.from, filters[_i].at.from);
	ck_assert_uint_eq(b.err.at.to, filters[_i].at.to);
	ck_assert_ptr_null(b.err.origin);
	after = xstrdup(fake_text(&b.fake, EVENT "filter"));
	ck_assert_int_eq(after[strlen(after) - 1], '0'); /* R15: cleared again */
	bench_done(&b);
}
END_TEST

START_TEST(sets_and_reads_a_filter)
{
	auto_free char *shown = NULL;
	auto_buf huge = BUF_INIT;
	struct bench b;

	bench_init(&b);
	ck_assert_int_eq(control_set_filter(&b.tfs, NULL, "g", "e", "a", &b.err), -ENOENT);
	ck_assert_str_eq(b.err.msg, "g/e: no such event");
	fake_put(&b.fake, EVENT "filter", "");
	ck_assert_int_eq(control_set_filter(&b.tfs, NULL, "g", "e", "a == 1", &b.err), 0);
	shown = control_filter(&b.tfs, NULL, "g", "e");
	ck_assert_str_eq(shown, "a == 1");
	fake_put(&b.fake, EVENT "filter", "");
	ck_assert_int_eq(control_set_filter(&b.tfs, NULL, "g", "e", NULL, NULL), 0);
	ck_assert_str_eq(fake_text(&b.fake, EVENT "filter"), "0");
	fake_put(&b.fake, EVENT "filter", "none\n");
	ck_assert_ptr_null(control_filter(&b.tfs, NULL, "g", "e"));
	buf_pad(&huge, 'a', sysconf(_SC_PAGESIZE));
	ck_assert_int_eq(control_set_filter(&b.tfs, NULL, "g", "e", buf_str(&huge), &b.err),
			 -E2BIG);
	bench_done(&b);
}
END_TEST

/* As the running kernel shows them (hist from kernel sources). */
START_TEST(removes_each_kind_of_trigger)
{
	auto_free char *shown = NULL, *none = NULL;
	static const char listed[] = "stacktrace:unlimited\n"
				     "enable_event:sched:sched_switch:count=2\n"
				     "enable_event:syscalls:sys_enter_read:unlimited\n"
				     "traceoff:count=3 if n == 1\n"
				     "hist:keys=pid:size=2048 if n == 1 [active]\n";
	struct bench b;

	bench_init(&b);
	fake_put(&b.fake, EVENT "trigger",
		 "# Available triggers:\n# traceon traceoff stacktrace\n");
	none = control_triggers(&b.tfs, NULL, "g", "e");
	ck_assert_str_eq(none, "");
	fake_put(&b.fake, "instances/i/" EVENT "trigger", listed);
	shown = control_triggers(&b.tfs, "i", "g", "e");
	ck_assert_str_eq(shown, listed);
	ck_assert_int_eq(control_clear_triggers(&b.tfs, "i", "g", "e", &b.err), 0);
	ck_assert_str_eq(fake_text(&b.fake, "instances/i/" EVENT "trigger") + strlen(listed),
			 "!stacktrace\n"
			 "!enable_event:sched:sched_switch:0\n"
			 "!enable_event:syscalls:sys_enter_read\n"
			 "!traceoff:0\n"
			 "!hist:keys=pid:size=2048 if n == 1\n");
	bench_done(&b);
}
END_TEST

START_TEST(instances_come_and_go)
{
	char **names;
	struct bench b;

	bench_init(&b);
	ck_assert_int_eq(instance_names(&b.tfs, &names, &b.err), 0);
	ck_assert_ptr_null(names[0]);
	root_names_free(names);
	fake_put(&b.fake, "instances/b/trace_clock", "");
	ck_assert_int_eq(instance_create(&b.tfs, "a", &b.err), 0);
	ck_assert_int_eq(instance_create(&b.tfs, "a", &b.err), -EEXIST);
	ck_assert_str_eq(b.err.msg, "a: an instance of this name is there already");
	ck_assert_int_eq(instance_names(&b.tfs, &names, &b.err), 0);
	ck_assert_str_eq(names[0], "a");
	ck_assert_str_eq(names[1], "b");
	ck_assert_ptr_null(names[2]);
	root_names_free(names);
	ck_assert_int_eq(instance_remove(&b.tfs, "a", &b.err), 0);
	ck_assert_int_eq(instance_remove(&b.tfs, "a", &b.err), -ENOENT);
	bench_done(&b);
}
END_TEST

START_TEST(settings_of_an_instance)
{
	pid_t tids[1000];
	auto_buf want = BUF_INIT;
	struct bench b;

	bench_init(&b);
	fake_put(&b.fake, "instances/i/trace_clock", "");
	fake_put(&b.fake, "instances/i/options/event-fork", "");
	fake_put(&b.fake, "instances/i/set_event_pid", "");
	ck_assert_int_eq(control_set(&b.tfs, "i", "trace_clock", "mono\n", &b.err), 0);
	ck_assert_str_eq(fake_text(&b.fake, "instances/i/trace_clock"), "mono\n");
	ck_assert_int_eq(control_set(&b.tfs, "i", "no_such", "1\n", &b.err), -ENOENT);
	ck_assert_str_eq(b.err.msg, "no_such = 1: this kernel has no such setting");
	ck_assert(control_option(&b.tfs, "i", "event-fork", true));
	ck_assert(!control_option(&b.tfs, "i", "record-tgid", true));
	ck_assert_str_eq(fake_text(&b.fake, "instances/i/options/event-fork"), "1");
	for (int i = 0; i < 1000; i++) {
		tids[i] = 4000000 + i;
		buf_addf(&want, "%d\n", tids[i]);
	}
	ck_assert_int_eq(control_add_pids(&b.tfs, "i", tids, 1000, &b.err), 0);
	ck_assert_str_eq(fake_text(&b.fake, "instances/i/set_event_pid"), buf_str(&want));
	ck_assert(control_has_pids(&b.tfs, "i", tids, 1000));
	tids[999]++;
	ck_assert(!control_has_pids(&b.tfs, "i", tids, 1000));
	ck_assert(control_has_pids(&b.tfs, "i", tids, 999));
	ck_assert(!control_has_pids(&b.tfs, "no_such", tids, 1));
	bench_done(&b);
}
END_TEST

START_TEST(buffers_of_the_cpus)
{
	uint64_t overrun = 9, dropped = 9;
	struct bench b;
	int *cpus, fd;
	size_t n;

	bench_init(&b);
	fake_put(&b.fake, "per_cpu/cpu10/stats", "entries: 5\ncommit overrun: 7\n");
	fake_put(&b.fake, "per_cpu/cpu2/stats",
		 "entries: 5\noverrun: 3\ncommit overrun: 7\ndropped events: 4\n");
	fake_put(&b.fake, "per_cpu/cpu2/trace_pipe_raw", "");
	fake_put(&b.fake, "per_cpu/other/stats", "");
	ck_assert_int_eq(control_cpus(&b.tfs, NULL, &cpus, &n, &b.err), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(cpus[0], 2);
	ck_assert_int_eq(cpus[1], 10);
	free(cpus);
	ck_assert(control_cpu_losses(&b.tfs, NULL, 2, &overrun, &dropped));
	ck_assert_uint_eq(overrun, 3);
	ck_assert_uint_eq(dropped, 4);
	ck_assert(!control_cpu_losses(&b.tfs, NULL, 10, &overrun, &dropped));
	ck_assert(!control_cpu_losses(&b.tfs, NULL, 3, &overrun, &dropped));
	fd = control_open_raw(&b.tfs, NULL, 2);
	ck_assert_int_ge(fd, 0);
	ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(fd);
	ck_assert_int_eq(control_open_raw(&b.tfs, NULL, 10), -ENOENT);
	ck_assert_int_eq(control_cpus(&b.tfs, "i", &cpus, &n, &b.err), -ENOENT);
	bench_done(&b);
}
END_TEST

START_TEST(format_and_id)
{
	auto_buf format = BUF_INIT;
	struct bench b;

	bench_init(&b);
	fake_put(&b.fake, EVENT "format", "name: e\n");
	fake_put(&b.fake, EVENT "id", "1234\n");
	fake_put(&b.fake, "events/g/x/id", "-1\n");
	ck_assert_int_eq(control_format(&b.tfs, "g", "e", &format, &b.err), 0);
	ck_assert_str_eq(buf_str(&format), "name: e\n");
	ck_assert_int_eq(control_event_id(&b.tfs, "g", "e"), 1234);
	ck_assert_int_eq(control_event_id(&b.tfs, "g", "x"), -EIO);
	ck_assert_int_eq(control_event_id(&b.tfs, "g", "y"), -ENOENT);
	ck_assert_int_eq(control_format(&b.tfs, "g", "y", &format, &b.err), -ENOENT);
	bench_done(&b);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, reads_the_state, 0, ARRAY_SIZE(states));
	tcase_add_test(c, enables_where_it_is_told_to);
	tcase_add_test(c, perf_is_told_and_not_retried);
	tcase_add_loop_test(c, a_refused_filter_is_cleared_and_explained, 0,
			    ARRAY_SIZE(filters));
	tcase_add_test(c, sets_and_reads_a_filter);
	tcase_add_test(c, removes_each_kind_of_trigger);
	tcase_add_test(c, instances_come_and_go);
	tcase_add_test(c, settings_of_an_instance);
	tcase_add_test(c, buffers_of_the_cpus);
	tcase_add_test(c, format_and_id);
}

UNIT_MAIN("control", fill)
