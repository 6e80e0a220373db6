/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which library an imported function comes from. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/lookup.h"
#include "resolve/needed.h"

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

/* The soname, if that leads to the very file by itself; else its path. */
static char *word_for(const struct target_env *env, const struct needed_file *f)
{
	CLEANUP(target_done) struct target by_name = { 0 };
	const char *soname = text_base_name(f->path);

	if (target_find(env, soname, &by_name, NULL) == 0 && by_name.elf->ino == f->elf->ino &&
	    by_name.elf->dev == f->elf->dev)
		return xstrdup(soname);
	return xstrdup(f->path);
}

char *lookup_importer(const struct lookup *l, const char *name)
{
	CLEANUP(needed_done) struct needed needed = { 0 };

	if (!l->rules->env)
		return NULL;
	needed_find(l->rules->env, l->target->name, l->target->elf, &needed);
	for (size_t i = 1; i < needed.n; i++)
		if (defines(needed.files[i].elf, name))
			return word_for(l->rules->env, &needed.files[i]);
	return NULL;
}
