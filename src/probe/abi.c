/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Register names are those of regoffset_table[] in arch/…/kernel/ptrace.c, in lower case
 * and letter for letter (kernel-facts 2); what a register is for is each psABI's. Values
 * in floating-point registers are out of reach: they are not in struct pt_regs.
 */
#include <elf.h>
#include <string.h>

#include "base/attr.h"
#include "probe/abi.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ALIASES(...) ((const struct abi_alias[]){ __VA_ARGS__, { NULL, NULL, 0 } })

#define X86_ALIASES                                                                      \
	{ "eax", "ax", 32 }, { "ebx", "bx", 32 }, { "ecx", "cx", 32 },                   \
	{ "edx", "dx", 32 }, { "esi", "si", 32 }, { "edi", "di", 32 },                   \
	{ "ebp", "bp", 32 }, { "esp", "sp", 32 }, { "eip", "ip", 32 },                   \
	{ "eflags", "flags", 32 }, { "al", "ax", 8 }, { "bl", "bx", 8 },                 \
	{ "cl", "cx", 8 }, { "dl", "dx", 8 }

#define R8_TO_15(suffix, bits)                                                           \
	{ "r8" suffix, "r8", bits }, { "r9" suffix, "r9", bits },                        \
	{ "r10" suffix, "r10", bits }, { "r11" suffix, "r11", bits },                    \
	{ "r12" suffix, "r12", bits }, { "r13" suffix, "r13", bits },                    \
	{ "r14" suffix, "r14", bits }, { "r15" suffix, "r15", bits }

#define R0_TO_R15(r)                                                                     \
	r "0", r "1", r "2", r "3", r "4", r "5", r "6", r "7", r "8", r "9", r "10",    \
	r "11", r "12", r "13", r "14", r "15"
#define R16_TO_R30(r)                                                                    \
	r "16", r "17", r "18", r "19", r "20", r "21", r "22", r "23", r "24", r "25",  \
	r "26", r "27", r "28", r "29", r "30"

#define W(n) { "w" #n, "x" #n, 32 }

static const struct abi x86_64 = {
	.name = "x86-64", .machine = EM_X86_64, .elf_class = ELFCLASS64, .word = 8,
	.regs = LIST("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ax", "bx", "cx",
		     "dx", "si", "di", "bp", "sp", "ip", "flags", "cs", "ss", "orig_ax"),
	.aliases = ALIASES({ "rax", "ax", 0 }, { "rbx", "bx", 0 }, { "rcx", "cx", 0 },
			   { "rdx", "dx", 0 }, { "rsi", "si", 0 }, { "rdi", "di", 0 },
			   { "rbp", "bp", 0 }, { "rsp", "sp", 0 }, { "rip", "ip", 0 },
			   { "rflags", "flags", 0 }, { "sil", "si", 8 }, { "dil", "di", 8 },
			   { "bpl", "bp", 8 }, { "spl", "sp", 8 }, X86_ALIASES,
			   R8_TO_15("d", 32), R8_TO_15("w", 16), R8_TO_15("b", 8)),
	.call = { LIST("di", "si", "dx", "cx", "r8", "r9"), 8 },
	.sp = "sp", .not_user = 1ULL << 63, .min_insn = 1, .proven = true,
};

/* 32-bit code is run by a 64-bit kernel as well: only the names both have. */
static const struct abi i386 = {
	.name = "i386", .machine = EM_386, .elf_class = ELFCLASS32, .word = 4,
	.regs = LIST("ax", "bx", "cx", "dx", "si", "di", "bp", "sp", "ip", "flags", "cs",
		     "ss", "orig_ax"),
	.aliases = ALIASES(X86_ALIASES),
	.call = { (const char *const[]){ NULL }, 4 },
	.sp = "sp", .min_insn = 1, .proven = true,
};

/* Bit 55 chooses between the tables of user and kernel; those above it may be a tag. */
static const struct abi arm64 = {
	.name = "arm64", .machine = EM_AARCH64, .elf_class = ELFCLASS64, .word = 8,
	.regs = LIST(R0_TO_R15("x"), R16_TO_R30("x"), "lr", "sp", "pc", "pstate"),
	.aliases = ALIASES(W(0), W(1), W(2), W(3), W(4), W(5), W(6), W(7), W(8), W(9), W(10),
			   W(11), W(12), W(13), W(14), W(15), W(16), W(17), W(18), W(19),
			   W(20), W(21), W(22), W(23), W(24), W(25), W(26), W(27), W(28),
			   W(29), W(30), { "fp", "x29", 0 }, { "wsp", "sp", 32 },
			   { "ip0", "x16", 0 }, { "ip1", "x17", 0 }),
	.call = { LIST("x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"), 0 },
	.sp = "sp", .link = "x30", .not_user = 1ULL << 55, .min_insn = 4, .proven = true,
};

/* The kernel cannot probe Thumb code; whoever finds a symbol's bit 0 set refuses it. */
static const struct abi arm = {
	.name = "arm", .machine = EM_ARM, .elf_class = ELFCLASS32, .word = 4,
	.regs = LIST("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "fp",
		     "ip", "sp", "lr", "pc", "cpsr", "ORIG_r0"),
	.aliases = ALIASES({ "r11", "fp", 0 }, { "r12", "ip", 0 }, { "r13", "sp", 0 },
			   { "r14", "lr", 0 }, { "r15", "pc", 0 }, { "a1", "r0", 0 },
			   { "a2", "r1", 0 }, { "a3", "r2", 0 }, { "a4", "r3", 0 },
			   { "v1", "r4", 0 }, { "v2", "r5", 0 }, { "v3", "r6", 0 },
			   { "v4", "r7", 0 }, { "v5", "r8", 0 }, { "v6", "r9", 0 },
			   { "sb", "r9", 0 }, { "sl", "r10", 0 }, { "v7", "r10", 0 }),
	.call = { LIST("r0", "r1", "r2", "r3"), 0 },
	.sp = "sp", .link = "lr", .min_insn = 4,
};

static const struct abi riscv64 = {
	.name = "riscv64", .machine = EM_RISCV, .elf_class = ELFCLASS64, .word = 8,
	.regs = LIST("epc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1",
		     "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7",
		     "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", "status", "badaddr",
		     "cause", "orig_a0"),
	.aliases = ALIASES({ "pc", "epc", 0 }, { "fp", "s0", 0 }, { "x1", "ra", 0 },
			   { "x2", "sp", 0 }, { "x3", "gp", 0 }, { "x4", "tp", 0 },
			   { "x5", "t0", 0 }, { "x6", "t1", 0 }, { "x7", "t2", 0 },
			   { "x8", "s0", 0 }, { "x9", "s1", 0 }, { "x10", "a0", 0 },
			   { "x11", "a1", 0 }, { "x12", "a2", 0 }, { "x13", "a3", 0 },
			   { "x14", "a4", 0 }, { "x15", "a5", 0 }, { "x16", "a6", 0 },
			   { "x17", "a7", 0 }, { "x18", "s2", 0 }, { "x19", "s3", 0 },
			   { "x20", "s4", 0 }, { "x21", "s5", 0 }, { "x22", "s6", 0 },
			   { "x23", "s7", 0 }, { "x24", "s8", 0 }, { "x25", "s9", 0 },
			   { "x26", "s10", 0 }, { "x27", "s11", 0 }, { "x28", "t3", 0 },
			   { "x29", "t4", 0 }, { "x30", "t5", 0 }, { "x31", "t6", 0 }),
	.call = { LIST("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"), 0 },
	.sp = "sp", .link = "ra", .min_insn = 2, .proven = true,
};

/* ELFv2. Big-endian ELFv1 lays its stack out otherwise and calls through descriptors. */
static const struct abi ppc64 = {
	.name = "ppc64le", .machine = EM_PPC64, .elf_class = ELFCLASS64, .word = 8,
	.regs = LIST(R0_TO_R15("r"), R16_TO_R30("r"), "r31", R0_TO_R15("gpr"),
		     R16_TO_R30("gpr"), "gpr31", "nip", "msr", "ctr", "link", "xer", "ccr",
		     "softe", "trap", "dar", "dsisr"),
	.aliases = ALIASES({ "lr", "link", 0 }, { "pc", "nip", 0 }, { "cr", "ccr", 0 },
			   { "sp", "r1", 0 }),
	.call = { LIST("r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"), 96 },
	.sp = "r1", .ret = "r3", .link = "link", .min_insn = 4,
};

static const struct abi s390x = {
	.name = "s390x", .machine = EM_S390, .elf_class = ELFCLASS64, .word = 8,
	.regs = LIST(R0_TO_R15("r")),
	.aliases = ALIASES({ "sp", "r15", 0 }),
	.call = { LIST("r2", "r3", "r4", "r5", "r6"), 160 },
	.sp = "r15", .link = "r14", .min_insn = 2,
};

static const struct abi loongarch64 = {
	.name = "loongarch64", .machine = EM_LOONGARCH, .elf_class = ELFCLASS64, .word = 8,
	.regs = LIST(R0_TO_R15("r"), R16_TO_R30("r"), "r31", "orig_a0", "csr_era",
		     "csr_badvaddr", "csr_crmd", "csr_prmd", "csr_euen", "csr_ecfg",
		     "csr_estat"),
	.aliases = ALIASES({ "zero", "r0", 0 }, { "ra", "r1", 0 }, { "tp", "r2", 0 },
			   { "sp", "r3", 0 }, { "a0", "r4", 0 }, { "a1", "r5", 0 },
			   { "a2", "r6", 0 }, { "a3", "r7", 0 }, { "a4", "r8", 0 },
			   { "a5", "r9", 0 }, { "a6", "r10", 0 }, { "a7", "r11", 0 },
			   { "t0", "r12", 0 }, { "t1", "r13", 0 }, { "t2", "r14", 0 },
			   { "t3", "r15", 0 }, { "t4", "r16", 0 }, { "t5", "r17", 0 },
			   { "t6", "r18", 0 }, { "t7", "r19", 0 }, { "t8", "r20", 0 },
			   { "fp", "r22", 0 }, { "s9", "r22", 0 }, { "s0", "r23", 0 },
			   { "s1", "r24", 0 }, { "s2", "r25", 0 }, { "s3", "r26", 0 },
			   { "s4", "r27", 0 }, { "s5", "r28", 0 }, { "s6", "r29", 0 },
			   { "s7", "r30", 0 }, { "s8", "r31", 0 }, { "pc", "csr_era", 0 }),
	.call = { LIST("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11"), 0 },
	.sp = "r3", .link = "r1", .min_insn = 4,
};

#define MIPS_REGS                                                                        \
	LIST(R0_TO_R15("r"), R16_TO_R30("r"), "r31", "c0_status", "hi", "lo",            \
	     "c0_badvaddr", "c0_cause", "c0_epc")
#define MIPS_ALIASES                                                                     \
	{ "zero", "r0", 0 }, { "at", "r1", 0 }, { "v0", "r2", 0 }, { "v1", "r3", 0 },    \
	{ "a0", "r4", 0 }, { "a1", "r5", 0 }, { "a2", "r6", 0 }, { "a3", "r7", 0 },      \
	{ "s0", "r16", 0 }, { "s1", "r17", 0 }, { "s2", "r18", 0 }, { "s3", "r19", 0 },  \
	{ "s4", "r20", 0 }, { "s5", "r21", 0 }, { "s6", "r22", 0 }, { "s7", "r23", 0 },  \
	{ "t8", "r24", 0 }, { "t9", "r25", 0 }, { "gp", "r28", 0 }, { "sp", "r29", 0 },  \
	{ "fp", "r30", 0 }, { "s8", "r30", 0 }, { "ra", "r31", 0 }, { "pc", "c0_epc", 0 }

/* o32: the first four words have room on the stack though they come in registers. */
static const struct abi mips32 = {
	.name = "mips", .machine = EM_MIPS, .elf_class = ELFCLASS32, .word = 4,
	.regs = MIPS_REGS,
	.aliases = ALIASES(MIPS_ALIASES, { "t0", "r8", 0 }, { "t1", "r9", 0 },
			   { "t2", "r10", 0 }, { "t3", "r11", 0 }, { "t4", "r12", 0 },
			   { "t5", "r13", 0 }, { "t6", "r14", 0 }, { "t7", "r15", 0 }),
	.call = { LIST("r4", "r5", "r6", "r7"), 16 },
	.sp = "r29", .ret = "r2", .link = "r31", .min_insn = 4,
};

static const struct abi mips64 = {
	.name = "mips64", .machine = EM_MIPS, .elf_class = ELFCLASS64, .word = 8,
	.regs = MIPS_REGS,
	.aliases = ALIASES(MIPS_ALIASES, { "a4", "r8", 0 }, { "a5", "r9", 0 },
			   { "a6", "r10", 0 }, { "a7", "r11", 0 }, { "t0", "r12", 0 },
			   { "t1", "r13", 0 }, { "t2", "r14", 0 }, { "t3", "r15", 0 }),
	.call = { LIST("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11"), 0 },
	.sp = "r29", .ret = "r2", .link = "r31", .min_insn = 4,
};

static const struct abi *const abis[] = {
	&x86_64, &i386, &arm64, &arm, &riscv64, &ppc64, &s390x, &loongarch64, &mips32, &mips64,
};

const struct abi *abi_find(uint16_t machine, uint8_t elf_class)
{
	for (size_t i = 0; i < ARRAY_SIZE(abis); i++)
		if (abis[i]->machine == machine && abis[i]->elf_class == elf_class)
			return abis[i];
	return NULL;
}

const char *abi_reg(const struct abi *abi, const char *name, unsigned *ret_bits)
{
	for (const char *const *reg = abi->regs; *reg; reg++)
		if (strcmp(*reg, name) == 0) {
			*ret_bits = 0;
			return *reg;
		}
	for (const struct abi_alias *alias = abi->aliases; alias->name; alias++)
		if (strcmp(alias->name, name) == 0) {
			*ret_bits = alias->bits == abi->word * 8U ? 0 : alias->bits;
			return alias->reg;
		}
	return NULL;
}

bool abi_knows_reg(const char *name)
{
	unsigned bits;

	for (size_t i = 0; i < ARRAY_SIZE(abis); i++)
		if (abi_reg(abis[i], name, &bits))
			return true;
	return false;
}

static unsigned count_regs(const struct abi_call *call)
{
	unsigned n = 0;

	while (call->regs[n])
		n++;
	return n;
}

bool abi_arg_on_stack(const struct abi_call *call, unsigned n)
{
	return n > count_regs(call);
}

void abi_format_arg(const struct abi *abi, const struct abi_call *call, unsigned n,
		    unsigned skip, struct buf *b)
{
	unsigned in_regs = count_regs(call);

	if (n <= in_regs)
		buf_addf(b, "%%%s", call->regs[n - 1]);
	else
		buf_addf(b, "+%lu(%%%s)",
			 call->first_on_stack + (unsigned long)(n - in_regs - 1) * abi->word + skip,
			 abi->sp);
}

void abi_format_caller(const struct abi *abi, struct buf *b)
{
	if (abi->link)
		buf_addf(b, "%%%s", abi->link);
	else
		buf_addf(b, "+0(%%%s)", abi->sp);
}
