/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "session/runs.h"
#include "tracefs/control.h"
#include "tracefs/registry.h"

#define LOCK_PREFIX "run."
#define NAME_PREFIX "uctl_"
/*
 * For the instance of a run that ends now: five seconds, for a machine that is emulated or very
 * busy lets go of a file late. A dead run's is tried again by the next command.
 */
#define TRIES_OWN 100

static char *random_id(void)
{
	uint64_t bits = 0;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
		bits = (uint64_t)getpid() << 32 ^ (uint64_t)time(NULL);
	return xasprintf("%012" PRIx64, (uint64_t)(bits & 0xffffffffffff));
}

int run_begin(struct statedir *dir, struct run *run, struct err *err)
{
	auto_free char *id = random_id();
	auto_free char *file = xasprintf(LOCK_PREFIX "%s", id);
	bool was_locked = dir->is_locked;
	int rc = was_locked ? 0 : statedir_lock(dir, err);
	int fd;

	if (rc < 0)
		return rc;
	/* The directory is locked: nobody takes the file for a dead run's before we lock it. */
	fd = openat(dir->root.fd, file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
		rc = err_set(err, errno, "cannot make %s/%s: %s", dir->root.path, file,
			     strerror(errno));
		if (fd >= 0)
			close(fd);
	} else {
		*run = (struct run){ xasprintf(NAME_PREFIX "%s", id), fd, false };
	}
	if (!was_locked)
		statedir_unlock(dir);
	return rc;
}

int run_instance(struct tfs *tfs, struct run *run, struct err *err)
{
	int rc = instance_create(tfs, run->name, err);

	if (rc == 0)
		run->has_instance = true;
	return rc;
}

/* Definitions of a group. */
static int survey_group(struct tfs *tfs, const char *group, struct definition_list *ret,
			struct err *err)
{
	struct definition_list all = { 0 };
	int rc = registry_read(tfs, &all, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.defs[i].group, group) == 0)
			definition_list_take(ret, &all.defs[i]);
	definition_list_done(&all);
	return 0;
}

static bool is_gone(struct tfs *tfs, const char *group)
{
	struct definition_list defs = { 0 };
	bool gone = survey_group(tfs, group, &defs, NULL) == 0 && defs.n == 0;

	definition_list_done(&defs);
	return gone;
}

/*
 * A group's events, whatever number of locations they have: uprobe_events has a line for
 * each of those. NULL-terminated; none is no error.
 */
static int group_events(struct tfs *tfs, const char *group, char ***ret, struct err *err)
{
	int rc = root_names(&tfs->root, true, ret, "events/%s", group);

	if (rc == -ENOENT) {
		*ret = xcalloc(1, sizeof(**ret));
		return 0;
	}
	return rc < 0 ? tfs_errno(err, TFS_READ, -rc, group) : 0;
}

/* Who still has an event of the group on: NULL if nobody. Heap. */
static char *other_user(struct tfs *tfs, const char *group, char *const *events)
{
	char **instances = NULL, *user = NULL;

	if (instance_names(tfs, &instances, NULL) < 0)
		return NULL;
	for (; *events && !user; events++) {
		if (control_state(tfs, NULL, group, *events) == ENABLE_ON)
			user = xstrdup("the top level");
		for (char **p = instances; *p && !user; p++)
			if (control_state(tfs, *p, group, *events) == ENABLE_ON)
				user = xasprintf("instance %s", *p);
	}
	root_names_free(instances);
	return user;
}

static void keep_first(struct err *first, int *first_rc, const struct err *next, int rc)
{
	if (rc < 0 && *first_rc == 0) {
		*first_rc = rc;
		if (first)
			*first = *next;
	}
}

/* Disables one by one: each costs the kernel a grace period or two (R1). */
static void disable_all(struct tfs *tfs, const char *run, char *const *events)
{
	for (; *events; events++)
		if (control_state(tfs, run, run, *events) != ENABLE_OFF)
			control_enable(tfs, run, run, *events, false, NULL);
}

/*
 * An instance of which somebody has a file open cannot be removed. Mostly that is another
 * `list`, or a tool that looks at everything, and over at once.
 */
static int remove_instance(struct tfs *tfs, const char *name, int tries, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	int rc;

	for (int i = 1;; i++) {
		rc = instance_remove(tfs, name, err);
		if (rc != -EBUSY || i >= tries)
			return rc;
		nanosleep(&pause, NULL);
	}
}

/*
 * Removes a run's instance and group. The instance goes first: that also takes off what it
 * had enabled of other people's events, and its triggers. One that stays, because somebody
 * looks into it, keeps nothing armed: the group goes all the same.
 */
static int take_down(struct tfs *tfs, const char *name, int tries, struct err *err)
{
	auto_free char *user = NULL;
	struct err later = ERR_INIT;
	char **events = NULL;
	int first = 0, rc = group_events(tfs, name, &events, &later);

	if (rc < 0) {
		keep_first(err, &first, &later, rc);
		return first;
	}
	if (root_exists(&tfs->root, "instances/%s", name)) {
		disable_all(tfs, name, events);
		rc = remove_instance(tfs, name, tries, &later);
		keep_first(err, &first, &later, rc);
	}
	user = other_user(tfs, name, events);
	if (user) {
		rc = err_set(&later, EBUSY, "%s has a probe of the ended run %s enabled", user,
			     name);
		keep_first(err, &first, &later, rc);
	} else if (*events) {
		rc = registry_delete_group(tfs, name, &later);
		/* Somebody else may have been quicker, with all of them. */
		if (rc != -ENOENT || !is_gone(tfs, name))
			keep_first(err, &first, &later, rc);
	}
	root_names_free(events);
	return first;
}

static void unlink_lock(const struct statedir *dir, const char *name)
{
	auto_free char *file = xasprintf(LOCK_PREFIX "%s", name + strlen(NAME_PREFIX));

	unlinkat(dir->root.fd, file, 0);
}

int run_end(struct tfs *tfs, struct statedir *dir, struct run *run, struct err *err)
{
	int rc;

	if (!run->name)
		return 0;
	rc = take_down(tfs, run->name, TRIES_OWN, err);
	if (rc == 0)
		unlink_lock(dir, run->name);
	close(run->lock_fd);
	free(run->name);
	*run = (struct run)RUN_INIT;
	return rc;
}

/* Whether the run that made this lock file is dead. */
static bool is_dead(const struct statedir *dir, const char *file)
{
	auto_close int fd = openat(dir->root.fd, file, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

enum run_state run_state_of(const struct statedir *dir, const char *group)
{
	auto_free char *file = NULL;

	if (dir->root.fd < 0 || !text_starts(group, NAME_PREFIX))
		return RUN_NONE;
	file = xasprintf(LOCK_PREFIX "%s", group + strlen(NAME_PREFIX));
	if (!root_exists(&dir->root, "%s", file))
		return RUN_NONE;
	return is_dead(dir, file) ? RUN_DEAD : RUN_ALIVE;
}

/* Names of the dead runs' groups, NULL-terminated. */
static int dead_names(const struct statedir *dir, char ***ret)
{
	char **files = NULL, **names = NULL;
	size_t n = 0;
	int rc = dir->root.fd < 0 ? -ENOENT : root_names(&dir->root, false, &files, "%s", "");

	for (char **p = files; p && *p; p++) {
		if (!text_starts(*p, LOCK_PREFIX) || !is_dead(dir, *p))
			continue;
		names = xgrow(names, n, sizeof(*names));
		names[n++] = xasprintf(NAME_PREFIX "%s", *p + strlen(LOCK_PREFIX));
	}
	root_names_free(files);
	names = xgrow(names, n, sizeof(*names));
	names[n] = NULL;
	*ret = names;
	return rc == -ENOENT ? 0 : rc;
}

int stale_find(struct tfs *tfs, struct statedir *dir, struct stale_run **ret, size_t *ret_n,
	       struct err *err)
{
	struct stale_run *runs = NULL;
	char **names = NULL;
	size_t n = 0;
	int rc = dead_names(dir, &names);

	if (rc < 0)
		err_set(err, -rc, "%s: %s", dir->root.path, strerror(-rc));
	for (char **p = names; rc == 0 && *p; p++) {
		struct definition_list defs = { 0 };

		rc = survey_group(tfs, *p, &defs, err);
		runs = xgrow(runs, n, sizeof(*runs));
		runs[n++] = (struct stale_run){
			xstrdup(*p), defs.n, root_exists(&tfs->root, "instances/%s", *p)
		};
		definition_list_done(&defs);
	}
	root_names_free(names);
	*ret = runs;
	*ret_n = n;
	return rc;
}

void stale_free(struct stale_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(runs[i].name);
	free(runs);
}

int stale_clear(struct tfs *tfs, struct statedir *dir, size_t *ret_removed, struct err *err)
{
	bool was_locked = dir->is_locked;
	char **names = NULL;
	int first = 0, rc;

	*ret_removed = 0;
	rc = was_locked ? 0 : statedir_lock(dir, err);
	if (rc == 0)
		rc = dead_names(dir, &names);
	for (char **p = names; rc == 0 && *p; p++) {
		struct err later = ERR_INIT;
		int one = take_down(tfs, *p, 1, &later);

		keep_first(err, &first, &later, one);
		if (one == 0) {
			unlink_lock(dir, *p);
			(*ret_removed)++;
		}
	}
	root_names_free(names);
	if (!was_locked)
		statedir_unlock(dir);
	return rc < 0 ? rc : first;
}
