/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "cli/hits.h"
#include "cli/pairing.h"
#include "cli/silence.h"
#include "proc/mapped.h"
#include "proc/proc.h"
#include "resolve/bindings.h"

#define PATIENCE_NS (5 * SECOND_NS)

static uint64_t count_hits(const struct watchset *set, const char *group)
{
	const struct hits hits = hits_of(set, group);

	return MAX(hits.entries, hits.returns);
}

struct look {
	struct silence_facts *facts;
	const struct options *opts;
	struct mapped mapped; /* by all processes */
	bool any_runs;        /* of those asked for that map what is probed */
};

/* The most that one of the files has; of several files one line cannot tell more. */
static void look_at_file(struct look *l, const struct stat *st, const char *path)
{
	const struct mapped_file *m = mapped_find(&l->mapped, st->st_dev, st->st_ino, path);
	struct silence_facts *f = l->facts;
	size_t n = 0, n_stopped = 0;

	for (size_t i = 0; m && i < m->n_pids; i++) {
		bool is_asked_for = !l->opts->n_pids || options_has_pid(l->opts, m->pids[i]);
		char state = is_asked_for ? proc_state(m->pids[i], NULL) : 0;

		n += state != 0;
		if (state != 'T' && state != 't')
			continue;
		n_stopped++;
		f->stopped = m->pids[i];
		f->is_debugged = state == 't';
	}
	l->any_runs = l->any_runs || n > n_stopped;
	f->n_stopped = MAX(f->n_stopped, n_stopped);
	f->n_mapping = MAX(f->n_mapping, n);
	f->n_older = MAX(f->n_older, mapped_older(&l->mapped, path));
}

/* Maps show a file by its real name, not by the link that led to it. */
static void look_at_path(struct look *l, const struct stat *st, const char *path)
{
	auto_free char *real = realpath(path, NULL);

	look_at_file(l, st, real ? real : path);
}

static void look_at_targets(struct look *l, const struct resolution *res)
{
	for (size_t i = 0; i < res->targets.n; i++) {
		const struct target *t = &res->targets.targets[i];
		const struct stat st = { .st_dev = t->elf->dev, .st_ino = t->elf->ino };

		look_at_path(l, &st, t->name);
	}
}

static void look_at_locations(struct look *l, const struct watched *w)
{
	struct stat st;

	for (size_t i = 0; i < w->n_locations; i++)
		if (w->files[i] && stat(w->files[i], &st) == 0)
			look_at_path(l, &st, w->files[i]);
}

static void look_at_files(struct silence_facts *f, const struct watchset *set)
{
	struct look l = { .facts = f, .opts = &set->cli->opts };

	if (mapped_read(0, &l.mapped) < 0)
		return;
	for (size_t i = 0; i < set->plan.n; i++)
		look_at_targets(&l, &set->plan.res[i]);
	for (size_t i = 0; i < set->n_watched && !set->plan.n; i++)
		look_at_locations(&l, set->watched[i]);
	if (l.any_runs)
		f->n_stopped = 0;
	mapped_done(&l.mapped);
}

/* The only spec, if nothing else is watched. */
static const struct resolution *one_resolution(const struct watchset *set)
{
	return set->plan.n == 1 && !set->n_names ? set->plan.res : NULL;
}

/*
 * Whom the processes call that call a function of the name, if nobody calls this one: what was
 * preloaded, and the program itself, go before the library. *ret holds the names.
 */
static void look_at_bindings(struct silence_facts *f, const struct watchset *set,
			     struct bindings *ret)
{
	const struct resolution *res = one_resolution(set);
	const struct options *o = &set->cli->opts;
	CLEANUP(mapped_done) struct mapped mapped = { 0 };
	const struct symbol *symbol;

	if (!f->what || !f->n_mapping || f->hits || !res || res->functions.n != 1)
		return;
	symbol = res->functions.functions[0].symbol;
	if (!symbol || symbol->source != SYMBOL_DYNSYM || symbol->type == SYMBOL_IFUNC ||
	    mapped_read(o->n_pids ? o->pids[0] : 0, &mapped) < 0)
		return;
	bindings_of(res->targets.targets[0].elf, &mapped, &symbol, 1, ret);
	for (size_t i = 0; i < ret->n; i++)
		if (ret->v[i].place == BOUND_OTHER) {
			f->instead = ret->v[i].file;
			f->caller = ret->v[i].pids[0];
		}
	for (size_t i = 0; i < ret->n; i++)
		if (ret->v[i].place == BOUND_HERE)
			f->instead = NULL;
}

static void look_at_plan(struct silence_facts *f, const struct watchset *set)
{
	const struct resolution *res = one_resolution(set);

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

void silence_begin(struct silence *s, const struct watchset *set, const char *group)
{
	/* What is made for this run has no hits yet. */
	*s = (struct silence){
		.set = set,
		.group = group,
		.begun_ns = clock_ns(),
		.hits = set->plan.n ? 0 : count_hits(set, group),
	};
}

void silence_close(struct silence *s)
{
	s->last = count_hits(s->set, s->group);
	s->is_closed = true;
}

uint64_t silence_hits(const struct silence *s)
{
	uint64_t hits = s->is_closed ? s->last : count_hits(s->set, s->group);

	return hits > s->hits ? hits - s->hits : 0;
}

bool silence_is_due(const struct silence *s, bool at_end)
{
	return s->begun_ns && !opt(&s->set->cli->opts, OPT_QUIET) &&
	       (at_end || clock_ns() - s->begun_ns >= PATIENCE_NS);
}

void silence_look(struct silence *s, uint64_t shown, uint64_t came, bool at_end)
{
	CLEANUP(bindings_done) struct bindings bindings = { 0 };
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
	waited = (double)(clock_ns() - begun) / 1e9;
	f.hits = silence_hits(s);
	f.has_pids = o->n_pids > 0;
	f.has_filter = watchset_has_filter(s->set);
	f.selection = selection_of(o);
	f.makes_calls = pairing_wanted(s->set);
	look_at_plan(&f, s->set);
	look_at_watched(&f, s->set);
	look_at_files(&f, s->set);
	look_at_bindings(&f, s->set, &bindings);
	silence_cause(&f, &b);
	cli_note(s->set->cli, "nothing in %.*f s: %s", waited < 1 ? 1 : 0, waited, buf_str(&b));
}
