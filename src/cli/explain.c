/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/explain.h"
#include "elf/insn.h"
#include "elf/symtab.h"

size_t explain_mapped_by(const struct explanation *e, const struct target *t)
{
	return e->mapped ? mapped_count(e->mapped, t->elf->dev, t->elf->ino, t->name) : 0;
}

size_t explain_older(const struct explanation *e, const struct target *t)
{
	size_t n = e->mapped ? mapped_older(e->mapped, t->name) : 0;
	const struct mapped_file *f =
		n ? mapped_find(e->mapped, t->elf->dev, t->elf->ino, t->name) : NULL;

	/* What -p opened may be the deleted one itself. */
	return f && f->is_deleted ? n - f->n_pids : n;
}

const struct elf_segment *explain_segment(const struct function *f)
{
	const struct elffile *elf = f->target->elf;

	for (size_t i = 0; i < elf->n_segments; i++) {
		const struct elf_segment *s = &elf->segments[i];

		if (f->offset - s->offset < s->filesz && (s->flags & PF_X))
			return s;
	}
	return NULL;
}

/* A symbol's start is an instruction's by what symbols mean; elsewhere it is decoded. */
bool explain_is_proven(const struct function *f)
{
	const struct symbol *s = f->symbol;
	struct insn_boundary bound;

	if (f->is_entry)
		return true;
	bound = insn_boundary(f->target->elf, s ? s->offset : f->offset,
			      s ? s->offset + s->size : f->offset, f->offset);
	return bound.place == INSN_START;
}

/* The best of the name in that file, which the others are measured by. */
static const struct symbol *taken_symbol(const struct explanation *e, const struct target *t)
{
	const struct function_list *list = &e->res->functions;

	for (size_t i = 0; i < list->n; i++)
		if (list->functions[i].target == t)
			return list->functions[i].ifunc ? list->functions[i].ifunc
							: list->functions[i].symbol;
	return NULL;
}

/* The first rule by which it came behind the one taken (symbol_rank_cmp). */
static const char *why_not(const struct explanation *e, const struct symbol *s,
			   const struct symbol *taken)
{
	if (s->is_undefined)
		return "an import: defined in another file";
	if (s->is_thumb)
		return "Thumb code, which the kernel cannot probe";
	if (s->type == SYMBOL_OBJECT)
		return "data";
	if (!s->is_code)
		return "not code of this file";
	if (e->res->location.at)
		return "not the one that was asked for behind @";
	if (!s->is_default && taken->is_default)
		return "not the default version";
	if (s->bind < taken->bind)
		return taken->bind == SYMBOL_GLOBAL ? "there is a global one"
						    : "there is a weak one";
	if (!s->size && taken->size)
		return "it has no size";
	if (s->source > taken->source)
		return "another is in the dynamic symbol table";
	return "another was preferred";
}

static bool is_taken(const struct explanation *e, const struct target *t, const struct symbol *s)
{
	const struct function_list *list = &e->res->functions;

	for (size_t i = 0; i < list->n; i++) {
		const struct function *f = &list->functions[i];
		const struct symbol *of = f->ifunc ? f->ifunc : f->symbol;

		if (f->target == t && of && s->is_code && of->offset == s->offset)
			return true;
	}
	return false;
}

static bool is_told(const struct other_symbol *v, size_t n, const struct symbol *s)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].symbol->is_undefined == s->is_undefined &&
		    v[i].symbol->vaddr == s->vaddr)
			return true;
	return false;
}

struct other_symbol *explain_others(const struct explanation *e, const struct target *t,
				    size_t *ret_n)
{
	auto_free const struct symbol **found = NULL;
	const struct symbol *taken = taken_symbol(e, t);
	struct other_symbol *v = NULL;
	size_t n_found = 0, n = 0;

	*ret_n = 0;
	if (!taken || e->res->location.kind != LOCATION_SYMBOL ||
	    symtab_find(t->elf, e->res->location.name, &found, &n_found, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < n_found; i++) {
		if (is_taken(e, t, found[i]) || is_told(v, n, found[i]))
			continue;
		v = xgrow(v, n, sizeof(*v));
		v[n++] = (struct other_symbol){ found[i], why_not(e, found[i], taken) };
	}
	*ret_n = n;
	return v;
}

/* Why this one, where a name is an IFUNC's. */
static char *ifunc_choice(const struct explanation *e, const struct function *f,
			  size_t n_others)
{
	bool by_default = n_others && f->ifunc && f->ifunc->version && f->ifunc->is_default;
	auto_free char *usage = NULL;

	if (!f->ifunc)
		return xstrdup("what chooses an implementation: asked for by --ifunc=resolver");
	if (!f->used.n)
		return xasprintf("by its name an implementation of %s, all of which were asked for",
				 f->ifunc->name);
	usage = usage_format(&f->used);
	if (e->env->ifunc == IFUNC_ALL)
		return STEAL(usage);
	return xasprintf("%s%s; --ifunc=all|resolver for the others",
			 by_default ? "the default version; " : "", usage);
}

char *explain_choice(const struct explanation *e, const struct function *f, size_t n_others)
{
	const struct location *loc = &e->res->location;
	const struct symbol *of = f->ifunc ? f->ifunc : f->symbol;

	switch (loc->kind) {
	case LOCATION_OFFSET:
		return xstrdup("the file offset that was given");
	case LOCATION_VADDR:
		return xstrdup("the address that was given");
	case LOCATION_GLOB:
		if (of && strcmp(of->name, loc->name) == 0)
			break;
		return xasprintf("matches %s", loc->name);
	case LOCATION_SYMBOL:
		break;
	default:
		return NULL;
	}
	if (e->res->functions.n > e->res->targets.n && !f->ifunc)
		return xstrdup("one of several of the name, all of which were asked for");
	if (loc->at && strcmp(loc->at, "plt") == 0)
		return xstrdup("the entry by which this file calls it");
	if (of && of->type == SYMBOL_IFUNC)
		return ifunc_choice(e, f, n_others);
	if (loc->at)
		return xasprintf("by @%s", loc->at);
	if (!n_others)
		return xstrdup("the only one of that name");
	return of && of->version && of->is_default ?
		       xstrdup("the default version; the others are below") :
		       xstrdup("it goes before the others, which are below");
}
