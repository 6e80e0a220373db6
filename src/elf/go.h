/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a Go linker left in a file: that it was there, of which version, and which code is
 * its own. How Go passes arguments depends on the version (probe/abi-go.c).
 */

#include <stdbool.h>
#include <stdint.h>

#include "elf/elffile.h"

#define GO_VERSION_MAX 96

struct elf_go {
	const char *shown_by; /* the section that gives Go away; NULL: no Go program */
	char version[GO_VERSION_MAX + 1]; /* "go1.21.3", printable; "": it was not found */
	unsigned minor;       /* the 21 of it; 0: not known */
	bool is_devel;        /* made on the way from 1.(minor - 1) to 1.minor */
	bool is_gccgo;        /* passes arguments as C does */
	bool has_own_abi;     /* built with an experiment that changes how (X:noregabi) */
	uint64_t text, etext; /* addresses of what its linker laid out; 0, 0: not known */
};

/* Read on first use; the elffile's. */
const struct elf_go *elf_go(struct elffile *f);
