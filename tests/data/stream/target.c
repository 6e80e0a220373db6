/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What capture.sh probes: calls probe_me() as often as the argument says. */
#include <stdint.h>
#include <stdlib.h>

struct sample {
	uint8_t bytes[8];
	const char *unused[2];
	const char *list[3];
};

__attribute__((noinline, noclone)) static unsigned long
probe_me(unsigned long n, const struct sample *s, const char *text,
	 const char *const *list, const void *bad)
{
	__asm__ volatile("" : : "r"(s), "r"(text), "r"(list), "r"(bad) : "memory");
	return n * 3;
}

int main(int argc, char **argv)
{
	static const struct sample s = {
		{ 0xa5, 0x42, 0xf3, 0x04, 0x7f, 0xff, 0x27, 0x9c },
		{ NULL, NULL },
		{ "one", NULL, "three \"3\"\n" },
	};
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;

	for (unsigned long i = 0; i < n; i++)
		probe_me(i - 16, &s, "hello\033 w\xff", s.list, (const void *)8);
	return 0;
}
