/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "stream/task-cache.h"

enum {
	TASKS = 1024,   /* remembered */
	COMM_SIZE = 16, /* TASK_COMM_LEN */
};

#define TASK_TTL_NS SECOND_NS

struct task {
	pid_t tid; /* 0: empty */
	pid_t tgid;
	uint64_t since;
	char comm[COMM_SIZE]; /* "": not known */
};

struct task_cache {
	struct stream_ops ops;
	struct task tasks[TASKS]; /* by hash of the tid */
};

struct task_cache *task_cache_new(const struct stream_ops *ops)
{
	struct task_cache *c = xcalloc(1, sizeof(*c));

	c->ops = *ops;
	return c;
}

void task_cache_free(struct task_cache *c)
{
	free(c);
}

/* What is known of a task, asked for again when it is older than TASK_TTL_NS. */
static const struct task *find_task(struct task_cache *c, pid_t tid, uint64_t now)
{
	struct task *t = &c->tasks[(uint32_t)tid % TASKS];
	char comm[COMM_SIZE] = "";
	pid_t tgid = 0;

	/* The difference is unsigned: a clock that went back is a reason to ask, too. */
	if (t->tid == tid && now - t->since < TASK_TTL_NS)
		return t;
	if (t->tid != tid)
		*t = (struct task){ .tid = tid };
	t->since = now;
	/* A task that is gone keeps what was known of it. */
	if (c->ops.task(c->ops.ctx, tid, comm, &tgid)) {
		comm[COMM_SIZE - 1] = '\0';
		memcpy(t->comm, comm, sizeof(comm));
		t->tgid = tgid;
	}
	return t;
}

void task_cache_complete(struct task_cache *c, struct event *e)
{
	const struct task *t;

	if (e->tgid && e->comm)
		return;
	/* tid 0, the idle task, does not run user code; a text may not tell it (-1). */
	if (!c->ops.task || e->tid <= 0)
		return;
	t = find_task(c, e->tid, e->time_ns);
	if (!e->tgid)
		e->tgid = t->tgid;
	if (!e->comm && t->comm[0])
		e->comm = t->comm;
}
