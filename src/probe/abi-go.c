/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers are those of Go's src/cmd/compile/abi-internal.md, in its order and by the
 * kernel's names; since when, of internal/buildcfg/exp.go and the release notes; where the
 * stack's begin, of FixedFrameSize in cmd/internal/sys/arch.go, and behind the return
 * address where the call pushes one. What does not fit into registers follows on the stack.
 */
#include <elf.h>

#include "base/attr.h"
#include "probe/abi-go.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ON_STACK(from) .stack = { (const char *const[]){ NULL }, from }
#define IN_REGS(from, ...) .regs = { LIST(__VA_ARGS__), from }, ON_STACK(from)

static const struct {
	uint16_t machine;
	uint8_t elf_class;
	struct abi_go go;
} gos[] = {
	{ EM_X86_64, ELFCLASS64,
	  { 17, IN_REGS(8, "ax", "bx", "cx", "di", "si", "r8", "r9", "r10", "r11"),
	    .proven = true } },
	{ EM_AARCH64, ELFCLASS64,
	  { 18, IN_REGS(8, "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
			"x11", "x12", "x13", "x14", "x15"),
	    .proven = true } },
	{ EM_PPC64, ELFCLASS64,
	  { 18, IN_REGS(32, "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r14", "r15",
			"r16", "r17") } },
	{ EM_RISCV, ELFCLASS64,
	  { 19, IN_REGS(8, "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s0", "s1", "s2",
			"s3", "s4", "s5", "s6", "s7"),
	    .proven = true } },
	{ EM_LOONGARCH, ELFCLASS64,
	  { 22, IN_REGS(8, "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13",
			"r14", "r15", "r16", "r17", "r18", "r19") } },
	{ EM_S390, ELFCLASS64,
	  { 26, IN_REGS(8, "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9") } },
	{ EM_386, ELFCLASS32, { 0, ON_STACK(4), .proven = true } },
	{ EM_ARM, ELFCLASS32, { 0, ON_STACK(4) } },
	{ EM_MIPS, ELFCLASS32, { 0, ON_STACK(4) } },
	{ EM_MIPS, ELFCLASS64, { 0, ON_STACK(8) } },
};

const struct abi_go *abi_go_find(const struct abi *abi)
{
	for (size_t i = 0; i < ARRAY_SIZE(gos); i++)
		if (gos[i].machine == abi->machine && gos[i].elf_class == abi->elf_class)
			return &gos[i].go;
	return NULL;
}

const struct abi_call *abi_go_call(const struct abi_go *go, unsigned minor)
{
	return go->since && minor >= go->since ? &go->regs : &go->stack;
}
