/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls whose entries and returns are hard to bring together. Every call of every function
 * has a number of its own, which it is given and returns (n + 1000000). What returned is
 * printed "NAME N", what was entered and never returned "NAME N?".
 *
 *   pairs recurse DEPTH   down() calls itself
 *   pairs longjmp         calls left from below, and made again in the same frames
 *   pairs threads         four threads, in step
 *   pairs exit            a thread that ends, and the process, within calls
 *   pairs exec            the same program anew, within a call
 *   pairs fork            a child that is made within a call, and returns from it
 *   pairs tail            a function that jumps to itself and to another
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETURNS(n) ((n) + 1000000)

long down(long n, long depth);
long leave(long n, long depth);
long step(long n);
long stay(long n, void (*within)(void));

static jmp_buf out;

/* The asm after a call keeps it from becoming a jump. */
#define KEEP() __asm__ volatile("" ::: "memory")

__attribute__((noinline)) long down(long n, long depth)
{
	if (depth > 1)
		down(n + 1, depth - 1);
	KEEP();
	return RETURNS(n);
}

__attribute__((noinline)) long leave(long n, long depth)
{
	if (depth == 1)
		longjmp(out, 1);
	leave(n + 1, depth - 1);
	KEEP();
	return RETURNS(n);
}

__attribute__((noinline)) long step(long n)
{
	KEEP();
	return RETURNS(n);
}

__attribute__((noinline)) long stay(long n, void (*within)(void))
{
	within();
	KEEP();
	return RETURNS(n);
}

static void returned(const char *name, long from, long n)
{
	for (long i = 0; i < n; i++)
		printf("%s %ld\n", name, from + i);
}

static void left(const char *name, long from, long n)
{
	for (long i = 0; i < n; i++)
		printf("%s %ld?\n", name, from + i);
}

static int run_longjmp(void)
{
	for (volatile long again = 0; again < 3; again++) {
		if (setjmp(out) == 0)
			leave(100 * again, 5);
		step(1000 + again);
		left("leave", 100 * again, 5);
	}
	returned("step", 1000, 3);
	return 0;
}

static pthread_barrier_t barrier;

static void wait_for_others(void)
{
	pthread_barrier_wait(&barrier);
}

static void *run_thread(void *arg)
{
	long from = *(long *)arg;

	for (long i = 0; i < 50; i++)
		stay(from + i, wait_for_others);
	return NULL;
}

static int run_threads(void)
{
	pthread_t threads[4];
	long from[4];

	pthread_barrier_init(&barrier, NULL, 4);
	for (long i = 0; i < 4; i++) {
		from[i] = 100 * i;
		pthread_create(&threads[i], NULL, run_thread, &from[i]);
	}
	for (long i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		returned("stay", 100 * i, 50);
	}
	return 0;
}

static void end_thread(void)
{
	pthread_exit(NULL);
}

static void end_process(void)
{
	exit(0);
}

static void *run_and_end(void *arg)
{
	stay(1, end_thread);
	return arg;
}

static int run_exit(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, run_and_end, NULL);
	pthread_join(thread, NULL);
	step(2);
	left("stay", 1, 1);
	returned("step", 2, 1);
	left("stay", 3, 1);
	stay(3, end_process);
	return 1;
}

static void become_another(void)
{
	execl("/proc/self/exe", "pairs", "recurse", "3", (char *)NULL);
}

static int run_exec(void)
{
	left("stay", 7, 1);
	fflush(stdout);
	stay(7, become_another);
	return 1;
}

static int child = -1;

static void make_child(void)
{
	child = fork();
}

/* The child's return has its entry in the parent. */
static int run_fork(void)
{
	stay(1, make_child);
	step(child ? 2 : 3);
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	returned("stay", 1, 1);
	printf("stay ?1\n");
	returned("step", 2, 2);
	return 0;
}

#if defined(__x86_64__)
/* spin(n, depth): jumps to itself; hop(n): jumps to step(n). */
long spin(long n, long depth);
long hop(long n);
__asm__(".text\n"
	".globl spin\n.type spin, @function\n"
	"spin:\n"
	"	xchg %ax, %ax\n"
	"	dec %rsi\n"
	"	jz 1f\n"
	"	inc %rdi\n"
	"	jmp spin\n"
	"1:	lea 1000000(%rdi), %rax\n"
	"	ret\n"
	".size spin, . - spin\n"
	".globl hop\n.type hop, @function\n"
	"hop:\n"
	"	xchg %ax, %ax\n"
	"	jmp step\n"
	".size hop, . - hop\n");

static int run_tail(void)
{
	spin(1, 3);
	hop(9);
	/* All of them return what the last one did. */
	returned("spin", 1, 3);
	returned("hop", 9, 1);
	returned("step", 9, 1);
	return 0;
}
#else
static int run_tail(void)
{
	return 77;
}
#endif

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} runs[] = {
		{ "longjmp", run_longjmp }, { "threads", run_threads }, { "exit", run_exit },
		{ "exec", run_exec },	    { "fork", run_fork },	{ "tail", run_tail },
	};

	if (argc == 3 && strcmp(argv[1], "recurse") == 0) {
		long depth = atol(argv[2]);

		down(0, depth);
		returned("down", 0, depth);
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(runs) / sizeof(runs[0]); i++)
		if (strcmp(argv[1], runs[i].name) == 0)
			return runs[i].run();
	return 2;
}
