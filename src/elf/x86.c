/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instruction lengths from three opcode maps (Intel SDM vol. 2, appendix A). One character
 * for each opcode says what follows it:
 *
 *	.  nothing            m  ModRM              b  imm8         B  ModRM, imm8
 *	z  imm16 or imm32     Z  ModRM, imm16/32    w  imm16        e  imm16, imm8
 *	j  rel16 or rel32     v  imm16/32/64        o  an address   p  far pointer
 *	t  ModRM, imm8 if it is TEST                T  the same with imm16/32
 *	c  ModRM that names registers, whatever its mode says
 *	4  as below in 64-bit code: never valid there                x  not an instruction
 */
#include <string.h>

#include "elf/x86.h"

#define MAX_LEN 15

static const char one_byte[] =
	"mmmmbz..mmmmbz.x" /* 00; 0f is the way to the other maps */
	"mmmmbz..mmmmbz.."
	"mmmmbzx.mmmmbzx."
	"mmmmbzx.mmmmbzx."
	"................" /* 40: REX in 64-bit code */
	"................"
	"..mmxxxxzZbB...." /* 60 */
	"bbbbbbbbbbbbbbbb"
	"BZBBmmmmmmmmmmmm" /* 80 */
	"..........p....."
	"oooo....bz......" /* a0 */
	"bbbbbbbbvvvvvvvv"
	"BBw.mmBZe.w..b.." /* c0 */
	"mmmmbb..mmmmmmmm"
	"bbbbbbbbjjpb...." /* e0 */
	"x.xx..tT......mm";

static const char two_bytes[] =
	"mmmmx.....x.xm.B" /* 0f 00 */
	"mmmmmmmmmmmmmmmm"
	"ccccxxxxmmmmmmmm"
	"......x.xxxxxxxx"
	"mmmmmmmmmmmmmmmm" /* 0f 40 */
	"mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm"
	"BBBBmmm.mmxxmmmm"
	"jjjjjjjjjjjjjjjj" /* 0f 80 */
	"mmmmmmmmmmmmmmmm"
	"...mBmmm...mBmmm"
	"mmmmmmmmmmBmmmmm"
	"mmBmBBBm........" /* 0f c0 */
	"mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm";

/* Opcodes that 64-bit mode took away. */
static const uint8_t not_64[] = {
	0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x82,
	0x9a, 0xce, 0xd4, 0xd5, 0xd6, 0xea,
};

struct reader {
	const uint8_t *p, *end;
	bool is_64;
	struct x86_insn *insn;
};

static bool skip(struct reader *r, size_t n)
{
	if ((size_t)(r->end - r->p) < n)
		return false;
	r->p += n;
	return true;
}

static unsigned prefix_of(uint8_t byte)
{
	switch (byte) {
	case 0x26: return X86_PREFIX_ES;
	case 0x2e: return X86_PREFIX_CS;
	case 0x36: return X86_PREFIX_SS;
	case 0x3e: return X86_PREFIX_DS;
	case 0x64: return X86_PREFIX_FS;
	case 0x65: return X86_PREFIX_GS;
	case 0x66: return X86_PREFIX_OPERAND;
	case 0x67: return X86_PREFIX_ADDRESS;
	case 0xf0: return X86_PREFIX_LOCK;
	case 0xf2: return X86_PREFIX_REPNE;
	case 0xf3: return X86_PREFIX_REP;
	}
	return 0;
}

/*
 * A REX counts only right before the opcode. The processor ignores an earlier one, but
 * nobody writes it: it is text (capital letters) taken for code.
 */
static bool read_prefixes(struct reader *r)
{
	for (; r->p < r->end; r->p++) {
		bool is_rex = r->is_64 && (*r->p & 0xf0) == 0x40;

		if (!is_rex && !prefix_of(*r->p))
			return true;
		if (r->insn->rex)
			return false;
		if (is_rex)
			r->insn->rex = *r->p;
		else
			r->insn->prefixes |= prefix_of(*r->p);
	}
	return false;
}

static bool is_16_bit_address(const struct reader *r)
{
	return !r->is_64 && (r->insn->prefixes & X86_PREFIX_ADDRESS);
}

static bool skip_memory_16(struct reader *r, unsigned mod, unsigned rm)
{
	if (mod == 0)
		return skip(r, rm == 6 ? 2 : 0);
	return skip(r, mod);
}

static bool read_modrm(struct reader *r)
{
	unsigned mod, rm;

	if (r->p >= r->end)
		return false;
	r->insn->has_modrm = true;
	r->insn->modrm = *r->p++;
	mod = r->insn->modrm >> 6;
	rm = r->insn->modrm & 7;
	if (mod == 3)
		return true;
	if (is_16_bit_address(r))
		return skip_memory_16(r, mod, rm);
	if (rm == 4) {
		if (r->p >= r->end)
			return false;
		rm = *r->p++ & 7; /* the SIB's base */
	}
	if (mod == 0)
		return skip(r, rm == 5 ? 4 : 0);
	return skip(r, mod == 1 ? 1 : 4);
}

static unsigned immediate_size(const struct reader *r)
{
	return (r->insn->prefixes & X86_PREFIX_OPERAND) && !(r->insn->rex & 8) ? 2 : 4;
}

/*
 * 66 before a near branch: AMD reads 16 bits, Intel 32. Nobody emits it; with REX.W, as in
 * the padded call of a TLS sequence, they agree.
 */
static bool skip_branch(struct reader *r)
{
	if (r->is_64 && immediate_size(r) == 2)
		return false;
	return skip(r, immediate_size(r));
}

static bool skip_test(struct reader *r, size_t immediate)
{
	if (!read_modrm(r))
		return false;
	return skip(r, (r->insn->modrm & 0x38) <= 8 ? immediate : 0);
}

static bool skip_address(struct reader *r)
{
	unsigned size = r->is_64 ? 8 : 4;

	return skip(r, r->insn->prefixes & X86_PREFIX_ADDRESS ? size / 2 : size);
}

static bool skip_operands(struct reader *r, char kind)
{
	switch (kind) {
	case '.':
		return true;
	case 'm':
		return read_modrm(r);
	case 'c':
		return skip(r, 1);
	case 'b':
		return skip(r, 1);
	case 'B':
		return read_modrm(r) && skip(r, 1);
	case 'z':
		return skip(r, immediate_size(r));
	case 'Z':
		return read_modrm(r) && skip(r, immediate_size(r));
	case 'w':
		return skip(r, 2);
	case 'e':
		return skip(r, 3);
	case 'j':
		return skip_branch(r);
	case 'v':
		return skip(r, r->insn->rex & 8 ? 8 : immediate_size(r));
	case 'o':
		return skip_address(r);
	case 'p':
		return skip(r, immediate_size(r) + 2);
	case 't':
		return skip_test(r, 1);
	case 'T':
		return skip_test(r, immediate_size(r));
	}
	return false;
}

/* VEX, EVEX and XOP: `map` is the opcode map that their first bytes name. */
static bool read_vex_opcode(struct reader *r, unsigned map)
{
	const unsigned forbidden = X86_PREFIX_OPERAND | X86_PREFIX_REP | X86_PREFIX_REPNE |
				   X86_PREFIX_LOCK;
	uint8_t op;

	if (r->p >= r->end || (r->insn->prefixes & forbidden) || r->insn->rex)
		return false;
	r->insn->is_vex = true;
	op = r->insn->opcode = *r->p++;
	switch (map) {
	case 1:
		if (two_bytes[op] == 'j' || two_bytes[op] == 'x')
			return op >= 0x80 ? read_modrm(r) : op >= 0x40 && read_modrm(r);
		return skip_operands(r, op == 0x77 ? '.' : two_bytes[op] == 'B' ? 'B' : 'm');
	case 2: case 5: case 6: case 9:
		return read_modrm(r);
	case 3: case 8:
		return read_modrm(r) && skip(r, 1);
	case 10:
		return read_modrm(r) && skip(r, 4);
	}
	return false;
}

/* In 32-bit code these bytes are LES, LDS and BOUND unless they would name a register. */
static bool is_vex_here(const struct reader *r)
{
	return r->is_64 || (r->p < r->end && (*r->p & 0xc0) == 0xc0);
}

/* The opcode byte is read; true if it begins a VEX form, and then *ok is the result. */
static bool read_vex(struct reader *r, uint8_t op, bool *ok)
{
	const uint8_t *p = r->p;
	size_t left = r->end - p;

	*ok = false;
	if (op == 0x8f) {
		if (left < 1 || (p[0] & 0x1f) < 8)
			return false;
		*ok = skip(r, 2) && read_vex_opcode(r, p[0] & 0x1f);
		return true;
	}
	if ((op != 0xc4 && op != 0xc5 && op != 0x62) || !is_vex_here(r))
		return false;
	if (op == 0xc5)
		*ok = skip(r, 1) && read_vex_opcode(r, 1);
	else if (op == 0xc4)
		*ok = skip(r, 2) && (p[0] & 0x1f) <= 3 && read_vex_opcode(r, p[0] & 0x1f);
	else
		*ok = skip(r, 3) && !(p[0] & 8) && (p[1] & 4) && read_vex_opcode(r, p[0] & 7);
	return true;
}

static bool read_two_bytes(struct reader *r)
{
	uint8_t op;

	if (r->p >= r->end)
		return false;
	op = r->insn->opcode2 = *r->p++;
	if (op == 0x38)
		return skip(r, 1) && read_modrm(r);
	if (op == 0x3a)
		return skip(r, 1) && read_modrm(r) && skip(r, 1);
	/* SSE4a: 66 or f2 before 0f 78 takes two more bytes; f3 makes b8 POPCNT. */
	if (op == 0x78 && (r->insn->prefixes & (X86_PREFIX_OPERAND | X86_PREFIX_REPNE)))
		return read_modrm(r) && skip(r, 2);
	if (op == 0xb8 && !(r->insn->prefixes & X86_PREFIX_REP))
		return false;
	return skip_operands(r, two_bytes[op]);
}

/* What remains of ModRM groups that have gaps. */
static bool is_in_group(const struct x86_insn *insn)
{
	unsigned reg = insn->modrm >> 3 & 7;

	switch (insn->opcode) {
	case 0x8f:
		return reg == 0;
	case 0xc6: case 0xc7: /* f8: XABORT, XBEGIN */
		return reg == 0 || insn->modrm == 0xf8;
	case 0xfe:
		return reg <= 1;
	case 0xff:
		return reg <= 6;
	case 0x8c: case 0x8e: /* six segment registers */
		return reg <= 5;
	}
	return true;
}

static bool read_one_byte(struct reader *r)
{
	uint8_t op = *r->p++;
	bool ok;

	if (read_vex(r, op, &ok))
		return ok;
	r->insn->opcode = op;
	if (op == 0x0f)
		return read_two_bytes(r);
	if (r->is_64 && memchr(not_64, op, sizeof(not_64)))
		return false;
	return skip_operands(r, one_byte[op]) && is_in_group(r->insn);
}

bool x86_decode(const uint8_t *p, size_t n, bool is_64, struct x86_insn *ret)
{
	struct reader r = { p, p + (n < MAX_LEN ? n : MAX_LEN), is_64, ret };

	*ret = (struct x86_insn){ .len = 0 };
	if (!read_prefixes(&r) || !read_one_byte(&r))
		return false;
	ret->len = r.p - p;
	return true;
}
