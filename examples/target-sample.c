/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program to be watched: calls func() again and again and prints what it returned, so
 * that what a probe saw can be compared with what the program itself says.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

unsigned int func(unsigned int counter);

/* The asm keeps compilers from folding the call away or cloning the function. */
__attribute__((noinline)) unsigned int func(unsigned int counter)
{
	__asm__ volatile("" : "+r"(counter));
	return counter + 1000;
}

static unsigned long number(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	if (*s < '0' || *s > '9' || *end) {
		fprintf(stderr, "target-sample: not a number: %s\n", s);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	unsigned long count = 0, interval_ms = 1000;
	struct timespec pause;
	int opt;

	while ((opt = getopt(argc, argv, "n:i:")) != -1) {
		if (opt == 'n')
			count = number(optarg);
		else if (opt == 'i')
			interval_ms = number(optarg);
		else
			break;
	}
	if (opt != -1 || optind < argc) {
		fprintf(stderr, "usage: target-sample [-n COUNT] [-i INTERVAL_MS]\n"
				"COUNT 0: until killed; INTERVAL_MS 0: as fast as it can\n");
		return 2;
	}
	pause.tv_sec = (time_t)(interval_ms / 1000);
	pause.tv_nsec = (long)(interval_ms % 1000) * 1000000;
	for (unsigned int i = 1; count == 0 || i <= count; i++) {
		printf("ret=%u counter=%u\n", func(i), i);
		/* A reader that is gone ends the loop. */
		if (fflush(stdout))
			return 1;
		if (interval_ms)
			nanosleep(&pause, NULL);
	}
	return 0;
}
