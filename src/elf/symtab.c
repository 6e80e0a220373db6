/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbol tables of a file: where they are, all of their symbols, and the one that
 * covers an offset. symtab-find.c has the lookup that does without all this.
 */
#include <string.h>

#include "base/xalloc.h"
#include "elf/private.h"

static bool strings_of(const struct elffile *f, uint32_t link, struct elf_strings *ret)
{
	const struct elf_section *s;

	if (link >= f->priv->n_sections)
		return false;
	s = &f->priv->sections[link];
	if (s->type != SHT_STRTAB || !elf_fits(f, s->offset, s->size))
		return false;
	*ret = (struct elf_strings){ .offset = s->offset, .size = s->size };
	return true;
}

/* False if it is damaged. */
static bool table_of(struct elffile *f, const struct elf_section *s, struct elf_table *t)
{
	size_t each = elf_record_size(f, ELF_T_SYM);

	*t = (struct elf_table){
		.source = s->type == SHT_DYNSYM ? SYMBOL_DYNSYM : SYMBOL_SYMTAB,
		.file = f,
		.offset = s->offset,
		.n = s->size / each,
	};
	return s->entsize == each && elf_fits(f, s->offset, s->size) &&
	       !(s->flags & SHF_COMPRESSED) && strings_of(f, s->link, &t->strings);
}

static void add_section_table(struct elffile *f, const struct elf_section *s)
{
	struct elf_private *priv = f->priv;
	struct elf_table t;

	if (!table_of(f, s, &t))
		priv->tables_damaged = true;
	else if (t.n > 1) /* number 0 is no symbol */
		priv->tables[priv->n_tables++] = t;
}

static const struct elf_section *find_section(const struct elffile *f, uint32_t type)
{
	for (size_t i = 0; i < f->priv->n_sections; i++) {
		if (f->priv->sections[i].type == type)
			return &f->priv->sections[i];
	}
	return NULL;
}

bool elf_has_symtab(const struct elffile *f)
{
	const struct elf_section *s = find_section(f, SHT_SYMTAB);

	return s && s->size > elf_record_size(f, ELF_T_SYM); /* number 0 is no symbol */
}

bool elf_debug_table(struct elffile *d, struct elf_table *ret)
{
	const struct elf_section *s = find_section(d, SHT_SYMTAB);

	return s && table_of(d, s, ret) && ret->n > 1;
}

static void add_version_sections(struct elffile *f, struct elf_table *t)
{
	const struct elf_section *versym = find_section(f, SHT_GNU_versym);
	const struct elf_section *def = find_section(f, SHT_GNU_verdef);
	const struct elf_section *need = find_section(f, SHT_GNU_verneed);

	if (versym && elf_fits(f, versym->offset, versym->size)) {
		t->versym = versym->offset;
		t->n_versym = versym->size / 2;
	}
	if (def)
		f->priv->verdef = (struct elf_version_table){ def->offset, def->info };
	if (need)
		f->priv->verneed = (struct elf_version_table){ need->offset, need->info };
}

static void find_tables(struct elffile *f)
{
	struct elf_private *priv = f->priv;
	const struct elf_section *dynsym = find_section(f, SHT_DYNSYM);
	const struct elf_section *symtab = find_section(f, SHT_SYMTAB);

	if (dynsym)
		add_section_table(f, dynsym);
	if (priv->n_tables)
		add_version_sections(f, &priv->tables[0]);
	else if (elf_dynamic_table(f, &priv->tables[0]))
		priv->n_tables = 1;
	if (symtab)
		add_section_table(f, symtab);
	if (elf_debug_attach(f, &priv->tables[priv->n_tables]))
		priv->n_tables++;
}

int elf_tables_find(struct elffile *f, struct err *err)
{
	struct elf_private *priv = f->priv;

	if (!priv->tables_found)
		find_tables(f);
	priv->tables_found = true;
	if (priv->n_tables)
		return 0;
	if (priv->tables_damaged)
		return err_set(err, EBADMSG, "the symbol table of %s is damaged", f->path);
	err_set(err, ENODATA, "%s has no symbol table: %s", f->path, debugfile_missing(f));
	return err_hint(err, "without them: probe an address (*0x... or a file offset)");
}

struct ifuncs {
	uint64_t *at;
	size_t n;
};

static bool load_table(struct elffile *f, struct elf_table *t, struct ifuncs *ifuncs)
{
	struct elf_private *priv = f->priv;
	const char *file = NULL, *name;
	auto_elf_symbols w;
	struct symbol s;
	GElf_Sym raw;

	elf_symbols_init(&w, f, t);
	if (t->n_versym && !t->versym_data)
		t->versym_data = elf_load(f, t->versym, t->n_versym * 2);
	while (elf_symbols_next(&w, &raw)) {
		if (GELF_ST_TYPE(raw.st_info) == STT_FILE) {
			file = raw.st_name ? elf_string(t->file, &t->strings, raw.st_name) : NULL;
			if (file && !*file)
				file = NULL;
		}
		if (!elf_symbol_decode(f, t, &raw, &s))
			continue;
		if (s.type == SYMBOL_IFUNC && s.is_code) {
			ifuncs->at = xgrow(ifuncs->at, ifuncs->n, sizeof(*ifuncs->at));
			ifuncs->at[ifuncs->n++] = s.vaddr;
		}
		name = elf_string(t->file, &t->strings, raw.st_name);
		if (!name || !elf_symbol_name(f, t, w.next - 1, name, &s))
			continue;
		if (s.bind == SYMBOL_LOCAL)
			s.file = file;
		priv->all = xgrow(priv->all, priv->n_all, sizeof(*priv->all));
		priv->all[priv->n_all++] = s;
	}
	return !elf_symbols_cut_short(&w);
}

static int load_all(struct elffile *f, struct err *err)
{
	struct elf_private *priv = f->priv;
	struct ifuncs ifuncs = { NULL, 0 };
	int rc = elf_tables_find(f, err);

	if (rc < 0 || priv->all_loaded)
		return rc;
	free(STEAL(priv->all)); /* of an attempt that failed */
	priv->n_all = 0;
	for (size_t i = 0; i < priv->n_tables && rc == 0; i++) {
		struct elf_table *t = &priv->tables[i];

		if (!elf_strings_load(t->file, &t->strings) || !load_table(f, t, &ifuncs))
			rc = elf_cut_short(t->file, err);
	}
	if (rc == 0 && priv->all)
		priv->n_all = elf_symbols_fold(priv->all, priv->n_all);
	if (rc == 0)
		elf_symbols_join(priv->all, priv->n_all, ifuncs.at, ifuncs.n);
	priv->all_loaded = rc == 0;
	free(ifuncs.at);
	return rc;
}

int symtab_all(struct elffile *f, const struct symbol **ret, size_t *ret_n, struct err *err)
{
	int rc = load_all(f, err);

	if (rc < 0)
		return rc;
	*ret = f->priv->all;
	*ret_n = f->priv->n_all;
	return 0;
}

static uint64_t end_of(const struct symbol *s)
{
	return s->offset + s->size < s->offset ? UINT64_MAX : s->offset + s->size;
}

static void index_offsets(struct elf_private *priv)
{
	size_t n = 0;

	if (priv->by_offset)
		return;
	priv->by_offset = xcalloc(priv->n_all + 1, sizeof(*priv->by_offset));
	priv->max_end = xcalloc(priv->n_all + 1, sizeof(*priv->max_end));
	for (size_t i = 0; i < priv->n_all; i++) {
		if (priv->all[i].is_code)
			priv->by_offset[n++] = &priv->all[i];
	}
	priv->n_by_offset = n;
	qsort(priv->by_offset, n, sizeof(*priv->by_offset), symbol_by_place);
	for (size_t i = 0; i < n; i++) {
		uint64_t end = end_of(priv->by_offset[i]);

		priv->max_end[i] = i && priv->max_end[i - 1] > end ? priv->max_end[i - 1] : end;
	}
}

/* How many symbols start at or before an offset. */
static size_t starts_before(const struct elf_private *priv, uint64_t offset)
{
	size_t low = 0, high = priv->n_by_offset;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (priv->by_offset[mid]->offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The best-ranked of those that start nearest, by size; functions may nest. */
static const struct symbol *covering(const struct elf_private *priv, size_t n,
				     uint64_t offset)
{
	const struct symbol *best = NULL;

	while (n > 0 && priv->max_end[n - 1] > offset) {
		const struct symbol *s = priv->by_offset[--n];

		if (best && s->offset != best->offset)
			break;
		if (end_of(s) > offset)
			best = s;
	}
	return best;
}

/*
 * Hand-written code often has no size: such a symbol reaches to the next one, a label
 * inside a function not beyond the function.
 */
static const struct symbol *unsized_before(const struct elffile *f, size_t n, uint64_t offset)
{
	const struct elf_private *priv = f->priv;
	const struct symbol *best = NULL;
	size_t i;

	for (i = n; i > 0; i--) {
		const struct symbol *s = priv->by_offset[i - 1];

		if (s->offset != priv->by_offset[n - 1]->offset)
			break;
		if (s->size == 0)
			best = s;
	}
	if (best && i > 0 && priv->max_end[i - 1] > best->offset)
		return NULL;
	if (best && elf_same_code(f, best->vaddr, best->vaddr + (offset - best->offset)))
		return best;
	return NULL;
}

const struct symbol *symtab_at(struct elffile *f, uint64_t offset, uint64_t *ret_off)
{
	const struct symbol *s;
	size_t n;

	if (load_all(f, NULL) < 0)
		return NULL;
	index_offsets(f->priv);
	n = starts_before(f->priv, offset);
	s = covering(f->priv, n, offset);
	if (!s && n)
		s = unsized_before(f, n, offset);
	if (s)
		*ret_off = offset - s->offset;
	return s;
}
