/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * error_log (kernel-facts 4.1): a ring of 8 entries that everybody shares. It is never
 * cleared: an entry is ours if its Command equals what we wrote and it was not there before.
 */

#include <stdbool.h>
#include <stddef.h>

#include "tracefs/tfs.h"

struct errorlog_mark { /* the log's text before a write */
	char *before;  /* owned; NULL: no error_log on this kernel */
};

void errorlog_mark(struct tfs *tfs, const char *instance, struct errorlog_mark *mark);
void errorlog_mark_done(struct errorlog_mark *mark);
/*
 * The newest entry since `mark` whose Command is `command` (normalised as the kernel does:
 * single blanks, comments removed). *ret_text is the kernel's sentence (heap, the caller's),
 * *ret_pos the caret's byte in the command. False if there is none. `instance` NULL: the top
 * level's log, where all errors of definitions go; filter errors go to the instance's.
 */
bool errorlog_find(struct tfs *tfs, const char *instance, const struct errorlog_mark *mark,
		   const char *command, char **ret_text, size_t *ret_pos);
