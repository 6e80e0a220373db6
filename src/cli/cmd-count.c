/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts calls of many functions at once. All functions of a call are the locations of one
 * event: one enable, one disable (R1). System-wide and unfiltered the kernel's own counts
 * (uprobe_profile) are read, and nothing is recorded; with -p, a command or a filter the
 * run's own records are counted by their __id (R17).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "cli/command.h"
#include "cli/counting.h"
#include "cli/counts-output.h"
#include "tracefs/profile.h"

/* What exists is counted by the kernel anyway, since it was made. */
static int refuse_names(struct counting *c)
{
	if (!c->set.n_names)
		return 0;
	err_set(&c->cli->err, EINVAL, "count takes functions; %s is a probe that exists",
		c->set.names[0]);
	return err_hint(&c->cli->err, "the kernel counts its hits already: uprobe-ctl profile -i 1 "
				      "%s", c->set.names[0]);
}

static bool on_event(void *ctx, const struct event *e)
{
	struct counting *c = ctx;
	size_t id = counted_id(e);

	if (cli_wants_task(c->cli, e->tgid) && id < c->counts->n)
		c->counts->counters[id].total++;
	return true;
}

static void on_lost(void *ctx, const struct lost *lost)
{
	struct counting *c = ctx;

	if (lost->count > 0)
		c->counts->lost += (uint64_t)lost->count;
}

static int read_profile(struct counting *c)
{
	const struct definition_list *defs = &c->counted.defs;
	auto_free uint64_t *hits = NULL;
	int rc;

	if (c->by_records)
		return 0;
	hits = xcalloc(defs->n, sizeof(*hits));
	rc = profile_read_hits(&c->cli->tfs, defs->defs, defs->n, hits, &c->cli->err);
	for (size_t i = 0; rc == 0 && i < defs->n; i++)
		c->counts->counters[i].total = hits[i];
	if (rc != -ESTALE)
		return rc;
	err_set(&c->cli->err, ENOENT, "the run's probes were removed by somebody else");
	return err_hint(&c->cli->err, "`trace-cmd reset' removes everyone's probes");
}

/* What was read is an interval's. */
static void show_interval(struct counting *c, double now)
{
	counts_tick(c->counts, now - c->last);
	c->last = now;
	c->failed = counting_show(c) < 0;
}

static bool is_over(const struct counting *c)
{
	return c->failed || (c->cli->opts.count && c->n_rounds >= c->cli->opts.count);
}

static bool on_round(void *ctx)
{
	struct counting *c = ctx;
	double now = clock_seconds();
	bool is_interval = c->cli->opts.interval_ns && now >= c->next;

	if (!is_interval && !silence_is_due(&c->silence, false))
		return true;
	if (read_profile(c) < 0) {
		c->failed = true;
		return false;
	}
	silence_look(&c->silence, counting_calls(c), 0, false);
	if (is_interval) {
		show_interval(c, now);
		c->next += (double)c->cli->opts.interval_ns / 1e9;
	}
	return !is_over(c);
}

static int attach(struct counting *c, struct child *child)
{
	struct cli *cli = c->cli;
	struct watch_opts opts = command_watch_opts(cli, child);
	const struct stream_ops ops = { .event = on_event, .lost = on_lost, .ctx = c };
	int rc;

	opts.count_only = !c->by_records;
	rc = watch_begin(&cli->tfs, &cli->state, &opts, &ops, &c->watch, &cli->err);
	if (rc < 0)
		return rc;
	counted_set_group(&c->counted, watch_group(c->watch));
	rc = watch_define(c->watch, c->counted.defs.defs, c->counted.defs.n, &cli->err);
	return rc < 0 ? rc : counted_watch(&c->counted, c->watch, &cli->err);
}

static bool came_since(const struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++)
		if (counts->counters[i].total != counts->counters[i].before)
			return true;
	return false;
}

/*
 * The last reading: without -i the only one. Calls after the last whole interval are one more
 * interval, a shorter one; not behind as many as were asked for, where they count for the
 * closing line alone.
 */
static int finish(struct counting *c, enum watch_reason reason)
{
	double now = clock_seconds();
	int rc = read_profile(c);

	if (rc < 0 || c->failed)
		return -EIO;
	if (reason == WATCH_TIME)
		silence_look(&c->silence, counting_calls(c), 0, true);
	if (!c->cli->opts.interval_ns || (!is_over(c) && came_since(c->counts)))
		show_interval(c, now);
	else
		counts_tick(c->counts, now - c->last);
	return c->failed ? -EIO : 0;
}

static int loop(struct counting *c)
{
	const struct watch_loop_opts opts = {
		.duration_ns = c->cli->opts.duration_ns,
		.out_fd = c->cli->out_fd,
		.round = on_round,
		.ctx = c,
	};
	enum watch_reason reason;
	int rc;

	counting_announce(c);
	rc = watch_start(c->watch, &c->cli->err);
	if (rc < 0)
		return rc;
	watchset_note_cost(&c->set, c->watch);
	silence_begin(&c->silence, &c->set, watch_group(c->watch));
	c->begun = c->last = clock_seconds();
	c->next = c->begun + (double)c->cli->opts.interval_ns / 1e9;
	reason = watch_loop(c->watch, &opts, &c->cli->err);
	watchset_note_end(&c->set, reason);
	if (reason == WATCH_FAILED)
		return -EIO;
	silence_close(&c->silence);
	watch_stop(c->watch);
	rc = watch_drain(c->watch, &c->cli->err);
	return rc < 0 ? rc : finish(c, reason);
}

static int run_watch(void *ctx, struct child *child)
{
	struct counting *c = ctx;
	auto_losses lost = LOSSES_INIT;
	bool is_whole;
	int rc;

	c->set.child_pid = child->pid;
	rc = attach(c, child);
	if (rc == 0)
		rc = loop(c);
	is_whole = rc == 0;
	rc = command_watch_end(c->cli, c->watch, rc, &lost);
	if (is_whole)
		counting_close(c, &lost);
	return rc;
}

static int print_lines(struct counting *c)
{
	counted_set_group(&c->counted, "uctl_RUN");
	for (size_t i = 0; i < c->counted.defs.n; i++) {
		definition_format(&c->counted.defs.defs[i], &c->cli->out);
		buf_addc(&c->cli->out, '\n');
	}
	return EXIT_OK;
}

static int check_options(struct cli *cli)
{
	int rc = counts_output_check(cli);

	if (rc == 0 && opt(&cli->opts, OPT_COUNT) && !opt(&cli->opts, OPT_INTERVAL))
		rc = cli_usage(cli, "-n counts intervals; it goes with -i");
	return rc ? rc : command_check(cli);
}

static int run(struct cli *cli)
{
	struct counting c = { .cli = cli, .format = counting_format(&cli->opts) };
	bool dry = opt(&cli->opts, OPT_DRY_RUN);
	int rc = check_options(cli);

	if (rc)
		return rc;
	c.counts = &c.counted.counts;
	rc = dry ? cli_open_dry(cli) : cli_open_for_writing(cli);
	statedir_unlock(&cli->state);
	if (rc == 0)
		rc = watchset_load(&c.set, cli);
	if (rc == 0)
		rc = refuse_names(&c);
	if (rc == 0)
		rc = counted_prepare(cli);
	c.set.any_number = true; /* that is what it is for */
	if (rc == 0)
		rc = watchset_plan(&c.set, "uctl_RUN");
	if (rc == 0) {
		c.counted.fast_entry = opt(&cli->opts, OPT_FAST_ENTRY);
		c.counted.separate = cli->has_tfs && !cli->tfs.features.multi_location;
		counted_collect(&c.counted, &c.set.plan);
		c.by_records = cli->opts.n_pids || cli->opts.command ||
			       cli->opts.command_argv || c.counted.n_filters;
		if (dry)
			rc = print_lines(&c);
		else
			rc = counts_output_open(cli);
	}
	if (rc == 0 && !dry)
		rc = command_watch(cli, run_watch, &c);
	cli->screen = NULL;
	counted_done(&c.counted);
	watchset_done(&c.set);
	return rc;
}

const struct cmd cmd_count = {
	.name = "count",
	.args = "SPEC... | BINARY FUNCTION",
	.summary = "count the calls of many functions",
	.help = "Counts how often functions are called, thousands of them at once if need be:\n"
		"\n"
		"  uprobe-ctl count 'c:str*'            all functions of a library, in all processes\n"
		"  uprobe-ctl count -i 1 --top 10 BINARY:'*'   the busiest, every second\n"
		"  uprobe-ctl count FILE:'*' -- CMD     of a command and its children only\n"
		"  uprobe-ctl count 'c:malloc if arg1 > 4096'   only calls that pass a filter\n"
		"\n"
		"Without a duration (-d) it counts until Ctrl-C.",
	.options = OPT_PID | OPT_FOLLOW | OPT_COMMAND | OPT_DURATION | OPT_INTERVAL | OPT_COUNT |
		   OPT_FILE | OPT_WRITE | OPT_TOP | OPT_ZEROS | OPT_FAST_ENTRY | OPT_CSV |
		   OPT_OPENMETRICS | OPT_DRY_RUN | OPT_RESOLVING | OPT_NO_DEMANGLE,
	.min_args = 1,
	.max_args = SIZE_MAX,
	.run = run,
};
