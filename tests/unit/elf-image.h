/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Small ELF files made from tables, for what no compiler on this machine makes: foreign
 * byte orders and machines, files without section headers, damaged ones. All have one
 * layout; a test changes the parts it is about, in the tables or in the bytes.
 *
 *	file offset	vaddr		segment		holds
 *	0x0000		BASE + 0x0000	R		headers; .rodata at 0x800
 *	0x1000		BASE + 0x2000	RX		.text; .rodata.x at 0x1c00
 *	0x2000		BASE + 0x4000	R		symbol tables (see elf-image.c)
 *	0x3c00		BASE + 0x8c00	RW		.data, .opd at 0x3d00; bss from 0x3e00
 *	0x3e00		-		-		section headers
 */

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "elf/symtab.h"

#define IMAGE_BASE 0x400000
#define IMAGE_TEXT (IMAGE_BASE + 0x2000) /* at file offset 0x1000 */
#define IMAGE_SIZE 0x5000

enum image_sections { /* their numbers */
	IMAGE_S_TEXT = 1,
	IMAGE_S_RODATA,
	IMAGE_S_RODATA_X,
	IMAGE_S_DATA,
	IMAGE_S_OPD,
	IMAGE_S_BSS,
	IMAGE_S_DYNSYM,
	IMAGE_S_DYNSTR,
	IMAGE_S_VERSYM,
	IMAGE_S_VERDEF,
	IMAGE_S_SYMTAB,
	IMAGE_S_STRTAB,
	IMAGE_S_SHSTRTAB,
	IMAGE_S_N,
};

enum image_segments {
	IMAGE_P_HEADERS,
	IMAGE_P_TEXT,
	IMAGE_P_TABLES,
	IMAGE_P_DATA,
	IMAGE_P_DYNAMIC,
	IMAGE_P_NOTE,
	IMAGE_P_N,
};

struct image_symbol {
	const char *name; /* NULL ends a table */
	unsigned char info, other;
	uint16_t shndx;
	uint64_t value, size;
	uint16_t version; /* .dynsym: 2 is V1, 3 is V2, | 0x8000 hidden; 0 means 1 */
};

struct image {
	unsigned char elf_class, data; /* 0: 64-bit, little endian */
	uint16_t type, machine;        /* 0: ET_DYN, x86-64 */
	uint32_t flags;
	const struct image_symbol *dynsym, *symtab; /* NULL: no such table */
	bool no_sections;  /* e_shoff 0 */
	bool no_gnu_hash;  /* DT_HASH instead */
	const char *go;    /* .rodata is .go.buildinfo of that version; "": without a version */
	bool go_pointers;  /* as Go before 1.18 wrote it */
	bool big_counts;   /* PN_XNUM and SHN_XINDEX: the counts are in section 0 */
};

/* The file's bytes. */
void image_make(const struct image *i, struct buf *ret);
/* Turns a section that nothing needs into one of another name, with these bytes. */
void image_put_section(const struct image *i, struct buf *b, const char *name,
		       const void *bytes, size_t len);
/* Opens bytes as a file called "image". */
int image_open_bytes(const void *bytes, size_t len, struct elffile **ret, struct err *err);
/* Both; the test fails if the file does not open. */
struct elffile *image_open(const struct image *i);
/* Overwrites a field of a header in the file's class and byte order. */
#define image_poke_phdr(i, b, number, field, value)                                      \
	image_poke_(i, b, 0, number, offsetof(Elf32_Phdr, field),                        \
		    sizeof(((Elf32_Phdr *)0)->field), offsetof(Elf64_Phdr, field),       \
		    sizeof(((Elf64_Phdr *)0)->field), value)
#define image_poke_shdr(i, b, number, field, value)                                      \
	image_poke_(i, b, 1, number, offsetof(Elf32_Shdr, field),                        \
		    sizeof(((Elf32_Shdr *)0)->field), offsetof(Elf64_Shdr, field),       \
		    sizeof(((Elf64_Shdr *)0)->field), value)
void image_poke_(const struct image *i, struct buf *b, bool section, unsigned number,
		 size_t at32, size_t len32, size_t at64, size_t len64, uint64_t value);
/* A number of `len` bytes at an offset, in the file's byte order. */
void image_put(const struct image *i, struct buf *b, uint64_t at, size_t len, uint64_t value);
