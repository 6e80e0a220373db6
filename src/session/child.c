/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/root.h"
#include "session/child.h"

/* What the forked process does until it is the command. Never returns. */
static void become(int go, int report, char *const *argv, const char *shell)
{
	char *const shell_argv[] = { (char *)"sh", (char *)"-c", (char *)shell, NULL };
	sigset_t none;
	char byte;
	int code;

	/* Nothing is read if our parent died: then there is nothing to run for. */
	if (read(go, &byte, 1) != 1)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (shell)
		execv("/bin/sh", shell_argv);
	else
		execvp(argv[0], argv);
	code = errno;
	if (write(report, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

/*
 * Two pipes: a byte down lets the command go; an errno comes up if execvp() failed, end of
 * file (close-on-exec) if it did not.
 */
int child_start(struct child *child, char *const *argv, const char *shell, struct err *err)
{
	int down[2], up[2];
	pid_t pid;

	*child = (struct child)CHILD_INIT;
	if (pipe2(down, O_CLOEXEC) < 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	if (pipe2(up, O_CLOEXEC) < 0) {
		close(down[0]);
		close(down[1]);
		return err_set(err, errno, "pipe: %s", strerror(errno));
	}
	pid = fork();
	if (pid == 0) {
		close(down[1]);
		close(up[0]);
		become(down[0], up[1], argv, shell);
	}
	close(down[0]);
	close(up[1]);
	if (pid < 0) {
		close(down[1]);
		close(up[0]);
		return err_set(err, errno, "fork: %s", strerror(errno));
	}
	child->pid = pid;
	child->name = shell ? "/bin/sh" : argv[0];
	child->go_fd = down[1];
	child->report_fd = up[0];
	return 0;
}

int child_go(struct child *child, struct err *err)
{
	int code = 0;
	ssize_t n;

	if (write(child->go_fd, "", 1) != 1)
		return err_set(err, errno, "the command is gone: %s", strerror(errno));
	close(child->go_fd);
	child->go_fd = -1;
	do {
		n = read(child->report_fd, &code, sizeof(code));
	} while (n < 0 && errno == EINTR);
	close(child->report_fd);
	child->report_fd = -1;
	if (n != sizeof(code))
		return 0;
	waitpid(child->pid, &child->status, 0);
	child->is_done = true;
	err_set(err, code, "cannot run %s: %s", child->name, strerror(code));
	if (code == ENOENT && !strchr(child->name, '/'))
		return err_hint(err, "no directory of PATH has a program of that name");
	return -code;
}

bool child_reap(struct child *child)
{
	if (!child->pid)
		return false;
	if (!child->is_done && waitpid(child->pid, &child->status, WNOHANG) == child->pid)
		child->is_done = true;
	return child->is_done;
}

void child_signal(struct child *child, int sig)
{
	if (!child->pid || child->is_done || child->go_fd >= 0)
		return;
	kill(child->pid, sig);
	child->is_told = true;
}

void child_wait(struct child *child)
{
	sigset_t none;

	if (!child->pid || child->is_done || child->go_fd >= 0)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	while (waitpid(child->pid, &child->status, 0) < 0)
		if (errno != EINTR)
			return;
	child->is_done = true;
}

int child_exit_status(const struct child *child)
{
	if (!child->is_done)
		return -1;
	if (WIFSIGNALED(child->status))
		return 128 + WTERMSIG(child->status);
	return WEXITSTATUS(child->status);
}

void child_done(struct child *child)
{
	bool held = child->go_fd >= 0;

	if (child->go_fd >= 0)
		close(child->go_fd);
	if (child->report_fd >= 0)
		close(child->report_fd);
	if (held && child->pid)
		waitpid(child->pid, &child->status, 0);
	*child = (struct child)CHILD_INIT;
}
