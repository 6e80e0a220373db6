/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <time.h>

#include "base/xalloc.h"
#include "cli/hits.h"
#include "cli/pairing.h"
#include "cli/silence.h"
#include "proc/mapped.h"

#define SECOND_NS UINT64_C(1000000000)
#define PATIENCE_NS (5 * SECOND_NS)

/*
 * From facts to a sentence
 */

static const char *s_of(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static bool filtered(const struct silence_facts *f, struct buf *b)
{
	if (f->events && f->selection)
		buf_addf(b, "%" PRIu64 " event%s came, none that %s lets pass", f->events,
			 s_of(f->events), f->selection);
	else if (f->events && f->makes_calls && f->has_filter)
		buf_addf(b, "%" PRIu64 " event%s came, of no call that the filter lets pass",
			 f->events, s_of(f->events));
	else if (f->events && f->makes_calls)
		buf_addf(b, "of %" PRIu64 " call%s none has returned yet; --no-pair shows entries",
			 f->events, s_of(f->events));
	else if (f->hits && f->has_pids)
		buf_addf(b, "%" PRIu64 " hit%s, none in the processes asked for%s", f->hits,
			 s_of(f->hits), f->has_filter ? " that the filter lets pass" : "");
	else if (f->hits && f->has_filter)
		buf_addf(b, "%" PRIu64 " hit%s, none that the filter lets pass", f->hits,
			 s_of(f->hits));
	else if (f->hits)
		buf_addf(b, "%" PRIu64 " hit%s, and no record of any; is tracing switched off?",
			 f->hits, s_of(f->hits));
	return b->len > 0;
}

static void not_mapped(const struct silence_facts *f, const char *file, struct buf *b)
{
	if (f->n_older)
		buf_addf(b, "%zu process%s run%s an older copy of %s, which was replaced; a new "
			    "start takes the new one", f->n_older, f->n_older == 1 ? "" : "es",
			 f->n_older == 1 ? "s" : "", file);
	else if (f->has_pids)
		buf_addf(b, "none of the processes asked for has %s mapped", file);
	else
		buf_addf(b, "no process has %s mapped; what uses it does not run now", file);
}

static void not_reached(const struct silence_facts *f, const char *file, struct buf *b)
{
	if (f->is_resolver) {
		buf_addf(b, "the probe is on an IFUNC's resolver, which runs once when a program "
			    "starts; --ifunc=used probes what is called");
		return;
	}
	buf_addf(b, "%zu process%s map%s %s, but none has called %s: it is not reached, or was "
		    "inlined where it is called", f->n_mapping, f->n_mapping == 1 ? "" : "es",
		 f->n_mapping == 1 ? "s" : "", file, f->what ? f->what : "what is probed");
	if (f->n_older)
		buf_addf(b, "; %zu more run%s an older copy of the file", f->n_older,
			 f->n_older == 1 ? "s" : "");
}

void silence_cause(const struct silence_facts *f, struct buf *b)
{
	const char *file = f->file ? f->file : "what is probed";

	if (filtered(f, b))
		return;
	if (!f->n_mapping)
		not_mapped(f, file, b);
	else
		not_reached(f, file, b);
}

/*
 * The facts
 */

static uint64_t count_hits(const struct watchset *set, const char *group)
{
	const struct hits hits = hits_of(set, group);

	return MAX(hits.entries, hits.returns);
}

static bool is_asked_for(const struct options *o, pid_t pid)
{
	for (size_t i = 0; i < o->n_pids; i++)
		if (o->pids[i] == pid)
			return true;
	return o->n_pids == 0;
}

/* The most that one of the files has; of several files one line cannot tell more. */
static void look_at_file(struct silence_facts *f, const struct options *o,
			 const struct mapped *mapped, const struct stat *st, const char *path)
{
	const struct mapped_file *m = mapped_find(mapped, st->st_dev, st->st_ino, path);
	size_t n = 0;

	for (size_t i = 0; m && i < m->n_pids; i++)
		n += is_asked_for(o, m->pids[i]);
	f->n_mapping = MAX(f->n_mapping, n);
	f->n_older = MAX(f->n_older, mapped_older(mapped, path));
}

/* Maps show a file by its real name, not by the link that led to it. */
static void look_at_path(struct silence_facts *f, const struct options *o,
			 const struct mapped *mapped, const struct stat *st, const char *path)
{
	auto_free char *real = realpath(path, NULL);

	look_at_file(f, o, mapped, st, real ? real : path);
}

static void look_at_files(struct silence_facts *f, const struct watchset *set)
{
	CLEANUP(mapped_done) struct mapped mapped = { 0 };
	const struct options *o = &set->cli->opts;
	struct stat st;

	if (mapped_read(0, &mapped) < 0)
		return;
	for (size_t i = 0; i < set->plan.n; i++)
		for (size_t k = 0; k < set->plan.res[i].targets.n; k++) {
			const struct target *t = &set->plan.res[i].targets.targets[k];

			st = (struct stat){ .st_dev = t->elf->dev, .st_ino = t->elf->ino };
			look_at_path(f, o, &mapped, &st, t->name);
		}
	for (size_t i = 0; i < set->n_watched && !set->plan.n; i++)
		for (size_t k = 0; k < set->watched[i]->n_locations; k++) {
			const char *path = set->watched[i]->files[k];

			if (path && stat(path, &st) == 0)
				look_at_path(f, o, &mapped, &st, path);
		}
}

static void look_at_plan(struct silence_facts *f, const struct watchset *set)
{
	const struct resolution *res = set->plan.n == 1 && !set->n_names ? set->plan.res : NULL;

	for (size_t i = 0; i < set->plan.n; i++)
		f->has_filter = f->has_filter || set->plan.res[i].spec->filter.s;
	if (!res || res->targets.n != 1)
		return;
	f->file = res->targets.targets[0].name;
	if (res->functions.n == 1) {
		const struct function *one = &res->functions.functions[0];

		f->what = res->location_typed;
		f->is_resolver = one->is_entry && one->symbol &&
				 one->symbol->type == SYMBOL_IFUNC;
	}
}

/* The one probe that was there before. */
static void look_at_watched(struct silence_facts *f, const struct watchset *set)
{
	const struct watched *w = set->n_watched == 1 && !set->plan.n ? set->watched[0] : NULL;

	if (!w || w->n_locations != 1)
		return;
	f->file = w->files[0];
	f->what = w->symbols[0];
}

/* Options that choose among events after the kernel has recorded them. */
static const char *selection_of(const struct options *o)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} options[] = {
		{ OPT_COMM, "--comm" },
		{ OPT_UID, "--uid" },
		{ OPT_CPU, "--cpu" },
		{ OPT_SLOWER, "--slower" },
		{ OPT_SAMPLE, "--sample" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (opt(o, options[i].bit))
			return options[i].name;
	return NULL;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

void silence_begin(struct silence *s, const struct watchset *set, const char *group)
{
	/* What is made for this run has no hits yet. */
	*s = (struct silence){ set, group, now_ns(), set->plan.n ? 0 : count_hits(set, group) };
}

uint64_t silence_hits(const struct silence *s)
{
	uint64_t hits = count_hits(s->set, s->group);

	return hits > s->hits ? hits - s->hits : 0;
}

bool silence_is_due(const struct silence *s, bool at_end)
{
	return s->begun_ns && !opt(&s->set->cli->opts, OPT_QUIET) &&
	       (at_end || now_ns() - s->begun_ns >= PATIENCE_NS);
}

void silence_look(struct silence *s, uint64_t shown, uint64_t came, bool at_end)
{
	struct silence_facts f = { .events = came };
	const struct options *o;
	auto_buf b = BUF_INIT;
	uint64_t begun;
	double waited;

	if (shown)
		s->begun_ns = 0;
	if (!silence_is_due(s, at_end))
		return;
	o = &s->set->cli->opts;
	begun = s->begun_ns;
	s->begun_ns = 0;
	waited = (double)(now_ns() - begun) / 1e9;
	f.hits = silence_hits(s);
	f.has_pids = o->n_pids > 0;
	f.selection = selection_of(o);
	f.makes_calls = pairing_wanted(s->set);
	look_at_plan(&f, s->set);
	look_at_watched(&f, s->set);
	look_at_files(&f, s->set);
	silence_cause(&f, &b);
	cli_note(s->set->cli, "nothing in %.*f s: %s", waited < 1 ? 1 : 0, waited, buf_str(&b));
}
