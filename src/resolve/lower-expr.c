/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions: what the user wrote, in the kernel's words for the target's machine. */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/symtab.h"
#include "resolve/lower-private.h"

static int lower(struct lowering *l, const struct fetch *f, struct buf *b);

int lower_refuse(struct lowering *l, struct span at, const char *msg)
{
	err_set(l->err, EINVAL, "%s", msg);
	return err_at(l->err, &l->spec->origin, at);
}

unsigned lower_word_bits(const struct lowering *l)
{
	return l->abi ? l->abi->word * 8U : 64;
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

static int lower_reg(struct lowering *l, const struct fetch *f, struct buf *b)
{
	const char *name = l->abi ? abi_reg(l->abi, f->name, &l->reg_bits) : f->name;

	if (!l->abi || name) {
		buf_addf(b, "%%%s", name);
		return 0;
	}
	err_set(l->err, EINVAL, "%s has no register '%s'", l->abi->name, f->name);
	hint_reg(l->abi, f->name, l->err);
	return err_at(l->err, &l->spec->origin, f->at);
}

/* Big-endian ppc64 calls through descriptors and lays its stack out otherwise. */
static bool is_elfv1(const struct elffile *elf)
{
	return elf->machine == EM_PPC64 && elf->data == ELFDATA2MSB;
}

static int no_convention(struct lowering *l, const struct fetch *f)
{
	auto_free char *machine = elffile_machine_name(l->env->elf);

	err_set(l->err, ENOTSUP, "the calling convention of %s%s is not known", machine,
		is_elfv1(l->env->elf) ? ", big-endian," : "");
	err_hint(l->err, "name the register: %%REG");
	return err_at(l->err, &l->spec->origin, f->at);
}

/*
 * C extends what is narrower than a word to one, so on big-endian machines a value on the
 * stack is the word's end. Go lays it out as in a structure, at the word's beginning.
 */
static unsigned skip_in_word(const struct lowering *l, const struct fetch *f)
{
	unsigned bytes = l->value_bits / 8;

	if (f != l->arg->expr || !bytes || bytes >= l->abi->word || l->convention.is_go ||
	    l->env->elf->data != ELFDATA2MSB)
		return 0;
	return l->abi->word - bytes;
}

static int lower_arg_n(struct lowering *l, const struct fetch *f, struct buf *b)
{
	if (l->kind == 'r') {
		lower_refuse(l, f->at,
			     "at a return the argument registers hold something else by then");
		return err_hint(l->err, "a pair records both: pr:... arg%" PRId64 " retval",
				f->num);
	}
	if (!l->env->is_entry) {
		lower_refuse(l, f->at,
			     "argN is known at a function's first instruction only; this probe "
			     "is not at one");
		return err_hint(l->err,
				"name the register or the stack slot: %%REG, +OFFSET(%%REG)");
	}
	if (!l->abi || is_elfv1(l->env->elf))
		return no_convention(l, f);
	abi_format_arg(l->abi, l->convention.call, f->num, skip_in_word(l, f), b);
	return 0;
}

static int lower_caller(struct lowering *l, const struct fetch *f, struct buf *b)
{
	if (l->kind == 'r')
		return lower_refuse(l, f->at, "a return event already says where it returns to");
	if (!l->env->is_entry)
		return lower_refuse(l, f->at, "the caller is known at a function's first "
					      "instruction only");
	if (!l->abi)
		return no_convention(l, f);
	abi_format_caller(l->abi, b);
	return 0;
}

/* @NAME@FILE.c picks one of several statics. */
static bool is_from(const struct symbol *s, const char *file)
{
	return !file || (s->file && (strcmp(s->file, file) == 0 ||
				     strcmp(text_base_name(s->file), file) == 0));
}

static int several_globals(struct lowering *l, const struct fetch *f, const char *name,
			   const struct symbol *const *found, size_t n)
{
	err_set(l->err, EEXIST, "'%s' is several variables of %s; pick one", f->name,
		l->env->elf->path);
	for (size_t i = 0; i < n; i++)
		if (!found[i]->is_undefined && found[i]->file)
			err_detail(l->err, "@%s@%s", name, found[i]->file);
	return err_at(l->err, &l->spec->origin, f->at);
}

/* The variables whose names are nearest. */
static void hint_global(struct elffile *elf, const char *name, struct err *err)
{
	struct text_nearest near = { .word = name, .max = 3 };
	const struct symbol *all = NULL;
	auto_buf names = BUF_INIT;
	size_t n = 0;

	if (symtab_all(elf, &all, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (all[i].type == SYMBOL_OBJECT && !all[i].is_undefined)
			text_nearest_offer(&near, all[i].name);
	for (unsigned i = 0; i < near.n && near.distance[i] == near.distance[0]; i++)
		buf_addf(&names, "%s@%s", i ? " or " : "", near.found[i]);
	if (near.n)
		err_hint(err, "did you mean %s?", buf_str(&names));
}

static int no_global(struct lowering *l, const struct fetch *f, const char *name,
		     bool is_import)
{
	err_set(l->err, ENOENT, is_import ? "'%s' is a variable of another file; %s imports it" :
					    "no symbol '%s' is defined in %s",
		f->name, l->env->elf->path);
	if (is_import)
		err_hint(l->err, "only variables of the probed file itself can be read");
	else if (l->err)
		hint_global(l->env->elf, name, l->err);
	return err_at(l->err, &l->spec->origin, f->at);
}

/* The one symbol among those of the name; several at one address are one. */
static int pick_global(struct lowering *l, const struct fetch *f, const char *name,
		       const char *file, const struct symbol **ret)
{
	auto_free const struct symbol **found = NULL;
	const struct symbol *first = NULL;
	bool is_import = false;
	size_t n;
	int rc = symtab_find(l->env->elf, name, &found, &n, l->err);

	if (rc < 0)
		return err_at(l->err, &l->spec->origin, f->at);
	for (size_t i = 0; i < n; i++) {
		is_import = is_import || found[i]->is_undefined;
		if (found[i]->is_undefined || !is_from(found[i], file))
			continue;
		if (first && first->vaddr != found[i]->vaddr)
			return several_globals(l, f, name, found, n);
		first = found[i];
	}
	*ret = first;
	return first ? 0 : no_global(l, f, name, is_import);
}

static int global_vaddr(struct lowering *l, const struct fetch *f, uint64_t *ret)
{
	const char *at = strchr(f->name, '@');
	auto_free char *name = xstrndup(f->name, at ? (size_t)(at - f->name) : strlen(f->name));
	const struct symbol *symbol = NULL;
	int rc = pick_global(l, f, name, at ? at + 1 : NULL, &symbol);

	if (!symbol)
		return rc < 0 ? rc : -ENOENT;
	/* No register the kernel shows holds the thread's base. */
	if (symbol->type == SYMBOL_OTHER)
		return lower_refuse(l, f->at, "a thread-local variable cannot be read: each "
					      "thread has its own, where the kernel does not look");
	*ret = symbol->vaddr;
	return 0;
}

/* The kernel counts @+N from the text's load bias, not in the file (R6, ELF rule 10). */
static int lower_symbol(struct lowering *l, const struct fetch *f, struct buf *b)
{
	uint64_t vaddr = 0, bias;
	int64_t n;
	int rc = global_vaddr(l, f, &vaddr);

	if (rc < 0)
		return rc;
	if (!elffile_text_bias(l->env->elf, l->env->offset, &bias))
		return lower_refuse(l, f->at, "the probed place is in no executable segment");
	n = (int64_t)(vaddr + (uint64_t)f->num - bias);
	if (n < 0)
		buf_addf(b, "@+-0x%" PRIx64, (uint64_t)0 - (uint64_t)n);
	else
		buf_addf(b, "@+0x%" PRIx64, (uint64_t)n);
	return 0;
}

bool lower_is_read(const struct lowering *l, const struct fetch *f)
{
	switch (f->op) {
	case FETCH_DEREF:
	case FETCH_MEMBER:
	case FETCH_STACK_N:
	case FETCH_FILE_OFFS:
	case FETCH_ADDR:
	case FETCH_SYMBOL:
		return true;
	case FETCH_ARG:
		return l->abi && abi_arg_on_stack(l->convention.call, f->num);
	case FETCH_CALLER:
		return l->abi && !l->abi->link;
	default:
		return false;
	}
}

/* A 64-bit kernel takes 8 bytes for a pointer where a 32-bit program has 4 (kernel-facts 1.4). */
static int check_follow(struct lowering *l, const struct fetch *f)
{
	auto_buf text = BUF_INIT;

	if (!l->env->features || !l->env->features->is_64bit || lower_word_bits(l) == 64 ||
	    !lower_is_read(l, f->inner))
		return 0;
	fetch_format(f->inner, &text);
	err_set(l->err, ENOTSUP, "a 64-bit kernel cannot follow a pointer in the memory of a "
				 "32-bit program: it reads 8 bytes there, not 4");
	err_hint(l->err, "the pointer itself can be shown, %s:ptr, and one in a register "
			 "followed: +0(%%ax)", buf_str(&text));
	return err_at(l->err, &l->spec->origin, f->at);
}

static int lower_deref(struct lowering *l, const struct fetch *f, struct buf *b)
{
	bool has_u = f->is_user && (!l->env->features || l->env->features->user_deref);
	const char *digits = f->num_text ? f->num_text : "";
	int rc = check_follow(l, f);

	if (rc < 0)
		return rc;
	buf_addf(b, "%c%s", f->num < 0 ? '-' : '+', has_u ? "u" : "");
	if (f->num_text)
		buf_adds(b, digits + strspn(digits, "+-"));
	else
		buf_addf(b, "%" PRIu64, f->num < 0 ? 0 - (uint64_t)f->num : (uint64_t)f->num);
	buf_addc(b, '(');
	rc = lower(l, f->inner, b);
	buf_addc(b, ')');
	l->reg_bits = 0; /* what is read is memory, whatever the register's width */
	return rc;
}

/* $retval may be the negated value where a flag of system calls is set (kernel-facts 2). */
static int lower_retval(struct lowering *l, const struct fetch *f, struct buf *b)
{
	if (l->kind == 'p')
		return lower_refuse(l, f->at, "an entry has no return value yet: r:... has it, "
					      "pr:... shows both");
	if (l->abi && l->abi->ret)
		buf_addf(b, "%%%s", l->abi->ret);
	else
		buf_adds(b, "$retval");
	return 0;
}

static int lower(struct lowering *l, const struct fetch *f, struct buf *b)
{
	switch (f->op) {
	case FETCH_REG:
		return lower_reg(l, f, b);
	case FETCH_ARG:
		return lower_arg_n(l, f, b);
	case FETCH_CALLER:
		return lower_caller(l, f, b);
	case FETCH_SYMBOL:
		return lower_symbol(l, f, b);
	case FETCH_DEREF:
	case FETCH_MEMBER:
		return lower_deref(l, f, b);
	case FETCH_RETVAL:
		return lower_retval(l, f, b);
	default:
		fetch_format(f, b);
		return 0;
	}
}

char *lower_expr(struct lowering *l, const struct fetch *f)
{
	auto_buf text = BUF_INIT;

	l->reg_bits = 0;
	return lower(l, f, &text) < 0 ? NULL : buf_steal(&text);
}
