/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that calls its own IFUNC has an IRELATIVE slot for it, which the loader fills at once
 * even with lazy binding; a file that imports one has a slot under its name. A slot that
 * still holds what the file says, moved by the load address, was not bound yet.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "elf/plt.h"
#include "elf/reloc.h"
#include "proc/mapped.h"
#include "proc/proc.h"
#include "resolve/bindings.h"

/* Processes that map one file are bound alike but for odd tunables: a few are enough. */
#define MAX_ASKED 8

/* A static glibc has no dlvsym() to link with, and needs none: it is nobody's shared libc. */
#pragma weak dlvsym
#pragma weak dlsym

struct asking {
	struct elffile *elf;
	const struct mapped *mapped;
	const struct mapped_file *file; /* elf among mapped */
	struct bindings *ret;
	/* One process of those: */
	pid_t pid;
	struct proc_maps maps;
	int mem;
	/* Of the file, that others may import: */
	const struct symbol *const *symbols;
	size_t n_symbols;
};

static void add(struct bindings *b, pid_t pid, const struct binding *found)
{
	struct binding *there = NULL;

	for (size_t i = 0; i < b->n && !there; i++)
		if (b->v[i].resolver == found->resolver && b->v[i].place == found->place &&
		    b->v[i].offset == found->offset &&
		    strcmp(b->v[i].file ? b->v[i].file : "", found->file ? found->file : "") == 0)
			there = &b->v[i];
	if (!there) {
		b->v = xgrow(b->v, b->n, sizeof(*b->v));
		there = &b->v[b->n++];
		*there = *found;
		there->file = xstrdup_null(found->file);
	}
	for (size_t i = 0; i < there->n; i++)
		if (there->pids[i] == pid)
			return;
	there->pids = xgrow(there->pids, there->n, sizeof(*there->pids));
	there->pids[there->n++] = pid;
}

/* Where a function pointer of the process leads. */
static bool classify(const struct asking *a, uint64_t value, struct binding *ret)
{
	const struct proc_map *map = proc_maps_at(&a->maps, value);

	if (value >= a->maps.vdso_start && value < a->maps.vdso_end) {
		ret->place = BOUND_VDSO;
		return true;
	}
	if (!map)
		return false;
	ret->place = mapped_is_of(a->file, map) ? BOUND_HERE : BOUND_OTHER;
	if (ret->place == BOUND_HERE)
		ret->offset = value - map->start + map->pgoff;
	else
		ret->file = map->path;
	return true;
}

/* How far the process has a file moved from its own addresses. */
static bool load_bias(const struct asking *a, const struct elffile *elf,
		      const struct mapped_file *f, uint64_t *ret)
{
	for (size_t i = 0; i < a->maps.n; i++) {
		const struct proc_map *map = &a->maps.maps[i];

		if (!mapped_is_of(f, map))
			continue;
		for (size_t k = 0; k < elf->n_segments; k++) {
			const struct elf_segment *s = &elf->segments[k];

			if (!(s->flags & PF_X) || map->pgoff >= s->offset + s->filesz ||
			    s->offset >= map->pgoff + (map->end - map->start))
				continue;
			*ret = map->start - map->pgoff - (s->vaddr - s->offset);
			return true;
		}
	}
	return false;
}

/* What the process has in a slot; false: not bound yet, or not readable. */
static bool read_slot(const struct asking *a, struct elffile *elf, uint64_t bias,
		      const struct elf_reloc *r, uint64_t *ret)
{
	unsigned char raw[8] = { 0 };
	size_t len = elffile_word_size(elf);
	uint64_t mask = len == 4 ? UINT32_MAX : UINT64_MAX;
	uint64_t before = 0;

	if (pread(a->mem, raw, len, (off_t)((r->vaddr + bias) & mask)) != (ssize_t)len)
		return false;
	*ret = elffile_word(elf, raw);
	if (elf_reloc_word(elf, r, &before) && *ret == ((before + bias) & mask))
		return false;
	return *ret != 0 && *ret != before;
}

static bool enter_process(struct asking *a, pid_t pid)
{
	a->pid = pid;
	a->mem = proc_mem_open(pid);
	if (a->mem == -EACCES || a->mem == -EPERM)
		a->ret->n_denied++;
	if (a->mem < 0)
		return false;
	if (proc_maps_read(pid, &a->maps) < 0) {
		close(a->mem);
		return false;
	}
	a->ret->n_asked++;
	return true;
}

static void leave_process(struct asking *a)
{
	proc_maps_done(&a->maps);
	close(a->mem);
}

static bool begin(struct asking *a, struct elffile *elf, const struct mapped *mapped,
		  struct bindings *ret)
{
	*a = (struct asking){ .elf = elf, .mapped = mapped, .ret = ret };
	a->file = mapped_find(mapped, elf->dev, elf->ino, elf->path);
	return a->file != NULL;
}

static void ask_own_slots(struct asking *a, const struct elf_reloc *relocs, size_t n)
{
	uint64_t bias, value;

	if (!load_bias(a, a->elf, a->file, &bias))
		return;
	for (size_t i = 0; i < n; i++) {
		struct binding b = { .resolver = relocs[i].addend };

		if (relocs[i].kind == RELOC_IRELATIVE &&
		    read_slot(a, a->elf, bias, &relocs[i], &value) && classify(a, value, &b))
			add(a->ret, a->pid, &b);
	}
}

void bindings_own(struct elffile *elf, const struct mapped *mapped, struct bindings *ret)
{
	const struct elf_reloc *relocs;
	struct asking a;
	size_t n;

	if (begin(&a, elf, mapped, ret) && elf_relocs(elf, &relocs, &n, NULL) == 0)
		for (size_t i = 0; i < a.file->n_pids && ret->n_asked < MAX_ASKED; i++)
			if (enter_process(&a, a.file->pids[i])) {
				ask_own_slots(&a, relocs, n);
				leave_process(&a);
			}
}

/* Files that import, opened once for all processes. */
struct modules {
	struct elffile **elf; /* by index in asking.mapped.files; NULL: not open */
	bool *failed;
};

static struct elffile *open_module(const struct asking *a, struct modules *m, size_t i)
{
	const struct mapped_file *f = &a->mapped->files[i];
	auto_free char *link = mapped_link(f);
	auto_free char *named = xasprintf("/proc/%d/root%s", (int)f->pids[0], f->path);
	struct stat st;

	if (m->elf[i] || m->failed[i])
		return m->elf[i];
	if (elffile_open(-1, link, &m->elf[i], NULL) < 0) {
		m->elf[i] = NULL;
		if (!f->is_deleted && stat(named, &st) == 0 && st.st_ino == f->ino &&
		    elffile_open(-1, named, &m->elf[i], NULL) < 0)
			m->elf[i] = NULL;
	}
	m->failed[i] = !m->elf[i];
	return m->elf[i];
}

static const struct symbol *imported(const struct asking *a, const struct elf_reloc *r)
{
	for (size_t i = 0; r->name && i < a->n_symbols; i++) {
		const struct symbol *s = a->symbols[i];

		if (strcmp(r->name, s->name) == 0 &&
		    (!r->version || !s->version || strcmp(r->version, s->version) == 0))
			return s;
	}
	return NULL;
}

/* Where a slot leads that is no answer: into its own file, which is lazy binding's stub. */
static bool leads_home(const struct asking *a, const struct mapped_file *f, uint64_t value)
{
	const struct proc_map *map = proc_maps_at(&a->maps, value);

	return f != a->file && map && mapped_is_of(f, map);
}

/* A program that is not PIC and takes a function's address gives it that of its own stub. */
static bool leads_to_stub(const struct asking *a, struct modules *m, uint64_t value)
{
	const struct proc_map *map = proc_maps_at(&a->maps, value);
	const struct mapped_file *f = map ? mapped_at(a->mapped, map) : NULL;
	struct elffile *elf = f ? open_module(a, m, f - a->mapped->files) : NULL;
	uint64_t off;

	return elf && elf_plt_at(elf, value - map->start + map->pgoff, &off);
}

static void ask_module(struct asking *a, struct modules *m, size_t which)
{
	const struct mapped_file *f = &a->mapped->files[which];
	struct elffile *elf = open_module(a, m, which);
	const struct elf_reloc *relocs;
	uint64_t bias, value;
	size_t n;

	if (!elf || !load_bias(a, elf, f, &bias) || elf_relocs(elf, &relocs, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct symbol *s = imported(a, &relocs[i]);
		struct binding b = { .resolver = s ? s->vaddr : 0 };

		if (s && read_slot(a, elf, bias, &relocs[i], &value) &&
		    !leads_home(a, f, value) && classify(a, value, &b) &&
		    (b.place != BOUND_OTHER || !leads_to_stub(a, m, value)))
			add(a->ret, a->pid, &b);
	}
}

static bool maps_file(const struct asking *a, const struct mapped_file *f)
{
	for (size_t i = 0; i < a->maps.n; i++)
		if (mapped_is_of(f, &a->maps.maps[i]))
			return true;
	return false;
}

/* Its IFUNCs that others may import: heap. */
static const struct symbol **ifuncs_of(struct elffile *elf, size_t *ret_n)
{
	const struct symbol **ifuncs = NULL;
	const struct symbol *all;
	size_t n;

	*ret_n = 0;
	if (symtab_all(elf, &all, &n, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (all[i].type != SYMBOL_IFUNC || !all[i].is_code ||
		    all[i].source != SYMBOL_DYNSYM)
			continue;
		ifuncs = xgrow(ifuncs, *ret_n, sizeof(*ifuncs));
		ifuncs[(*ret_n)++] = &all[i];
	}
	return ifuncs;
}

void bindings_of(struct elffile *elf, const struct mapped *mapped,
		 const struct symbol *const *symbols, size_t n, struct bindings *ret)
{
	struct modules m;
	struct asking a;

	if (!begin(&a, elf, mapped, ret))
		return;
	a.symbols = symbols;
	a.n_symbols = n;
	m.elf = xcalloc(mapped->n, sizeof(*m.elf));
	m.failed = xcalloc(mapped->n, sizeof(*m.failed));
	for (size_t i = 0; i < a.file->n_pids && ret->n_asked < MAX_ASKED; i++) {
		if (!enter_process(&a, a.file->pids[i]))
			continue;
		for (size_t k = 0; k < mapped->n; k++)
			if (maps_file(&a, &mapped->files[k]))
				ask_module(&a, &m, k);
		leave_process(&a);
	}
	for (size_t k = 0; k < mapped->n; k++)
		elffile_close(m.elf[k]);
	free(m.elf);
	free(m.failed);
}

void bindings_imported(struct elffile *elf, const struct mapped *mapped, struct bindings *ret)
{
	size_t n;
	auto_free const struct symbol **ifuncs = ifuncs_of(elf, &n);

	bindings_of(elf, mapped, ifuncs, n, ret);
}

static void ask_ourselves(struct asking *a, const struct symbol *s)
{
	struct binding b = { .resolver = s->vaddr };
	void *answer = NULL;

#ifdef __GLIBC__ /* another C library has no IFUNC that we could have bound */
	if (s->version && dlvsym)
		answer = dlvsym(RTLD_DEFAULT, s->name, s->version);
	else if (!s->version && dlsym)
		answer = dlsym(RTLD_DEFAULT, s->name);
#endif
	if (answer && classify(a, (uintptr_t)answer, &b))
		add(a->ret, getpid(), &b);
}

void bindings_ours(struct elffile *elf, struct bindings *ret)
{
	CLEANUP(mapped_done) struct mapped mapped = { 0 };
	struct asking a;

	if (mapped_read(getpid(), &mapped) == 0 && begin(&a, elf, &mapped, ret) &&
	    proc_maps_read(getpid(), &a.maps) == 0) {
		size_t n;
		auto_free const struct symbol **ifuncs = ifuncs_of(elf, &n);

		ret->n_asked++;
		for (size_t i = 0; i < n; i++)
			ask_ourselves(&a, ifuncs[i]);
		proc_maps_done(&a.maps);
	}
}

void bindings_done(struct bindings *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->v[i].file);
		free(b->v[i].pids);
	}
	free(b->v);
	*b = (struct bindings){ 0 };
}
