/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "elf/go.h"
#include "elf/private.h"
#include "elf/runtime.h"

/* Imported, or defined in a program that has its libraries inside. */
static const char *const unwinders[] = {
	"__gxx_personality_v0", "__cxa_throw", "rust_eh_personality", "_Unwind_RaiseException",
};

static const char *const switchers[] = {
	"swapcontext", "makecontext", "jump_fcontext", "make_fcontext", "coro_transfer",
};

/* `imports`: a library that only defines it (libc, swapcontext) does not use it. */
static const char *find_symbol(struct elffile *f, const char *const *names, size_t n,
			       bool imports)
{
	for (size_t i = 0; i < n; i++) {
		auto_free const struct symbol **found = NULL;
		size_t n_found = 0;

		if (symtab_find(f, names[i], &found, &n_found, NULL) < 0)
			continue;
		for (size_t k = 0; k < n_found; k++)
			if (found[k]->is_undefined || !imports || elffile_is_program(f))
				return names[i];
	}
	return NULL;
}

void elf_runtime_read(struct elffile *f, struct elf_runtime *ret)
{
	*ret = (struct elf_runtime){
		.go = elf_go(f)->shown_by,
		.unwinds = find_symbol(f, unwinders, ARRAY_SIZE(unwinders), false),
		.switches = find_symbol(f, switchers, ARRAY_SIZE(switchers), true),
	};
}
