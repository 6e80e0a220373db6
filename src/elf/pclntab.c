/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names that Go's runtime keeps for itself, in .gopclntab, where strip(1) and
 * -ldflags=-s leave them (runtime/symtab.go; since Go 1.18). They become an ELF file without
 * a name, which the reader of files reads like any other.
 *
 * Places there count from where Go's code begins. That no field says for all versions and
 * linkers, so it is proven: it is the beginning of .text if the program's first instruction
 * is then Go's, _rt0_amd64_linux or the like. A program with C in it begins in C.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "elf/private.h"

#define MAGIC_1_18 0xfffffff0u
#define MAGIC_1_20 0xfffffff1u
#define MAX_SIZE (256u << 20)

enum { FUNC_RECORD = 44, FLAG_ASM = 4 };

struct func {
	uint32_t from, to; /* from where Go's code begins */
	const char *name;  /* in the table */
	bool is_asm;
	bool is_abi0;      /* called NAME.abi0 where nothing was stripped */
	bool is_unclear;   /* in assembly or a wrapper: how it takes arguments is not known */
};

struct pclntab {
	const struct elffile *f;
	unsigned char *data;
	uint64_t size;
	uint64_t names, names_end, funcs; /* offsets into it */
	unsigned flag_at;                 /* in a function's record */
	struct func *list;
	size_t n;
	uint64_t text;
};

static uint64_t word(const struct pclntab *t, unsigned i)
{
	return elffile_word(t->f, t->data + 8 + elffile_word_size(t->f) * i);
}

static int read_header(struct pclntab *t)
{
	size_t each = elffile_word_size(t->f);
	uint32_t magic;
	uint64_t n;

	if (t->size < 8 + 8 * each)
		return -EBADMSG;
	magic = elf_get32(t->f, t->data);
	if ((magic != MAGIC_1_18 && magic != MAGIC_1_20) || t->data[7] != each)
		return -ENOTSUP;
	n = word(t, 0);
	t->flag_at = magic == MAGIC_1_18 ? 37 : 41;
	t->names = word(t, 3);
	t->names_end = word(t, 4);
	t->funcs = word(t, 7);
	if (t->names >= t->names_end || t->names_end > t->size || t->funcs > t->size ||
	    t->data[t->names_end - 1] != 0)
		return -EBADMSG;
	/* Pairs, and the end of the last function. */
	if (n == 0 || t->size - t->funcs < 4 || n > (t->size - t->funcs - 4) / 8)
		return -EBADMSG;
	t->n = n;
	return 0;
}

static bool read_func(const struct pclntab *t, size_t i, struct func *ret)
{
	const unsigned char *pair = t->data + t->funcs + 8 * i, *record;
	uint64_t at = elf_get32(t->f, pair + 4), room = t->size - t->funcs;
	uint32_t name;

	if (at > room || room - at < FUNC_RECORD)
		return false;
	record = t->data + t->funcs + at;
	name = elf_get32(t->f, record + 4);
	if (name >= t->names_end - t->names)
		return false;
	*ret = (struct func){
		.from = elf_get32(t->f, pair),
		.to = elf_get32(t->f, pair + 8),
		.name = (const char *)t->data + t->names + name,
		.is_asm = record[t->flag_at] & FLAG_ASM,
	};
	return ret->from < ret->to && elf_get32(t->f, record) == ret->from;
}

static int read_funcs(struct pclntab *t)
{
	t->list = xcalloc(t->n, sizeof(*t->list));
	for (size_t i = 0; i < t->n; i++)
		if (!read_func(t, i, &t->list[i]))
			return -EBADMSG;
	return 0;
}

static int find_text(struct pclntab *t)
{
	const struct elf_section *s = elf_section_find(t->f, ".text");

	if (!s || t->list[t->n - 1].to > s->size)
		return -ESPIPE;
	t->text = s->vaddr;
	for (size_t i = 0; i < t->n; i++)
		if (t->text + t->list[i].from == t->f->priv->entry)
			return strncmp(t->list[i].name, "_rt0_", 5) == 0 ? 0 : -ESPIPE;
	return -ESPIPE;
}

static int by_name(const void *a, const void *b)
{
	const struct func *x = *(struct func *const *)a, *y = *(struct func *const *)b;

	/* A hostile table may have one name, of megabytes, for all. */
	return x->name == y->name ? 0 : strcmp(x->name, y->name);
}

/*
 * Two of one name are called in two ways: of assembly and compiled code the first is ABI0; of
 * two that are compiled one is a wrapper for the other way, which does not say so in a manner
 * that lasts. Before Go 1.21 all forms of a generic function are f[...].
 */
static void tell_apart(struct pclntab *t)
{
	auto_free struct func **v = xcalloc(t->n, sizeof(*v));

	for (size_t i = 0; i < t->n; i++) {
		v[i] = &t->list[i];
		v[i]->is_unclear = v[i]->is_asm;
	}
	qsort(v, t->n, sizeof(*v), by_name);
	for (size_t i = 1; i < t->n; i++) {
		struct func *a = v[i - 1], *b = v[i];

		if (by_name(&v[i - 1], &v[i]) != 0 || strstr(a->name, "[...]"))
			continue;
		if (a->is_asm == b->is_asm) {
			a->is_unclear = b->is_unclear = true;
			continue;
		}
		a = a->is_asm ? a : b;
		a->is_abi0 = true;
		a->is_unclear = false;
	}
}

/* elf_to_host() swaps both ways. */
static void put(struct buf *b, const struct elffile *f, Elf_Type type, void *record)
{
	size_t len = elf_record_size(f, type);

	elf_to_host(f, type, record, len);
	buf_add(b, record, len);
}

static void put_symbol(struct buf *b, const struct pclntab *t, const struct func *fn,
		       uint64_t name)
{
	unsigned kind = fn->is_unclear ? STT_NOTYPE : STT_FUNC;
	Elf32_Sym s32 = { .st_name = name, .st_value = t->text + fn->from,
			  .st_size = fn->to - fn->from, .st_shndx = 1,
			  .st_info = ELF32_ST_INFO(STB_GLOBAL, kind) };
	Elf64_Sym s64 = { .st_name = name, .st_value = t->text + fn->from,
			  .st_size = fn->to - fn->from, .st_shndx = 1,
			  .st_info = ELF64_ST_INFO(STB_GLOBAL, kind) };

	put(b, t->f, ELF_T_SYM, t->f->elf_class == ELFCLASS32 ? (void *)&s32 : &s64);
}

static void put_section(struct buf *b, const struct elffile *f, const GElf_Shdr *s)
{
	Elf32_Shdr s32 = { .sh_type = s->sh_type, .sh_offset = s->sh_offset,
			   .sh_size = s->sh_size, .sh_link = s->sh_link,
			   .sh_entsize = s->sh_entsize };
	Elf64_Shdr s64 = *s;

	put(b, f, ELF_T_SHDR, f->elf_class == ELFCLASS32 ? (void *)&s32 : &s64);
}

static void put_header(struct buf *b, const struct elffile *f)
{
	unsigned char ident[EI_NIDENT] = { 0x7f, 'E', 'L', 'F', f->elf_class, f->data,
					   EV_CURRENT };
	size_t len = elf_record_size(f, ELF_T_EHDR), each = elf_record_size(f, ELF_T_SHDR);
	Elf32_Ehdr e32 = { .e_type = f->type, .e_machine = f->machine, .e_version = EV_CURRENT,
			   .e_flags = f->priv->eflags, .e_shoff = len, .e_ehsize = len,
			   .e_shentsize = each, .e_shnum = 3 };
	Elf64_Ehdr e64 = { .e_type = f->type, .e_machine = f->machine, .e_version = EV_CURRENT,
			   .e_flags = f->priv->eflags, .e_shoff = len, .e_ehsize = len,
			   .e_shentsize = each, .e_shnum = 3 };

	memcpy(e32.e_ident, ident, sizeof(ident));
	memcpy(e64.e_ident, ident, sizeof(ident));
	put(b, f, ELF_T_EHDR, f->elf_class == ELFCLASS32 ? (void *)&e32 : &e64);
}

/* Strings are the table's own, behind a NUL, and those with .abi0. False: too long. */
static bool put_symbols(const struct pclntab *t, struct buf *syms, struct buf *strings)
{
	static const char abi0[] = ".abi0";
	const char *names = (const char *)t->data + t->names;
	const struct func none = { .is_unclear = true };

	buf_addc(strings, 0);
	buf_add(strings, t->data + t->names, t->names_end - t->names);
	put_symbol(syms, t, &none, 0);
	for (size_t i = 0; i < t->n; i++) {
		const struct func *fn = &t->list[i];

		put_symbol(syms, t, fn, fn->is_abi0 ? strings->len : (size_t)(fn->name - names) + 1);
		if (!fn->is_abi0)
			continue;
		buf_adds(strings, fn->name);
		buf_add(strings, abi0, sizeof(abi0));
		if (strings->len > MAX_SIZE)
			return false;
	}
	return true;
}

static bool put_file(const struct pclntab *t, struct buf *b)
{
	size_t at = elf_record_size(t->f, ELF_T_EHDR) + 3 * elf_record_size(t->f, ELF_T_SHDR);
	auto_buf syms = BUF_INIT, strings = BUF_INIT;
	GElf_Shdr sections[] = {
		{ .sh_type = SHT_NULL },
		{ .sh_type = SHT_SYMTAB, .sh_link = 2,
		  .sh_entsize = elf_record_size(t->f, ELF_T_SYM) },
		{ .sh_type = SHT_STRTAB },
	};

	if (!put_symbols(t, &syms, &strings))
		return false;
	put_header(b, t->f);
	sections[1].sh_offset = at;
	sections[1].sh_size = syms.len;
	sections[2].sh_offset = at + syms.len;
	sections[2].sh_size = strings.len;
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		put_section(b, t->f, &sections[i]);
	buf_add(b, syms.p, syms.len);
	buf_add(b, strings.p, strings.len);
	return true;
}

static int make_file(const struct pclntab *t)
{
	auto_buf b = BUF_INIT;
	int fd, rc;

	if (!put_file(t, &b))
		return -EFBIG;
	fd = memfd_create("uprobe-ctl-names", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = fd_write_once(fd, b.p, b.len);
	if (rc < 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

static const struct elf_section *find_section(const struct elffile *f)
{
	const struct elf_section *s = elf_section_find(f, ".gopclntab");

	return s ? s : elf_section_find(f, ".data.rel.ro.gopclntab");
}

int pclntab_open(const struct elffile *f)
{
	const struct elf_section *s = find_section(f);
	struct pclntab t = { .f = f };
	int rc;

	if (!s || s->type == SHT_NOBITS) /* a debug file's */
		return -ENOENT;
	t.size = s->size;
	t.data = s->size > MAX_SIZE ? NULL : elf_load(f, s->offset, s->size);
	rc = t.data ? read_header(&t) : -EBADMSG;
	if (rc == 0)
		rc = read_funcs(&t);
	if (rc == 0)
		rc = find_text(&t);
	if (rc == 0) {
		tell_apart(&t);
		rc = make_file(&t);
	}
	free(t.list);
	free(t.data);
	return rc;
}
