/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The handle on a tracefs: its directory fd, what the kernel behind it can do, and the one
 * place every write to it goes through, so that -v can show it.
 *
 * libtracefs finds the mount. Where tracefs is not mounted but the kernel has it, a private
 * mount without a name is made (fsopen/fsmount, 5.2) that goes with the fd: nothing is left
 * mounted.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/root.h"
#include "probe/features.h"

struct tfs {
	struct root root;
	bool is_private; /* our own nameless mount; root.path is where it would be mounted */
	bool is_fake;    /* --tracefs DIR */
	struct features features;
	/* Called before each write, with the file below the root and the bytes. NULL: none. */
	void (*on_write)(void *ctx, const char *file, const char *data, size_t len);
	/* Called before a directory (an instance) is made, or removed. NULL: none. */
	void (*on_dir)(void *ctx, const char *dir, bool make);
	void *on_write_ctx; /* of both */
};

/*
 * Opens tracefs: `dir` if given, else where it is mounted, else a private mount; fills
 * features. Messages, each with its remedy: no tracefs in the kernel (CONFIG_FTRACE), not
 * mounted and may not be mounted (container), no permission (not root), lockdown, neither
 * uprobe_events nor dynamic_events (CONFIG_UPROBE_EVENTS).
 */
int tfs_open(struct tfs *tfs, const char *dir, struct err *err);
void tfs_close(struct tfs *tfs);

/*
 * One write(2) of the string with O_APPEND, never O_TRUNC, told to on_write before. The file is
 * below the root. 0 or -errno, -EIO for a short write.
 */
int tfs_puts(struct tfs *tfs, const char *data, const char *fmt, ...) PRINTF_FMT(3, 4);
int tfs_mkdir(struct tfs *tfs, const char *fmt, ...) PRINTF_FMT(2, 3);
int tfs_rmdir(struct tfs *tfs, const char *fmt, ...) PRINTF_FMT(2, 3);
/* The same, and tells an open that failed (*ret_opened false) from a write that did. */
int tfs_append(struct tfs *tfs, const void *data, size_t len, bool *ret_opened,
	       const char *file);
/* The file that takes definitions: uprobe_events, or dynamic_events where that is missing. */
const char *tfs_events_file(const struct tfs *tfs);

/*
 * The sentence for an errno of a control file (kernel-facts 4.3): what it means there, not
 * strerror(). `doing` is one of the verbs below. `subject` (group/event, or the file) begins
 * the message; NULL: none. Sets err (code, message, hint); `code` is positive.
 */
enum tfs_verb {
	TFS_OPEN_EVENTS, TFS_READ, TFS_DEFINE, TFS_DELETE, TFS_ENABLE, TFS_DISABLE,
	TFS_FILTER, TFS_TRIGGER, TFS_INSTANCE, TFS_OPTION, TFS_RAW_READ,
};
int tfs_errno(struct err *err, enum tfs_verb doing, int code, const char *subject);
