/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "session/signals.h"

static void add_ends(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void signals_hold(void)
{
	sigset_t set;

	add_ends(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int signals_open(int *ret_fd, struct err *err)
{
	sigset_t set;
	int fd;

	add_ends(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_set(err, errno, "signalfd: %s", strerror(errno));
	*ret_fd = fd;
	return 0;
}

int signals_read(int fd, bool *ret_sent)
{
	struct signalfd_siginfo info;
	bool is_sent = false;
	int got = 0;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (got && info.ssi_signo == SIGCHLD)
			continue;
		got = (int)info.ssi_signo;
		is_sent = info.ssi_code != SI_KERNEL;
	}
	if (ret_sent)
		*ret_sent = is_sent;
	return got;
}
