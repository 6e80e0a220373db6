/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/symtab.h"
#include "probe/abi.h"
#include "probe/name.h"
#include "resolve/lower.h"
#include "resolve/older.h"

struct lowering {
	const struct lower_env *env;
	const struct spec *spec;
	const struct abi *abi; /* NULL: a machine without a table */
	char kind;
	unsigned reg_bits; /* of the register name last lowered: %edi is 32 bits of %di */
};

static int lower(struct lowering *l, const struct fetch *f, struct buf *b, struct err *err);

static int refuse(const struct lowering *l, struct span at, struct err *err, const char *msg)
{
	err_set(err, EINVAL, "%s", msg);
	return err_at(err, &l->spec->origin, at);
}

/* The assembler's names first: who types %rdo has %rdi in mind, not the kernel's %di. */
static void hint_reg(const struct abi *abi, const char *name, struct err *err)
{
	struct text_nearest near = { .word = name, .max = 3 };
	auto_buf names = BUF_INIT;

	for (const struct abi_alias *a = abi->aliases; a->name; a++)
		text_nearest_offer(&near, a->name);
	for (const char *const *r = abi->regs; *r; r++)
		text_nearest_offer(&near, *r);
	for (unsigned i = 0; i < near.n && near.distance[i] == near.distance[0]; i++)
		buf_addf(&names, "%s%%%s", i ? " or " : "", near.found[i]);
	if (abi_knows_reg(name))
		err_hint(err, "that is another machine's; argN is the N-th argument on each");
	else if (near.n)
		err_hint(err, "did you mean %s?", buf_str(&names));
	else
		err_hint(err, "argN is the N-th argument, whatever register it is in");
}

static int lower_reg(struct lowering *l, const struct fetch *f, struct buf *b,
		     struct err *err)
{
	const char *name = f->name;

	if (l->abi)
		name = abi_reg(l->abi, f->name, &l->reg_bits);
	if (name) {
		buf_addf(b, "%%%s", name);
		return 0;
	}
	err_set(err, EINVAL, "%s has no register '%s'", l->abi->name, f->name);
	hint_reg(l->abi, f->name, err);
	return err_at(err, &l->spec->origin, f->at);
}

static int lower_arg_n(struct lowering *l, const struct fetch *f, struct buf *b,
		       struct err *err)
{
	if (l->kind == 'r') {
		refuse(l, f->at, err,
		       "at a return the argument registers hold something else by then");
		return err_hint(err, "a pair records both: pr:… arg%" PRId64 " retval", f->num);
	}
	if (!l->env->is_entry) {
		refuse(l, f->at, err,
		       "argN is known at a function's first instruction only; this probe is "
		       "not at one");
		return err_hint(err, "name the register or the stack slot: %%REG, +OFFSET(%%REG)");
	}
	if (!l->abi) {
		auto_free char *machine = elffile_machine_name(l->env->elf);

		err_set(err, ENOTSUP, "the calling convention of %s is not known", machine);
		err_hint(err, "name the register: %%REG");
		return err_at(err, &l->spec->origin, f->at);
	}
	abi_format_arg(l->abi, f->num, b);
	return 0;
}

static int lower_caller(struct lowering *l, const struct fetch *f, struct buf *b,
			struct err *err)
{
	if (l->kind == 'r')
		return refuse(l, f->at, err, "a return event already says where it returns to");
	if (!l->env->is_entry || !l->abi)
		return refuse(l, f->at, err,
			      "the caller is known at a function's first instruction only");
	abi_format_caller(l->abi, b);
	return 0;
}

/* The one address of a global; several different ones are an error. */
static int global_vaddr(struct lowering *l, const struct fetch *f, uint64_t *ret,
			struct err *err)
{
	auto_free const struct symbol **found = NULL;
	const struct symbol *first = NULL;
	size_t n;
	int rc = symtab_find(l->env->elf, f->name, &found, &n, err);

	if (rc < 0)
		return err_at(err, &l->spec->origin, f->at);
	for (size_t i = 0; i < n; i++) {
		if (found[i]->is_undefined)
			continue;
		if (first && first->vaddr != found[i]->vaddr) {
			err_set(err, EEXIST, "'%s' is several variables of %s", f->name,
				l->env->elf->path);
			return err_at(err, &l->spec->origin, f->at);
		}
		first = found[i];
	}
	if (!first) {
		err_set(err, ENOENT, "no symbol '%s' is defined in %s", f->name,
			l->env->elf->path);
		return err_at(err, &l->spec->origin, f->at);
	}
	*ret = first->vaddr;
	return 0;
}

/* The kernel counts @+N from the text's load bias, not in the file (R6, ELF rule 10). */
static int lower_symbol(struct lowering *l, const struct fetch *f, struct buf *b,
			struct err *err)
{
	uint64_t vaddr = 0, bias;
	int64_t n;
	int rc = global_vaddr(l, f, &vaddr, err);

	if (rc < 0)
		return rc;
	if (!elffile_text_bias(l->env->elf, l->env->offset, &bias))
		return refuse(l, f->at, err, "the probed place is in no executable segment");
	n = (int64_t)(vaddr + (uint64_t)f->num - bias);
	if (n < 0)
		buf_addf(b, "@+-0x%" PRIx64, (uint64_t)0 - (uint64_t)n);
	else
		buf_addf(b, "@+0x%" PRIx64, (uint64_t)n);
	return 0;
}

static int lower_deref(struct lowering *l, const struct fetch *f, struct buf *b,
		       struct err *err)
{
	const char *user = f->is_user && (!l->env->features || l->env->features->user_deref)
				   ? "u"
				   : "";
	int rc;

	if (f->num_text)
		buf_addf(b, "%c%s%s(", f->num_text[0] == '-' || f->num_text[0] == '+' ?
						f->num_text[0] : '+',
			 user, f->num_text + strspn(f->num_text, "+-"));
	else
		buf_addf(b, "%c%s%" PRIu64 "(", f->num < 0 ? '-' : '+', user,
			 f->num < 0 ? 0 - (uint64_t)f->num : (uint64_t)f->num);
	rc = lower(l, f->inner, b, err);
	buf_addc(b, ')');
	l->reg_bits = 0; /* what is read is memory, whatever the register's width */
	return rc;
}

static int lower(struct lowering *l, const struct fetch *f, struct buf *b, struct err *err)
{
	switch (f->op) {
	case FETCH_REG:
		return lower_reg(l, f, b, err);
	case FETCH_ARG:
		return lower_arg_n(l, f, b, err);
	case FETCH_CALLER:
		return lower_caller(l, f, b, err);
	case FETCH_SYMBOL:
		return lower_symbol(l, f, b, err);
	case FETCH_DEREF:
	case FETCH_MEMBER:
		return lower_deref(l, f, b, err);
	case FETCH_RETVAL:
		if (l->kind == 'p')
			return refuse(l, f->at, err, "an entry has no return value yet: "
						     "r:… has it, pr:… shows both");
		break;
	case FETCH_REGS:
		return refuse(l, f->at, err, "'regs' is not in this version; name the registers");
	default:
		break;
	}
	fetch_format(f, b);
	return 0;
}

/* The value behind a pointer that `retval` or an argN holds. */
static void wrap_deref(struct buf *b)
{
	auto_free char *inner = buf_steal(b);

	buf_addf(b, "+0(%s)", inner);
}

static bool is_pointer_word(const struct fetch *f)
{
	return f->op == FETCH_ARG || f->op == FETCH_RETVAL;
}

/* The type as the kernel is told; may wrap the expression. NULL: none. */
static int lower_type(struct lowering *l, const struct fetch_arg *arg, struct buf *expr,
		      char **ret, struct err *err)
{
	const struct features *f = l->env->features;
	struct fetch_type t = arg->type;
	char hex = older_lacks(f, f && f->type_hex) ? 'u' : 'x';
	auto_buf text = BUF_INIT;

	if (t.base == TYPE_HEX && !t.bits) /* "hex": of whatever width a word has */
		t.bits = l->abi ? l->abi->word * 8 : 64;
	if (older_type(f, &t, err) < 0)
		return err_at(err, &l->spec->origin, t.at);
	switch (t.base) {
	case TYPE_NONE:
		if (l->reg_bits && l->reg_bits < 64)
			buf_addf(&text, "%c%u", hex, l->reg_bits);
		else if (l->abi && l->abi->word == 4 && arg->expr->op != FETCH_COMM)
			buf_addf(&text, "%c32", hex);
		break;
	case TYPE_STRING:
	case TYPE_USTRING:
		if (is_pointer_word(arg->expr))
			wrap_deref(expr);
		fetch_type_format(&t, &text);
		break;
	case TYPE_POINTEE:
		wrap_deref(expr);
		t.base = t.of;
		fetch_type_format(&t, &text);
		break;
	case TYPE_PTR:
		buf_addf(&text, "%c%u", hex, l->abi ? l->abi->word * 8 : 64);
		break;
	case TYPE_HEX: case TYPE_UINT: case TYPE_SINT: case TYPE_CHAR: case TYPE_BITFIELD:
	case TYPE_SYMBOL: case TYPE_SYMSTR:
		fetch_type_format(&t, &text);
		break;
	default:
		return refuse(l, t.at, err, "this type is not in this version");
	}
	*ret = text.len ? buf_steal(&text) : NULL;
	return 0;
}

static bool belongs(const struct lowering *l, const struct fetch_arg *arg)
{
	bool of_return = fetch_arg_uses(arg, FETCH_RETVAL);

	return spec_effective_kind(l->spec) != SPEC_PAIR || of_return == (l->kind == 'r');
}

/* The name an argument has by what it is; NULL for raw forms. Heap. */
static char *own_name(const struct fetch_arg *arg)
{
	const struct fetch *f = arg->expr;

	if (arg->name)
		return xstrdup(arg->name);
	switch (f->op) {
	case FETCH_ARG:
		return xasprintf("arg%" PRId64, f->num);
	case FETCH_RETVAL:
		return xstrdup("retval");
	case FETCH_CALLER:
		return xstrdup("caller");
	case FETCH_COMM:
		return xstrdup("comm");
	case FETCH_STACK:
		return xstrdup("stack");
	case FETCH_STACK_N:
		return xasprintf("stack%" PRId64, f->num);
	case FETCH_SYMBOL:
		return name_from_symbol(f->name, NAME_MAX_EVENT - NAME_MAX_ARG);
	default:
		return NULL;
	}
}

/* Whether another argument of the spec is called that by itself. */
static bool name_taken(const struct spec *spec, const char *name, const struct fetch_arg *not)
{
	for (size_t i = 0; i < spec->n_args; i++) {
		auto_free char *own = own_name(&spec->args[i]);

		if (&spec->args[i] != not && own && strcmp(own, name) == 0)
			return true;
	}
	return false;
}

/* Raw forms keep the kernel's positional name, argK, unless an argN has taken it. */
static char *argument_name(const struct spec *spec, const struct fetch_arg *arg, size_t position)
{
	char *name = own_name(arg);

	if (name)
		return name;
	name = xasprintf("arg%zu", position);
	if (!name_taken(spec, name, arg))
		return name;
	free(name);
	if (arg->expr->op == FETCH_REG && name_is_ident(arg->expr->name, strlen(arg->expr->name)) &&
	    !name_taken(spec, arg->expr->name, arg))
		return xstrdup(arg->expr->name);
	return xasprintf("v%zu", position);
}

static int lower_one(struct lowering *l, const struct fetch_arg *arg, size_t position,
		     struct def_arg *ret, struct err *err)
{
	struct span at = arg->at;
	auto_buf expr = BUF_INIT;
	int rc;

	l->reg_bits = 0;
	if (older_expr(l->env->features, arg->expr, &at, err) < 0)
		return err_at(err, &l->spec->origin, at);
	rc = lower(l, arg->expr, &expr, err);
	if (rc == 0)
		rc = lower_type(l, arg, &expr, &ret->type, err);
	if (rc < 0)
		return rc;
	ret->name = argument_name(l->spec, arg, position);
	ret->name_from = (struct source){ arg->name ? arg->name_at : arg->at, !arg->name };
	ret->expr = buf_steal(&expr);
	ret->expr_from = (struct source){ arg->expr->at, false };
	ret->type_from = (struct source){ arg->type.base ? arg->type.at : arg->at,
					  arg->type.base == TYPE_NONE };
	return 0;
}

static int check_duplicate(const struct lowering *l, const struct definition *d,
			   const struct fetch_arg *arg, struct err *err)
{
	const char *name = d->args[d->n_args - 1].name;

	for (size_t i = 0; i + 1 < d->n_args; i++)
		if (strcmp(d->args[i].name, name) == 0) {
			err_set(err, EINVAL, "two arguments are called '%s'", name);
			err_hint(err, "give one of them another name: NAME=…");
			return err_at(err, &l->spec->origin, arg->at);
		}
	return 0;
}

int lower_args(const struct lower_env *env, const struct spec *spec, struct definition *d,
	       struct err *err)
{
	struct lowering l = {
		.env = env,
		.spec = spec,
		.abi = abi_find(env->elf->machine, env->elf->elf_class),
		.kind = d->kind,
	};

	for (size_t i = 0; i < spec->n_args; i++) {
		const struct fetch_arg *arg = &spec->args[i];
		struct def_arg lowered = { 0 };
		int rc;

		if (!belongs(&l, arg))
			continue;
		rc = lower_one(&l, arg, d->n_args + 1, &lowered, err);
		if (rc < 0)
			return rc;
		d->args = xgrow(d->args, d->n_args, sizeof(*d->args));
		d->args[d->n_args++] = lowered;
		rc = check_duplicate(&l, d, arg, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
