/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "session/scope.h"
#include "session/threads.h"
#include "stream/ring.h"

/* Data of one CPU's ring, at least. */
#define RING_MIN (64 * 1024)
/* Fds beyond the descriptors for everything else; more than this is not worth their cost. */
#define FDS_SPARE 64
#define FDS_MAX 100000
/* Looks at a process's threads, in case some are born faster than we open. */
#define ROUNDS_MAX 16

struct cpu_ring {
	int cpu;
	int fd; /* the first of its CPU: the one that is mapped; -1: none yet */
	void *mapping;
	size_t size; /* of its data */
};

struct scope_fd {
	int fd;
	int cpu;
};

struct scope {
	const struct scope_event *events;
	size_t n_events;
	struct cpu_ring *rings;
	size_t n_rings;
	size_t page_size;
	size_t ring_size;
	struct scope_fd *fds;
	size_t n_fds;
	int *anchors; /* one for each thread: see scope.h */
	size_t n_anchors;
	struct threads threads; /* those that have their fds */
	bool has_twins;         /* threads that may have inherited what they were given */
	bool no_inherit_thread; /* a kernel before 5.13 */
};

static int open_event(const struct scope *s, int id, pid_t tid, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = (uint64_t)id,
		.sample_period = 1,
		.sample_type = RING_SAMPLE_TYPE,
		.disabled = 1,
		.inherit = 1,
		.inherit_thread = !s->no_inherit_thread,
		.sample_id_all = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
		.wakeup_watermark = (uint32_t)(s->ring_size / 8),
	};

	return (int)syscall(SYS_perf_event_open, &attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static int refused(int code, struct err *err)
{
	if (code == EINTR)
		return err_set(err, code, "the event is enabled in tracefs, which shuts perf out");
	return err_set(err, code, "perf_event_open: %s", strerror(code));
}

/* Whoever may not lock so much memory (perf_event_mlock_kb), or has not, gets less. */
static void *map_ring(struct scope *s, int fd)
{
	void *mapping;

	for (;; s->ring_size /= 2) {
		mapping = mmap(NULL, s->page_size + s->ring_size, PROT_READ | PROT_WRITE,
			       MAP_SHARED, fd, 0);
		if (mapping != MAP_FAILED || s->ring_size <= RING_MIN ||
		    (errno != EPERM && errno != ENOMEM))
			return mapping;
	}
}

/* The first fd of a CPU is mapped, the others write into its ring. */
static int join_ring(struct scope *s, struct cpu_ring *ring, int fd, struct err *err)
{
	if (ring->fd >= 0) {
		if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring->fd) < 0)
			return err_set(err, errno, "perf: cannot share a ring: %s",
				       strerror(errno));
		return 0;
	}
	ring->mapping = map_ring(s, fd);
	ring->size = s->ring_size;
	if (ring->mapping == MAP_FAILED) {
		ring->mapping = NULL;
		return err_set(err, errno, "perf: cannot map a ring: %s", strerror(errno));
	}
	ring->fd = fd;
	return 0;
}

static int open_one(struct scope *s, const struct scope_event *event, pid_t tid,
		    struct cpu_ring *ring, struct err *err)
{
	int rc, fd = open_event(s, event->id, tid, ring->cpu);

	/* An unknown attribute bit is EINVAL: then the kernel is older than 5.13. */
	if (fd < 0 && errno == EINVAL && !s->no_inherit_thread) {
		s->no_inherit_thread = true;
		fd = open_event(s, event->id, tid, ring->cpu);
	}
	if (fd < 0)
		return errno == ESRCH ? -ESRCH : refused(errno, err);
	s->fds = xgrow(s->fds, s->n_fds, sizeof(*s->fds));
	s->fds[s->n_fds++] = (struct scope_fd){ fd, ring->cpu };
	rc = join_ring(s, ring, fd, err);
	if (rc == 0 && event->filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, event->filter) < 0)
		rc = err_set(err, errno, "perf refuses the filter: %s", strerror(errno));
	return rc;
}

static int open_anchor(struct scope *s, pid_t tid, struct err *err)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno == ESRCH ? -ESRCH : refused(errno, err);
	s->anchors = xgrow(s->anchors, s->n_anchors, sizeof(*s->anchors));
	s->anchors[s->n_anchors++] = fd;
	return 0;
}

/* Events of one thread. A thread that ends meanwhile is no failure. */
static int open_thread(struct scope *s, pid_t tid, struct err *err)
{
	int rc = open_anchor(s, tid, err);

	if (rc < 0)
		return rc == -ESRCH ? 0 : rc;
	for (size_t e = 0; e < s->n_events; e++)
		for (size_t i = 0; i < s->n_rings; i++) {
			rc = open_one(s, &s->events[e], tid, &s->rings[i], err);
			if (rc == -ESRCH)
				return 0;
			if (rc < 0)
				return rc;
		}
	return 0;
}

static int raise_limit(size_t fds, struct err *err)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	if (fds + FDS_SPARE > limit.rlim_cur) {
		limit.rlim_cur = MIN(limit.rlim_max, fds + FDS_SPARE);
		/* Root may go beyond the hard limit. */
		if (fds + FDS_SPARE > limit.rlim_max)
			limit.rlim_cur = limit.rlim_max = fds + FDS_SPARE;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || fds > FDS_MAX)
			return err_set(err, EMFILE, "perf would need %zu file descriptors", fds);
	}
	return 0;
}

/*
 * What a thread with fds creates inherits them, what another creates is found by the next look.
 * Which of the two a new thread is cannot be seen; it gets fds, and may have the events twice
 * then.
 */
static int open_threads(void *ctx, const pid_t *tids, size_t n, int round, struct err *err)
{
	struct scope *s = ctx;
	int rc = raise_limit(s->n_fds + n * (s->n_events * s->n_rings + 1), err);

	s->has_twins = s->has_twins || round > 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = open_thread(s, tids[i], err);
	return rc;
}

/* perf wants a power of two. */
static size_t ring_size(unsigned kb)
{
	size_t size = RING_MIN;

	while (size * 2 <= (size_t)kb * 1024)
		size *= 2;
	return size;
}

static struct scope *new_scope(const struct scope_event *events, size_t n_events,
			       unsigned ring_kb)
{
	struct scope *s = xcalloc(1, sizeof(*s));
	long n_cpus = sysconf(_SC_NPROCESSORS_CONF);

	s->events = events;
	s->n_events = n_events;
	s->page_size = (size_t)sysconf(_SC_PAGESIZE);
	s->ring_size = ring_size(ring_kb);
	s->rings = xcalloc(n_cpus > 0 ? (size_t)n_cpus : 1, sizeof(*s->rings));
	for (int cpu = 0; cpu < n_cpus; cpu++)
		s->rings[s->n_rings++] = (struct cpu_ring){ .cpu = cpu, .fd = -1 };
	return s;
}

/* An offline CPU has no events: ENODEV. It is dropped before anything is opened. */
static void drop_offline(struct scope *s, pid_t pid)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_rings; i++) {
		int fd = open_event(s, s->events[0].id, pid, s->rings[i].cpu);

		if (fd < 0 && errno == ENODEV)
			continue;
		if (fd >= 0)
			close(fd);
		s->rings[kept++] = s->rings[i];
	}
	s->n_rings = kept;
}

int scope_open(const struct scope_event *events, size_t n_events, const pid_t *pids,
	       size_t n_pids, unsigned ring_kb, struct scope **ret, struct err *err)
{
	struct scope *s = new_scope(events, n_events, ring_kb);
	int rc = 0;

	drop_offline(s, pids[0]);
	for (size_t i = 0; rc == 0 && i < n_pids; i++)
		rc = threads_take_all(&s->threads, pids[i], ROUNDS_MAX, open_threads, s, err);
	if (rc == 0 && !s->n_fds)
		rc = err_set(err, ESRCH, "there is no process %d", (int)pids[0]);
	if (rc < 0) {
		scope_close(s);
		return rc;
	}
	*ret = s;
	return 0;
}

void scope_attach(struct scope *s, struct stream *stream)
{
	for (size_t i = 0; i < s->n_rings; i++)
		if (s->rings[i].mapping)
			stream_add_ring(stream, s->rings[i].cpu, s->rings[i].fd,
					s->rings[i].mapping, s->page_size, s->rings[i].size,
					s->has_twins);
}

int scope_enable(struct scope *s, struct err *err)
{
	for (size_t i = 0; i < s->n_fds; i++)
		if (ioctl(s->fds[i].fd, PERF_EVENT_IOC_ENABLE, 0) < 0)
			return err_set(err, errno, "perf: cannot enable: %s", strerror(errno));
	return 0;
}

void scope_disable(struct scope *s)
{
	for (size_t i = 0; i < s->n_fds; i++)
		ioctl(s->fds[i].fd, PERF_EVENT_IOC_DISABLE, 0);
}

uint64_t scope_count(const struct scope *s, int cpu)
{
	uint64_t sum = 0, count;

	for (size_t i = 0; i < s->n_fds; i++)
		if (s->fds[i].cpu == cpu &&
		    read(s->fds[i].fd, &count, sizeof(count)) == sizeof(count))
			sum += count;
	return sum;
}

void scope_close(struct scope *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_rings; i++)
		if (s->rings[i].mapping)
			munmap(s->rings[i].mapping, s->page_size + s->rings[i].size);
	for (size_t i = 0; i < s->n_fds; i++)
		close(s->fds[i].fd);
	for (size_t i = 0; i < s->n_anchors; i++)
		close(s->anchors[i]);
	free(s->anchors);
	free(s->rings);
	free(s->fds);
	threads_done(&s->threads);
	free(s);
}
