/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Relocation tables by PT_DYNAMIC, as the loader finds them; a static program has none of
 * that, only sections. RELR holds relative relocations alone and is of no interest.
 */
#include <string.h>

#include "base/xalloc.h"
#include "elf/private.h"
#include "elf/reloc.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif
#ifndef R_AARCH64_IRELATIVE /* musl */
#define R_AARCH64_IRELATIVE 1032
#endif
#ifndef R_390_IRELATIVE
#define R_390_IRELATIVE 61
#endif

/* psABI numbers of each machine; 0 in `word` where there is no such type. */
static const struct machine {
	uint16_t machine;
	uint8_t elf_class; /* 0: both */
	uint32_t jump_slot, glob_dat, word, irelative;
} machines[] = {
	{ EM_X86_64, 0, R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT, R_X86_64_64,
	  R_X86_64_IRELATIVE },
	{ EM_386, 0, R_386_JMP_SLOT, R_386_GLOB_DAT, R_386_32, R_386_IRELATIVE },
	{ EM_AARCH64, ELFCLASS64, R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT, R_AARCH64_ABS64,
	  R_AARCH64_IRELATIVE },
	{ EM_ARM, 0, R_ARM_JUMP_SLOT, R_ARM_GLOB_DAT, R_ARM_ABS32, R_ARM_IRELATIVE },
	{ EM_PPC64, 0, R_PPC64_JMP_SLOT, R_PPC64_GLOB_DAT, R_PPC64_ADDR64, R_PPC64_IRELATIVE },
	{ EM_S390, ELFCLASS64, R_390_JMP_SLOT, R_390_GLOB_DAT, R_390_64, R_390_IRELATIVE },
	{ EM_RISCV, ELFCLASS64, R_RISCV_JUMP_SLOT, R_RISCV_64, R_RISCV_64, 58 },
	{ EM_RISCV, ELFCLASS32, R_RISCV_JUMP_SLOT, R_RISCV_32, R_RISCV_32, 58 },
	{ EM_LOONGARCH, ELFCLASS64, 5, 2, 2, 12 },
};

/* One table: `each` bytes an entry, with or without addends. */
struct table {
	uint64_t offset, size;
	bool has_addend;
};

struct relocs {
	struct elffile *f;
	const struct machine *machine;
	struct elf_table *dynsym; /* NULL: none */
	void *symbols;            /* all of it, in host order */
	struct elf_reloc *v;
	size_t n;
};

static const struct machine *find_machine(const struct elffile *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].machine == f->machine &&
		    (!machines[i].elf_class || machines[i].elf_class == f->elf_class))
			return &machines[i];
	return NULL;
}

static bool kind_of(const struct machine *m, uint32_t type, enum elf_reloc_kind *ret)
{
	if (type == m->irelative)
		*ret = RELOC_IRELATIVE;
	else if (type == m->jump_slot)
		*ret = RELOC_JUMP_SLOT;
	else if (type == m->glob_dat || type == m->word)
		*ret = RELOC_GLOB_DAT;
	else
		return false;
	return true;
}

bool elf_reloc_word(const struct elffile *f, const struct elf_reloc *r, uint64_t *ret)
{
	uint64_t offset;

	return elf_file_offset(f, r->vaddr, &offset) && elf_read_word(f, offset, ret);
}

static void set_symbol(const struct relocs *r, uint32_t number, struct elf_reloc *reloc)
{
	struct symbol s = { 0 };
	uint32_t at;

	if (!r->symbols || number == 0 || number >= r->dynsym->n)
		return;
	if (r->f->elf_class == ELFCLASS32) {
		const Elf32_Sym *sym = (const Elf32_Sym *)r->symbols + number;

		at = sym->st_name;
		reloc->value = sym->st_value;
	} else {
		const Elf64_Sym *sym = (const Elf64_Sym *)r->symbols + number;

		at = sym->st_name;
		reloc->value = sym->st_value;
	}
	reloc->name = elf_string(r->f, &r->dynsym->strings, at);
	if (reloc->name && !*reloc->name)
		reloc->name = NULL;
	elf_version_set(r->f, r->dynsym, number, &s);
	reloc->version = s.version;
}

static void add(struct relocs *r, const GElf_Rela *raw, uint32_t type, uint32_t symbol,
		bool has_addend)
{
	struct elf_reloc reloc = { .vaddr = raw->r_offset };

	if (!kind_of(r->machine, type, &reloc.kind))
		return;
	if (has_addend)
		reloc.addend = (uint64_t)raw->r_addend;
	else /* a Rel has its addend in the slot */
		elf_reloc_word(r->f, &reloc, &reloc.addend);
	if (reloc.kind != RELOC_IRELATIVE)
		set_symbol(r, symbol, &reloc);
	if (reloc.kind != RELOC_IRELATIVE && !reloc.name)
		return;
	r->v = xgrow(r->v, r->n, sizeof(*r->v));
	r->v[r->n++] = reloc;
}

/* Entry `i` of a table in host order. */
static void decode(struct relocs *r, const void *raw, size_t i, bool has_addend)
{
	GElf_Rela rela = { 0 };

	if (r->f->elf_class == ELFCLASS32) {
		const Elf32_Rela *e = has_addend ? (const Elf32_Rela *)raw + i
						 : (const void *)((const Elf32_Rel *)raw + i);

		rela.r_offset = e->r_offset;
		if (has_addend)
			rela.r_addend = e->r_addend;
		add(r, &rela, ELF32_R_TYPE(e->r_info), ELF32_R_SYM(e->r_info), has_addend);
	} else {
		const Elf64_Rela *e = has_addend ? (const Elf64_Rela *)raw + i
						 : (const void *)((const Elf64_Rel *)raw + i);

		rela.r_offset = e->r_offset;
		if (has_addend)
			rela.r_addend = e->r_addend;
		add(r, &rela, ELF64_R_TYPE(e->r_info), ELF64_R_SYM(e->r_info), has_addend);
	}
}

static bool read_table(struct relocs *r, const struct table *t)
{
	Elf_Type type = t->has_addend ? ELF_T_RELA : ELF_T_REL;
	size_t each = elf_record_size(r->f, type);
	uint64_t size = t->size - t->size % each;
	auto_free void *raw = elf_load(r->f, t->offset, size);

	if (!raw)
		return false;
	elf_to_host(r->f, type, raw, size);
	for (size_t i = 0; i < size / each; i++)
		decode(r, raw, i, t->has_addend);
	return true;
}

static bool read_dynamic(struct relocs *r)
{
	const struct elf_dynamic *d = &r->f->priv->dynamic;
	const struct {
		uint64_t vaddr, size;
		bool has_addend;
	} areas[] = {
		{ d->rela, d->relasz, true },
		{ d->rel, d->relsz, false },
		{ d->jmprel, d->pltrelsz, d->pltrel == DT_RELA },
	};

	for (size_t i = 0; i < ARRAY_SIZE(areas); i++) {
		struct table t = { 0, areas[i].size, areas[i].has_addend };

		if (areas[i].vaddr && areas[i].size &&
		    (!elf_file_offset(r->f, areas[i].vaddr, &t.offset) || !read_table(r, &t)))
			return false;
	}
	return true;
}

static bool read_sections(struct relocs *r)
{
	for (size_t i = 0; i < r->f->priv->n_sections; i++) {
		const struct elf_section *s = &r->f->priv->sections[i];
		struct table t = { s->offset, s->size, s->type == SHT_RELA };

		if ((s->type != SHT_RELA && s->type != SHT_REL) || !(s->flags & SHF_ALLOC))
			continue;
		if (!read_table(r, &t))
			return false;
	}
	return true;
}

/* Relocations name most of .dynsym: it is held as a whole while they are read. */
static void load_dynsym(struct relocs *r)
{
	struct elf_private *priv = r->f->priv;
	size_t size;

	if (elf_tables_find(r->f, NULL) < 0)
		return;
	for (size_t i = 0; i < priv->n_tables && !r->dynsym; i++)
		if (priv->tables[i].source == SYMBOL_DYNSYM)
			r->dynsym = &priv->tables[i];
	if (!r->dynsym || !elf_strings_load(r->f, &r->dynsym->strings))
		return;
	size = r->dynsym->n * elf_record_size(r->f, ELF_T_SYM);
	r->symbols = elf_load(r->f, r->dynsym->offset, size);
	if (r->symbols)
		elf_to_host(r->f, ELF_T_SYM, r->symbols, size);
}

int elf_relocs(struct elffile *f, const struct elf_reloc **ret, size_t *ret_n,
	       struct err *err)
{
	struct relocs r = { .f = f, .machine = find_machine(f) };
	struct elf_private *priv = f->priv;
	bool ok = true;

	if (!priv->relocs_loaded && r.machine) {
		load_dynsym(&r);
		/* static-pie has both, and its sections say what PT_DYNAMIC does */
		ok = priv->dynamic.is_present ? read_dynamic(&r) : read_sections(&r);
		free(r.symbols);
		priv->relocs = r.v;
		priv->n_relocs = r.n;
	}
	if (!ok) {
		free(priv->relocs);
		priv->relocs = NULL;
		priv->n_relocs = 0;
		return err_set(err, EBADMSG, "the relocations of %s are damaged", f->path);
	}
	priv->relocs_loaded = true;
	*ret = priv->relocs;
	*ret_n = priv->n_relocs;
	return 0;
}
