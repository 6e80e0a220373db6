/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

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
