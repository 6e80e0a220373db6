/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* /proc: tasks, names, thread groups, maps. Processes come and go: every answer may be -ESRCH. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"

/* A file mapped executable by a process. */
struct proc_map {
	uint64_t start, end, pgoff;
	unsigned major, minor;
	uint64_t ino;
	char *path; /* without " (deleted)"; octal escapes undone; owned */
	bool is_deleted;
};

struct proc_maps {
	struct proc_map *maps; /* ascending, as the kernel has them */
	size_t n;
	uint64_t vdso_start, vdso_end; /* the kernel's own code in the process; 0: none */
};

/* The process's executable file mappings. 0 or -errno. */
int proc_maps_read(pid_t pid, struct proc_maps *ret);
/* The same from the text of a maps file, which is torn up. */
void proc_maps_parse(char *text, struct proc_maps *ret);
void proc_maps_done(struct proc_maps *maps);
/* The mapping that holds an address; NULL: none. */
const struct proc_map *proc_maps_at(const struct proc_maps *maps, uint64_t address);

/* A path that opens what is mapped, whatever became of its name. Heap. */
char *proc_map_link(pid_t pid, uint64_t start, uint64_t end);
/*
 * What stat(2) says of the mapped file, whose device maps may number otherwise (overlay,
 * btrfs). False: it cannot be known, since the process has ended or its files are not ours.
 */
bool proc_map_stat(pid_t pid, const struct proc_map *map, struct stat *ret);

/* A process's memory: an fd whose offsets are addresses, or -errno (-EACCES: not ours). */
int proc_mem_open(pid_t pid);

/* comm of a task (15 bytes and NUL). False if the task is gone. */
bool proc_comm(pid_t tid, char ret[16]);
/* Thread group (process) of a task, 0 if it is gone. */
pid_t proc_tgid(pid_t tid);
/* Real user of a task; false if it is gone. */
bool proc_uid(pid_t tid, uid_t *ret);
/*
 * As ps(1) has it: R, S, D, Z, T (stopped by a signal), t (by a debugger); 0 if gone.
 * *ret_start: in clock ticks since boot, to tell a PID from its next owner; may be NULL.
 */
char proc_state(pid_t pid, uint64_t *ret_start);
/* All threads of a process: heap array. 0 or -errno. */
int proc_threads(pid_t pid, pid_t **ret, size_t *ret_n);
bool proc_exists(pid_t pid);
/* All processes now: heap array of PIDs. */
int proc_pids(pid_t **ret, size_t *ret_n);
