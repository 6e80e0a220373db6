/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A filter against the fields of an event, and its text for the kernel. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/arg-type.h"
#include "probe/constant.h"
#include "probe/definition.h"
#include "probe/filter-parse.h"
#include "probe/name.h"
#include "probe/show.h"

#define MAX_TEXT 4095 /* event_filter_write() refuses a page */

enum field_kind { FIELD_UNSIGNED, FIELD_SIGNED, FIELD_STRING, FIELD_OTHER };

/* What a field is to the kernel. */
struct field_type {
	const char *name; /* there */
	enum field_kind kind;
	unsigned bits;
	const char *type; /* in the user's spelling, for messages */
};

struct making {
	const struct filter_expr *expr;
	const struct definition *d;
	struct buf text;
	struct filter *filter;
	struct err *err;
};

/* Fields that every event has. */
static const struct {
	const char *name;
	struct field_type type;
} common[] = {
	{ "comm", { "comm", FIELD_STRING, 0, "string" } },
	{ "tid", { "common_pid", FIELD_SIGNED, 32, "s32" } },
	{ "common_pid", { "common_pid", FIELD_SIGNED, 32, "s32" } },
	{ "cpu", { "CPU", FIELD_UNSIGNED, 32, "u32" } },
};

static void type_of(const struct def_arg *arg, struct field_type *ret)
{
	static const enum field_kind kinds[] = {
		[ARG_UNSIGNED] = FIELD_UNSIGNED, [ARG_SIGNED] = FIELD_SIGNED,
		[ARG_HEX] = FIELD_UNSIGNED,	 [ARG_CHAR] = FIELD_UNSIGNED,
		[ARG_BITFIELD] = FIELD_UNSIGNED, [ARG_STRING] = FIELD_STRING,
		[ARG_OTHER] = FIELD_UNSIGNED,
	};
	struct arg_type type = arg_type_of(arg);

	*ret = (struct field_type){
		.name = arg->name,
		.kind = type.is_array ? FIELD_OTHER : kinds[type.kind],
		.bits = type.bits,
		.type = arg->type ? arg->type : "x64",
	};
}

/* Shown as something that is made of several fields, none of which is it. */
static bool is_composed(const struct definition *d, const char *name)
{
	for (size_t i = 0; d->show && i < d->show->n; i++) {
		const struct show_field *f = &d->show->fields[i];

		if (strcmp(f->name, name) == 0)
			return f->as == SHOW_COUNTED || f->as == SHOW_BYTES ||
			       f->as == SHOW_REGS;
	}
	return false;
}

static bool find_field(const struct definition *d, const char *name, struct field_type *ret)
{
	const struct def_arg *arg = definition_find_arg(d, name);

	if (arg) {
		type_of(arg, ret);
		if (is_composed(d, name))
			ret->kind = FIELD_OTHER;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (strcmp(common[i].name, name) == 0) {
			*ret = common[i].type;
			return true;
		}
	return false;
}

static int fail_at(struct making *m, struct span at)
{
	return err_at(m->err, m->expr->origin, at);
}

static int unknown_field(struct making *m, const struct filter_item *item)
{
	struct text_nearest near = { .word = item->field, .max = 1 };
	auto_buf names = BUF_INIT;

	if (strcmp(item->field, "pid") == 0) {
		err_set(m->err, EINVAL, "in a filter, pid would be one thread, not the process");
		err_hint(m->err, "a process is chosen with -p PID; one thread is tid == ...");
		return fail_at(m, item->at);
	}
	err_set(m->err, EINVAL, "the event has no field '%s'", item->field);
	for (size_t i = 0; i < m->d->n_args; i++) {
		const char *name = m->d->args[i].name;

		if (name_is_hidden(name))
			continue;
		text_nearest_offer(&near, name);
		buf_addf(&names, "%s, ", name);
	}
	text_nearest_offer(&near, "comm");
	if (near.n)
		err_hint(m->err, "did you mean %s?", near.found[0]);
	else
		err_hint(m->err, "there are %scomm, tid, cpu", buf_str(&names));
	return fail_at(m, item->at);
}

static int check_op(struct making *m, const struct filter_item *item,
		    const struct field_type *f)
{
	bool for_both = strcmp(item->op, "==") == 0 || strcmp(item->op, "!=") == 0;
	bool for_strings = strcmp(item->op, "~") == 0;

	if (f->kind == FIELD_OTHER) {
		err_set(m->err, EINVAL, "the kernel cannot compare %s: it is an array, or made of "
					"several fields", item->field);
		err_hint(m->err, "compare a part: c=+0(arg1):u8 ... if c == 'G'");
		return fail_at(m, item->at);
	}
	if (for_both || for_strings == (f->kind == FIELD_STRING))
		return 0;
	err_set(m->err, EINVAL, "%s is %s: %s does not fit", item->field,
		f->kind == FIELD_STRING ? "a string" : "a number", item->op);
	err_hint(m->err, f->kind == FIELD_STRING ? "== and != compare, ~ matches a pattern"
						 : "== != < <= > >= compare, & tests bits");
	return fail_at(m, item->op_at);
}

/* A number, or a word that stands for one. */
static bool value_number(const struct filter_item *item, uint64_t *ret, bool *ret_negative)
{
	const char *s = item->value;
	int64_t n;

	if (item->quote) {
		if (item->quote != '\'' || strlen(s) != 1)
			return false;
		*ret = (unsigned char)*s;
		return true;
	}
	*ret_negative = *s == '-';
	if (num_parse_u64(s + *ret_negative, strlen(s + *ret_negative), ret))
		return !*ret_negative || *ret <= (uint64_t)INT64_MAX + 1;
	if (strcmp(s, "true") == 0 || strcmp(s, "false") == 0 || strcmp(s, "NULL") == 0) {
		*ret = strcmp(s, "true") == 0;
		return true;
	}
	if (!constant_number(s + *ret_negative, &n))
		return false;
	*ret = (uint64_t)n;
	return true;
}

static bool is_hex(const struct filter_item *item)
{
	return !item->quote && item->value[0] == '0' && (item->value[1] | 0x20) == 'x';
}

static int out_of_range(struct making *m, const struct filter_item *item,
			const struct field_type *f, bool negative)
{
	err_set(m->err, ERANGE, "%s is %s%u: it is never %s", item->field,
		f->kind == FIELD_SIGNED ? "s" : "u", f->bits, item->value);
	if (negative)
		err_hint(m->err, "an unsigned field is not negative; make it signed: %s=...:s%u",
			 item->field, f->bits > 32 ? 32 : f->bits);
	else
		err_hint(m->err, "the kernel would compare the lower %u bits without a word",
			 f->bits);
	return fail_at(m, item->value_at);
}

static int add_number(struct making *m, const struct filter_item *item,
		      const struct field_type *f)
{
	bool negative = false, fits;
	uint64_t n, max;

	if (!value_number(item, &n, &negative)) {
		err_set(m->err, EINVAL, "%s is a number, '%s' is none", item->field, item->value);
		err_hint(m->err, "12, -1, 0x1f, 'c', true, NULL, EAGAIN or SIGTERM; a string is "
				 "asked for with :string");
		return fail_at(m, item->value_at);
	}
	max = f->bits == 64 ? UINT64_MAX : ((uint64_t)1 << f->bits) - 1;
	/* Hex is the bits of a signed field as well as its value. */
	if (negative)
		fits = f->kind == FIELD_SIGNED && n <= max / 2 + 1;
	else
		fits = n <= (f->kind == FIELD_SIGNED && !(is_hex(item) && f->bits < 64) ? max / 2
											: max);
	if (!fits && !(negative && n == 0))
		return out_of_range(m, item, f, negative);
	if (f->kind == FIELD_UNSIGNED && n == 0 && strcmp(item->op, "<") == 0)
		return out_of_range(m, item, f, true);
	/* As it was written, if it is a plain number: that is what `cat filter` shows. */
	if (!item->quote && isdigit((unsigned char)item->value[negative]))
		buf_adds(&m->text, n ? item->value : "0");
	else
		buf_addf(&m->text, "%s%" PRIu64, negative ? "-" : "", n);
	return 0;
}

static void add_string(struct making *m, const struct filter_item *item)
{
	char quote = strchr(item->value, '"') ? '\'' : '"';

	buf_addf(&m->text, "%c%s%c", quote, item->value, quote);
}

static void token(struct making *m, struct span at)
{
	struct filter *f = m->filter;

	f->tokens = xgrow(f->tokens, f->n_tokens, sizeof(*f->tokens));
	f->tokens[f->n_tokens++] = (struct filter_token){ m->text.len, at };
}

static int add_test(struct making *m, const struct filter_item *item)
{
	struct field_type f;
	int rc;

	if (!find_field(m->d, item->field, &f))
		return unknown_field(m, item);
	rc = check_op(m, item, &f);
	if (rc < 0)
		return rc;
	token(m, item->at);
	buf_adds(&m->text, f.name);
	token(m, item->op_at);
	buf_addf(&m->text, " %s ", item->op);
	token(m, item->value_at);
	if (f.kind != FIELD_STRING)
		return add_number(m, item, &f);
	add_string(m, item);
	return 0;
}

static int add_item(struct making *m, const struct filter_item *item)
{
	static const char *const texts[] = {
		[ITEM_AND] = " && ", [ITEM_OR] = " || ", [ITEM_NOT] = "!",
		[ITEM_OPEN] = "(",   [ITEM_CLOSE] = ")",
	};

	if (item->kind == ITEM_TEST)
		return add_test(m, item);
	/* Between terms, of which the first may be another event's. */
	if (item->kind == ITEM_AND && !m->text.len)
		return 0;
	token(m, item->at);
	buf_adds(&m->text, texts[item->kind]);
	return 0;
}

bool filter_term_fits(const struct filter_expr *e, size_t term, const struct definition *d)
{
	struct field_type f;

	for (size_t i = 0; i < e->n; i++)
		if (e->items[i].kind == ITEM_TEST && e->items[i].term == term &&
		    !find_field(d, e->items[i].field, &f))
			return false;
	return true;
}

static int make(struct making *m, const bool *wanted)
{
	for (size_t i = 0; i < m->expr->n; i++) {
		const struct filter_item *item = &m->expr->items[i];
		int rc;

		if (wanted && !wanted[item->term])
			continue;
		rc = add_item(m, item);
		if (rc < 0)
			return rc;
	}
	if (m->text.len <= MAX_TEXT)
		return 0;
	err_set(m->err, E2BIG, "the filter is too long: %zu bytes, at most %d", m->text.len,
		MAX_TEXT);
	return fail_at(m, filter_term_at(m->expr, 0));
}

int filter_make(const struct filter_expr *e, const struct definition *d, const bool *wanted,
		struct filter **ret, struct err *err)
{
	struct making m = { .expr = e, .d = d, .err = err };
	int rc;

	m.filter = xcalloc(1, sizeof(*m.filter));
	rc = make(&m, wanted);
	m.filter->text = buf_steal(&m.text);
	if (rc < 0 || !*m.filter->text) {
		filter_free(m.filter);
		m.filter = NULL;
	}
	if (rc == 0)
		*ret = m.filter;
	return rc;
}

struct span filter_locate(const struct filter *f, struct span in_text)
{
	struct span at = { 0, 0 };

	for (size_t i = 0; i < f->n_tokens && (!i || f->tokens[i].from <= in_text.from); i++)
		at = f->tokens[i].at;
	return at;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	free(f->text);
	free(f->tokens);
	free(f);
}
