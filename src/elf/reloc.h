/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The slots that the loader fills with addresses of functions: those a PLT jumps through,
 * pointers in data, and IRELATIVE ones, which hold the answer of an IFUNC's resolver
 * (elf-facts 2.4, 4.2). What a slot holds in a process is read elsewhere.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/elffile.h"

enum elf_reloc_kind {
	RELOC_JUMP_SLOT, /* bound lazily or at once: the address of the named symbol */
	RELOC_GLOB_DAT,  /* bound at once; of a word of data too (R_*_64, R_*_ABS64) */
	RELOC_IRELATIVE, /* what the resolver at `addend` returned */
};

struct elf_reloc {
	enum elf_reloc_kind kind;
	uint64_t vaddr;      /* of the slot */
	uint64_t addend;     /* RELOC_IRELATIVE: address of the resolver; else what is added */
	const char *name;    /* of the symbol; NULL: none. Lives as long as the elffile */
	const char *version; /* asked for, or defined here; NULL: none */
	uint64_t value;      /* the symbol's address in this file; 0: it is another's */
};

/*
 * All such slots, in the order of their tables. Loaded once; the array is the elffile's. A
 * file without relocations (or on a machine not known here) has none. -EBADMSG with a
 * message when the tables lie outside the file.
 */
int elf_relocs(struct elffile *f, const struct elf_reloc **ret, size_t *ret_n,
	       struct err *err);
/* What the file itself holds in the slot, before the loader. False: no bytes there. */
bool elf_reloc_word(const struct elffile *f, const struct elf_reloc *r, uint64_t *ret);
