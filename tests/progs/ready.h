/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "ready", then SIGUSR1: how a test lets a program go on. Headers, for each program to probe is
 * built of one file.
 */
#pragma once

#include <signal.h>
#include <stdio.h>

/* From here on the signal waits to be asked for, in threads and children made later as well. */
static inline sigset_t hold_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return set;
}

static inline void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

static inline void wait_for_signal(void)
{
	sigset_t set = hold_signal();
	int sig;

	say_ready();
	sigwait(&set, &sig);
}
