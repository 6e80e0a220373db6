/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program to be watched that has a strlen() of its own and passes the words of a sentence
 * to it. With libc's strlen every process of the machine would take the trap; and libc has
 * several, of which the running processor's is picked at load time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

size_t strlen(const char *s);

/* The asm keeps compilers from turning the loop into a call of strlen. */
__attribute__((noinline)) size_t strlen(const char *s)
{
	const char *end = s;

	while (*end) {
		end++;
		__asm__ volatile("" : "+r"(end));
	}
	return (size_t)(end - s);
}

int main(int argc, char **argv)
{
	static const char *const words[] = { "what", "a", "program", "passes", "to", "strlen" };
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	for (unsigned long i = 0; count == 0 || i < count; i++) {
		const char *word = words[i % (sizeof(words) / sizeof(*words))];

		printf("%zu %s\n", strlen(word), word);
		if (fflush(stdout))
			return 1;
		nanosleep(&pause, NULL);
	}
	return 0;
}
