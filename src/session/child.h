/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The command of -c and --: started, but held before its first instruction until everything
 * is set, so that no call of it is missed.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct child {
	pid_t pid;   /* 0: none */
	const char *name; /* of the program, as it was typed; borrowed */
	int go_fd;   /* a byte lets it go; closing it ends it */
	int report_fd; /* the errno of a failed execvp(), or end of file */
	int status;  /* of waitpid(2), once is_done */
	bool is_done;
	bool is_told; /* to end, by child_signal() */
};

#define CHILD_INIT { .pid = 0, .go_fd = -1, .report_fd = -1 }

/*
 * Forks and holds. `argv` is a NULL-terminated command line, or `shell` a line for
 * /bin/sh -c; one of them is NULL. The signal mask of before signals_open() is restored in
 * the child. A command that cannot be executed is found out by child_go().
 */
int child_start(struct child *child, char *const *argv, const char *shell, struct err *err);
/* Lets it run. -errno of execvp(3) with a message if the command cannot be executed. */
int child_go(struct child *child, struct err *err);
/* Takes note of its end, without waiting. True if it has ended (now or before). */
bool child_reap(struct child *child);
/* Passes a signal on to one that runs. */
void child_signal(struct child *child, int sig);
/* Waits for its end. Signals act as usual meanwhile: nothing of ours is in the kernel. */
void child_wait(struct child *child);
/*
 * Its exit status as a shell gives it: 128 + signal for one that was killed. -1 while it
 * runs.
 */
int child_exit_status(const struct child *child);
/* Ends a child that was never let go; leaves a running one alone. */
void child_done(struct child *child);
