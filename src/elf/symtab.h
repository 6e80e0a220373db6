/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The symbols of a file: .dynsym and .symtab (or PT_DYNAMIC's table where there are no
 * section headers), then what was split off (debugfile.h), with version, source file and
 * file offset. Loaded once, on first use, in one pass; a lookup of one name does not sort
 * or index anything it need not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/elffile.h"

enum symbol_type { SYMBOL_FUNC, SYMBOL_IFUNC, SYMBOL_NOTYPE, SYMBOL_OBJECT, SYMBOL_OTHER,
		   SYMBOL_PLT };
enum symbol_bind { SYMBOL_LOCAL, SYMBOL_WEAK, SYMBOL_GLOBAL }; /* GNU_UNIQUE is global */
enum symbol_source { SYMBOL_DYNSYM, SYMBOL_SYMTAB, SYMBOL_DEBUG, SYMBOL_MINIDEBUG,
		     SYMBOL_PCLNTAB, SYMBOL_PLT_STUBS };

struct symbol {
	const char *name;    /* without @VERSION; lives as long as the elffile */
	const char *version; /* "GLIBC_2.2.5"; NULL: none */
	bool is_default;     /* versioned: the @@ one (hidden bit clear); else true */
	const char *file;    /* STT_FILE that precedes a local symbol; NULL: none */
	uint64_t vaddr;      /* after machine fix-ups (elf-facts 1.4) */
	uint64_t size;
	uint64_t offset;     /* file offset; valid if is_code */
	enum symbol_type type;
	enum symbol_bind bind;
	enum symbol_source source;
	bool is_undefined;   /* an import: vaddr means nothing */
	bool is_code;        /* FUNC, IFUNC, or NOTYPE in an executable section, whose address
				is that of a byte elffile_vaddr_to_offset() accepts */
	bool is_thumb;       /* ARM Thumb, MIPS16, microMIPS: the kernel cannot probe it */
	uint8_t local_entry; /* ppc64 ELFv2: vaddr is this far behind the global entry,
				from which SYMBOL+OFFSET counts */
};

/*
 * All symbols in table order: .dynsym, .symtab, debug file. Section, file, mapping ($x) symbols
 * and nameless ones are left out; imports, data and absolute ones are there (so that a
 * refusal can say why). The array is the elffile's. -ENODATA, with a message, when the file
 * has no symbol table at all ("stripped"), -EBADMSG when what it has cannot be read.
 */
int symtab_all(struct elffile *f, const struct symbol **ret, size_t *ret_n, struct err *err);

/*
 * Every symbol of that exact name (also non-code ones), in table order, a pointer each.
 * Heap array of *ret_n pointers, NULL when none. Does not need symtab_all() first and is
 * fast for one name: one pass, no allocation per symbol.
 */
int symtab_find(struct elffile *f, const char *name, const struct symbol ***ret,
		size_t *ret_n, struct err *err);

/*
 * Symbols whose demangled name is what somebody typed (demangle.h): those it matches best,
 * whole names before ends of names before clones. A pattern matches whole names. Otherwise
 * as symtab_find().
 */
int symtab_find_typed(struct elffile *f, const char *typed, bool is_glob,
		      const struct symbol ***ret, size_t *ret_n, struct err *err);

/*
 * The code symbol that covers a file offset (size 0: up to the next symbol), preferring
 * global, then sized, then .dynsym names with few leading underscores; NULL if none.
 * *ret_off is the distance from its start.
 */
const struct symbol *symtab_at(struct elffile *f, uint64_t offset, uint64_t *ret_off);

/* Order of preference among symbols of one address or name (elf-facts 2.1): <0: a first. */
int symbol_rank_cmp(const struct symbol *a, const struct symbol *b);
/* For qsort(3) of pointers to symbols: by file offset, at one the preferred first. */
int symbol_by_place(const void *a, const void *b);
/* "func", "ifunc", "notype", "object", "other", "plt"; "local", …; "dynsym", … */
const char *symbol_type_name(enum symbol_type type);
const char *symbol_bind_name(enum symbol_bind bind);
const char *symbol_source_name(enum symbol_source source);

/* DT_NEEDED names, NULL-terminated heap array of pointers into the elffile. */
int elf_needed(struct elffile *f, const char ***ret, struct err *err);
/* Directories to find them in: DT_RUNPATH, or where there is none DT_RPATH. NULL: neither. */
const char *elf_search_path(struct elffile *f, bool *ret_is_runpath);
