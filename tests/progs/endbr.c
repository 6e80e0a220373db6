/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endbr [-w] N [FUNCTION]: functions that begin with endbr64 (x86-64), each called N times, or
 * one of them. Behind it fast_* may be counted, for nothing else leads there; to the others
 * something does, or the kernel gains nothing there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ready.h"

#if defined(__x86_64__)

#define FUNCTION(name, body)                                                             \
	long name(long n);                                                               \
	asm(".text\n.globl " #name "\n.type " #name ",@function\n.balign 16\n"           \
	    #name ": endbr64\n" body "\n.size " #name ", .-" #name "\n")

FUNCTION(fast_push, "push %rbp\nmov %rdi, %rax\npop %rbp\nret");
FUNCTION(fast_push_r12, "push %r12\nmov %rdi, %rax\npop %r12\nret");
FUNCTION(fast_nop, "nop\nmov %rdi, %rax\nret");
FUNCTION(fast_jmp, "jmp identity");
FUNCTION(identity, "mov %rdi, %rax\nret");
FUNCTION(nop5, ".byte 0x0f, 0x1f, 0x44, 0, 0\nmov %rdi, %rax\nret");
FUNCTION(calls, "call identity\nret");
/* The instruction behind endbr64 runs again and again. */
FUNCTION(loops, "0: nop\nmov $1, %eax\nsub $1, %rdi\njg 0b\nret");
FUNCTION(loops_far, "0: nop\nmov $1, %eax\nsub $1, %rdi\n.byte 0x0f, 0x8f\n.long 0b-.-4\nret");
FUNCTION(loops_by_table, "0: nop\nmov $1, %eax\nsub $1, %rdi\njle 1f\nlea 2f(%rip), %rcx\n"
	 "movslq (%rcx), %rdx\nadd %rcx, %rdx\nnotrack jmp *%rdx\n1: ret\n"
	 ".pushsection .rodata\n.balign 4\n2: .long 0b-2b\n.popsection");
/* Others come there past the endbr64. */
FUNCTION(is_entered, "push %rbp\nmov %rdi, %rax\npop %rbp\nret");
FUNCTION(enters, "sub $8, %rsp\ncall is_entered+4\nadd $8, %rsp\nret");
FUNCTION(is_pointed_to, "push %rbp\nmov %rdi, %rax\npop %rbp\nret");
FUNCTION(points, "sub $8, %rsp\ncall *pointer(%rip)\nadd $8, %rsp\nret\n"
	 ".pushsection .data\n.balign 8\npointer: .quad is_pointed_to+4\n.popsection");
FUNCTION(is_taken, "push %rbp\nmov %rdi, %rax\npop %rbp\nret");
FUNCTION(takes, "sub $8, %rsp\nlea is_taken+4(%rip), %rax\ncall *%rax\nadd $8, %rsp\nret");
FUNCTION(is_named, ".globl also\n.type also,@function\nalso: push %rbp\nmov %rdi, %rax\n"
	 "pop %rbp\nret\n.size also, .-also");

static const struct {
	const char *name;
	long (*call)(long);
} functions[] = {
#define F(name) { #name, name }
	F(fast_push), F(fast_push_r12), F(fast_nop), F(fast_jmp), F(identity), F(nop5),
	F(calls), F(loops), F(loops_far), F(loops_by_table), F(is_entered), F(enters),
	F(is_pointed_to), F(points), F(is_taken), F(takes), F(is_named),
};

/* How many of N calls return something else than they should. */
static long call(size_t f, long n)
{
	long want = strncmp(functions[f].name, "loops", 5) == 0 ? 1 : 5, wrong = 0;

	for (long i = 0; i < n; i++)
		wrong += functions[f].call(5) != want;
	return wrong;
}

int main(int argc, char **argv)
{
	long wrong = 0;

	if (argc > 1 && strcmp(argv[1], "-w") == 0) {
		wait_for_signal();
		argv++;
		argc--;
	}
	if (argc < 2) {
		fprintf(stderr, "usage: endbr [-w] N [FUNCTION]\n");
		return 2;
	}
	for (size_t f = 0; f < sizeof(functions) / sizeof(*functions); f++)
		if (argc < 3 || strcmp(functions[f].name, argv[2]) == 0)
			wrong += call(f, atol(argv[1]));
	printf("%ld wrong\n", wrong);
	return wrong != 0;
}

#else

int main(void)
{
	puts("x86-64 only");
	return 77;
}

#endif
