/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "session/signals.h"
#include "session/watch-private.h"
#include "tracefs/control.h"

/* How long a recorded event may wait to be shown. */
#define ROUND_MS 100

enum { SLOT_SIGNALS, SLOT_OUT, SLOT_CPUS };

static struct pollfd *poll_set(const struct watch *w, int out_fd, size_t *ret_n)
{
	size_t n_sources = 0, n;
	struct pollfd *fds;

	while (w->stream && stream_fd(w->stream, n_sources) >= 0)
		n_sources++;
	n = SLOT_CPUS + n_sources;
	fds = xcalloc(n, sizeof(*fds));
	fds[SLOT_SIGNALS] = (struct pollfd){ w->signal_fd, POLLIN, 0 };
	fds[SLOT_OUT] = (struct pollfd){ out_fd, 0, 0 }; /* POLLERR: its reader is gone */
	for (size_t i = 0; i < n_sources; i++)
		fds[SLOT_CPUS + i] = (struct pollfd){ stream_fd(w->stream, i), POLLIN, 0 };
	*ret_n = n;
	return fds;
}

static int wait_ms(uint64_t end_ns, uint64_t now)
{
	uint64_t left;

	if (!end_ns)
		return ROUND_MS;
	left = end_ns > now ? (end_ns - now + 999999) / 1000000 : 0;
	return left < ROUND_MS ? (int)left : ROUND_MS;
}

/* Whether the loop must end, and why. */
static enum watch_reason reason_to_end(struct watch *w, const struct pollfd *fds, uint64_t end_ns)
{
	if (w->has_enough)
		return WATCH_ENOUGH;
	if (fds[SLOT_SIGNALS].revents) {
		bool is_sent;
		int sig = signals_read(w->signal_fd, &is_sent);

		if (sig && sig != SIGCHLD) {
			if (w->child && is_sent)
				child_signal(w->child, sig);
			return WATCH_SIGNAL;
		}
	}
	if (w->child && child_reap(w->child))
		return WATCH_COMMAND;
	if (w->alive && !alive_any(w->alive, w->opts.n_pids))
		return WATCH_ENDED;
	if (fds[SLOT_OUT].revents & (POLLERR | POLLNVAL | POLLHUP))
		return WATCH_CLOSED;
	if (end_ns && clock_ns() >= end_ns)
		return WATCH_TIME;
	return WATCH_GOES_ON;
}

/*
 * `trace-cmd reset' and its like disable and delete everyone's probes: nothing would come any
 * more, and nothing would say why. One event a round is looked at; not opened, as that waits
 * for whoever deletes, and then finds freed memory on Linux 6.1 (tracing_open_file_tr()).
 * What perf holds the kernel does not delete.
 */
static int check_events(struct watch *w, struct err *err)
{
	const struct event_type *t;

	if (!w->n_enabled)
		return 0;
	t = w->events[w->n_checks++ % w->n_enabled];
	if (root_exists(&w->tfs->root, "instances/%s/events/%s/%s", w->run.name, t->group,
			t->event))
		return 0;
	err_set(err, ENOENT, "somebody else has removed %s/%s while it was watched", t->group,
		t->event);
	return err_hint(err, "tools that reset all of tracing do so: `trace-cmd reset', "
			     "`uprobe-ctl clear --all --force'");
}

/*
 * After a loss. Since Linux 6.7 nothing is recorded, and nothing counted, while a buffer is
 * being resized (tracing_stop_tr() in __tracing_resize_ring_buffer()): a gap on every CPU.
 */
static void grow_buffers(struct watch *w, const struct watch_loop_opts *opts)
{
	bool has_grown = !w->scope && buffers_grow(&w->buffers);
	auto_free char *kb = xasprintf("%u", w->buffers.kb);

	if (has_grown && control_set(w->tfs, w->run.name, "buffer_size_kb", kb, NULL) < 0) {
		w->buffers.max_kb = w->buffers.kb; /* of which the kernel gave what it had */
		has_grown = false;
	}
	for (size_t i = 0; has_grown && i < w->n_cpus; i++)
		watch_tell_lost(w, w->cpus[i], -1);
	w->lost.is_least |= has_grown;
	if (opts->grown)
		opts->grown(opts->ctx, &w->buffers, has_grown);
}

enum watch_reason watch_loop(struct watch *w, const struct watch_loop_opts *opts,
			     struct err *err)
{
	uint64_t end_ns = opts->duration_ns ? clock_ns() + opts->duration_ns : 0;
	auto_free struct pollfd *fds = NULL;
	size_t n, n_losses;

	fds = poll_set(w, opts->out_fd, &n);
	for (;;) {
		int ready = poll(fds, n, wait_ms(end_ns, clock_ns()));
		enum watch_reason reason;

		if (ready < 0 && errno != EINTR) {
			err_set(err, errno, "poll: %s", strerror(errno));
			return WATCH_FAILED;
		}
		/* What this call holds back for the sake of order, the next one delivers. */
		n_losses = w->n_losses;
		if (w->stream && stream_read(w->stream, false, err) < 0)
			return WATCH_FAILED;
		if (w->opts.may_grow && w->n_losses > n_losses)
			grow_buffers(w, opts);
		if (opts->round && !opts->round(opts->ctx))
			return WATCH_ENOUGH;
		reason = reason_to_end(w, fds, end_ns);
		if (reason != WATCH_GOES_ON)
			return reason;
		if (check_events(w, err) < 0)
			return WATCH_FAILED;
	}
}
