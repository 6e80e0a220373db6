/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "report/row.h"

struct row row_of_event(const struct event *e)
{
	return (struct row){
		.entry = e->type->is_return ? NULL : e,
		.finish = e->type->is_return ? e : NULL,
		.first = e,
	};
}

struct row row_of_call(const struct call *c)
{
	return (struct row){
		.entry = c->entry,
		.finish = c->finish,
		.first = c->entry ? c->entry : c->finish,
		.end = c->end,
		.is_call = true,
	};
}

const struct event *row_half(const struct row *r, size_t i)
{
	if (r->entry && r->finish)
		return i == 0 ? r->entry : i == 1 ? r->finish : NULL;
	return i == 0 ? r->first : NULL;
}

static bool is_retval(const struct event *e, size_t i)
{
	const struct field *f = &e->type->fields[i];

	return e->type->is_return && (f->is_retval || strcmp(f->name, "retval") == 0);
}

const struct value *row_retval(const struct row *r)
{
	const struct event *e = r->finish;

	for (size_t i = 0; e && i < e->type->n_fields; i++)
		if (is_retval(e, i))
			return &e->values[i];
	return NULL;
}

/* `retval` has a place of its own, and one among the arguments only under another name. */
bool row_is_arg(const struct event *e, size_t i, bool with_named_retval)
{
	const struct field *f = &e->type->fields[i];

	if (f->is_hidden)
		return false;
	return !is_retval(e, i) || (with_named_retval && strcmp(f->name, "retval") != 0);
}

const char *row_kind(const struct row *r)
{
	if (r->is_call)
		return "call";
	return r->entry ? "entry" : "return";
}

bool row_duration(const struct row *r, uint64_t *ret)
{
	if (!r->entry || !r->finish || r->finish->time_ns < r->entry->time_ns)
		return false;
	*ret = r->finish->time_ns - r->entry->time_ns;
	return true;
}

const char *row_reason(const struct row *r)
{
	static const char *const reasons[] = {
		[CALL_LEFT] = "left",
		[CALL_EXITED] = "exited",
		[CALL_RUNNING] = "running",
		[CALL_LOST] = "lost",
		[CALL_FORGOTTEN] = "forgotten",
		[CALL_NO_ENTRY] = "no-entry",
	};

	return r->is_call ? reasons[r->end] : NULL;
}

void row_args_json(const struct row *r, struct json *j, const char *key)
{
	const struct event *e;

	json_object(j, key);
	for (size_t h = 0; (e = row_half(r, h)); h++)
		for (size_t i = 0; i < e->type->n_fields; i++)
			if (row_is_arg(e, i, true))
				value_json(&e->values[i], j, e->type->fields[i].name);
	json_end_object(j);
}

static void set_second(struct wall_clock *c, int64_t second)
{
	time_t t = second;
	struct tm tm;
	char zone[8] = "Z";
	size_t len;
	long minutes;

	if (!localtime_r(&t, &tm))
		gmtime_r(&(time_t){ 0 }, &tm);
	minutes = labs(tm.tm_gmtoff) / 60;
	if (tm.tm_gmtoff != 0)
		snprintf(zone, sizeof(zone), "%c%02u:%02u", tm.tm_gmtoff < 0 ? '-' : '+',
			 (unsigned)(minutes / 60 % 24), (unsigned)(minutes % 60));
	len = strftime(c->text, sizeof(c->text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(c->text + len, sizeof(c->text) - len, ".000000000%s", zone);
	c->second = second;
	c->is_known = true;
}

const char *wall_clock_text(struct wall_clock *c, uint64_t wall_ns)
{
	int64_t second = wall_ns / SECOND_NS;
	uint64_t fraction = wall_ns % SECOND_NS;

	if (!c->is_known || second != c->second)
		set_second(c, second);
	for (int i = WALL_FRACTION + 8; i >= WALL_FRACTION; i--) {
		c->text[i] = (char)('0' + fraction % 10);
		fraction /= 10;
	}
	return c->text;
}
