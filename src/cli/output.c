/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cli/output.h"
#include "proc/proc.h"

enum {
	USERS = 1024, /* remembered */
	WRITE_SIZE = 1 << 16,
};

/* Whose a task is, asked for again after a second. */
struct user {
	pid_t tid; /* 0: empty */
	bool is_known;
	uid_t uid;
	uint64_t since_ns;
};

static const struct events_format *format_of(const struct options *o)
{
	if (opt(o, OPT_KERNEL_FORMAT))
		return &events_kernel;
	if (opt(o, OPT_CSV))
		return &events_csv;
	return opt(o, OPT_JSON) ? &events_json : &events_text;
}

static bool wants_pairs(const struct cli *cli)
{
	return !opt(&cli->opts, OPT_NO_PAIR) && format_of(&cli->opts)->call;
}

int output_check(struct cli *cli, struct events_options *opts)
{
	const struct options *o = &cli->opts;

	if (opt(o, OPT_JSON) + opt(o, OPT_CSV) + opt(o, OPT_KERNEL_FORMAT) > 1)
		return cli_usage(cli, "--json, --csv and --kernel-format exclude each other");
	if (opt(o, OPT_SLOWER) && !wants_pairs(cli))
		return cli_usage(cli, "--slower is about calls; --no-pair and --kernel-format "
				      "show none");
	if (format_of(o) != &events_text && (opt(o, OPT_COLUMNS) || opt(o, OPT_TIME)))
		return cli_usage(cli, "--columns and --time are for the text; %s has all",
				 format_of(o)->name);
	if (o->columns && events_columns(opts, o->columns, &cli->err) < 0) {
		err_prefix(&cli->err, "--columns");
		return EXIT_USAGE;
	}
	return 0;
}

static void show_call(void *ctx, const struct call *call);

void output_begin(struct output *out, struct cli *cli, struct events_options *opts,
		  bool has_pairs)
{
	const struct options *o = &cli->opts;
	const struct pairs_ops ops = { .call = show_call, .ctx = out };

	*out = (struct output){
		.cli = cli,
		.format = format_of(o),
		.is_terminal = isatty(cli->out_fd),
		.is_log = opts->no_wall,
	};
	if (has_pairs && wants_pairs(cli))
		out->pairs = pairs_new(&ops);
	opts->has_calls = out->pairs != NULL;
	opts->no_header = opt(o, OPT_NOHEADINGS);
	if (o->time)
		opts->time = o->time[0] == 'w'	 ? TIME_WALL
			     : o->time[0] == 'm' ? TIME_MONO
						 : TIME_REL;
	if (o->columns) /* "+cpu" adds to other columns where there are calls */
		events_columns(opts, o->columns, NULL);
	if (opt(o, OPT_UID))
		out->users = xcalloc(USERS, sizeof(*out->users));
	out->writer = out->format->begin(opts, &cli->out);
}

/*
 * Selecting
 */

static const struct user *find_user(struct output *out, const struct event *e)
{
	struct user *u = &out->users[(uint32_t)e->tid % USERS];

	if (u->tid == e->tid && e->time_ns - u->since_ns < SECOND_NS)
		return u;
	if (u->tid != e->tid)
		*u = (struct user){ .tid = e->tid };
	u->since_ns = e->time_ns;
	/* A task that is gone keeps what was known of it. */
	if (proc_uid(e->tid, &u->uid))
		u->is_known = true;
	return u;
}

static bool is_of_user(struct output *out, const struct event *e)
{
	const struct user *u;

	if (!out->users)
		return true;
	u = find_user(out, e);
	out->n_userless += !u->is_known;
	return u->is_known && u->uid == out->cli->opts.uid;
}

static bool is_selected(struct output *out, const struct event *e)
{
	const struct options *o = &out->cli->opts;

	if (o->comm && (!e->comm || !text_glob_match(o->comm, e->comm)))
		return false;
	if (o->cpus && (e->cpu < 0 || !options_list_has(o->cpus, (uint64_t)e->cpu)))
		return false;
	return is_of_user(out, e);
}

/* Whether a line is to be shown that is among the selected ones. */
static bool is_sampled(struct output *out)
{
	uint64_t n = out->cli->opts.sample;

	return ++out->n_selected % (n ? n : 1) == 0;
}

static void flush(struct output *out)
{
	if (!out->has_failed && cli_flush(out->cli) < 0)
		out->has_failed = out->is_done = true;
}

static void end_line(struct output *out)
{
	const struct options *o = &out->cli->opts;

	out->n_shown++;
	if (out->is_terminal || out->cli->out.len > WRITE_SIZE)
		flush(out);
	if (o->count && out->n_shown >= o->count)
		out->is_done = true;
}

static void show_call(void *ctx, const struct call *call)
{
	struct output *out = ctx;
	const struct event *first = call->entry ? call->entry : call->finish;
	bool is_whole = call->entry && call->finish;

	if (out->is_done || !is_selected(out, first))
		return;
	if (opt(&out->cli->opts, OPT_SLOWER)) {
		out->n_halves += !is_whole;
		if (!is_whole ||
		    call->finish->time_ns - call->entry->time_ns < out->cli->opts.slower_ns)
			return;
	}
	out->n_calls += is_whole;
	if (!is_sampled(out))
		return;
	out->format->call(out->writer, call, &out->cli->out);
	end_line(out);
}

static void show_event(struct output *out, const struct event *e)
{
	if (opt(&out->cli->opts, OPT_SLOWER) || !is_selected(out, e) || !is_sampled(out))
		return;
	out->format->event(out->writer, e, &out->cli->out);
	end_line(out);
}

bool output_event(struct output *out, const struct event *e)
{
	if (out->is_done)
		return false;
	out->n_events++;
	if (!out->pairs || !pairs_event(out->pairs, e))
		show_event(out, e);
	return !out->is_done;
}

void output_lost(struct output *out, const struct lost *lost)
{
	if (out->is_done)
		return;
	if (out->pairs)
		pairs_lost(out->pairs, lost->cpu);
	out->format->lost(out->writer, lost, &out->cli->out);
}

void output_start_time(struct output *out, uint64_t start_ns)
{
	if (out->format->start)
		out->format->start(out->writer, start_ns);
}

bool output_write(struct output *out)
{
	flush(out);
	return !out->is_done;
}

bool output_round(struct output *out)
{
	uint64_t now = clock_ns();

	if (out->pairs && now - out->reaped_ns > SECOND_NS) {
		out->reaped_ns = now;
		pairs_reap(out->pairs, proc_exists);
	}
	return output_write(out);
}

int output_end(struct output *out)
{
	if (!out->cli) /* what would have been watched was refused: never begun */
		return 0;
	if (out->pairs && !out->is_log) {
		/* Everything has been delivered: seen gone once is gone. */
		pairs_reap(out->pairs, proc_exists);
		pairs_reap(out->pairs, proc_exists);
	}
	if (out->pairs)
		pairs_end(out->pairs);
	pairs_free(out->pairs);
	out->pairs = NULL;
	if (out->writer)
		out->format->end(out->writer, &out->cli->out);
	out->writer = NULL;
	free(out->users);
	out->users = NULL;
	flush(out);
	return out->has_failed ? -EIO : 0;
}

static void plural(struct buf *b, uint64_t n, const char *what)
{
	buf_addf(b, "%s%" PRIu64 " %s%s", b->len ? ", " : "", n, what, n == 1 ? "" : "s");
}

void output_summary(const struct output *out, struct buf *b)
{
	const struct options *o = &out->cli->opts;

	if (o->sample > 1)
		buf_addf(b, "%" PRIu64 " of %" PRIu64 " shown (1 of every %" PRIu64 ")",
			 out->n_shown, out->n_selected, o->sample);
	if (out->n_calls)
		plural(b, out->n_calls, "call");
	plural(b, out->n_events, "event");
	if (out->n_halves)
		buf_addf(b, ", %" PRIu64 " unmatched", out->n_halves);
	if (out->n_userless)
		buf_addf(b, ", %" PRIu64 " of tasks that had gone, whose user is not known",
			 out->n_userless);
}
