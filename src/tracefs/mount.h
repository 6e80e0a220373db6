/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Where tracefs is, mounting it without a name, and why it cannot be had. tfs.c's own. */

#include <stdbool.h>

#include "base/err.h"
#include "base/root.h"

/* Opens the tracefs that is mounted, else a private one. -errno with message and hint. */
int mount_open(struct root *ret, bool *ret_private, struct err *err);
/*
 * Says why `file` of the tracefs cannot be opened (`file` NULL: why none can be mounted).
 * `system` is the machine's '/': its proc/filesystems and sys/kernel/security/lockdown are
 * looked at. Returns -err->code.
 */
int mount_explain(const struct root *system, bool is_root, const char *file, int code,
		  struct err *err);
