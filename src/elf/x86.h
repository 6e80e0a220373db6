/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Where an x86 instruction ends, and what of it the kernel's uprobes look at. The kernel
 * decodes with its own tables (arch/x86/lib/insn.c); these agree with it and with objdump
 * on every instruction of the system's libraries (tests/long/insn.test). No mnemonics.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	X86_PREFIX_ES = 1, X86_PREFIX_CS = 2, X86_PREFIX_SS = 4, X86_PREFIX_DS = 8,
	X86_PREFIX_LOCK = 16, X86_PREFIX_OPERAND = 32, X86_PREFIX_ADDRESS = 64,
	X86_PREFIX_REP = 128, X86_PREFIX_REPNE = 256, X86_PREFIX_FS = 512, X86_PREFIX_GS = 1024,
};

struct x86_insn {
	unsigned len;
	unsigned prefixes; /* X86_PREFIX_… */
	uint8_t rex;       /* 0: none */
	bool is_vex;       /* VEX, EVEX or XOP */
	uint8_t opcode;    /* the byte behind prefixes and VEX; 0x0f for the two-byte map … */
	uint8_t opcode2;   /* … and then the second one */
	bool has_modrm;
	uint8_t modrm;
};

/* False: not an instruction, one of unknown length, or it does not end within `n` bytes. */
bool x86_decode(const uint8_t *p, size_t n, bool is_64, struct x86_insn *ret);
