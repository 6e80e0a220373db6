/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Names of a file that were split off it: a debug file found by build-id or by the name in
 * .gnu_debuglink, or MiniDebugInfo inside the file itself (elf-facts 3.1). Names only: an
 * address becomes an offset by the segments of the file that runs, never by those of the
 * debug file, which lie (elf-facts 3.2). symtab.h merges them with the file's own.
 */

#include <stdbool.h>

#include "elf/elffile.h"

/*
 * Where "/" is for this file: the root of a process or of another machine. Debug files are
 * looked for there first, then on this machine. To be called before symtab.h is used.
 */
void debugfile_set_root(struct elffile *f, const char *root);
/*
 * Also asks the servers of DEBUGINFOD_URLS, which takes time and tells them what is probed:
 * only if the user said so. `notice` is told what is asked of whom, and how it went.
 */
typedef void debugfile_notice(void *ctx, const char *text);
void debugfile_ask_servers(struct elffile *f, debugfile_notice *notice, void *ctx);

/*
 * What was found, once symtab.h was used: a path, or "MiniDebugInfo". NULL: nothing, or the
 * file's own symbols are complete.
 */
const char *debugfile_in_use(const struct elffile *f);
/*
 * Why names may be missing, and what to do about it, one sentence: "it was stripped; …".
 * NULL: nothing is known to be missing.
 */
const char *debugfile_missing(const struct elffile *f);
