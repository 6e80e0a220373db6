/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * TARGET: from what the user typed to open ELF files, and the paths the kernel is told.
 *
 *   a path           absolute, or relative to the working directory; with -p also one that
 *                    only the process still has mapped
 *   a program        a word without '/', found along PATH
 *   a library        a soname, stem or short name (libc.so.6, libc, c): with -p by what the
 *                    process maps, else by ld.so.cache or the usual directories
 *   a pattern        over paths, or without '/' over sonames known and mapped (libssl*)
 *   *                every file that is mapped executable now
 *   nothing          the program of -p or of the command, then what else the process maps, or
 *                    the libraries that the command's loader will map
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "elf/debugfile.h"
#include "elf/elffile.h"

/* Where names are looked up. All borrowed. */
struct target_env {
	const char *sysroot;     /* NULL: "/" */
	pid_t pid;               /* the process whose view counts; 0: ours */
	const char *search_path;  /* PATH */
	const char *library_path; /* LD_LIBRARY_PATH; NULL: not set */
	debugfile_notice *debuginfod; /* ask servers for debug files, and tell; NULL: do not */
	void *debuginfod_ctx;
	const char *program;     /* argv[0] of a command to be started; NULL: none */
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

/* A file that TARGET may mean; not open yet. */
struct target_candidate {
	char *name;
	char *link;   /* opens it whatever became of its name (/proc/PID/exe); NULL: by name */
	char *reason; /* NULL: a plain path */
	bool is_choice; /* of several that could be meant: worth saying */
	dev_t dev;    /* as stat(2), or for a file opened by link as maps shows it */
	ino_t ino;
};

enum target_choice {
	TARGET_THE_ONE,  /* one candidate: what was named */
	TARGET_DEFINING, /* a pattern: every candidate that defines the function */
	TARGET_FIRST,    /* the first if it does, else the only one of the others that does */
};

struct target_search {
	enum target_choice choice;
	struct target_candidate *candidates;
	size_t n;
};

/*
 * The files that `typed` may mean, none of them twice and at least one. Libraries of one
 * short name that differ are an error that lists them, unless processes map exactly one of
 * them. The caller adds the place in the user's text.
 */
int target_search(const struct target_env *env, const char *typed,
		  struct target_search *ret, struct err *err);
/* With -p: the file that the process has mapped at an address. False: none. */
bool target_search_at(const struct target_env *env, uint64_t address,
		      struct target_search *ret);
int target_open(const struct target_env *env, const struct target_candidate *c,
		struct target *ret, struct err *err);
void target_search_done(struct target_search *s);

/* For who wants exactly one file: both steps; a pattern that means several is an error. */
int target_find(const struct target_env *env, const char *typed, struct target *ret,
		struct err *err);
void target_done(struct target *t);

/* Whether a file stands at a path that holds a '/', in that environment. */
bool target_path_exists(const struct target_env *env, const char *path);
