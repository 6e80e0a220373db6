/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Putting definitions into the kernel, all or none. */

#include <stddef.h>

#include "base/err.h"
#include "probe/definition.h"
#include "tracefs/tfs.h"

/*
 * Writes the definitions. The kernel applies the lines before a bad one (R5): on failure
 * those are deleted again. Their events are new, so they are whole ours, and never enabled,
 * so deleting them is safe and cheap.
 */
int install(struct tfs *tfs, const struct definition *defs, size_t n, struct err *err);
/* Deletes the events of those definitions; for undoing an install before anything is enabled. */
void uninstall(struct tfs *tfs, const struct definition *defs, size_t n);
