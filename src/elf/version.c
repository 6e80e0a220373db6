/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbol versions (elf-facts 2.2). .gnu.version gives each dynamic symbol an index into the
 * names of .gnu.version_d (defined) and .gnu.version_r (needed); its bit 15 hides all but
 * the default one. .symtab has no index: bfd writes foo@VER and foo@@VER there, lld and
 * gold write two plain foo, which elf_symbols_join() tells apart.
 */
#include <string.h>

#include "base/xalloc.h"
#include "elf/private.h"

#define VERSION_HIDDEN 0x8000
#define VERSION_INDEX 0x7fff

static void set_name(struct elf_private *priv, unsigned index, uint32_t name)
{
	index &= VERSION_INDEX;
	if (index >= priv->n_versions) {
		size_t n = index + 1;

		priv->versions = xreallocarray(priv->versions, n, sizeof(*priv->versions));
		memset(priv->versions + priv->n_versions, 0,
		       (n - priv->n_versions) * sizeof(*priv->versions));
		priv->n_versions = n;
	}
	priv->versions[index] = (struct elf_version){ .name = name, .is_named = true };
}

/* Records link to each other by distances, forward only; an index exists once. */
static void read_defined(struct elffile *f)
{
	uint64_t at = f->priv->verdef.offset;

	for (size_t i = 0; i < f->priv->verdef.n && i <= VERSION_INDEX; i++) {
		unsigned char def[20], aux[8];
		uint32_t next;

		if (!elf_read(f, at, def, sizeof(def)) ||
		    !elf_read(f, at + elf_get32(f, def + 12), aux, sizeof(aux)))
			return;
		if (!(elf_get16(f, def + 2) & VER_FLG_BASE)) /* the file's own name */
			set_name(f->priv, elf_get16(f, def + 4), elf_get32(f, aux));
		next = elf_get32(f, def + 16);
		if (next == 0)
			return;
		at += next;
	}
}

static void read_needed(struct elffile *f)
{
	uint64_t at = f->priv->verneed.offset;
	size_t seen = 0;

	for (size_t i = 0; i < f->priv->verneed.n && seen <= VERSION_INDEX; i++, seen++) {
		unsigned char need[16], aux[16];
		uint64_t aux_at;
		uint32_t next;

		if (!elf_read(f, at, need, sizeof(need)))
			return;
		aux_at = at + elf_get32(f, need + 8);
		for (unsigned n = elf_get16(f, need + 2); n && seen <= VERSION_INDEX; n--) {
			if (!elf_read(f, aux_at, aux, sizeof(aux)))
				return;
			seen++;
			set_name(f->priv, elf_get16(f, aux + 6), elf_get32(f, aux + 8));
			aux_at += elf_get32(f, aux + 12);
		}
		next = elf_get32(f, need + 12);
		if (next == 0)
			return;
		at += next;
	}
}

static const char *version_name(struct elffile *f, const struct elf_table *t, unsigned index)
{
	struct elf_private *priv = f->priv;
	struct elf_version *v;

	if (!priv->versions_loaded) {
		priv->versions_loaded = true;
		read_defined(f);
		read_needed(f);
	}
	if (index <= VER_NDX_GLOBAL || index >= priv->n_versions ||
	    !priv->versions[index].is_named)
		return NULL;
	v = &priv->versions[index];
	if (!v->text) {
		v->text = elf_string(f, &t->strings, v->name);
		v->is_named = v->text && *v->text;
	}
	return v->is_named ? v->text : NULL;
}

void elf_version_set(struct elffile *f, const struct elf_table *t, size_t i,
		     struct symbol *s)
{
	unsigned char half[2];
	unsigned word;

	if (i >= t->n_versym)
		return;
	if (t->versym_data)
		word = elf_get16(f, t->versym_data + 2 * i);
	else if (elf_read(f, t->versym + 2 * i, half, sizeof(half)))
		word = elf_get16(f, half);
	else
		return;
	s->version = version_name(f, t, word & VERSION_INDEX);
	s->is_default = !s->version || !(word & VERSION_HIDDEN);
}

const char *elf_version_cut(const char *name)
{
	const char *at = strchr(name, '@');
	const char *version;

	if (!at || at == name)
		return NULL;
	version = at + (at[1] == '@' ? 2 : 1);
	if (!*version || strchr(version, '@') || strcmp(version, "plt") == 0)
		return NULL;
	return at;
}
