/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/xalloc.h"
#include "elf/plt.h"
#include "resolve/lookup.h"

/* Somebody pasted an address from nm or objdump where a file offset is meant. */
static void hint_vaddr(const struct lookup *l, struct err *err)
{
	const struct symbol *s = NULL;
	uint64_t offset, off = 0;

	if (elffile_vaddr_to_offset(l->target->elf, l->loc->num, &offset, NULL) == 0)
		s = symtab_at(l->target->elf, offset, &off);
	if (s && err)
		err->hint[0] = 0; /* elf/ knows no symbols: ours says more */
	if (s) {
		auto_free char *shown = lookup_shown_at(s->name, off);
		auto_free char *word = off ? xasprintf("%s:*0x%" PRIx64, l->typed, l->loc->num)
					   : lookup_word_at(l, s->name, 0);

		err_hint(err, "as an address from nm, objdump or gdb it is %s: write %s", shown,
			 word);
	} else {
		err_hint(err, "an address from nm, objdump or gdb is written *0x%" PRIx64
			      " (but no executable segment of this file holds it)", l->loc->num);
	}
}

static int at_offset(const struct lookup *l, uint64_t offset, struct function *ret,
		     struct err *err)
{
	*ret = (struct function){ .offset = offset };
	ret->symbol = elf_plt_at(l->target->elf, offset, &ret->symbol_off);
	if (!ret->symbol)
		ret->symbol = symtab_at(l->target->elf, offset, &ret->symbol_off);
	ret->is_entry = ret->symbol && ret->symbol_off == 0;
	if (ret->is_entry && ret->symbol->type == SYMBOL_IFUNC && !l->rules->force &&
	    l->rules->ifunc != IFUNC_RESOLVER)
		return lookup_is_chooser(l, ret->symbol, err);
	return lookup_check(l, ret, err);
}

int lookup_offset(const struct lookup *l, struct function_list *ret, struct err *err)
{
	struct function f = { 0 };
	int rc = elffile_check_offset(l->target->elf, l->loc->num, err);

	if (rc == 0)
		rc = at_offset(l, l->loc->num, &f, err);
	if (rc == 0)
		function_list_add(ret, &f);
	else if (!f.symbol || rc != -EINVAL)
		hint_vaddr(l, err);
	return rc;
}

int lookup_vaddr(const struct lookup *l, struct function_list *ret, struct err *err)
{
	struct function f = { 0 };
	uint64_t offset;
	int rc = elffile_vaddr_to_offset(l->target->elf, l->loc->num, &offset, err);

	if (rc == 0)
		rc = at_offset(l, offset, &f, err);
	if (rc == 0)
		function_list_add(ret, &f);
	return rc;
}
