/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * insn: instructions to probe (x86-64). The functions op_XX, op0f_XX and vex_XX begin with
 * that opcode byte, one for each value, and are never called: the kernel judges them by
 * their bytes when it installs a probe. The functions do_* are called at every line of
 * standard input, and what each computes is printed: `i_NAME` is its instruction of
 * interest.
 */
#include <stdio.h>

#if defined(__x86_64__)

#define EACH_BYTE(name, before)                                                          \
	asm(".text\n"                                                                    \
	    ".irp h,0,1,2,3,4,5,6,7,8,9,a,b,c,d,e,f\n"                                   \
	    ".irp l,0,1,2,3,4,5,6,7,8,9,a,b,c,d,e,f\n"                                   \
	    ".globl " name "_\\h\\l\n"                                                   \
	    ".type " name "_\\h\\l,@function\n"                                          \
	    ".balign 16\n" name "_\\h\\l:\n"                                             \
	    ".byte " before "0x\\h\\l, 0xc0\n"                                           \
	    ".skip " name "_\\h\\l + 16 - ., 0\n"                                        \
	    ".size " name "_\\h\\l, 16\n"                                                \
	    ".endr\n.endr\n")

EACH_BYTE("op", "");
EACH_BYTE("op0f", "0x0f,");
EACH_BYTE("vex", "0xc5,0xf9,");

/* %rdi: 32 bytes to read, %rsi: 16 to fill. Behind the instruction no slot of the kernel's
   reaches: 32 bytes of no-ops. */
#define FUNCTION(name, before, insn, after)                                              \
	void do_##name(const void *, void *);                                            \
	asm(".text\n.globl do_" #name ", i_" #name "\n"                                  \
	    ".type do_" #name ",@function\n.type i_" #name ",@function\n"                \
	    ".balign 16\ndo_" #name ":\n" before "\n"                                    \
	    "i_" #name ": " insn "\n.size i_" #name ", .-i_" #name "\n"                  \
	    ".rept 32\nnop\n.endr\n" after "\nret\n.size do_" #name ", .-do_" #name "\n")

#define LOAD "vmovups (%rdi), %xmm0\nvmovups 16(%rdi), %xmm1"
#define STORE "vmovups %xmm0, (%rsi)"

FUNCTION(endbr, "", "endbr64", "");
FUNCTION(push, "", "push %rbp", "pop %rbp");
FUNCTION(sub, "", "sub $8, %rsp", "add $8, %rsp");
FUNCTION(nop, "", "nop", "");
FUNCTION(fs, "", "mov %fs:0, %rax", "");
FUNCTION(rip, "", "lea do_rip(%rip), %rax", "");
FUNCTION(lock, "", "lock incl (%rsi)", "");
FUNCTION(cs, "", ".byte 0x2e, 0x0f, 0x1f, 0x00", "");
FUNCTION(sse_shuffle, "movups (%rdi), %xmm0", "pshufd $0x1b, %xmm0, %xmm0",
	 "movups %xmm0, (%rsi)");
FUNCTION(vaddps, LOAD, "vaddps %xmm1, %xmm0, %xmm0", STORE);
FUNCTION(vmovups, "", "vmovups (%rdi), %xmm0", STORE);
FUNCTION(vpxor, LOAD, "vpxor %xmm1, %xmm0, %xmm0", STORE);
FUNCTION(vpshufd, LOAD, "vpshufd $0x1b, %xmm0, %xmm0", STORE);
FUNCTION(vpor, LOAD, "vpor %xmm1, %xmm0, %xmm0", STORE);
FUNCTION(vpcmpeqb, LOAD, "vpcmpeqb %xmm0, %xmm0, %xmm0", STORE);
FUNCTION(vmovdqu, LOAD, "vmovdqu %xmm0, (%rsi)", "");

static const struct {
	const char *name;
	void (*call)(const void *, void *);
	int is_avx;
} functions[] = {
	{ "endbr", do_endbr, 0 },
	{ "push", do_push, 0 },
	{ "sub", do_sub, 0 },
	{ "nop", do_nop, 0 },
	{ "fs", do_fs, 0 },
	{ "rip", do_rip, 0 },
	{ "lock", do_lock, 0 },
	{ "cs", do_cs, 0 },
	{ "sse_shuffle", do_sse_shuffle, 0 },
	{ "vaddps", do_vaddps, 1 },
	{ "vmovups", do_vmovups, 1 },
	{ "vpxor", do_vpxor, 1 },
	{ "vpshufd", do_vpshufd, 1 },
	{ "vpor", do_vpor, 1 },
	{ "vpcmpeqb", do_vpcmpeqb, 1 },
	{ "vmovdqu", do_vmovdqu, 1 },
};

static void call(size_t i)
{
	unsigned char from[32], to[16] = { 0 };

	for (int k = 0; k < 32; k++)
		from[k] = k * 7 + 1;
	functions[i].call(from, to);
	printf("%s ", functions[i].name);
	for (int k = 0; k < 16; k++)
		printf("%02x", to[k]);
	putchar('\n');
}

int main(void)
{
	int has_avx = __builtin_cpu_supports("avx");
	char line[16];

	while (fgets(line, sizeof(line), stdin)) {
		for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
			if (has_avx || !functions[i].is_avx)
				call(i);
		puts("end");
		fflush(stdout);
	}
	return 0;
}

#else

int main(void)
{
	puts("not on this machine");
	return 0;
}

#endif
