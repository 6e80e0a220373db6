/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One symbol: from its record to what it means on its machine (elf-facts 1.4, 2.1, 2.3),
 * and the rules that need several symbols at once.
 */
#include <string.h>

#include "base/xalloc.h"
#include "elf/private.h"

#define WINDOW 4096 /* symbols read at once: 96 KiB, which stay in the cache */
#define OPD_WINDOW (256 << 10)
#define STT_ARM_TFUNC_ STT_LOPROC /* before EABI: a Thumb function */

void elf_symbols_init(struct elf_symbols *w, struct elffile *f, const struct elf_table *t)
{
	*w = (struct elf_symbols){ .f = t->file, .table = t };
}

void elf_symbols_done(struct elf_symbols *w)
{
	free(w->window);
}

static bool fill_window(struct elf_symbols *w)
{
	size_t each = elf_record_size(w->f, ELF_T_SYM);
	size_t n = w->table->n - w->next;

	if (n > WINDOW)
		n = WINDOW;
	if (!w->window)
		w->window = xmalloc(n * each);
	if (n == 0 || !elf_read(w->f, w->table->offset + w->next * each, w->window, n * each))
		return false;
	elf_to_host(w->f, ELF_T_SYM, w->window, n * each);
	w->from = w->next;
	w->to = w->next + n;
	return true;
}

bool elf_symbols_next(struct elf_symbols *w, GElf_Sym *ret)
{
	if (w->next >= w->to && !fill_window(w))
		return false;
	if (w->f->elf_class == ELFCLASS32) {
		const Elf32_Sym *s = (Elf32_Sym *)w->window + (w->next - w->from);

		*ret = (GElf_Sym){ .st_name = s->st_name, .st_info = s->st_info,
				   .st_other = s->st_other, .st_shndx = s->st_shndx,
				   .st_value = s->st_value, .st_size = s->st_size };
	} else {
		*ret = ((Elf64_Sym *)w->window)[w->next - w->from];
	}
	if (ret->st_shndx != SHN_UNDEF && ret->st_shndx != SHN_ABS)
		ret->st_value += w->table->bias;
	w->next++;
	return true;
}

bool elf_symbols_cut_short(const struct elf_symbols *w)
{
	return w->next < w->table->n;
}

int elf_cut_short(const struct elffile *f, struct err *err)
{
	return err_set(err, EIO, "%s was cut short while it was read", f->path);
}

static bool is_ppc64_v1(const struct elffile *f)
{
	return f->machine == EM_PPC64 && (f->priv->eflags & EF_PPC64_ABI) < 2;
}

bool elf_has_dot_names(const struct elffile *f)
{
	return is_ppc64_v1(f);
}

/*
 * ELFv1: a function symbol is the address of a descriptor in .opd, whose first double word
 * is the entry. Descriptors may be 16 bytes apart (elf-facts 1.4): only that word is read.
 */
static uint64_t follow_opd(struct elffile *f, uint64_t vaddr)
{
	struct elf_private *priv = f->priv;
	uint64_t at, len;

	if (elf_in_exec_section(f, vaddr) || !elf_file_offset(f, vaddr, &at) ||
	    !elf_fits(f, at, 8))
		return vaddr;
	if (at < priv->opd_at.from || at + 8 > priv->opd_at.to) {
		len = f->size - at < OPD_WINDOW ? f->size - at : OPD_WINDOW;
		free(priv->opd);
		priv->opd_at = (struct elf_range){ 0, 0 };
		priv->opd = elf_load(f, at, len);
		if (!priv->opd)
			return vaddr;
		priv->opd_at = (struct elf_range){ at, at + len };
	}
	return elf_get64(f, priv->opd + (at - priv->opd_at.from));
}

/* ELFv2: callers that share the TOC enter behind its set-up; so do perf and bcc. */
static unsigned local_entry(unsigned char other)
{
	unsigned code = other >> 5;

	return code >= 2 && code <= 6 ? 1u << code : 0;
}

static void fix_function(struct elffile *f, const GElf_Sym *raw, struct symbol *s)
{
	unsigned mips = raw->st_other & 0xc0;

	switch (f->machine) {
	case EM_ARM:
		s->is_thumb = (raw->st_value & 1) ||
			      GELF_ST_TYPE(raw->st_info) == STT_ARM_TFUNC_;
		break;
	case EM_MIPS: /* STO_MICROMIPS 0x80, STO_MIPS16 0xf0 */
		s->is_thumb = (raw->st_value & 1) || mips == 0x80 ||
			      (raw->st_other & 0xf0) == 0xf0;
		break;
	case EM_PPC64:
		if (is_ppc64_v1(f)) {
			s->vaddr = follow_opd(f, raw->st_value);
			break;
		}
		s->local_entry = local_entry(raw->st_other);
		s->vaddr += s->local_entry;
		s->size = s->size > s->local_entry ? s->size - s->local_entry : 0;
		break;
	}
	if (s->is_thumb)
		s->vaddr &= ~1ULL;
}

static enum symbol_type type_of(const struct elffile *f, unsigned type)
{
	switch (type) {
	case STT_FUNC:
		return SYMBOL_FUNC;
	case STT_GNU_IFUNC:
		return SYMBOL_IFUNC;
	case STT_NOTYPE:
		return SYMBOL_NOTYPE;
	case STT_OBJECT:
	case STT_COMMON:
		return SYMBOL_OBJECT;
	case STT_ARM_TFUNC_:
		return f->machine == EM_ARM ? SYMBOL_FUNC : SYMBOL_OTHER;
	}
	return SYMBOL_OTHER;
}

static enum symbol_bind bind_of(unsigned bind)
{
	switch (bind) {
	case STB_LOCAL:
		return SYMBOL_LOCAL;
	case STB_WEAK:
		return SYMBOL_WEAK;
	}
	return SYMBOL_GLOBAL;
}

static bool is_function(const struct symbol *s)
{
	return s->type == SYMBOL_FUNC || s->type == SYMBOL_IFUNC;
}

/* A label is code only if a section says so: _edata and friends are NOTYPE too. */
static bool may_be_code(const struct elffile *f, const struct symbol *s, unsigned shndx)
{
	if (s->is_undefined || shndx == SHN_ABS || shndx == SHN_COMMON || s->vaddr == 0)
		return false;
	return is_function(s) || (s->type == SYMBOL_NOTYPE && f->priv->n_exec);
}

bool elf_symbol_decode(struct elffile *f, const struct elf_table *t, const GElf_Sym *raw,
		       struct symbol *s)
{
	unsigned type = GELF_ST_TYPE(raw->st_info);

	if (raw->st_name == 0 || type == STT_SECTION || type == STT_FILE)
		return false;
	*s = (struct symbol){
		.is_default = true,
		.vaddr = raw->st_value,
		.size = raw->st_size,
		.type = type_of(f, type),
		.bind = bind_of(GELF_ST_BIND(raw->st_info)),
		.source = t->source,
		.is_undefined = raw->st_shndx == SHN_UNDEF,
	};
	if (is_function(s) && !s->is_undefined)
		fix_function(f, raw, s);
	s->is_code = may_be_code(f, s, raw->st_shndx) &&
		     elf_code_offset(f, s->vaddr, &s->offset);
	return true;
}

/* $a $d $t $x and $x.foo mark ARM, Thumb and data; riscv also writes $xrv64i2p1_… */
static bool is_mapping_symbol(const struct elffile *f, const struct symbol *s)
{
	const char *name = s->name;

	if (name[0] != '$' || s->type != SYMBOL_NOTYPE || s->bind != SYMBOL_LOCAL)
		return false;
	switch (f->machine) {
	case EM_ARM:
	case EM_AARCH64:
	case 252: /* EM_CSKY */
		return name[1] && strchr("adtx", name[1]) && (!name[2] || name[2] == '.');
	case EM_RISCV:
		return name[1] == 'x' || (name[1] == 'd' && (!name[2] || name[2] == '.'));
	}
	return false;
}

bool elf_symbol_name(struct elffile *f, const struct elf_table *t, size_t i,
		     const char *name, struct symbol *s)
{
	const char *at = t->source == SYMBOL_DYNSYM ? NULL : elf_version_cut(name);

	if (elf_has_dot_names(f) && name[0] == '.' && name[1] && is_function(s))
		name++;
	s->name = name;
	if (at) {
		s->is_default = at[1] == '@';
		s->version = at + (s->is_default ? 2 : 1);
		s->name = elf_keep(f, xstrndup(name, at - name));
	} else if (t->source == SYMBOL_DYNSYM) {
		elf_version_set(f, t, i, s);
	}
	return *s->name && !is_mapping_symbol(f, s);
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = *(const struct symbol *const *)a;
	const struct symbol *y = *(const struct symbol *const *)b;

	if (x->vaddr != y->vaddr)
		return x->vaddr < y->vaddr ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int default_first(const void *a, const void *b)
{
	const struct symbol *x = *(const struct symbol *const *)a;
	const struct symbol *y = *(const struct symbol *const *)b;
	int rc = by_address(a, b);

	return rc ? rc : y->is_default - x->is_default;
}

/* The first of a run of equals, which bsearch(3) does not promise. */
static const struct symbol *lower_bound(const struct symbol **v, size_t n,
					const struct symbol *key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_address(&v[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && by_address(&v[low], &key) == 0 ? v[low] : NULL;
}

/* A plain foo of .symtab is the version that .dynsym has at its address. */
static void join_versions(struct symbol *s, size_t n)
{
	auto_free const struct symbol **known = xcalloc(n + 1, sizeof(*known));
	size_t n_known = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i].source == SYMBOL_DYNSYM && s[i].version && !s[i].is_undefined)
			known[n_known++] = &s[i];
	}
	if (n_known == 0)
		return;
	qsort(known, n_known, sizeof(*known), default_first);
	for (size_t i = 0; i < n; i++) {
		const struct symbol *same = NULL;

		if (s[i].source != SYMBOL_DYNSYM && !s[i].version && !s[i].is_undefined &&
		    s[i].bind != SYMBOL_LOCAL)
			same = lower_bound(known, n_known, &s[i]);
		if (same) {
			s[i].version = same->version;
			s[i].is_default = same->is_default;
		}
	}
}

size_t elf_symbols_fold(struct symbol *s, size_t n)
{
	auto_free const struct symbol **known = xcalloc(n + 1, sizeof(*known));
	size_t n_known = 0, kept = 0;

	while (n_known < n && s[n_known].source < SYMBOL_DEBUG) {
		known[n_known] = &s[n_known];
		n_known++;
	}
	if (n_known == n)
		return n;
	if (n_known)
		qsort(known, n_known, sizeof(*known), by_address);
	kept = n_known;
	for (size_t i = n_known; i < n; i++) {
		if (!lower_bound(known, n_known, &s[i]))
			s[kept++] = s[i];
	}
	return kept;
}

static int u64_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* An IFUNC often has a FUNC twin (strlen_ifunc, mv.resolver): the resolver as well. */
static void join_ifuncs(struct symbol *s, size_t n, const uint64_t *ifuncs, size_t n_ifuncs)
{
	auto_free uint64_t *sorted = NULL;

	if (n_ifuncs == 0)
		return;
	sorted = xcalloc(n_ifuncs, sizeof(*sorted));
	memcpy(sorted, ifuncs, n_ifuncs * sizeof(*sorted));
	qsort(sorted, n_ifuncs, sizeof(*sorted), u64_cmp);
	for (size_t i = 0; i < n; i++) {
		if (s[i].is_code &&
		    bsearch(&s[i].vaddr, sorted, n_ifuncs, sizeof(*sorted), u64_cmp))
			s[i].type = SYMBOL_IFUNC;
	}
}

void elf_symbols_join(struct symbol *s, size_t n, const uint64_t *ifuncs, size_t n_ifuncs)
{
	join_versions(s, n);
	join_ifuncs(s, n, ifuncs, n_ifuncs);
}

static unsigned underscores(const char *name)
{
	return strspn(name, "_");
}

int symbol_rank_cmp(const struct symbol *a, const struct symbol *b)
{
	if (a->is_undefined != b->is_undefined)
		return a->is_undefined - b->is_undefined;
	if (a->is_code != b->is_code)
		return b->is_code - a->is_code;
	if (a->is_default != b->is_default)
		return b->is_default - a->is_default;
	if (a->bind != b->bind)
		return (int)b->bind - (int)a->bind;
	if (!a->size != !b->size)
		return !a->size - !b->size;
	if (a->source != b->source)
		return (int)a->source - (int)b->source;
	if (underscores(a->name) != underscores(b->name))
		return (int)underscores(a->name) - (int)underscores(b->name);
	return strcmp(a->name, b->name);
}

int symbol_by_place(const void *a, const void *b)
{
	const struct symbol *x = *(const struct symbol *const *)a;
	const struct symbol *y = *(const struct symbol *const *)b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return symbol_rank_cmp(x, y);
}

static const char *const type_names[] = {
	[SYMBOL_FUNC] = "func", [SYMBOL_IFUNC] = "ifunc", [SYMBOL_NOTYPE] = "notype",
	[SYMBOL_OBJECT] = "object", [SYMBOL_OTHER] = "other",
	[SYMBOL_PLT] = "plt",
};

static const char *const bind_names[] = {
	[SYMBOL_LOCAL] = "local", [SYMBOL_WEAK] = "weak", [SYMBOL_GLOBAL] = "global",
};

static const char *const source_names[] = {
	[SYMBOL_DYNSYM] = "dynsym", [SYMBOL_SYMTAB] = "symtab", [SYMBOL_DEBUG] = "debug",
	[SYMBOL_MINIDEBUG] = "minidebug", [SYMBOL_PCLNTAB] = "gopclntab",
	[SYMBOL_PLT_STUBS] = "plt",
};

const char *symbol_type_name(enum symbol_type type)
{
	return type_names[type];
}

const char *symbol_bind_name(enum symbol_bind bind)
{
	return bind_names[bind];
}

const char *symbol_source_name(enum symbol_source source)
{
	return source_names[source];
}
