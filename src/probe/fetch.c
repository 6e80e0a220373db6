/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of fetch arguments: text from it, equality, copies. fetch-parse.c makes it. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "probe/fetch.h"

/* A number as it was written, so that the kernel lists what the user knows. */
static void add_num(struct buf *b, const struct fetch *f)
{
	if (f->num_text)
		buf_adds(b, f->num_text);
	else
		buf_addf(b, "%" PRId64, f->num);
}

/* The same with a sign: num_text has its own '-'. */
static void add_signed(struct buf *b, const struct fetch *f)
{
	if (f->num_text ? f->num_text[0] != '-' : f->num >= 0)
		buf_addc(b, '+');
	add_num(b, f);
}

static void format_deref(const struct fetch *f, struct buf *b)
{
	size_t sign = b->len;

	add_signed(b, f);
	if (f->is_user) {
		/* +uOFFS: the 'u' stands between sign and number. */
		auto_free char *digits = xstrdup(b->p + sign + 1);

		b->len = sign + 1;
		buf_addf(b, "u%s", digits);
	}
	buf_addc(b, '(');
	fetch_format(f->inner, b);
	buf_addc(b, ')');
}

void fetch_format(const struct fetch *f, struct buf *b)
{
	switch (f->op) {
	case FETCH_REG:
		buf_addf(b, "%%%s", f->name);
		break;
	case FETCH_STACK:
		buf_adds(b, "$stack");
		break;
	case FETCH_STACK_N:
		buf_addf(b, "$stack%" PRId64, f->num);
		break;
	case FETCH_RETVAL:
		buf_adds(b, "$retval");
		break;
	case FETCH_COMM:
		buf_adds(b, "$comm");
		break;
	case FETCH_ADDR:
		buf_addc(b, '@');
		if (f->num_text)
			buf_adds(b, f->num_text);
		else
			buf_addf(b, "%" PRIu64, (uint64_t)f->num);
		break;
	case FETCH_FILE_OFFS:
		buf_adds(b, "@+");
		add_num(b, f);
		break;
	case FETCH_DEREF:
		format_deref(f, b);
		break;
	case FETCH_IMM:
		buf_addc(b, '\\');
		add_num(b, f);
		break;
	case FETCH_IMM_STR:
		buf_addf(b, "\\\"%s\"", f->name);
		break;
	case FETCH_ARG:
		buf_addf(b, "arg%" PRId64, f->num);
		break;
	case FETCH_SYMBOL:
		buf_addf(b, "@%s", f->name);
		if (f->num)
			add_signed(b, f);
		break;
	case FETCH_CALLER:
		buf_adds(b, "caller");
		break;
	case FETCH_REGS:
		buf_adds(b, "regs");
		break;
	case FETCH_MEMBER:
		fetch_format(f->inner, b);
		buf_adds(b, "->");
		add_signed(b, f);
		break;
	}
}

void fetch_arg_format(const struct fetch_arg *arg, struct buf *b)
{
	if (arg->name)
		buf_addf(b, "%s=", arg->name);
	fetch_format(arg->expr, b);
	if (arg->type.base != TYPE_NONE) {
		buf_addc(b, ':');
		fetch_type_format(&arg->type, b);
	}
}

bool fetch_equal(const struct fetch *a, const struct fetch *b)
{
	for (; a && b; a = a->inner, b = b->inner)
		if (a->op != b->op || a->num != b->num || a->is_user != b->is_user ||
		    !text_equal(a->name, b->name))
			return false;
	return !a && !b;
}

static bool type_equal(const struct fetch_type *a, const struct fetch_type *b)
{
	return a->base == b->base && a->of == b->of && a->bits == b->bits && a->width == b->width &&
	       a->shift == b->shift && a->array == b->array && a->max == b->max &&
	       fetch_equal(a->len, b->len);
}

bool fetch_arg_equal(const struct fetch_arg *a, const struct fetch_arg *b)
{
	return text_equal(a->name, b->name) && fetch_equal(a->expr, b->expr) &&
	       type_equal(&a->type, &b->type);
}

bool fetch_uses(const struct fetch *f, enum fetch_op op)
{
	for (; f; f = f->inner)
		if (f->op == op)
			return true;
	return false;
}

bool fetch_arg_uses(const struct fetch_arg *arg, enum fetch_op op)
{
	return fetch_uses(arg->expr, op) || fetch_uses(arg->type.len, op);
}

struct fetch *fetch_copy(const struct fetch *f)
{
	struct fetch *copy;

	if (!f)
		return NULL;
	copy = xmalloc(sizeof(*copy));
	*copy = *f;
	copy->name = xstrdup_null(f->name);
	copy->num_text = xstrdup_null(f->num_text);
	copy->inner = fetch_copy(f->inner);
	return copy;
}

void fetch_free(struct fetch *f)
{
	while (f) {
		struct fetch *inner = f->inner;

		free(f->name);
		free(f->num_text);
		free(f);
		f = inner;
	}
}

void fetch_arg_done(struct fetch_arg *arg)
{
	free(arg->name);
	fetch_free(arg->expr);
	free(arg->type.len_text);
	fetch_free(arg->type.len);
	*arg = (struct fetch_arg){ 0 };
}
