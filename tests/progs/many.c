/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Five thousand functions, many_0000 to many_4999.
 *
 *   many [-w] [-p PROCESSES] [-t THREADS] FUNCTIONS CALLS
 *
 * Each thread of each process calls each of the first FUNCTIONS functions CALLS times.
 * -w: first prints "ready" and waits for SIGUSR1. Fails if its code is another at the end
 * than at the start: run it so that no probe is there at either time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ready.h"
#include "workers.h"

/* A macro does not expand within itself: each power of ten has its own. */
#define TEN(n) EACH(n##0) EACH(n##1) EACH(n##2) EACH(n##3) EACH(n##4) \
	EACH(n##5) EACH(n##6) EACH(n##7) EACH(n##8) EACH(n##9)
#define HUNDRED(n) TEN(n##0) TEN(n##1) TEN(n##2) TEN(n##3) TEN(n##4) \
	TEN(n##5) TEN(n##6) TEN(n##7) TEN(n##8) TEN(n##9)
#define THOUSAND(n) HUNDRED(n##0) HUNDRED(n##1) HUNDRED(n##2) HUNDRED(n##3) HUNDRED(n##4) \
	HUNDRED(n##5) HUNDRED(n##6) HUNDRED(n##7) HUNDRED(n##8) HUNDRED(n##9)
#define ALL THOUSAND(0) THOUSAND(1) THOUSAND(2) THOUSAND(3) THOUSAND(4)

/* The number keeps them apart for compilers and linkers that fold what is alike. */
#define EACH(n)                                                      \
	__attribute__((noinline)) static unsigned int many_##n(void) \
	{                                                            \
		unsigned int number = 1##n;                          \
		__asm__ volatile("" : "+r"(number));                 \
		return number;                                       \
	}
ALL
#undef EACH

#define EACH(n) many_##n,
static unsigned int (*const functions[])(void) = { ALL };
#undef EACH

#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static unsigned int n_functions, n_calls;

/* Compilers keep functions in the order they are defined in, or in the reverse. */
static uint64_t sum_of_code(void)
{
	uintptr_t first = (uintptr_t)functions[0], last = (uintptr_t)functions[N_FUNCTIONS - 1];
	const unsigned char *p = (const unsigned char *)(first < last ? first : last);
	const unsigned char *end = (const unsigned char *)(first < last ? last : first);
	uint64_t sum = 14695981039346656037u;

	for (; p <= end; p++)
		sum = (sum ^ *p) * 1099511628211u;
	return sum;
}

static void *call_all(void *arg)
{
	for (unsigned int i = 0; i < n_functions; i++)
		for (unsigned int k = 0; k < n_calls; k++)
			if (functions[i]() != 10000 + i)
				abort();
	return arg;
}

int main(int argc, char **argv)
{
	struct workers workers = { .work = call_all };
	uint64_t sum;
	int failed;

	if (parse_workers(&workers, argc, argv) || optind + 2 != argc)
		return 2;
	n_functions = (unsigned int)strtoul(argv[optind], NULL, 10);
	n_calls = (unsigned int)strtoul(argv[optind + 1], NULL, 10);
	if (n_functions > N_FUNCTIONS)
		return 2;
	sum = sum_of_code();
	if (workers.is_waiting)
		wait_for_signal();
	failed = run_workers(&workers);
	if (workers.is_waiting && sum != sum_of_code()) {
		fputs("the code has changed\n", stderr);
		failed = 1;
	}
	return failed;
}
