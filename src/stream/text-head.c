/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel puts before an event: trace_print_context(), trace_print_lat_context()
 * (kernel/trace/trace_output.c).
 *
 *	default   "%16s-%-7d [(%7d) ][%03d] [FLAGS ]%12.6f: "
 *	latency   "%8.8s-%-7d %3dFLAGS %4lldus%c: "
 *	verbose   "%16s %7d %3d %d %08x %08lx [%08llx] %ld.%03ldms (+%ld.%03ldms): "
 *
 * A comm may hold anything but a line end; the left-most reading that fits is taken.
 */
#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "stream/text-line.h"

static void skip_blanks(struct cut *c)
{
	while (c->at < c->end && *c->at == ' ')
		c->at++;
}

static bool take(struct cut *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool take_number(struct cut *c, uint64_t max, uint64_t *ret)
{
	const char *from = c->at;
	uint64_t n = 0;

	for (; c->at < c->end && isdigit((unsigned char)*c->at); c->at++) {
		if (n > (UINT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(*c->at - '0');
	}
	*ret = n;
	return c->at > from && n <= max;
}

static bool take_hex(struct cut *c, uint64_t *ret)
{
	const char *from = c->at;
	uint64_t n = 0;

	for (; c->at < c->end && isxdigit((unsigned char)*c->at); c->at++) {
		int digit = tolower((unsigned char)*c->at);

		if (n >> 60)
			return false;
		n = n << 4 | (uint64_t)(isdigit(digit) ? digit - '0' : digit - 'a' + 10);
	}
	*ret = n;
	return c->at > from;
}

/* "4866.969918", or the plain number of a clock that counts something else. */
static bool take_time(struct cut *c, struct text_head *h)
{
	uint64_t whole, part = 0, unit = 1000000000;

	if (!take_number(c, UINT64_MAX / 10, &whole))
		return false;
	h->time_ns = whole;
	h->has_ticks = c->at == c->end || *c->at != '.';
	if (h->has_ticks)
		return true;
	for (c->at++; c->at < c->end && isdigit((unsigned char)*c->at) && unit > 1; c->at++) {
		unit /= 10;
		part += (uint64_t)(*c->at - '0') * unit;
	}
	if (unit == 1000000000 || whole > UINT64_MAX / 1000000000 - 1)
		return false;
	h->time_ns = whole * 1000000000 + part;
	return true;
}

/* "(   1234) " or "(-------) " */
static bool take_tgid(struct cut *c, struct text_head *h)
{
	uint64_t tgid = 0;

	if (!take(c, "("))
		return true;
	skip_blanks(c);
	if (c->at < c->end && *c->at == '-')
		while (c->at < c->end && *c->at == '-')
			c->at++;
	else if (!take_number(c, INT32_MAX, &tgid))
		return false;
	h->tgid = (int32_t)tgid;
	return take(c, ")");
}

/* The flags say nothing (they are wrong for uprobes on many kernels). */
static bool take_flags(struct cut *c)
{
	const char *from = c->at;

	while (c->at < c->end && *c->at != ' ')
		c->at++;
	return c->at - from >= 4 && c->at - from <= 8;
}

static bool take_time_colon(struct cut *c, struct text_head *h)
{
	skip_blanks(c);
	return take_time(c, h) && take(c, ": ");
}

/* From "-PID" on. */
static bool default_tail(struct cut c, struct text_head *h)
{
	uint64_t tid, cpu;
	struct cut flags;

	if (!take(&c, "-") || !take_number(&c, INT32_MAX, &tid))
		return false;
	skip_blanks(&c);
	if (!take_tgid(&c, h))
		return false;
	skip_blanks(&c);
	if (!take(&c, "[") || !take_number(&c, UINT16_MAX, &cpu) || !take(&c, "] "))
		return false;
	skip_blanks(&c);
	flags = c;
	if (!take_time_colon(&c, h)) {
		c = flags;
		if (!take_flags(&c) || !take_time_colon(&c, h))
			return false;
	}
	h->tid = (int32_t)tid;
	h->cpu = (int)cpu;
	h->rest = c;
	return true;
}

/* "1DBZff 35029us+: ", from "-PID" on. */
static bool latency_tail(struct cut c, struct text_head *h)
{
	uint64_t tid, cpu, micros;

	if (!take(&c, "-") || !take_number(&c, INT32_MAX, &tid))
		return false;
	skip_blanks(&c);
	if (!take_number(&c, UINT16_MAX, &cpu) || !take_flags(&c))
		return false;
	skip_blanks(&c);
	if (!take_number(&c, UINT64_MAX / 1000, &micros) || !take(&c, "us") || c.at == c.end)
		return false;
	c.at++; /* how long it was to the next: '+', '!', '#' … */
	if (!take(&c, ": "))
		return false;
	h->tid = (int32_t)tid;
	h->cpu = (int)cpu;
	h->time_ns = micros * 1000;
	h->rest = c;
	return true;
}

static bool verbose_tail(struct cut c, struct text_head *h)
{
	uint64_t tid, cpu, flags, micros, ignored;

	skip_blanks(&c);
	if (!take_number(&c, INT32_MAX, &tid) || !take(&c, " "))
		return false;
	skip_blanks(&c);
	if (!take_number(&c, UINT16_MAX, &cpu) || !take(&c, " ") ||
	    !take_number(&c, UINT32_MAX, &ignored) || !take(&c, " ") || !take_hex(&c, &flags) ||
	    !take(&c, " ") || !take_hex(&c, &ignored) || !take(&c, " [") ||
	    !take_hex(&c, &micros) || micros > UINT64_MAX / 1000 || !take(&c, "] "))
		return false;
	while (c.at < c.end && *c.at != ':')
		c.at++;
	if (!take(&c, ": "))
		return false;
	h->tid = (int32_t)tid;
	h->cpu = (int)cpu;
	h->time_ns = micros * 1000;
	h->rest = c;
	return true;
}

static bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

/* "NAME: (0x" */
static bool is_event(struct cut c)
{
	struct cut from = c;

	while (c.at < c.end && (isalnum((unsigned char)*c.at) || *c.at == '_'))
		c.at++;
	return c.at > from.at && is_name_start(*from.at) && take(&c, ": (0x");
}

static bool is_stack(struct cut c)
{
	return take(&c, "<user stack trace>") || take(&c, "<stack trace>");
}

static bool find_head(const struct cut *line, struct text_head *h)
{
	/* comm is at most 15 bytes; ours may be escaped, and a column wider. */
	enum { COMM_MAX = 80, VERBOSE_COMM = 16 };
	struct cut c = *line;

	for (; c.at < c.end && c.at - line->at < COMM_MAX; c.at++) {
		bool is_head = *c.at == '-' && (default_tail(c, h) || latency_tail(c, h));

		if (!is_head && c.at - line->at == VERBOSE_COMM && *c.at == ' ')
			is_head = verbose_tail(c, h);
		if (is_head && (is_event(h->rest) || is_stack(h->rest))) {
			h->comm = (struct cut){ line->at, c.at };
			skip_blanks(&h->comm);
			return true;
		}
	}
	return false;
}

static bool parse_lost(struct cut c, struct text_head *h)
{
	uint64_t cpu, count;

	if (!take(&c, "CPU:") || !take_number(&c, UINT16_MAX, &cpu) || !take(&c, " [LOST "))
		return false;
	h->cpu = (int)cpu;
	h->time_ns = take_number(&c, INT64_MAX, &count) ? count : UINT64_MAX;
	return true;
}

enum text_kind text_head_parse(const char *line, size_t len, struct text_head *h)
{
	struct cut c = { line, line + len }, stack = c;

	*h = (struct text_head){ .tid = -1, .cpu = -1 };
	if (len > 0 && line[0] == '#')
		return TEXT_COMMENT;
	if (parse_lost(c, h))
		return TEXT_LOST;
	skip_blanks(&stack);
	if (take(&stack, "=> "))
		return TEXT_STACK;
	if (is_event(c)) { /* nocontext-info */
		h->rest = c;
		return TEXT_EVENT;
	}
	if (!find_head(&c, h)) {
		*h = (struct text_head){ .tid = -1, .cpu = -1 };
		return TEXT_OTHER;
	}
	return is_stack(h->rest) ? TEXT_STACK : TEXT_EVENT;
}

static bool take_address(struct cut *c, uint64_t *ret)
{
	return take(c, "0x") && take_hex(c, ret);
}

static bool take_ident(struct cut *c, struct cut *name)
{
	name->at = c->at;
	if (c->at == c->end || !is_name_start(*c->at))
		return false;
	while (c->at < c->end && (isalnum((unsigned char)*c->at) || *c->at == '_'))
		c->at++;
	name->end = c->at;
	return true;
}

bool text_take_event(struct cut *c, struct cut *name, struct event *e, bool *is_return)
{
	if (!take_ident(c, name) || !take(c, ": (") || !take_address(c, &e->ip))
		return false;
	e->ret_ip = 0;
	*is_return = take(c, " <- ");
	if (*is_return) {
		e->ret_ip = e->ip;
		if (!take_address(c, &e->ip))
			return false;
	}
	return take(c, ")");
}

bool text_take_name(struct cut *c, struct cut *name)
{
	return take(c, " ") && take_ident(c, name) && take(c, "=");
}
