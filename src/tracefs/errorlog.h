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
/* The kernel cut the command short (before 5.18), and with it the caret's place. */
#define ERRORLOG_NO_POS ((size_t)-1)

/*
 * The newest entry since `mark` whose Command is `command` (normalised as the kernel does:
 * single blanks, comments removed). *ret_text is the kernel's sentence (heap, the caller's),
 * *ret_pos the caret's byte in the command or ERRORLOG_NO_POS. False if there is none.
 * `instance` NULL: the top level's log, where all errors of definitions go; filter errors
 * go to the instance's.
 */
bool errorlog_find(struct tfs *tfs, const char *instance, const struct errorlog_mark *mark,
		   const char *command, char **ret_text, size_t *ret_pos);
/* The same for any of n commands; *ret_index says which. */
bool errorlog_find_any(struct tfs *tfs, const char *instance,
		       const struct errorlog_mark *mark, const char *const *commands, size_t n,
		       size_t *ret_index, char **ret_text, size_t *ret_pos);

/* One entry, pointing into the log's text. */
struct errorlog_entry {
	const char *start; /* with its time stamp: what tells one entry from another */
	size_t len;
	const char *text; /* the kernel's sentence */
	size_t text_len;
	const char *command; /* may hold newlines: a filter's does if the user's did */
	size_t command_len;
	size_t caret; /* blanks before the caret, less the 11 of its margin */
	bool is_cut;  /* the command is only the beginning */
};
/* The entry at or behind *at, which moves past it; false at the end. Pure. */
bool errorlog_next(const char **at, struct errorlog_entry *ret);
