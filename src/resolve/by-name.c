/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/debugfile.h"
#include "elf/demangle.h"
#include "resolve/ifunc.h"

static bool selector_matches(const struct symbol *s, const char *at)
{
	if (!at)
		return true;
	if (at[0] == '@') /* @@, or @@VERSION: the default one */
		return s->version && s->is_default && (!at[1] || strcmp(s->version, at + 1) == 0);
	return (s->version && strcmp(s->version, at) == 0) ||
	       (s->file && strcmp(s->file, at) == 0);
}

/* glibc's libpthread is an empty shell: its functions moved to libc. */
static int is_elsewhere(const struct lookup *l, const char *library, struct err *err)
{
	err_set(err, ENOENT, "no function '%s' in %s, but in %s, which it uses", l->loc->name,
		l->target->name, library);
	err_hint(err, "write %s:%s", library, l->loc->name);
	return -ENOENT;
}

static int no_such_symbol(const struct lookup *l, struct err *err)
{
	auto_free char *library = NULL;
	const struct symbol *all;
	size_t n;
	int rc;

	if (l->rules->is_one_of_many)
		return err_set(err, ENOENT, "no function '%s'", l->loc->name);
	library = lookup_importer(l, l->loc->name);
	if (library)
		return is_elsewhere(l, library, err);
	rc = symtab_all(l->target->elf, &all, &n, err);
	if (rc < 0)
		return rc;
	err_set(err, ENOENT, "no function '%s' in %s", l->loc->name, l->target->name);
	if (debugfile_missing(l->target->elf))
		err_set(err, ENOENT, "no function '%s' in %s: %s", l->loc->name,
			l->target->name, debugfile_missing(l->target->elf));
	return lookup_nearest(l, all, n, err);
}

/* Pasted without quotes, and not ambiguous: the linker's name. */
static int is_imported(const struct lookup *l, const struct symbol *s, const char *shown,
		       struct err *err)
{
	auto_free char *library = lookup_importer(l, s->name);

	if (library) {
		err_set(err, ENOENT, "%s only imports '%s', from %s", l->target->name, shown,
			library);
		return err_hint(err, "write %s:%s; or %s:%s@plt for the calls that this file "
				     "makes", library, s->name, l->typed, s->name);
	}
	err_set(err, ENOENT, "%s only imports '%s'; it is defined in a library",
		l->target->name, shown);
	return err_hint(err, "name the library: LIBRARY:%s (which: ldd %s)", s->name,
			l->target->name);
}

/* No symbol of that name can be probed: says why, by the one that says most. */
static int not_code(const struct lookup *l, const struct symbol *s, struct err *err)
{
	auto_free char *shown = demangle_shown(s->name);
	uint64_t offset;

	if (s->is_undefined)
		return is_imported(l, s, shown, err);
	if (s->is_thumb)
		return err_set(err, ENOTSUP,
			       "'%s' is Thumb code: the kernel cannot probe that", shown);
	if (s->type == SYMBOL_OBJECT) {
		err_set(err, EINVAL, "'%s' is data, not a function: a probe there would "
				     "change the program's data", shown);
		return err_hint(err, "to see its value when a function is called: "
				     "%s:FUNCTION @%s:s32", l->typed, s->name);
	}
	if (elffile_vaddr_to_offset(l->target->elf, s->vaddr, &offset, err) < 0)
		return err_prefix(err, "'%s'", shown);
	return err_set(err, EINVAL, "'%s' is not code", shown);
}

static void describe(const struct lookup *l, const struct symbol *s, struct err *err)
{
	auto_free char *name = lookup_word(l, s->name, s->version ? s->version : s->file);
	auto_buf word = BUF_INIT;

	buf_adds(&word, name);
	if (!s->version && !s->file && !demangle_may_be(s->name))
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
		err_detail(err, "... and %zu more", different - 20);
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
	/* Names that differ are overloads: none is better than another. */
	for (size_t i = 0; i < kept; i++)
		if (syms[i]->offset != best->offset &&
		    (symbol_rank_cmp(syms[i], best) == 0 ||
		     strcmp(syms[i]->name, best->name) != 0))
			return ambiguous(l, syms, kept, err);
	*ret = best;
	return 0;
}

/* The function, or the place inside it, that a symbol stands for. */
static int place_of(const struct lookup *l, const struct symbol *s, struct function *ret,
		    struct err *err)
{
	int rc;

	if (l->loc->off && s->size && l->loc->off >= s->size) {
		auto_free char *shown = lookup_shown_at(s->name, 0);

		return err_set(err, EINVAL, "%s is 0x%" PRIx64 " bytes long; +0x%" PRIx64
					    " is past its end", shown, s->size, l->loc->off);
	}
	*ret = (struct function){ .symbol = s, .symbol_off = l->loc->off };
	rc = elffile_vaddr_to_offset(l->target->elf, s->vaddr + l->loc->off, &ret->offset, err);
	if (rc < 0)
		return rc;
	ret->is_entry = l->loc->off == 0;
	return lookup_check(l, ret, err);
}

/* Adds what a symbol stands for: of an IFUNC that is not the symbol's own code. */
static int take(const struct lookup *l, const struct symbol *s, struct function_list *ret,
		struct err *err)
{
	struct function f = { 0 };
	int rc;

	if (s->type == SYMBOL_IFUNC && l->rules->ifunc != IFUNC_RESOLVER)
		return lookup_ifunc(l, s, ret, err);
	rc = place_of(l, s, &f, err);
	for (size_t k = 0; k < ret->n && rc == 0; k++)
		if (ret->functions[k].offset == f.offset)
			return 0;
	if (rc == 0)
		function_list_add(ret, &f);
	if (rc == 0 && s->type == SYMBOL_IFUNC)
		function_list_note(ret, "%s is an IFUNC: this probe sees the loader choose its "
					"implementation, no calls", s->name);
	return rc;
}

/* --all-matches: each different place of the name. */
static int every_match(const struct lookup *l, const struct symbol *const *syms, size_t n,
		       struct function_list *ret, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		int rc;

		if (!selector_matches(syms[i], l->loc->at) || !syms[i]->is_code ||
		    syms[i]->is_thumb)
			continue;
		rc = take(l, syms[i], ret, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Keeps those that NAME@AT may mean; returns how many. */
static size_t keep_selected(const struct lookup *l, const struct symbol **syms, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (selector_matches(syms[i], l->loc->at))
			syms[kept++] = syms[i];
	return kept;
}

static bool any_selected(const struct lookup *l, const struct symbol *const *syms, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (selector_matches(syms[i], l->loc->at))
			return true;
	return false;
}

/*
 * Exact names come first; only where there is none is a clone what was meant. Several are
 * not one function under several names: each has some of the calls.
 */
static int find_clones(const struct lookup *l, const struct symbol ***syms, size_t *n,
		       struct function_list *ret, struct err *err)
{
	auto_free const struct symbol **clones = NULL;
	size_t n_clones = 0;
	int rc = lookup_clones(l, &clones, &n_clones, err);

	if (rc == 0)
		n_clones = keep_selected(l, clones, n_clones);
	if (rc < 0 || !n_clones)
		return rc;
	for (size_t i = 1; i < n_clones && !l->rules->all_matches; i++) {
		if (clones[i]->offset == clones[0]->offset)
			continue;
		err_set(err, EEXIST, "'%s' is there only in copies that the compiler made; pick "
				     "one, or --all-matches", l->loc->name);
		list_candidates(l, clones, n_clones, err);
		return -EEXIST;
	}
	function_list_note(ret, "%s is there only as %s%s, which the compiler made of it: its "
				"arguments may be others", l->loc->name, clones[0]->name,
			   n_clones > 1 ? " and more copies" : "");
	free(*syms);
	*syms = STEAL(clones);
	*n = n_clones;
	return 0;
}

int lookup_name(const struct lookup *l, struct function_list *ret, struct err *err)
{
	auto_free const struct symbol **syms = NULL;
	const struct symbol *s = NULL;
	size_t n;
	int rc = symtab_find(l->target->elf, l->loc->name, &syms, &n, err);

	if (rc == 0 && !n)
		rc = lookup_typed(l, &syms, &n, err);
	if (rc == 0 && !any_selected(l, syms, n))
		rc = find_clones(l, &syms, &n, ret, err);
	if (rc == 0 && (l->rules->all_matches || lookup_is_one_structor(syms, n)))
		rc = every_match(l, syms, n, ret, err);
	if (rc < 0 || ret->n)
		return rc;
	rc = pick_symbol(l, syms, n, &s, err);
	if (!s)
		return rc < 0 ? rc : -ENOENT;
	return take(l, s, ret, err);
}
