/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "proc/kernel.h"
#include "session/install.h"
#include "session/signals.h"
#include "session/tasks.h"
#include "session/threads.h"
#include "session/watch-private.h"
#include "tracefs/control.h"

/* Events switched in a row: each holds up everybody else's tracing meanwhile (R1). */
#define SLICE 16
#define SLICE_PAUSE_NS 10000000
/* Looks at a process's threads, where a kernel does not add those that are born (before 4.7). */
#define ROUNDS_MAX 100

static bool on_event(void *ctx, const struct event *e)
{
	struct watch *w = ctx;

	if (!w->has_enough && !w->ops.event(w->ops.ctx, e))
		w->has_enough = true;
	return !w->has_enough;
}

void watch_tell_lost(struct watch *w, int cpu, int64_t count)
{
	const struct lost lost = { cpu, count };

	if (w->has_enough) /* nobody waits for it any more */
		return;
	w->n_losses++;
	if (count > 0) /* where the kernel does not say, the buffers' statistics will */
		losses_add(&w->lost, cpu, (uint64_t)count);
	if (w->ops.lost)
		w->ops.lost(w->ops.ctx, &lost);
}

static void on_lost(void *ctx, const struct lost *lost)
{
	watch_tell_lost(ctx, lost->cpu, lost->count);
}

static bool on_task(void *ctx, pid_t tid, char comm[16], pid_t *tgid)
{
	const struct watch *w = ctx;
	bool in_proc = w->scope || !w->numbers_differ;

	return task_look_up(w->tfs, tid, in_proc, comm, tgid);
}

/* Only what the instance has; an old kernel's missing file is no error. */
static void set_if_there(struct watch *w, const char *file, const char *value)
{
	if (root_exists(&w->tfs->root, "instances/%s/%s", w->run.name, file))
		control_set(w->tfs, w->run.name, file, value, NULL);
}

/* The threads of a thread that is in the set are added by the kernel (event-fork). */
static int add_threads(void *ctx, const pid_t *tids, size_t n, int round, struct err *err)
{
	const struct watch *w = ctx;

	(void)round;
	if (control_has_pids(w->tfs, w->run.name, tids, n))
		return 1;
	return control_add_pids(w->tfs, w->run.name, tids, n, err);
}

static int limit_to(struct watch *w, const pid_t *pids, size_t n, struct err *err)
{
	struct threads threads = { NULL, 0 };
	int rc = 0;

	if (w->numbers_differ) {
		err_set(err, ENOTSUP, "tracefs knows processes by the host's numbers, not by those "
				      "of this PID namespace");
		return err_hint(err, "-p without --follow asks perf, which knows ours; or run this "
				     "in the host's: docker run --pid=host, nsenter -t 1 -p");
	}
	control_option(w->tfs, w->run.name, "event-fork", true);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = threads_take_all(&threads, pids[i], ROUNDS_MAX, add_threads, w, err);
	threads_done(&threads);
	return rc;
}

static int prepare_instance(struct watch *w, const struct watch_opts *opts, struct err *err)
{
	auto_free char *kb = NULL;
	int rc = run_instance(w->tfs, &w->run, err);

	if (rc == 0 && w->count_only)
		return control_set(w->tfs, w->run.name, "tracing_on", "0", err);
	if (rc == 0)
		rc = control_cpus(w->tfs, w->run.name, &w->cpus, &w->n_cpus, err);
	if (rc < 0)
		return rc;
	w->buffers = buffers_plan(w->n_cpus, kernel_available_kb(), opts->may_grow);
	kb = xasprintf("%u", w->buffers.kb);
	rc = control_set(w->tfs, w->run.name, "buffer_size_kb", kb, err);
	if (rc < 0)
		return rc;
	set_if_there(w, "trace_clock", "mono");
	control_option(w->tfs, w->run.name, "record-tgid", true);
	/* poll(2) wakes us when a buffer is a tenth full; else we look every ROUND_MS. */
	set_if_there(w, "buffer_percent", "10");
	return 0;
}

int watch_begin(struct tfs *tfs, struct statedir *dir, const struct watch_opts *opts,
		const struct stream_ops *ops, struct watch **ret, struct err *err)
{
	struct watch *w = xcalloc(1, sizeof(*w));
	int rc;

	*w = (struct watch){
		.tfs = tfs,
		.dir = dir,
		.run = RUN_INIT,
		.ops = *ops,
		.opts = *opts,
		.child = opts->child,
		.count_only = opts->count_only,
		.numbers_differ = kernel_numbers_differ(),
		.signal_fd = -1,
	};
	if (opts->n_pids && !opts->follow)
		w->alive = alive_note(opts->pids, opts->n_pids);
	rc = signals_open(&w->signal_fd, err);
	if (rc == 0)
		rc = run_begin(dir, &w->run, err);
	if (rc == 0)
		rc = prepare_instance(w, opts, err);
	if (rc < 0) {
		watch_end(w, NULL, NULL);
		return rc;
	}
	*ret = w;
	return 0;
}

const char *watch_group(const struct watch *w)
{
	return w->run.name;
}

int watch_define(struct watch *w, const struct definition *defs, size_t n, struct err *err)
{
	return install(w->tfs, defs, n, err);
}

static struct stream *new_stream(struct watch *w)
{
	const struct stream_ops ops = {
		.event = on_event, .lost = on_lost, .task = on_task, .ctx = w
	};
	auto_buf header = BUF_INIT, kb = BUF_INIT;
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	if (root_read(&w->tfs->root, &kb, "instances/%s/buffer_subbuf_size_kb", w->run.name) == 0 &&
	    strtoul(buf_str(&kb), NULL, 10))
		size = strtoul(buf_str(&kb), NULL, 10) * 1024;
	if (root_read(&w->tfs->root, &header, "events/header_page") < 0)
		buf_reset(&header);
	return stream_new(header.len ? buf_str(&header) : NULL, size, &ops);
}

static int read_from(struct watch *w, struct event_type *type, struct err *err)
{
	auto_buf format = BUF_INIT;
	int rc = control_format(w->tfs, type->group, type->event, &format, err);

	if (!w->stream)
		w->stream = new_stream(w);
	return rc < 0 ? rc : stream_add_event(w->stream, buf_str(&format), type, err);
}

int watch_event(struct watch *w, struct event_type *type, const char *filter, struct err *err)
{
	int rc = w->count_only ? 0 : read_from(w, type, err);

	if (rc == 0 && filter)
		rc = control_set_filter(w->tfs, w->run.name, type->group, type->event, filter,
					err);
	if (rc < 0)
		return rc;
	w->events = xgrow(w->events, w->n_events, sizeof(*w->events));
	w->filters = xgrow(w->filters, w->n_events, sizeof(*w->filters));
	w->filters[w->n_events] = filter;
	w->events[w->n_events++] = type;
	return 0;
}

/* Where the records themselves are not to be had, the kernel's text of them. */
static int open_text(struct watch *w, struct err *err)
{
	int fd = control_open_pipe(w->tfs, w->run.name);

	return fd < 0 ? tfs_errno(err, TFS_RAW_READ, -fd, w->run.name)
		      : stream_add_text(w->stream, fd, err);
}

static int open_readers(struct watch *w, struct err *err)
{
	for (size_t i = 0; i < w->n_cpus; i++) {
		int fd = control_open_raw(w->tfs, w->run.name, w->cpus[i]);
		int rc;

		if (fd == -ENOENT && i == 0)
			return open_text(w, err);
		rc = fd < 0 ? tfs_errno(err, TFS_RAW_READ, -fd, w->run.name)
			    : stream_add_cpu(w->stream, w->cpus[i], fd, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The processes asked for: -p's, or the command's. */
static const pid_t *wanted_pids(const struct watch *w, size_t *ret_n)
{
	*ret_n = w->opts.n_pids ? w->opts.n_pids : w->child ? 1 : 0;
	return w->opts.n_pids ? w->opts.pids : w->child ? &w->child->pid : NULL;
}

/* perf's way: only the processes asked for take the trap. */
static int confine(struct watch *w, struct err *err)
{
	int rc;

	if (w->opts.follow || !w->opts.n_pids)
		return err_set(err, ENOTSUP, "perf cannot follow children without losing "
					     "calls");
	w->scoped = xcalloc(w->n_events, sizeof(*w->scoped));
	for (size_t i = 0; i < w->n_events; i++) {
		const struct event_type *t = w->events[i];
		int id = control_event_id(w->tfs, t->group, t->event);

		if (id < 0)
			return err_set(err, -id, "%s/%s has no id", t->group, t->event);
		w->scoped[i] = (struct scope_event){ id, w->filters[i] };
	}
	/* A ring cannot grow: it is as large as it may be from the start. */
	rc = scope_open(w->scoped, w->n_events, w->opts.pids, w->opts.n_pids,
			w->buffers.max_kb, &w->scope, err);
	if (rc < 0)
		return rc;
	scope_attach(w->scope, w->stream);
	return scope_enable(w->scope, err);
}

/* Where an event has one location (before Linux 5.4) there may be thousands of them. */
static void pace(const struct watch *w, const char *doing, size_t done, size_t n)
{
	const struct timespec pause = { .tv_nsec = SLICE_PAUSE_NS };

	if (n <= SLICE)
		return;
	if (w->opts.progress)
		w->opts.progress(w->opts.progress_ctx, doing, done, n);
	if (done % SLICE == 0)
		nanosleep(&pause, NULL);
}

/* Ctrl-C need not wait for the rest: the loop ends at once, and takes down what is there. */
static bool is_interrupted(const struct watch *w)
{
	struct pollfd fd = { w->signal_fd, POLLIN, 0 };

	return w->n_enabled % SLICE == 0 && poll(&fd, 1, 0) > 0;
}

/* tracefs's way: every process that maps the file takes the trap. */
static int enable_events(struct watch *w, struct err *err)
{
	size_t n_pids;
	const pid_t *pids = wanted_pids(w, &n_pids);
	int rc = n_pids && !w->count_only ? limit_to(w, pids, n_pids, err) : 0;

	if (rc == 0)
		rc = open_readers(w, err);
	for (; rc == 0 && w->n_enabled < w->n_events; w->n_enabled++) {
		const struct event_type *t = w->events[w->n_enabled];

		if (w->n_enabled && is_interrupted(w))
			break;
		rc = control_enable(w->tfs, w->run.name, t->group, t->event, true, err);
		if (rc < 0)
			return rc;
		pace(w, "switching on", w->n_enabled + 1, w->n_events);
	}
	return rc;
}

int watch_start(struct watch *w, struct err *err)
{
	size_t n_pids;
	int rc = -ESRCH;

	wanted_pids(w, &n_pids);
	if (n_pids && !w->count_only) {
		rc = confine(w, &w->unconfined);
		/* A process that is not there is no reason to watch all others. */
		if (rc == -ESRCH) {
			*err = w->unconfined;
			return rc;
		}
	}
	if (rc < 0)
		rc = enable_events(w, err);
	if (rc == 0 && w->child)
		rc = child_go(w->child, err);
	return rc;
}

const char *watch_unconfined(const struct watch *w)
{
	return w->unconfined.code ? w->unconfined.msg : NULL;
}

/* Events that are off before we switch them off: set_event lists those that are on. */
static void note_disabled(struct watch *w)
{
	auto_buf on = BUF_INIT;

	if (root_read(&w->tfs->root, &on, "instances/%s/set_event", w->run.name) < 0)
		return;
	for (size_t i = 0; i < w->n_enabled; i++) {
		auto_free char *line = xasprintf("%s:%s\n", w->events[i]->group,
						 w->events[i]->event);

		if (!strstr(buf_str(&on), line))
			w->disabled = w->events[i];
	}
}

void watch_stop(struct watch *w)
{
	if (w->n_enabled)
		note_disabled(w);
	if (w->scope)
		scope_disable(w->scope);
	/* Recording ends for all events at once; disabling them takes a while each. */
	if (w->n_enabled && !w->count_only)
		control_set(w->tfs, w->run.name, "tracing_on", "0", NULL);
	for (size_t i = 0; i < w->n_enabled; i++) {
		control_enable(w->tfs, w->run.name, w->events[i]->group, w->events[i]->event,
			       false, NULL);
		pace(w, "switching off", i + 1, w->n_enabled);
	}
	w->n_enabled = 0;
}

/* What the kernel says was lost on that CPU, at last. */
static uint64_t losses_by_kernel(const struct watch *w, int cpu)
{
	uint64_t overrun = 0, dropped = 0, counted, read;

	if (!w->scope)
		return control_cpu_losses(w->tfs, w->run.name, cpu, &overrun, &dropped)
			       ? overrun + dropped : 0;
	counted = scope_count(w->scope, cpu);
	read = stream_ring_samples(w->stream, cpu);
	return counted > read ? counted - read : 0;
}

/* What has left no mark in pages and rings: nothing came behind it. */
static void tell_unmarked(struct watch *w)
{
	for (size_t i = 0; i < w->n_cpus; i++) {
		uint64_t all = losses_by_kernel(w, w->cpus[i]);
		uint64_t told = losses_of(&w->lost, w->cpus[i]);

		if (all > told)
			watch_tell_lost(w, w->cpus[i], (int64_t)(all - told));
	}
}

int watch_drain(struct watch *w, struct err *err)
{
	int rc;

	do {
		rc = w->stream ? stream_read(w->stream, true, err) : 0;
	} while (rc > 0);
	return rc;
}

int watch_end(struct watch *w, struct losses *ret_lost, struct err *err)
{
	int rc = 0;

	if (w->run.has_instance)
		watch_stop(w);
	if (w->run.has_instance && w->stream) {
		rc = watch_drain(w, err);
		tell_unmarked(w);
	}
	if (ret_lost) {
		*ret_lost = w->lost;
		w->lost = (struct losses)LOSSES_INIT;
	}
	losses_done(&w->lost);
	stream_free(w->stream);
	scope_close(w->scope);
	if (rc < 0)
		run_end(w->tfs, w->dir, &w->run, NULL);
	else
		rc = run_end(w->tfs, w->dir, &w->run, err);
	if (rc == 0 && w->disabled)
		rc = err_set(err, ENOENT, "somebody else has disabled %s/%s while it was "
			     "watched; what came after that is not seen",
			     w->disabled->group, w->disabled->event);
	if (w->signal_fd >= 0)
		close(w->signal_fd);
	free(w->events);
	free(w->filters);
	free(w->scoped);
	free(w->alive);
	free(w->cpus);
	free(w);
	return rc < 0 ? rc : 0;
}
