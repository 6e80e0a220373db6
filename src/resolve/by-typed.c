/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of C++, Rust and D as people write them; what is to be pasted is written so, too. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/demangle.h"
#include "resolve/lookup.h"

/* A destructor that frees calls the one that does not: both would count each object twice. */
static size_t drop_deleting(const struct symbol **syms, size_t n)
{
	size_t kept = 0, deleting = 0;

	for (size_t i = 0; i < n; i++)
		deleting += demangle_is_deleting(syms[i]->name);
	if (deleting == n)
		return n;
	for (size_t i = 0; i < n; i++)
		if (!demangle_is_deleting(syms[i]->name))
			syms[kept++] = syms[i];
	return kept;
}

int lookup_typed(const struct lookup *l, const struct symbol ***ret, size_t *ret_n,
		 struct err *err)
{
	int rc = symtab_find_typed(l->target->elf, l->loc->name, false, ret, ret_n, err);

	if (rc == 0 && *ret_n)
		*ret_n = drop_deleting(*ret, *ret_n);
	return rc;
}

static bool is_there(const struct lookup *l)
{
	auto_free const struct symbol **found = NULL;
	size_t n = 0;

	return symtab_find_typed(l->target->elf, l->loc->name, false, &found, &n, NULL) == 0 && n;
}

/* Go's linker writes them so: main.(*T).Close, main.max[go.shape.int]. */
static bool is_linkers(const struct lookup *l)
{
	auto_free const struct symbol **found = NULL;
	size_t n = 0;

	return symtab_find(l->target->elf, l->loc->name, &found, &n, NULL) == 0 && n;
}

bool lookup_is_literal(const struct lookup *l)
{
	const char *name = l->loc->name;

	if (strpbrk(name, "([") && is_linkers(l))
		return true;
	/* A pattern without these is no C++ name with a '*' or a '[' in it. */
	return (strchr(name, '(') || strstr(name, "operator")) && is_there(l);
}

bool lookup_is_one_structor(const struct symbol *const *syms, size_t n)
{
	auto_free char *first = n ? demangle(syms[0]->name) : NULL;

	for (size_t i = 0; i < n; i++) {
		auto_free char *name = demangle(syms[i]->name);

		if (!first || !name || strcmp(name, first) != 0 ||
		    !demangle_is_structor(syms[i]->name))
			return false;
	}
	return n > 1;
}

static char *quoted(const char *word)
{
	auto_buf b = BUF_INIT;

	if (!strpbrk(word, " \t\"\\"))
		return xstrdup(word);
	buf_addc(&b, '"');
	for (const char *p = word; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(&b, '\\');
		buf_addc(&b, *p);
	}
	buf_addc(&b, '"');
	return buf_steal(&b);
}

char *lookup_word(const struct lookup *l, const char *name, const char *at)
{
	auto_free char *shown = demangle_shown(name);
	auto_free char *word = xasprintf("%s:%s%s%s", l->typed, shown, at ? "@" : "",
					 at ? at : "");

	return quoted(word);
}

char *lookup_shown_at(const char *name, uint64_t off)
{
	auto_free char *shown = demangle_shown(name);

	return off ? xasprintf("%s+0x%" PRIx64, shown, off) : STEAL(shown);
}

char *lookup_word_at(const struct lookup *l, const char *name, uint64_t off)
{
	auto_free char *shown = lookup_shown_at(name, off);
	auto_free char *word = xasprintf("%s:%s", l->typed, shown);

	return quoted(word);
}
