/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Who a task is, or was. */

#include <stdbool.h>
#include <sys/types.h>

#include "tracefs/tfs.h"

/*
 * Name and process of a task: /proc's, and of one that is gone what the kernel has noted, if
 * it has ("" and 0 if not). False: neither is known. `in_proc`: the number is one of ours, by
 * which /proc may be asked.
 */
bool task_look_up(const struct tfs *tfs, pid_t tid, bool in_proc, char comm[16], pid_t *tgid);
