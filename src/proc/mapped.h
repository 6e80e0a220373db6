/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The files that processes have mapped executable now: each once, with who maps it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct proc_map; /* proc.h */

struct mapped_file {
	unsigned major, minor; /* as maps shows them: of overlay and btrfs not what stat(2) says */
	uint64_t ino;
	char *path;            /* as the first of the processes sees it; owned */
	bool is_deleted;       /* nothing has that name any more, or another file */
	uint64_t start, end;   /* a mapping of pids[0], for /proc/PID/map_files */
	pid_t *pids;           /* owned */
	size_t n_pids;
};

struct mapped {
	struct mapped_file *files;
	size_t n;
	size_t n_processes; /* that could be looked at */
	size_t n_hidden;    /* that could not: not ours, and we are not root */
};

/* Of one process, or of all (pid 0). 0, or -errno when there is nothing to look at. */
int mapped_read(pid_t pid, struct mapped *ret);
void mapped_done(struct mapped *m);

/* The file that the mapping is one of; NULL: none of these. */
struct mapped_file *mapped_at(const struct mapped *m, const struct proc_map *map);
/* Whether it is that one. */
bool mapped_is_of(const struct mapped_file *f, const struct proc_map *map);
/* As proc_map_stat(), by its first process. */
bool mapped_stat(const struct mapped_file *f, struct stat *ret);
/*
 * The file that stat(2) describes; NULL: nobody maps it. Where the device numbers of stat and
 * maps differ (overlay, btrfs) the mapping itself is asked; if it is gone, the path tells.
 */
const struct mapped_file *mapped_find(const struct mapped *m, dev_t dev, ino_t ino,
				      const char *path);
/* How many processes map it. */
size_t mapped_count(const struct mapped *m, dev_t dev, ino_t ino, const char *path);
/* How many processes map a deleted file that had this path: what an update replaced. */
size_t mapped_older(const struct mapped *m, const char *path);
/* A path by which the file can be opened whatever became of its name: heap. */
char *mapped_link(const struct mapped_file *f);
