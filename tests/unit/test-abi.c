/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <string.h>

#include "probe/abi.h"
#include "unit.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

/* Golden: what the kernel is told, from each psABI. */
static const struct {
	uint16_t machine;
	uint8_t elf_class;
	const char *name, *first, *last_reg;
	unsigned in_regs;
	const char *first_stack, *second_stack, *caller;
	unsigned min_insn;
} golden[] = {
	{ EM_X86_64, 2, "x86-64", "%di", "%r9", 6, "+8(%sp)", "+16(%sp)", "+0(%sp)", 1 },
	{ EM_386, 1, "i386", "+4(%sp)", NULL, 0, "+4(%sp)", "+8(%sp)", "+0(%sp)", 1 },
	{ EM_AARCH64, 2, "arm64", "%x0", "%x7", 8, "+0(%sp)", "+8(%sp)", "%x30", 4 },
	{ EM_ARM, 1, "arm", "%r0", "%r3", 4, "+0(%sp)", "+4(%sp)", "%lr", 4 },
	{ EM_RISCV, 2, "riscv64", "%a0", "%a7", 8, "+0(%sp)", "+8(%sp)", "%ra", 2 },
	{ EM_PPC64, 2, "ppc64le", "%r3", "%r10", 8, "+96(%r1)", "+104(%r1)", "%link", 4 },
	{ EM_S390, 2, "s390x", "%r2", "%r6", 5, "+160(%r15)", "+168(%r15)", "%r14", 2 },
	{ EM_LOONGARCH, 2, "loongarch64", "%r4", "%r11", 8, "+0(%r3)", "+8(%r3)", "%r1", 4 },
	{ EM_MIPS, 1, "mips", "%r4", "%r7", 4, "+16(%r29)", "+20(%r29)", "%r31", 4 },
	{ EM_MIPS, 2, "mips64", "%r4", "%r11", 8, "+0(%r29)", "+8(%r29)", "%r31", 4 },
};

static void check_arg(const struct abi *abi, unsigned n, const char *want)
{
	auto_buf b = BUF_INIT;

	abi_format_arg(abi, &abi->call, n, 0, &b);
	ck_assert_str_eq(buf_str(&b), want);
}

START_TEST(lowers_arguments)
{
	const struct abi *abi = abi_find(golden[_i].machine, golden[_i].elf_class);
	auto_buf b = BUF_INIT;

	ck_assert_ptr_nonnull(abi);
	ck_assert_str_eq(abi->name, golden[_i].name);
	ck_assert_int_eq(abi->word, golden[_i].elf_class == 2 ? 8 : 4);
	check_arg(abi, 1, golden[_i].first);
	if (golden[_i].in_regs)
		check_arg(abi, golden[_i].in_regs, golden[_i].last_reg);
	check_arg(abi, golden[_i].in_regs + 1, golden[_i].first_stack);
	check_arg(abi, golden[_i].in_regs + 2, golden[_i].second_stack);
	abi_format_caller(abi, &b);
	ck_assert_str_eq(b.p, golden[_i].caller);
	ck_assert_uint_eq(abi->min_insn, golden[_i].min_insn);
	/* Those on which tests/kernel/args.test was seen to pass. */
	ck_assert_int_eq(abi->proven, abi->machine == EM_X86_64 || abi->machine == EM_386 ||
					      abi->machine == EM_AARCH64 ||
					      abi->machine == EM_RISCV);
}
END_TEST

START_TEST(tables_are_consistent)
{
	const struct abi *abi = abi_find(golden[_i].machine, golden[_i].elf_class);
	unsigned bits;

	for (const char *const *arg = abi->call.regs; *arg; arg++)
		ck_assert_str_eq(abi_reg(abi, *arg, &bits), *arg);
	for (const struct abi_alias *a = abi->aliases; a->name; a++) {
		const char *reg = abi_reg(abi, a->name, &bits);

		ck_assert_ptr_nonnull(reg);
		/* An alias the kernel knows as a register would never be reached. */
		ck_assert_str_eq(reg, a->reg);
		ck_assert_str_ne(reg, a->name);
		ck_assert_str_eq(abi_reg(abi, reg, &bits), reg);
	}
	ck_assert_ptr_nonnull(abi_reg(abi, abi->sp, &bits));
	if (abi->link)
		ck_assert_ptr_nonnull(abi_reg(abi, abi->link, &bits));
}
END_TEST

static const struct {
	uint16_t machine;
	uint8_t elf_class;
	const char *typed, *reg;
	unsigned bits;
} regs[] = {
	{ EM_X86_64, 2, "di", "di", 0 },      { EM_X86_64, 2, "rdi", "di", 0 },
	{ EM_X86_64, 2, "edi", "di", 32 },    { EM_X86_64, 2, "dil", "di", 8 },
	{ EM_X86_64, 2, "r8", "r8", 0 },      { EM_X86_64, 2, "r15w", "r15", 16 },
	{ EM_X86_64, 2, "rip", "ip", 0 },     { EM_X86_64, 2, "RDI", NULL, 0 },
	{ EM_X86_64, 2, "xmm0", NULL, 0 },    { EM_X86_64, 2, "", NULL, 0 },
	{ EM_386, 1, "eax", "ax", 0 },	      { EM_386, 1, "al", "ax", 8 },
	{ EM_386, 1, "r8", NULL, 0 },	      { EM_386, 1, "rax", NULL, 0 },
	{ EM_AARCH64, 2, "w0", "x0", 32 },    { EM_AARCH64, 2, "x30", "x30", 0 },
	{ EM_AARCH64, 2, "lr", "lr", 0 },     { EM_AARCH64, 2, "fp", "x29", 0 },
	{ EM_AARCH64, 2, "x31", NULL, 0 },    { EM_ARM, 1, "r12", "ip", 0 },
	{ EM_RISCV, 2, "a0", "a0", 0 },	      { EM_RISCV, 2, "x10", "a0", 0 },
	{ EM_RISCV, 2, "fp", "s0", 0 },	      { EM_PPC64, 2, "gpr3", "gpr3", 0 },
	{ EM_PPC64, 2, "lr", "link", 0 },     { EM_LOONGARCH, 2, "a0", "r4", 0 },
	{ EM_LOONGARCH, 2, "sp", "r3", 0 },   { EM_S390, 2, "psw", NULL, 0 },
	{ EM_MIPS, 1, "t0", "r8", 0 },	      { EM_MIPS, 2, "t0", "r12", 0 },
};

START_TEST(knows_register_names)
{
	unsigned bits = 0;
	const char *reg = abi_reg(abi_find(regs[_i].machine, regs[_i].elf_class),
				  regs[_i].typed, &bits);

	if (!regs[_i].reg) {
		ck_assert_ptr_null(reg);
		return;
	}
	ck_assert_ptr_nonnull(reg);
	ck_assert_str_eq(reg, regs[_i].reg);
	ck_assert_uint_eq(bits, regs[_i].bits);
}
END_TEST

START_TEST(knows_what_it_does_not_know)
{
	ck_assert_ptr_null(abi_find(EM_SPARC, 1));
	ck_assert_ptr_null(abi_find(EM_X86_64, 1)); /* x32: 8-byte slots, 4-byte pointers */
	ck_assert_ptr_null(abi_find(EM_NONE, 0));
	ck_assert(abi_knows_reg("rdi"));
	ck_assert(abi_knows_reg("x30"));
	ck_assert(!abi_knows_reg("count"));
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, lowers_arguments, 0, ARRAY_SIZE(golden));
	tcase_add_loop_test(c, tables_are_consistent, 0, ARRAY_SIZE(golden));
	tcase_add_loop_test(c, knows_register_names, 0, ARRAY_SIZE(regs));
	tcase_add_test(c, knows_what_it_does_not_know);
}

UNIT_MAIN("abi", fill)
