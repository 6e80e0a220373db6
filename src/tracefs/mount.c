/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libtracefs reads /proc/mounts and knows tracefs as well as debugfs' tracing folder, which
 * is all that kernels before 4.1 have. It is asked not to mount: its mount would stay.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <tracefs.h>
#include <unistd.h>

#include "base/buf.h"
#include "tracefs/mount.h"

#define TRACEFS_DIR "/sys/kernel/tracing"
#define MOUNT_COMMAND "mount -t tracefs nodev " TRACEFS_DIR

static bool system_file_has(const struct root *system, const char *file, const char *word)
{
	auto_buf b = BUF_INIT;

	return root_read(system, &b, "%s", file) == 0 && strstr(buf_str(&b), word);
}

static int explain_unmounted(const struct root *system, bool is_root, int code,
			     struct err *err)
{
	if (root_exists(system, "proc/filesystems") &&
	    !system_file_has(system, "proc/filesystems", "\ttracefs\n")) {
		err_set(err, ENODEV, "this kernel has no tracefs");
		return err_hint(err, "it must be built with CONFIG_UPROBE_EVENTS; before "
				     "Linux 4.1: mount -t debugfs nodev /sys/kernel/debug");
	}
	if (!is_root) {
		err_set(err, EPERM, "tracefs is not mounted, and only root may mount it");
		return err_hint(err, "run it as root (sudo), or have root say: " MOUNT_COMMAND);
	}
	if (code == EPERM || code == EACCES) {
		err_set(err, code, "tracefs is not mounted, and may not be mounted here");
		return err_hint(err, "in a container it has to come from outside: give it the "
				     "host's " TRACEFS_DIR ", or run on the host");
	}
	if (code == ENOSYS)
		err_set(err, code, "tracefs is not mounted");
	else
		err_set(err, code, "tracefs is not mounted and cannot be: %s", strerror(code));
	return err_hint(err, "%s", MOUNT_COMMAND);
}

int mount_explain(const struct root *system, bool is_root, const char *file, int code,
		  struct err *err)
{
	if (!file)
		return explain_unmounted(system, is_root, code, err);
	/* Booted locked down, the kernel makes no file in tracefs (tracefs_create_file()). */
	if ((code == EPERM || code == ENOENT) &&
	    system_file_has(system, "sys/kernel/security/lockdown", "[confidentiality]")) {
		err_set(err, code, "%s: the kernel is locked down (confidentiality)", file);
		return err_hint(err, "lockdown=confidentiality forbids all tracing; boot with "
				     "lockdown=integrity or none");
	}
	if (code == ENOENT) {
		err_set(err, code, "this kernel has no uprobe events: there is no %s", file);
		return err_hint(err, "it must be built with CONFIG_UPROBE_EVENTS=y, and not be "
				     "booted with lockdown=confidentiality");
	}
	if (!is_root && (code == EACCES || code == EPERM)) {
		err_set(err, code, "%s: no permission", file);
		return err_hint(err, "run it as root (sudo); to list and read, a tracefs "
				     "mounted with gid=GROUP lets that group in");
	}
	err_set(err, code, "%s: %s", file, strerror(code));
	if (code == EPERM || code == EACCES)
		err_hint(err, "a security module or the container forbids it: see dmesg and "
			      "/sys/kernel/security/lockdown");
	return -code;
}

#ifdef SYS_fsopen
/* The kernel's ABI (linux/mount.h), which older headers lack and sys/mount.h clashes with. */
enum {
	FS_OPEN_CLOEXEC = 1, FS_MOUNT_CLOEXEC = 1, FS_CONFIG_CREATE = 6,
	FS_ATTR_NOSUID_NODEV_NOEXEC = 2 | 4 | 8,
};

/* A mount that is attached nowhere and ends with its fd. */
static int mount_private(void)
{
	auto_close int fs = syscall(SYS_fsopen, "tracefs", FS_OPEN_CLOEXEC);
	int fd;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FS_CONFIG_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = syscall(SYS_fsmount, fs, FS_MOUNT_CLOEXEC, FS_ATTR_NOSUID_NODEV_NOEXEC);
	return fd < 0 ? -errno : fd;
}
#else
static int mount_private(void)
{
	return -ENOSYS;
}
#endif

static int find(struct root *ret, bool *ret_private, const char **ret_path)
{
	/* libtracefs gives memory that nobody may free: kept, so that it is no leak to LSan. */
	static const char *path;
	int fd;

	if (tracefs_tracing_dir_is_mounted(false, &path) > 0) {
		*ret_path = path;
		return root_open(ret, path);
	}
	fd = mount_private();
	if (fd < 0)
		return fd;
	root_adopt(ret, fd, TRACEFS_DIR);
	*ret_private = true;
	return 0;
}

int mount_open(struct root *ret, bool *ret_private, struct err *err)
{
	struct root system = ROOT_INIT;
	const char *path = NULL;
	int rc;

	*ret_private = false;
	rc = find(ret, ret_private, &path);
	if (rc == 0)
		return 0;
	if (root_open(&system, "/") < 0)
		return err_set(err, -rc, "tracefs: %s", strerror(-rc));
	rc = mount_explain(&system, geteuid() == 0, path, -rc, err);
	root_close(&system);
	return rc;
}
