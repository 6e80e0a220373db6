/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/progs/libversions.so, a library with an IFUNC that it calls itself, loaded here. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "elf/reloc.h"
#include "proc/proc.h"
#include "resolve/bindings.h"
#include "resolve/function.h"
#include "unit.h"

static char *library(void)
{
	const char *dir = getenv("TEST_PROGS");

	return xasprintf("%s/libversions.so", dir ? dir : "tests/progs");
}

static struct elffile *open_library(void)
{
	auto_free char *path = library();
	struct elffile *elf;
	struct err err = ERR_INIT;

	ck_assert_msg(elffile_open(-1, path, &elf, &err) == 0, "%s", err.msg);
	return elf;
}

static const struct symbol *symbol(struct elffile *elf, const char *name)
{
	auto_free const struct symbol **found = NULL;
	const struct symbol *s;
	size_t n;

	ck_assert_int_eq(symtab_find(elf, name, &found, &n, NULL), 0);
	ck_assert_msg(n > 0, "%s", name);
	s = found[0];
	return s;
}

static void *load(int flags)
{
	auto_free char *path = library();
	void *handle = dlopen(path, flags);

	ck_assert_msg(handle != NULL, "%s", dlerror());
	return handle;
}

static const struct binding *of(const struct bindings *b, const struct symbol *s)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].resolver == s->vaddr)
			return &b->v[i];
	return NULL;
}

START_TEST(finds_the_slots)
{
	struct elffile *elf = open_library();
	const struct symbol *chosen = symbol(elf, "chosen");
	const struct elf_reloc *r;
	size_t n, own = 0, imported = 0;

	ck_assert_int_eq(chosen->type, SYMBOL_IFUNC);
	ck_assert_int_eq(elf_relocs(elf, &r, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		own += r[i].kind == RELOC_IRELATIVE && r[i].addend == chosen->vaddr;
		imported += r[i].kind == RELOC_JUMP_SLOT && strcmp(r[i].name, "chosen") == 0;
		ck_assert(r[i].kind == RELOC_IRELATIVE || (r[i].name && *r[i].name));
	}
	ck_assert_uint_eq(own, 1);
	ck_assert_uint_eq(imported, 1);
	elffile_close(elf);
}
END_TEST

/* This process alone is asked. */
static void ask(void (*how)(struct elffile *, const struct mapped *, struct bindings *),
		struct elffile *elf, struct bindings *ret)
{
	CLEANUP(mapped_done) struct mapped mapped = { 0 };

	ck_assert_int_eq(mapped_read(getpid(), &mapped), 0);
	how(elf, &mapped, ret);
}

/* The loader filled the IRELATIVE slot; a process that does not map the file has none. */
START_TEST(reads_the_own_slot)
{
	CLEANUP(bindings_done) struct bindings before = { 0 }, after = { 0 };
	struct elffile *elf = open_library();
	const struct symbol *chosen = symbol(elf, "chosen");
	const struct binding *b;

	ask(bindings_own, elf, &before);
	ck_assert_uint_eq(before.n, 0);
	load(RTLD_LAZY);
	ask(bindings_own, elf, &after);
	b = of(&after, chosen);
	ck_assert_ptr_nonnull(b);
	ck_assert_int_eq(b->place, BOUND_HERE);
	ck_assert_uint_eq(b->offset, symbol(elf, "implementation")->offset);
	ck_assert_uint_eq(b->n, 1);
	ck_assert_int_eq(b->pids[0], getpid());
	elffile_close(elf);
}
END_TEST

/* A slot that lazy binding has not filled yet leads into the PLT: that is no answer. */
START_TEST(tells_a_slot_that_is_not_bound)
{
	CLEANUP(bindings_done) struct bindings before = { 0 }, after = { 0 };
	struct elffile *elf = open_library();
	const struct symbol *chosen = symbol(elf, "chosen");
	void *handle;
	int (*call)(int);
	const struct binding *b;

	unsetenv("LD_BIND_NOW");
	handle = load(RTLD_LAZY);
	ask(bindings_imported, elf, &before);
	ck_assert_ptr_null(of(&before, chosen));
	ck_assert_uint_eq(before.n_asked, 1);
	*(void **)&call = dlsym(handle, "calls_exported");
	ck_assert_int_eq(call(3), 4);
	ask(bindings_imported, elf, &after);
	b = of(&after, chosen);
	ck_assert_ptr_nonnull(b);
	ck_assert_int_eq(b->place, BOUND_HERE);
	ck_assert_uint_eq(b->offset, symbol(elf, "implementation")->offset);
	elffile_close(elf);
}
END_TEST

static int find(struct elffile *elf, const char *text, struct function_rules rules,
		struct function_list *ret, struct err *err)
{
	struct target target = { .name = elf->path, .elf = elf };
	struct location loc;
	int rc;

	ck_assert_int_eq(location_parse(text, false, &loc, NULL), 0);
	rc = function_find(&target, "lib", &loc, &rules, ret, err);
	location_done(&loc);
	return rc;
}

static const struct {
	const char *place;
	enum ifunc_mode mode;
	bool is_loaded, is_foreign;
	const char *at; /* the symbol whose place it is; NULL: an error */
	const char *says;
} places[] = {
	{ "chosen", IFUNC_USED, true, false, "implementation", "chosen -> implementation" },
	{ "chosen", IFUNC_USED, false, false, NULL, "no running process tells" },
	{ "chosen", IFUNC_USED, true, true, NULL, "no running process tells" },
	{ "chosen", IFUNC_RESOLVER, false, false, "chosen", "loader choose" },
	{ "chosen", IFUNC_RESOLVER, true, false, "chosen", "loader choose" },
	{ "chosen", IFUNC_ALL, true, false, "implementation", "chosen -> implementation" },
	{ "chosen", IFUNC_ALL, false, false, NULL, "no running process tells" },
	{ "chosen+4", IFUNC_USED, true, false, NULL, "is somewhere else" },
	{ "chose[n]", IFUNC_USED, true, false, "implementation",
	  "implementations that are in use" },
	{ "twice", IFUNC_USED, false, false, "twice", "" },
};

START_TEST(leads_to_the_implementation)
{
	struct function_list list = { 0 };
	struct err err = ERR_INIT;
	struct elffile *elf = open_library();
	struct function_rules rules = {
		.ifunc = places[_i].mode,
		.pid = getpid(),
		.is_foreign = places[_i].is_foreign,
	};
	int rc;

	if (places[_i].is_loaded)
		load(RTLD_LAZY);
	rc = find(elf, places[_i].place, rules, &list, &err);
	if (!places[_i].at) {
		ck_assert_int_lt(rc, 0);
		ck_assert_msg(strstr(err.msg, places[_i].says) != NULL, "%s", err.msg);
		elffile_close(elf);
		return;
	}
	ck_assert_msg(rc == 0, "%s", err.msg);
	ck_assert_uint_eq(list.n, 1);
	ck_assert_uint_eq(list.functions[0].offset, symbol(elf, places[_i].at)->offset);
	ck_assert_msg(strstr(buf_str(&list.notes), places[_i].says) != NULL, "%s",
		      buf_str(&list.notes));
	ck_assert_str_eq(function_name(&list.functions[0]),
			 strcmp(places[_i].at, "twice") == 0 ? "twice" : "chosen");
	function_list_done(&list);
	elffile_close(elf);
}
END_TEST

/* This program's own libc: what dlsym(3) says is what its own calls lead to. */
START_TEST(asks_our_own_libc)
{
	CLEANUP(bindings_done) struct bindings ours = { 0 }, theirs = { 0 };
	CLEANUP(proc_maps_done) struct proc_maps maps = { 0 };
	const void *address = dlsym(RTLD_DEFAULT, "strlen");
	auto_elffile struct elffile *libc = NULL;
	const struct proc_map *map;
	const struct symbol *s;

	ck_assert_int_eq(proc_maps_read(getpid(), &maps), 0);
	map = proc_maps_at(&maps, (uintptr_t)address);
	if (!map || !strstr(map->path, "libc.so.6"))
		return;
	ck_assert_int_eq(elffile_open(-1, map->path, &libc, NULL), 0);
	s = symbol(libc, "strlen");
	bindings_ours(libc, &ours);
	ck_assert_ptr_nonnull(of(&ours, s));
	ck_assert_int_eq(of(&ours, s)->place, BOUND_HERE);
	ck_assert_uint_eq(of(&ours, s)->offset, (uintptr_t)address - map->start + map->pgoff);
	/* Its own slots, and those of who imports it, say the same. */
	ask(bindings_own, libc, &theirs);
	if (s->type == SYMBOL_IFUNC && of(&theirs, s))
		ck_assert_uint_eq(of(&theirs, s)->offset, of(&ours, s)->offset);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_test(c, finds_the_slots);
	tcase_add_test(c, reads_the_own_slot);
	tcase_add_test(c, tells_a_slot_that_is_not_bound);
	tcase_add_test(c, asks_our_own_libc);
	tcase_add_loop_test(c, leads_to_the_implementation, 0, ARRAY_SIZE(places));
}

UNIT_MAIN("ifunc", fill)
