/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"
#include "cli/cost.h"
#include "cli/hits.h"
#include "cli/pairing.h"

/*
 * Hits may be far apart. What they cost where that was measured: 0.3 to 3 us on hardware, 10 us
 * in a virtual machine.
 */
#define MOST_NS 20000
#define USUAL_NS 3000 /* where the time between two hits is not to be seen */
#define MUCH 0.5 /* CPUs */
/* Fewer events a second cannot be much. */
#define FEW (MUCH * 1e9 / MOST_NS)

static void add_way(struct buf *b, bool is_open, const char *way)
{
	if (is_open)
		buf_addf(b, ", %s", way);
}

bool cost_describe(const struct cost_facts *f, struct buf *b)
{
	double cpus = f->rate * f->ns / 1e9;

	if (cpus < MUCH)
		return false;
	buf_addf(b, "%.0f hits a second, up to %.1f us each, take up to %.1f CPUs; cheaper: count "
		    "(records nothing)", f->rate, f->ns / 1000, cpus);
	add_way(b, !f->is_confined, "-p PID (others take no trap)");
	add_way(b, !f->has_filter, "'if FILTER' (records less)");
	add_way(b, f->has_returns, "p: (no returns)");
	add_way(b, !f->is_sampled, "--sample N (prints less)");
	return true;
}

static uint64_t hits_now(const struct cost *c)
{
	const struct hits h = hits_of(c->set, c->group);

	return h.entries + h.returns;
}

void cost_begin(struct cost *c, const struct watchset *set, const struct watch *watch)
{
	bool is_unconfined = watch_unconfined(watch);

	*c = (struct cost){
		.set = set,
		.group = watch_group(watch),
		.is_confined = set->cli->opts.n_pids && !is_unconfined,
		.sees_all = !watchset_has_filter(set) && !is_unconfined,
		.looked_ns = clock_ns(),
		.gap_ns = MOST_NS,
	};
	c->hits = hits_now(c);
	c->counted_ns = c->looked_ns;
}

/* Hits a second since it was asked last. */
static double hit_rate(struct cost *c, uint64_t now)
{
	uint64_t before = c->hits, since = c->counted_ns;

	c->hits = hits_now(c);
	c->counted_ns = now;
	return c->hits > before ? (double)(c->hits - before) * 1e9 / (double)(now - since) : 0;
}

static bool is_few(uint64_t events, uint64_t ns)
{
	return (double)events * 1e9 / (double)ns < FEW;
}

void cost_look(struct cost *c, uint64_t events)
{
	uint64_t now, came = events - c->events, waited;
	struct cost_facts f;
	bool has_filter;
	auto_buf b = BUF_INIT;

	if (!c->looked_ns || (now = clock_ns()) - c->looked_ns < SECOND_NS)
		return;
	waited = now - c->looked_ns;
	c->looked_ns = now;
	c->events = events;
	/* The kernel's list of all probes is not read for nothing. */
	if (c->sees_all && is_few(came, waited))
		return;
	has_filter = watchset_has_filter(c->set);
	f = (struct cost_facts){
		.rate = hit_rate(c, now),
		.ns = has_filter ? USUAL_NS : (double)c->gap_ns,
		.is_confined = c->is_confined,
		.has_filter = has_filter,
		.has_returns = pairing_wanted(c->set),
		.is_sampled = c->set->cli->opts.sample > 1,
	};
	if (!cost_describe(&f, &b))
		return;
	c->looked_ns = 0;
	cli_note(c->set->cli, "%s", buf_str(&b));
}
