/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar is predicate_parse()'s of kernel/trace/trace_events_filter.c: && binds tighter
 * than ||, and a string ends at the next quote of its kind, since there is no escape.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "probe/filter-parse.h"

#define MAX_DEPTH 64
#define MAX_STRING 255 /* MAX_FILTER_STR_VAL - 1 */

struct parser {
	const char *text, *p;
	unsigned base; /* place of the text in the origin's */
	unsigned depth;
	struct filter_expr *expr;
	struct err *err;
};

static struct span span_of(const struct parser *p, const char *from, const char *to)
{
	return (struct span){ p->base + (from - p->text), p->base + (to - p->text) };
}

static int fail(const struct parser *p, const char *from, const char *to, const char *text)
{
	if (from == to && from > p->text)
		from--;
	else if (from == to)
		to++;
	err_set(p->err, EINVAL, "%s", text);
	return err_at(p->err, p->expr->origin, span_of(p, from, to));
}

static void skip_blanks(struct parser *p)
{
	while (isspace((unsigned char)*p->p))
		p->p++;
}

static struct filter_item *add(struct parser *p, enum filter_item_kind kind, const char *from)
{
	struct filter_expr *e = p->expr;

	e->items = xgrow(e->items, e->n, sizeof(*e->items));
	e->items[e->n] = (struct filter_item){
		.kind = kind, .at = span_of(p, from, p->p), .depth = p->depth,
	};
	return &e->items[e->n++];
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* What may stand in a value without quotes: numbers, names, plain texts, patterns. */
static bool is_bare(char c)
{
	return c && !isspace((unsigned char)c) && !strchr("()&|!\"'<>=~", c);
}

static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">", "&", "~" };

static const char *find_op(const char *s)
{
	if (text_starts(s, "&&"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (strncmp(s, ops[i], strlen(ops[i])) == 0)
			return ops[i];
	return NULL;
}

static int parse_op(struct parser *p, const char *field, struct filter_item *item)
{
	const char *from = p->p, *op = find_op(from);

	if (op) {
		p->p += strlen(op);
		item->op = xstrdup(op);
		item->op_at = span_of(p, from, p->p);
		return 0;
	}
	if (*from == '=') {
		fail(p, from, from + 1, "a single '=' compares nothing");
		return err_hint(p->err, "equal is ==");
	}
	fail(p, *from ? from : field, *from ? from + 1 : p->p,
	     *from ? "Invalid operator" : "Missing field name and/or value");
	return err_hint(p->err, "FIELD OP VALUE, with OP one of == != < <= > >= & for numbers, "
				"== != ~ for strings");
}

static int parse_quoted(struct parser *p, struct filter_item *item)
{
	const char *from = p->p, *end = strchr(from + 1, *from);

	if (!end)
		return fail(p, from, from + 1, "Missing quote at the string's end");
	if (end - from - 1 > MAX_STRING) {
		fail(p, from, end + 1, "the string is too long");
		return err_hint(p->err, "the kernel compares up to %d bytes", MAX_STRING);
	}
	p->p = end + 1;
	item->quote = *from;
	item->value = xstrndup(from + 1, end - from - 1);
	item->value_at = span_of(p, from, p->p);
	if (!is_word(*p->p) && *p->p != *from)
		return 0;
	fail(p, p->p, p->p + 1, "the string ends before this");
	return err_hint(p->err, "there is no escape inside: a text with \" goes between ', "
				"one with ' between \"");
}

static int parse_value(struct parser *p, struct filter_item *item)
{
	const char *from = p->p;

	if (*from == '"' || *from == '\'')
		return parse_quoted(p, item);
	while (is_bare(*p->p))
		p->p++;
	if (p->p == from)
		return fail(p, from, *from ? from + 1 : from, "a value is missing");
	if (p->p - from > MAX_STRING)
		return fail(p, from, p->p, "the value is too long");
	item->value = xstrndup(from, p->p - from);
	item->value_at = span_of(p, from, p->p);
	return 0;
}

static int parse_test(struct parser *p)
{
	const char *from = p->p;
	struct filter_item *item;
	int rc;

	while (is_word(*p->p))
		p->p++;
	if (p->p == from || isdigit((unsigned char)*from)) {
		fail(p, from, p->p == from && *from ? from + 1 : p->p,
		     "a field's name is missing");
		return err_hint(p->err, "as in: if arg1 > 4096 && comm == \"nginx\"");
	}
	item = add(p, ITEM_TEST, from);
	item->field = xstrndup(from, p->p - from);
	skip_blanks(p);
	rc = parse_op(p, from, item);
	if (rc < 0)
		return rc;
	skip_blanks(p);
	return parse_value(p, item);
}

/* Everything that may stand before a test. */
static int parse_prefix(struct parser *p)
{
	for (;;) {
		const char *from;

		skip_blanks(p);
		from = p->p;
		if (*from == '!' && from[1] != '=') {
			p->p++;
			add(p, ITEM_NOT, from);
		} else if (*from == '(') {
			if (p->depth == MAX_DEPTH)
				return fail(p, from, from + 1, "too many brackets");
			p->p++;
			add(p, ITEM_OPEN, from);
			p->depth++;
		} else {
			return 0;
		}
	}
}

/* The brackets that close behind a test. */
static int parse_suffix(struct parser *p)
{
	for (;;) {
		const char *from;

		skip_blanks(p);
		from = p->p;
		if (*from != ')')
			return 0;
		if (!p->depth)
			return fail(p, from, from + 1, "too many ')'");
		p->depth--;
		p->p++;
		add(p, ITEM_CLOSE, from);
	}
}

/* && or ||; 0 at the end. */
static int parse_connective(struct parser *p)
{
	const char *from = p->p;

	if (!*from)
		return 0;
	if (text_starts(from, "&&") || text_starts(from, "||")) {
		p->p += 2;
		add(p, *from == '&' ? ITEM_AND : ITEM_OR, from);
		return 1;
	}
	fail(p, from, from + 1, "&& or || is missing");
	if (*from == '|' || text_starts(from, "and") || text_starts(from, "or"))
		err_hint(p->err, "and is &&, or is ||");
	return p->err ? -p->err->code : -EINVAL;
}

static int parse_all(struct parser *p)
{
	int rc;

	do {
		rc = parse_prefix(p);
		if (rc == 0)
			rc = parse_test(p);
		if (rc == 0)
			rc = parse_suffix(p);
		if (rc == 0)
			rc = parse_connective(p);
	} while (rc > 0);
	if (rc < 0 || !p->depth)
		return rc;
	for (size_t i = p->expr->n; i-- > 0;) {
		struct filter_item *item = &p->expr->items[i];

		if (item->kind != ITEM_OPEN || item->depth != p->depth - 1)
			continue;
		err_set(p->err, EINVAL, "the bracket is not closed");
		return err_at(p->err, p->expr->origin, item->at);
	}
	return -EINVAL;
}

/* An || outside brackets makes the whole one term. */
static void number_terms(struct filter_expr *e)
{
	bool splits = true;

	for (size_t i = 0; i < e->n; i++)
		if (e->items[i].kind == ITEM_OR && !e->items[i].depth)
			splits = false;
	for (size_t i = 0; i < e->n; i++) {
		if (splits && e->items[i].kind == ITEM_AND && !e->items[i].depth)
			e->n_terms++;
		e->items[i].term = e->n_terms;
	}
	e->n_terms++;
}

int filter_parse(const char *text, const struct origin *origin, struct span at,
		 struct filter_expr **ret, struct err *err)
{
	struct filter_expr *e = xcalloc(1, sizeof(*e));
	struct parser p = { .text = text, .p = text, .base = at.from, .expr = e, .err = err };
	int rc;

	e->origin = origin;
	rc = parse_all(&p);
	if (rc < 0) {
		filter_expr_free(e);
		return rc;
	}
	number_terms(e);
	*ret = e;
	return 0;
}

void filter_expr_free(struct filter_expr *e)
{
	for (size_t i = 0; e && i < e->n; i++) {
		free(e->items[i].field);
		free(e->items[i].op);
		free(e->items[i].value);
	}
	if (e)
		free(e->items);
	free(e);
}

size_t filter_n_terms(const struct filter_expr *e)
{
	return e->n_terms;
}

const char *filter_field(const struct filter_expr *e, size_t i, struct span *ret_at)
{
	for (size_t k = 0; k < e->n; k++) {
		if (e->items[k].kind != ITEM_TEST || i--)
			continue;
		*ret_at = e->items[k].at;
		return e->items[k].field;
	}
	return NULL;
}

struct span filter_term_at(const struct filter_expr *e, size_t term)
{
	struct span at = { 0, 0 };

	for (size_t i = 0; i < e->n; i++) {
		const struct filter_item *item = &e->items[i];

		if (item->term != term || (item->kind == ITEM_AND && !at.to))
			continue;
		if (!at.to)
			at.from = item->at.from;
		at.to = item->kind == ITEM_TEST ? item->value_at.to : item->at.to;
	}
	return at;
}
