/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What live processes have bound a function to, an IFUNC above all, read from slots that the
 * loader filled. No code of a target is run (elf-facts 4.2: methods A to C).
 */

#include "elf/symtab.h"
#include "proc/mapped.h"

enum binding_place {
	BOUND_HERE,  /* an implementation in the file itself */
	BOUND_VDSO,  /* the kernel's own code in every process */
	BOUND_OTHER, /* another file's function of that name: LD_PRELOAD, interposition */
};

struct binding {
	uint64_t resolver; /* address of the function's symbol in the file */
	enum binding_place place;
	uint64_t offset; /* BOUND_HERE: in the file */
	char *file;      /* BOUND_OTHER; owned */
	pid_t *pids;     /* who is bound so; owned */
	size_t n;
};

struct bindings {
	struct binding *v;
	size_t n;
	size_t n_asked;  /* processes whose memory was read */
	size_t n_denied; /* that we may not look into */
};

/* Of every IFUNC of the file that it calls itself, in some of the processes that map it. */
void bindings_own(struct elffile *elf, const struct mapped *mapped, struct bindings *ret);
/* Of all its IFUNCs: what other files of the processes import them as. */
void bindings_imported(struct elffile *elf, const struct mapped *mapped, struct bindings *ret);
/* Of these functions that it exports. */
void bindings_of(struct elffile *elf, const struct mapped *mapped,
		 const struct symbol *const *symbols, size_t n, struct bindings *ret);
/* Of all its IFUNCs in this very program, if it maps the very file (libc). */
void bindings_ours(struct elffile *elf, struct bindings *ret);
void bindings_done(struct bindings *b);
