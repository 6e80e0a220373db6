/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/num.h"
#include "base/root.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proc/proc.h"

static int read_file(const char *path, struct buf *b)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd_read_all(fd, b);
}

static int read_pid_file(pid_t pid, const char *name, struct buf *b)
{
	auto_free char *path = xasprintf("/proc/%d/%s", (int)pid, name);

	return read_file(path, b);
}

/* Undoes the \012 of maps: only newlines are written so (seq_path's escape set). */
static char *unescape(const char *s)
{
	char *copy = xstrdup(s), *to = copy;

	for (const char *from = s; *from;) {
		if (text_starts(from, "\\012")) {
			*to++ = '\n';
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
	return copy;
}

/* One line of maps; false if it is no executable mapping of a file. */
static bool parse_map(const char *line, struct proc_map *ret)
{
	unsigned long long start, end, pgoff, ino;
	unsigned major, minor;
	const char *perms = strchr(line, ' ');
	int path_at = 0;

	/* Most lines are other mappings, and sscanf(3) is slow. */
	if (!perms || strnlen(perms, 5) < 5 || perms[3] != 'x')
		return false;
	if (sscanf(line, "%llx-%llx %*4s %llx %x:%x %llu %n", &start, &end, &pgoff, &major,
		   &minor, &ino, &path_at) < 6 || ino == 0)
		return false;
	*ret = (struct proc_map){ start, end, pgoff, major, minor, ino, NULL, false };
	ret->path = unescape(line + path_at);
	if (text_ends(ret->path, " (deleted)")) {
		ret->is_deleted = true;
		ret->path[strlen(ret->path) - strlen(" (deleted)")] = 0;
	}
	return true;
}

/* "…-… r-xp 00000000 00:00 0    [vdso]" */
static void parse_vdso(const char *line, struct proc_maps *maps)
{
	unsigned long long start, end;

	if (text_ends(line, "[vdso]") && sscanf(line, "%llx-%llx ", &start, &end) == 2) {
		maps->vdso_start = start;
		maps->vdso_end = end;
	}
}

void proc_maps_parse(char *text, struct proc_maps *ret)
{
	char *line;

	*ret = (struct proc_maps){ 0 };
	while (text && (line = strsep(&text, "\n"))) {
		struct proc_map map;

		if (!parse_map(line, &map)) {
			parse_vdso(line, ret);
			continue;
		}
		ret->maps = xgrow(ret->maps, ret->n, sizeof(*ret->maps));
		ret->maps[ret->n++] = map;
	}
}

int proc_maps_read(pid_t pid, struct proc_maps *ret)
{
	auto_buf text = BUF_INIT;
	int rc = read_pid_file(pid, "maps", &text);

	if (rc < 0)
		return rc == -ENOENT ? -ESRCH : rc;
	proc_maps_parse(text.p, ret);
	return 0;
}

const struct proc_map *proc_maps_at(const struct proc_maps *maps, uint64_t address)
{
	for (size_t i = 0; i < maps->n; i++)
		if (address >= maps->maps[i].start && address < maps->maps[i].end)
			return &maps->maps[i];
	return NULL;
}

char *proc_map_link(pid_t pid, uint64_t start, uint64_t end)
{
	return xasprintf("/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid, start, end);
}

bool proc_map_stat(pid_t pid, const struct proc_map *map, struct stat *ret)
{
	auto_free char *link = proc_map_link(pid, map->start, map->end);
	auto_free char *named = xasprintf("/proc/%d/root%s", (int)pid, map->path);

	if (stat(link, ret) == 0 && ret->st_ino == map->ino)
		return true;
	/* Its links are for root alone. */
	return !map->is_deleted && stat(named, ret) == 0 && ret->st_ino == map->ino;
}

int proc_mem_open(pid_t pid)
{
	auto_free char *path = xasprintf("/proc/%d/mem", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void proc_maps_done(struct proc_maps *maps)
{
	for (size_t i = 0; i < maps->n; i++)
		free(maps->maps[i].path);
	free(maps->maps);
	*maps = (struct proc_maps){ 0 };
}

bool proc_comm(pid_t tid, char ret[16])
{
	auto_buf text = BUF_INIT;
	size_t len;

	if (read_pid_file(tid, "comm", &text) < 0 || text.len == 0)
		return false;
	len = text.len - (text.p[text.len - 1] == '\n');
	if (len > 15)
		len = 15;
	memcpy(ret, text.p, len);
	ret[len] = 0;
	return true;
}

/* The first number behind "KEY:" in /proc/TID/status. */
static bool status_number(pid_t tid, const char *key, long *ret)
{
	auto_free char *line = xasprintf("\n%s:", key);
	auto_buf text = BUF_INIT;
	const char *p;

	if (read_pid_file(tid, "status", &text) < 0)
		return false;
	p = strstr(buf_str(&text), line);
	if (p)
		*ret = strtol(p + strlen(line), NULL, 10);
	return p != NULL;
}

pid_t proc_tgid(pid_t tid)
{
	long tgid;

	return status_number(tid, "Tgid", &tgid) ? (pid_t)tgid : 0;
}

bool proc_uid(pid_t tid, uid_t *ret)
{
	long uid;

	if (!status_number(tid, "Uid", &uid))
		return false;
	*ret = (uid_t)uid;
	return true;
}

/* comm may hold blanks and brackets: fields are counted behind the text's last ')'. */
char proc_state(pid_t pid, uint64_t *ret_start)
{
	auto_buf text = BUF_INIT;
	const char *fields, *p;

	if (read_pid_file(pid, "stat", &text) < 0)
		return 0;
	fields = strrchr(buf_str(&text), ')');
	if (!fields || fields[1] != ' ')
		return 0;
	fields += 2; /* the third */
	p = fields;
	for (int field = 3; p && field < 22; field++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (ret_start)
		*ret_start = p ? strtoull(p, NULL, 10) : 0;
	return *fields;
}

/* Numeric entries of a directory of /proc. */
static int numbers_in(const char *path, pid_t **ret, size_t *ret_n)
{
	struct root dir = ROOT_INIT;
	char **names = NULL;
	pid_t *pids = NULL;
	size_t n = 0;
	int rc = root_open(&dir, path);

	if (rc == 0)
		rc = root_names(&dir, false, &names, "%s", "");
	root_close(&dir);
	if (rc < 0)
		return rc == -ENOENT ? -ESRCH : rc;
	for (char **p = names; p && *p; p++) {
		uint64_t pid;

		if (!num_parse_uint(*p, INT32_MAX, &pid))
			continue;
		pids = xgrow(pids, n, sizeof(*pids));
		pids[n++] = (pid_t)pid;
	}
	root_names_free(names);
	*ret = pids;
	*ret_n = n;
	return 0;
}

int proc_threads(pid_t pid, pid_t **ret, size_t *ret_n)
{
	auto_free char *path = xasprintf("/proc/%d/task", (int)pid);

	return numbers_in(path, ret, ret_n);
}

int proc_pids(pid_t **ret, size_t *ret_n)
{
	return numbers_in("/proc", ret, ret_n);
}

bool proc_exists(pid_t pid)
{
	auto_free char *path = xasprintf("/proc/%d", (int)pid);
	struct root dir = ROOT_INIT;
	bool exists = root_open(&dir, path) == 0;

	root_close(&dir);
	return exists;
}
