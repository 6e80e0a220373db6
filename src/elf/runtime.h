/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the code in a file does with its stack, as far as the file shows it: a return probe
 * replaces a return address on it, and not every program bears that (kernel-facts 6).
 */

#include "elf/elffile.h"

struct elf_runtime { /* NULL, or what in the file shows it */
	const char *go;       /* goroutine stacks move and are walked */
	const char *unwinds;  /* exceptions or panics walk the frames */
	const char *switches; /* coroutines: returns on another stack */
};

void elf_runtime_read(struct elffile *f, struct elf_runtime *ret);
