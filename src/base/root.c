/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"

int root_open(struct root *root, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	root_adopt(root, fd, path);
	return 0;
}

void root_adopt(struct root *root, int fd, const char *path)
{
	root->fd = fd;
	root->path = xstrdup(path);
}

void root_close(struct root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	free(root->path);
	*root = (struct root)ROOT_INIT;
}

/* The path below the root, "." for the root itself. Heap. */
static PRINTF_FMT(1, 0) char *below(const char *fmt, va_list ap)
{
	char *path = xvasprintf(fmt, ap);
	size_t skip = strspn(path, "/");

	memmove(path, path + skip, strlen(path + skip) + 1);
	if (!*path) {
		free(path);
		path = xstrdup(".");
	}
	return path;
}

#define BELOW(path, fmt)                                                                 \
	auto_free char *path = NULL;                                                     \
	do {                                                                             \
		va_list ap_;                                                             \
		va_start(ap_, fmt);                                                      \
		path = below(fmt, ap_);                                                  \
		va_end(ap_);                                                             \
	} while (0)

static int open_at(const struct root *root, const char *path, int flags)
{
	int fd = openat(root->fd, path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int root_openf(const struct root *root, int flags, const char *fmt, ...)
{
	BELOW(path, fmt);
	return open_at(root, path, flags);
}

int fd_read_all(int fd, struct buf *b)
{
	for (;;) {
		char *to = buf_reserve(b, 16384);
		ssize_t n = read(fd, to, 16384);

		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			b->len += (size_t)n;
		b->p[b->len] = 0;
		if (n <= 0)
			return n < 0 ? -errno : 0;
	}
}

int fd_write_once(int fd, const void *data, size_t len)
{
	/*
	 * No retry of EINTR: from `enable` it means that perf owns the event (R20), and a
	 * control file acts on what it was given before it returns anything else.
	 */
	ssize_t n = write(fd, data, len);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int root_read(const struct root *root, struct buf *b, const char *fmt, ...)
{
	BELOW(path, fmt);
	auto_close int fd = open_at(root, path, O_RDONLY);

	return fd < 0 ? fd : fd_read_all(fd, b);
}

bool root_exists(const struct root *root, const char *fmt, ...)
{
	BELOW(path, fmt);
	return faccessat(root->fd, path, F_OK, 0) == 0;
}

int root_mkdir(const struct root *root, const char *fmt, ...)
{
	BELOW(path, fmt);
	return mkdirat(root->fd, path, 0750) < 0 ? -errno : 0;
}

int root_rmdir(const struct root *root, const char *fmt, ...)
{
	BELOW(path, fmt);
	return unlinkat(root->fd, path, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static bool is_dir_entry(int dirfd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(dirfd, e->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int root_names(const struct root *root, bool dirs_only, char ***ret, const char *fmt, ...)
{
	char **names = NULL;
	const struct dirent *e;
	size_t n = 0;
	DIR *dir;

	BELOW(path, fmt);
	int fd = open_at(root, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    (dirs_only && !is_dir_entry(fd, e)))
			continue;
		names = xgrow(names, n, sizeof(*names));
		names[n++] = xstrdup(e->d_name);
	}
	closedir(dir);
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	names = xgrow(names, n, sizeof(*names));
	names[n] = NULL;
	*ret = names;
	return 0;
}

void root_names_free(char **names)
{
	for (char **p = names; p && *p; p++)
		free(*p);
	free(names);
}
