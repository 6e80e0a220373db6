/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "session/ledger.h"
#include "session/runs.h"
#include "unit.h"

static char directory[] = "/tmp/uctl-ledger-XXXXXX";

static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	setenv("UPROBE_CTL_RUN", directory, 1);
}

static void tear_down(void)
{
	auto_free char *file = xasprintf("%s/probes", directory);

	unlink(file);
	rmdir(directory);
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
}

static struct ledger_entry entry(const char *event, uint64_t offset)
{
	return (struct ledger_entry){
		.group = xstrdup("uprobes"),
		.event = xstrdup(event),
		.kind = 'p',
		.path = xstrdup("/proc/self/fd/7"),
		.offset = offset,
		.dev = makedev(254, 3),
		.ino = 123456789012,
		.build_id = xstrdup("6a5c"),
		.time = 1700000000,
		.name = xstrdup("/srv/my\tprog\\x\n"),
		.spec = xstrdup("p \"/srv/my\tprog\\\\x\n:f\" %di"),
	};
}

static struct definition definition(const char *event, uint64_t offset)
{
	return (struct definition){ .kind = 'p',
				    .group = (char *)"uprobes",
				    .event = (char *)event,
				    .path = (char *)"/proc/self/fd/7",
				    .offset = offset };
}

START_TEST(reads_what_it_wrote)
{
	struct ledger out = { 0 }, in = { 0 };
	struct ledger_entry one = entry("one", 0x10), two = entry("two", 0x20);
	struct definition d = definition("two", 0x20);
	struct statedir dir;
	struct err err = ERR_INIT;
	const struct ledger_entry *found;

	ck_assert_int_eq(statedir_open(&dir, &err), 0);
	ck_assert_int_eq(statedir_lock(&dir, &err), 0);
	ledger_add(&out, &one);
	ledger_add(&out, &two);
	ck_assert_int_eq(ledger_write(&dir, &out, &err), 0);
	ck_assert_int_eq(ledger_read(&dir, &in, &err), 0);
	ck_assert_uint_eq(in.n, 2);
	found = ledger_find(&in, &d);
	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found->name, "/srv/my\tprog\\x\n");
	ck_assert_str_eq(found->spec, "p \"/srv/my\tprog\\\\x\n:f\" %di");
	ck_assert_uint_eq(found->ino, 123456789012);
	ck_assert_uint_eq(minor(found->dev), 3);
	d.offset = 0x21;
	ck_assert_ptr_null(ledger_find(&in, &d));
	ledger_drop(&in, "uprobes", "two");
	ck_assert_uint_eq(in.n, 1);
	ledger_done(&in);
	ledger_done(&out);
	statedir_close(&dir);
}
END_TEST

START_TEST(prunes_what_the_kernel_forgot)
{
	struct ledger ledger = { 0 };
	struct ledger_entry one = entry("one", 0x10), two = entry("two", 0x20);
	struct definition d = definition("two", 0x20);
	struct definition_list kernel = { .defs = &d, .n = 1 };

	ledger_add(&ledger, &one);
	ledger_add(&ledger, &two);
	ledger_prune(&ledger, &kernel);
	ck_assert_uint_eq(ledger.n, 1);
	ck_assert_str_eq(ledger.entries[0].event, "two");
	ledger_done(&ledger);
}
END_TEST

static const char *const damaged[] = {
	"", "\t\t\t\t\t\t\t\t\n", "uprobes/x\tp\t/b\t0x10\n", "\0\0\0",
	"uprobes/x\tq\t/b\t0x10\tfe:3:1\tid\t1\t/b\tspec\n",
	"uprobes\tp\t/b\t0x10\tfe:3:1\tid\t1\t/b\tspec\n",
	"uprobes/x\tp\t/b\tten\tfe:3:1\tid\t1\t/b\tspec\n",
	"uprobes/x\tp\t/b\t0x10\tfe:3\tid\t1\t/b\tspec\n",
	"uprobes/x\tp\t/b\t0x10\tfe:3:1\tid\t-1\t/b\tspec\n",
	"uprobes/x\tp\t/b\t0x10\tfe:3:1\tid\t1\t/b\tspec\tmore\n",
};

START_TEST(drops_damaged_lines)
{
	auto_free char *path = xasprintf("%s/probes", directory);
	struct ledger ledger = { 0 };
	struct statedir dir;
	struct err err = ERR_INIT;
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(damaged[_i], f);
	fputs("\nuprobes/good\tp\t/b\t0x10\tfe:3:1\tid\t1\t/b\tspec\n", f);
	fclose(f);
	ck_assert_int_eq(statedir_open(&dir, &err), 0);
	ck_assert_int_eq(ledger_read(&dir, &ledger, &err), 0);
	ck_assert_uint_eq(ledger.n, 1);
	ck_assert_str_eq(ledger.entries[0].event, "good");
	ledger_done(&ledger);
	statedir_close(&dir);
}
END_TEST

START_TEST(a_run_is_alive_while_it_holds_its_lock)
{
	struct run run = RUN_INIT;
	struct statedir dir;
	struct err err = ERR_INIT;
	auto_free char *name = NULL;
	auto_free char *file = NULL;

	ck_assert_int_eq(statedir_open(&dir, &err), 0);
	ck_assert_int_eq(run_begin(&dir, &run, &err), 0);
	ck_assert(!dir.is_locked);
	ck_assert_int_eq(run_state_of(&dir, run.name), RUN_ALIVE);
	ck_assert_int_eq(run_state_of(&dir, "uctl_0"), RUN_NONE);
	ck_assert_int_eq(run_state_of(&dir, "uprobes"), RUN_NONE);
	name = xstrdup(run.name);
	close(run.lock_fd); /* as the kernel does after SIGKILL */
	ck_assert_int_eq(run_state_of(&dir, name), RUN_DEAD);
	file = xasprintf("%s/run.%s", directory, name + strlen("uctl_"));
	ck_assert_int_eq(unlink(file), 0);
	free(run.name);
	statedir_close(&dir);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, reads_what_it_wrote);
	tcase_add_test(c, prunes_what_the_kernel_forgot);
	tcase_add_loop_test(c, drops_damaged_lines, 0, ARRAY_SIZE(damaged));
	tcase_add_test(c, a_run_is_alive_while_it_holds_its_lock);
}

UNIT_MAIN("ledger", fill)
