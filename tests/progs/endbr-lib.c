/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exported functions of a library. Behind the endbr64 of one a pointer leads, which the
 * linker leaves to the loader as symbol + 4: any program may bring a function of that name.
 */
#if defined(__x86_64__)

#define FUNCTION(name)                                                                   \
	asm(".text\n.globl " #name "\n.type " #name ",@function\n.balign 16\n"           \
	    #name ": endbr64\npush %rbp\nmov %rdi, %rax\npop %rbp\nret\n"                \
	    ".size " #name ", .-" #name "\n")

FUNCTION(lib_fast);
FUNCTION(lib_pointed_to);
asm(".data\n.balign 8\n.quad lib_fast\n.quad lib_pointed_to+4\n.text\n");

#else

int lib_fast;

#endif
