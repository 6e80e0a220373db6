/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of an environment: another root, a process's view, or ours. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "resolve/candidates.h"

char *env_root(const struct target_env *env)
{
	if (env->pid)
		return xasprintf("/proc/%d/root", (int)env->pid);
	return xstrdup(env->sysroot ? env->sysroot : "");
}

int env_open(const struct target_env *env, const char *path)
{
	auto_free char *root = env_root(env);
	auto_close int root_fd = -1;

	if (*root && path[0] == '/') {
		root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (root_fd < 0)
			return -errno;
	}
	return elffile_open_below(root_fd, path);
}

bool env_stat(const struct target_env *env, const char *path, struct stat *st)
{
	auto_close int fd = -1;

	if (!env->pid && !env->sysroot)
		return stat(path, st) == 0;
	fd = env_open(env, path);
	return fd >= 0 && fstat(fd, st) == 0;
}

static struct flavour flavour_of_fd(int fd)
{
	unsigned char head[EI_NIDENT + 4];
	struct flavour f = { 0 };

	if (fd < 0 || pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head, ELFMAG, SELFMAG) != 0)
		return f;
	f.elf_class = head[EI_CLASS];
	f.machine = head[EI_DATA] == ELFDATA2MSB ? head[18] << 8 | head[19]
						 : head[19] << 8 | head[18];
	return f;
}

struct flavour env_flavour(const struct target_env *env)
{
	auto_free char *exe = xasprintf("/proc/%d/exe", env->pid ? (int)env->pid : (int)getpid());
	auto_close int fd = open(exe, O_RDONLY | O_CLOEXEC);

	return flavour_of_fd(fd);
}

struct flavour env_flavour_of(const struct target_env *env, const char *path)
{
	auto_close int fd = env_open(env, path);

	return flavour_of_fd(fd);
}

static bool is_known(const struct target_search *s, dev_t dev, ino_t ino)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->candidates[i].dev == dev && s->candidates[i].ino == ino)
			return true;
	return false;
}

static void add(struct target_search *s, const struct target_candidate *c)
{
	s->candidates = xgrow(s->candidates, s->n, sizeof(*s->candidates));
	s->candidates[s->n++] = *c;
}

void offer_path(struct target_search *s, const struct target_env *env, const char *path,
		const char *reason)
{
	struct target_candidate c = { 0 };
	struct stat st;

	if (!env_stat(env, path, &st) || !S_ISREG(st.st_mode) ||
	    is_known(s, st.st_dev, st.st_ino))
		return;
	c.name = xstrdup(path);
	c.reason = xstrdup_null(reason);
	c.dev = st.st_dev;
	c.ino = st.st_ino;
	add(s, &c);
}

bool env_leads_to(const struct target_env *env, const struct mapped_file *f, struct stat *st)
{
	struct stat named;
	bool is_known = mapped_stat(f, st);

	if (!is_known)
		*st = (struct stat){ .st_dev = makedev(f->major, f->minor), .st_ino = f->ino };
	if (f->is_deleted || !env_stat(env, f->path, &named) || named.st_ino != f->ino)
		return false;
	if (is_known)
		return named.st_dev == st->st_dev;
	st->st_dev = named.st_dev;
	return true;
}

/* The path is another root's, or that of another file by now. */
static char *reason_by_link(const struct target_env *env, const struct mapped_file *f,
			    const char *reason)
{
	struct stat named;

	if (f->is_deleted && !env_stat(env, f->path, &named))
		return xasprintf("%s; nothing has that name any more", reason);
	if (f->is_deleted || env->pid)
		return xasprintf("%s; another file has that name now", reason);
	return xasprintf("%s, in the root of process %d", reason, (int)f->pids[0]);
}

void offer_mapped(struct target_search *s, const struct target_env *env,
		  const struct mapped_file *f, const char *reason)
{
	struct stat st;
	bool by_name = env_leads_to(env, f, &st);
	struct target_candidate c = { .dev = st.st_dev, .ino = f->ino };

	if (is_known(s, c.dev, c.ino))
		return;
	c.name = xstrdup(f->path);
	c.link = by_name ? NULL : mapped_link(f);
	c.reason = by_name ? xstrdup(reason) : reason_by_link(env, f, reason);
	add(s, &c);
}

void target_search_done(struct target_search *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->candidates[i].name);
		free(s->candidates[i].link);
		free(s->candidates[i].reason);
	}
	free(s->candidates);
	*s = (struct target_search){ 0 };
}
