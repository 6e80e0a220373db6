/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Needs libversions.so, which it finds in its own directory. `needs N`: N calls of twice();
 * `needs -w N` then says "ready" and waits for a signal. needs-rpath says so by DT_RPATH, as older linkers do; needs by DT_RUNPATH.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int twice(int n);

int main(int argc, char **argv)
{
	int waits = argc > 1 && strcmp(argv[1], "-w") == 0;
	int n = argc > 1 + waits ? atoi(argv[1 + waits]) : 0, sum = 0;

	for (int i = 0; i < n; i++)
		sum += twice(i);
	if (waits) {
		puts("ready");
		fflush(stdout);
		pause();
	}
	return sum == n * (n - 1) ? 0 : 1;
}
