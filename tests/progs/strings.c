/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of the C library's strlen, which is an IFUNC with glibc, each from measure().
 *
 *   strings [-m] [-w] N    N calls
 *   -m: runs from a memfd, a file without any name
 *   -w: first prints the address of measure() and "ready", and waits for SIGUSR1
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ready.h"

size_t measure(const char *s);

/* Built with -fno-builtin: each is a call. */
__attribute__((noinline)) size_t measure(const char *s)
{
	return strlen(s);
}

/* Its address, which in a program that is not PIC is that of the program's own PLT entry. */
static size_t (*volatile same)(const char *);

static int run_from_memfd(char **argv)
{
	int to = (int)syscall(SYS_memfd_create, "no name", 0);
	int from = open("/proc/self/exe", O_RDONLY);
	char block[4096], path[32];
	ssize_t n;

	if (to < 0 || from < 0)
		return 99;
	while ((n = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)n) != n)
			return 99;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	execv(path, argv);
	return 99;
}

int main(int argc, char **argv)
{
	size_t sum = 0;
	unsigned long n;
	int opt, is_waiting = 0;

	if (argc > 1 && strcmp(argv[1], "-m") == 0) {
		argv[1] = argv[0];
		return run_from_memfd(argv + 1);
	}
	while ((opt = getopt(argc, argv, "w")) != -1) {
		if (opt != 'w')
			return 2;
		is_waiting = 1;
	}
	if (optind + 1 != argc)
		return 2;
	same = strlen;
	if (is_waiting) {
		printf("measure %#lx\n", (unsigned long)measure);
		wait_for_signal();
	}
	n = strtoul(argv[optind], NULL, 10);
	for (unsigned long i = 0; i < n; i++)
		sum += measure(i % 2 ? "odd" : "even");
	/* Nothing else that could call strlen runs between the signal and the end. */
	_exit(sum == n / 2 * 3 + (n - n / 2) * 4 ? 0 : 1);
}
