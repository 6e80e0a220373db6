/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "proc/proc.h"
#include "session/install.h"
#include "session/runs.h"
#include "session/scope.h"
#include "session/signals.h"
#include "session/watch.h"
#include "tracefs/control.h"

/* How long a recorded event may wait to be shown. */
#define ROUND_MS 100
/* All CPUs' buffers together, unless the user says otherwise. */
#define BUFFER_TOTAL_KB (64 * 1024)
#define BUFFER_MAX_KB 4096
#define BUFFER_MIN_KB 512

struct watch {
	struct tfs *tfs;
	struct statedir *dir;
	struct run run;
	struct stream *stream;
	struct stream_ops ops; /* the caller's; ours count losses and pass on */
	const struct event_type **events;
	size_t n_events;
	size_t n_enabled;
	struct watch_opts opts;
	const char **filters; /* of the events, borrowed; NULL: none */
	struct scope *scope;  /* perf's hold on the events; NULL: they are enabled in tracefs */
	struct scope_event *scoped;
	struct err unconfined; /* why there is no scope although processes were named */
	struct child *child;
	bool count_only;
	int signal_fd;
	int *cpus;
	size_t n_cpus;
	uint64_t lost;
	size_t n_checks;
	const struct event_type *disabled; /* not by us */
	bool has_enough;
};

static bool on_event(void *ctx, const struct event *e)
{
	struct watch *w = ctx;

	if (!w->has_enough && !w->ops.event(w->ops.ctx, e))
		w->has_enough = true;
	return !w->has_enough;
}

static void on_lost(void *ctx, const struct lost *lost)
{
	struct watch *w = ctx;

	if (lost->count > 0) /* where the kernel does not say, the buffers' statistics will */
		w->lost += (uint64_t)lost->count;
	if (w->ops.lost && !w->has_enough)
		w->ops.lost(w->ops.ctx, lost);
}

/*
 * What the kernel noted of a task that may be gone: a file of lines "TID TEXT" at the top
 * level. Heap, NULL if it is not there.
 */
static char *saved_note(const struct watch *w, const char *file, pid_t tid)
{
	auto_free char *key = xasprintf("\n%d ", (int)tid);
	auto_buf text = BUF_INIT;
	const char *line;

	buf_addc(&text, '\n');
	if (root_read(&w->tfs->root, &text, "%s", file) < 0)
		return NULL;
	line = strstr(buf_str(&text), key);
	if (!line)
		return NULL;
	line += strlen(key);
	return xstrndup(line, strcspn(line, "\n"));
}

static bool on_task(void *ctx, pid_t tid, char comm[16], pid_t *tgid)
{
	const struct watch *w = ctx;

	*tgid = proc_tgid(tid);
	if (!proc_comm(tid, comm)) {
		auto_free char *saved = saved_note(w, "saved_cmdlines", tid);

		snprintf(comm, 16, "%s", saved && strcmp(saved, "<...>") != 0 ? saved : "");
	}
	if (!*tgid) {
		auto_free char *saved = saved_note(w, "saved_tgids", tid);

		*tgid = saved ? (pid_t)strtol(saved, NULL, 10) : 0;
	}
	return comm[0] || *tgid;
}

static unsigned default_buffer_kb(size_t n_cpus)
{
	unsigned share = BUFFER_TOTAL_KB / (n_cpus ? n_cpus : 1);

	return MAX(BUFFER_MIN_KB, MIN(BUFFER_MAX_KB, share));
}

/* Only what the instance has; an old kernel's missing file is no error. */
static void set_if_there(struct watch *w, const char *file, const char *value)
{
	if (root_exists(&w->tfs->root, "instances/%s/%s", w->run.name, file))
		control_set(w->tfs, w->run.name, file, value, NULL);
}

static int limit_to(struct watch *w, const pid_t *pids, size_t n, struct err *err)
{
	/* Threads and children born later are added by the kernel itself. */
	control_option(w->tfs, w->run.name, "event-fork", true);
	for (size_t i = 0; i < n; i++) {
		auto_free pid_t *tids = NULL;
		size_t n_tids;
		int rc = proc_threads(pids[i], &tids, &n_tids);

		if (rc < 0)
			return err_set(err, ESRCH, "there is no process %d", (int)pids[i]);
		rc = control_add_pids(w->tfs, w->run.name, tids, n_tids, err);
		if (rc < 0)
			return rc;
	}
	return 0;
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
	kb = xasprintf("%u", opts->buffer_kb ? opts->buffer_kb : default_buffer_kb(w->n_cpus));
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
		.signal_fd = -1,
	};
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
	const struct stream_ops ops = { .event = on_event, .lost = on_lost, .task = on_task, .ctx = w };
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

static int open_readers(struct watch *w, struct err *err)
{
	for (size_t i = 0; i < w->n_cpus; i++) {
		int fd = control_open_raw(w->tfs, w->run.name, w->cpus[i]);
		int rc = fd < 0 ? tfs_errno(err, TFS_RAW_READ, -fd, w->run.name)
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
	rc = scope_open(w->scoped, w->n_events, w->opts.pids, w->opts.n_pids, &w->scope,
			err);
	if (rc < 0)
		return rc;
	scope_attach(w->scope, w->stream);
	return scope_enable(w->scope, err);
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

		rc = control_enable(w->tfs, w->run.name, t->group, t->event, true, err);
		if (rc < 0)
			return rc;
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

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

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
		int sig = signals_read(w->signal_fd);

		if (sig && sig != SIGCHLD)
			return WATCH_SIGNAL;
	}
	if (w->child && child_reap(w->child))
		return WATCH_COMMAND;
	if (fds[SLOT_OUT].revents & (POLLERR | POLLNVAL | POLLHUP))
		return WATCH_CLOSED;
	if (end_ns && now_ns() >= end_ns)
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

enum watch_reason watch_loop(struct watch *w, const struct watch_loop_opts *opts,
			     struct err *err)
{
	uint64_t end_ns = opts->duration_ns ? now_ns() + opts->duration_ns : 0;
	auto_free struct pollfd *fds = NULL;
	size_t n;

	fds = poll_set(w, opts->out_fd, &n);
	for (;;) {
		int ready = poll(fds, n, wait_ms(end_ns, now_ns()));
		enum watch_reason reason;

		if (ready < 0 && errno != EINTR) {
			err_set(err, errno, "poll: %s", strerror(errno));
			return WATCH_FAILED;
		}
		/* What this call holds back for the sake of order, the next one delivers. */
		if (w->stream && stream_read(w->stream, false, err) < 0)
			return WATCH_FAILED;
		if (opts->round && !opts->round(opts->ctx))
			return WATCH_ENOUGH;
		reason = reason_to_end(w, fds, end_ns);
		if (reason != WATCH_GOES_ON)
			return reason;
		if (check_events(w, err) < 0)
			return WATCH_FAILED;
	}
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
	for (size_t i = 0; i < w->n_enabled; i++)
		control_enable(w->tfs, w->run.name, w->events[i]->group, w->events[i]->event,
			       false, NULL);
	w->n_enabled = 0;
}

/* What the buffers dropped without a mark in the pages (the writer never got that far). */
static uint64_t losses_by_stats(struct watch *w)
{
	uint64_t sum = 0;

	if (w->scope) {
		uint64_t counted = scope_count(w->scope), read = stream_ring_samples(w->stream);

		/* What was not wanted any more was not read, but it was not lost. */
		return counted > read && !w->has_enough ? counted - read : 0;
	}
	for (size_t i = 0; i < w->n_cpus; i++) {
		uint64_t overrun = 0, dropped = 0;

		if (control_cpu_losses(w->tfs, w->run.name, w->cpus[i], &overrun, &dropped))
			sum += overrun + dropped;
	}
	return sum;
}

int watch_drain(struct watch *w, struct err *err)
{
	int rc;

	do {
		rc = w->stream ? stream_read(w->stream, true, err) : 0;
	} while (rc > 0);
	return rc;
}

int watch_end(struct watch *w, uint64_t *ret_lost, struct err *err)
{
	int rc = 0;

	if (w->run.has_instance)
		watch_stop(w);
	if (w->run.has_instance && w->stream) {
		uint64_t by_stats;

		rc = watch_drain(w, err);
		by_stats = losses_by_stats(w);
		if (by_stats > w->lost)
			w->lost = by_stats;
	}
	if (ret_lost)
		*ret_lost = w->lost;
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
	free(w->cpus);
	free(w);
	return rc < 0 ? rc : 0;
}
