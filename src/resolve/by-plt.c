/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/plt.h"
#include "elf/reloc.h"
#include "resolve/lookup.h"

/* Calls that load the address from the GOT themselves: -fno-plt, or a pointer to it. */
static bool has_slot(struct elffile *f, const char *name)
{
	const struct elf_reloc *relocs;
	size_t n;

	if (elf_relocs(f, &relocs, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (relocs[i].name && strcmp(relocs[i].name, name) == 0)
			return true;
	return false;
}

static int no_entry(const struct lookup *l, const struct symbol *plt, size_t n,
		    struct err *err)
{
	auto_free char *wanted = xasprintf("%s@plt", l->loc->name);
	auto_free char *command = lookup_symbols_command(l, "*@plt");
	struct text_nearest near = { .word = wanted, .max = 5 };

	if (!elf_plt_known(l->target->elf)) {
		err_set(err, ENOTSUP, "PLT entries are not known on this machine");
		return err_hint(err, "probe the function in the library that defines it");
	}
	if (has_slot(l->target->elf, l->loc->name)) {
		err_set(err, ENOENT, "%s has no PLT entry for '%s': it calls it through the GOT, "
				     "as with -fno-plt, or only takes its address",
			l->target->name, l->loc->name);
		return err_hint(err, "probe the function in the library that defines it; -p PID "
				     "confines it to one process");
	}
	err_set(err, ENOENT, "%s has no PLT entry for '%s'", l->target->name, l->loc->name);
	for (size_t i = 0; i < n; i++)
		text_nearest_offer(&near, plt[i].name);
	for (unsigned i = 0; i < near.n; i++)
		err_detail(err, "%s:%s", l->typed, near.found[i]);
	if (!n)
		return err_hint(err, "it has none at all, or none that its section headers show");
	return err_hint(err, "those it has: %s", command);
}

int lookup_plt(const struct lookup *l, struct function_list *ret, struct err *err)
{
	auto_free char *wanted = xasprintf("%s@plt", l->loc->name);
	const struct symbol *plt;
	size_t n;
	int rc = elf_plt(l->target->elf, &plt, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct function f = {
			.offset = plt[i].offset + l->loc->off,
			.symbol = &plt[i],
			.symbol_off = l->loc->off,
			.is_entry = l->loc->off == 0,
		};

		if (l->loc->kind == LOCATION_GLOB ? !text_glob_match(wanted, plt[i].name) :
						    strcmp(plt[i].name, wanted) != 0)
			continue;
		if (l->loc->off >= plt[i].size)
			return err_set(err, EINVAL, "%s is %" PRIu64 " bytes long; +0x%" PRIx64
						    " is past its end",
				       wanted, plt[i].size, l->loc->off);
		rc = lookup_check(l, &f, err);
		if (rc == 0)
			function_list_add(ret, &f);
	}
	return rc == 0 && !ret->n ? no_entry(l, plt, n, err) : rc;
}
