/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake.h"
#include "tracefs/mount.h"
#include "tracefs/tfs.h"
#include "unit.h"

static char *data_dir(const char *name)
{
	return xasprintf("%s/tests/fake/%s", getenv("top_srcdir") ?: ".", name);
}

/* One letter per flag, in the order of struct features; '-' where it is off. */
static const char *flags_text(const struct features *f)
{
	static const char letters[] = "udpemiaArRgcxhsftTb6D";
	static char text[sizeof(letters)];
	const bool flags[] = {
		f->uprobe_events, f->dynamic_events, f->uprobe_profile, f->error_log,
		f->multi_location, f->immediates, f->user_deref, f->arrays, f->ref_ctr,
		f->percent_return, f->group_only, f->type_char, f->type_hex, f->hist,
		f->synthetic, f->event_fork, f->set_event_pid, f->record_tgid,
		f->subbuf_size, f->is_64bit, f->readme,
	};

	ck_assert_uint_eq(sizeof(flags), sizeof(*f)); /* a new flag needs its letter */
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		text[i] = flags[i] ? letters[i] : '-';
	return text;
}

static const struct {
	const char *fake, *flags;
} kernels[] = {
	{ "empty", "u--------------------" },
	{ "linux-4.4", "u-p-------------t---D" },
	{ "linux-4.19", "u-p---------xh-ftT--D" },
	{ "linux-5.10", "udpemiaArR--xhsftT--D" },
	{ "linux-6.1", "udpemiaArRg-xhsftT--D" },
	{ "linux-6.18", "udpemiaArRgcx--ftTb-D" },
};

START_TEST(sees_what_a_kernel_can_do)
{
	auto_free char *dir = data_dir(kernels[_i].fake);
	struct err err = ERR_INIT;
	struct tfs tfs;

	ck_assert_msg(tfs_open(&tfs, dir, &err) == 0, "%s", err.msg);
	ck_assert_str_eq(flags_text(&tfs.features), kernels[_i].flags);
	ck_assert_str_eq(tfs_events_file(&tfs), "uprobe_events");
	ck_assert(tfs.is_fake && !tfs.is_private);
	tfs_close(&tfs);
}
END_TEST

START_TEST(dynamic_events_without_uprobes_is_not_enough)
{
	auto_free char *dir = data_dir("linux-6.18-kprobes-only");
	struct err err = ERR_INIT;
	struct tfs tfs;

	ck_assert_int_eq(tfs_open(&tfs, dir, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.msg, "has no uprobe_events"));
	ck_assert_int_eq(tfs.root.fd, -1);
}
END_TEST

START_TEST(dynamic_events_serve_where_uprobes_are_known)
{
	auto_free char *dir = data_dir("linux-6.18");
	struct err err = ERR_INIT;
	auto_buf readme = BUF_INIT;
	struct root root;
	struct fake fake;
	struct tfs tfs;

	ck_assert_int_eq(root_open(&root, dir), 0);
	ck_assert_int_eq(root_read(&root, &readme, "README"), 0);
	root_close(&root);
	fake_init(&fake);
	fake_put(&fake, "README", buf_str(&readme));
	fake_put(&fake, "dynamic_events", "");
	ck_assert_msg(tfs_open(&tfs, fake.dir, &err) == 0, "%s", err.msg);
	ck_assert_str_eq(tfs_events_file(&tfs), "dynamic_events");
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

START_TEST(a_directory_that_is_none_is_told)
{
	struct err err = ERR_INIT;
	struct fake fake;
	struct tfs tfs;

	ck_assert_int_eq(tfs_open(&tfs, "/nowhere/tracing", &err), -ENOENT);
	ck_assert_str_eq(err.msg, "/nowhere/tracing: No such file or directory");
	fake_init(&fake);
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.msg, "has no uprobe_events"));
	ck_assert_ptr_nonnull(strstr(err.hint, "--tracefs"));
	fake_done(&fake);
}
END_TEST

/* Why there is no tracefs, told from a machine's own files. */
static const struct {
	const char *filesystems, *lockdown;
	bool is_root;
	const char *file;
	int code;
	int want;
	const char *msg, *hint;
} troubles[] = {
	{ "nodev\tproc\n", NULL, true, NULL, ENODEV, ENODEV, "this kernel has no tracefs",
	  "CONFIG_UPROBE_EVENTS" },
	{ "nodev\ttracefs\n", NULL, false, NULL, EPERM, EPERM, "only root may mount it",
	  "sudo" },
	{ NULL, NULL, false, NULL, EPERM, EPERM, "only root may mount it", "sudo" },
	{ "nodev\ttracefs\n", NULL, true, NULL, EPERM, EPERM, "may not be mounted here",
	  "container" },
	{ "nodev\ttracefs\n", NULL, true, NULL, ENOSYS, ENOSYS, "tracefs is not mounted",
	  "mount -t tracefs nodev /sys/kernel/tracing" },
	{ "nodev\ttracefs\n", NULL, true, NULL, ENOMEM, ENOMEM, "cannot be: Cannot allocate",
	  "mount -t tracefs" },
	{ NULL, "none integrity [confidentiality]\n", true, "/t/uprobe_events", EPERM, EPERM,
	  "/t/uprobe_events: the kernel is locked down", "lockdown=integrity" },
	{ NULL, "none [integrity] confidentiality\n", true, "/t/uprobe_events", EPERM, EPERM,
	  "/t/uprobe_events: Operation not permitted", "security module" },
	{ NULL, "none integrity [confidentiality]\n", true, "/t/uprobe_events", ENOENT, ENOENT,
	  "/t/uprobe_events: the kernel is locked down", "lockdown=integrity" },
	{ NULL, "[none] integrity confidentiality\n", true, "/t/uprobe_events", ENOENT, ENOENT,
	  "this kernel has no uprobe events: there is no /t/uprobe_events",
	  "CONFIG_UPROBE_EVENTS" },
	{ NULL, NULL, false, "/t", EACCES, EACCES, "/t: no permission", "sudo" },
	{ NULL, NULL, true, "/t", EACCES, EACCES, "/t: Permission denied", "dmesg" },
	{ NULL, NULL, true, "/t", EIO, EIO, "/t: Input/output error", "" },
};

START_TEST(says_why_there_is_no_tracefs)
{
	struct err err = ERR_INIT;
	struct root system;
	struct fake fake;

	fake_init(&fake);
	if (troubles[_i].filesystems)
		fake_put(&fake, "proc/filesystems", troubles[_i].filesystems);
	if (troubles[_i].lockdown)
		fake_put(&fake, "sys/kernel/security/lockdown", troubles[_i].lockdown);
	ck_assert_int_eq(root_open(&system, fake.dir), 0);
	ck_assert_int_eq(mount_explain(&system, troubles[_i].is_root, troubles[_i].file,
				       troubles[_i].code, &err),
			 -troubles[_i].want);
	ck_assert_msg(strstr(err.msg, troubles[_i].msg), "message: %s", err.msg);
	ck_assert_msg(strstr(err.hint, troubles[_i].hint), "hint: %s", err.hint);
	ck_assert_int_eq(err.hint[0] != 0, troubles[_i].hint[0] != 0);
	root_close(&system);
	fake_done(&fake);
}
END_TEST

static const struct {
	enum tfs_verb doing;
	int code;
	const char *subject, *msg;
} errnos[] = {
	{ TFS_ENABLE, EINTR, "g/e", "g/e: perf uses this event" },
	{ TFS_DISABLE, EINTR, "g/e", "g/e: perf uses this event" },
	{ TFS_ENABLE, 524, "g/e", "g/e: the instruction there cannot be probed" },
	{ TFS_ENABLE, ENOENT, "g/e", "g/e: no such event" },
	{ TFS_FILTER, EPERM, NULL, "too few '(' in the filter, or words behind its end" },
	{ TFS_FILTER, ESRCH, NULL, "a quote is missing in the filter" },
	{ TFS_DELETE, EBUSY, "g/e", "g/e: in use: enabled, armed by a trigger, or held by perf" },
	{ TFS_DELETE, ENOENT, "g/e", "g/e: no such probe" },
	{ TFS_INSTANCE, EBUSY, "i", "i: the instance is in use" },
	{ TFS_OPEN_EVENTS, EROFS, "f", "f: tracefs is mounted read-only here" },
	{ TFS_OPEN_EVENTS, EACCES, "f", "f: no permission to write it" },
	{ TFS_RAW_READ, EXDEV, "f", "f: Invalid cross-device link" },
};

START_TEST(an_errno_has_its_own_sentence)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(tfs_errno(&err, errnos[_i].doing, errnos[_i].code,
				   errnos[_i].subject),
			 -errnos[_i].code);
	ck_assert_str_eq(err.msg, errnos[_i].msg);
	ck_assert_int_eq(err.code, errnos[_i].code);
}
END_TEST

static void note(void *ctx, const char *file, const char *data, size_t len)
{
	buf_addf(ctx, "%s<%.*s>", file, (int)len, data);
}

static void note_dir(void *ctx, const char *dir, bool make)
{
	buf_addf(ctx, "%c%s ", make ? '+' : '-', dir);
}

START_TEST(every_write_is_shown_and_appends)
{
	auto_buf log = BUF_INIT;
	struct fake fake;
	struct tfs tfs;

	fake_init(&fake);
	fake_put(&fake, "uprobe_events", "there\n");
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, NULL), 0);
	tfs.on_write = note;
	tfs.on_dir = note_dir;
	tfs.on_write_ctx = &log;
	ck_assert_int_eq(tfs_puts(&tfs, "one\n", "uprobe_%s", "events"), 0);
	ck_assert_int_eq(tfs_puts(&tfs, "two\n", "uprobe_events"), 0);
	ck_assert_int_eq(tfs_puts(&tfs, "x", "nothing"), -ENOENT);
	ck_assert_int_eq(tfs_mkdir(&tfs, "%s", "d"), 0);
	ck_assert_int_eq(tfs_rmdir(&tfs, "%s", "d"), 0);
	ck_assert_int_eq(tfs_rmdir(&tfs, "%s", "d"), -ENOENT);
	ck_assert_str_eq(fake_text(&fake, "uprobe_events"), "there\none\ntwo\n");
	ck_assert_str_eq(buf_str(&log), "uprobe_events<one\n>uprobe_events<two\n>+d -d -d ");
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, sees_what_a_kernel_can_do, 0, ARRAY_SIZE(kernels));
	tcase_add_test(c, dynamic_events_without_uprobes_is_not_enough);
	tcase_add_test(c, dynamic_events_serve_where_uprobes_are_known);
	tcase_add_test(c, a_directory_that_is_none_is_told);
	tcase_add_loop_test(c, says_why_there_is_no_tracefs, 0, ARRAY_SIZE(troubles));
	tcase_add_loop_test(c, an_errno_has_its_own_sentence, 0, ARRAY_SIZE(errnos));
	tcase_add_test(c, every_write_is_shown_and_appends);
}

UNIT_MAIN("tracefs", fill)
