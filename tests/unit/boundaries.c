/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boundaries FILE: address and length of every instruction of every function that is proven, one a
 * line; `tests/cli/boundaries.test` compares them with objdump's. Functions of which nothing
 * can be proven are counted on standard error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "elf/insn.h"
#include "elf/symtab.h"

static int by_offset(const void *a, const void *b)
{
	const struct symbol *x = *(const struct symbol *const *)a;
	const struct symbol *y = *(const struct symbol *const *)b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Walks from one proven start to the next. */
static bool show(struct elffile *f, const struct symbol *s)
{
	uint64_t end = s->offset + s->size;

	for (uint64_t at = s->offset; at < end;) {
		struct insn_boundary b = insn_boundary(f, s->offset, end, at);

		if (b.place != INSN_START || b.next <= at)
			return false;
		printf("%" PRIx64 " %" PRIu64 "\n", s->vaddr + (at - s->offset), b.next - at);
		at = b.next;
	}
	return true;
}

int main(int argc, char **argv)
{
	auto_elffile struct elffile *f = NULL;
	auto_free const struct symbol **v = NULL;
	const struct symbol *all;
	struct err err = ERR_INIT;
	size_t n, kept = 0, unproven = 0, shown = 0;

	if (argc != 2 || elffile_open(-1, argv[1], &f, &err) < 0 ||
	    symtab_all(f, &all, &n, &err) < 0)
		return EXIT_FAILURE;
	v = xcalloc(n + 1, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		if (all[i].is_code && all[i].size && all[i].size < 65536)
			v[kept++] = &all[i];
	qsort(v, kept, sizeof(*v), by_offset);
	for (size_t i = 0; i < kept; i++) {
		if (i && v[i]->offset < v[i - 1]->offset + v[i - 1]->size)
			continue; /* an alias, or an entry inside another function */
		shown++;
		unproven += !show(f, v[i]);
	}
	fprintf(stderr, "%zu functions, %zu unproven\n", shown, unproven);
	return EXIT_SUCCESS;
}
