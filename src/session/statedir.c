/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "session/statedir.h"

#define DEFAULT_DIR "/run/uprobe-ctl"

static const char *directory(void)
{
	const char *dir = secure_getenv("UPROBE_CTL_RUN");

	return dir && *dir ? dir : DEFAULT_DIR;
}

static int cannot(struct err *err, int code, const char *what)
{
	err_set(err, code, "cannot %s %s: %s", what, directory(), strerror(code));
	if (code == EACCES || code == EPERM)
		err_hint(err, "changing probes needs root: run it with sudo");
	return -code;
}

int statedir_open(struct statedir *dir, struct err *err)
{
	int rc;

	*dir = (struct statedir){ .root = ROOT_INIT };
	rc = root_open(&dir->root, directory());
	if (rc < 0 && rc != -ENOENT)
		return err_set(err, -rc, "%s: %s", directory(), strerror(-rc));
	return 0;
}

int statedir_lock(struct statedir *dir, struct err *err)
{
	int rc = 0;

	if (dir->root.fd < 0) {
		if (mkdir(directory(), 0755) < 0 && errno != EEXIST)
			return cannot(err, errno, "make");
		rc = statedir_open(dir, err);
	}
	if (rc < 0)
		return rc;
	while (flock(dir->root.fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return cannot(err, errno, "lock");
	dir->is_locked = true;
	return 0;
}

void statedir_unlock(struct statedir *dir)
{
	if (dir->is_locked)
		flock(dir->root.fd, LOCK_UN);
	dir->is_locked = false;
}

void statedir_close(struct statedir *dir)
{
	statedir_unlock(dir);
	root_close(&dir->root);
}
