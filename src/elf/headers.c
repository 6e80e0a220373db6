/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF header, program headers, section headers, build-id. The program headers must be
 * right, since load_elf_binary() and ld.so go by them; section headers may be absent or
 * nonsense, which a loader never notices: then the file is read as one without.
 */
#include <string.h>

#include "base/xalloc.h"
#include "elf/private.h"

/* load_elf_phdrs() takes 64 KiB of program headers; a file of more segments runs nowhere. */
#define MAX_SEGMENTS 4096
/* A build-id is among the first notes and small; more is somebody wasting our time. */
#define MAX_NOTES 64
#define MAX_NOTE (64 << 10)

struct header { /* what both classes have */
	uint64_t phoff, shoff;
	size_t phnum, shnum, shstrndx;
	size_t phentsize, shentsize;
};

static int damaged(const struct elffile *f, struct err *err, const char *what)
{
	err_set(err, ENOEXEC, "%s is a damaged ELF file: %s", f->path, what);
	return err_hint(err, "neither the kernel nor the dynamic loader would run it as it is");
}

#define HEADER_OF(e)                                                                     \
	(struct header)                                                                  \
	{                                                                                \
		.phoff = (e).e_phoff, .shoff = (e).e_shoff, .phnum = (e).e_phnum,        \
		.shnum = (e).e_shnum, .shstrndx = (e).e_shstrndx,                        \
		.phentsize = (e).e_phentsize, .shentsize = (e).e_shentsize,              \
	}

static int read_header(struct elffile *f, struct header *ret, struct err *err)
{
	size_t len = elf_record_size(f, ELF_T_EHDR);
	union {
		Elf32_Ehdr e32;
		Elf64_Ehdr e64;
	} e;

	if (!elf_read(f, 0, &e, len))
		return damaged(f, err, "it ends within its header");
	elf_to_host(f, ELF_T_EHDR, &e, len);
	if (f->elf_class == ELFCLASS32) {
		*ret = HEADER_OF(e.e32);
		f->priv->eflags = e.e32.e_flags;
		f->priv->entry = e.e32.e_entry;
		f->machine = e.e32.e_machine;
		f->type = e.e32.e_type;
	} else {
		*ret = HEADER_OF(e.e64);
		f->priv->eflags = e.e64.e_flags;
		f->priv->entry = e.e64.e_entry;
		f->machine = e.e64.e_machine;
		f->type = e.e64.e_type;
	}
	return 0;
}

#define SECTION_OF(s)                                                                    \
	(struct elf_section)                                                             \
	{                                                                                \
		.name = (s).sh_name, .type = (s).sh_type, .link = (s).sh_link,           \
		.info = (s).sh_info, .flags = (s).sh_flags, .vaddr = (s).sh_addr,        \
		.offset = (s).sh_offset, .size = (s).sh_size, .entsize = (s).sh_entsize, \
	}

/* Heap array of n section headers, NULL if the file does not have them. */
static struct elf_section *read_sections(const struct elffile *f, const struct header *h,
					 uint64_t n)
{
	size_t each = elf_record_size(f, ELF_T_SHDR);
	auto_free void *raw = NULL;
	struct elf_section *s;

	if (!h->shoff || !n || h->shentsize != each || n > f->size / each)
		return NULL;
	raw = elf_load(f, h->shoff, n * each);
	if (!raw)
		return NULL;
	elf_to_host(f, ELF_T_SHDR, raw, n * each);
	s = xcalloc(n, sizeof(*s));
	for (size_t i = 0; i < n; i++) {
		if (f->elf_class == ELFCLASS32)
			s[i] = SECTION_OF(((Elf32_Shdr *)raw)[i]);
		else
			s[i] = SECTION_OF(((Elf64_Shdr *)raw)[i]);
	}
	return s;
}

/* Counts that do not fit the ELF header stand in section 0 (gABI: PN_XNUM, SHN_XINDEX). */
static void read_section_table(struct elffile *f, struct header *h)
{
	auto_free struct elf_section *first = read_sections(f, h, 1);
	uint64_t n = h->shnum;

	f->priv->is_cut_off = h->shoff && h->shoff >= f->size;
	if (!first)
		return;
	if (n == 0)
		n = first->size;
	if (h->phnum == PN_XNUM)
		h->phnum = first->info;
	if (h->shstrndx == SHN_XINDEX)
		h->shstrndx = first->link;
	f->priv->sections = read_sections(f, h, n);
	f->priv->n_sections = f->priv->sections ? n : 0;
	f->priv->names = h->shstrndx;
}

char *elf_section_name(const struct elffile *f, const struct elf_section *s)
{
	const struct elf_private *priv = f->priv;
	char name[64] = "";
	const struct elf_section *names;
	uint64_t room;

	if (priv->names >= priv->n_sections)
		return xstrdup("");
	names = &priv->sections[priv->names];
	if (names->type != SHT_STRTAB || s->name >= names->size ||
	    !elf_fits(f, names->offset, names->size))
		return xstrdup("");
	room = names->size - s->name;
	if (!elf_read(f, names->offset + s->name, name,
		      room < sizeof(name) - 1 ? room : sizeof(name) - 1))
		return xstrdup("");
	return xstrdup(name);
}

const struct elf_section *elf_section_find(const struct elffile *f, const char *name)
{
	for (size_t i = 0; i < f->priv->n_sections; i++) {
		auto_free char *is = elf_section_name(f, &f->priv->sections[i]);

		if (strcmp(is, name) == 0)
			return &f->priv->sections[i];
	}
	return NULL;
}

static int range_cmp(const void *a, const void *b)
{
	const struct elf_range *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static bool has_code_bytes(const struct elf_section *s)
{
	return (s->flags & SHF_ALLOC) && (s->flags & SHF_EXECINSTR) && s->size &&
	       s->type != SHT_NOBITS && s->vaddr + s->size > s->vaddr;
}

static void collect_exec(struct elf_private *priv)
{
	struct elf_range *r = xcalloc(priv->n_sections + 1, sizeof(*r));
	size_t n = 0, merged = 0;

	for (size_t i = 0; i < priv->n_sections; i++) {
		const struct elf_section *s = &priv->sections[i];

		if (has_code_bytes(s))
			r[n++] = (struct elf_range){ s->vaddr, s->vaddr + s->size };
	}
	qsort(r, n, sizeof(*r), range_cmp);
	for (size_t i = 0; i < n; i++) {
		if (merged && r[i].from < r[merged - 1].to) {
			if (r[i].to > r[merged - 1].to)
				r[merged - 1].to = r[i].to;
		} else {
			r[merged++] = r[i];
		}
	}
	priv->exec = r;
	priv->n_exec = merged;
}

static void add_note(struct elffile *f, const unsigned char *desc, size_t len)
{
	if (len == 0 || len > 64)
		return;
	f->build_id = xmalloc(len);
	memcpy(f->build_id, desc, len);
	f->build_id_len = len;
}

static void read_notes(struct elffile *f, uint64_t offset, uint64_t size, uint64_t align)
{
	uint64_t at = 0, mask = align == 8 ? 7 : 3;
	auto_free unsigned char *p = NULL;

	if (f->build_id || size > MAX_NOTE || f->priv->n_notes++ >= MAX_NOTES)
		return;
	p = elf_load(f, offset, size);
	while (p && !f->build_id && size - at >= 12) { /* at <= size: checked below */
		uint64_t namesz = elf_get32(f, p + at);
		uint64_t descsz = elf_get32(f, p + at + 4);
		uint32_t type = elf_get32(f, p + at + 8);
		uint64_t desc = (at + 12 + namesz + mask) & ~mask;
		uint64_t next = (desc + descsz + mask) & ~mask;

		if (desc > size || descsz > size - desc)
			return;
		if (type == NT_GNU_BUILD_ID && namesz == 4 &&
		    memcmp(p + at + 12, "GNU", 4) == 0)
			add_note(f, p + desc, descsz);
		if (next > size)
			return;
		at = next;
	}
}

static int add_segment(struct elffile *f, const GElf_Phdr *p, struct err *err)
{
	/* load_elf_binary() and _dl_map_segments() refuse the second, nobody maps the others. */
	if (p->p_offset + p->p_filesz < p->p_offset || p->p_filesz > p->p_memsz ||
	    p->p_vaddr + p->p_memsz < p->p_vaddr)
		return damaged(f, err, "a loadable segment has impossible bounds");
	if (f->n_segments == MAX_SEGMENTS)
		return damaged(f, err, "it has too many loadable segments");
	f->segments = xgrow(f->segments, f->n_segments, sizeof(*f->segments));
	f->segments[f->n_segments++] = (struct elf_segment){
		.vaddr = p->p_vaddr, .offset = p->p_offset, .filesz = p->p_filesz,
		.memsz = p->p_memsz, .flags = p->p_flags,
	};
	return 0;
}

#define SEGMENT_OF(p)                                                                    \
	(GElf_Phdr)                                                                      \
	{                                                                                \
		.p_type = (p).p_type, .p_flags = (p).p_flags, .p_offset = (p).p_offset,  \
		.p_vaddr = (p).p_vaddr, .p_filesz = (p).p_filesz,                        \
		.p_memsz = (p).p_memsz, .p_align = (p).p_align,                          \
	}

static int read_segments(struct elffile *f, const struct header *h, struct err *err)
{
	size_t each = elf_record_size(f, ELF_T_PHDR);
	auto_free void *raw = NULL;
	GElf_Phdr dynamic = { .p_type = PT_NULL };

	if (h->phnum == 0)
		return 0;
	if (h->phentsize != each)
		return damaged(f, err, "its program headers have the wrong size");
	raw = h->phnum > f->size / each ? NULL : elf_load(f, h->phoff, h->phnum * each);
	if (!raw)
		return damaged(f, err, "its program headers lie outside the file");
	elf_to_host(f, ELF_T_PHDR, raw, h->phnum * each);
	f->priv->phdrs = (struct elf_range){ h->phoff, h->phoff + h->phnum * each };
	for (size_t i = 0; i < h->phnum; i++) {
		GElf_Phdr p = f->elf_class == ELFCLASS32 ?
				      SEGMENT_OF(((Elf32_Phdr *)raw)[i]) :
				      SEGMENT_OF(((Elf64_Phdr *)raw)[i]);

		if (p.p_type == PT_LOAD && add_segment(f, &p, err) < 0)
			return -ENOEXEC;
		if (p.p_type == PT_NOTE)
			read_notes(f, p.p_offset, p.p_filesz, p.p_align);
		if (p.p_type == PT_INTERP)
			f->priv->has_interp = true;
		if (p.p_type == PT_DYNAMIC)
			dynamic = p;
	}
	if (dynamic.p_type == PT_DYNAMIC)
		elf_dynamic_read(f, dynamic.p_offset, dynamic.p_filesz);
	return 0;
}

int elf_headers_read(struct elffile *f, struct err *err)
{
	struct header h = { .phnum = 0 };
	int rc = read_header(f, &h, err);

	if (rc < 0)
		return rc;
	read_section_table(f, &h);
	collect_exec(f->priv);
	rc = read_segments(f, &h, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < f->priv->n_sections && !f->build_id; i++) {
		const struct elf_section *s = &f->priv->sections[i];

		if (s->type == SHT_NOTE)
			read_notes(f, s->offset, s->size, 4);
	}
	return 0;
}
