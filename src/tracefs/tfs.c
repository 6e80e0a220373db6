/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "tracefs/features.h"
#include "tracefs/mount.h"
#include "tracefs/tfs.h"

/* Why a file of tracefs cannot be had. */
static int explain_file(const struct tfs *tfs, const char *file, int code, struct err *err)
{
	auto_free char *path = xasprintf("%s/%s", tfs->root.path, file);
	struct root system = ROOT_INIT;
	int rc;

	if (root_open(&system, "/") < 0)
		return err_set(err, code, "%s: %s", path, strerror(code));
	rc = mount_explain(&system, geteuid() == 0, path, code, err);
	root_close(&system);
	return rc;
}

/*
 * The file is opened, as only the open tells: lockdown refuses it whatever the modes say
 * (kernel-facts 8), and reading is all that `list` needs.
 */
static int check_events_file(const struct tfs *tfs, struct err *err)
{
	const char *file = tfs_events_file(tfs);
	auto_close int fd = root_openf(&tfs->root, O_RDONLY, "%s", file);

	if (fd >= 0)
		return 0;
	if (tfs->is_fake)
		return err_set(err, -fd, "%s/%s: %s", tfs->root.path, file, strerror(-fd));
	return explain_file(tfs, file, -fd, err);
}

static int no_events_file(const struct tfs *tfs, struct err *err)
{
	if (!tfs->is_fake)
		return explain_file(tfs, "uprobe_events", ENOENT, err);
	err_set(err, ENOENT, "%s has no uprobe_events", tfs->root.path);
	return err_hint(err, "--tracefs names the directory where tracefs is mounted");
}

/*
 * dynamic_events is there without uprobe_events also where only kprobes are built in; only
 * README, whose (ref_ctr_offset) is as old as that file, says whether it takes uprobes.
 */
static bool takes_uprobes(const struct features *f)
{
	return f->uprobe_events || (f->dynamic_events && (f->ref_ctr || !f->readme));
}

int tfs_open(struct tfs *tfs, const char *dir, struct err *err)
{
	int rc;

	*tfs = (struct tfs){ .root = ROOT_INIT, .is_fake = dir != NULL };
	if (!dir)
		rc = mount_open(&tfs->root, &tfs->is_private, err);
	else if ((rc = root_open(&tfs->root, dir)) < 0)
		rc = err_set(err, -rc, "%s: %s", dir, strerror(-rc));
	if (rc < 0)
		return rc;
	features_detect(&tfs->root, &tfs->features);
	if (!takes_uprobes(&tfs->features))
		rc = no_events_file(tfs, err);
	else
		rc = check_events_file(tfs, err);
	if (rc < 0)
		tfs_close(tfs);
	return rc;
}

void tfs_close(struct tfs *tfs)
{
	root_close(&tfs->root);
}

const char *tfs_events_file(const struct tfs *tfs)
{
	return tfs->features.uprobe_events ? "uprobe_events" : "dynamic_events";
}

int tfs_append(struct tfs *tfs, const void *data, size_t len, bool *ret_opened,
	       const char *file)
{
	auto_close int fd = root_openf(&tfs->root, O_WRONLY | O_APPEND, "%s", file);

	*ret_opened = fd >= 0;
	if (fd < 0)
		return fd;
	if (tfs->on_write)
		tfs->on_write(tfs->on_write_ctx, file, data, len);
	return fd_write_once(fd, data, len);
}

/* The path that fmt makes, as a heap string of the scope's. */
#define BELOW(file, fmt)                                                                 \
	auto_free char *file = NULL;                                                     \
	do {                                                                             \
		va_list ap_;                                                             \
		va_start(ap_, fmt);                                                      \
		file = xvasprintf(fmt, ap_);                                             \
		va_end(ap_);                                                             \
	} while (0)

int tfs_puts(struct tfs *tfs, const char *data, const char *fmt, ...)
{
	bool opened;

	BELOW(file, fmt);
	return tfs_append(tfs, data, strlen(data), &opened, file);
}

int tfs_mkdir(struct tfs *tfs, const char *fmt, ...)
{
	BELOW(dir, fmt);
	if (tfs->on_dir)
		tfs->on_dir(tfs->on_write_ctx, dir, true);
	return root_mkdir(&tfs->root, "%s", dir);
}

int tfs_rmdir(struct tfs *tfs, const char *fmt, ...)
{
	BELOW(dir, fmt);
	if (tfs->on_dir)
		tfs->on_dir(tfs->on_write_ctx, dir, false);
	return root_rmdir(&tfs->root, "%s", dir);
}
