/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks that are hard to catch all of. Prints "ready" when it is, waits for SIGUSR1, prints how
 * often work() was called in all, each call with a number of its own from 1.
 *
 *   crowd threads N    N threads that wait; then each calls
 *   crowd born         starts threads all the time, before the signal and while it waits for it;
 *                      each calls when the signal has come
 *   crowd children N   then forks N children, one after the other, each of which calls and ends
 */
#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ready.h"

#define MAX_THREADS 2000

unsigned int work(unsigned int n);

__attribute__((noinline)) unsigned int work(unsigned int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int has_come; /* the signal */
static pthread_t threads[MAX_THREADS];

static void *wait_and_call(void *arg)
{
	pthread_mutex_lock(&lock);
	while (!has_come)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	work((unsigned int)(size_t)arg);
	return NULL;
}

static unsigned int start_thread(unsigned int n)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN + 16384);
	if (pthread_create(&threads[n], &attr, wait_and_call, (void *)(size_t)(n + 1)))
		exit(1);
	return n + 1;
}

static unsigned int run_threads(unsigned int n, int is_born)
{
	const struct timespec pause = { 0, 2000000 };
	const sigset_t set = hold_signal();
	unsigned int started = 0;

	while (started < n)
		started = start_thread(started);
	if (is_born) {
		say_ready();
		while (sigtimedwait(&set, NULL, &pause) < 0)
			if (started < MAX_THREADS)
				started = start_thread(started);
	} else {
		wait_for_signal();
	}
	pthread_mutex_lock(&lock);
	has_come = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	return started;
}

static unsigned int run_children(unsigned int n)
{
	int status;

	wait_for_signal();
	for (unsigned int i = 1; i <= n; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			work(i);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			exit(1);
	}
	return n;
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;

	if (argc < 2 || n > MAX_THREADS)
		return 2;
	if (strcmp(argv[1], "children") == 0)
		n = run_children(n);
	else
		n = run_threads(n, strcmp(argv[1], "born") == 0);
	printf("%u calls\n", n);
	return 0;
}
