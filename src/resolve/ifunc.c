/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/ifunc.h"

void ifuncs_done(struct ifuncs *i)
{
	bindings_done(&i->own);
	bindings_done(&i->imported);
	bindings_done(&i->ours);
	mapped_done(&i->mapped);
	*i = (struct ifuncs){ 0 };
}

/* Functions that share their implementations with another, under its name (glibc). */
static const struct {
	const char *name, *like;
} shared[] = {
	{ "memcpy", "memmove" },   { "mempcpy", "mempcpy" },	  { "bcmp", "memcmp" },
	{ "index", "strchr" },	   { "rindex", "strrchr" },	  { "bcopy", "memmove" },
	{ "__mempcpy", "mempcpy" }, { "__stpcpy", "stpcpy" },	  { "__memcpy_chk", "memmove_chk" },
};

/* What an implementation's name begins with behind "__NAME_" or "NAME.". */
static const char *const variants[] = {
	"sse", "ssse", "avx", "evex", "erms", "generic", "c", "ia32", "i486", "i586", "i686",
	"x86", "default", "arch", "fma", "neon", "sve", "mops", "falkor", "thunderx", "kunpeng",
	"a64fx", "oryon", "emag", "zva", "nosimd", "armv", "vfp", "power", "ppc", "vsx", "z13",
	"z14", "z15", "z196", "z10", "lasx", "lsx", "aligned", "unaligned", "rvv", "vector",
};

static bool is_variant(const char *s)
{
	size_t len = strcspn(s, "_.0123456789");

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		size_t want = strcspn(variants[i], "0123456789");

		if (len == want && strncmp(s, variants[i], strlen(variants[i])) == 0)
			return true;
	}
	return false;
}

/* "__strlen_avx2" for strlen; "mv.avx2" for mv (target_clones). */
static bool is_implementation(const char *name, const char *of)
{
	size_t len = strlen(of);

	if (strstr(name, ".cold") || strstr(name, ".part"))
		return false;
	if (strncmp(name, of, len) == 0 && name[len] == '.')
		return is_variant(name + len + 1);
	if (text_starts(name, "__") && of[0] != '_')
		name += 2;
	return strncmp(name, of, len) == 0 && name[len] == '_' && is_variant(name + len + 1);
}

static bool implements(const struct symbol *s, const struct symbol *ifunc)
{
	if (!s->is_code || s->type != SYMBOL_FUNC || s->offset == ifunc->offset)
		return false;
	if (is_implementation(s->name, ifunc->name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		if (strcmp(shared[i].name, ifunc->name) == 0 &&
		    is_implementation(s->name, shared[i].like))
			return true;
	return false;
}

/* The function at an implementation's address; its name where there is a symbol for it. */
static struct function function_at(const struct lookup *l, const struct symbol *ifunc,
				   uint64_t offset)
{
	struct function f = { .offset = offset, .ifunc = ifunc, .is_entry = true };
	uint64_t off = 0;

	f.symbol = symtab_at(l->target->elf, offset, &off);
	if (off)
		f.symbol = NULL;
	return f;
}

static bool is_listed(const struct function_list *list, uint64_t offset)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->functions[i].offset == offset)
			return true;
	return false;
}

static char *name_at(const struct lookup *l, const struct symbol *ifunc, uint64_t offset)
{
	struct function f = function_at(l, ifunc, offset);

	return f.symbol ? xstrdup(f.symbol->name) : xasprintf("0x%" PRIx64, offset);
}

/* The answers to one question. */
struct answers {
	const struct binding *here[16], *vdso, *other;
	size_t n;
};

static void collect(const struct bindings *b, const struct symbol *s, struct answers *ret)
{
	*ret = (struct answers){ 0 };
	for (size_t i = 0; i < b->n; i++) {
		const struct binding *v = &b->v[i];

		if (v->resolver != s->vaddr)
			continue;
		if (v->place == BOUND_VDSO)
			ret->vdso = v;
		else if (v->place == BOUND_OTHER)
			ret->other = v;
		else if (ret->n < ARRAY_SIZE(ret->here))
			ret->here[ret->n++] = v;
	}
}

static bool has_answer(const struct answers *a)
{
	return a->n || a->vdso || a->other;
}

static int disagree(const struct lookup *l, const struct symbol *s, const struct answers *a,
		    struct err *err)
{
	err_set(err, EEXIST, "running processes use different implementations of '%s'; pick one",
		s->name);
	for (size_t i = 0; i < a->n; i++) {
		auto_free char *name = name_at(l, s, a->here[i]->offset);

		err_detail(err, "%s:%s  (%zu process%s, %d among them)", l->typed, name,
			   a->here[i]->n, a->here[i]->n == 1 ? "" : "es",
			   (int)a->here[i]->pids[0]);
	}
	return err_hint(err, "--all-matches takes these, --ifunc=all every one that has a "
			     "name, -p PID what that process uses");
}

static int in_vdso(const struct lookup *l, const struct symbol *s, struct err *err)
{
	err_set(err, ENOTSUP, "'%s' of running processes is code of the vDSO, which the kernel "
			      "maps into them: no file, nothing to probe", s->name);
	return err_hint(err, "probe its callers; PROGRAM:%s@plt sees the calls of one file",
			s->name);
}

static int interposed(const struct symbol *s, const struct binding *b, struct err *err)
{
	err_set(err, ENOTSUP, "running processes call another file's '%s', not this one's: %s",
		s->name, b->file);
	return err_hint(err, "write %s:%s", b->file, s->name);
}

char *usage_format(const struct usage *u)
{
	if (u->n == 1 && u->pid == getpid())
		return xstrdup("uprobe-ctl itself uses it; no other process could be asked");
	if (u->n == 1 && u->n_asked == 1)
		return xasprintf("process %d uses it", (int)u->pid);
	return xasprintf("%zu of %zu processes asked use it", u->n, u->n_asked);
}

static int take_one(const struct lookup *l, const struct symbol *s, const struct binding *b,
		    size_t n_asked, struct function_list *ret, struct err *err)
{
	struct function f = function_at(l, s, b->offset);
	int rc;

	f.used = (struct usage){ b->n, n_asked, b->pids[0] };
	rc = elffile_check_offset(l->target->elf, f.offset, err);
	if (rc == 0)
		rc = lookup_check(l, &f, err);
	if (rc == 0 && !is_listed(ret, f.offset)) {
		auto_free char *name = name_at(l, s, f.offset);
		auto_free char *how = usage_format(&f.used);

		function_list_add(ret, &f);
		if (l->loc->kind == LOCATION_SYMBOL)
			function_list_note(ret, "%s -> %s: %s", s->name, name, how);
	} else if (rc == 0) {
		ret->n_aliases++;
	}
	return rc;
}

/* One name means one function; a pattern means what is used of each. */
static int take_used(const struct lookup *l, const struct symbol *s, const struct answers *a,
		     size_t n_asked, struct function_list *ret, struct err *err)
{
	int rc = 0;

	if (a->n > 1 && l->loc->kind == LOCATION_SYMBOL && !l->rules->all_matches)
		return disagree(l, s, a, err);
	if (a->n == 0)
		return a->vdso ? in_vdso(l, s, err) : interposed(s, a->other, err);
	for (size_t i = 0; i < a->n && rc == 0; i++)
		rc = take_one(l, s, a->here[i], n_asked, ret, err);
	return rc;
}

static const struct bindings *imported(const struct lookup *l)
{
	struct ifuncs *known = l->ifuncs;

	if (!known->asked_imported)
		bindings_imported(l->target->elf, &known->mapped, &known->imported);
	known->asked_imported = true;
	return &known->imported;
}

/* LD_PRELOAD and the like: this file's function is used by the file itself alone. */
static void note_interposed(const struct lookup *l, const struct symbol *s,
			    struct function_list *ret)
{
	struct answers a;

	collect(imported(l), s, &a);
	if (a.other)
		function_list_note(ret, "process %d%s '%s' of %s instead, except from within "
					"%s; write %s:%s", (int)a.other->pids[0],
				   a.other->n > 1 ? " and others call" : " calls", s->name,
				   a.other->file, l->target->name, a.other->file, s->name);
}

/* What processes told; a pattern says nothing of each of its functions. */
static int take_told(const struct lookup *l, const struct symbol *s, const struct answers *a,
		     size_t n_asked, struct function_list *ret, struct err *err)
{
	int rc = take_used(l, s, a, n_asked, ret, err);

	if (rc == 0 && l->loc->kind == LOCATION_SYMBOL)
		note_interposed(l, s, ret);
	return rc;
}

/* No process told which implementation is used: what there is to choose from. */
static int nobody_tells(const struct lookup *l, const struct symbol *s, struct err *err)
{
	const struct symbol *all;
	size_t n, shown = 0;

	if (!err) /* a pattern's: only counted */
		return -ENOTSUP;
	err_set(err, ENOTSUP, "'%s' is an IFUNC: a probe there would see the loader choose an "
			      "implementation, never a call; and no running process tells which "
			      "one it uses", s->name);
	if (symtab_all(l->target->elf, &all, &n, NULL) < 0)
		n = 0;
	for (size_t i = 0; i < n && shown < 20; i++)
		if (implements(&all[i], s)) {
			err_detail(err, "%s:%s", l->typed, all[i].name);
			shown++;
		}
	if (shown)
		return err_hint(err, "name the implementation that this processor uses, or take "
				     "all: --ifunc=all; the chooser itself: --ifunc=resolver");
	return err_hint(err, "its implementations have no names here: start a program that calls "
			     "it, or install the file's debug symbols; the chooser itself: "
			     "--ifunc=resolver");
}

/*
 * The cheapest question first: the file's own slots answer for most of its IFUNCs at once,
 * then what others import; our own libc stands for processes that could not be asked.
 */
static int ask(const struct lookup *l, const struct symbol *s, struct function_list *ret,
	       struct err *err)
{
	struct elffile *elf = l->target->elf;
	struct ifuncs *known = l->ifuncs;
	struct answers a;

	if (!known->asked_own && mapped_read(l->rules->pid, &known->mapped) == 0)
		bindings_own(elf, &known->mapped, &known->own);
	known->asked_own = true;
	collect(&known->own, s, &a);
	if (has_answer(&a))
		return take_told(l, s, &a, known->own.n_asked, ret, err);
	collect(imported(l), s, &a);
	if (has_answer(&a)) /* of those asked, these alone have bound it */
		return take_told(l, s, &a, a.n ? a.here[0]->n : 1, ret, err);
	if (!known->asked_ours)
		bindings_ours(elf, &known->ours);
	known->asked_ours = true;
	collect(&known->ours, s, &a);
	if (has_answer(&a))
		return take_used(l, s, &a, 1, ret, err);
	return nobody_tells(l, s, err);
}

/* Every implementation that is known: by its name, or because a process uses it. */
static int take_all(const struct lookup *l, const struct symbol *s, struct function_list *ret,
		    struct err *err)
{
	const struct symbol *all;
	size_t n, before = ret->n;
	int rc = symtab_all(l->target->elf, &all, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct function f = { .offset = all[i].offset, .symbol = &all[i], .ifunc = s,
				      .is_entry = true };

		if (!implements(&all[i], s) || is_listed(ret, f.offset))
			continue;
		rc = lookup_check(l, &f, err);
		if (rc == 0)
			function_list_add(ret, &f);
	}
	if (rc == 0 && ret->n == before && !l->rules->is_foreign)
		return ask(l, s, ret, err);
	if (rc == 0 && ret->n == before)
		return nobody_tells(l, s, err);
	if (rc == 0)
		function_list_note(ret, "%s -> %zu implementations, by their names", s->name,
				   ret->n - before);
	return rc;
}

int lookup_ifunc(const struct lookup *l, const struct symbol *s, struct function_list *ret,
		 struct err *err)
{
	if (l->loc->off && l->loc->kind == LOCATION_SYMBOL) {
		err_set(err, EINVAL, "'%s' is an IFUNC: its code is somewhere else, so +0x%" PRIx64
				     " says nothing", s->name, l->loc->off);
		return err_hint(err, "uprobe-ctl resolve %s:%s shows the implementation", l->typed,
				s->name);
	}
	if (l->rules->ifunc == IFUNC_ALL)
		return take_all(l, s, ret, err);
	if (l->rules->is_foreign)
		return nobody_tells(l, s, err);
	return ask(l, s, ret, err);
}

int lookup_is_chooser(const struct lookup *l, const struct symbol *s, struct err *err)
{
	err_set(err, ENOTSUP, "there begins what chooses an implementation of the IFUNC '%s': a "
			      "probe would see the loader, never a call", s->name);
	return err_hint(err, "write %s:%s for the implementation in use; --ifunc=resolver if you "
			     "mean the chooser", l->typed, s->name);
}
