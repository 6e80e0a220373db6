/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the files of elf/ share about an open ELF file: its headers in host order, where
 * its tables lie, and bounded reads. Nothing outside elf/ includes this.
 *
 * Headers and symbols are turned into host order by libelf's elf*_xlatetom(); the walk is
 * ours, because elf_begin() refuses files the kernel runs (a damaged section table is of no
 * interest to a loader) and holds whole tables in memory, where a lookup needs a window.
 */

#include <gelf.h>

#include "elf/debugfile.h"
#include "elf/elffile.h"
#include "elf/go.h"
#include "elf/symtab.h"

struct elf_section {
	uint32_t name, type, link, info;
	uint64_t flags, vaddr, offset, size, entsize;
};

struct elf_range { /* [from, to) */
	uint64_t from, to;
};

struct elf_strings { /* a string table; offset and size are inside the file */
	uint64_t offset, size;
	char *data; /* the whole table and a NUL, once something needs all of it */
};

struct elf_table { /* of symbols; n of them are inside the file */
	enum symbol_source source;
	struct elffile *file; /* that has the bytes: the file, or its debug file */
	uint64_t bias;        /* added to their values */
	uint64_t offset;
	size_t n;
	struct elf_strings strings;
	uint64_t versym; /* file offset of n_versym half words beside the symbols */
	size_t n_versym;
	unsigned char *versym_data;
};

struct elf_version_table { /* .gnu.version_d or .gnu.version_r */
	uint64_t offset;
	size_t n; /* 0: there is none */
};

struct elf_version { /* by version index */
	uint32_t name;    /* in .dynstr */
	bool is_named;
	const char *text; /* once it was asked for */
};

struct elf_dynamic { /* of PT_DYNAMIC; 0 where absent */
	uint64_t symtab, strtab, strsz, syment, hash, gnu_hash;
	uint64_t versym, verdef, verdefnum, verneed, verneednum;
	uint64_t soname, rpath, runpath, flags_1;
	uint64_t rela, relasz, rel, relsz, jmprel, pltrelsz, pltrel, pltgot;
	uint64_t *needed; /* offsets into strtab */
	size_t n_needed;
	bool is_present;
};

struct elf_debug { /* the file's debug file, and how it is looked for */
	struct elffile *file; /* NULL: none is used */
	char *root;           /* NULL: our own */
	debugfile_notice *notice; /* NULL: servers are not asked */
	void *ctx;
	char *missing;
};

/* .dynsym, .symtab, and that of the debug file, of MiniDebugInfo or of .gopclntab */
#define MAX_TABLES 3

struct elf_private {
	uint32_t eflags;
	uint64_t entry;            /* address of the program's first instruction */
	bool has_interp;
	struct elf_section *sections;
	size_t n_sections;
	size_t names;              /* index of the section that names sections */
	struct elf_range *exec;    /* executable sections, ascending, merged; no bytes: not here */
	size_t n_exec;
	struct elf_range phdrs;    /* file offsets of the program headers */
	unsigned n_notes;          /* note areas looked at */
	struct elf_dynamic dynamic;
	struct elf_strings dynstr; /* for DT_NEEDED */

	bool tables_found;
	bool tables_damaged;       /* there is one, but it cannot be read */
	bool is_cut_off;           /* the file ends before its section headers */
	struct elf_table tables[MAX_TABLES];
	size_t n_tables;
	struct elf_debug debug;
	struct elf_version_table verdef, verneed;
	bool versions_loaded;
	struct elf_version *versions;
	size_t n_versions;

	bool all_loaded;
	struct symbol *all;
	size_t n_all;
	const struct symbol **by_offset; /* code symbols, ascending, better rank first */
	uint64_t *max_end;               /* largest end of by_offset[0 … i] */
	size_t n_by_offset;

	bool relocs_loaded;
	struct elf_reloc *relocs;
	size_t n_relocs;

	bool plt_found;
	struct symbol *plt; /* kept */
	size_t n_plt;

	struct elf_go *go; /* once somebody asked */

	struct elf_range opd_at; /* file bytes that opd holds */
	unsigned char *opd;

	void **kept; /* what callers were given pointers into */
	size_t n_kept;
};

/* headers.c */
int elf_headers_read(struct elffile *f, struct err *err);
/* A section's name, heap; "" if it cannot be read. */
char *elf_section_name(const struct elffile *f, const struct elf_section *s);
/* The first of that name; NULL: none. */
const struct elf_section *elf_section_find(const struct elffile *f, const char *name);

/* elffile.c */
/* A file of names, which need not be one that could be probed. Takes fd. 0 or -errno. */
int elf_open_debug(int fd, const char *path, struct elffile **ret);

/* read.c: bounded by the file's size; what they allocate is too */
bool elf_fits(const struct elffile *f, uint64_t offset, uint64_t len);
bool elf_read(const struct elffile *f, uint64_t offset, void *to, size_t len);
/* Heap, with a NUL behind; NULL if the file does not have these bytes. */
void *elf_load(const struct elffile *f, uint64_t offset, uint64_t len);
uint16_t elf_get16(const struct elffile *f, const void *p);
uint32_t elf_get32(const struct elffile *f, const void *p);
uint64_t elf_get64(const struct elffile *f, const void *p);
/* The word at a file offset; false if the file does not have it. */
bool elf_read_word(const struct elffile *f, uint64_t offset, uint64_t *ret);
/* Bytes of one record in this file's class; of `len` bytes of them to host order, in place. */
size_t elf_record_size(const struct elffile *f, Elf_Type type);
void elf_to_host(const struct elffile *f, Elf_Type type, void *records, size_t len);
/* Owned by the elffile from now on. */
void *elf_keep(struct elffile *f, void *p);
/* A string of a table; NULL outside it. Lives as long as the elffile. */
const char *elf_string(struct elffile *f, const struct elf_strings *s, uint64_t at);
/* Has the whole table in memory from now on; false if the file no longer has it. */
bool elf_strings_load(struct elffile *f, struct elf_strings *s);
/* A path below a directory as its processes see it: symlinks stay inside. fd or -errno. */
int elf_open_below(int root_fd, const char *path, bool use_openat2);

/* offset.c */
/* File offset of any segment's byte, code or not; false if no segment has one for it. */
bool elf_file_offset(const struct elffile *f, uint64_t vaddr, uint64_t *ret);
/* The same for code a probe can hit, executable sections considered where there are any. */
bool elf_code_offset(const struct elffile *f, uint64_t vaddr, uint64_t *ret);
/* Whether both addresses are in one executable section (no sections: segment). */
bool elf_same_code(const struct elffile *f, uint64_t a, uint64_t b);
bool elf_in_exec_section(const struct elffile *f, uint64_t vaddr);

/* dynamic.c */
void elf_dynamic_read(struct elffile *f, uint64_t offset, uint64_t size);
/* Fills a table from PT_DYNAMIC; false if there is none. */
bool elf_dynamic_table(struct elffile *f, struct elf_table *t);

/* version.c */
/* Sets version and is_default of symbol number `i` of .dynsym. */
void elf_version_set(struct elffile *f, const struct elf_table *t, size_t i,
		     struct symbol *s);
/* Where the version begins in "foo@VER", "foo@@VER" of .symtab (at the @); NULL: nowhere. */
const char *elf_version_cut(const char *name);

/* symbol.c */
struct elf_symbols { /* walks a table through a window */
	struct elffile *f;
	const struct elf_table *table;
	size_t next;      /* number of the symbol that elf_symbols_next() returns */
	size_t from, to;  /* those in the window */
	void *window;
};
void elf_symbols_init(struct elf_symbols *w, struct elffile *f, const struct elf_table *t);
bool elf_symbols_next(struct elf_symbols *w, GElf_Sym *ret);
/* After the last one: whether the file ended before the table did. */
bool elf_symbols_cut_short(const struct elf_symbols *w);
/* Sets the error for that. */
int elf_cut_short(const struct elffile *f, struct err *err);
void elf_symbols_done(struct elf_symbols *w);
#define auto_elf_symbols CLEANUP(elf_symbols_done) struct elf_symbols
/* Everything but name, version and file. False: a kind that is never listed. */
bool elf_symbol_decode(struct elffile *f, const struct elf_table *t, const GElf_Sym *raw,
		       struct symbol *s);
/*
 * Sets name and version of symbol number `i` from its raw name, which is the elffile's.
 * False: a name that is never listed.
 */
bool elf_symbol_name(struct elffile *f, const struct elf_table *t, size_t i,
		     const char *name, struct symbol *s);
/* 64-bit ELFv1 ppc names code ".foo", its descriptor "foo". */
bool elf_has_dot_names(const struct elffile *f);
/* The rules that look at several symbols: IFUNC twins, versions known to .dynsym only. */
void elf_symbols_join(struct symbol *s, size_t n, const uint64_t *ifuncs, size_t n_ifuncs);

/*
 * Leaves out what a debug file repeats: symbols of a name and an address that the file's
 * own tables have. Returns how many are left.
 */
size_t elf_symbols_fold(struct symbol *s, size_t n);

/* symtab.c */
int elf_tables_find(struct elffile *f, struct err *err);
bool elf_has_symtab(const struct elffile *f);
/* The .symtab of a debug file, as a table; false if it has none that can be read. */
bool elf_debug_table(struct elffile *d, struct elf_table *ret);

/* debugfile.c: looks for names that were split off; false: there are none. */
bool elf_debug_attach(struct elffile *f, struct elf_table *ret);
/* The CRC32 of gzip, which .gnu_debuglink uses; 0 to begin with. */
uint32_t elf_crc32(uint32_t crc, const void *data, size_t len);
/* minidebug.c: an fd with the ELF file in .gnu_debugdata; -ENOENT: there is none. */
int minidebug_open(const struct elffile *f);
/*
 * pclntab.c: an fd with an ELF file of the names in .gopclntab. -ENOENT: there are none;
 * -ENOTSUP: Go's of another form; -ESPIPE: it is not known where they belong.
 */
int pclntab_open(const struct elffile *f);
/* debuginfod.c: whether there are servers, and a way to ask them */
bool debuginfod_is_set_up(void);
/* An fd of the debug file of f's build-id, and its path (heap); -errno. */
int debuginfod_fetch(const struct elffile *f, char **ret_path);
