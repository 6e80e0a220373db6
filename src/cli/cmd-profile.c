/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uprobe_profile counts entries, also for return probes: the kernel bumps the count in the
 * entry handler only (R11). The column says so.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "cli/counts-output.h"
#include "cli/probe-row.h"
#include "cli/probes.h"
#include "report/counts.h"
#include "session/signals.h"
#include "tracefs/profile.h"

struct view {
	struct cli *cli;
	struct profile now, before; /* before: of the last interval; empty at first */
	struct ledger ledger;
	counts_format_fn *format; /* NULL: the table, or JSON */
	double seconds;           /* since `before` */
	double elapsed;           /* since the first reading */
	uint64_t n_rounds;
	bool explained; /* what is counted of returns */
};

/* What of a reading is asked for. */
struct shown {
	const struct event_ref *refs;
	size_t n;
	bool *wanted; /* by definition */
	struct probe_rows rows;
};

/* Hits since the last interval; the same location stands at the same place unless the list
   changed in between. */
static bool hits_since(const struct view *v, size_t i, uint64_t *ret)
{
	if (i >= v->before.probes.n || v->seconds <= 0 ||
	    !definition_equal(&v->before.probes.defs[i], &v->now.probes.defs[i]) ||
	    v->before.hits[i] > v->now.hits[i])
		return false;
	*ret = v->now.hits[i] - v->before.hits[i];
	return true;
}

static bool has_locations(const struct shown *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->refs[i].n_locations > 1)
			return true;
	return false;
}

static void add_place(const struct shown *s, const struct definition *d, struct table *t)
{
	struct probe_row row = probe_row_of(&s->rows, d);
	auto_free char *symbol = probe_row_symbol(&s->rows, &row);

	if (symbol)
		table_cellf(t, "%s:%s", row.name, symbol);
	else
		table_cellf(t, "%s:0x%" PRIx64, row.name, d->offset);
}

static void add_rows(const struct view *v, const struct shown *s, bool places, struct table *t)
{
	for (size_t i = 0; i < v->now.probes.n; i++) {
		const struct definition *d = &v->now.probes.defs[i];
		uint64_t hits;

		if (!s->wanted[i])
			continue;
		table_cellf(t, "%s/%s", d->group, d->event);
		table_cell(t, "entries");
		table_cellf(t, "%" PRIu64, v->now.hits[i]);
		if (v->cli->opts.interval_ns && hits_since(v, i, &hits))
			table_cellf(t, "%.0f", (double)hits / v->seconds);
		else if (v->cli->opts.interval_ns)
			table_cell(t, NULL);
		if (places)
			add_place(s, d, t);
	}
}

static void show_table(struct view *v, const struct shown *s)
{
	struct table_column columns[5] = {
		{ .title = "PROBE" },
		{ .title = "COUNTS" },
		{ .title = "HITS", .right = true },
	};
	bool places = has_locations(s);
	size_t n = 3;
	struct table *t;

	if (v->cli->opts.interval_ns)
		columns[n++] = (struct table_column){ .title = "+/s", .right = true };
	if (places)
		columns[n++] = (struct table_column){ .title = "LOCATION" };
	t = table_new(columns, n);
	add_rows(v, s, places, t);
	if (v->n_rounds)
		buf_addc(&v->cli->out, '\n');
	table_format(t, !opt(&v->cli->opts, OPT_NOHEADINGS), &v->cli->out);
	table_free(t);
}

static void show_json(struct view *v, struct shown *s)
{
	struct json j = JSON_INIT(&v->cli->out);

	json_object(&j, NULL);
	json_array(&j, "probes");
	for (size_t i = 0; i < v->now.probes.n; i++) {
		struct probe_row row = probe_row_of(&s->rows, &v->now.probes.defs[i]);
		uint64_t hits;

		if (!s->wanted[i])
			continue;
		json_object(&j, NULL);
		probe_row_json(&s->rows, &row, &j);
		json_str(&j, "counts", "entries");
		json_uint(&j, "hits", v->now.hits[i]);
		if (hits_since(v, i, &hits))
			json_rounded(&j, "rate", (double)hits / v->seconds, 3);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	buf_addc(&v->cli->out, '\n');
}

/* CSV and metrics are those of `count', with the probe's name. */
static void show_counts(struct view *v, const struct shown *s)
{
	const struct counts_options opts = {
		.zeros = true,
		.probes = true,
		.no_header = opt(&v->cli->opts, OPT_NOHEADINGS) || v->n_rounds,
	};
	struct counts counts = { .seconds = v->seconds, .elapsed = v->elapsed };
	auto_free char **symbols = xcalloc(v->now.probes.n + 1, sizeof(*symbols));

	for (size_t i = 0; i < v->now.probes.n; i++) {
		struct probe_row row = probe_row_of(&s->rows, &v->now.probes.defs[i]);
		struct counter *c;
		size_t id;

		if (!s->wanted[i])
			continue;
		symbols[i] = probe_row_symbol(&s->rows, &row);
		id = counts_add(&counts, row.name, symbols[i], row.d->offset);
		c = &counts.counters[id];
		c->group = row.d->group;
		c->event = row.d->event;
		c->kind = row.d->kind == 'p' ? "entry" : "return";
		c->total = v->now.hits[i];
		hits_since(v, i, &c->delta);
	}
	v->format(&counts, &opts, &v->cli->out);
	for (size_t i = 0; i < v->now.probes.n; i++)
		free(symbols[i]);
	counts_done(&counts);
}

/* The other formats say the same by their columns. */
static void explain_returns(struct view *v, const struct shown *s)
{
	if (v->explained || v->format || opt(&v->cli->opts, OPT_JSON))
		return;
	for (size_t i = 0; i < v->now.probes.n; i++) {
		const struct definition *d = &v->now.probes.defs[i];

		if (d->kind != 'r' || !s->wanted[i])
			continue;
		cli_note(v->cli, "of a return probe, too, the kernel counts the calls entered, "
				 "never the returns");
		v->explained = true;
		return;
	}
}

static int show(struct view *v, struct shown *s)
{
	int rc;

	if (v->format)
		show_counts(v, s);
	else if (opt(&v->cli->opts, OPT_JSON))
		show_json(v, s);
	else
		show_table(v, s);
	v->n_rounds++;
	rc = counts_output_write(v->cli);
	if (rc == 0)
		explain_returns(v, s);
	return rc;
}

static int show_selected(struct view *v, const struct probes *known)
{
	struct cli *cli = v->cli;
	auto_free bool *wanted = xcalloc(known->defs.n + 1, sizeof(*wanted));
	auto_free struct event_ref *refs = NULL;
	struct shown s = { .wanted = wanted };
	int rc = probes_select(cli, known, cli->opts.args, cli->opts.n_args, PROBES_ANY, &refs,
			       &s.n);

	if (rc < 0)
		return rc;
	s.refs = refs;
	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < refs[i].n_locations; k++)
			wanted[refs[i].locations[k] - known->defs.defs] = true;
	probe_rows_init(&s.rows, cli, &v->ledger);
	rc = show(v, &s);
	probe_rows_done(&s.rows);
	return rc;
}

/* One reading, shown. */
static int round_once(struct view *v)
{
	struct cli *cli = v->cli;
	struct probes known;
	int rc = profile_read(&cli->tfs, &v->now, &cli->err);

	if (rc == 0) {
		ledger_done(&v->ledger);
		rc = ledger_read(&cli->state, &v->ledger, &cli->err);
	}
	if (rc < 0)
		return rc;
	known = (struct probes){ .defs = v->now.probes, .ledger = v->ledger }; /* lent */
	probes_find_events(&known);
	rc = show_selected(v, &known);
	probes_forget_events(&known);
	return rc;
}

/* Waits until `until`; false if a signal or the end of our reader came first. */
static bool sleep_until(const struct cli *cli, int signal_fd, double until)
{
	for (;;) {
		struct pollfd fds[] = { { signal_fd, POLLIN, 0 }, { cli->out_fd, 0, 0 } };
		double left = until - clock_seconds();
		int sig;

		if (left <= 0)
			return true;
		poll(fds, ARRAY_SIZE(fds), left > 1e6 ? 1000000000 : (int)(left * 1000) + 1);
		sig = signals_read(signal_fd, NULL);
		if ((sig && sig != SIGCHLD) || (fds[1].revents & (POLLERR | POLLNVAL)))
			return false;
	}
}

static int repeat(struct view *v)
{
	double interval = (double)v->cli->opts.interval_ns / 1e9, start = clock_seconds(),
	       at = start, last = start, end = 0;
	uint64_t count = v->cli->opts.count;
	int signal_fd, rc = signals_open(&signal_fd, &v->cli->err);

	if (v->cli->opts.duration_ns)
		end = start + (double)v->cli->opts.duration_ns / 1e9;
	for (uint64_t i = 1; rc == 0 && (!count || i <= count); i++) {
		at += interval;
		if ((end && at > end + 0.001) || !sleep_until(v->cli, signal_fd, at))
			break;
		profile_done(&v->before);
		v->before = v->now;
		v->now = (struct profile){ 0 };
		v->seconds = clock_seconds() - last;
		last += v->seconds;
		v->elapsed = last - start;
		rc = round_once(v);
	}
	return rc;
}

static int check_options(struct cli *cli)
{
	const struct options *o = &cli->opts;

	if ((opt(o, OPT_DURATION) || opt(o, OPT_COUNT)) && !opt(o, OPT_INTERVAL))
		return cli_usage(cli, "-d and -n go with -i: without it profile shows the counts "
				      "once");
	return counts_output_check(cli);
}

static int run(struct cli *cli)
{
	struct view v = { .cli = cli, .format = counts_output_format(&cli->opts) };
	int rc = check_options(cli);

	if (rc)
		return rc;
	rc = cli_open(cli);
	if (rc == 0)
		rc = counts_output_open(cli);
	if (rc == 0 && cli->opts.interval_ns) {
		rc = profile_read(&cli->tfs, &v.now, &cli->err);
		if (rc == 0)
			rc = repeat(&v);
	} else if (rc == 0) {
		rc = round_once(&v);
	}
	profile_done(&v.now);
	profile_done(&v.before);
	ledger_done(&v.ledger);
	return rc;
}

const struct cmd cmd_profile = {
	.name = "profile",
	.args = "[[GROUP/]EVENT]...",
	.summary = "show how often probes were hit",
	.help = "Shows how often each probe was hit since it was defined, in all processes, from\n"
		"the kernel's own count (uprobe_profile). With -i it is shown again and again, with\n"
		"the hits per second.",
	.options = OPT_INTERVAL | OPT_COUNT | OPT_DURATION | OPT_WRITE | OPT_CSV |
		   OPT_OPENMETRICS | OPT_NO_DEMANGLE,
	.max_args = SIZE_MAX,
	.run = run,
};
