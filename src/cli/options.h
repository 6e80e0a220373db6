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

/* Each a bit; in the order of --help. */
#define OPT_LIST(OPT) \
	OPT(ENABLE) OPT(FILE) OPT(INSTANCE) OPT(PID) OPT(FOLLOW) OPT(COMMAND) \
	OPT(DURATION) OPT(INTERVAL) OPT(COUNT) OPT(TOP) OPT(ZEROS) OPT(FAST_ENTRY) OPT(WRITE) \
	OPT(COLUMNS) OPT(KERNEL_FORMAT) OPT(TIME) OPT(NO_PAIR) OPT(SLOWER) OPT(COMM) \
	OPT(UID) OPT(CPU) OPT(SAMPLE) OPT(NO_LOSS) OPT(SPEC) OPT(STALE) OPT(ALL) OPT(DRY_RUN) \
	OPT(FORCE) OPT(ALL_MATCHES) OPT(IFUNC) OPT(MISSING_OK) OPT(NO_DEMANGLE) \
	OPT(DEBUGINFOD) OPT(SYSROOT) OPT(JSON) OPT(CSV) OPT(OPENMETRICS) \
	OPT(NOHEADINGS) OPT(QUIET) OPT(VERBOSE) OPT(TRACEFS) OPT(HELP)

#define OPT_INDEX(name) OPT_INDEX_##name,
enum { OPT_LIST(OPT_INDEX) OPT_N };
#undef OPT_INDEX

/* A command's set of options is an OR of these. */
#define OPT_BIT(name) OPT_##name = UINT64_C(1) << OPT_INDEX_##name,
enum {
	OPT_LIST(OPT_BIT)
	OPT_COMMON = OPT_JSON | OPT_NOHEADINGS | OPT_QUIET | OPT_VERBOSE | OPT_TRACEFS |
		     OPT_HELP, /* every command takes them */
	OPT_RESOLVING = OPT_FORCE | OPT_ALL_MATCHES | OPT_IFUNC | OPT_MISSING_OK |
			OPT_DEBUGINFOD, /* of specs */
};
#undef OPT_BIT

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

/* Whether -p names the process. */
bool options_has_pid(const struct options *o, pid_t pid);
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
