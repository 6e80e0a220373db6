/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [NAME=]EXPR[:TYPE]: where one part ends and the next begins, and whether they fit. */
#include <string.h>

#include "base/xalloc.h"
#include "probe/definition.h"
#include "probe/fetch-parse.h"
#include "probe/name.h"

/* The first '=' of the word is the name's, unless the word begins as an expression. */
static int parse_name(struct fetch_parser *p, struct fetch_arg *arg)
{
	const char *equals = memchr(p->p, '=', p->end - p->p);

	if (!equals || (p->p < p->end && strchr("%$@+-\\", *p->p)))
		return 0;
	arg->name = xstrndup(p->p, equals - p->p);
	arg->name_at = fetch_span(p, p->p, equals);
	if (name_check_arg(arg->name, p->err) < 0)
		return fetch_fail(p, p->p, equals > p->p ? equals : equals + 1);
	p->p = equals + 1;
	return 0;
}

/*
 * The ':' of the type: the last outside brackets that is no half of '::'. A text
 * (\"TEXT") ends at the first, as in the kernel. NULL: there is no type.
 */
static const char *find_type(const struct fetch_parser *p)
{
	const char *found = NULL;
	int depth = 0;

	if (p->end - p->p >= 2 && p->p[0] == '\\' && p->p[1] == '"')
		return memchr(p->p, ':', p->end - p->p);
	for (const char *s = p->p; s < p->end; s++) {
		if (*s == '(' || *s == '[')
			depth++;
		else if ((*s == ')' || *s == ']') && depth)
			depth--;
		else if (*s == ':' && s + 1 < p->end && s[1] == ':')
			s++;
		else if (*s == ':' && !depth)
			found = s;
	}
	return found;
}

static bool is_register_like(enum fetch_op op)
{
	return op == FETCH_REG || op == FETCH_STACK || op == FETCH_STACK_N ||
	       op == FETCH_RETVAL || op == FETCH_ARG || op == FETCH_CALLER;
}

/* Whether the type fits the expression, as far as that is a matter of text. */
static int check_type(const struct fetch_parser *p, const struct fetch_arg *arg,
		      const char *type)
{
	const struct fetch_type *t = &arg->type;
	enum fetch_op op = arg->expr->op;
	bool is_text = t->base == TYPE_STRING || t->base == TYPE_USTRING;

	if (t->base == TYPE_NONE)
		return 0;
	if (op == FETCH_REGS)
		err_set(p->err, EINVAL, "regs takes no type");
	else if ((op == FETCH_COMM || op == FETCH_IMM_STR) &&
		 (t->base != TYPE_STRING || t->array))
		fetch_say(p->err, "$comm and immediate-string only accepts string type");
	else if ((t->array && is_register_like(op)) ||
		 (t->array && !is_text && (op == FETCH_IMM || arg->expr->is_user)) ||
		 /* argN:string and retval:string are the text pointed to: resolve/ */
		 (is_text && is_register_like(op) && op != FETCH_ARG && op != FETCH_RETVAL))
		fetch_say(p->err, "String accepts only memory argument");
	else
		return 0;
	if (op == FETCH_DEREF)
		err_hint(p->err, "leave the u away: it changes nothing in a uprobe");
	else if (is_register_like(op))
		err_hint(p->err, "what the address leads to is +0(%.*s):%s",
			 (int)(type - 1 - p->p), p->p, type);
	return fetch_fail(p, type, p->end);
}

static int parse_body(struct fetch_parser *p, struct fetch_arg *arg)
{
	struct fetch_parser expr = *p;
	const char *colon = find_type(p);
	int rc;

	if (p->p == p->end) {
		fetch_say(p->err, "No argument expression");
		return fetch_fail(p, p->p, p->end);
	}
	for (const char *s = p->p; s < p->end; s++)
		if (!definition_takes_byte((unsigned char)*s)) {
			fetch_say(p->err, "Invalid fetch argument");
			err_hint(p->err, "the kernel takes no blank, '#' or control byte here");
			return fetch_fail(p, s, s + 1);
		}
	if (colon)
		expr.end = colon;
	arg->expr = fetch_parse_all(&expr);
	if (!arg->expr)
		return p->err ? -p->err->code : -EINVAL;
	if (!colon)
		return 0;
	rc = fetch_type_parse(p, colon + 1, p->end, &arg->type);
	return rc < 0 ? rc : check_type(p, arg, colon + 1);
}

int fetch_arg_parse(const char *word, const struct origin *origin, struct span word_at,
		    struct fetch_arg *ret, struct err *err)
{
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { .at = word_at };
	struct fetch_parser p = {
		.word = word,
		.p = word,
		.end = word + strlen(word),
		.origin = origin,
		.base = word_at.from,
		.err = err,
	};
	int rc = parse_name(&p, &arg);

	if (rc == 0)
		rc = parse_body(&p, &arg);
	if (rc < 0)
		return rc;
	*ret = arg;
	memset(&arg, 0, sizeof(arg));
	return 0;
}
