/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "proc/kernel.h"

bool kernel_optimises_nop5(void)
{
#if defined(__x86_64__) && !defined(__ILP32__)
	/*
	 * uprobe(2), which those calls use. From anywhere else it fails with ENXIO, and where
	 * it is not known with ENOSYS. Its neighbour 335, uretprobe(2), would kill us.
	 */
	return syscall(336) < 0 && errno == ENXIO;
#else
	return false;
#endif
}

bool kernel_numbers_differ(void)
{
	const ino_t init_pid_namespace = 0xeffffffc; /* PROC_PID_INIT_INO */
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino != init_pid_namespace;
}

size_t kernel_available_kb(void)
{
	static const char key[] = "MemAvailable:"; /* since Linux 3.14 */
	auto_close int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	auto_buf text = BUF_INIT;
	const char *line;

	if (fd < 0 || fd_read_all(fd, &text) < 0)
		return 0;
	line = strstr(buf_str(&text), key);
	return line ? strtoul(line + strlen(key), NULL, 10) : 0;
}

bool kernel_may_undercount(void)
{
	unsigned major, minor;
	struct utsname u;

	return uname(&u) == 0 && sscanf(u.release, "%u.%u", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 12));
}
