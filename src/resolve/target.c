/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/definition.h"
#include "proc/proc.h"
#include "resolve/candidates.h"
#include "resolve/needed.h"
#include "resolve/target.h"

static bool is_writable(const char *path)
{
	return strchr(path, '/') && definition_takes_path(path);
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

/* With -p: the file the process has mapped under a path; its name may be gone by now. */
static const struct mapped_file *mapped_as(const struct mapped *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->files[i].path, path) == 0)
			return &m->files[i];
	return NULL;
}

static bool is_mapped_as(const struct target_env *env, const char *path)
{
	CLEANUP(mapped_done) struct mapped m = { 0 };

	return env->pid && mapped_read(env->pid, &m) == 0 && mapped_as(&m, path);
}

bool target_path_exists(const struct target_env *env, const char *path)
{
	auto_free char *full = absolute(path);
	struct stat st;

	return (env_stat(env, full, &st) && !S_ISDIR(st.st_mode)) || is_mapped_as(env, full);
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
static char *kernel_path(const struct target_env *env, const struct target_candidate *c,
			 const struct elffile *elf)
{
	auto_free char *root = env_root(env);
	auto_free char *full = xasprintf("%s%s", root, c->name);

	if (env->sysroot)
		return xstrdup(c->name);
	if (is_writable(c->name) && leads_to(c->name, elf))
		return xstrdup(c->name);
	if (is_writable(full) && leads_to(full, elf))
		return STEAL(full);
	/* It outlives us, unlike a number of our table of files. */
	if (c->link && leads_to(c->link, elf))
		return xstrdup(c->link);
	return xasprintf("/proc/self/fd/%d", elf->fd);
}

int target_open(const struct target_env *env, const struct target_candidate *c,
		struct target *ret, struct err *err)
{
	auto_free char *root = env_root(env);
	int fd = c->link ? open(c->link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
			 : env_open(env, c->name);
	struct elffile *elf;
	int rc;

	if (fd < 0 && c->link)
		return err_set(err, errno, "cannot open %s: %s", c->link, strerror(errno));
	/* elffile_open() knows the messages; it is asked by path only when that failed. */
	if (fd < 0) {
		auto_free char *full = xasprintf("%s%s", root, c->name);

		rc = elffile_open(-1, full, &elf, err);
	} else {
		rc = elffile_open_fd(fd, c->name, &elf, err);
	}
	if (rc < 0)
		return rc;
	debugfile_set_root(elf, root);
	if (env->debuginfod)
		debugfile_ask_servers(elf, env->debuginfod, env->debuginfod_ctx);
	*ret = (struct target){
		.name = xstrdup(c->name),
		.path = kernel_path(env, c, elf),
		.reason = xstrdup_null(c->reason),
		.elf = elf,
	};
	return 0;
}

static void add_candidate(struct target_search *s, char *name, char *link, char *reason)
{
	s->candidates = xgrow(s->candidates, s->n, sizeof(*s->candidates));
	s->candidates[s->n++] = (struct target_candidate){ .name = name, .link = link,
							   .reason = reason };
}

/* A path that was typed. Whether it can be opened is found out, and said, by target_open(). */
static void search_path(const struct target_env *env, const char *path,
			struct target_search *ret)
{
	CLEANUP(mapped_done) struct mapped m = { 0 };
	const struct mapped_file *f = NULL;
	struct stat st;

	if (env->pid && mapped_read(env->pid, &m) == 0)
		f = mapped_as(&m, path);
	if (f && !env_leads_to(env, f, &st)) {
		auto_free char *reason = xasprintf("of process %d", (int)env->pid);

		offer_mapped(ret, env, f, reason);
	} else {
		add_candidate(ret, xstrdup(path), NULL, NULL);
	}
}

/* Why /proc/PID/exe leads nowhere. */
static int no_program(pid_t pid, int why, struct err *err)
{
	char state = proc_state(pid, NULL);

	if (why == ENOENT && !state)
		return err_set(err, ESRCH, "there is no process %d", (int)pid);
	if (why == ENOENT && state == 'Z')
		return err_set(err, ESRCH, "process %d has ended; nobody has waited for it yet",
			       (int)pid);
	if (why == ENOENT)
		return err_set(err, ENOEXEC, "process %d has no program: it is a thread of the "
					     "kernel", (int)pid);
	err_set(err, why, "cannot look at process %d: %s", (int)pid, strerror(why));
	return why == EACCES || why == EPERM ? err_hint(err, "run as root") : -why;
}

/* The program of a process, then everything else that it maps. */
static int search_process(const struct target_env *env, struct target_search *ret,
			  struct err *err)
{
	static const char deleted[] = " (deleted)";
	auto_free char *link = xasprintf("/proc/%d/exe", (int)env->pid);
	CLEANUP(target_search_done) struct target_search others = { 0 };
	char name[PATH_MAX];
	ssize_t len = readlink(link, name, sizeof(name) - 1);
	struct stat st;

	if (len < 0)
		return no_program(env->pid, errno, err);
	name[len] = 0;
	if (text_ends(name, deleted))
		name[len - strlen(deleted)] = 0;
	add_candidate(ret, xstrdup(name), STEAL(link),
		      xasprintf("the program of process %d", (int)env->pid));
	ret->choice = TARGET_FIRST;
	if (search_mapped(env, &others, NULL) < 0)
		return 0;
	if (stat(ret->candidates[0].link, &st) < 0)
		st.st_ino = 0;
	for (size_t i = 0; i < others.n; i++) {
		struct target_candidate *c = &others.candidates[i];

		if (c->ino != st.st_ino || c->dev != st.st_dev)
			add_candidate(ret, STEAL(c->name), STEAL(c->link), STEAL(c->reason));
	}
	return 0;
}

/* What its loader will map besides. */
static void add_needed(const struct target_env *env, struct target_search *s)
{
	const char *program = s->candidates[0].name;
	CLEANUP(needed_done) struct needed needed = { 0 };
	auto_elffile struct elffile *elf = NULL;
	int fd = env_open(env, program);

	if (fd < 0 || elffile_open_fd(fd, program, &elf, NULL) < 0)
		return;
	needed_find(env, program, elf, &needed);
	for (size_t i = 1; i < needed.n; i++)
		add_candidate(s, STEAL(needed.files[i].path), NULL,
			      xasprintf("a library of %s", program));
}

static int search_command(const struct target_env *env, struct target_search *ret,
			  struct err *err)
{
	auto_free char *path = NULL;
	int rc;

	if (strchr(env->program, '/')) {
		path = absolute(env->program);
		add_candidate(ret, STEAL(path), NULL, xstrdup("the command's program"));
	} else {
		rc = search_program(env, env->program, ret);
		if (rc < 0)
			return err_set(err, -rc, "the command '%s' is not found along PATH",
				       env->program);
	}
	ret->choice = TARGET_FIRST;
	add_needed(env, ret);
	return 0;
}

static int search_empty(const struct target_env *env, struct target_search *ret,
			struct err *err)
{
	if (env->pid)
		return search_process(env, ret, err);
	if (env->program)
		return search_command(env, ret, err);
	err_set(err, EINVAL, "no file before the ':'");
	return err_hint(err, "with -p PID or -- COMMAND an empty target means its program");
}

int target_search(const struct target_env *env, const char *typed,
		  struct target_search *ret, struct err *err)
{
	CLEANUP(target_search_done) struct target_search s = { 0 };
	auto_free char *path = strchr(typed, '/') ? absolute(typed) : NULL;
	int rc = 0;

	if (!*typed)
		rc = search_empty(env, &s, err);
	else if (path && text_is_glob(path) && !target_path_exists(env, path))
		rc = search_pattern(env, path, &s, err);
	else if (path)
		search_path(env, path, &s);
	else if (strcmp(typed, "*") == 0)
		rc = search_mapped(env, &s, err);
	else if (text_is_glob(typed))
		rc = search_pattern(env, typed, &s, err);
	else
		rc = search_word(env, typed, &s, err);
	if (rc == 0) {
		*ret = s;
		s = (struct target_search){ 0 };
	}
	return rc;
}

bool target_search_at(const struct target_env *env, uint64_t address,
		      struct target_search *ret)
{
	CLEANUP(mapped_done) struct mapped files = { 0 };
	auto_free char *reason = xasprintf("of process %d, at that address", (int)env->pid);
	struct proc_maps maps = { 0 };
	const struct mapped_file *f = NULL;
	const struct proc_map *at;

	if (!env->pid || proc_maps_read(env->pid, &maps) < 0)
		return false;
	at = proc_maps_at(&maps, address);
	if (at && mapped_read(env->pid, &files) == 0)
		f = mapped_at(&files, at);
	if (f)
		offer_mapped(ret, env, f, reason);
	proc_maps_done(&maps);
	return f != NULL;
}

static int not_one(const char *typed, const struct target_search *s, struct err *err)
{
	err_set(err, EEXIST, "'%s' is %zu files; name one", typed, s->n);
	for (size_t i = 0; i < s->n && i < 20; i++)
		err_detail(err, "%s", s->candidates[i].name);
	if (s->n > 20)
		err_detail(err, "... and %zu more", s->n - 20);
	return -EEXIST;
}

int target_find(const struct target_env *env, const char *typed, struct target *ret,
		struct err *err)
{
	CLEANUP(target_search_done) struct target_search s = { 0 };
	int rc = target_search(env, typed, &s, err);

	if (rc < 0)
		return rc;
	if (!s.candidates)
		return err_set(err, ENOENT, "no file is called '%s'", typed);
	if (s.choice == TARGET_DEFINING && s.n > 1)
		return not_one(typed, &s, err);
	return target_open(env, s.candidates, ret, err);
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
