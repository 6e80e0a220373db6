/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Libraries for LD_PRELOAD. libmeasured.so calls strlen through a slot of data (-fno-plt);
 * libpreload.so also defines it, and twice(), which programs expect of libversions.so.
 */
#include <stddef.h>

size_t strlen(const char *s);
size_t measured(const char *s);

#ifdef WITH_STRLEN
size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int twice(int n);
int twice(int n)
{
	return n + n;
}
#endif

size_t measured(const char *s)
{
	return strlen(s);
}
