/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Specs become probes of this run's own group, probes that exist are read beside whoever
 * else reads them; both are recorded in an instance of the run's own and shown as they come.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "cli/probes.h"
#include "probe/name.h"
#include "report/events.h"
#include "resolve/locate.h"
#include "session/child.h"
#include "session/watch.h"
#include "tracefs/control.h"

/* What an event stands for: the struct event_type's `user`. */
struct watched {
	struct event_type type;
	char *symbol; /* NULL: not known */
	char *file;
	const struct spec *spec; /* NULL: a probe that existed */
};

struct trace {
	struct cli *cli;
	struct probes probes;
	struct plan plan;
	struct watch *watch;
	struct watched **watched;
	size_t n_watched;
	const struct events_format *format;
	struct events_writer *writer;
	uint64_t n_events;
	bool failed_output;
};

/* __comm: saved_cmdlines is global and small; the record itself must carry the name (R21). */
static const char *const hidden_args[] = { "__comm=$comm", NULL };

static const char *symbol_of(const struct event *e)
{
	return ((const struct watched *)e->type->user)->symbol;
}

/* The run's own group is nobody's business: its name is another in every run. */
static const char *group_of(const struct event *e)
{
	const struct watched *w = e->type->user;

	if (!w->spec)
		return e->type->group;
	return w->spec->group.s ? w->spec->group.s : NAME_GROUP;
}

static const char *file_of(const struct event *e)
{
	return ((const struct watched *)e->type->user)->file;
}

/* "BINARY FUNCTION": two words without ':' of which neither is a probe. */
static int as_binary_and_function(struct trace *t)
{
	const char **args = t->cli->opts.args;
	struct origin *origin = &t->cli->bad_origin;
	bool plain = !strpbrk(args[0], " \t\"\\") && !strpbrk(args[1], " \t\"\\");

	t->cli->bad_text = plain ? xasprintf("%s:%s", args[0], args[1])
				 : xasprintf("\"%s:%s\"", args[0], args[1]);
	*origin = (struct origin){ .text = t->cli->bad_text };
	return spec_list_add(&t->cli->specs, origin, &t->cli->err);
}

static bool is_probe_name(struct trace *t, const char *word)
{
	auto_free struct event_ref *refs = NULL;
	struct err kept = t->cli->err;
	size_t n;
	int rc = probes_select(t->cli, &t->probes, &word, 1, PROBES_ANY, &refs, &n);

	t->cli->err = kept;
	return rc == 0;
}

static int not_understood(struct trace *t, const char *word)
{
	struct cli *cli = t->cli;

	err_set(&cli->err, ENOENT, "'%s' is neither a probe nor TARGET:LOCATION", word);
	if (cli->opts.n_args == 2)
		err_detail(&cli->err, "a probe and something else: uprobe-ctl list shows the probes");
	err_detail(&cli->err, "a function of a file is written FILE:%s", word);
	return err_hint(&cli->err, "or two words: uprobe-ctl trace FILE FUNCTION");
}

static int watch_existing(struct trace *t, const char *const *patterns, size_t n);

/* Specs into cli->specs, names of probes into `names`. */
static int sort_words(struct trace *t, const char **names, size_t *n_names)
{
	const struct options *o = &t->cli->opts;
	size_t probes = 0, plain = 0;

	for (size_t i = 0; i < o->n_args; i++) {
		if (strchr(o->args[i], ':'))
			continue;
		plain++;
		probes += is_probe_name(t, o->args[i]);
	}
	if (o->n_args == 2 && plain == 2 && probes == 0)
		return as_binary_and_function(t);
	for (size_t i = 0; i < o->n_args; i++) {
		const char *word = o->args[i];
		int rc = 0;

		if (!strchr(word, ':') && is_probe_name(t, word))
			names[(*n_names)++] = word;
		else if (!strchr(word, ':') && !strchr(word, ' '))
			rc = not_understood(t, word);
		else
			rc = cli_read_specs(t->cli, &word, 1);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct watched *new_watched(struct trace *t, const char *group, const char *event)
{
	struct watched *w = xcalloc(1, sizeof(*w));

	w->type.group = xstrdup(group);
	w->type.event = xstrdup(event);
	w->type.user = w;
	t->watched = xgrow(t->watched, t->n_watched, sizeof(*t->watched));
	t->watched[t->n_watched++] = w;
	return w;
}

static bool is_watched(const struct trace *t, const struct definition *d)
{
	for (size_t i = 0; i < t->n_watched; i++)
		if (strcmp(t->watched[i]->type.group, d->group) == 0 &&
		    strcmp(t->watched[i]->type.event, d->event) == 0)
			return true;
	return false;
}

static int watch_existing(struct trace *t, const char *const *patterns, size_t n)
{
	auto_free struct event_ref *refs = NULL;
	struct locator *locator = locator_new();
	size_t n_refs = 0;
	int rc = probes_select(t->cli, &t->probes, patterns, n, PROBES_ANY, &refs, &n_refs);

	for (size_t i = 0; rc == 0 && i < t->probes.defs.n; i++) {
		const struct definition *d = &t->probes.defs.defs[i];
		struct watched *w;
		bool wanted = false;

		for (size_t k = 0; k < n_refs; k++)
			wanted = wanted || event_ref_has(&refs[k], d);
		if (!wanted || is_watched(t, d))
			continue;
		w = new_watched(t, d->group, d->event);
		w->file = xstrdup(d->path);
		w->symbol = locator_name(locator, d->path, d->offset);
		rc = watch_event(t->watch, &w->type, NULL, &t->cli->err);
	}
	locator_free(locator);
	return rc;
}

/* No word at all: our own probes that are enabled. */
static int watch_enabled(struct trace *t)
{
	size_t found = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->probes.defs.n; i++) {
		const struct definition *d = &t->probes.defs.defs[i];
		auto_free char *name = xasprintf("%s/%s", d->group, d->event);
		const char *pattern = name;

		if (!ledger_find(&t->probes.ledger, d) || is_watched(t, d) ||
		    control_state(&t->cli->tfs, NULL, d->group, d->event) != ENABLE_ON)
			continue;
		found++;
		rc = watch_existing(t, &pattern, 1);
	}
	if (rc < 0 || found)
		return rc;
	err_set(&t->cli->err, ENOENT, "there is nothing to trace: no probe of ours is enabled");
	return err_hint(&t->cli->err, "say what: uprobe-ctl trace FILE:FUNCTION, or the name of a "
				      "probe (uprobe-ctl list)");
}

static int watch_specs(struct trace *t)
{
	size_t n = plan_n_defs(&t->plan);
	auto_free struct definition *defs = xcalloc(n, sizeof(*defs));
	int rc;

	for (size_t i = 0; i < n; i++)
		defs[i] = *plan_def(&t->plan, i, NULL);
	rc = watch_define(t->watch, defs, n, &t->cli->err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct resolution *res;
		const struct definition *d = plan_def(&t->plan, i, &res);
		const struct token *filter = &res->spec->filter;
		struct watched *w;

		if (is_watched(t, d))
			continue;
		w = new_watched(t, d->group, d->event);
		w->file = xstrdup(res->target.name);
		w->symbol = xstrdup_null(res->function.symbol ? res->function.symbol->name : NULL);
		w->spec = res->spec;
		rc = watch_event(t->watch, &w->type, filter->s, &t->cli->err);
		if (rc < 0) {
			struct span at = t->cli->err.at;

			err_at(&t->cli->err, &res->spec->origin,
			       filter->s ? (struct span){ filter->at.from + at.from,
							  filter->at.from + at.to }
					 : res->spec->place.at);
		}
	}
	return rc;
}

/* Children of a process asked for are recorded by the kernel, too; they were not asked for. */
static bool is_wanted(const struct cli *cli, const struct event *e)
{
	if (!cli->opts.n_pids || !e->tgid)
		return true;
	for (size_t i = 0; i < cli->opts.n_pids; i++)
		if (cli->opts.pids[i] == e->tgid)
			return true;
	return false;
}

static bool on_event(void *ctx, const struct event *e)
{
	struct trace *t = ctx;

	if (t->failed_output)
		return false;
	if (!is_wanted(t->cli, e))
		return true;
	t->format->event(t->writer, e, &t->cli->out);
	t->n_events++;
	if (t->cli->out.len > 1 << 16)
		t->failed_output = cli_flush(t->cli) < 0;
	return !t->failed_output &&
	       (!t->cli->opts.count || t->n_events < t->cli->opts.count);
}

static void on_lost(void *ctx, const struct lost *lost)
{
	struct trace *t = ctx;

	t->format->lost(t->writer, lost, &t->cli->out);
}

static void on_round(void *ctx)
{
	struct trace *t = ctx;

	if (!t->failed_output)
		t->failed_output = cli_flush(t->cli) < 0;
}

static int64_t wall_offset(void)
{
	struct timespec wall, mono;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)(wall.tv_sec - mono.tv_sec) * 1000000000 + (wall.tv_nsec - mono.tv_nsec);
}

static void announce(const struct trace *t)
{
	const struct cli *cli = t->cli;
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < t->plan.n && i < 5; i++) {
		const struct resolution *res = &t->plan.res[i];

		buf_addf(&b, "%s%s:%s", i ? ", " : "", res->target.name, res->location_typed);
	}
	if (t->plan.n > 5)
		buf_addf(&b, " and %zu more", t->plan.n - 5);
	if (!b.len)
		return;
	if (cli->opts.duration_ns)
		cli_note(cli, "Attaching uprobe to %s; %g s", buf_str(&b),
			 (double)cli->opts.duration_ns / 1e9);
	else
		cli_note(cli, "Attaching uprobe to %s; Ctrl-C to end", buf_str(&b));
	if (cli->opts.n_pids)
		cli_note(cli, "every process that runs into it takes the trap; only process%s %d%s "
			      "shown", cli->opts.n_pids > 1 ? "es" : "", (int)cli->opts.pids[0],
			 cli->opts.n_pids > 1 ? " … are" : " is");
}

static void plural(struct buf *b, uint64_t n, const char *what)
{
	buf_addf(b, "%" PRIu64 " %s%s", n, what, n == 1 ? "" : "s");
}

static void close_line(const struct trace *t, uint64_t lost)
{
	auto_buf b = BUF_INIT;

	plural(&b, t->n_events, "event");
	cli_note(t->cli, "%s, %" PRIu64 " lost%s", buf_str(&b), lost,
		 t->plan.n ? "; uprobe detached" : "");
}

static int set_up(struct trace *t, struct child *child)
{
	struct cli *cli = t->cli;
	const struct watch_opts opts = {
		.pids = cli->opts.pids,
		.n_pids = cli->opts.n_pids,
		.child = child->pid ? child : NULL,
	};
	const struct stream_ops ops = { .event = on_event, .lost = on_lost, .ctx = t };
	auto_free const char **names = xcalloc(cli->opts.n_args, sizeof(*names));
	struct resolve_env env = cli_resolve_env(cli);
	size_t n_names = 0;
	int rc = sort_words(t, names, &n_names);

	if (rc == 0 && cli->opts.file)
		rc = cli_read_specs(cli, NULL, 0);
	if (rc == 0)
		rc = watch_begin(&cli->tfs, &cli->state, &opts, &ops, &t->watch, &cli->err);
	if (rc < 0)
		return rc;
	env.group = watch_group(t->watch);
	env.own_group = true;
	env.hidden = hidden_args;
	rc = plan_make(&env, cli->specs.specs, cli->specs.n, &t->plan, &cli->err);
	if (rc == 0 && t->plan.n)
		rc = watch_specs(t);
	if (rc == 0 && n_names)
		rc = watch_existing(t, names, n_names);
	if (rc == 0 && !n_names && !t->plan.n)
		rc = watch_enabled(t);
	return rc;
}

static int loop(struct trace *t)
{
	struct cli *cli = t->cli;
	const struct watch_loop_opts opts = {
		.duration_ns = cli->opts.duration_ns,
		.out_fd = cli->out_fd,
		.round = on_round,
		.ctx = t,
	};
	int rc;

	announce(t);
	rc = watch_start(t->watch, &cli->err);
	if (rc < 0)
		return rc;
	return watch_loop(t->watch, &opts, &cli->err) == WATCH_FAILED ? -EIO : 0;
}

static int show(struct trace *t, struct child *child)
{
	const struct events_options opts = {
		.wall_offset_ns = wall_offset(),
		.no_header = opt(&t->cli->opts, OPT_NOHEADINGS),
		.group = group_of,
		.symbol = symbol_of,
		.file = file_of,
	};
	uint64_t lost = 0;
	int rc, end;

	t->format = opt(&t->cli->opts, OPT_JSON) ? &events_json : &events_text;
	t->writer = t->format->begin(&opts, &t->cli->out);
	rc = set_up(t, child);
	if (rc == 0)
		rc = loop(t);
	else
		buf_reset(&t->cli->out); /* no heading over nothing */
	if (t->watch) {
		struct err later = ERR_INIT;

		end = watch_end(t->watch, &lost, &later);
		if (end < 0 && rc == 0 && !t->cli->err.code)
			t->cli->err = later;
		rc = rc < 0 ? rc : end;
	}
	t->format->end(t->writer, &t->cli->out);
	on_round(t);
	if (rc == 0)
		close_line(t, lost);
	return t->failed_output ? -EPIPE : rc;
}

static void trace_done(struct trace *t)
{
	for (size_t i = 0; i < t->n_watched; i++) {
		event_type_done(&t->watched[i]->type);
		free(t->watched[i]->type.group);
		free(t->watched[i]->type.event);
		free(t->watched[i]->symbol);
		free(t->watched[i]->file);
		free(t->watched[i]);
	}
	free(t->watched);
	plan_done(&t->plan);
	probes_done(&t->probes);
}

/* With a command our lines go to stderr, away from the command's own, unless -w says where. */
static int open_output(struct cli *cli)
{
	if (cli->opts.write) {
		cli->out_fd = open(cli->opts.write, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (cli->out_fd < 0)
			return err_set(&cli->err, errno, "%s: %s", cli->opts.write,
				       strerror(errno));
	} else if (cli->opts.command || cli->opts.command_argv) {
		cli->out_fd = 2;
	}
	return 0;
}

static int dry_run(struct trace *t)
{
	auto_free const char **names = xcalloc(t->cli->opts.n_args, sizeof(*names));
	struct resolve_env env = cli_resolve_env(t->cli);
	size_t n_names = 0;
	int rc = sort_words(t, names, &n_names);

	env.group = "uctl_RUN";
	env.own_group = true;
	env.hidden = hidden_args;
	if (rc == 0)
		rc = plan_make(&env, t->cli->specs.specs, t->cli->specs.n, &t->plan, &t->cli->err);
	for (size_t i = 0; rc == 0 && i < plan_n_defs(&t->plan); i++) {
		definition_format(plan_def(&t->plan, i, NULL), &t->cli->out);
		buf_addc(&t->cli->out, '\n');
	}
	return rc;
}

static int run_with_command(struct trace *t)
{
	struct cli *cli = t->cli;
	struct child child = CHILD_INIT;
	int rc = 0;

	if (cli->opts.command || cli->opts.command_argv)
		rc = child_start(&child, cli->opts.command_argv, cli->opts.command, &cli->err);
	if (rc == 0) {
		rc = show(t, &child);
		child_wait(&child);
		if (rc == 0 && child_exit_status(&child) > 0)
			rc = child_exit_status(&child);
	}
	child_done(&child);
	return rc;
}

static int run(struct cli *cli)
{
	struct trace t = { .cli = cli };
	bool dry = opt(&cli->opts, OPT_DRY_RUN);
	int rc;

	if (cli->opts.command && cli->opts.command_argv)
		return cli_usage(cli, "-c and -- both name a command");
	rc = dry ? cli_open(cli) : cli_open_for_writing(cli);
	if (rc == 0)
		rc = probes_load(cli, &t.probes);
	if (dry && rc < 0) {
		err_clear(&cli->err);
		rc = 0;
	}
	statedir_unlock(&cli->state);
	if (rc == 0 && dry)
		rc = dry_run(&t);
	else if (rc == 0)
		rc = open_output(cli);
	if (rc == 0 && !dry)
		rc = run_with_command(&t);
	trace_done(&t);
	return rc;
}

const struct cmd cmd_trace = {
	.name = "trace",
	.args = "SPEC... | [GROUP/]EVENT... | BINARY FUNCTION",
	.summary = "show calls as they happen",
	.help = "Shows each event as it happens: time, command, process, event and arguments.\n"
		"\n"
		"  BINARY FUNCTION  the file and the name of one of its functions\n"
		"  SPEC             BINARY:FUNCTION [[NAME=]ARG[:TYPE]]..., see add --help\n"
		"  [GROUP/]EVENT    a probe that exists (uprobe-ctl list); with none of all these,\n"
		"                   those of ours that are enabled\n"
		"\n"
		"Probes made from a SPEC are gone when the trace ends: after the duration (-d), the\n"
		"number of events (-n), at Ctrl-C, or when nobody reads its output any more.",
	.options = OPT_PID | OPT_COMMAND | OPT_DURATION | OPT_COUNT | OPT_FILE | OPT_WRITE |
		   OPT_DRY_RUN | OPT_FORCE,
	.max_args = SIZE_MAX,
	.run = run,
};
