/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The instruction at a file offset: whether one begins there, and whether the kernel places
 * a probe on it without harm. The kernel checks the first not at all and the second only
 * when a process maps the file (elf-facts rules 3, 4). Lengths and bytes, no mnemonics.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "elf/elffile.h"

struct insn {
	uint64_t offset;
	unsigned char bytes[16];
	size_t n;     /* of them that the file has */
	unsigned len; /* 0: not an instruction, or a machine whose lengths are not known here */
};

/* Whether the machine's instruction lengths are known here. */
bool insn_is_decoded(const struct elffile *f);
void insn_read(const struct elffile *f, uint64_t offset, struct insn *ret);
/* "endbr64", or the bytes: "48 89 e5". */
void insn_format(const struct elffile *f, const struct insn *insn, struct buf *b);
/* x86 ENDBR: the function's true entry is as well behind it. */
bool insn_is_endbr(const struct elffile *f, const struct insn *insn);
/* The x86-64 no-op of 5 bytes that Linux 6.18 turns into a call (rule 9). */
bool insn_is_nop5(const struct elffile *f, const struct insn *insn);

/*
 * Why no probe may stand on it, as the kernel's arch_uprobe_analyze_insn() sees it: a text
 * to follow "the instruction", or NULL. It holds for an offset that is an instruction's
 * first byte.
 */
const char *insn_refusal(const struct elffile *f, const struct insn *insn);

enum insn_place { INSN_START, INSN_INSIDE, INSN_UNKNOWN };

struct insn_boundary {
	enum insn_place place;
	uint64_t start;  /* INSIDE: file offset of the instruction around it … */
	uint64_t next;   /* … and of the one behind it */
	const char *why; /* UNKNOWN: the reason */
};

/*
 * Whether an instruction begins at `offset`, of the code in [from, to) that begins with one:
 * a function's bytes. from == to: no function is known there, and only machines whose
 * instructions are all of one size give an answer. START and INSIDE are proven: every
 * byte of the function decodes, and the last instruction ends where the function does.
 */
struct insn_boundary insn_boundary(struct elffile *f, uint64_t from, uint64_t to,
				   uint64_t offset);
