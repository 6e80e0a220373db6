/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What arch_uprobe_analyze_insn() refuses, and what it takes and then runs wrongly. Rules
 * are given by the byte patterns the kernel itself looks at (arch/x86/kernel/uprobes.c,
 * arch/arm64/kernel/probes/decode-insn.c, arch/riscv/kernel/probes/decode-insn.c).
 */
#include "elf/insn.h"
#include "elf/private.h"
#include "elf/x86.h"

struct opcode_range {
	uint8_t from, to;
	const char *what;
};

/* The zeros of good_insns_64[] and good_insns_32[] that both have. */
static const struct opcode_range bad[] = {
	{ 0x6c, 0x6f, "reads or writes an I/O port" },
	{ 0xcc, 0xcc, "is int3, a breakpoint already" },
	{ 0xcd, 0xcd, "is a software interrupt (int N)" },
	{ 0xce, 0xce, "is into" },
	{ 0xcf, 0xcf, "is iret" },
	{ 0xe4, 0xe7, "reads or writes an I/O port" },
	{ 0xec, 0xef, "reads or writes an I/O port" },
	{ 0xf1, 0xf1, "is int1" },
	{ 0xf4, 0xf4, "is hlt" },
	{ 0xfa, 0xfb, "is cli or sti" },
	{ 0, 0, NULL },
};

static const struct opcode_range bad_32[] = {
	{ 0x07, 0x07, "pops a segment register" },
	{ 0x17, 0x17, "pops a segment register" },
	{ 0x1f, 0x1f, "pops a segment register" },
	{ 0, 0, NULL },
};

/* The further zeros of good_insns_64[]: no instructions, but VEX forms share the bytes. */
static const struct opcode_range bad_64[] = {
	{ 0x06, 0x07, "" }, { 0x0e, 0x0e, "" }, { 0x16, 0x17, "" }, { 0x1e, 0x1f, "" },
	{ 0x27, 0x27, "" }, { 0x2f, 0x2f, "" }, { 0x37, 0x37, "" }, { 0x3f, 0x3f, "" },
	{ 0x60, 0x62, "" }, { 0x82, 0x82, "" }, { 0x9a, 0x9a, "" }, { 0xd4, 0xd6, "" },
	{ 0xea, 0xea, "" }, { 0, 0, NULL },
};

/*
 * Opcode bytes by which the kernel tells branches, returns and popf. It does not ask whether
 * a VEX prefix gave them another meaning: branch_setup_xol_ops() makes a jump, a call or a
 * no-op of them, behind "ret" the instruction pointer stays in the kernel's slot, and behind
 * "popf" the trap flag stays set. Seen on 6.18 (tests/kernel/insn.test): vpshufd, vpor,
 * vpcmpeqb and a vmovdqu store had no effect.
 */
static const struct opcode_range branches[] = {
	{ 0x70, 0x7f, "" }, { 0x90, 0x90, "" }, { 0x9d, 0x9d, "" }, { 0xc2, 0xc3, "" },
	{ 0xca, 0xcb, "" }, { 0xe8, 0xe9, "" }, { 0xeb, 0xeb, "" },
	{ 0, 0, NULL },
};

static const char *find(const struct opcode_range *range, uint8_t op)
{
	for (; range->what; range++)
		if (op >= range->from && op <= range->to)
			return range->what;
	return NULL;
}

static const char *vex_refusal(const struct x86_insn *insn, bool is_64)
{
	if (find(bad, insn->opcode) || find(is_64 ? bad_64 : bad_32, insn->opcode))
		return "is a vector instruction whose opcode byte the kernel mistakes for a "
		       "forbidden one";
	if (find(branches, insn->opcode))
		return "is a vector instruction that the kernel mistakes for a branch, a "
		       "return or popf, and would run wrongly";
	return NULL;
}

static bool is_near_branch(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0xe8: case 0xe9: case 0xeb:
		return true;
	case 0x0f:
		return insn->opcode2 >= 0x80 && insn->opcode2 <= 0x8f;
	}
	return insn->opcode >= 0x70 && insn->opcode <= 0x7f;
}

static const char *x86_refusal(const struct elffile *f, const struct insn *at)
{
	const unsigned segments = X86_PREFIX_ES | X86_PREFIX_CS | X86_PREFIX_SS |
				  X86_PREFIX_DS;
	bool is_64 = f->machine == EM_X86_64;
	struct x86_insn insn = { .len = 0 };
	const char *what;

	if (!x86_decode(at->bytes, at->n, is_64, &insn))
		return NULL;
	if (insn.prefixes & X86_PREFIX_LOCK)
		return "has a LOCK prefix";
	if (insn.prefixes & segments)
		return "has an ES, CS, SS or DS segment prefix";
	if (insn.opcode == 0x8e && (insn.modrm >> 3 & 7) == 2)
		return "loads the stack segment register";
	if (insn.is_vex)
		return vex_refusal(&insn, is_64);
	what = find(bad, insn.opcode);
	if (!what && !is_64)
		what = find(bad_32, insn.opcode);
	if (!what && is_near_branch(&insn) && (insn.prefixes & X86_PREFIX_OPERAND))
		what = "is a branch with an operand-size prefix";
	return what;
}

struct word_rule {
	uint32_t mask, value;
	const char *what; /* NULL: the kernel takes it; the first rule that fits counts */
};

static const struct word_rule arm64_rules[] = {
	{ 0xff000000, 0xd4000000, "raises an exception (svc, brk, hlt ...)" },
	{ 0xffffffff, 0xd503201f, NULL }, /* nop */
	{ 0xffffffff, 0xd50320ff, NULL }, /* xpaclri */
	{ 0xfffffd1f, 0xd503211f, NULL }, /* pacia1716, pacib1716, autia1716, autib1716 */
	{ 0xffffff1f, 0xd503231f, NULL }, /* paciasp … autibsp, paciaz … autibz */
	{ 0xffffff3f, 0xd503241f, NULL }, /* bti */
	{ 0xfffff01f, 0xd503201f, "is a hint the kernel does not step over (yield, wfe ...)" },
	{ 0xfff8f01f, 0xd500401f, "writes a system register" },
	{ 0xfff00000, 0xd5100000, "writes a system register" },
	{ 0xffffffff, 0xd53b4220, "reads DAIF" },
	{ 0xfefff800, 0xd61f0800, "is a branch with pointer authentication" },
	{ 0xfefff800, 0xd63f0800, "is a call with pointer authentication" },
	{ 0xfffffbff, 0xd65f0bff, "is a return with pointer authentication" },
	{ 0xfffffbff, 0xd69f0bff, "is eret" },
	{ 0xffffffff, 0xd69f03e0, "is eret" },
	{ 0x3b000000, 0x18000000, "loads a literal relative to the program counter" },
	{ 0x3f800000, 0x08000000, "is an exclusive load or store" },
	{ 0, 0, NULL },
};

static const struct word_rule riscv_rules[] = {
	{ 0x0000ffff, 0x00009002, "is c.ebreak, a breakpoint already" },
	{ 0x0000007f, 0x00000073, "is a system instruction (ecall, ebreak, csr...)" },
	{ 0x0000007f, 0x0000000f, "is a fence" },
	{ 0, 0, NULL },
};

static const char *by_rules(const struct word_rule *rule, uint32_t word)
{
	for (; rule->mask; rule++)
		if ((word & rule->mask) == rule->value)
			return rule->what;
	return NULL;
}

/* Instructions are little-endian there, whatever the data is. */
static uint32_t little_word(const struct insn *insn)
{
	const unsigned char *p = insn->bytes;
	uint32_t word = insn->n >= 2 ? p[0] | p[1] << 8 : 0;

	if (insn->n >= 4)
		word |= (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	return word;
}

const char *insn_refusal(const struct elffile *f, const struct insn *insn)
{
	switch (f->machine) {
	case EM_386:
	case EM_X86_64:
		return x86_refusal(f, insn);
	case EM_AARCH64:
		return insn->n >= 4 ? by_rules(arm64_rules, little_word(insn)) : NULL;
	case EM_RISCV:
		return insn->len ? by_rules(riscv_rules, little_word(insn)) : NULL;
	case EM_PPC64: /* arch_uprobe_analyze_insn(): it would cross a 64-byte line */
		if (insn->len == 8 && insn->offset % 64 == 60)
			return "is a prefixed one across a 64-byte boundary";
		break;
	}
	return NULL;
}
