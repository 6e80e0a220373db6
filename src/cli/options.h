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
#define OPT_BIT(n) (UINT64_C(1) << (n))
enum {
	/* Common: every command takes them. */
	OPT_JSON = OPT_BIT(0),
	OPT_NOHEADINGS = OPT_BIT(1),
	OPT_QUIET = OPT_BIT(2),
	OPT_VERBOSE = OPT_BIT(3),
	OPT_TRACEFS = OPT_BIT(4),
	OPT_HELP = OPT_BIT(5),
	OPT_COMMON = OPT_BIT(6) - 1,
	OPT_FILE = OPT_BIT(6),
	OPT_ENABLE = OPT_BIT(7),
	OPT_DRY_RUN = OPT_BIT(8),
	OPT_FORCE = OPT_BIT(9),
	OPT_SPEC = OPT_BIT(10),
	OPT_STALE = OPT_BIT(11),
	OPT_ALL = OPT_BIT(12),
	OPT_INSTANCE = OPT_BIT(13),
	OPT_INTERVAL = OPT_BIT(14),
	OPT_COUNT = OPT_BIT(15),
	OPT_DURATION = OPT_BIT(16),
	OPT_PID = OPT_BIT(17),
	OPT_COMMAND = OPT_BIT(18), /* -c, and what follows -- is a command */
	OPT_WRITE = OPT_BIT(19),
	OPT_SYSROOT = OPT_BIT(20),
	OPT_ALL_MATCHES = OPT_BIT(21),
	OPT_CSV = OPT_BIT(22),
	OPT_COLUMNS = OPT_BIT(23),
	OPT_TIME = OPT_BIT(24),
	OPT_KERNEL_FORMAT = OPT_BIT(25),
	OPT_NO_PAIR = OPT_BIT(26),
	OPT_SLOWER = OPT_BIT(27),
	OPT_COMM = OPT_BIT(28),
	OPT_UID = OPT_BIT(29),
	OPT_CPU = OPT_BIT(30),
	OPT_SAMPLE = OPT_BIT(55),
	OPT_TOP = OPT_BIT(31),
	OPT_ZEROS = OPT_BIT(32),
	OPT_OPENMETRICS = OPT_BIT(33),
	OPT_FOLLOW = OPT_BIT(34),
	OPT_IFUNC = OPT_BIT(40),
	OPT_MISSING_OK = OPT_BIT(41),
	OPT_NO_DEMANGLE = OPT_BIT(42),
	OPT_DEBUGINFOD = OPT_BIT(43),
	OPT_RESOLVING = OPT_FORCE | OPT_ALL_MATCHES | OPT_IFUNC | OPT_MISSING_OK |
			OPT_DEBUGINFOD, /* of specs */
};

struct options {
	uint64_t given; /* which */
	const char *file;
	const char *ifunc; /* resolver or all; NULL: the implementation in use */
	const char *instance;
	const char *tracefs;
	const char *sysroot;
	const char *write;
	const char *command;        /* -c */
	char *const *command_argv;  /* behind --; NULL: none */
	uint64_t interval_ns, duration_ns, count;
	const char *columns, *comm;
	const char *time; /* wall, mono, rel */
	const char *cpus; /* "0,2-5", checked */
	uint64_t slower_ns, sample, uid;
	size_t top;
	pid_t *pids; /* owned */
	size_t n_pids;
	const char **args; /* what is no option; owned array of borrowed words */
	size_t n_args;
};

static inline bool opt(const struct options *o, uint64_t bit)
{
	return (o->given & bit) != 0;
}

/* Whether a list of numbers and ranges, which has been checked, holds n. */
bool options_list_has(const char *list, uint64_t n);

/*
 * Parses argv behind the command's name. `takes` is the command's set. A word that begins
 * with "-:" is no option (it removes a probe). -EINVAL with a message: a usage error.
 */
int options_parse(struct options *o, uint64_t takes, char **argv, struct err *err);
/* How many words from argv on are options, with their values: a command may stand behind. */
size_t options_length(char *const *argv);
void options_done(struct options *o);
/* One line for each option of the set: "  -d, --duration S  text". */
void options_help(uint64_t takes, struct buf *b);
