/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake.h"
#include "tracefs/errorlog.h"
#include "tracefs/profile.h"
#include "tracefs/registry.h"
#include "unit.h"

#define MARGIN "           "
#define UNKNOWN_TYPE                                                                     \
	"[ 1229.327944] trace_uprobe: error: Unknown type is specified\n"                \
	"  Command: p:g/b /bin/true:0x2000 n=%di:u33\n"                                  \
	MARGIN "                              ^\n"
#define NO_FILE                                                                          \
	"[ 1229.327982] trace_uprobe: error: Failed to find the given file\n"            \
	"  Command: p:g/b /nofile:0x2000 n=%di:u32\n"                                    \
	MARGIN "      ^\n"
#define LATER_NO_FILE                                                                    \
	"[ 1230.000001] trace_uprobe: error: Not a regular file\n"                       \
	"  Command: p:g/b /nofile:0x2000 n=%di:u32\n"                                    \
	MARGIN "      ^\n"
#define FILTER                                                                           \
	"[    1.000000] event filter parse error: error: Field not found\n"              \
	"  Command: a == 1 &&\n  nn  == 2\n"                                             \
	MARGIN "   ^\n"
#define OURS "p:g/b /bin/true:0x2000 n=%di:u33"
#define TYPE_TEXT "Unknown type is specified"
#define MISSING "p:g/b /nofile:0x2000 n=%di:u32"
#define FILE_TEXT "Failed to find the given file"
#define DIMMED "\x1b[2J\xff: error: \n^\n  Command: \n"

static const struct {
	const char *before, *after, *command;
	const char *text; /* NULL: not found */
	size_t pos;
} finds[] = {
	{ "", UNKNOWN_TYPE, OURS, TYPE_TEXT, 30 },
	/* As the kernel normalises it. */
	{ "", UNKNOWN_TYPE, "  p:g/b\t/bin/true:0x2000  n=%di:u33 # why", TYPE_TEXT, 30 },
	{ "", UNKNOWN_TYPE, "p:g/b /bin/true:0x2000 n=%di:u3", NULL, 0 },
	{ "", UNKNOWN_TYPE, "p:g/b /bin/true:0x2000 n=%di:u333", NULL, 0 },
	/* What was there before is not ours. */
	{ UNKNOWN_TYPE, UNKNOWN_TYPE, "p:g/b /bin/true:0x2000 n=%di:u33", NULL, 0 },
	{ UNKNOWN_TYPE, UNKNOWN_TYPE NO_FILE, "p:g/b /bin/true:0x2000 n=%di:u33", NULL, 0 },
	{ UNKNOWN_TYPE, UNKNOWN_TYPE NO_FILE, MISSING, FILE_TEXT, 6 },
	/* The newest of ours. */
	{ UNKNOWN_TYPE, UNKNOWN_TYPE NO_FILE LATER_NO_FILE, MISSING, "Not a regular file", 6 },
	/* Cleared, or pushed out, meanwhile. */
	{ UNKNOWN_TYPE NO_FILE, LATER_NO_FILE, MISSING, "Not a regular file", 6 },
	{ UNKNOWN_TYPE, "", "p:g/b /nofile:0x2000 n=%di:u32", NULL, 0 },
	/* A filter keeps its blanks and newlines. */
	{ "", UNKNOWN_TYPE FILTER NO_FILE, "a == 1 &&\n  nn  == 2", "Field not found", 3 },
	/* Not an entry, and cut anywhere. */
	{ "", DIMMED UNKNOWN_TYPE "[", "p:g/b /bin/true:0x2000 n=%di:u33", NULL, 0 },
	{ "", DIMMED UNKNOWN_TYPE, OURS, TYPE_TEXT, 30 },
	{ DIMMED, DIMMED NO_FILE, MISSING, FILE_TEXT, 6 },
	{ "", "[1.2] : error: x\n  Command: \n" MARGIN "^\n", "", "x", 0 },
	{ "", "[1.2] x: error: y\n  Command: ", "", NULL, 0 },
};

static void find(const struct fake *fake, const char *before, const char *after,
		 const char *command, const char *want, size_t want_pos)
{
	struct tfs tfs = { .root = ROOT_INIT };
	struct errorlog_mark mark;
	auto_free char *text = NULL;
	size_t pos = 0;

	ck_assert_int_eq(root_open(&tfs.root, fake->dir), 0);
	fake_put(fake, "error_log", before);
	errorlog_mark(&tfs, NULL, &mark);
	fake_put(fake, "error_log", after);
	ck_assert_int_eq(errorlog_find(&tfs, NULL, &mark, command, &text, &pos), want != NULL);
	if (want) {
		ck_assert_str_eq(text, want);
		ck_assert_uint_eq(pos, want_pos);
	}
	errorlog_mark_done(&mark);
	root_close(&tfs.root);
}

START_TEST(finds_our_entry)
{
	struct fake fake;

	fake_init(&fake);
	find(&fake, finds[_i].before, finds[_i].after, finds[_i].command, finds[_i].text,
	     finds[_i].pos);
	fake_done(&fake);
}
END_TEST

/* Before 5.18: 243 bytes of the command, no newline, the caret modulo 256. */
START_TEST(matches_a_command_the_kernel_cut)
{
	auto_buf command = BUF_INIT, log = BUF_INIT;
	struct fake fake;

	fake_init(&fake);
	buf_adds(&command, "p:g/b /");
	buf_pad(&command, 'x', 250);
	buf_addf(&log, "[1.000000] trace_uprobe: error: Bad\n  Command: %.243s" MARGIN
		       "      ^\n", buf_str(&command));
	find(&fake, "", buf_str(&log), buf_str(&command), "Bad", 6);
	buf_addf(&log, "%s", NO_FILE);
	find(&fake, "", buf_str(&log), buf_str(&command), "Bad", 6);
	buf_pad(&command, 'y', 300);
	find(&fake, "", buf_str(&log), buf_str(&command), "Bad", ERRORLOG_NO_POS);
	command.p[200] = '!';
	find(&fake, "", buf_str(&log), buf_str(&command), NULL, 0);
	fake_done(&fake);
}
END_TEST

START_TEST(one_of_many_commands_in_an_instance)
{
	static const char *const commands[] = { "a", "p:g/b /nofile:0x2000 n=%di:u32", "b" };
	struct tfs tfs = { .root = ROOT_INIT };
	struct errorlog_mark mark, none;
	auto_free char *text = NULL;
	size_t index = 9, pos = 9;
	struct fake fake;

	fake_init(&fake);
	ck_assert_int_eq(root_open(&tfs.root, fake.dir), 0);
	errorlog_mark(&tfs, "i", &none);
	ck_assert_ptr_null(none.before); /* no error_log: before 5.2 */
	fake_put(&fake, "instances/i/error_log", "");
	errorlog_mark(&tfs, "i", &mark);
	fake_put(&fake, "instances/i/error_log", UNKNOWN_TYPE NO_FILE);
	ck_assert(!errorlog_find_any(&tfs, "i", &none, commands, 3, &index, &text, &pos));
	ck_assert(errorlog_find_any(&tfs, "i", &mark, commands, 3, &index, &text, &pos));
	ck_assert_uint_eq(index, 1);
	ck_assert_uint_eq(pos, 6);
	errorlog_mark_done(&mark);
	root_close(&tfs.root);
	fake_done(&fake);
}
END_TEST

static const struct {
	const char *line;
	bool ok;
	const char *path, *event;
	uint64_t hits;
} profiles[] = {
	{ "  /tmp/true a                                                          0", true,
	  "/tmp/true", "a", 0 },
	{ "  /x/%s e 18446744073709551615", true, "/x/%s", "e", UINT64_MAX },
	{ "  /a b/c eventname          12", true, "/a b/c", "eventname", 12 },
	{ "  /a 7 7", true, "/a", "7", 7 },
	{ "  /a e 18446744073709551616", false, "", "", 0 },
	{ "  /a e 0x10", false, "", "", 0 },
	{ "  /a e -1", false, "", "", 0 },
	{ "  /a e", false, "", "", 0 },
	{ "  e 1", false, "", "", 0 },
	{ "/a e 1", false, "", "", 0 },
	{ "", false, "", "", 0 },
	{ "  ", false, "", "", 0 },
	{ "1", false, "", "", 0 },
};

START_TEST(parses_a_profile_line)
{
	struct profile_line l;

	ck_assert_int_eq(profile_parse_line(profiles[_i].line, strlen(profiles[_i].line), &l),
			 profiles[_i].ok);
	if (!profiles[_i].ok)
		return;
	ck_assert_uint_eq(l.hits, profiles[_i].hits);
	ck_assert_uint_eq(l.path_len, strlen(profiles[_i].path));
	ck_assert_mem_eq(l.path, profiles[_i].path, l.path_len);
	ck_assert_uint_eq(l.event_len, strlen(profiles[_i].event));
	ck_assert_mem_eq(l.event, profiles[_i].event, l.event_len);
}
END_TEST

static const struct {
	const char *line;
	bool is_uprobe;
} dynamics[] = {
	{ "p:uprobes/a /bin/true:0x0000000000002000 n=%di:u32", true },
	{ "r:uprobes/a /bin/a:b:0x00002000", true },
	{ "p:g/e /bin/true:0x0000000000002000(0x10) n=%di", true },
	{ "p:p_co:0x10_0x1159/e /co:0x10:0x1159", true },
	{ "p:kprobes/a vfs_read+0", false },
	{ "r16:kprobes/a vfs_read+0", false },
	{ "r:kprobes/a mod:vfs_read+0 n=+0(/x:0x1)", false },
	{ "p:kprobes/a 0xffffffff81000000 s=\"/a:0x1\"", false },
	{ "e:eprobes/a sched/sched_switch x=$next_pid", false },
	{ "s:synthetic/lat u64 d", false },
	{ "f:fprobes/a vfs_read", false },
	{ "p:kprobes/a mod:0x10", false },
	{ "p:g/e /bin/true:2000", false },
	{ "p:g/e /bin/true:0x", false },
	{ "p:g/e /bin/true:0x10z", false },
	{ "p:g/e", false },
	{ "", false },
};

START_TEST(tells_uprobes_from_other_dynamic_events)
{
	ck_assert_int_eq(registry_is_uprobe(dynamics[_i].line), dynamics[_i].is_uprobe);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, finds_our_entry, 0, ARRAY_SIZE(finds));
	tcase_add_test(c, matches_a_command_the_kernel_cut);
	tcase_add_test(c, one_of_many_commands_in_an_instance);
	tcase_add_loop_test(c, parses_a_profile_line, 0, ARRAY_SIZE(profiles));
	tcase_add_loop_test(c, tells_uprobes_from_other_dynamic_events, 0,
			    ARRAY_SIZE(dynamics));
}

UNIT_MAIN("errorlog", fill)
