/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/function.h"

struct lookup {
	const struct target *target;
	const char *typed; /* the TARGET as the user wrote it */
	const struct location *loc;
	bool is_return;
	bool force;
};

static bool selector_matches(const struct symbol *s, const char *at)
{
	if (!at)
		return true;
	if (strcmp(at, "@") == 0)
		return s->version && s->is_default;
	return (s->version && strcmp(s->version, at) == 0) ||
	       (s->file && strcmp(s->file, at) == 0);
}

static int no_such_symbol(const struct lookup *l, struct err *err)
{
	struct text_nearest near = { .word = l->loc->name, .max = 5 };
	const struct symbol *all;
	size_t n;
	int rc = symtab_all(l->target->elf, &all, &n, err);

	if (rc < 0)
		return rc;
	err_set(err, ENOENT, "no function '%s' in %s", l->loc->name, l->target->name);
	for (size_t i = 0; i < n; i++)
		if (all[i].is_code)
			text_nearest_offer(&near, all[i].name);
	for (unsigned i = 0; i < near.n; i++)
		err_detail(err, "%s:%s", l->typed, near.found[i]);
	return err_hint(err, near.n ? "the nearest names are shown; all of them: uprobe-ctl "
				      "symbols %s '*%s*'"
				    : "what can be probed: uprobe-ctl symbols %s '*%s*'",
			l->typed, l->loc->name);
}

/* No symbol of that name can be probed: says why, by the one that says most. */
static int not_code(const struct lookup *l, const struct symbol *s, struct err *err)
{
	uint64_t offset;

	if (s->is_undefined) {
		err_set(err, ENOENT, "%s only imports '%s'; it is defined in a library",
			l->target->name, s->name);
		return err_hint(err, "name the library: LIBRARY:%s (which: ldd %s)", s->name,
				l->target->name);
	}
	if (s->is_thumb)
		return err_set(err, ENOTSUP,
			       "'%s' is Thumb code: the kernel cannot probe that", s->name);
	if (s->type == SYMBOL_OBJECT) {
		err_set(err, EINVAL, "'%s' is data, not a function: a probe there would "
				     "change the program's data", s->name);
		return err_hint(err, "to see its value when a function is called: "
				     "%s:FUNCTION @%s:s32", l->typed, s->name);
	}
	if (elffile_vaddr_to_offset(l->target->elf, s->vaddr, &offset, err) < 0)
		return err_prefix(err, "'%s'", s->name);
	return err_set(err, EINVAL, "'%s' is not code", s->name);
}

static void describe(const struct lookup *l, const struct symbol *s, struct err *err)
{
	auto_buf word = BUF_INIT;

	buf_addf(&word, "%s:%s", l->typed, s->name);
	if (s->version)
		buf_addf(&word, "@%s", s->version);
	else if (s->file)
		buf_addf(&word, "@%s", s->file);
	else
		buf_addf(&word, "  or %s:*0x%" PRIx64, l->typed, s->vaddr);
	buf_pad(&word, ' ', 32);
	err_detail(err, "%s  0x%" PRIx64 "  %" PRIu64 " bytes  %s", buf_str(&word), s->offset,
		   s->size, symbol_bind_name(s->bind));
}

/* The different places of a name, ready to paste, under an error that is set already. */
static void list_candidates(const struct lookup *l, const struct symbol *const *syms,
			    size_t n, struct err *err)
{
	size_t different = 0;

	for (size_t i = 0; i < n; i++) {
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen = seen || syms[k]->offset == syms[i]->offset;
		if (!seen && ++different <= 20)
			describe(l, syms[i], err);
	}
	if (different > 20)
		err_detail(err, "… and %zu more", different - 20);
}

static int ambiguous(const struct lookup *l, const struct symbol *const *syms, size_t n,
		     struct err *err)
{
	err_set(err, EEXIST, "'%s' is more than one function of %s; pick one", l->loc->name,
		l->target->name);
	list_candidates(l, syms, n, err);
	return -EEXIST;
}

static int no_such_selector(const struct lookup *l, const struct symbol *const *syms,
			    size_t n, struct err *err)
{
	err_set(err, ENOENT, "no '%s@%s' in %s; there is", l->loc->name, l->loc->at,
		l->target->name);
	list_candidates(l, syms, n, err);
	return -ENOENT;
}

/* An IFUNC's symbol is its resolver: called once by the loader, never by the program. */
static int is_ifunc(const struct lookup *l, const struct symbol *s, struct err *err)
{
	auto_free char *glob = xasprintf("__%s_*", s->name);
	const struct symbol *all;
	size_t n, shown = 0;

	err_set(err, ENOTSUP, "'%s' is an IFUNC: a probe there would see the loader choose an "
			      "implementation, never a call", s->name);
	if (symtab_all(l->target->elf, &all, &n, NULL) < 0)
		n = 0;
	for (size_t i = 0; i < n && shown < 12; i++)
		if (all[i].is_code && all[i].type == SYMBOL_FUNC &&
		    text_glob_match(glob, all[i].name)) {
			err_detail(err, "%s:%s", l->typed, all[i].name);
			shown++;
		}
	return err_hint(err, shown ? "probe the implementation this processor uses, one of those above"
				   : "the implementations have no names here: install the file's "
				     "debug symbols, or probe the caller");
}

static int pick_symbol(const struct lookup *l, const struct symbol **syms, size_t n,
		       const struct symbol **ret, struct err *err)
{
	const struct symbol *best = NULL, *other = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!selector_matches(syms[i], l->loc->at))
			continue;
		if (!other || syms[i]->is_undefined < other->is_undefined)
			other = syms[i];
		if (!syms[i]->is_code || syms[i]->is_thumb)
			continue;
		syms[kept++] = syms[i];
		if (!best || symbol_rank_cmp(syms[i], best) < 0)
			best = syms[i];
	}
	if (!best && other)
		return not_code(l, other, err);
	if (!best && n)
		return no_such_selector(l, syms, n, err);
	if (!best)
		return no_such_symbol(l, err);
	for (size_t i = 0; i < kept; i++)
		if (syms[i]->offset != best->offset && symbol_rank_cmp(syms[i], best) == 0)
			return ambiguous(l, syms, kept, err);
	*ret = best;
	return 0;
}

static int not_an_entry(const struct lookup *l, const struct function *f, struct err *err)
{
	err_set(err, EINVAL, "a return probe belongs on a function's first instruction; "
			     "anywhere else it destroys the stack");
	if (f->symbol)
		err_hint(err, "%s begins 0x%" PRIx64 " bytes earlier: r:%s:%s", f->symbol->name,
			 f->symbol_off, l->typed, f->symbol->name);
	return -EINVAL;
}

/*
 * A place that is no symbol's start: nothing here can prove that an instruction begins
 * there, and a probe inside one changes the program's code (ELF rule 3).
 */
static int check_inside(const struct lookup *l, const struct function *f, struct err *err)
{
	if (l->is_return && f->symbol)
		return not_an_entry(l, f, err);
	if (l->force)
		return 0;
	if (f->symbol)
		err_set(err, EINVAL, "0x%" PRIx64 " is 0x%" PRIx64 " bytes into %s: it is not "
				     "proven that an instruction begins there",
			f->offset, f->symbol_off, f->symbol->name);
	else
		err_set(err, EINVAL, "0x%" PRIx64 " is in no known function: it is not proven "
				     "that an instruction begins there", f->offset);
	return err_hint(err, "a probe inside an instruction changes the program; if `objdump -d "
			     "%s` shows that one begins there, say --force", l->target->name);
}

static int find_symbol(const struct lookup *l, struct function *ret, struct err *err)
{
	auto_free const struct symbol **syms = NULL;
	const struct symbol *s = NULL;
	size_t n;
	int rc = symtab_find(l->target->elf, l->loc->name, &syms, &n, err);

	if (rc == 0)
		rc = pick_symbol(l, syms, n, &s, err);
	if (rc < 0)
		return rc;
	if (s->type == SYMBOL_IFUNC)
		return is_ifunc(l, s, err);
	if (l->loc->off && s->size && l->loc->off >= s->size) {
		err_set(err, EINVAL, "%s is 0x%" PRIx64 " bytes long; +0x%" PRIx64 " is past its "
				     "end", s->name, s->size, l->loc->off);
		return -EINVAL;
	}
	*ret = (struct function){ .symbol = s, .symbol_off = l->loc->off };
	rc = elffile_vaddr_to_offset(l->target->elf, s->vaddr + l->loc->off, &ret->offset, err);
	if (rc < 0)
		return rc;
	ret->is_entry = l->loc->off == 0;
	return ret->is_entry ? 0 : check_inside(l, ret, err);
}

/* Somebody pasted an address from nm or objdump where a file offset is meant. */
static void hint_vaddr(const struct lookup *l, struct err *err)
{
	const struct symbol *s = NULL;
	uint64_t offset, off = 0;

	if (elffile_vaddr_to_offset(l->target->elf, l->loc->num, &offset, NULL) == 0)
		s = symtab_at(l->target->elf, offset, &off);
	if (s && off == 0)
		err_hint(err, "as an address from nm, objdump or gdb it is %s: write %s:%s",
			 s->name, l->typed, s->name);
	else if (s)
		err_hint(err, "as an address from nm, objdump or gdb it is %s+0x%" PRIx64
			      ": such addresses are written *0x%" PRIx64,
			 s->name, off, l->loc->num);
	else
		err_hint(err, "an address from nm, objdump or gdb is written *0x%" PRIx64
			      " (but no executable segment of this file holds it)", l->loc->num);
}

static int find_offset(const struct lookup *l, uint64_t offset, struct function *ret,
		       struct err *err)
{
	*ret = (struct function){ .offset = offset };
	ret->symbol = symtab_at(l->target->elf, offset, &ret->symbol_off);
	ret->is_entry = ret->symbol && ret->symbol_off == 0;
	if (ret->is_entry && ret->symbol->type == SYMBOL_IFUNC && !l->force)
		return is_ifunc(l, ret->symbol, err);
	return ret->is_entry ? 0 : check_inside(l, ret, err);
}

static int find_file_offset(const struct lookup *l, struct function *ret, struct err *err)
{
	int rc = elffile_check_offset(l->target->elf, l->loc->num, err);

	if (rc == 0)
		rc = find_offset(l, l->loc->num, ret, err);
	if (rc < 0 && l->loc->kind == LOCATION_OFFSET && (!ret->symbol || rc != -EINVAL))
		hint_vaddr(l, err);
	return rc;
}

static int find_vaddr(const struct lookup *l, struct function *ret, struct err *err)
{
	uint64_t offset;
	int rc = elffile_vaddr_to_offset(l->target->elf, l->loc->num, &offset, err);

	return rc < 0 ? rc : find_offset(l, offset, ret, err);
}

int function_find(const struct target *target, const char *target_typed,
		  const struct location *loc, bool is_return, bool force,
		  struct function *ret, struct err *err)
{
	struct lookup l = { target, *target_typed ? target_typed : target->name, loc,
			    is_return, force };

	switch (loc->kind) {
	case LOCATION_SYMBOL:
		if (loc->at && strcmp(loc->at, "plt") == 0)
			return err_set(err, ENOTSUP, "PLT entries are not in this version");
		return find_symbol(&l, ret, err);
	case LOCATION_OFFSET:
		return find_file_offset(&l, ret, err);
	case LOCATION_VADDR:
		return find_vaddr(&l, ret, err);
	case LOCATION_GLOB:
		return err_set(err, ENOTSUP, "patterns over functions are not in this version");
	case LOCATION_LINE:
		return err_set(err, ENOTSUP, "source lines are not in this version");
	case LOCATION_USDT:
		return err_set(err, ENOTSUP, "USDT probes are not in this version");
	}
	return err_set(err, EINVAL, "what kind of place is that?");
}
