/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * PLT entries: the stubs through which a file calls functions of others, and its own IFUNCs.
 * A probe on one counts the calls that this file makes. Known on x86-64, i386 and arm64; no
 * linker gives them symbols (elf-facts 2.4).
 */

#include <stddef.h>

#include "base/err.h"
#include "elf/elffile.h"
#include "elf/symtab.h"

/*
 * One symbol each, ascending: name "malloc@plt", type and source SYMBOL_…PLT. The array is
 * the elffile's. None on other machines, and without section headers.
 */
int elf_plt(struct elffile *f, const struct symbol **ret, size_t *ret_n, struct err *err);
/* The entry that holds a file offset; NULL: none. */
const struct symbol *elf_plt_at(struct elffile *f, uint64_t offset, uint64_t *ret_off);
/* Whether this machine's entries are known here. */
bool elf_plt_known(const struct elffile *f);
