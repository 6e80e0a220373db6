/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One name in a table of a million symbols, without reading the table into memory. The
 * string table goes past a window; where the name ends at a NUL or an '@', its place is
 * noted. (It may begin inside a longer string: linkers share tails.) Only if there is such
 * a place, the symbols go past a window too, and those whose st_name was noted are kept.
 */
#include <string.h>

#include "base/xalloc.h"
#include "elf/private.h"

#define WINDOW (256 << 10)
#define FILTER_BITS 14

struct places { /* in one string table */
	uint32_t *at;
	size_t n;
	uint64_t filter[(1 << FILTER_BITS) / 64]; /* by low bits: most symbols end here */
};

struct search {
	struct elffile *f;
	const char *name;
	size_t len;
	struct places places[MAX_TABLES];
	struct symbol *found;
	size_t n_found;
	uint64_t *ifuncs;
	size_t n_ifuncs;
};

static void places_add(struct places *p, uint64_t at)
{
	unsigned bit = at & ((1 << FILTER_BITS) - 1);

	if (at == 0 || at > UINT32_MAX)
		return;
	p->at = xgrow(p->at, p->n, sizeof(*p->at));
	p->at[p->n++] = at;
	p->filter[bit / 64] |= 1ULL << (bit % 64);
}

static int u32_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool places_have(const struct places *p, uint32_t at)
{
	unsigned bit = at & ((1 << FILTER_BITS) - 1);

	return (p->filter[bit / 64] >> (bit % 64) & 1) &&
	       bsearch(&at, p->at, p->n, sizeof(*p->at), u32_cmp);
}

/* Notes where the name stands before a terminator in text[from, to), which is at `base`. */
static void scan_text(const struct search *q, struct places *p, const char *text,
		      size_t from, size_t to, uint64_t base, char terminator)
{
	const char *end = text + to, *at = text + from;
	char last = q->name[q->len - 1];

	for (; (at = memchr(at, terminator, end - at)); at++) {
		size_t before = at - text;

		if (before < q->len || at[-1] != last ||
		    memcmp(at - q->len, q->name, q->len) != 0)
			continue;
		places_add(p, base + before - q->len);
		/* ".foo" is a foo where dots mark code; elf_symbol_name() decides. */
		if (before > q->len && at[-1 - (ssize_t)q->len] == '.' &&
		    elf_has_dot_names(q->f))
			places_add(p, base + before - q->len - 1);
	}
}

static bool scan_strings(const struct search *q, struct places *p, const struct elf_table *t)
{
	size_t carry = 0, keep = q->len + 1;
	uint64_t done = 0;
	auto_free char *text = NULL;

	if (t->strings.size < q->len)
		return true;
	text = xmalloc(keep + WINDOW + 1);
	while (done < t->strings.size) {
		uint64_t left = t->strings.size - done;
		size_t n = left < WINDOW ? left : WINDOW;
		size_t have = carry + n;

		if (!elf_read(t->file, t->strings.offset + done, text + carry, n))
			return false;
		if (n == left)
			text[have++] = 0; /* a table need not end in NUL */
		scan_text(q, p, text, carry, have, done - carry, 0);
		if (t->source != SYMBOL_DYNSYM)
			scan_text(q, p, text, carry, have, done - carry, '@');
		done += n;
		carry = have < keep ? have : keep;
		memmove(text, text + have - carry, carry);
	}
	if (p->n)
		qsort(p->at, p->n, sizeof(*p->at), u32_cmp);
	return true;
}

static void keep_ifunc(struct search *q, const struct elf_table *t, const GElf_Sym *raw)
{
	struct symbol s;

	if (elf_symbol_decode(q->f, t, raw, &s) && s.is_code) {
		q->ifuncs = xgrow(q->ifuncs, q->n_ifuncs, sizeof(*q->ifuncs));
		q->ifuncs[q->n_ifuncs++] = s.vaddr;
	}
}

static void keep_match(struct search *q, const struct elf_table *t, const GElf_Sym *raw,
		       size_t i, uint32_t file)
{
	const char *name;
	struct symbol s;

	if (!elf_symbol_decode(q->f, t, raw, &s))
		return;
	name = elf_string(t->file, &t->strings, raw->st_name);
	if (!name || !elf_symbol_name(q->f, t, i, name, &s) || strcmp(s.name, q->name) != 0)
		return;
	if (s.bind == SYMBOL_LOCAL && file)
		s.file = elf_string(t->file, &t->strings, file);
	if (s.file && !*s.file)
		s.file = NULL;
	q->found = xgrow(q->found, q->n_found, sizeof(*q->found));
	q->found[q->n_found++] = s;
}

/* The IFUNCs of every table are wanted: a match may be the twin of one (elf-facts 2.3). */
static bool scan_symbols(struct search *q, const struct elf_table *t, const struct places *p)
{
	auto_elf_symbols w;
	uint32_t file = 0;
	GElf_Sym raw;

	elf_symbols_init(&w, q->f, t);
	while (elf_symbols_next(&w, &raw)) {
		unsigned type = GELF_ST_TYPE(raw.st_info);

		if (type == STT_FILE)
			file = raw.st_name;
		else if (type == STT_GNU_IFUNC)
			keep_ifunc(q, t, &raw);
		if (places_have(p, raw.st_name))
			keep_match(q, t, &raw, w.next - 1, file);
	}
	return !elf_symbols_cut_short(&w);
}

static int find_in_tables(struct search *q, struct err *err)
{
	struct elf_private *priv = q->f->priv;
	size_t n_places = 0;

	for (size_t i = 0; i < priv->n_tables; i++) {
		if (!scan_strings(q, &q->places[i], &priv->tables[i]))
			return elf_cut_short(priv->tables[i].file, err);
		n_places += q->places[i].n;
	}
	for (size_t i = 0; n_places && i < priv->n_tables; i++) {
		if (!scan_symbols(q, &priv->tables[i], &q->places[i]))
			return elf_cut_short(priv->tables[i].file, err);
	}
	q->n_found = elf_symbols_fold(q->found, q->n_found);
	elf_symbols_join(q->found, q->n_found, q->ifuncs, q->n_ifuncs);
	return 0;
}

static void search_done(struct search *q)
{
	free(q->found);
	free(q->ifuncs);
	for (size_t i = 0; i < ARRAY_SIZE(q->places); i++)
		free(q->places[i].at);
}

static void add(const struct symbol ***list, size_t *n, const struct symbol *s)
{
	*list = xgrow(*list, *n, sizeof(**list));
	(*list)[(*n)++] = s;
}

static void find_in_all(const struct elf_private *priv, const char *name,
			const struct symbol ***ret, size_t *ret_n)
{
	for (size_t i = 0; i < priv->n_all; i++) {
		if (strcmp(priv->all[i].name, name) == 0)
			add(ret, ret_n, &priv->all[i]);
	}
}

int symtab_find(struct elffile *f, const char *name, const struct symbol ***ret,
		size_t *ret_n, struct err *err)
{
	CLEANUP(search_done) struct search q = { .f = f, .name = name, .len = strlen(name) };
	int rc = elf_tables_find(f, err);

	if (rc < 0)
		return rc;
	*ret = NULL;
	*ret_n = 0;
	if (f->priv->all_loaded) {
		find_in_all(f->priv, name, ret, ret_n);
		return 0;
	}
	rc = q.len ? find_in_tables(&q, err) : 0;
	if (rc < 0 || !q.n_found)
		return rc;
	for (size_t i = 0; i < q.n_found; i++)
		add(ret, ret_n, &q.found[i]);
	elf_keep(f, STEAL(q.found));
	return 0;
}
