/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls by number, and values that are hard to get right.
 *
 *   calls [-w] [-p PROCESSES] [-t THREADS] N   each thread of each process calls work() N times
 *   calls [-w] values                          calls typed(), prints what it gave and got
 *   calls clock SECONDS                        calls work() each millisecond, with the time
 *   calls now                                  prints the time: milliseconds of CLOCK_MONOTONIC
 *   -w: first prints "ready" and waits for SIGUSR1
 *
 * Before main(), a constructor calls early() once. locked(), on x86, is never called: its
 * first instruction is one that the kernel refuses to probe.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ready.h"
#include "workers.h"

unsigned int work(unsigned int n);
unsigned int early(unsigned int n);
int64_t typed(int32_t i, uint32_t u, const char *text);

/* The asm keeps compilers from folding the calls away or cloning the functions. */
__attribute__((noinline)) unsigned int work(unsigned int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

__attribute__((noinline)) unsigned int early(unsigned int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 2;
}

__attribute__((noinline)) int64_t typed(int32_t i, uint32_t u, const char *text)
{
	__asm__ volatile("" : "+r"(i) : "r"(u), "r"(text));
	return (int64_t)i - 1;
}

#ifdef __x86_64__
__asm__(".text\n.globl locked\n.type locked, @function\n"
	"locked: lock incl (%rdi)\n\tret\n.size locked, . - locked\n");
#endif

__attribute__((constructor)) static void before_main(void)
{
	early(41);
}

static unsigned int n_calls;

static void *work_on(void *arg)
{
	for (unsigned int i = 1; i <= n_calls; i++)
		work(i);
	return arg;
}

static int show_values(void)
{
	static const struct {
		int32_t i;
		uint32_t u;
		const char *text;
	} calls[] = {
		{ 0, 0, "" },
		{ -1, UINT32_MAX, "two words" },
		{ INT32_MIN, 1u << 31, "comma, (brace) and = sign" },
		{ INT32_MAX, 4000000000u, "0123456789012345678901234567890123456789" },
	};

	for (size_t k = 0; k < sizeof(calls) / sizeof(calls[0]); k++) {
		int64_t ret = typed(calls[k].i, calls[k].u, calls[k].text);

		printf("i=%" PRId32 " u=%" PRIu32 " text=\"%s\" ret=%" PRId32 "\n", calls[k].i,
		       calls[k].u, calls[k].text, (int32_t)ret);
	}
	return 0;
}

static unsigned int now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned int)((unsigned long)ts.tv_sec * 1000 +
			      (unsigned long)ts.tv_nsec / 1000000);
}

static int tell_time(unsigned int seconds)
{
	const struct timespec pause = { 0, 1000000 };
	unsigned int begun = now_ms(), now;

	while ((now = now_ms()) - begun < seconds * 1000) {
		work(now);
		nanosleep(&pause, NULL);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct workers workers = { .work = work_on };

	if (parse_workers(&workers, argc, argv))
		return 2;
	if (optind + 2 == argc && strcmp(argv[optind], "clock") == 0)
		return tell_time((unsigned int)strtoul(argv[optind + 1], NULL, 10));
	if (optind + 1 != argc)
		return 2;
	if (workers.is_waiting)
		wait_for_signal();
	if (strcmp(argv[optind], "now") == 0)
		return printf("%u\n", now_ms()) < 0;
	if (strcmp(argv[optind], "values") == 0)
		return show_values();
	n_calls = (unsigned int)strtoul(argv[optind], NULL, 10);
	return run_workers(&workers);
}
