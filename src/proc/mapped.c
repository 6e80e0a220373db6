/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/xalloc.h"
#include "proc/mapped.h"
#include "proc/proc.h"

bool mapped_is_of(const struct mapped_file *f, const struct proc_map *map)
{
	return f->ino == map->ino && f->major == map->major && f->minor == map->minor;
}

struct mapped_file *mapped_at(const struct mapped *m, const struct proc_map *map)
{
	for (size_t i = 0; i < m->n; i++)
		if (mapped_is_of(&m->files[i], map))
			return &m->files[i];
	return NULL;
}

static struct mapped_file *file_of(struct mapped *m, struct proc_map *map)
{
	struct mapped_file *f = mapped_at(m, map);

	if (f)
		return f;
	m->files = xgrow(m->files, m->n, sizeof(*m->files));
	f = &m->files[m->n++];
	*f = (struct mapped_file){
		.major = map->major,
		.minor = map->minor,
		.ino = map->ino,
		.is_deleted = map->is_deleted,
		.start = map->start,
		.end = map->end,
	};
	f->path = STEAL(map->path);
	return f;
}

static void add_process(struct mapped *m, pid_t pid, struct proc_maps *maps)
{
	for (size_t i = 0; i < maps->n; i++) {
		struct mapped_file *f = file_of(m, &maps->maps[i]);

		if (f->n_pids && f->pids[f->n_pids - 1] == pid)
			continue;
		f->pids = xgrow(f->pids, f->n_pids, sizeof(*f->pids));
		f->pids[f->n_pids++] = pid;
	}
}

static int read_one(struct mapped *m, pid_t pid)
{
	struct proc_maps maps = { 0 };
	int rc = proc_maps_read(pid, &maps);

	if (rc < 0)
		return rc;
	m->n_processes++;
	add_process(m, pid, &maps);
	proc_maps_done(&maps);
	return 0;
}

int mapped_read(pid_t pid, struct mapped *ret)
{
	auto_free pid_t *pids = NULL;
	size_t n = 0;
	int rc;

	*ret = (struct mapped){ 0 };
	if (pid)
		return read_one(ret, pid);
	rc = proc_pids(&pids, &n);
	for (size_t i = 0; i < n; i++) {
		int one = read_one(ret, pids[i]);

		if (one == -EACCES || one == -EPERM)
			ret->n_hidden++;
	}
	return rc;
}

void mapped_done(struct mapped *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->files[i].path);
		free(m->files[i].pids);
	}
	free(m->files);
	*m = (struct mapped){ 0 };
}

bool mapped_stat(const struct mapped_file *f, struct stat *ret)
{
	const struct proc_map map = {
		.start = f->start,
		.end = f->end,
		.ino = f->ino,
		.path = f->path,
		.is_deleted = f->is_deleted,
	};

	return f->n_pids && proc_map_stat(f->pids[0], &map, ret);
}

/* Inodes of different file systems may have one number, under one path (containers). */
static bool is_file(const struct mapped_file *f, dev_t dev, const char *path)
{
	struct stat st;

	if (mapped_stat(f, &st))
		return st.st_dev == dev;
	return !f->is_deleted && strcmp(f->path, path) == 0;
}

const struct mapped_file *mapped_find(const struct mapped *m, dev_t dev, ino_t ino,
				      const char *path)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct mapped_file *f = &m->files[i];

		if (f->ino == ino && f->major == major(dev) && f->minor == minor(dev))
			return f;
	}
	for (size_t i = 0; i < m->n; i++)
		if (m->files[i].ino == ino && is_file(&m->files[i], dev, path))
			return &m->files[i];
	return NULL;
}

size_t mapped_count(const struct mapped *m, dev_t dev, ino_t ino, const char *path)
{
	const struct mapped_file *f = mapped_find(m, dev, ino, path);

	return f ? f->n_pids : 0;
}

size_t mapped_older(const struct mapped *m, const char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->files[i].is_deleted && strcmp(m->files[i].path, path) == 0)
			n += m->files[i].n_pids;
	return n;
}

char *mapped_link(const struct mapped_file *f)
{
	return proc_map_link(f->pids[0], f->start, f->end);
}
