/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what was seen of a silence to a sentence. */
#include <inttypes.h>

#include "cli/silence.h"

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

static void all_stopped(const struct silence_facts *f, const char *file, struct buf *b)
{
	bool one = f->n_stopped == 1;

	if (one)
		buf_addf(b, "process %d, which maps %s, is stopped; ", (int)f->stopped, file);
	else
		buf_addf(b, "all %zu processes that map %s are stopped; ", f->n_stopped, file);
	if (!f->is_debugged)
		buf_addf(b, "kill -CONT %d lets %s go on", (int)f->stopped,
			 one ? "it" : "that one");
	else if (one)
		buf_adds(b, "a debugger holds it");
	else
		buf_addf(b, "a debugger holds %d", (int)f->stopped);
}

static void goes_elsewhere(const struct silence_facts *f, const char *file, struct buf *b)
{
	buf_addf(b, "process %d calls %s of %s, which goes before that of %s: probe '%s:%s'",
		 (int)f->caller, f->what, f->instead, file, f->instead, f->what);
}

void silence_cause(const struct silence_facts *f, struct buf *b)
{
	const char *file = f->file ? f->file : "what is probed";

	if (filtered(f, b))
		return;
	if (!f->n_mapping)
		not_mapped(f, file, b);
	else if (f->n_stopped)
		all_stopped(f, file, b);
	else if (f->instead)
		goes_elsewhere(f, file, b);
	else
		not_reached(f, file, b);
}
