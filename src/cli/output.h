/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * From events to lines, for trace and report: pairs them into calls, selects (--comm, --uid,
 * --cpu, --slower, --sample, -n), and prints in the format asked for.
 */

#include "cli/cli.h"
#include "report/events.h"

#define OPT_OUTPUT                                                                       \
	(OPT_CSV | OPT_COLUMNS | OPT_TIME | OPT_KERNEL_FORMAT | OPT_NO_PAIR |             \
	 OPT_SLOWER | OPT_COMM | OPT_CPU | OPT_SAMPLE | OPT_COUNT | OPT_WRITE)

struct output {
	struct cli *cli;
	const struct events_format *format;
	struct events_writer *writer;
	struct pairs *pairs; /* NULL: none */
	struct user *users;  /* of tasks, for --uid */
	bool is_terminal;
	bool is_log;         /* of the past: its tasks are not those of now */
	bool is_done;        /* nothing more is wanted, or can be written */
	bool has_failed;
	uint64_t n_events;   /* taken, of calls and others */
	uint64_t n_calls;    /* whole ones */
	uint64_t n_halves;   /* that --slower left out */
	uint64_t n_selected; /* lines that would be shown without --sample */
	uint64_t n_shown;
	uint64_t n_userless; /* of tasks that were gone before --uid could ask */
	uint64_t reaped_ns;
};

/* What the options say wrong together; 0 or EXIT_USAGE. Before anything is begun. */
int output_check(struct cli *cli, struct events_options *opts);
/*
 * `opts` is completed from the options. `has_pairs`: calls will be paired, unless the user
 * or the format wants none; then tell out->pairs (if it is there) which.
 */
void output_begin(struct output *out, struct cli *cli, struct events_options *opts,
		  bool has_pairs);
/* False: stop. */
bool output_event(struct output *out, const struct event *e);
void output_lost(struct output *out, const struct lost *lost);
/* When the recording began, where that is known only now: for --time=rel. */
void output_start_time(struct output *out, uint64_t start_ns);
/* Writes what there is. False: stop. */
bool output_write(struct output *out);
/* Now and then, on a running kernel: writes what there is, and tells the calls of
   threads that are gone. False: stop. */
bool output_round(struct output *out);
/* Tells what is still open, and ends the format. -EIO if something could not be written. */
int output_end(struct output *out);
/* "3 calls, 6 events", and what was left out. */
void output_summary(const struct output *out, struct buf *b);
