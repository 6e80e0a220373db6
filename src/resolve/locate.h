/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The way back: from a path and a file offset to symbol+offset. Files are opened once and
 * kept, since probes come many to a file.
 */

#include <stdbool.h>
#include <stdint.h>

#include "elf/elffile.h"
#include "elf/symtab.h"

struct locator;

struct locator *locator_new(void);
void locator_free(struct locator *l);
/*
 * "zfree", "zfree+0x4"; NULL where no symbol is known. Heap. `is_return`: what returns there is
 * meant, which may be the last call of its function: so that of the instruction before.
 */
char *locator_symbol(struct locator *l, const char *path, uint64_t offset, bool is_return);
/* Names as the linker has them, from now on; else they are demangled. */
void locator_keep_mangled(struct locator *l);
/* The open file, NULL if it cannot be read. The locator's. */
const struct elffile *locator_file(struct locator *l, const char *path);
/*
 * Whether the name alone would lead a spec to that very offset: one code symbol of the name,
 * or several at the same place.
 */
bool locator_names(struct locator *l, const char *path, const char *symbol, uint64_t offset);
