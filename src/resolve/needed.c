/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "elf/symtab.h"
#include "resolve/candidates.h"
#include "resolve/needed.h"

#define MAX_FILES 512

struct walk {
	const struct target_env *env;
	char *origin; /* of the program: its directory without links */
	struct needed *found;
	const char **names; /* asked for already */
	size_t n_names;
};

static void add(struct walk *w, size_t by, const char *path, struct elffile *elf)
{
	struct needed *found = w->found;

	found->files = xgrow(found->files, found->n, sizeof(*found->files));
	found->files[found->n++] = (struct needed_file){ xstrdup(path), elf, by };
}

static bool is_there(const struct walk *w, const struct elffile *elf)
{
	for (size_t i = 0; i < w->found->n; i++)
		if (w->found->files[i].elf->ino == elf->ino &&
		    w->found->files[i].elf->dev == elf->dev)
			return true;
	return false;
}

/* A library of another machine or class is passed over, as by the loader. */
static bool try_path(struct walk *w, size_t by, const char *path)
{
	const struct elffile *program = w->found->files[0].elf;
	auto_elffile struct elffile *elf = NULL;
	int fd = env_open(w->env, path);

	if (fd < 0 || elffile_open_fd(fd, path, &elf, NULL) < 0)
		return false;
	if (elf->machine != program->machine || elf->elf_class != program->elf_class)
		return false;
	if (!is_there(w, elf))
		add(w, by, path, STEAL(elf));
	return true;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xstrndup(path, slash - path) : xstrdup(".");
}

/* $ORIGIN and ${ORIGIN}; NULL: something else behind a '$', which is the loader's to know. */
static char *expand(const struct walk *w, size_t by, const char *dir)
{
	static const char *const forms[] = { "${ORIGIN}", "$ORIGIN" };
	auto_free char *origin = by ? directory_of(w->found->files[by].path) : xstrdup(w->origin);

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		size_t len = strlen(forms[i]);

		if (strncmp(dir, forms[i], len) == 0 && !strchr(dir + len, '$'))
			return xasprintf("%s%s", origin, dir + len);
	}
	return strchr(dir, '$') ? NULL : xstrdup(dir);
}

/* Directories between colons. */
static bool try_list(struct walk *w, size_t by, const char *list, const char *soname)
{
	auto_free char *copy = xstrdup_null(list);
	char *rest = copy, *dir;

	while (rest && (dir = strsep(&rest, ":"))) {
		auto_free char *expanded = expand(w, by, *dir ? dir : ".");
		auto_free char *path = expanded ? xasprintf("%s/%s", expanded, soname) : NULL;

		if (path && try_path(w, by, path))
			return true;
	}
	return false;
}

/* DT_RPATH is inherited from who needs the file that needs it, DT_RUNPATH is not. */
static bool try_rpaths(struct walk *w, size_t by, const char *soname)
{
	bool is_runpath = false;

	elf_search_path(w->found->files[by].elf, &is_runpath);
	if (is_runpath)
		return false;
	for (size_t i = by;; i = w->found->files[i].by) {
		const char *list = elf_search_path(w->found->files[i].elf, &is_runpath);

		if (list && !is_runpath && try_list(w, i, list, soname))
			return true;
		if (i == 0)
			return false;
	}
}

static bool try_runpath(struct walk *w, size_t by, const char *soname)
{
	bool is_runpath = false;
	const char *list = elf_search_path(w->found->files[by].elf, &is_runpath);

	return list && is_runpath && try_list(w, by, list, soname);
}

static bool is_soname(const char *soname, const char *wanted)
{
	return strcmp(soname, wanted) == 0;
}

static void try_system(struct walk *w, size_t by, const char *soname)
{
	CLEANUP(target_search_done) struct target_search s = { 0 };

	offer_libraries(&s, w->env, soname, is_soname);
	for (size_t i = 0; i < s.n; i++)
		try_path(w, by, s.candidates[i].name);
}

static void find_one(struct walk *w, size_t by, const char *soname)
{
	for (size_t i = 0; i < w->n_names; i++)
		if (strcmp(w->names[i], soname) == 0)
			return;
	w->names = xgrow(w->names, w->n_names, sizeof(*w->names));
	w->names[w->n_names++] = soname;
	if (strchr(soname, '/')) {
		try_path(w, by, soname);
		return;
	}
	if (!try_rpaths(w, by, soname) && !try_list(w, 0, w->env->library_path, soname) &&
	    !try_runpath(w, by, soname))
		try_system(w, by, soname);
}

/* The loader takes its own word for it: the link /proc/self/exe. */
static char *origin_of(const struct target_env *env, const char *path,
		       const struct elffile *elf)
{
	auto_free char *link = xasprintf("/proc/self/fd/%d", elf->fd);
	char real[4096];
	ssize_t n = readlink(link, real, sizeof(real) - 1);

	if (n < 0 || env->sysroot || env->pid)
		return directory_of(path);
	real[n] = 0;
	return directory_of(real);
}

void needed_find(const struct target_env *env, const char *path, struct elffile *program,
		 struct needed *ret)
{
	struct walk w = { .env = env, .found = ret, .origin = origin_of(env, path, program) };

	*ret = (struct needed){ 0 };
	add(&w, 0, path, program);
	for (size_t i = 0; i < ret->n && ret->n < MAX_FILES; i++) {
		auto_free const char **needed = NULL;

		if (elf_needed(ret->files[i].elf, &needed, NULL) < 0)
			continue;
		for (const char **p = needed; *p; p++)
			find_one(&w, i, *p);
	}
	free(w.names);
	free(w.origin);
}

void needed_done(struct needed *needed)
{
	for (size_t i = 0; i < needed->n; i++) {
		free(needed->files[i].path);
		if (i > 0)
			elffile_close(needed->files[i].elf);
	}
	free(needed->files);
	*needed = (struct needed){ 0 };
}
