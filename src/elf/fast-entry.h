/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Where a function's calls may be counted behind its endbr64. The kernel single-steps
 * endbr64, but emulates the push or jump that mostly follows: a tenth of the cost or less.
 * endbr64 changes nothing, so that registers and stack are those of the entry.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/elffile.h"

/* How far behind the entry. */
#define FAST_ENTRY_OFFSET 4

struct fast_entry {
	uint64_t offset; /* of the function, a file offset */
	uint64_t size;   /* 0: not known, and so nothing is proven */
	bool proven;     /* the result */
};

/*
 * Proves for each function that the instruction behind its endbr64 runs once for each call
 * that the entry sees. Needed for it:
 *
 *  - The file is x86-64 and loaded anywhere (ET_DYN), so that every address in its data has
 *    a relocation, and all of a function's code addresses are relative to where they stand.
 *  - The second instruction is one the kernel emulates: push, jmp, nop. Not call, which it
 *    emulates without the shadow stack; not the nop of 5 bytes, which it makes a call.
 *  - No byte of the executable segments could begin a displacement to it, of 8 bits behind
 *    the opcode of a branch, or of 32 bits behind whatever (a branch, or taking its
 *    address): what is no instruction is looked at as if it were.
 *  - No word of the file's memory holds its address: no relocation's addend, no symbol's
 *    value. Nor does the loader make it of the two.
 *  - All bytes of the function are instructions, and none is an indirect jump, which a table
 *    of distances could lead back there.
 *
 * Beyond that it is for a hand-written table of another function to lead there; compilers
 * let no label stand before a function's first push.
 */
void fast_entry_prove(struct elffile *f, struct fast_entry *entries, size_t n);
