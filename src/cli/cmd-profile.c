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
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "cli/probes.h"
#include "report/json.h"
#include "report/table.h"
#include "resolve/locate.h"
#include "session/signals.h"
#include "tracefs/profile.h"

struct view {
	struct cli *cli;
	struct locator *locator;
	struct profile now, before; /* before: of the last interval; empty at first */
	double seconds;             /* since `before` */
	bool explained;             /* what is counted of returns */
};

/* Hits at the last interval; the same location stands at the same place unless the list
   changed in between. */
static bool hits_before(const struct view *v, size_t i, uint64_t *ret)
{
	if (i >= v->before.probes.n || v->seconds <= 0 ||
	    !definition_equal(&v->before.probes.defs[i], &v->now.probes.defs[i]) ||
	    v->before.hits[i] > v->now.hits[i])
		return false;
	*ret = v->before.hits[i];
	return true;
}

static bool rate_of(const struct view *v, size_t i, double *ret)
{
	uint64_t before;

	if (!hits_before(v, i, &before))
		return false;
	*ret = (double)(v->now.hits[i] - before) / v->seconds;
	return true;
}

static bool is_wanted(const struct event_ref *refs, size_t n, const struct definition *d)
{
	for (size_t i = 0; i < n; i++)
		if (event_ref_has(&refs[i], d))
			return true;
	return false;
}

static bool has_locations(const struct event_ref *refs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (refs[i].n_locations > 1)
			return true;
	return false;
}

static void show_table(const struct view *v, const struct event_ref *refs, size_t n, bool header)
{
	const struct table_column columns[] = {
		{ .title = "PROBE" },
		{ .title = "COUNTS" },
		{ .title = "HITS", .right = true },
		{ .title = v->cli->opts.interval_ns ? "+/s" : "LOCATION",
		  .right = v->cli->opts.interval_ns > 0 },
	};
	bool fourth = v->cli->opts.interval_ns || has_locations(refs, n);
	struct table *t = table_new(columns, fourth ? 4 : 3);

	for (size_t i = 0; i < v->now.probes.n; i++) {
		const struct definition *d = &v->now.probes.defs[i];
		double rate;

		if (!is_wanted(refs, n, d))
			continue;
		table_cellf(t, "%s/%s", d->group, d->event);
		table_cell(t, "entries");
		table_cellf(t, "%" PRIu64, v->now.hits[i]);
		if (!fourth)
			continue;
		if (!v->cli->opts.interval_ns) {
			auto_free char *place = locator_name(v->locator, d->path, d->offset);

			table_cellf(t, "%s:%s", d->path, place);
		} else if (rate_of(v, i, &rate)) {
			table_cellf(t, "%.0f", rate);
		} else {
			table_cell(t, NULL);
		}
	}
	table_format(t, header, &v->cli->out);
	table_free(t);
}

static void show_json(const struct view *v, const struct event_ref *refs, size_t n)
{
	struct json j = JSON_INIT(&v->cli->out);

	json_object(&j, NULL);
	json_array(&j, "probes");
	for (size_t i = 0; i < v->now.probes.n; i++) {
		const struct definition *d = &v->now.probes.defs[i];
		auto_free char *symbol = NULL;
		double rate;

		if (!is_wanted(refs, n, d))
			continue;
		symbol = locator_name(v->locator, d->path, d->offset);
		json_object(&j, NULL);
		json_str(&j, "group", d->group);
		json_str(&j, "event", d->event);
		json_str(&j, "kind", d->kind == 'p' ? "entry" : "return");
		json_str(&j, "file", d->path);
		json_uint(&j, "offset", d->offset);
		json_str(&j, "symbol", strncmp(symbol, "0x", 2) == 0 ? NULL : symbol);
		json_str(&j, "counts", "entries");
		json_uint(&j, "hits", v->now.hits[i]);
		if (rate_of(v, i, &rate))
			json_double(&j, "rate", rate);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	buf_addc(&v->cli->out, '\n');
}

/* JSON says the same with "counts". */
static void explain_returns(struct view *v, const struct event_ref *refs, size_t n)
{
	if (v->explained || opt(&v->cli->opts, OPT_JSON))
		return;
	for (size_t i = 0; i < v->now.probes.n; i++) {
		const struct definition *d = &v->now.probes.defs[i];

		if (d->kind != 'r' || !is_wanted(refs, n, d))
			continue;
		cli_note(v->cli, "of a return probe, too, the kernel counts the calls entered, "
				 "never the returns");
		v->explained = true;
		return;
	}
}

/* One reading, shown. */
static int round_once(struct view *v, bool header)
{
	struct probes known = { 0 };
	auto_free struct event_ref *refs = NULL;
	size_t n;
	int rc = profile_read(&v->cli->tfs, &v->now, &v->cli->err);

	if (rc < 0)
		return rc;
	known.defs = v->now.probes; /* lent for the selection */
	rc = probes_select(v->cli, &known, v->cli->opts.args, v->cli->opts.n_args, PROBES_ANY,
			   &refs, &n);
	if (rc < 0)
		return rc;
	if (opt(&v->cli->opts, OPT_JSON))
		show_json(v, refs, n);
	else
		show_table(v, refs, n, header);
	rc = cli_flush(v->cli);
	if (rc == 0)
		explain_returns(v, refs, n);
	return rc;
}

static double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Waits until `until`; false if a signal or the end of our reader came first. */
static bool sleep_until(const struct cli *cli, int signal_fd, double until)
{
	for (;;) {
		struct pollfd fds[] = { { signal_fd, POLLIN, 0 }, { cli->out_fd, 0, 0 } };
		double left = until - now_seconds();
		int sig;

		if (left <= 0)
			return true;
		poll(fds, ARRAY_SIZE(fds), left > 1e6 ? 1000000000 : (int)(left * 1000) + 1);
		sig = signals_read(signal_fd);
		if ((sig && sig != SIGCHLD) || (fds[1].revents & (POLLERR | POLLNVAL)))
			return false;
	}
}

static int repeat(struct view *v)
{
	double interval = (double)v->cli->opts.interval_ns / 1e9, start = now_seconds(),
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
		v->seconds = now_seconds() - last;
		last = now_seconds();
		if (!opt(&v->cli->opts, OPT_JSON) && i > 1)
			buf_addc(&v->cli->out, '\n');
		rc = round_once(v, !opt(&v->cli->opts, OPT_NOHEADINGS));
	}
	return rc;
}

static int run(struct cli *cli)
{
	struct view v = { .cli = cli };
	int rc;

	if ((opt(&cli->opts, OPT_DURATION) || opt(&cli->opts, OPT_COUNT)) &&
	    !opt(&cli->opts, OPT_INTERVAL))
		return cli_usage(cli, "-d and -n go with -i: without it profile shows the counts "
				      "once");
	rc = cli_open(cli);
	if (rc < 0)
		return rc;
	v.locator = locator_new();
	if (opt(&cli->opts, OPT_NO_DEMANGLE))
		locator_keep_mangled(v.locator);
	if (cli->opts.interval_ns) {
		rc = profile_read(&cli->tfs, &v.now, &cli->err);
		if (rc == 0)
			rc = repeat(&v);
	} else {
		rc = round_once(&v, !opt(&cli->opts, OPT_NOHEADINGS));
	}
	profile_done(&v.now);
	profile_done(&v.before);
	locator_free(v.locator);
	return rc;
}

const struct cmd cmd_profile = {
	.name = "profile",
	.args = "[[GROUP/]EVENT]...",
	.summary = "show how often probes were hit",
	.help = "Shows how often each probe was hit since it was defined, in all processes, from\n"
		"the kernel's own count (uprobe_profile). With -i it is shown again and again, with\n"
		"the hits per second.",
	.options = OPT_INTERVAL | OPT_COUNT | OPT_DURATION | OPT_NO_DEMANGLE,
	.max_args = SIZE_MAX,
	.run = run,
};
