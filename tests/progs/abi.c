/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simplest thing to probe, and an oracle: `abi where` prints its machine and the file
 * offset of func(), found from its own program headers as they were loaded; `abi run N`
 * calls func() N times and prints what it gave and got.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#define MACHINE "x86_64"
#elif defined(__i386__)
#define MACHINE "i386"
#elif defined(__aarch64__)
#define MACHINE "arm64"
#elif defined(__riscv)
#define MACHINE "riscv64"
#else
#define MACHINE "unknown"
#endif

unsigned int func(unsigned int n, const char *text);

/* The asm keeps compilers from folding the call away or cloning the function. */
__attribute__((noinline)) unsigned int func(unsigned int n, const char *text)
{
	__asm__ volatile("" : "+r"(n) : "r"(text));
	return n + 1000;
}

/* The first object is the program itself. */
static int print_offset(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t vaddr = (uintptr_t)&func - info->dlpi_addr;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type != PT_LOAD || vaddr - ph->p_vaddr >= ph->p_filesz)
			continue;
		printf("%s 0x%lx\n", MACHINE,
		       (unsigned long)(vaddr - ph->p_vaddr + ph->p_offset));
		*(int *)data = 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	int rc = 1;

	if (argc == 2 && !strcmp(argv[1], "where")) {
		dl_iterate_phdr(print_offset, &rc);
		return rc;
	}
	if (argc != 3 || strcmp(argv[1], "run"))
		return 2;
	for (unsigned int i = 1; i <= strtoul(argv[2], NULL, 10); i++) {
		char text[32];

		snprintf(text, sizeof(text), "text-%u", i);
		printf("n=%u text=\"%s\" ret=%u\n", i, text, func(i, text));
	}
	return 0;
}
