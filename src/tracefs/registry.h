/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The probes the kernel has: uprobe_events (dynamic_events where that is missing) read
 * back, written to, and deleted from. Raw operations: that a delete is safe (R2, R2a, R13)
 * is session/remove's business, that a failed batch is undone session/install's.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "probe/definition.h"
#include "tracefs/tfs.h"

/*
 * All uprobes in the kernel's order: one definition per line. A line we cannot read is no
 * reason to fail, for it is none of ours: it is kept as it is, opaque.
 */
int registry_read(struct tfs *tfs, struct definition_list *ret, struct err *err);
/* Whether a line of dynamic_events is a uprobe's (kprobes also begin with p: and r:). Pure. */
bool registry_is_uprobe(const char *line);

/*
 * Writes definitions, in whole lines, one write(2) (R4). On failure the kernel has applied
 * the lines before the bad one (R5): *ret_done says how many. The error is the kernel's own
 * text from error_log where there is an entry for this very line (kernel-facts 4.1), placed
 * under the user's words by definition_locate(); else the errno's sentence.
 * Refused here, before anything is written: what definition_check() refuses (R7, lines over
 * 4095 bytes), a path without '/', control bytes in any token, the same line twice.
 */
int registry_write(struct tfs *tfs, const struct definition *defs, size_t n, size_t *ret_done,
		   struct err *err);
/* `-:group/event`. -ENOENT if there is none. */
int registry_delete(struct tfs *tfs, const char *group, const char *event, struct err *err);
/*
 * `-:group/` (-ENOENT if it is empty), or line by line in one write where the kernel has no
 * group delete (< 6.0).
 */
int registry_delete_group(struct tfs *tfs, const char *group, struct err *err);
