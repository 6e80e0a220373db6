/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same work in every thread of some processes: [-w] [-p PROCESSES] [-t THREADS]. */
#pragma once

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_THREADS 64

struct workers {
	void *(*work)(void *); /* gets NULL */
	unsigned int processes, threads;
	int is_waiting; /* -w */
};

/* 0, or -1 for what is no option, or no number of threads. */
static inline int parse_workers(struct workers *w, int argc, char **argv)
{
	int opt;

	w->processes = 1;
	w->threads = 1;
	while ((opt = getopt(argc, argv, "wp:t:")) != -1) {
		if (opt == 'w')
			w->is_waiting = 1;
		else if (opt == 'p')
			w->processes = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 't')
			w->threads = (unsigned int)strtoul(optarg, NULL, 10);
		else
			return -1;
	}
	return w->threads < 1 || w->threads > MAX_THREADS ? -1 : 0;
}

static inline int run_threads(const struct workers *w)
{
	pthread_t threads[MAX_THREADS];

	for (unsigned int i = 1; i < w->threads; i++)
		if (pthread_create(&threads[i], NULL, w->work, NULL))
			return 1;
	w->work(NULL);
	for (unsigned int i = 1; i < w->threads; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

/* This one is the last of the processes; what it returns is to be the exit status. */
static inline int run_workers(const struct workers *w)
{
	int failed = 0, status;

	for (unsigned int i = 1; i < w->processes; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(run_threads(w));
		failed |= pid < 0;
	}
	failed |= run_threads(w);
	while (wait(&status) > 0)
		failed |= status != 0;
	return failed;
}
