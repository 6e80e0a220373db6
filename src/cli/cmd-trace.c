/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "cli/command.h"
#include "cli/cost.h"
#include "cli/lost.h"
#include "cli/output.h"
#include "cli/pairing.h"
#include "cli/silence.h"
#include "cli/watched.h"

struct trace {
	struct cli *cli;
	struct watchset set;
	struct watch *watch;
	struct events_options opts;
	struct output out;
	struct silence silence;
	struct cost cost;
	bool has_told_limit; /* of the buffers */
};

static const char *group_of(const struct event *e)
{
	return watched_of(e)->group;
}

static const char *file_of(const struct event *e)
{
	return watched_file(e);
}

static bool on_event(void *ctx, const struct event *e)
{
	struct trace *t = ctx;

	e = watched_event(e);
	cost_event(&t->cost, e);
	if (!cli_wants_task(t->cli, e->tgid))
		return !t->out.is_done;
	/* The kernel's line is of the record, not of what is made of it. */
	return output_event(&t->out, t->out.format == &events_kernel ? e : watched_show(e));
}

static void on_lost(void *ctx, const struct lost *lost)
{
	struct trace *t = ctx;

	output_lost(&t->out, lost);
}

static bool on_round(void *ctx)
{
	struct trace *t = ctx;

	silence_look(&t->silence, t->out.n_shown, t->out.n_events, false);
	cost_look(&t->cost, t->out.n_events);
	return output_round(&t->out);
}

static void on_growth(void *ctx, const struct buffers *buffers, bool has_grown)
{
	struct trace *t = ctx;

	if (has_grown || !t->has_told_limit)
		lost_note_growth(t->cli, buffers, has_grown);
	t->has_told_limit |= !has_grown;
}

static void announce(const struct trace *t)
{
	const struct cli *cli = t->cli;
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < t->set.plan.n && i < 5; i++) {
		const struct resolution *res = &t->set.plan.res[i];

		buf_addf(&b, "%s%s:%s", i ? ", " : "",
			 res->targets.n == 1 ? res->targets.targets[0].name : res->target_typed,
			 res->location_typed);
	}
	if (t->set.plan.n > 5)
		buf_addf(&b, " and %zu more", t->set.plan.n - 5);
	if (!b.len)
		return;
	watchset_add_end(&t->set, "line", &b);
	cli_note(cli, "Attaching uprobe to %s", buf_str(&b));
}

static bool has_returns(const struct watchset *set)
{
	for (size_t i = 0; i < set->n_watched; i++)
		if (set->watched[i]->type.is_return)
			return true;
	return false;
}

/* -o with columns that nothing here can fill. */
static void note_empty_columns(const struct trace *t)
{
	static const struct {
		const char *name, *besides;
	} of_returns[] = {
		{ "caller", "; at an entry it is an argument: 'FILE:FUNCTION caller'" },
		{ "retval", "" },
		{ "duration", "" },
	};
	const char *list = t->cli->opts.columns;

	for (size_t len; list && *list && !has_returns(&t->set); list += len + (list[len] == ',')) {
		list += *list == '+';
		len = strcspn(list, ",");
		for (size_t i = 0; i < ARRAY_SIZE(of_returns); i++)
			if (strlen(of_returns[i].name) == len &&
			    strncmp(list, of_returns[i].name, len) == 0)
				cli_note(t->cli, "column %s stays empty: it is known at returns "
						 "(pr:FILE:FUNCTION)%s", of_returns[i].name,
					 of_returns[i].besides);
	}
}

static bool has_text(const struct trace *t)
{
	for (size_t i = 0; i < plan_n_defs(&t->set.plan); i++) {
		const struct definition *d = plan_def(&t->set.plan, i, NULL);

		for (size_t k = 0; k < d->n_args; k++)
			if (d->args[k].type && strstr(d->args[k].type, "string"))
				return true;
	}
	return false;
}

/*
 * Whether each hit that the kernel counts should have been an event of ours: entries alone
 * (of returns it counts calls), of every process, unfiltered, all of them read.
 */
static bool hits_are_events(const struct trace *t)
{
	const struct options *o = &t->cli->opts;
	bool all = !o->n_pids && !t->set.child_pid && !t->set.n_names && t->set.plan.n &&
		   !t->out.is_done;

	for (size_t i = 0; all && i < plan_n_defs(&t->set.plan); i++) {
		const struct definition *d = plan_def(&t->set.plan, i, NULL);

		all = d->kind == 'p' && !d->filter;
	}
	return all;
}

static void note_unrecorded(const struct trace *t, const struct losses *lost)
{
	uint64_t known = t->out.n_events + losses_sum(lost), hits;

	if (lost->is_least || !hits_are_events(t))
		return;
	hits = silence_hits(&t->silence);
	if (hits > known)
		lost_note_unrecorded(t->cli, hits - known, has_text(t));
}

static void close_line(const struct trace *t, const struct losses *lost)
{
	auto_buf b = BUF_INIT;

	output_summary(&t->out, &b);
	buf_adds(&b, ", ");
	lost_format(lost, &b);
	cli_note(t->cli, "%s%s", buf_str(&b), t->set.plan.n ? "; uprobe detached" : "");
	lost_note_remedy(t->cli, lost);
	note_unrecorded(t, lost);
}

/* Whose a task is, is looked up by its number. */
static int refuse_uid(struct trace *t)
{
	const struct options *o = &t->cli->opts;

	if (!t->set.numbers_differ || t->set.child_pid) /* which is refused anyway */
		return 0;
	if (opt(o, OPT_UID)) {
		err_set(&t->cli->err, ENOTSUP, "in a PID namespace of its own --uid needs -p");
		return err_hint(&t->cli->err, "tracefs knows tasks by the host's numbers alone");
	}
	cli_note(t->cli, "this is a PID namespace: the process numbers shown are the host's");
	return 0;
}

static int set_up(struct trace *t, struct child *child)
{
	struct cli *cli = t->cli;
	struct watch_opts opts = command_watch_opts(cli, child);
	const struct stream_ops ops = { .event = on_event, .lost = on_lost, .ctx = t };
	int rc = refuse_uid(t);

	opts.may_grow = opt(&cli->opts, OPT_NO_LOSS);
	if (rc == 0)
		rc = watch_begin(&cli->tfs, &cli->state, &opts, &ops, &t->watch, &cli->err);
	return rc < 0 ? rc : watchset_attach(&t->set, t->watch);
}

static int loop(struct trace *t)
{
	struct cli *cli = t->cli;
	const struct watch_loop_opts opts = {
		.duration_ns = cli->opts.duration_ns,
		.out_fd = cli->out_fd,
		.round = on_round,
		.grown = on_growth,
		.ctx = t,
	};
	enum watch_reason reason;
	int rc;

	announce(t);
	note_empty_columns(t);
	rc = watch_start(t->watch, &cli->err);
	if (rc < 0) {
		buf_reset(&cli->out); /* no heading over nothing */
		return rc;
	}
	watchset_note_cost(&t->set, t->watch);
	silence_begin(&t->silence, &t->set, watch_group(t->watch));
	cost_begin(&t->cost, &t->set, t->watch);
	reason = watch_loop(t->watch, &opts, &cli->err);
	watchset_note_end(&t->set, reason);
	if (reason == WATCH_FAILED)
		return -EIO;
	silence_close(&t->silence);
	watch_stop(t->watch);
	rc = watch_drain(t->watch, &cli->err);
	if (rc == 0 && reason == WATCH_TIME)
		silence_look(&t->silence, t->out.n_shown, t->out.n_events, true);
	return rc;
}

static void begin_output(struct trace *t)
{
	t->opts.wall_offset_ns = clock_wall_offset_ns();
	t->opts.start_ns = clock_ns();
	t->opts.name_width = watchset_name_width(&t->set);
	t->opts.group = group_of;
	t->opts.name = watched_name;
	t->opts.symbol = watched_symbol;
	t->opts.file = file_of;
	output_begin(&t->out, t->cli, &t->opts, pairing_wanted(&t->set));
	if (t->out.pairs)
		pairing_add(&t->set, t->out.pairs);
}

static int show(void *ctx, struct child *child)
{
	struct trace *t = ctx;
	auto_losses lost = LOSSES_INIT;
	int rc;

	t->set.child_pid = child->pid;
	rc = set_up(t, child);
	if (rc == 0) {
		begin_output(t);
		rc = loop(t);
	}
	rc = command_watch_end(t->cli, t->watch, rc, &lost);
	if (output_end(&t->out) < 0 && rc == 0)
		rc = -EIO;
	if (rc == 0)
		close_line(t, &lost);
	return rc;
}

static int dry_run(struct trace *t)
{
	watchset_share(&t->set);
	for (size_t i = 0; i < t->set.sharing.n; i++) {
		definition_format(&t->set.sharing.defs[i], &t->cli->out);
		buf_addc(&t->cli->out, '\n');
	}
	return EXIT_OK;
}

/* --slower */
static int want_pairs(struct trace *t)
{
	pairing_imply(t->cli);
	if (pairing_possible(t->cli))
		return 0;
	err_set(&t->cli->err, EINVAL, "--slower needs calls, and nothing here makes any");
	return err_hint(&t->cli->err, "pr:FILE:FUNCTION makes them, and so does FILE:FUNCTION");
}

static int run(struct cli *cli)
{
	struct trace t = { .cli = cli };
	bool alone = opt(&cli->opts, OPT_KERNEL_FORMAT); /* by the names the kernel has */
	bool dry = opt(&cli->opts, OPT_DRY_RUN);
	int rc = command_check(cli);

	if (rc == 0)
		rc = output_check(cli, &t.opts);
	if (rc)
		return rc;
	rc = dry ? cli_open_dry(cli) : cli_open_for_writing(cli);
	statedir_unlock(&cli->state); /* others may work while we watch */
	if (rc == 0)
		rc = watchset_load(&t.set, cli);
	t.set.each_alone = alone;
	if (rc == 0 && opt(&cli->opts, OPT_SLOWER))
		rc = want_pairs(&t);
	if (rc == 0)
		rc = watchset_plan(&t.set, "uctl_RUN");
	if (rc == 0 && dry)
		rc = dry_run(&t);
	else if (rc == 0)
		rc = cli_open_output(cli);
	if (rc == 0 && !dry)
		rc = command_watch(cli, show, &t);
	watchset_done(&t.set);
	return rc;
}

const struct cmd cmd_trace = {
	.name = "trace",
	.args = "SPEC... | [GROUP/]EVENT... [if 'FILTER'] | BINARY FUNCTION",
	.summary = "show calls as they happen",
	.help = "Shows each event as it happens: time, command, process, event and arguments.\n"
		"\n"
		"  BINARY FUNCTION  the file and the name of one of its functions\n"
		"  SPEC             BINARY:FUNCTION [[NAME=]ARG[:TYPE]]... [if FILTER], see add --help;\n"
		"                   also str(LEN), std, bool, fd, errno, signal, sym, and regs for ARG\n"
		"  [GROUP/]EVENT    a probe that exists (uprobe-ctl list); with none of all these,\n"
		"                   those of ours that are enabled\n"
		"\n"
		"A call is shown at its return, with what it returned and how long it took, if the\n"
		"SPEC asks for both ends: pr:BINARY:FUNCTION, or retval beside an argN.\n"
		"\n"
		"Probes made from a SPEC are gone when the trace ends: after the duration (-d), the\n"
		"number of events (-n), at Ctrl-C, or when nobody reads its output any more.",
	.options = OPT_PID | OPT_FOLLOW | OPT_COMMAND | OPT_DURATION | OPT_FILE | OPT_DRY_RUN |
		   OPT_RESOLVING | OPT_NO_DEMANGLE | OPT_UID | OPT_NO_LOSS | OPT_OUTPUT,
	.max_args = SIZE_MAX,
	.run = run,
};
