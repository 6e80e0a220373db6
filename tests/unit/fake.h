/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A fake tracefs in a directory of its own: files with a content, read back by name. */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/root.h"
#include "base/xalloc.h"

struct fake {
	char dir[64];
	char *text; /* what fake_text() returned last */
};

static inline void fake_init(struct fake *f)
{
	f->text = NULL;
	strcpy(f->dir, "/tmp/uctl-fake.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f->dir));
}

static inline int fake_unlink(const char *path, const struct stat *st, int type,
			      struct FTW *ftw)
{
	return remove(path);
}

static inline void fake_done(struct fake *f)
{
	free(f->text);
	nftw(f->dir, fake_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file whose folders are made. Heap. */
static inline char *fake_path(const struct fake *f, const char *file)
{
	char *path = xasprintf("%s/%s", f->dir, file);

	for (char *p = path + strlen(f->dir) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		ck_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
		*p = '/';
	}
	return path;
}

static inline void fake_put(const struct fake *f, const char *file, const char *text)
{
	auto_free char *path = fake_path(f, file);
	FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
}

static inline void fake_link(const struct fake *f, const char *file, const char *to)
{
	auto_free char *path = fake_path(f, file);

	ck_assert_int_eq(symlink(to, path), 0);
}

/* The file's content, valid until the next call. */
static inline const char *fake_text(struct fake *f, const char *file)
{
	auto_free char *path = fake_path(f, file);
	auto_close int fd = open(path, O_RDONLY);
	auto_buf b = BUF_INIT;

	free(f->text);
	f->text = NULL;
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fd_read_all(fd, &b), 0);
	f->text = buf_steal(&b);
	return f->text;
}
