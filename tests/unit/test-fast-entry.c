/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/progs/endbr, as the linker made it and with some bytes changed. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "elf/fast-entry.h"
#include "elf/symtab.h"
#include "unit.h"

static char *program(const char *name)
{
	const char *dir = getenv("TEST_PROGS");

	return xasprintf("%s/%s", dir ? dir : "tests/progs", name);
}

/* The program with `len` bytes at `offset` changed. */
static struct elffile *open_changed(uint64_t offset, const void *bytes, size_t len)
{
	auto_free char *path = program("endbr");
	char copy[] = "/tmp/uctl-endbr.XXXXXX";
	int from = open(path, O_RDONLY), to = mkstemp(copy);
	struct err err = ERR_INIT;
	struct elffile *elf;
	char chunk[65536];
	ssize_t n;

	ck_assert_msg(from >= 0 && to >= 0, "%s", path);
	while ((n = read(from, chunk, sizeof(chunk))) > 0)
		ck_assert_int_eq(write(to, chunk, n), n);
	ck_assert_int_eq(pwrite(to, bytes, len, offset), len);
	close(from);
	close(to);
	ck_assert_msg(elffile_open(-1, copy, &elf, &err) == 0, "%s", err.msg);
	unlink(copy);
	return elf;
}

static struct fast_entry function(struct elffile *elf, const char *name)
{
	auto_free const struct symbol **found = NULL;
	size_t n;

	ck_assert_int_eq(symtab_find(elf, name, &found, &n, NULL), 0);
	ck_assert_msg(n > 0, "%s", name);
	return (struct fast_entry){ .offset = found[0]->offset, .size = found[0]->size };
}

static bool prove(struct elffile *elf, const char *name)
{
	struct fast_entry e = function(elf, name);

	fast_entry_prove(elf, &e, 1);
	return e.proven;
}

static const struct {
	const char *name;
	bool proven;
} functions[] = {
	{ "fast_push", true },	    { "fast_push_r12", true }, { "fast_nop", true },
	{ "fast_jmp", true },	    { "identity", false },     { "nop5", false },
	{ "calls", false },	    { "loops", false },	       { "loops_far", false },
	{ "loops_by_table", false }, { "is_entered", false },  { "is_pointed_to", false },
	{ "is_taken", false },	    { "is_named", false },     { "main", false },
};

/* Together, and each by itself: one's proof does not hang on another's. */
START_TEST(tells_what_is_proven)
{
	struct fast_entry all[ARRAY_SIZE(functions)];
	struct elffile *elf = open_changed(0, "\177", 1);

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		ck_assert_msg(prove(elf, functions[i].name) == functions[i].proven, "%s",
			      functions[i].name);
		all[i] = function(elf, functions[i].name);
	}
	fast_entry_prove(elf, all, ARRAY_SIZE(all));
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		ck_assert_msg(all[i].proven == functions[i].proven, "%s", functions[i].name);
	elffile_close(elf);
}
END_TEST

static const struct {
	unsigned at; /* in fast_push, whose bytes are f3 0f 1e fa 55 48 89 f8 5d c3 */
	const char *bytes;
	size_t len;
	bool proven;
} changes[] = {
	{ 4, "\x57", 1, true },          /* push %rdi */
	{ 4, "\x90", 1, true },          /* nop */
	{ 4, "\xeb\x02", 2, true },      /* jmp onwards */
	{ 5, "\xeb\xfe\x90", 3, true },  /* a loop that is not over the push */
	{ 0, "\x90\x90\x90\x90", 4, false },
	{ 0, "\xf3\x0f\x1e\xfb", 4, false }, /* endbr32 */
	{ 4, "\x5d", 1, false },         /* pop: single-stepped */
	{ 4, "\x66\x90", 2, false },
	{ 4, "\x49\x57", 2, false },     /* the kernel emulates no prefix but 41 */
	{ 5, "\xeb\xfd\x90", 3, false }, /* jmp to the push */
	{ 5, "\xe2\xfd\x90", 3, false }, /* loop */
	{ 5, "\x74\xfd\x90", 3, false },
	{ 5, "\xff\xe0\x90", 3, false }, /* jmp *%rax */
	{ 5, "\x06\x90\x90", 3, false }, /* no instruction */
	{ 9, "\xe9", 1, false },         /* one that does not end with the function */
};

START_TEST(looks_at_every_byte)
{
	struct elffile *elf = open_changed(0, "\177", 1);
	struct fast_entry e = function(elf, "fast_push");
	bool proven;

	elffile_close(elf);
	elf = open_changed(e.offset + changes[_i].at, changes[_i].bytes, changes[_i].len);
	proven = prove(elf, "fast_push");
	elffile_close(elf);
	ck_assert_int_eq(proven, changes[_i].proven);
}
END_TEST

/* In the file there is the relocation's symbol and its addend, nowhere the address. */
START_TEST(adds_symbol_and_addend)
{
	auto_free char *path = program("endbr-lib.so");
	struct err err = ERR_INIT;
	struct elffile *elf;

	ck_assert_msg(elffile_open(-1, path, &elf, &err) == 0, "%s", err.msg);
	ck_assert(prove(elf, "lib_fast"));
	ck_assert(!prove(elf, "lib_pointed_to"));
	elffile_close(elf);
}
END_TEST

/* Of a program that is not moved, addresses stand in the code, unmarked. */
START_TEST(wants_a_file_that_is_loaded_anywhere)
{
	struct elffile *elf = open_changed(16, "\2\0", 2); /* e_type: ET_EXEC */

	ck_assert(!prove(elf, "fast_push"));
	elffile_close(elf);
}
END_TEST

START_TEST(wants_the_functions_size)
{
	struct elffile *elf = open_changed(0, "\177", 1);
	struct fast_entry e = function(elf, "fast_push");

	e.size = 0;
	fast_entry_prove(elf, &e, 1);
	ck_assert(!e.proven);
	fast_entry_prove(elf, &e, 0);
	elffile_close(elf);
}
END_TEST

static void fill(TCase *c)
{
#if defined(__x86_64__)
	tcase_add_test(c, tells_what_is_proven);
	tcase_add_loop_test(c, looks_at_every_byte, 0, ARRAY_SIZE(changes));
	tcase_add_test(c, adds_symbol_and_addend);
	tcase_add_test(c, wants_a_file_that_is_loaded_anywhere);
	tcase_add_test(c, wants_the_functions_size);
#else
	(void)c;
#endif
}

UNIT_MAIN("fast-entry", fill)
