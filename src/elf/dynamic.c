/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PT_DYNAMIC says: the libraries a file needs and, for a file without section
 * headers, where its dynamic symbols are. Their number is nowhere written down: it is
 * DT_HASH's nchain, or what DT_GNU_HASH's chains reach.
 */
#include <stddef.h>

#include "base/xalloc.h"
#include "elf/private.h"

static const struct {
	int64_t tag;
	size_t at;
} tags[] = {
	{ DT_SYMTAB, offsetof(struct elf_dynamic, symtab) },
	{ DT_STRTAB, offsetof(struct elf_dynamic, strtab) },
	{ DT_STRSZ, offsetof(struct elf_dynamic, strsz) },
	{ DT_SYMENT, offsetof(struct elf_dynamic, syment) },
	{ DT_HASH, offsetof(struct elf_dynamic, hash) },
	{ DT_GNU_HASH, offsetof(struct elf_dynamic, gnu_hash) },
	{ DT_VERSYM, offsetof(struct elf_dynamic, versym) },
	{ DT_VERDEF, offsetof(struct elf_dynamic, verdef) },
	{ DT_VERDEFNUM, offsetof(struct elf_dynamic, verdefnum) },
	{ DT_VERNEED, offsetof(struct elf_dynamic, verneed) },
	{ DT_VERNEEDNUM, offsetof(struct elf_dynamic, verneednum) },
	{ DT_SONAME, offsetof(struct elf_dynamic, soname) },
	{ DT_RPATH, offsetof(struct elf_dynamic, rpath) },
	{ DT_RUNPATH, offsetof(struct elf_dynamic, runpath) },
	{ DT_FLAGS_1, offsetof(struct elf_dynamic, flags_1) },
	{ DT_RELA, offsetof(struct elf_dynamic, rela) },
	{ DT_RELASZ, offsetof(struct elf_dynamic, relasz) },
	{ DT_REL, offsetof(struct elf_dynamic, rel) },
	{ DT_RELSZ, offsetof(struct elf_dynamic, relsz) },
	{ DT_JMPREL, offsetof(struct elf_dynamic, jmprel) },
	{ DT_PLTRELSZ, offsetof(struct elf_dynamic, pltrelsz) },
	{ DT_PLTREL, offsetof(struct elf_dynamic, pltrel) },
	{ DT_PLTGOT, offsetof(struct elf_dynamic, pltgot) },
};

static void set_tag(struct elf_dynamic *d, int64_t tag, uint64_t value)
{
	if (tag == DT_NEEDED) {
		d->needed = xgrow(d->needed, d->n_needed, sizeof(*d->needed));
		d->needed[d->n_needed++] = value;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		if (tags[i].tag == tag)
			*(uint64_t *)((char *)d + tags[i].at) = value;
	}
}

void elf_dynamic_read(struct elffile *f, uint64_t offset, uint64_t size)
{
	struct elf_dynamic *d = &f->priv->dynamic;
	size_t each = elf_record_size(f, ELF_T_DYN);
	auto_free void *raw = elf_load(f, offset, size -= size % each);

	if (!raw)
		return;
	elf_to_host(f, ELF_T_DYN, raw, size);
	for (size_t i = 0; i < size / each; i++) {
		const Elf32_Dyn *d32 = (Elf32_Dyn *)raw + i;
		const Elf64_Dyn *d64 = (Elf64_Dyn *)raw + i;
		bool is_32 = f->elf_class == ELFCLASS32;
		int64_t tag = is_32 ? d32->d_tag : d64->d_tag;

		if (tag == DT_NULL)
			break;
		set_tag(d, tag, is_32 ? d32->d_un.d_val : d64->d_un.d_val);
	}
	d->is_present = true;
	if (elf_file_offset(f, d->strtab, &f->priv->dynstr.offset) &&
	    elf_fits(f, f->priv->dynstr.offset, d->strsz))
		f->priv->dynstr.size = d->strsz;
}

/* Alpha and 64-bit s390 have eight-byte words in DT_HASH. */
static uint64_t sysv_hash_symbols(const struct elffile *f, uint64_t offset)
{
	unsigned char words[16];

	if (!elf_read(f, offset, words, sizeof(words)))
		return 0;
	if (f->elf_class == ELFCLASS64 &&
	    (f->machine == EM_S390 || f->machine == EM_ALPHA))
		return elf_get64(f, words + 8);
	return elf_get32(f, words + 4);
}

/* One behind the symbol whose hash, from symbol `i` on, has the end of chain bit; 0: none. */
static uint64_t chain_end(const struct elffile *f, uint64_t offset, uint64_t i)
{
	unsigned char hash[4096];

	for (;;) {
		uint64_t left = offset < f->size ? (f->size - offset) & ~3ULL : 0;
		size_t len = left < sizeof(hash) ? left : sizeof(hash);

		if (len == 0 || !elf_read(f, offset, hash, len))
			return 0;
		for (size_t at = 0; at < len; at += 4, i++) {
			if (elf_get32(f, hash + at) & 1)
				return i + 1;
		}
		offset += len;
	}
}

/* The largest bucket leads to the last chain; its end is the table's. */
static uint64_t gnu_hash_symbols(const struct elffile *f, uint64_t offset)
{
	uint64_t word = elffile_word_size(f);
	uint64_t n_buckets, first, last = 0;
	unsigned char head[16];
	auto_free unsigned char *buckets = NULL;

	if (!elf_read(f, offset, head, sizeof(head)))
		return 0;
	n_buckets = elf_get32(f, head);
	first = elf_get32(f, head + 4);
	offset += sizeof(head) + elf_get32(f, head + 8) * word;
	buckets = elf_load(f, offset, n_buckets * 4);
	if (!buckets)
		return 0;
	for (uint64_t i = 0; i < n_buckets; i++) {
		if (elf_get32(f, buckets + 4 * i) > last)
			last = elf_get32(f, buckets + 4 * i);
	}
	if (last < first)
		return first;
	return chain_end(f, offset + n_buckets * 4 + (last - first) * 4, last);
}

static uint64_t count_symbols(const struct elffile *f)
{
	const struct elf_dynamic *d = &f->priv->dynamic;
	uint64_t offset;

	if (d->hash && elf_file_offset(f, d->hash, &offset))
		return sysv_hash_symbols(f, offset);
	if (d->gnu_hash && elf_file_offset(f, d->gnu_hash, &offset))
		return gnu_hash_symbols(f, offset);
	return 0;
}

static void set_versions(struct elffile *f, struct elf_table *t)
{
	const struct elf_dynamic *d = &f->priv->dynamic;
	struct elf_version_table *def = &f->priv->verdef, *need = &f->priv->verneed;

	if (d->versym && elf_file_offset(f, d->versym, &t->versym) &&
	    elf_fits(f, t->versym, t->n * 2))
		t->n_versym = t->n;
	if (d->verdef && elf_file_offset(f, d->verdef, &def->offset))
		def->n = d->verdefnum;
	if (d->verneed && elf_file_offset(f, d->verneed, &need->offset))
		need->n = d->verneednum;
}

bool elf_dynamic_table(struct elffile *f, struct elf_table *t)
{
	const struct elf_dynamic *d = &f->priv->dynamic;
	size_t each = elf_record_size(f, ELF_T_SYM);
	uint64_t n;

	*t = (struct elf_table){ .source = SYMBOL_DYNSYM, .file = f };
	if (!d->symtab || d->syment != each || !f->priv->dynstr.size ||
	    !elf_file_offset(f, d->symtab, &t->offset))
		return false;
	n = count_symbols(f);
	if (n == 0 || n > f->size / each || !elf_fits(f, t->offset, n * each)) {
		f->priv->tables_damaged = true;
		return false;
	}
	t->n = n;
	t->strings.offset = f->priv->dynstr.offset;
	t->strings.size = f->priv->dynstr.size;
	set_versions(f, t);
	return true;
}

int elf_needed(struct elffile *f, const char ***ret, struct err *err)
{
	struct elf_private *priv = f->priv;
	const char **names = xcalloc(priv->dynamic.n_needed + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < priv->dynamic.n_needed; i++) {
		const char *name = elf_string(f, &priv->dynstr, priv->dynamic.needed[i]);

		if (!name) {
			free(names);
			return err_set(err, EBADMSG, "the dynamic section of %s is damaged",
				       f->path);
		}
		names[n++] = name;
	}
	*ret = names;
	return 0;
}

const char *elf_search_path(struct elffile *f, bool *ret_is_runpath)
{
	const struct elf_dynamic *d = &f->priv->dynamic;
	uint64_t at = d->runpath ? d->runpath : d->rpath;

	*ret_is_runpath = d->runpath != 0;
	return at ? elf_string(f, &f->priv->dynstr, at) : NULL;
}
