/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linked with --wrap=write: where `kernel` is armed, a write is taken as a kernel takes it:
 * lines up to a bad one are applied, an entry is put in error_log, an errno comes back.
 */
#include "fake.h"
#include "tracefs/profile.h"
#include "tracefs/registry.h"
#include "unit.h"

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);

static struct {
	const struct fake *fake;
	int code; /* 0: not armed */
	size_t applied;
	const char *log; /* what error_log has afterwards; NULL: as before */
	unsigned writes;
} kernel;

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	const char *end = data;

	kernel.writes++;
	if (!kernel.code)
		return __real_write(fd, data, len);
	for (size_t i = 0; i < kernel.applied; i++)
		end = strchr(end, '\n') + 1;
	ck_assert_int_eq(__real_write(fd, data, end - (const char *)data),
			 end - (const char *)data);
	if (kernel.log)
		fake_put(kernel.fake, "error_log", kernel.log);
	errno = kernel.code;
	return -1;
}

static void arm(const struct fake *fake, int code, size_t applied, const char *log)
{
	kernel.fake = fake;
	kernel.code = code;
	kernel.applied = applied;
	kernel.log = log;
	kernel.writes = 0;
}

/* `p NAME /bin/true:0x10 n=%di:u32` as the user typed it, and made of it. */
static const struct origin origin = { .text = "p:g/NAME /bin/true:func n=%di:u33" };

static struct definition define(const char *event, uint64_t offset)
{
	struct definition d = {
		.kind = 'p', .group = xstrdup("g"), .event = xstrdup(event),
		.path = xstrdup("/bin/true"), .offset = offset, .origin = &origin,
		.group_from = { { 2, 3 }, false }, .event_from = { { 4, 8 }, false },
		.path_from = { { 9, 18 }, false }, .offset_from = { { 19, 23 }, true },
		.args = xcalloc(1, sizeof(*d.args)), .n_args = 1,
	};

	d.args[0] = (struct def_arg){
		.name = xstrdup("n"), .expr = xstrdup("%di"), .type = xstrdup("u33"),
		.name_from = { { 24, 25 }, false }, .expr_from = { { 26, 29 }, false },
		.type_from = { { 30, 33 }, false },
	};
	return d;
}

/* The lines as they are formatted; offsets of the formatter's own width. */
static char *lines_of(const struct definition *defs, size_t n)
{
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		definition_format(&defs[i], &b);
		buf_addc(&b, '\n');
	}
	return buf_steal(&b);
}

static char *entry(const struct definition *d, const char *text, const char *word)
{
	auto_free char *line = lines_of(d, 1);
	const char *at = strstr(line, word);

	ck_assert_ptr_nonnull(at);
	return xasprintf("[   12.345678] trace_uprobe: error: %s\n  Command: %s%*s^\n", text,
			 line, (int)(11 + (at - line)), "");
}

struct bench {
	struct fake fake;
	struct tfs tfs;
	struct definition defs[3];
};

static void bench_init(struct bench *b)
{
	fake_init(&b->fake);
	fake_put(&b->fake, "uprobe_events", "");
	fake_put(&b->fake, "error_log", "");
	ck_assert_int_eq(tfs_open(&b->tfs, b->fake.dir, NULL), 0);
	b->defs[0] = define("a", 0x10);
	b->defs[1] = define("b", 0x20);
	b->defs[2] = define("c", 0x30);
	arm(&b->fake, 0, 0, NULL);
}

static void bench_done(struct bench *b)
{
	arm(NULL, 0, 0, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(b->defs); i++)
		definition_done(&b->defs[i]);
	tfs_close(&b->tfs);
	fake_done(&b->fake);
}

START_TEST(writes_a_batch_at_once_and_reads_it_back)
{
	struct definition_list list;
	auto_free char *lines = NULL;
	struct err err = ERR_INIT;
	struct bench b;
	size_t done;

	bench_init(&b);
	ck_assert_msg(registry_write(&b.tfs, b.defs, 3, &done, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(done, 3);
	ck_assert_uint_eq(kernel.writes, 1);
	lines = lines_of(b.defs, 3);
	ck_assert_str_eq(fake_text(&b.fake, "uprobe_events"), lines);
	ck_assert_int_eq(registry_read(&b.tfs, &list, &err), 0);
	ck_assert_uint_eq(list.n, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert(definition_equal(&list.defs[i], &b.defs[i]));
	definition_list_done(&list);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 0, &done, &err), 0);
	bench_done(&b);
}
END_TEST

/* The kernel's texts under the user's words: which word, which hint. */
static const struct {
	int code;
	const char *text, *word;
	struct span at;
	const char *hint;
	bool generated;
} texts[] = {
	{ EINVAL, "Unknown type is specified", "u33", { 30, 33 }, "did you mean u32?", false },
	{ ENOENT, "Failed to find the given file", "/bin", { 9, 18 }, "looks the path up", false },
	{ EINVAL, "Invalid uprobe offset", "0x", { 19, 23 }, "uprobe-ctl symbols", true },
	{ EINVAL, "Invalid fetch argument", "%di", { 26, 29 }, "registers are %di", false },
	{ EINVAL, "Some new text", "%di", { 26, 29 }, "", false },
};

START_TEST(the_kernels_text_stands_under_the_users_word)
{
	auto_free char *log = NULL;
	struct err err = ERR_INIT;
	struct bench b;
	size_t done = 9;

	bench_init(&b);
	log = entry(&b.defs[1], texts[_i].text, texts[_i].word);
	arm(&b.fake, texts[_i].code, 1, log);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 3, &done, &err), -texts[_i].code);
	ck_assert_uint_eq(done, 1);
	ck_assert_mem_eq(err.msg, texts[_i].text, strlen(texts[_i].text));
	ck_assert_ptr_eq(err.origin, &origin);
	ck_assert_uint_eq(err.at.from, texts[_i].at.from);
	ck_assert_uint_eq(err.at.to, texts[_i].at.to);
	ck_assert_msg(strstr(err.hint, texts[_i].hint), "hint: %s", err.hint);
	ck_assert_int_eq(err.hint[0] != 0, texts[_i].hint[0] != 0);
	/* Of what we made ourselves, the line is shown and the token named. */
	ck_assert_int_eq(strstr(err.detail, "p:g/b /bin/true:") != NULL, texts[_i].generated);
	ck_assert_int_eq(strchr(err.msg, '(') != NULL, texts[_i].generated);
	bench_done(&b);
}
END_TEST

START_TEST(the_same_probe_names_the_command_that_helps)
{
	auto_free char *log = NULL;
	struct err err = ERR_INIT;
	struct bench b;
	size_t done;

	bench_init(&b);
	log = entry(&b.defs[0], "There is already the exact same probe event", "p:");
	arm(&b.fake, EEXIST, 0, log);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 3, &done, &err), -EEXIST);
	ck_assert_uint_eq(done, 0);
	ck_assert_str_eq(err.hint, "remove it first: uprobe-ctl remove g/a");
	bench_done(&b);
}
END_TEST

/* A line that was in the log before is somebody else's, or an earlier try. */
START_TEST(an_old_entry_is_not_ours)
{
	auto_free char *log = NULL;
	struct err err = ERR_INIT;
	struct bench b;
	size_t done = 9;

	bench_init(&b);
	log = entry(&b.defs[0], "Unknown type is specified", "u33");
	fake_put(&b.fake, "error_log", log);
	arm(&b.fake, EINVAL, 2, NULL);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 3, &done, &err), -EINVAL);
	ck_assert_uint_eq(done, 2); /* found by reading uprobe_events again */
	ck_assert_ptr_nonnull(strstr(err.msg, "g/c: the kernel refuses"));
	ck_assert_ptr_nonnull(strstr(err.detail, "p:g/c /bin/true:"));
	bench_done(&b);
}
END_TEST

static const struct {
	int code;
	const char *msg;
	struct span at;
} errnos[] = {
	{ ENOENT, "/bin/true: no such file, as the kernel sees this path", { 9, 18 } },
	{ EACCES, "/bin/true: a directory of the path may not be searched", { 9, 18 } },
	{ EEXIST, "g/a: an event of this name is there already", { 4, 8 } },
	{ ENODEV, "g/a: the kernel has no event numbers left", { 0, 0 } },
};

START_TEST(an_errno_without_an_entry_has_its_sentence)
{
	struct err err = ERR_INIT;
	struct bench b;
	size_t done;

	bench_init(&b);
	arm(&b.fake, errnos[_i].code, 0, NULL);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 1, &done, &err), -errnos[_i].code);
	ck_assert_str_eq(err.msg, errnos[_i].msg);
	ck_assert_uint_eq(err.at.from, errnos[_i].at.from);
	ck_assert_uint_eq(err.at.to, errnos[_i].at.to);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 1, &done, NULL), -errnos[_i].code);
	bench_done(&b);
}
END_TEST

START_TEST(a_full_device_and_a_missing_file)
{
	struct definition_list list;
	struct err err = ERR_INIT;
	struct fake fake;
	struct tfs tfs;
	struct definition d = define("a", 0x10);
	size_t done;

	fake_init(&fake);
	fake_link(&fake, "uprobe_events", "/dev/full");
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), 0);
	ck_assert_int_eq(registry_write(&tfs, &d, 1, &done, &err), -ENOSPC);
	ck_assert_uint_eq(done, 0);
	ck_assert_int_eq(registry_read(&tfs, &list, &err), 0); /* and ends */
	ck_assert_uint_eq(list.n, 0);
	unlinkat(tfs.root.fd, "uprobe_events", 0);
	ck_assert_int_eq(registry_write(&tfs, &d, 1, &done, &err), -ENOENT);
	ck_assert_str_eq(err.msg, "uprobe_events: this kernel has no such file");
	ck_assert_int_eq(registry_read(&tfs, &list, &err), -ENOENT);
	tfs_close(&tfs);
	definition_done(&d);
	fake_done(&fake);
}
END_TEST

enum field { PATH, TYPE, EXPR };
static const struct {
	enum field field;
	const char *text;
	struct span at;
} refused[] = {
	{ PATH, "/with blank", { 9, 18 } },   { PATH, "/with\ttab", { 9, 18 } },
	{ PATH, "/with\nline", { 9, 18 } },   { PATH, "/with#hash", { 9, 18 } },
	{ PATH, "/with\xc3\xa0", { 9, 18 } }, { PATH, "/with\x01", { 9, 18 } },
	{ PATH, "/with\x7f", { 9, 18 } },     { PATH, "noslash", { 9, 18 } },
	{ TYPE, "u32 x=%si", { 30, 33 } },    { TYPE, "u32\n-:g/", { 30, 33 } },
	{ EXPR, "\\\"a b\"", { 26, 29 } },    { EXPR, "%di#", { 26, 29 } },
};

START_TEST(bad_bytes_never_reach_the_kernel)
{
	struct err err = ERR_INIT;
	struct bench b;
	size_t done = 9;
	char **field;

	bench_init(&b);
	field = refused[_i].field == PATH   ? &b.defs[1].path :
		refused[_i].field == TYPE ? &b.defs[1].args[0].type :
					      &b.defs[1].args[0].expr;
	free(*field);
	*field = xstrdup(refused[_i].text);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 3, &done, &err), -EINVAL);
	ck_assert_uint_eq(done, 0);
	ck_assert_uint_eq(kernel.writes, 0);
	ck_assert_str_eq(fake_text(&b.fake, "uprobe_events"), "");
	ck_assert_ptr_eq(err.origin, &origin);
	ck_assert_uint_eq(err.at.from, refused[_i].at.from);
	ck_assert(err.hint[0]);
	bench_done(&b);
}
END_TEST

START_TEST(doubles_and_long_lines_never_reach_the_kernel)
{
	auto_buf path = BUF_INIT;
	struct err err = ERR_INIT;
	struct bench b;
	size_t done;

	bench_init(&b);
	definition_done(&b.defs[2]);
	b.defs[2] = define("a", 0x10);
	ck_assert_int_eq(registry_write(&b.tfs, b.defs, 3, &done, &err), -EEXIST);
	ck_assert_str_eq(err.msg, "g/a: the very same probe twice");
	buf_pad(&path, '/', 4095);
	free(b.defs[2].path);
	b.defs[2].path = buf_steal(&path);
	ck_assert_int_lt(registry_write(&b.tfs, b.defs, 3, &done, &err), 0);
	ck_assert_uint_eq(kernel.writes, 0);
	ck_assert_uint_eq(done, 0);
	bench_done(&b);
}
END_TEST

#define K "p:kprobes/k vfs_read+0\n"
#define E "e:eprobes/e sched/sched_switch x=$next_pid\n"
#define U(g, e) "p:" g "/" e " /bin/true:0x0000000000001000\n"

static const struct {
	const char *file, *content; /* what is there */
	bool group_only;
	const char *group, *event; /* event NULL: the whole group */
	const char *written;       /* NULL: nothing, -ENOENT */
} deletes[] = {
	{ "uprobe_events", U("g", "a") U("g", "b"), true, "g", "a", "-:g/a\n" },
	{ "uprobe_events", U("g", "a") U("g", "b"), true, "g", NULL, "-:g/\n" },
	{ "uprobe_events", U("g", "a") U("h", "a") U("g", "b") U("g", "a"), false, "g", NULL,
	  "-:g/a\n-:g/b\n" },
	{ "uprobe_events", U("h", "a"), false, "g", NULL, NULL },
	/* dynamic_events would delete a kprobe as well. */
	{ "dynamic_events", K E U("g", "a"), true, "g", "a", "-:g/a\n" },
	{ "dynamic_events", K E U("g", "a"), true, "kprobes", "k", NULL },
	{ "dynamic_events", K E U("kprobes", "u"), true, "kprobes", NULL, "-:kprobes/u\n" },
};

START_TEST(deletes_only_uprobes)
{
	auto_free char *after = NULL;
	struct err err = ERR_INIT;
	struct fake fake;
	struct tfs tfs;
	int rc;

	fake_init(&fake);
	fake_put(&fake, deletes[_i].file, deletes[_i].content);
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), 0);
	tfs.features.group_only = deletes[_i].group_only;
	rc = deletes[_i].event ?
		     registry_delete(&tfs, deletes[_i].group, deletes[_i].event, &err) :
		     registry_delete_group(&tfs, deletes[_i].group, &err);
	ck_assert_int_eq(rc, deletes[_i].written ? 0 : -ENOENT);
	after = xasprintf("%s%s", deletes[_i].content, deletes[_i].written ?: "");
	ck_assert_str_eq(fake_text(&fake, deletes[_i].file), after);
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

START_TEST(an_enabled_probe_is_not_deleted)
{
	struct err err = ERR_INIT;
	struct bench b;

	bench_init(&b);
	arm(&b.fake, EBUSY, 0, NULL);
	ck_assert_int_eq(registry_delete(&b.tfs, "g", "a", &err), -EBUSY);
	ck_assert_ptr_nonnull(strstr(err.msg, "g/a: in use"));
	bench_done(&b);
}
END_TEST

START_TEST(reads_only_uprobes_of_dynamic_events)
{
	struct definition_list list;
	struct err err = ERR_INIT;
	struct fake fake;
	struct tfs tfs;

	fake_init(&fake);
	fake_put(&fake, "dynamic_events", K U("g", "a") E U("g", "b"));
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), 0);
	ck_assert_int_eq(registry_read(&tfs, &list, &err), 0);
	ck_assert_uint_eq(list.n, 2);
	ck_assert_str_eq(list.defs[1].event, "b");
	definition_list_done(&list);
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

/* More than a page: taken only if it reads the same twice. */
START_TEST(reads_a_long_list)
{
	struct definition_list list;
	auto_buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct fake fake;
	struct tfs tfs;

	for (int i = 0; i < 3000; i++)
		buf_addf(&b, "p:g/e%d /bin/true:0x%016x\n", i, i);
	fake_init(&fake);
	fake_put(&fake, "uprobe_events", buf_str(&b));
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), 0);
	ck_assert_int_eq(registry_read(&tfs, &list, &err), 0);
	ck_assert_uint_eq(list.n, 3000);
	ck_assert_str_eq(list.defs[2999].event, "e2999");
	definition_list_done(&list);
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

/* Whatever somebody else's line looks like, ours are read. */
START_TEST(keeps_what_it_cannot_read)
{
	struct definition_list list;
	struct err err = ERR_INIT;
	struct profile p;
	struct fake fake;
	struct tfs tfs;

	fake_init(&fake);
	fake_put(&fake, "uprobe_events",
		 "what is this\np:g/a /bin/true:0x0000000000000010\nq:g/odd \001 thing\n");
	fake_put(&fake, "uprobe_profile",
		 "  what is  1\n  /bin/true a   7\n   odd   9\n");
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), 0);
	ck_assert_int_eq(registry_read(&tfs, &list, &err), 0);
	ck_assert_uint_eq(list.n, 1);
	ck_assert_str_eq(list.defs[0].event, "a");
	ck_assert_uint_eq(list.n_opaque, 2);
	ck_assert_str_eq(list.opaque[0].text, "what is this");
	ck_assert_uint_eq(list.opaque[0].at, 0);
	ck_assert_uint_eq(list.opaque[1].at, 1);
	ck_assert(opaque_line_is_of(&list.opaque[1], "g", "odd"));
	ck_assert(!opaque_line_is_of(&list.opaque[1], "g", "od"));
	ck_assert(!opaque_line_is_of(&list.opaque[0], "what", "is"));
	definition_list_done(&list);
	ck_assert_int_eq(profile_read(&tfs, &p, &err), 0);
	ck_assert_uint_eq(p.hits[0], 7);
	profile_done(&p);
	fake_put(&fake, "uprobe_profile", "  /bin/true a   7\n   odd   9\n");
	ck_assert_int_eq(profile_read(&tfs, &p, &err), -EAGAIN);
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

static const struct {
	const char *profile;
	int rc;
} joins[] = {
	{ "  /bin/true a          7\n  /bin/true b          0\n  /bin/true a          9\n", 0 },
	{ "  /bin/true a          7\n  /bin/true b          0\n", -EAGAIN },
	{ "  /bin/true a 7\n  /bin/true a 9\n  /bin/true b 0\n", -EAGAIN },
	{ "  /bin/true a 7\n  /bin/tru b 0\n  /bin/true a 9\n", -EAGAIN },
	{ "  /bin/true a 7\n  /bin/true b 0\n  /bin/true a 9\n  /bin/true c 0\n", -EAGAIN },
	{ "  /bin/true a 07\n  /bin/true b 0\n  /bin/true a 9\n", -EAGAIN },
	{ "nonsense\n", -EAGAIN },
	{ NULL, -ENOENT },
};

START_TEST(joins_the_profile_by_position)
{
	struct err err = ERR_INIT;
	struct profile p;
	struct fake fake;
	struct tfs tfs;

	fake_init(&fake);
	fake_put(&fake, "uprobe_events", U("g", "a") U("h", "b") U("h", "a"));
	if (joins[_i].profile)
		fake_put(&fake, "uprobe_profile", joins[_i].profile);
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), 0);
	ck_assert_int_eq(profile_read(&tfs, &p, &err), joins[_i].rc);
	if (joins[_i].rc == 0) {
		ck_assert_uint_eq(p.probes.n, 3);
		ck_assert_uint_eq(p.hits[0], 7);
		ck_assert_uint_eq(p.hits[2], 9);
		ck_assert_str_eq(p.probes.defs[2].group, "h");
		profile_done(&p);
	}
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

static const struct {
	const char *profile;
	int rc;
	uint64_t hits[2]; /* of a and b, which are what is asked for */
} own_hits[] = {
	{ "  /bin/true a          7\n  /bin/true b          9\n", 0, { 7, 9 } },
	{ "  /x o 1\n  /bin/true a 7\n   odd 3\n  /x o 2\n  /bin/true b 9\n  /x a 5\n", 0,
	  { 7, 9 } },
	{ "  /bin/true a 7\n", -ESTALE, { 0 } },
	{ "  /bin/true b 9\n  /bin/true a 7\n", -ESTALE, { 0 } },
	{ "  /bin/tru a 7\n  /bin/true b 9\n", -ESTALE, { 0 } },
	{ "", -ESTALE, { 0 } },
	{ NULL, -ENOENT, { 0 } },
};

/* Among everybody else's. */
START_TEST(finds_the_hits_of_its_own)
{
	struct definition defs[] = { { .group = (char *)"g", .event = (char *)"a",
				       .path = (char *)"/bin/true" },
				     { .group = (char *)"g", .event = (char *)"b",
				       .path = (char *)"/bin/true" } };
	struct err err = ERR_INIT;
	uint64_t hits[2];
	struct fake fake;
	struct tfs tfs;

	fake_init(&fake);
	fake_put(&fake, "uprobe_events", "");
	if (own_hits[_i].profile)
		fake_put(&fake, "uprobe_profile", own_hits[_i].profile);
	ck_assert_int_eq(tfs_open(&tfs, fake.dir, &err), 0);
	ck_assert_int_eq(profile_read_hits(&tfs, defs, 2, hits, &err), own_hits[_i].rc);
	for (int i = 0; i < 2 && own_hits[_i].rc == 0; i++)
		ck_assert_uint_eq(hits[i], own_hits[_i].hits[i]);
	tfs_close(&tfs);
	fake_done(&fake);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_test(c, writes_a_batch_at_once_and_reads_it_back);
	tcase_add_loop_test(c, the_kernels_text_stands_under_the_users_word, 0,
			    ARRAY_SIZE(texts));
	tcase_add_test(c, the_same_probe_names_the_command_that_helps);
	tcase_add_test(c, an_old_entry_is_not_ours);
	tcase_add_loop_test(c, an_errno_without_an_entry_has_its_sentence, 0,
			    ARRAY_SIZE(errnos));
	tcase_add_test(c, a_full_device_and_a_missing_file);
	tcase_add_loop_test(c, bad_bytes_never_reach_the_kernel, 0, ARRAY_SIZE(refused));
	tcase_add_test(c, doubles_and_long_lines_never_reach_the_kernel);
	tcase_add_loop_test(c, deletes_only_uprobes, 0, ARRAY_SIZE(deletes));
	tcase_add_test(c, an_enabled_probe_is_not_deleted);
	tcase_add_test(c, reads_only_uprobes_of_dynamic_events);
	tcase_add_test(c, reads_a_long_list);
	tcase_add_test(c, keeps_what_it_cannot_read);
	tcase_add_loop_test(c, finds_the_hits_of_its_own, 0, ARRAY_SIZE(own_hits));
	tcase_add_loop_test(c, joins_the_profile_by_position, 0, ARRAY_SIZE(joins));
}

UNIT_MAIN("registry", fill)
