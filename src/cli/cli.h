/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What every command works with, and how it speaks to the user. */

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/cmd.h"
#include "cli/named.h"
#include "cli/options.h"
#include "probe/spec.h"
#include "resolve/resolve.h"
#include "session/statedir.h"
#include "tracefs/tfs.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct cli {
	const struct cmd *cmd;
	struct options opts;
	struct tfs tfs;
	bool has_tfs;
	struct statedir state;
	bool stale_stays; /* what a killed run left could not be removed */
	struct screen *screen; /* that is being repainted; NULL: none */
	struct buf out; /* stdout's, written by cli_flush() */
	int out_fd;     /* 1, or where -w and a command send it */
	struct err err;
	/* The specs of this call; errors point into them. */
	struct spec_list specs;
	struct named_list named; /* probes that exist, likewise */
	struct origin bad_origin; /* of a spec that does not parse */
	char *bad_text;
};

/* The whole program. */
int cli_main(int argc, char **argv);

/* Opens tracefs and what is remembered in /run. */
int cli_open(struct cli *cli);
/*
 * For --dry-run: a tracefs that cannot be opened is no error, unless --tracefs names it;
 * the command then knows of no names in use and of no missing features.
 */
int cli_open_dry(struct cli *cli);
/*
 * The same for a command that writes: takes the state lock, blocks signals so that nothing
 * is left half done, and removes what dead runs left.
 */
int cli_open_for_writing(struct cli *cli);
/* Writes out what cli->out holds. -EPIPE if nobody reads any more; -errno with cli->err. */
int cli_flush(struct cli *cli);

/*
 * Opens where a watching command's output goes: -w FILE; with a command stderr, away from
 * the command's own; else stdout.
 */
int cli_open_output(struct cli *cli);
/* Puts what cli->out holds in FILE's place, at once: a reader never sees half of it. */
int cli_replace_file(struct cli *cli, const char *file);
/*
 * Whether a task's thread group is one of -p's. Children of a process asked for are
 * recorded by the kernel, too; they were not asked for.
 */
bool cli_wants_task(const struct cli *cli, int tgid);

/* A remark on stderr, unless -q: "uprobe-ctl: …" is left to errors. */
void cli_note(const struct cli *cli, const char *fmt, ...) PRINTF_FMT(2, 3);
/* One line that changes, on a terminal only: "switching on 48 of 3534". `cli` is a struct cli. */
void cli_progress(void *cli, const char *doing, size_t done, size_t n);
/* The same for each line of a text. */
void cli_note_lines(const struct cli *cli, const char *lines);
/* After a signal ended a loop: what comes next is not glued to the terminal's "^C". */
void cli_note_signal(const struct cli *cli);
/* An error on stderr, with the user's words and a caret, or as JSON under -J. */
void cli_print_error(const struct cli *cli, const struct err *err);
/* The member "error" of the object that is open. */
struct json;
void cli_json_error(const struct err *err, struct json *j);
/* A usage error: sets cli->err, so that main ends with status 2. */
int cli_usage(struct cli *cli, const char *fmt, ...) PRINTF_FMT(2, 3);

/* Parses the words into cli->specs. */
int cli_read_words(struct cli *cli, const char *const *words, size_t n);
/* The words, then -f FILE. */
int cli_read_specs(struct cli *cli, const char *const *words, size_t n);
/*
 * What waits in cli->out for other programs holds names of files and symbols as they are: if it
 * goes to a terminal instead, it is made harmless to that.
 */
void cli_spare_terminal(struct cli *cli);
/* Whether the word's first ':' parts TARGET and LOCATION, and is none of ns::run. */
bool cli_names_target(const char *word);
/*
 * `bad`, one of the words, makes no spec: if it names no file and none of them holds a
 * blank, quotes were probably forgotten around one spec. Replaces the hint.
 */
void cli_hint_quotes(struct cli *cli, const char *bad, const char *const *words, size_t n);
/* A resolve environment from the options; borrows from cli. */
struct resolve_env cli_resolve_env(const struct cli *cli);
