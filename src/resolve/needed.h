/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The libraries that a program is started with, found as its loader would find them
 * (ld.so(8)). Nothing is run. What it loads later, by dlopen(3), is not among them.
 */

#include "resolve/target.h"

struct needed_file {
	char *path;          /* as it was found; owned */
	struct elffile *elf; /* owned but for the first */
	size_t by;           /* which of them needs it */
};

struct needed {
	struct needed_file *files; /* breadth first; [0] is the program itself */
	size_t n;
};

/*
 * `path` is the program's, in the environment. What is not found is left out; of a library
 * with copies for some CPUs (glibc-hwcaps) all are there.
 */
void needed_find(const struct target_env *env, const char *path, struct elffile *program,
		 struct needed *ret);
void needed_done(struct needed *needed);
