/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that come and go: prints "ready", waits for SIGUSR1, then 200 times starts four
 * threads that each start another, all of which call work(); 12 200 calls in all.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include "ready.h"

unsigned int work(unsigned int n);

__attribute__((noinline)) unsigned int work(unsigned int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static void *inner(void *arg)
{
	for (unsigned int i = 0; i < 5; i++)
		work(i);
	return arg;
}

static void *outer(void *arg)
{
	pthread_t thread;

	inner(NULL);
	if (pthread_create(&thread, NULL, inner, NULL) == 0)
		pthread_join(thread, NULL);
	return inner(arg);
}

int main(void)
{
	pthread_t threads[4];

	wait_for_signal();
	for (unsigned int i = 0; i < 200; i++) {
		for (int k = 0; k < 4; k++)
			if (pthread_create(&threads[k], NULL, outer, NULL))
				return 1;
		for (int k = 0; k < 4; k++)
			pthread_join(threads[k], NULL);
		work(i);
	}
	return 0;
}
