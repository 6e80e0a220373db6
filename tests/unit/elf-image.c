/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf-image.h"
#include "unit.h"

#define PHDRS 0x40
#define NOTE 0x400
#define DYNSYM 0x2000
#define DYNSTR 0x2400
#define VERSYM 0x2800
#define VERDEF 0x2900
#define HASH 0x2a00
#define GNU_HASH 0x2b00
#define SYMTAB 0x2c00
#define STRTAB 0x3000
#define SHSTRTAB 0x3400
#define DYNAMIC 0x3600
#define SHDRS 0x3e00
#define TABLES_VADDR(at) (IMAGE_BASE + 0x2000 + (at)) /* of what is in the third segment */

static bool is_64(const struct image *i)
{
	return i->elf_class != ELFCLASS32;
}

void image_put(const struct image *i, struct buf *b, uint64_t at, size_t len, uint64_t value)
{
	ck_assert_uint_le(at + len, b->len);
	for (size_t k = 0; k < len; k++) {
		size_t byte = i->data == ELFDATA2MSB ? len - 1 - k : k;

		b->p[at + k] = value >> (8 * byte);
	}
}

static size_t word(const struct image *i)
{
	return is_64(i) ? 8 : 4;
}

/* Fields one after the other; a width of 0 is a word of the class. */
static void put_fields(const struct image *i, struct buf *b, uint64_t at, const char *widths,
		       const uint64_t *values)
{
	for (; *widths; widths++, values++) {
		size_t len = *widths == 'w' ? word(i) : (size_t)(*widths - '0');

		image_put(i, b, at, len, *values);
		at += len;
	}
}

static void put_phdr(const struct image *i, struct buf *b, unsigned n, uint32_t type,
		     uint32_t flags, uint64_t offset, uint64_t vaddr, uint64_t filesz,
		     uint64_t memsz)
{
	const uint64_t v64[] = { type, flags, offset, vaddr, vaddr, filesz, memsz, 4 };
	const uint64_t v32[] = { type, offset, vaddr, vaddr, filesz, memsz, flags, 4 };

	put_fields(i, b, PHDRS + n * (is_64(i) ? 56 : 32), is_64(i) ? "44888888" : "44444444",
		   is_64(i) ? v64 : v32);
}

static uint32_t put_string(struct buf *b, uint64_t table, uint64_t *end, const char *s)
{
	uint32_t at = *end;

	memcpy(b->p + table + at, s, strlen(s) + 1);
	*end += strlen(s) + 1;
	return at;
}

static void put_shdr(const struct image *i, struct buf *b, uint64_t *names, unsigned n,
		     const char *name, uint32_t type, uint64_t flags, uint64_t vaddr,
		     uint64_t offset, uint64_t size, uint32_t link, uint32_t info,
		     uint64_t entsize)
{
	const uint64_t v[] = { put_string(b, SHSTRTAB, names, name), type, flags, vaddr,
			       offset, size, link, info, 1, entsize };

	put_fields(i, b, SHDRS + n * (is_64(i) ? 64 : 40), "44wwww44ww", v);
}

/* Writes a table and its strings; the number of symbols, the null symbol included. */
static size_t put_symbols(const struct image *i, struct buf *b, uint64_t table,
			  uint64_t strings, uint64_t *strings_end,
			  const struct image_symbol *s)
{
	size_t n = 1, each = is_64(i) ? 24 : 16;

	for (; s && s->name; s++, n++) {
		uint32_t name = *s->name ? put_string(b, strings, strings_end, s->name) : 0;
		const uint64_t v64[] = { name, s->info, s->other, s->shndx, s->value, s->size };
		const uint64_t v32[] = { name, s->value, s->size, s->info, s->other, s->shndx };

		put_fields(i, b, table + n * each, is_64(i) ? "411288" : "444112",
			   is_64(i) ? v64 : v32);
	}
	return n;
}

static void put_versions(const struct image *i, struct buf *b, uint64_t *dynstr_end)
{
	static const char *const names[] = { "libimage.so.1", "V1", "V2" };
	size_t n = 1;

	for (const struct image_symbol *s = i->dynsym; s && s->name; s++, n++)
		image_put(i, b, VERSYM + 2 * n, 2, s->version ? s->version : 1);
	for (unsigned k = 0; k < 3; k++) {
		uint64_t at = VERDEF + k * 28;
		const uint64_t def[] = { 1, k == 0 ? VER_FLG_BASE : 0, k + 1, 1, 0, 20,
					 k < 2 ? 28 : 0 };
		const uint64_t aux[] = { put_string(b, DYNSTR, dynstr_end, names[k]), 0 };

		put_fields(i, b, at, "2222444", def);
		put_fields(i, b, at + 20, "44", aux);
	}
}

static void put_dynamic(const struct image *i, struct buf *b, size_t n_symbols,
			uint64_t strsz)
{
	const uint64_t tags[][2] = {
		{ DT_NEEDED, strsz - sizeof("libc.so") },
		{ DT_SYMTAB, TABLES_VADDR(DYNSYM) },
		{ DT_STRTAB, TABLES_VADDR(DYNSTR) },
		{ DT_STRSZ, strsz },
		{ DT_SYMENT, is_64(i) ? 24 : 16 },
		{ DT_VERSYM, TABLES_VADDR(VERSYM) },
		{ DT_VERDEF, TABLES_VADDR(VERDEF) },
		{ DT_VERDEFNUM, 3 },
		{ i->no_gnu_hash ? DT_HASH : DT_GNU_HASH,
		  TABLES_VADDR(i->no_gnu_hash ? HASH : GNU_HASH) },
		{ DT_NULL, 0 },
	};
	const uint64_t hash[] = { 1, n_symbols, 1 };
	/* One bucket, no bloom words, one chain that holds every symbol. */
	const uint64_t gnu_hash[] = { 1, 1, 0, 0, n_symbols > 1 ? 1 : 0 };

	for (size_t k = 0; k < ARRAY_SIZE(tags); k++)
		put_fields(i, b, DYNAMIC + k * 2 * word(i), "ww", tags[k]);
	put_fields(i, b, HASH, "444", hash);
	put_fields(i, b, GNU_HASH, "44444", gnu_hash);
	if (n_symbols > 1)
		image_put(i, b, GNU_HASH + 20 + (n_symbols - 2) * 4, 4, 1);
}

static void put_sections(const struct image *i, struct buf *b, size_t n_dynsym,
			 uint64_t dynstr, size_t n_symtab, uint64_t strtab)
{
	const uint64_t a = SHF_ALLOC, x = SHF_ALLOC | SHF_EXECINSTR, w = SHF_ALLOC | SHF_WRITE;
	const size_t sym = is_64(i) ? 24 : 16;
	uint64_t names = 1;

	put_shdr(i, b, &names, IMAGE_S_TEXT, ".text", SHT_PROGBITS, x, IMAGE_TEXT, 0x1000,
		 0xc00, 0, 0, 0);
	put_shdr(i, b, &names, IMAGE_S_RODATA, i->go ? ".go.buildinfo" : ".rodata", SHT_PROGBITS, a,
		 IMAGE_BASE + 0x800, 0x800, 0x100, 0, 0, 0);
	put_shdr(i, b, &names, IMAGE_S_RODATA_X, ".rodata.x", SHT_PROGBITS, a,
		 IMAGE_TEXT + 0xc00, 0x1c00, 0x400, 0, 0, 0);
	put_shdr(i, b, &names, IMAGE_S_DATA, ".data", SHT_PROGBITS, w, IMAGE_BASE + 0x8c00,
		 0x3c00, 0x100, 0, 0, 0);
	put_shdr(i, b, &names, IMAGE_S_OPD, ".opd", SHT_PROGBITS, w, IMAGE_BASE + 0x8d00,
		 0x3d00, 0x100, 0, 0, 0);
	put_shdr(i, b, &names, IMAGE_S_BSS, ".bss", SHT_NOBITS, w, IMAGE_BASE + 0x8e00, 0x3e00,
		 0x200, 0, 0, 0);
	if (i->dynsym) {
		put_shdr(i, b, &names, IMAGE_S_DYNSYM, ".dynsym", SHT_DYNSYM, a,
			 TABLES_VADDR(DYNSYM), DYNSYM, n_dynsym * sym, IMAGE_S_DYNSTR, 1, sym);
		put_shdr(i, b, &names, IMAGE_S_DYNSTR, ".dynstr", SHT_STRTAB, a,
			 TABLES_VADDR(DYNSTR), DYNSTR, dynstr, 0, 0, 0);
		put_shdr(i, b, &names, IMAGE_S_VERSYM, ".gnu.version", SHT_GNU_versym, a,
			 TABLES_VADDR(VERSYM), VERSYM, n_dynsym * 2, IMAGE_S_DYNSYM, 0, 2);
		put_shdr(i, b, &names, IMAGE_S_VERDEF, ".gnu.version_d", SHT_GNU_verdef, a,
			 TABLES_VADDR(VERDEF), VERDEF, 84, IMAGE_S_DYNSTR, 3, 0);
	}
	if (i->symtab) {
		put_shdr(i, b, &names, IMAGE_S_SYMTAB, ".symtab", SHT_SYMTAB, 0, 0, SYMTAB,
			 n_symtab * sym, IMAGE_S_STRTAB, 1, sym);
		put_shdr(i, b, &names, IMAGE_S_STRTAB, ".strtab", SHT_STRTAB, 0, 0, STRTAB,
			 strtab, 0, 0, 0);
	}
	put_shdr(i, b, &names, IMAGE_S_SHSTRTAB, ".shstrtab", SHT_STRTAB, 0, 0, SHSTRTAB,
		 0x100, 0, 0, 0);
	ck_assert_uint_le(names, 0x100);
}

/* In pointer format the first word leads to a Go string, a pointer and a length. */
static void put_go(const struct image *i, struct buf *b)
{
	const uint64_t at = 0x800, base = IMAGE_BASE;
	const size_t w = word(i), len = strlen(i->go);
	const unsigned char flags = i->go_pointers ? i->data == ELFDATA2MSB : 2;

	memcpy(b->p + at, "\xff Go buildinf:", 14);
	b->p[at + 14] = w;
	b->p[at + 15] = flags;
	if (i->go_pointers) {
		image_put(i, b, at + 16, w, base + at + 0x40);
		image_put(i, b, at + 0x40, w, base + at + 0x60);
		image_put(i, b, at + 0x40 + w, w, len);
		memcpy(b->p + at + 0x60, i->go, len);
	} else {
		b->p[at + 32] = len;
		memcpy(b->p + at + 33, i->go, len);
	}
}

static void put_header(const struct image *i, struct buf *b)
{
	const unsigned char ident[EI_NIDENT] = {
		0x7f, 'E', 'L', 'F', is_64(i) ? ELFCLASS64 : ELFCLASS32,
		i->data == ELFDATA2MSB ? ELFDATA2MSB : ELFDATA2LSB, EV_CURRENT,
	};
	bool sections = !i->no_sections;
	const uint64_t v[] = {
		i->type ? i->type : ET_DYN, i->machine ? i->machine : EM_X86_64, EV_CURRENT,
		IMAGE_TEXT, PHDRS, sections ? SHDRS : 0, i->flags, is_64(i) ? 64 : 52,
		is_64(i) ? 56 : 32, i->big_counts ? PN_XNUM : IMAGE_P_N, is_64(i) ? 64 : 40,
		!sections || i->big_counts ? 0 : IMAGE_S_N,
		!sections ? 0 : i->big_counts ? SHN_XINDEX : IMAGE_S_SHSTRTAB,
	};

	memcpy(b->p, ident, sizeof(ident));
	put_fields(i, b, EI_NIDENT, "224www4222222", v);
	if (i->big_counts) {
		const uint64_t zero[] = { 0, 0, 0, 0, 0, IMAGE_S_N, IMAGE_S_SHSTRTAB,
					  IMAGE_P_N, 0, 0 };

		put_fields(i, b, SHDRS, "44wwww44ww", zero);
	}
}

void image_make(const struct image *i, struct buf *ret)
{
	static const unsigned char id[] = { 0xab, 0xcd, 0xef, 0x01 };
	const uint64_t note[] = { 4, sizeof(id), NT_GNU_BUILD_ID };
	uint64_t dynstr = 1, strtab = 1;
	size_t n_dynsym, n_symtab;

	buf_reset(ret);
	buf_pad(ret, 0, IMAGE_SIZE);
	put_header(i, ret);
	put_phdr(i, ret, IMAGE_P_HEADERS, PT_LOAD, PF_R, 0, IMAGE_BASE, 0x1000, 0x1000);
	put_phdr(i, ret, IMAGE_P_TEXT, PT_LOAD, PF_R | PF_X, 0x1000, IMAGE_TEXT, 0x1000,
		 0x1000);
	put_phdr(i, ret, IMAGE_P_TABLES, PT_LOAD, PF_R, 0x2000, IMAGE_BASE + 0x4000, 0x1c00,
		 0x1c00);
	put_phdr(i, ret, IMAGE_P_DATA, PT_LOAD, PF_R | PF_W, 0x3c00, IMAGE_BASE + 0x8c00, 0x200,
		 0x400);
	put_phdr(i, ret, IMAGE_P_DYNAMIC, i->dynsym ? PT_DYNAMIC : PT_NULL, PF_R, DYNAMIC,
		 TABLES_VADDR(DYNAMIC), 20 * word(i), 20 * word(i));
	put_phdr(i, ret, IMAGE_P_NOTE, PT_NOTE, PF_R, NOTE, IMAGE_BASE + NOTE,
		 16 + sizeof(id), 16 + sizeof(id));
	put_fields(i, ret, NOTE, "444", note);
	memcpy(ret->p + NOTE + 12, "GNU", 4);
	memcpy(ret->p + NOTE + 16, id, sizeof(id));

	n_dynsym = put_symbols(i, ret, DYNSYM, DYNSTR, &dynstr, i->dynsym);
	n_symtab = put_symbols(i, ret, SYMTAB, STRTAB, &strtab, i->symtab);
	if (i->dynsym)
		put_versions(i, ret, &dynstr);
	put_string(ret, DYNSTR, &dynstr, "libc.so");
	if (i->dynsym)
		put_dynamic(i, ret, n_dynsym, dynstr);
	if (i->go)
		put_go(i, ret);
	if (!i->no_sections)
		put_sections(i, ret, n_dynsym, dynstr, n_symtab, strtab);
	ck_assert_uint_le(DYNSTR + dynstr, VERSYM);
	ck_assert_uint_le(STRTAB + strtab, SHSTRTAB);
}

int image_open_bytes(const void *bytes, size_t len, struct elffile **ret, struct err *err)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	return elffile_open_fd(fd, "image", ret, err);
}

struct elffile *image_open(const struct image *i)
{
	auto_buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct elffile *f = NULL;

	image_make(i, &b);
	ck_assert_msg(image_open_bytes(b.p, b.len, &f, &err) == 0, "%s", err.msg);
	return f;
}

void image_poke_(const struct image *i, struct buf *b, bool section, unsigned number,
		 size_t at32, size_t len32, size_t at64, size_t len64, uint64_t value)
{
	uint64_t each = is_64(i) ? (section ? 64 : 56) : (section ? 40 : 32);
	uint64_t at = (section ? SHDRS : PHDRS) + number * each;

	if (is_64(i))
		image_put(i, b, at + at64, len64, value);
	else
		image_put(i, b, at + at32, len32, value);
}

void image_put_section(const struct image *i, struct buf *b, const char *name,
		       const void *bytes, size_t len)
{
	uint64_t at = b->len;

	buf_add(b, bytes, len);
	strcpy(b->p + 0x3500, name);
	image_poke_shdr(i, b, IMAGE_S_SHSTRTAB, sh_size, 0x200);
	image_poke_shdr(i, b, IMAGE_S_BSS, sh_name, 0x100);
	image_poke_shdr(i, b, IMAGE_S_BSS, sh_type, SHT_PROGBITS);
	image_poke_shdr(i, b, IMAGE_S_BSS, sh_flags, 0);
	image_poke_shdr(i, b, IMAGE_S_BSS, sh_offset, at);
	image_poke_shdr(i, b, IMAGE_S_BSS, sh_size, len);
}
