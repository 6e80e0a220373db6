/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The options: one table, one meaning everywhere. A command says which it takes; --help is
 * printed from the same table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* A command's set of options is an OR of these. */
enum {
	/* Common: every command takes them. */
	OPT_JSON = 1 << 0,
	OPT_NOHEADINGS = 1 << 1,
	OPT_QUIET = 1 << 2,
	OPT_VERBOSE = 1 << 3,
	OPT_TRACEFS = 1 << 4,
	OPT_HELP = 1 << 5,
	OPT_COMMON = (1 << 6) - 1,
	OPT_FILE = 1 << 6,
	OPT_ENABLE = 1 << 7,
	OPT_DRY_RUN = 1 << 8,
	OPT_FORCE = 1 << 9,
	OPT_SPEC = 1 << 10,
	OPT_STALE = 1 << 11,
	OPT_ALL = 1 << 12,
	OPT_INSTANCE = 1 << 13,
	OPT_INTERVAL = 1 << 14,
	OPT_COUNT = 1 << 15,
	OPT_DURATION = 1 << 16,
	OPT_PID = 1 << 17,
	OPT_COMMAND = 1 << 18, /* -c, and what follows -- is a command */
	OPT_WRITE = 1 << 19,
	OPT_SYSROOT = 1 << 20,
	OPT_ALL_MATCHES = 1 << 21,
};

struct options {
	unsigned given; /* which */
	const char *file;
	const char *instance;
	const char *tracefs;
	const char *sysroot;
	const char *write;
	const char *command;        /* -c */
	char *const *command_argv;  /* behind --; NULL: none */
	uint64_t interval_ns, duration_ns, count;
	pid_t *pids; /* owned */
	size_t n_pids;
	const char **args; /* what is no option; owned array of borrowed words */
	size_t n_args;
};

static inline bool opt(const struct options *o, unsigned bit)
{
	return (o->given & bit) != 0;
}

/*
 * Parses argv behind the command's name. `takes` is the command's set. A word that begins
 * with "-:" is no option (it removes a probe). -EINVAL with a message: a usage error.
 */
int options_parse(struct options *o, unsigned takes, char **argv, struct err *err);
/* How many words from argv on are options, with their values: a command may stand behind. */
size_t options_length(char *const *argv);
void options_done(struct options *o);
/* One line for each option of the set: "  -d, --duration S  text". */
void options_help(unsigned takes, struct buf *b);
