/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which library an imported function comes from, as the loader would look for it. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "resolve/lookup.h"

#define MAX_LIBRARIES 64

struct walk { /* breadth first, as the loader's scope is */
	char *sonames[MAX_LIBRARIES];
	size_t n;
};

static void walk_done(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->sonames[i]);
}

static void add_needed(struct walk *w, struct elffile *elf)
{
	auto_free const char **needed = NULL;

	if (elf_needed(elf, &needed, NULL) < 0)
		return;
	for (const char **p = needed; p && *p; p++) {
		bool known = false;

		for (size_t i = 0; i < w->n; i++)
			known = known || strcmp(w->sonames[i], *p) == 0;
		if (!known && w->n < MAX_LIBRARIES)
			w->sonames[w->n++] = xstrdup(*p);
	}
}

static bool defines(struct elffile *elf, const char *name)
{
	auto_free const struct symbol **found = NULL;
	size_t n = 0;

	if (symtab_find(elf, name, &found, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (found[i]->is_code && found[i]->source == SYMBOL_DYNSYM)
			return true;
	return false;
}

/* The loader wants the very name; a user's word may be a stem. */
static bool is_named(const struct target *lib, const char *soname)
{
	const char *slash = strrchr(lib->name, '/');

	return strcmp(slash ? slash + 1 : lib->name, soname) == 0;
}

char *lookup_importer(const struct lookup *l, const char *name)
{
	CLEANUP(walk_done) struct walk w = { .n = 0 };
	const struct elffile *us = l->target->elf;

	add_needed(&w, l->target->elf);
	for (size_t i = 0; l->rules->env && i < w.n; i++) {
		CLEANUP(target_done) struct target lib = { 0 };

		if (target_find(l->rules->env, w.sonames[i], &lib, NULL) < 0 ||
		    !is_named(&lib, w.sonames[i]) ||
		    lib.elf->machine != us->machine || lib.elf->elf_class != us->elf_class)
			continue;
		if (defines(lib.elf, name))
			return xstrdup(w.sonames[i]);
		add_needed(&w, lib.elf);
	}
	return NULL;
}
