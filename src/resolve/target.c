/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A candidate is a path with the reason it came up. All candidates of a word are collected,
 * those that are the same file folded, and if more than one is left the user decides:
 * nothing is picked silently.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proc/proc.h"
#include "resolve/ldcache.h"
#include "resolve/target.h"

struct candidate {
	char *path; /* as seen in the environment's root */
	const char *reason;
	dev_t dev;
	ino_t ino;
};

struct candidates {
	struct candidate *c;
	size_t n;
};

static void candidates_done(struct candidates *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->c[i].path);
	free(list->c);
}

/* The directory that stands for "/": heap, "" for our own root. */
static char *root_of(const struct target_env *env)
{
	if (env->pid)
		return xasprintf("/proc/%d/root", (int)env->pid);
	return xstrdup(env->sysroot ? env->sysroot : "");
}

/* A path of the environment, as we can open it. */
static char *inside(const struct target_env *env, const char *path)
{
	auto_free char *root = root_of(env);

	return xasprintf("%s%s", path[0] == '/' ? root : "", path);
}

static bool stat_inside(const struct target_env *env, const char *path, struct stat *st)
{
	auto_free char *full = inside(env, path);

	return stat(full, st) == 0;
}

bool target_path_exists(const struct target_env *env, const char *path)
{
	struct stat st;

	return stat_inside(env, path, &st) && !S_ISDIR(st.st_mode);
}

bool target_path_writable(const char *path)
{
	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		if (*p <= ' ' || *p == '#' || *p == 0xa0 || *p == 0x7f)
			return false;
	return strchr(path, '/') != NULL;
}

static void offer(struct candidates *list, const struct target_env *env, const char *path,
		  const char *reason)
{
	struct stat st;

	if (!stat_inside(env, path, &st) || !S_ISREG(st.st_mode))
		return;
	for (size_t i = 0; i < list->n; i++)
		if (list->c[i].dev == st.st_dev && list->c[i].ino == st.st_ino)
			return;
	list->c = xgrow(list->c, list->n, sizeof(*list->c));
	list->c[list->n++] = (struct candidate){ xstrdup(path), reason, st.st_dev, st.st_ino };
}

/* Programs along PATH: the first, as the shell would; it must be executable. */
static void offer_program(struct candidates *list, const struct target_env *env,
			  const char *word)
{
	const char *p = env->search_path;

	while (p && *p && list->n == 0) {
		size_t len = strcspn(p, ":");
		auto_free char *path = xasprintf("%.*s/%s", (int)len, p, word);
		struct stat st;

		if (len && p[0] == '/' && stat_inside(env, path, &st) && (st.st_mode & 0111))
			offer(list, env, path, "by PATH");
		p += len + (p[len] == ':');
	}
}

/* The machine and class of programs here: what a library must match to be meant. */
static bool our_flavour(const struct ldcache_entry *e)
{
#if defined(__x86_64__)
	return e->machine == 62 && e->elf_class == (sizeof(long) == 8 ? 2 : 1);
#else
	return e->elf_class == (sizeof(long) == 8 ? 2 : 1);
#endif
}

static void offer_libraries(struct candidates *list, const struct target_env *env,
			    const char *word)
{
	auto_free char *cache = inside(env, "/etc/ld.so.cache");
	auto_close int fd = open(cache, O_RDONLY | O_CLOEXEC);
	auto_free struct ldcache_entry *entries = NULL;
	auto_buf data = BUF_INIT;
	size_t n = 0;

	if (fd < 0 || fd_read_all(fd, &data) < 0 ||
	    ldcache_parse(buf_str(&data), data.len, &entries, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (our_flavour(&entries[i]) && ldcache_matches(entries[i].soname, word))
			offer(list, env, entries[i].path, "by ld.so.cache");
}

static int no_candidate(const char *typed, struct err *err)
{
	err_set(err, ENOENT, "no program or library is called '%s'", typed);
	return err_hint(err, "a program is looked up along PATH, a library (libc.so.6, libc, "
			     "c) in /etc/ld.so.cache; any other file needs a path: ./%s",
			typed);
}

static int too_many(const char *typed, const struct candidates *list, struct err *err)
{
	err_set(err, EEXIST, "'%s' is %zu different files; name one", typed, list->n);
	for (size_t i = 0; i < list->n; i++)
		err_detail(err, "%s  (%s)", list->c[i].path, list->c[i].reason);
	return -EEXIST;
}

/* Without `.` and `//` at its start; links are kept: the user sees what was typed. */
static char *absolute(const char *path)
{
	auto_free char *cwd = NULL;

	if (path[0] == '/')
		return xstrdup(path);
	while (path[0] == '.' && path[1] == '/')
		for (path += 2; path[0] == '/';)
			path++;
	cwd = getcwd(NULL, 0);
	return xasprintf("%s/%s", cwd && strcmp(cwd, "/") != 0 ? cwd : "", path);
}

static bool leads_to(const char *path, const struct elffile *elf)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ino == elf->ino && st.st_dev == elf->dev;
}

/*
 * The path the kernel is told: the name itself if the kernel can read it and it leads to the
 * inode we read, else one through /proc.
 */
static char *kernel_path(const struct target_env *env, const char *name,
			 const struct elffile *elf)
{
	auto_free char *full = inside(env, name);

	if (env->sysroot)
		return xstrdup(name);
	if (target_path_writable(name) && leads_to(name, elf))
		return xstrdup(name);
	if (target_path_writable(full) && leads_to(full, elf))
		return STEAL(full);
	return xasprintf("/proc/self/fd/%d", elf->fd);
}

/* The name as maps have it: the links on the way to the file's directory are gone. Heap. */
static char *mapped_name(const char *full)
{
	const char *base = strrchr(full, '/');
	auto_free char *dir = xstrndup(full, base - full + 1);
	auto_close int fd = open(dir, O_PATH | O_CLOEXEC);
	auto_free char *link = xasprintf("/proc/self/fd/%d", fd);
	char name[PATH_MAX];
	ssize_t len = readlink(link, name, sizeof(name));

	if (fd < 0 || len < 0 || (size_t)len == sizeof(name))
		return NULL;
	return xasprintf("%.*s%s", len == 1 ? 0 : (int)len, name, base);
}

/*
 * Deleted or replaced while the process runs: what it runs is the file it maps, not the one
 * of that name now. Heap: a link that leads there, for us and for the kernel. NULL if the
 * process maps what the name says, or nothing of that name.
 */
static char *mapped_deleted(const struct target_env *env, const char *full)
{
	auto_free char *name = env->pid ? mapped_name(full) : NULL;
	struct proc_maps maps = { 0 };
	char *link = NULL;

	if (!name || proc_maps_read(env->pid, &maps) < 0)
		return NULL;
	for (size_t i = 0; i < maps.n && !link; i++) {
		const struct proc_map *m = &maps.maps[i];

		if (strcmp(m->path, name) != 0)
			continue;
		if (!m->is_deleted)
			break;
		link = xasprintf("/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)env->pid,
				 m->start, m->end);
	}
	proc_maps_done(&maps);
	return link;
}

static int open_target(const struct target_env *env, const char *name, const char *reason,
		       struct target *ret, struct err *err)
{
	auto_free char *full = inside(env, name);
	auto_free char *deleted = mapped_deleted(env, full);
	int fd = open(deleted ? deleted : full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct elffile *elf;
	int rc;

	/* elffile_open() knows the messages; it is asked by path only when that failed. */
	rc = fd < 0 ? elffile_open(-1, full, &elf, err) : elffile_open_fd(fd, name, &elf, err);
	if (rc < 0)
		return rc;
	*ret = (struct target){
		.name = xstrdup(name),
		.path = deleted ? xstrdup(deleted) : kernel_path(env, name, elf),
		.reason = deleted ? xasprintf("deleted or replaced, but mapped by process %d",
					      (int)env->pid)
				  : xstrdup_null(reason),
		.elf = elf,
	};
	return 0;
}

static int find_word(const struct target_env *env, const char *typed, struct target *ret,
		     struct err *err)
{
	CLEANUP(candidates_done) struct candidates list = { 0 };

	offer_program(&list, env, typed);
	offer_libraries(&list, env, typed);
	if (list.n == 0)
		return no_candidate(typed, err);
	if (list.n > 1)
		return too_many(typed, &list, err);
	return open_target(env, list.c[0].path, list.c[0].reason, ret, err);
}

static int find_executable(const struct target_env *env, struct target *ret, struct err *err)
{
	auto_free char *link = xasprintf("/proc/%d/exe", (int)env->pid);
	char name[PATH_MAX];
	ssize_t len = readlink(link, name, sizeof(name) - 1);
	struct elffile *elf;
	int rc, fd;

	if (len < 0)
		return errno == ENOENT ? err_set(err, ESRCH, "there is no process %d, or it has "
							     "no program", (int)env->pid)
				       : err_set(err, errno, "cannot look at process %d: %s",
						 (int)env->pid, strerror(errno));
	name[len] = 0;
	fd = open(link, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 ? elffile_open(-1, link, &elf, err) : elffile_open_fd(fd, name, &elf, err);
	if (rc < 0)
		return rc;
	*ret = (struct target){
		.name = xstrdup(name),
		.path = kernel_path(env, name, elf),
		.reason = xasprintf("the program of process %d", (int)env->pid),
		.elf = elf,
	};
	if (strncmp(ret->path, "/proc/self/", 11) == 0) {
		free(ret->path);
		ret->path = STEAL(link); /* outlives us, unlike a number of our fd table */
	}
	return 0;
}

int target_find(const struct target_env *env, const char *typed, struct target *ret,
		struct err *err)
{
	auto_free char *path = NULL;

	if (!*typed && env->pid)
		return find_executable(env, ret, err);
	if (!*typed) {
		err_set(err, EINVAL, "no file before the ':'");
		return err_hint(err, "with -p PID an empty target means the process's program");
	}
	if (!strchr(typed, '/'))
		return find_word(env, typed, ret, err);
	path = absolute(typed);
	return open_target(env, path, NULL, ret, err);
}

void target_done(struct target *t)
{
	free(t->name);
	free(t->path);
	free(t->reason);
	elffile_close(t->elf);
	*t = (struct target){ 0 };
}

void target_list_done(struct target_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		target_done(&list->targets[i]);
	free(list->targets);
	*list = (struct target_list){ 0 };
}
