/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "proc/proc.h"
#include "session/tasks.h"

/*
 * What the kernel noted of a task that may be gone: a file of lines "TID TEXT" at the top
 * level. Heap, NULL if it is not there.
 */
static char *saved_note(const struct tfs *tfs, const char *file, pid_t tid)
{
	auto_free char *key = xasprintf("\n%d ", (int)tid);
	auto_buf text = BUF_INIT;
	const char *line;

	buf_addc(&text, '\n');
	if (root_read(&tfs->root, &text, "%s", file) < 0)
		return NULL;
	line = strstr(buf_str(&text), key);
	if (!line)
		return NULL;
	line += strlen(key);
	return xstrndup(line, strcspn(line, "\n"));
}

bool task_look_up(const struct tfs *tfs, pid_t tid, bool in_proc, char comm[16], pid_t *tgid)
{
	*tgid = in_proc ? proc_tgid(tid) : 0;
	if (!in_proc || !proc_comm(tid, comm)) {
		auto_free char *saved = saved_note(tfs, "saved_cmdlines", tid);

		snprintf(comm, 16, "%s", saved && strcmp(saved, "<...>") != 0 ? saved : "");
	}
	if (!*tgid) {
		auto_free char *saved = saved_note(tfs, "saved_tgids", tid);

		*tgid = saved ? (pid_t)strtol(saved, NULL, 10) : 0;
	}
	return comm[0] || *tgid;
}
