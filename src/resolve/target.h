/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * TARGET: from what the user typed to one open ELF file, and the path the kernel is told.
 *
 *   a path           absolute, or relative to the working directory
 *   a program        a word without '/', found along PATH
 *   a library        a soname, stem or short name (libc.so.6, libc, c) by ld.so.cache
 *   nothing          with -p: the process's executable
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "elf/elffile.h"

/* Where names are looked up. All borrowed. */
struct target_env {
	const char *sysroot;     /* NULL: "/" */
	pid_t pid;               /* the process whose view counts; 0: ours */
	const char *search_path; /* PATH */
};

struct target {
	char *name;    /* what it is called in messages and lists: a path */
	char *path;    /* what is written to the kernel; leads to elf's inode. Valid as long as
			  the target lives: it may be /proc/self/fd/N */
	char *reason;  /* how it was found: "by ld.so.cache"; NULL: a plain path */
	struct elffile *elf;
};

struct target_list {
	struct target *targets;
	size_t n;
};
void target_list_done(struct target_list *list);

/*
 * Finds and opens the file. Candidates that differ are an error that lists them. The caller
 * adds the place in the user's text.
 */
int target_find(const struct target_env *env, const char *typed, struct target *ret,
		struct err *err);
void target_done(struct target *t);

/* Whether a file stands at a path that holds a '/', in that environment. */
bool target_path_exists(const struct target_env *env, const char *path);

/*
 * Whether the kernel can be told this path in a definition: it splits at blanks, takes '#'
 * for a comment, and knows no quoting (kernel-facts R7; byte 0xa0 is a blank to it).
 */
bool target_path_writable(const char *path);
