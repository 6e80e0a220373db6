/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Needs libversions.so, which it finds in its own directory. `needs N`: N calls of twice().
 * needs-rpath says so by DT_RPATH, as older linkers do; needs by DT_RUNPATH.
 */
#include <stdlib.h>

int twice(int n);

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0, sum = 0;

	for (int i = 0; i < n; i++)
		sum += twice(i);
	return sum == n * (n - 1) ? 0 : 1;
}
