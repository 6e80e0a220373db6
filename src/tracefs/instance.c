/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instances and their settings, and the buffers of their CPUs. Declared in control.h. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tracefs/control.h"

int instance_names(struct tfs *tfs, char ***ret, struct err *err)
{
	int rc = root_names(&tfs->root, true, ret, "instances");

	if (rc == -ENOENT) { /* before 3.10 there were none */
		*ret = xcalloc(1, sizeof(**ret));
		return 0;
	}
	return rc < 0 ? tfs_errno(err, TFS_READ, -rc, "instances") : 0;
}

int instance_create(struct tfs *tfs, const char *name, struct err *err)
{
	int rc = tfs_mkdir(tfs, "instances/%s", name);

	return rc < 0 ? tfs_errno(err, TFS_INSTANCE, -rc, name) : 0;
}

int instance_remove(struct tfs *tfs, const char *name, struct err *err)
{
	int rc = tfs_rmdir(tfs, "instances/%s", name);

	return rc < 0 ? tfs_errno(err, TFS_INSTANCE, -rc, name) : 0;
}

int control_set(struct tfs *tfs, const char *instance, const char *file, const char *value,
		struct err *err)
{
	auto_free char *path = control_path(instance, "%s", file);
	auto_free char *subject = NULL;
	bool opened;
	int rc = tfs_append(tfs, value, strlen(value), &opened, path);

	if (rc == 0)
		return 0;
	subject = xasprintf("%s = %.*s", file, (int)strcspn(value, "\n"), value);
	return tfs_errno(err, TFS_OPTION, -rc, subject);
}

bool control_option(struct tfs *tfs, const char *instance, const char *option, bool on)
{
	auto_free char *path = control_path(instance, "options/%s", option);
	bool opened;

	return tfs_append(tfs, on ? "1" : "0", 1, &opened, path) == 0;
}

int control_add_pids(struct tfs *tfs, const char *instance, const pid_t *tids, size_t n,
		     struct err *err)
{
	enum { CHUNK = 2000 }; /* trace_pid_write() takes any number, but one page is copied */
	auto_buf b = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		buf_addf(&b, "%d\n", (int)tids[i]);
		if (b.len < CHUNK && i + 1 < n)
			continue;
		rc = control_set(tfs, instance, "set_event_pid", buf_str(&b), err);
		buf_reset(&b);
	}
	return rc;
}

static int by_tid(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

bool control_has_pids(struct tfs *tfs, const char *instance, const pid_t *tids, size_t n)
{
	auto_free char *path = control_path(instance, "set_event_pid");
	auto_free pid_t *set = NULL; /* in order, as the kernel lists it */
	auto_buf text = BUF_INIT;
	size_t n_set = 0, i = 0;

	if (root_read(&tfs->root, &text, "%s", path) < 0)
		return false;
	for (const char *p = buf_str(&text); *p; p += strcspn(p, "\n"), p += *p == '\n') {
		set = xgrow(set, n_set, sizeof(*set));
		set[n_set++] = (pid_t)strtol(p, NULL, 10);
	}
	while (i < n && n_set && bsearch(&tids[i], set, n_set, sizeof(*set), by_tid))
		i++;
	return i == n;
}

/* "NAME: N" in a line of its own. */
static bool stat_value(const char *stats, const char *name, uint64_t *ret)
{
	size_t len = strlen(name);

	for (const char *p = stats; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const char *value = p + len + 2;

		if (strncmp(p, name, len) == 0 && text_starts(p + len, ": "))
			return num_parse_u64(value, strspn(value, "0123456789"), ret);
	}
	return false;
}

bool control_cpu_losses(struct tfs *tfs, const char *instance, int cpu, uint64_t *ret_overrun,
			uint64_t *ret_dropped)
{
	auto_free char *path = control_path(instance, "per_cpu/cpu%d/stats", cpu);
	auto_buf b = BUF_INIT;

	return root_read(&tfs->root, &b, "%s", path) == 0 &&
	       stat_value(buf_str(&b), "overrun", ret_overrun) &&
	       stat_value(buf_str(&b), "dropped events", ret_dropped);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int control_cpus(struct tfs *tfs, const char *instance, int **ret, size_t *ret_n,
		 struct err *err)
{
	auto_free char *path = control_path(instance, "per_cpu");
	char **names;
	int *cpus = NULL, rc = root_names(&tfs->root, true, &names, "%s", path);
	size_t n = 0;
	uint64_t cpu;

	if (rc < 0)
		return tfs_errno(err, TFS_READ, -rc, path);
	for (char **name = names; *name; name++)
		if (text_starts(*name, "cpu") && num_parse_uint(*name + 3, 65535, &cpu)) {
			cpus = xgrow(cpus, n, sizeof(*cpus));
			cpus[n++] = (int)cpu;
		}
	root_names_free(names);
	if (n)
		qsort(cpus, n, sizeof(*cpus), by_number);
	*ret = cpus;
	*ret_n = n;
	return 0;
}

int control_open_raw(struct tfs *tfs, const char *instance, int cpu)
{
	auto_free char *path = control_path(instance, "per_cpu/cpu%d/trace_pipe_raw", cpu);

	return root_openf(&tfs->root, O_RDONLY | O_NONBLOCK, "%s", path);
}

int control_open_pipe(struct tfs *tfs, const char *instance)
{
	auto_free char *path = control_path(instance, "trace_pipe");

	return root_openf(&tfs->root, O_RDONLY | O_NONBLOCK, "%s", path);
}
