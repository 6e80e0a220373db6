/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types: the fields an argument is recorded as. For an event that is watched they come with
 * hidden ones (`__…`), and the show says how all of them together are one value; an event that
 * stays in the kernel is shown by the kernel, so it gets the one field the kernel can show.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "probe/arg-type.h"
#include "probe/name.h"
#include "resolve/lower-private.h"
#include "resolve/older.h"

#define PIECE 64          /* MAX_ARRAY_LEN: items of one array, so bytes of one field */
#define DEFAULT_BYTES 64  /* of str() and bytes() */

static struct fetch *new_deref(const struct fetch *inner, int64_t off)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->op = FETCH_DEREF;
	f->num = off;
	f->at = inner->at;
	f->inner = fetch_copy(inner);
	return f;
}

static bool is_memory(const struct fetch *f)
{
	return f->op == FETCH_DEREF || f->op == FETCH_FILE_OFFS || f->op == FETCH_ADDR ||
	       f->op == FETCH_SYMBOL;
}

/* The memory an expression means: memory itself, else what the word points to. */
static struct fetch *memory_of(const struct fetch *f)
{
	return is_memory(f) ? fetch_copy(f) : new_deref(f, 0);
}

/* The memory `off` bytes further on. */
static struct fetch *memory_at(const struct fetch *memory, int64_t off)
{
	struct fetch *f = fetch_copy(memory);

	if (off) {
		f->num = (int64_t)((uint64_t)f->num + (uint64_t)off);
		free(f->num_text);
		f->num_text = NULL;
	}
	return f;
}

/* Takes `name` and `expr`. */
static void add_field(struct lowering *l, char *name, char *expr, const char *type)
{
	const struct fetch_arg *arg = l->arg;
	bool hidden = strcmp(name, l->name) != 0;
	struct definition *d = l->d;

	d->args = xgrow(d->args, d->n_args, sizeof(*d->args));
	d->args[d->n_args++] = (struct def_arg){
		.name = name,
		.expr = expr,
		.type = xstrdup_null(type),
		.name_from = { arg->name ? arg->name_at : arg->at, hidden || !arg->name },
		.expr_from = { arg->expr->at, hidden },
		.type_from = { arg->type.base ? arg->type.at : arg->at,
			       hidden || arg->type.base == TYPE_NONE },
	};
}

/* __p_NAME, or by number where that is too long. Heap. */
static char *hidden_name(const struct lowering *l, const char *prefix)
{
	char *name = xasprintf("__%s_%s", prefix, l->name);

	if (strlen(name) <= NAME_MAX_ARG)
		return name;
	free(name);
	return xasprintf("__%s_%zu", prefix, l->position);
}

/* A field of ours; *ret is its name, the definition's. */
static int add_hidden(struct lowering *l, const char *prefix, const struct fetch *f,
		      const char *type, const char **ret)
{
	char *expr = lower_expr(l, f);

	if (!expr)
		return l->err ? -l->err->code : -EINVAL;
	add_field(l, hidden_name(l, prefix), expr, type);
	*ret = l->d->args[l->d->n_args - 1].name;
	return 0;
}

static bool is_stack_pointer(const struct lowering *l, const struct fetch *f)
{
	return f->op == FETCH_STACK ||
	       (f->op == FETCH_REG && l->abi && strcmp(f->name, l->abi->sp) == 0);
}

/* Words that can be NULL; a constant or the stack is none. */
static bool is_pointer(const struct lowering *l, const struct fetch *f)
{
	return (f->op == FETCH_REG || f->op == FETCH_ARG || f->op == FETCH_RETVAL ||
		lower_is_read(l, f)) && !is_stack_pointer(l, f);
}

/*
 * Records what `memory` is read through, nearest first: a pointer in memory is read through
 * others in its turn. `prefix` names the nearest.
 */
static int add_pointers(struct lowering *l, struct show_field *show, const struct fetch *memory,
			const char *prefix)
{
	auto_free char *type = xasprintf("u%u", lower_word_bits(l));
	const struct fetch *f = memory->inner;

	for (unsigned level = 1; f && is_pointer(l, f) && l->room; level++, l->room--) {
		auto_free char *name = level == 1 ? xstrdup(prefix)
						  : xasprintf("%s%u", prefix, level);
		const char *field = "";
		int rc = add_hidden(l, name, f, type, &field);

		if (rc < 0)
			return rc;
		if (level == 1 && !show->pointer)
			show->pointer = xstrdup(field);
		else
			show_add_need(show, field);
		f = f->inner;
	}
	return 0;
}

/* Of the memory that holds the value; 0: it is an array. */
static unsigned value_bits(const char *type)
{
	struct arg_type t = arg_type_parse(type);

	return t.is_array ? 0 : (unsigned)t.size * 8;
}

/* The main field, and how it is shown: `as` and the pointers to `f`, if it is memory. */
static int add_shown(struct lowering *l, const struct fetch *f, const char *type,
		     enum show_as as, bool null_is_value)
{
	bool has_pointers = f->inner != NULL;
	struct show_field *show;
	char *expr;

	l->value_bits = type ? value_bits(type) : 0;
	expr = lower_expr(l, f);
	l->value_bits = 0;
	if (!expr)
		return l->err ? -l->err->code : -EINVAL;
	add_field(l, xstrdup(l->name), expr, type);
	if (!l->show || (as == SHOW_PLAIN && !has_pointers))
		return 0;
	show = show_add(l->show, l->name, as);
	show->null_is_value = null_is_value && f->num == 0;
	show->offset = f->num;
	show->not_user = l->abi ? l->abi->not_user : 0;
	return has_pointers ? add_pointers(l, show, f, "p") : 0;
}

/* uN where the kernel has no xN yet; how it is shown makes up for it. */
static char *hex_type(const struct lowering *l, unsigned bits, enum show_as *as)
{
	const struct features *f = l->env->features;
	bool has_hex = !older_lacks(f, f && f->type_hex);

	if (!has_hex && *as == SHOW_PLAIN)
		*as = SHOW_HEX;
	return xasprintf("%c%u", has_hex ? 'x' : 'u', bits);
}

/* Half of what was asked for would be missing, and the kernel would not say so. */
static int check_width(struct lowering *l, const struct fetch *f, unsigned bits)
{
	if (bits <= lower_word_bits(l) || lower_is_read(l, f) ||
	    (f->op != FETCH_ARG && f->op != FETCH_RETVAL))
		return 0;
	lower_refuse(l, l->arg->type.at, "a register of this program has 32 bits");
	if (f->op == FETCH_ARG)
		return err_hint(l->err,
				"a value of 64 bits is in two: arg%" PRId64 ":u32 arg%" PRId64
				":u32",
				f->num, f->num + 1);
	return err_hint(l->err, "retval:u32 is its lower half");
}

/* Numbers, characters and arrays of the kernel's own types. */
static int add_number(struct lowering *l, const struct fetch *f, struct fetch_type t)
{
	const struct features *has = l->env->features;
	enum show_as as = SHOW_PLAIN;
	auto_buf text = BUF_INIT;
	int rc;

	if (t.base == TYPE_HEX && !t.bits) /* "hex": of whatever width a word has */
		t.bits = lower_word_bits(l);
	rc = check_width(l, f, t.base == TYPE_BITFIELD ? 0 : t.bits);
	if (rc < 0)
		return rc;
	if (l->show && t.base == TYPE_CHAR && older_lacks(has, has && has->type_char)) {
		t.base = TYPE_UINT;
		t.bits = 8;
		as = SHOW_CHAR;
	} else if (l->show && t.base == TYPE_HEX && older_lacks(has, has && has->type_hex)) {
		as = SHOW_HEX;
	}
	if (older_type(has, &t, l->err) < 0)
		return err_at(l->err, &l->spec->origin, t.at);
	fetch_type_format(&t, &text);
	return add_shown(l, f, buf_str(&text), as, false);
}

static int add_pointee(struct lowering *l, const struct fetch *f)
{
	auto_fetch memory = new_deref(f, 0);
	struct fetch_type t = l->arg->type;

	t.base = t.of;
	return add_number(l, memory, t);
}

/* No type: a word, or as wide as the register's name says. */
static int add_untyped(struct lowering *l, const struct fetch *f)
{
	unsigned bits = l->abi && l->abi->word == 4 && f->op != FETCH_COMM ? 32 : 0;
	enum show_as as = f->op == FETCH_CALLER ? SHOW_CALLER : SHOW_PLAIN;
	auto_free char *expr = lower_expr(l, f), *type = NULL;

	if (!expr)
		return l->err ? -l->err->code : -EINVAL;
	if (l->reg_bits && l->reg_bits < 64)
		bits = l->reg_bits;
	if (bits)
		type = hex_type(l, bits, &as);
	return add_shown(l, f, type, as, false);
}

static int add_string(struct lowering *l, const struct fetch *f, struct fetch_type t)
{
	bool is_text = f->op == FETCH_COMM || f->op == FETCH_IMM_STR || f->op == FETCH_IMM;
	auto_fetch memory = is_text ? fetch_copy(f) : memory_of(f);
	auto_buf text = BUF_INIT;

	if (older_type(l->env->features, &t, l->err) < 0)
		return err_at(l->err, &l->spec->origin, t.at);
	fetch_type_format(&t, &text);
	return add_shown(l, memory, buf_str(&text), SHOW_TEXT, true);
}

/* libstdc++: the object begins with a pointer to the text, which ends in a NUL, and its length. */
static int add_std(struct lowering *l, const struct fetch *f)
{
	unsigned word = lower_word_bits(l) / 8;
	auto_fetch object = memory_of(f);
	auto_fetch text = new_deref(object, 0);
	auto_fetch length = memory_at(object, word);
	auto_free char *type = xasprintf("u%u", word * 8);
	const char *field = "";
	int rc = add_shown(l, text, "string", SHOW_TEXT, true);

	if (rc < 0 || !l->show)
		return rc;
	rc = add_hidden(l, "n", length, type, &field);
	if (rc == 0)
		l->show->fields[l->show->n - 1].length = xstrdup(field);
	return rc;
}

/* An event that stays: only a length the kernel can be told, and shown without us. */
static int add_kept_bytes(struct lowering *l, const struct fetch *memory)
{
	const struct fetch_type *t = &l->arg->type;
	bool is_text = t->base == TYPE_STR_LEN;
	struct fetch_type array = { .base = is_text ? TYPE_CHAR : TYPE_HEX, .at = t->at };

	if (t->len->op == FETCH_IMM && t->len->num <= PIECE) {
		array.bits = is_text ? 0 : 8;
		array.array = (unsigned)t->len->num;
		return add_number(l, memory, array);
	}
	lower_refuse(l, t->at, "the kernel cannot show this by itself, and an event that stays "
			       "is shown by the kernel");
	return err_hint(l->err, "trace does it; for one that stays record a fixed number of bytes, "
				"at most %d: %s(32)", PIECE, is_text ? "str" : "bytes");
}

/* The pieces behind the first, each a field of its own. */
static int add_pieces(struct lowering *l, const struct fetch *memory, uint64_t bytes)
{
	struct show_field *show = &l->show->fields[l->show->n - 1];

	for (uint64_t at = PIECE; at < bytes; at += PIECE) {
		uint64_t n = bytes - at < PIECE ? bytes - at : PIECE;
		auto_free char *type = xasprintf("u8[%" PRIu64 "]", n);
		auto_free char *prefix = xasprintf("d%" PRIu64, at / PIECE + 1);
		auto_fetch piece = memory_at(memory, (int64_t)at);
		const char *field = "";
		int rc = add_hidden(l, prefix, piece, type, &field);

		if (rc < 0)
			return rc;
		show_add_part(show, field, NULL);
	}
	return 0;
}

static int add_length(struct lowering *l)
{
	struct show_field *show = &l->show->fields[l->show->n - 1];
	const struct fetch *len = l->arg->type.len;
	auto_free char *type = xasprintf("u%u", lower_word_bits(l));
	const char *field = "";
	int rc = add_hidden(l, "n", len, type, &field);

	if (rc < 0)
		return rc;
	show->length = xstrdup(field);
	/* A length behind a NULL is none. `pointer` is taken already, if there is one. */
	return len->inner ? add_pointers(l, show, len, "l") : 0;
}

/* str(LEN), bytes(LEN): arrays of bytes, joined when shown, and the length beside them. */
static int add_counted(struct lowering *l, const struct fetch *f)
{
	const struct fetch_type *t = &l->arg->type;
	struct fetch_type first = { .base = TYPE_UINT, .bits = 8, .at = t->at };
	enum show_as as = t->base == TYPE_STR_LEN ? SHOW_COUNTED : SHOW_BYTES;
	bool is_fixed = t->len->op == FETCH_IMM;
	uint64_t bytes = t->max ? t->max : DEFAULT_BYTES;
	auto_free char *type = NULL;
	auto_fetch memory = memory_of(f);
	struct show_field *show;
	int rc;

	if (!l->show)
		return add_kept_bytes(l, memory);
	if (is_fixed && (!t->max || (uint64_t)t->len->num < bytes))
		bytes = t->len->num < FETCH_MAX_BYTES ? (uint64_t)t->len->num : FETCH_MAX_BYTES;
	first.array = bytes < PIECE ? (unsigned)bytes : PIECE;
	if (older_type(l->env->features, &first, l->err) < 0) {
		err_hint(l->err, "a text that ends in a NUL needs none: string");
		return err_at(l->err, &l->spec->origin, t->at);
	}
	type = xasprintf("u8[%u]", first.array);
	rc = add_shown(l, memory, type, as, true);
	if (rc < 0)
		return rc;
	show = &l->show->fields[l->show->n - 1];
	show->max_len = is_fixed ? (uint64_t)t->len->num : bytes;
	rc = add_pieces(l, memory, bytes);
	return rc < 0 || is_fixed ? rc : add_length(l);
}

/* Another name of the same register (ppc64's gpr3 is r3). */
static bool is_double(const struct abi *abi, size_t n)
{
	const char *name = abi->regs[n];

	return abi->machine == EM_PPC64 && text_starts(name, "gpr");
}

static void add_watched_reg(struct lowering *l, const char *name, const char *type, bool is_first)
{
	auto_free char *prefix = xasprintf("r_%s", name);
	char *field = is_first ? xstrdup(l->name) : hidden_name(l, prefix);

	show_add_part(&l->show->fields[l->show->n - 1], field, name);
	add_field(l, field, xasprintf("%%%s", name), type);
}

/* Every register: of a watched event one value, else a field each. */
static int add_regs(struct lowering *l)
{
	enum show_as as = SHOW_PLAIN;
	auto_free char *type = hex_type(l, lower_word_bits(l), &as);
	bool is_first = true;

	if (!l->abi)
		return lower_refuse(l, l->arg->at, "the registers of this machine are not known "
						   "here: name them, %REG");
	if (l->show)
		show_add(l->show, l->name, SHOW_REGS);
	for (size_t i = 0; l->abi->regs[i]; i++) {
		if (is_double(l->abi, i))
			continue;
		if (l->show)
			add_watched_reg(l, l->abi->regs[i], type, is_first);
		else
			add_field(l, xstrdup(l->abi->regs[i]),
				  xasprintf("%%%s", l->abi->regs[i]), type);
		is_first = false;
	}
	return 0;
}

/* Types that only say how a number is shown. `bits` 0: a word. */
static const struct display {
	enum fetch_type_base base;
	char sign;
	unsigned bits;
	enum show_as as;
} displays[] = {
	{ TYPE_BOOL, 'u', 8, SHOW_BOOL },    { TYPE_PTR, 'x', 0, SHOW_PTR },
	{ TYPE_OCT, 'u', 32, SHOW_OCT },     { TYPE_FD, 's', 32, SHOW_FD },
	{ TYPE_ERRNO, 's', 32, SHOW_ERRNO }, { TYPE_SIGNAL, 's', 32, SHOW_SIGNAL },
	{ TYPE_SYM, 'x', 0, SHOW_SYM },
};

static int add_display(struct lowering *l, const struct fetch *f, const struct display *how)
{
	unsigned bits = how->bits ? how->bits : lower_word_bits(l);
	enum show_as as = how->as;
	auto_free char *type = how->sign == 'x' ? hex_type(l, bits, &as)
						: xasprintf("%c%u", how->sign, bits);

	if (as == SHOW_SYM && f->op == FETCH_CALLER)
		as = SHOW_CALLER;
	return add_shown(l, f, type, as, false);
}

int lower_typed(struct lowering *l)
{
	const struct fetch *f = l->arg->expr;
	const struct fetch_type *t = &l->arg->type;

	for (size_t i = 0; i < ARRAY_SIZE(displays); i++)
		if (displays[i].base == t->base)
			return add_display(l, f, &displays[i]);
	switch (t->base) {
	case TYPE_NONE:
		return f->op == FETCH_REGS ? add_regs(l) : add_untyped(l, f);
	case TYPE_STRING:
	case TYPE_USTRING:
		return add_string(l, f, *t);
	case TYPE_POINTEE:
		return add_pointee(l, f);
	case TYPE_STR_LEN:
	case TYPE_BYTES:
		return add_counted(l, f);
	case TYPE_STD:
		return add_std(l, f);
	default:
		return add_number(l, f, *t);
	}
}
