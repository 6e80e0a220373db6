/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Calling conventions and register names, one table per architecture (kernel-facts 2).
 * Keyed by what the ELF file says (e_machine, class); the register names are those of the
 * kernel that runs it, which for 32-bit x86 code may be a 64-bit one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/fetch.h"

struct abi_alias {
	const char *name, *reg;
	unsigned bits; /* of that part of the register; 0: all of it */
};

/* Where integer and pointer arguments are at a function's first instruction. */
struct abi_call {
	const char *const *regs; /* the first ones, in order; NULL-terminated */
	int first_on_stack;      /* offset from SP of the first of the others */
};

struct abi {
	const char *name;    /* "x86-64" */
	uint16_t machine;    /* EM_… */
	uint8_t elf_class;   /* 1: 32-bit, 2: 64-bit */
	uint8_t word;        /* bytes in a register or pointer of the target */
	const char *const *regs;    /* names the kernel takes, NULL-terminated */
	const struct abi_alias *aliases; /* the assembler's names; ends with a NULL name */
	struct abi_call call; /* as C passes arguments */
	const char *sp;      /* stack pointer register */
	const char *ret;     /* register of the return value where $retval is not; else NULL */
	const char *link;    /* register that holds the return address at entry; NULL: at +0(SP) */
	uint64_t not_user;   /* an address with one of these bits is no program's; 0: unknown */
	unsigned min_insn;   /* alignment a probe needs */
	bool proven;         /* run on a real kernel, not only read in the psABI */
};

/* The table for a file, or NULL for an unknown machine. */
const struct abi *abi_find(uint16_t machine, uint8_t elf_class);
/*
 * The kernel's name of a register the user wrote without '%' (rdi → di, x30 → x30,
 * w0 → x0, a0 → a0), or NULL. *ret_bits is the width the name implies (edi: 32), 0 if none.
 */
const char *abi_reg(const struct abi *abi, const char *name, unsigned *ret_bits);
/* Whether the name, without '%', is a register's anywhere: for hints. */
bool abi_knows_reg(const char *name);
/*
 * Adds the kernel's fetch argument for the N-th (from 1) integer or pointer argument at
 * function entry: "%di", "+8(%sp)" … `skip` is how many bytes into its word on the stack
 * the value begins.
 */
void abi_format_arg(const struct abi *abi, const struct abi_call *call, unsigned n,
		    unsigned skip, struct buf *b);
bool abi_arg_on_stack(const struct abi_call *call, unsigned n);
/* Adds the fetch argument for the return address at function entry. */
void abi_format_caller(const struct abi *abi, struct buf *b);
