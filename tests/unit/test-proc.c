/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "proc/mapped.h"
#include "proc/proc.h"
#include "unit.h"

/* Captured lines: Linux 6.18, but for the names. */
static const char captured[] =
	"00400000-00401000 r--p 00000000 fe:00 1234567        /srv/app\n"
	"00401000-00402000 r-xp 00001000 fe:00 1234567        /srv/app\n"
	"0a000000-0a021000 rw-p 00000000 00:00 0              [heap]\n"
	"7f0000001000-7f0000002000 r-xp 00026000 fe:00 99     /usr/lib/libssl.so.3 (deleted)\n"
	"7f0000002000-7f0000003000 r-xp 00000000 00:01 2059   /memfd:jit code (deleted)\n"
	"7f0000003000-7f0000004000 r-xp 00000000 00:00 0      \n"
	"7f0000004000-7f0000005000 rwxp 00000000 00:2a 18446744073709551615 /a\\012b  c\n"
	"7f0000005000-7f0000006000 r-xs 00000000 00:2a 5      /opt/x (deleted) (deleted)\n"
	"7ffff7fc1000-7ffff7fc5000 r--p 00000000 00:00 0      [vvar]\n"
	"7ffff7fc5000-7ffff7fc7000 r-xp 00000000 00:00 0      [vdso]\n"
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n";

static const struct {
	uint64_t start, end, pgoff, ino;
	unsigned major, minor;
	const char *path;
	bool is_deleted;
} expected[] = {
	{ 0x401000, 0x402000, 0x1000, 1234567, 0xfe, 0, "/srv/app", false },
	{ 0x7f0000001000, 0x7f0000002000, 0x26000, 99, 0xfe, 0, "/usr/lib/libssl.so.3", true },
	{ 0x7f0000002000, 0x7f0000003000, 0, 2059, 0, 1, "/memfd:jit code", true },
	{ 0x7f0000004000, 0x7f0000005000, 0, UINT64_MAX, 0, 0x2a, "/a\nb  c", false },
	{ 0x7f0000005000, 0x7f0000006000, 0, 5, 0, 0x2a, "/opt/x (deleted)", true },
};

START_TEST(reads_captured_maps)
{
	auto_free char *text = xstrdup(captured);
	struct proc_maps maps;

	proc_maps_parse(text, &maps);
	ck_assert_uint_eq(maps.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < maps.n; i++) {
		const struct proc_map *m = &maps.maps[i];

		ck_assert_uint_eq(m->start, expected[i].start);
		ck_assert_uint_eq(m->end, expected[i].end);
		ck_assert_uint_eq(m->pgoff, expected[i].pgoff);
		ck_assert_uint_eq(m->ino, expected[i].ino);
		ck_assert_uint_eq(m->major, expected[i].major);
		ck_assert_uint_eq(m->minor, expected[i].minor);
		ck_assert_str_eq(m->path, expected[i].path);
		ck_assert_int_eq(m->is_deleted, expected[i].is_deleted);
	}
	ck_assert_uint_eq(maps.vdso_start, 0x7ffff7fc5000);
	ck_assert_uint_eq(maps.vdso_end, 0x7ffff7fc7000);
	ck_assert_ptr_eq(proc_maps_at(&maps, 0x401fff), &maps.maps[0]);
	ck_assert_ptr_eq(proc_maps_at(&maps, 0x7f0000001000), &maps.maps[1]);
	ck_assert_ptr_null(proc_maps_at(&maps, 0x402000));
	ck_assert_ptr_null(proc_maps_at(&maps, 0));
	proc_maps_done(&maps);
}
END_TEST

/* Every prefix, and every byte another: no crash, no read past the end. */
START_TEST(survives_damaged_maps)
{
	for (size_t len = 0; len < sizeof(captured); len++) {
		struct proc_maps maps;
		char *text = xstrndup(captured, len);

		proc_maps_parse(text, &maps);
		proc_maps_done(&maps);
		free(text);
		text = xstrdup(captured);
		text[len ? len - 1 : 0] = ' ';
		proc_maps_parse(text, &maps);
		proc_maps_done(&maps);
		free(text);
	}
}
END_TEST

START_TEST(reads_our_own_memory)
{
	volatile uint64_t word = 0x1122334455667788;
	uint64_t got = 0;

	auto_close int fd = proc_mem_open(getpid());

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &got, sizeof(got), (off_t)(uintptr_t)&word), sizeof(got));
	ck_assert_uint_eq(got, word);
	ck_assert_int_lt(proc_mem_open(0x7fffffff), 0);
}
END_TEST

/* This program is mapped, under the inode that stat(2) shows, by this process. */
START_TEST(finds_who_maps_a_file)
{
	struct mapped m;
	const struct mapped_file *f;
	struct stat st;
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	bool is_there = false;

	ck_assert_int_gt(len, 0);
	path[len] = 0;
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(mapped_read(0, &m), 0);
	f = mapped_find(&m, st.st_dev, st.st_ino, path);
	ck_assert_ptr_nonnull(f);
	for (size_t i = 0; i < f->n_pids; i++)
		is_there = is_there || f->pids[i] == getpid();
	ck_assert(is_there);
	ck_assert_uint_eq(mapped_older(&m, path), 0);
	ck_assert_ptr_null(mapped_find(&m, st.st_dev, st.st_ino ^ 0x5555555, "/none"));
	mapped_done(&m);
	ck_assert_int_eq(mapped_read(getpid(), &m), 0);
	ck_assert_uint_eq(m.n_processes, 1);
	ck_assert_ptr_nonnull(mapped_find(&m, st.st_dev, st.st_ino, path));
	mapped_done(&m);
}
END_TEST

/* Where stat and maps disagree about the device and nobody can be asked, the path tells. */
START_TEST(matches_over_layers)
{
	struct mapped_file files[] = {
		{ .major = 0, .minor = 39, .ino = 7, .path = (char *)"/merged/lib.so" },
		{ .major = 0, .minor = 39, .ino = 8, .path = (char *)"/merged/old.so",
		  .is_deleted = true, .n_pids = 3, .pids = (pid_t[]){ 0, 0, 0 } },
	};
	struct mapped m = { .files = files, .n = 2 };

	ck_assert_ptr_eq(mapped_find(&m, 0xfe00, 7, "/merged/lib.so"), &files[0]);
	ck_assert_ptr_null(mapped_find(&m, 0xfe00, 7, "/other/lib.so"));
	ck_assert_ptr_null(mapped_find(&m, 0xfe00, 8, "/merged/old.so"));
	ck_assert_uint_eq(mapped_older(&m, "/merged/old.so"), 3);
	ck_assert_uint_eq(mapped_older(&m, "/merged/lib.so"), 0);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_test(c, reads_captured_maps);
	tcase_add_test(c, survives_damaged_maps);
	tcase_add_test(c, reads_our_own_memory);
	tcase_add_test(c, finds_who_maps_a_file);
	tcase_add_test(c, matches_over_layers);
}

UNIT_MAIN("proc", fill)
