/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every stub loads its slot of the GOT and jumps there; the slot's relocation has the name.
 * So the stubs are found by their code, in whatever order and form the linker made them:
 * .plt, .plt.sec (IBT), .plt.got, .iplt.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/plt.h"
#include "elf/private.h"
#include "elf/reloc.h"

/* One section of stubs. */
struct stubs {
	struct elffile *f;
	const unsigned char *code;
	size_t size;
	uint64_t vaddr;
};

struct stub {
	size_t at, len; /* in the section */
	uint64_t slot;  /* address */
};

static bool is_x86(const struct elffile *f)
{
	return f->machine == EM_X86_64 || f->machine == EM_386;
}

bool elf_plt_known(const struct elffile *f)
{
	return is_x86(f) || f->machine == EM_AARCH64;
}

static bool has(const struct stubs *s, size_t at, size_t n)
{
	return at <= s->size && s->size - at >= n;
}

static bool begins(const struct stubs *s, size_t at, const char *bytes, size_t n)
{
	return has(s, at, n) && memcmp(s->code + at, bytes, n) == 0;
}

/* ff 25 disp32: by %rip, or absolute on i386; ff a3 disp32: i386 PIC, off .got.plt. */
static bool x86_jump(const struct stubs *s, size_t at, uint64_t *slot)
{
	uint32_t disp;

	if (!has(s, at, 6) || s->code[at] != 0xff)
		return false;
	disp = elf_get32(s->f, s->code + at + 2);
	if (s->code[at + 1] == 0x25) {
		*slot = s->f->machine == EM_386 ? disp :
						  s->vaddr + at + 6 + (uint64_t)(int32_t)disp;
		return true;
	}
	if (s->code[at + 1] != 0xa3 || s->f->machine != EM_386)
		return false;
	*slot = (uint32_t)(s->f->priv->dynamic.pltgot + disp);
	return true;
}

/* [endbr] [bnd] jmp *slot, and 16 bytes a stub (8 in an old .plt.got). */
static bool x86_stub(const struct stubs *s, size_t at, struct stub *ret)
{
	size_t jump = at;
	uint64_t next;

	if (begins(s, jump, "\xf3\x0f\x1e\xfa", 4) || begins(s, jump, "\xf3\x0f\x1e\xfb", 4))
		jump += 4;
	if (begins(s, jump, "\xf2", 1))
		jump++;
	if (!x86_jump(s, jump, &ret->slot))
		return false;
	ret->at = at;
	ret->len = jump == at && (!has(s, at, 16) || x86_jump(s, at + 8, &next)) ? 8 : 16;
	return true;
}

/* Instructions are little-endian, whatever the data is. */
static uint32_t arm64_insn(const struct stubs *s, size_t at)
{
	const unsigned char *p = s->code + at;

	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/* [bti c]; adrp x16, PAGE; ldr x17, [x16, #LOW]; add x16, x16, #LOW; br x17 */
static bool arm64_stub(const struct stubs *s, size_t at, struct stub *ret)
{
	size_t adrp = at + (begins(s, at, "\x5f\x24\x03\xd5", 4) ? 4 : 0);
	uint32_t page, load;
	int64_t pages;

	if (!has(s, adrp, 16))
		return false;
	page = arm64_insn(s, adrp);
	load = arm64_insn(s, adrp + 4);
	if ((page & 0x9f00001f) != 0x90000010 || (load & 0xffc003ff) != 0xf9400211)
		return false;
	pages = (page >> 5 & 0x7ffff) << 2 | (page >> 29 & 3);
	pages = (pages ^ 0x100000) - 0x100000; /* 21 bits, signed */
	ret->slot = ((s->vaddr + adrp) & ~0xfffULL) + (uint64_t)(pages * 4096) +
		    ((load >> 10 & 0xfff) << 3);
	ret->at = at;
	ret->len = adrp - at + 16;
	return true;
}

static bool stub_at(const struct stubs *s, size_t at, struct stub *ret)
{
	return is_x86(s->f) ? x86_stub(s, at, ret) : arm64_stub(s, at, ret);
}

static int by_slot(const void *a, const void *b)
{
	const struct elf_reloc *x = *(const struct elf_reloc *const *)a;
	const struct elf_reloc *y = *(const struct elf_reloc *const *)b;

	return x->vaddr < y->vaddr ? -1 : x->vaddr > y->vaddr;
}

struct names { /* relocations by slot */
	const struct elf_reloc **v;
	size_t n;
};

static const struct elf_reloc *reloc_of(const struct names *names, uint64_t slot)
{
	const struct elf_reloc key = { .vaddr = slot }, *p = &key;
	const struct elf_reloc **found =
		names->n ? bsearch(&p, names->v, names->n, sizeof(*names->v), by_slot) : NULL;

	return found ? *found : NULL;
}

/* An IRELATIVE slot is called by the name of the IFUNC whose resolver it has. */
static const char *ifunc_name(struct elffile *f, uint64_t resolver)
{
	const struct symbol *all, *best = NULL;
	size_t n;

	if (symtab_all(f, &all, &n, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (all[i].vaddr == resolver && all[i].type == SYMBOL_IFUNC &&
		    (!best || symbol_rank_cmp(&all[i], best) < 0))
			best = &all[i];
	return best ? best->name : NULL;
}

static void add(struct elffile *f, const struct stubs *s, const struct stub *stub,
		const struct elf_reloc *reloc)
{
	struct elf_private *priv = f->priv;
	const char *name = reloc->kind == RELOC_IRELATIVE ? ifunc_name(f, reloc->addend) :
							    reloc->name;
	struct symbol sym = {
		.is_default = true,
		.vaddr = s->vaddr + stub->at,
		.size = stub->len,
		.type = SYMBOL_PLT,
		.bind = SYMBOL_LOCAL,
		.source = SYMBOL_PLT_STUBS,
		.is_code = true,
	};

	if (!name || !elf_code_offset(f, sym.vaddr, &sym.offset))
		return;
	sym.name = elf_keep(f, xasprintf("%s@plt", name));
	priv->plt = xgrow(priv->plt, priv->n_plt, sizeof(*priv->plt));
	priv->plt[priv->n_plt++] = sym;
}

static bool holds_stubs(const struct elffile *f, const struct elf_section *s)
{
	auto_free char *name = NULL;

	if (!(s->flags & SHF_EXECINSTR) || s->type != SHT_PROGBITS)
		return false;
	name = elf_section_name(f, s);
	return text_starts(name, ".plt") || strcmp(name, ".iplt") == 0;
}

/* With IBT, .plt keeps only the stubs of lazy binding, which have no slot to be found by. */
static void scan(struct elffile *f, const struct elf_section *section,
		 const struct names *names)
{
	auto_free unsigned char *code = elf_load(f, section->offset, section->size);
	struct stubs s = { f, code, section->size, section->vaddr };
	size_t step = is_x86(f) ? 8 : 4;

	for (size_t at = 0; code && at < s.size;) {
		struct stub stub;
		const struct elf_reloc *reloc =
			stub_at(&s, at, &stub) ? reloc_of(names, stub.slot) : NULL;

		if (reloc)
			add(f, &s, &stub, reloc);
		at += reloc ? stub.len : step;
	}
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->vaddr < y->vaddr ? -1 : x->vaddr > y->vaddr;
}

static void find_stubs(struct elffile *f, const struct elf_reloc *relocs, size_t n)
{
	auto_free const struct elf_reloc **v = xcalloc(n + 1, sizeof(*v));
	struct names names = { v, n };
	struct elf_private *priv = f->priv;

	for (size_t i = 0; i < n; i++)
		v[i] = &relocs[i];
	if (n)
		qsort(v, n, sizeof(*v), by_slot);
	for (size_t i = 0; i < priv->n_sections; i++)
		if (holds_stubs(f, &priv->sections[i]))
			scan(f, &priv->sections[i], &names);
	if (priv->n_plt) {
		qsort(priv->plt, priv->n_plt, sizeof(*priv->plt), by_address);
		elf_keep(f, priv->plt);
	}
}

int elf_plt(struct elffile *f, const struct symbol **ret, size_t *ret_n, struct err *err)
{
	struct elf_private *priv = f->priv;
	const struct elf_reloc *relocs;
	size_t n;
	int rc;

	if (!priv->plt_found && elf_plt_known(f)) {
		rc = elf_relocs(f, &relocs, &n, err);
		if (rc < 0)
			return rc;
		find_stubs(f, relocs, n);
	}
	priv->plt_found = true;
	*ret = priv->plt;
	*ret_n = priv->n_plt;
	return 0;
}

const struct symbol *elf_plt_at(struct elffile *f, uint64_t offset, uint64_t *ret_off)
{
	const struct symbol *plt;
	size_t n;

	if (elf_plt(f, &plt, &n, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (offset < plt[i].offset || offset - plt[i].offset >= plt[i].size)
			continue;
		*ret_off = offset - plt[i].offset;
		return &plt[i];
	}
	return NULL;
}
