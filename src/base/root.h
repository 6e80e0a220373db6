/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * `struct root`: a directory that stands for a tree of files (tracefs, /proc, a sysroot),
 * held as an fd so that tests and --sysroot put another in its place, and so that a mount
 * without a name works too. Paths are relative to it; a leading '/' is dropped.
 *
 * Kernel control files are written by one write(2) of whole lines (kernel-facts R4),
 * never with O_TRUNC, which on uprobe_events deletes everybody's probes.
 */

#include <stdbool.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"

struct root {
	int fd;     /* -1: closed */
	char *path; /* how it is named in messages; owned */
};

#define ROOT_INIT { .fd = -1, .path = NULL }

/* Opens a directory. -errno. */
int root_open(struct root *root, const char *path) MUST_CHECK;
/* Takes over an open directory fd, named `path` in messages. */
void root_adopt(struct root *root, int fd, const char *path);
void root_close(struct root *root);

/* openat() with O_CLOEXEC; the fd or -errno. */
int root_openf(const struct root *root, int flags, const char *fmt, ...) PRINTF_FMT(3, 4);
/* Adds the whole file to `b`. 0 or -errno; the buffer keeps what was read before an error. */
int root_read(const struct root *root, struct buf *b, const char *fmt, ...)
	PRINTF_FMT(3, 4);
bool root_exists(const struct root *root, const char *fmt, ...) PRINTF_FMT(2, 3);
int root_mkdir(const struct root *root, const char *fmt, ...) PRINTF_FMT(2, 3);
int root_rmdir(const struct root *root, const char *fmt, ...) PRINTF_FMT(2, 3);
/*
 * Names of a directory's entries without "." and "..", sorted; `dirs_only` leaves out what
 * is not a directory. NULL-terminated, freed with root_names_free(). 0 or -errno.
 */
int root_names(const struct root *root, bool dirs_only, char ***ret, const char *fmt, ...)
	PRINTF_FMT(4, 5);
void root_names_free(char **names);

/* Adds everything that can be read from fd to `b`. 0 or -errno; EINTR is retried. */
int fd_read_all(int fd, struct buf *b);
/* One write(2), EINTR retried only before anything was written. 0, -errno, -EIO if short. */
int fd_write_once(int fd, const void *data, size_t len);

static inline void auto_close_fn(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define auto_close CLEANUP(auto_close_fn)
