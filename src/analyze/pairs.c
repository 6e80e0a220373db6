/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread's open calls are a stack, as in the kernel, and frames die as they do there
 * (arch_uretprobe_is_alive()): once something runs at a higher stack pointer, whatever is
 * below it has been left and will not return. So a thread holds no more than it has frames.
 *
 * Memory is bounded: of one thread the innermost calls beyond THREAD_MAX are told at once
 * (the kernel itself drops the innermost beyond 64), of all threads together the oldest.
 */
#include <stdlib.h>

#include "analyze/event-copy.h"
#include "analyze/pairs.h"
#include "base/attr.h"
#include "base/xalloc.h"
#include "probe/name.h"

enum {
	BUCKETS = 1024,
	THREAD_MAX = 1024,    /* open calls of a thread */
	HALVES_MAX = 65536,   /* of all */
	BYTES_MAX = 64 << 20, /* of their strings and arrays */
	KEPT_MAX = 1024,      /* of a half that is free */
	GAPS_MAX = 4096,      /* CPUs with a gap */
};

struct pair {
	int word;
	bool is_filtered;
};

struct half {
	struct half *below;         /* in its thread; NULL: the outermost */
	struct half *older, *newer; /* of all */
	struct thread *thread;
	const struct pair *pair;
	uint64_t sp;    /* when it returns */
	uint64_t epoch; /* of the recording; 0: within a gap */
	struct event_copy entry;
};

struct thread {
	pid_t tid;
	struct thread *next; /* of the bucket */
	struct half *top;
	size_t n;
	bool seems_gone;
};

/* What a type is a half of; sorted by the type's address. */
struct side {
	const struct event_type *type;
	const struct pair *pair;
	size_t sp; /* the field */
};

struct pairs {
	struct pairs_ops ops;
	struct pair **pairs;
	size_t n_pairs;
	struct side *sides;
	size_t n_sides;
	struct thread *threads[BUCKETS];
	struct half *oldest, *newest, *free; /* the free ones by `below` */
	size_t n_halves, n_bytes;
	uint64_t epoch; /* how many losses there were, from 1 */
	int *gaps;      /* CPUs of which nothing was seen since their loss */
	size_t n_gaps;
};

struct pairs *pairs_new(const struct pairs_ops *ops)
{
	struct pairs *p = xcalloc(1, sizeof(*p));

	p->ops = *ops;
	p->epoch = 1;
	return p;
}

static void free_half(struct half *h)
{
	event_copy_done(&h->entry);
	free(h);
}

void pairs_free(struct pairs *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (p->threads[i]) {
			struct thread *t = p->threads[i];

			p->threads[i] = t->next;
			free(t);
		}
	while (p->oldest) {
		struct half *h = p->oldest;

		p->oldest = h->newer;
		free_half(h);
	}
	while (p->free) {
		struct half *h = p->free;

		p->free = h->below;
		free_half(h);
	}
	for (size_t i = 0; i < p->n_pairs; i++)
		free(p->pairs[i]);
	free(p->pairs);
	free(p->sides);
	free(p->gaps);
	free(p);
}

static bool find_sp(const struct event_type *type, size_t *ret)
{
	*ret = event_type_find(type, NAME_SP);
	return *ret != NO_FIELD && !type->fields[*ret].is_array;
}

static int by_type(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct side *)a)->type;
	uintptr_t y = (uintptr_t)((const struct side *)b)->type;

	return (x > y) - (x < y);
}

int pairs_new_pair(struct pairs *p, int word, bool is_filtered)
{
	struct pair *pair = xmalloc(sizeof(*pair));

	*pair = (struct pair){ .word = word, .is_filtered = is_filtered };
	p->pairs = xgrow(p->pairs, p->n_pairs, sizeof(*p->pairs));
	p->pairs[p->n_pairs] = pair;
	return (int)p->n_pairs++;
}

bool pairs_join(struct pairs *p, int pair, const struct event_type *type)
{
	size_t sp;

	if (!find_sp(type, &sp))
		return false;
	p->sides = xgrow(p->sides, p->n_sides, sizeof(*p->sides));
	p->sides[p->n_sides++] = (struct side){ type, p->pairs[pair], sp };
	qsort(p->sides, p->n_sides, sizeof(*p->sides), by_type);
	return true;
}

bool pairs_add(struct pairs *p, const struct event_type *entry,
	       const struct event_type *finish, int word, bool is_filtered)
{
	size_t sp;
	int pair;

	if (!find_sp(entry, &sp) || !find_sp(finish, &sp))
		return false;
	pair = pairs_new_pair(p, word, is_filtered);
	return pairs_join(p, pair, entry) && pairs_join(p, pair, finish);
}

/*
 * Threads and their open calls
 */

static struct thread **bucket(struct pairs *p, pid_t tid)
{
	return &p->threads[(uint32_t)tid % BUCKETS];
}

static struct thread *find_thread(struct pairs *p, pid_t tid)
{
	struct thread *t = *bucket(p, tid);

	while (t && t->tid != tid)
		t = t->next;
	return t;
}

static struct thread *new_thread(struct pairs *p, pid_t tid)
{
	struct thread **at = bucket(p, tid), *t = xcalloc(1, sizeof(*t));

	t->tid = tid;
	t->next = *at;
	*at = t;
	return t;
}

static void drop_thread(struct pairs *p, struct thread *t)
{
	struct thread **at = bucket(p, t->tid);

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	free(t);
}

static void push(struct pairs *p, struct thread *t, struct half *h)
{
	h->thread = t;
	h->below = t->top;
	t->top = h;
	t->n++;
	h->newer = NULL;
	h->older = p->newest;
	*(p->newest ? &p->newest->newer : &p->oldest) = h;
	p->newest = h;
	p->n_halves++;
	p->n_bytes += h->entry.size;
}

/* Takes a half out of its thread and the row of all; its content stays. */
static void unlink_half(struct pairs *p, struct half *h)
{
	struct half **at = &h->thread->top;

	while (*at != h)
		at = &(*at)->below;
	*at = h->below;
	h->thread->n--;
	*(h->older ? &h->older->newer : &p->oldest) = h->newer;
	*(h->newer ? &h->newer->older : &p->newest) = h->older;
	p->n_halves--;
	p->n_bytes -= h->entry.size;
}

static struct half *take_half(struct pairs *p)
{
	struct half *h = p->free;

	if (!h)
		return xcalloc(1, sizeof(*h));
	p->free = h->below;
	return h;
}

static void give_back(struct pairs *p, struct half *h)
{
	if (h->entry.size > KEPT_MAX)
		event_copy_done(&h->entry);
	h->below = p->free;
	p->free = h;
}

static void tell(struct pairs *p, const struct event *entry, const struct event *finish,
		 enum call_end end)
{
	const struct call call = { .entry = entry, .finish = finish, .end = end };

	p->ops.call(p->ops.ctx, &call);
}

/* An entry whose return will not be paired with it. The thread stays, maybe empty. */
static void close_half(struct pairs *p, struct half *h, enum call_end end)
{
	unlink_half(p, h);
	/* In an earlier epoch, its return may have been among the events lost. */
	if (end != CALL_FORGOTTEN && h->epoch != p->epoch)
		end = CALL_LOST;
	if (!h->pair->is_filtered)
		tell(p, &h->entry.event, NULL, end);
	give_back(p, h);
}

static void close_oldest(struct pairs *p)
{
	struct thread *t = p->oldest->thread;

	close_half(p, p->oldest, CALL_FORGOTTEN);
	if (t->n == 0)
		drop_thread(p, t);
}

/*
 * Halves
 */

/*
 * The psABIs align the stack to 16 before a call: an entry behind a pushed return address
 * is at 8 (x86-64) or 12 (i386) of 16, one with a link register at 0.
 */
static uint64_t word_of(const struct pair *pair, uint64_t sp)
{
	if (pair->word != PAIRS_GUESS)
		return (uint64_t)pair->word;
	return sp % 16 == 8 ? 8 : sp % 16 == 12 ? 4 : 0;
}

static void close_left(struct pairs *p, struct thread *t, uint64_t sp)
{
	while (t->top && t->top->sp < sp)
		close_half(p, t->top, CALL_LEFT);
}

/*
 * Where returns are filtered an entry may stay open though its call is over: the next one of
 * the same place and frame takes its place.
 */
static void close_same(struct pairs *p, struct thread *t, const struct pair *pair,
		       const struct event *e, uint64_t sp)
{
	while (pair->is_filtered && t->top && t->top->sp == sp && t->top->pair == pair &&
	       t->top->entry.event.ip == e->ip)
		close_half(p, t->top, CALL_LEFT);
}

static void take_entry(struct pairs *p, const struct pair *pair, const struct event *e,
		       uint64_t sp)
{
	struct thread *t;
	struct half *h;

	sp += word_of(pair, sp);
	while (p->n_halves >= HALVES_MAX || (p->oldest && p->n_bytes >= BYTES_MAX))
		close_oldest(p);
	t = find_thread(p, e->tid);
	if (!t)
		t = new_thread(p, e->tid);
	t->seems_gone = false;
	close_left(p, t, sp);
	close_same(p, t, pair, e, sp);
	if (t->n >= THREAD_MAX) {
		if (!pair->is_filtered)
			tell(p, e, NULL, CALL_FORGOTTEN);
		return;
	}
	h = take_half(p);
	h->pair = pair;
	h->sp = sp;
	h->epoch = p->n_gaps ? 0 : p->epoch;
	event_copy_take(&h->entry, e);
	push(p, t, h);
}

static struct half *find_half(const struct thread *t, const struct pair *pair,
			      const struct event *e, uint64_t sp)
{
	for (struct half *h = t->top; h && h->sp == sp; h = h->below)
		if (h->pair == pair && h->entry.event.ip == e->ip)
			return h;
	return NULL;
}

static void finish_half(struct pairs *p, struct half *h, const struct event *e)
{
	struct half *above, *next;

	/*
	 * Of one frame, the last to jump there is the first to return. One of the same function
	 * is no jump: another pair has it, too, and its return comes next.
	 */
	for (above = h->thread->top; above != h; above = next) {
		next = above->below;
		if (above->entry.event.ip != h->entry.event.ip)
			close_half(p, above, CALL_LEFT);
	}
	unlink_half(p, h);
	if (h->epoch == p->epoch) {
		tell(p, &h->entry.event, e, CALL_RETURNED);
	} else if (!h->pair->is_filtered) {
		tell(p, &h->entry.event, NULL, CALL_LOST);
		tell(p, NULL, e, CALL_LOST);
	}
	give_back(p, h);
}

static void take_return(struct pairs *p, const struct pair *pair, const struct event *e,
			uint64_t sp)
{
	struct thread *t = find_thread(p, e->tid);
	struct half *h = NULL;

	if (t) {
		t->seems_gone = false;
		close_left(p, t, sp);
		h = find_half(t, pair, e, sp);
	}
	if (h)
		finish_half(p, h, e);
	else if (!pair->is_filtered)
		tell(p, NULL, e, CALL_NO_ENTRY);
	if (t && t->n == 0)
		drop_thread(p, t);
}

/*
 * A gap ends with the next event of its CPU. Until then any thread may have been there and
 * back, so what is entered meanwhile is not paired either.
 */
static void end_gap(struct pairs *p, int cpu)
{
	for (size_t i = 0; i < p->n_gaps; i++)
		if (p->gaps[i] == cpu) {
			p->gaps[i] = p->gaps[--p->n_gaps];
			return;
		}
}

void pairs_lost(struct pairs *p, int cpu)
{
	p->epoch++;
	end_gap(p, cpu);
	if (p->n_gaps >= GAPS_MAX)
		return;
	p->gaps = xgrow(p->gaps, p->n_gaps, sizeof(*p->gaps));
	p->gaps[p->n_gaps++] = cpu;
}

bool pairs_event(struct pairs *p, const struct event *e)
{
	const struct side key = { .type = e->type }, *side = NULL;

	if (p->n_gaps)
		end_gap(p, e->cpu);
	if (p->n_sides && e->tid >= 0) /* a log may not say of which thread it is */
		side = bsearch(&key, p->sides, p->n_sides, sizeof(key), by_type);
	if (!side)
		return false;
	if (e->type->is_return)
		take_return(p, side->pair, e, e->values[side->sp].u);
	else
		take_entry(p, side->pair, e, e->values[side->sp].u);
	return true;
}

static void close_thread(struct pairs *p, struct thread *t, enum call_end end)
{
	while (t->top)
		close_half(p, t->top, end);
	drop_thread(p, t);
}

void pairs_reap(struct pairs *p, bool (*is_alive)(pid_t tid))
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct thread *t = p->threads[i], *next; t; t = next) {
			next = t->next;
			if (is_alive(t->tid))
				t->seems_gone = false;
			else if (t->seems_gone)
				close_thread(p, t, CALL_EXITED);
			else
				t->seems_gone = true;
		}
}

void pairs_end(struct pairs *p)
{
	while (p->oldest) {
		struct thread *t = p->oldest->thread;

		close_half(p, p->oldest, CALL_RUNNING);
		if (t->n == 0)
			drop_thread(p, t);
	}
}
