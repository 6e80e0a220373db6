/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that lies about itself. Besides not crashing: what is called code must be what
 * elffile_vaddr_to_offset() accepts, and the lookup that streams must find what the list of
 * all symbols holds. The seeds are images of tests/unit/elf-image.c.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "elf/go.h"
#include "elf/insn.h"
#include "elf/plt.h"
#include "elf/runtime.h"
#include "elf/symtab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAMES 8 /* looked up both ways */

#define must(truth)                                                                      \
	do {                                                                             \
		if (!(truth)) {                                                          \
			fprintf(stderr, "line %d: %s\n", __LINE__, #truth);              \
			abort();                                                         \
		}                                                                        \
	} while (0)

static struct elffile *open_bytes(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct elffile *f = NULL;
	struct err err = ERR_INIT;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (elffile_open_fd(fd, "fuzz", &f, &err) < 0 && (!err.msg[0] || !err.code))
		abort();
	return f;
}

static void check_symbol(struct elffile *f, const struct symbol *s)
{
	uint64_t offset = 0, distance = 0;
	const struct symbol *found;

	must(s->name && *s->name);
	(void)strlen(s->name);
	if (s->version)
		must(*s->version);
	must(symbol_type_name(s->type) && symbol_bind_name(s->bind));
	if (!s->is_code)
		return;
	must(elffile_vaddr_to_offset(f, s->vaddr, &offset, NULL) == 0);
	must(offset == s->offset && offset < f->size);
	found = symtab_at(f, s->offset, &distance);
	must(found && found->is_code && s->offset - found->offset == distance);
}

static bool same(const struct symbol *a, const struct symbol *b)
{
	return a->vaddr == b->vaddr && a->offset == b->offset && a->type == b->type &&
	       a->is_code == b->is_code && a->is_default == b->is_default &&
	       a->source == b->source && strcmp(a->name, b->name) == 0 &&
	       !a->version == !b->version && !a->file == !b->file &&
	       (!a->version || strcmp(a->version, b->version) == 0) &&
	       (!a->file || strcmp(a->file, b->file) == 0);
}

static void check_find(const uint8_t *data, size_t size, struct elffile *loaded,
		       const char *name)
{
	auto_elffile struct elffile *f = open_bytes(data, size);
	auto_free const struct symbol **streamed = NULL;
	auto_free const struct symbol **listed = NULL;
	size_t n_streamed = 0, n_listed = 0;

	must(f && symtab_find(f, name, &streamed, &n_streamed, NULL) == 0);
	must(symtab_find(loaded, name, &listed, &n_listed, NULL) == 0);
	must(n_streamed == n_listed && n_listed > 0);
	for (size_t i = 0; i < n_listed; i++)
		must(same(streamed[i], listed[i]));
}

static void ask_addresses(const struct elffile *f)
{
	const uint64_t odd[] = { 0, 1, 0x7f, f->size - 1, f->size, UINT32_MAX, UINT64_MAX };
	uint64_t unused;

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		struct err err = ERR_INIT;

		elffile_vaddr_to_offset(f, odd[i], &unused, &err);
		elffile_offset_to_vaddr(f, odd[i], &unused);
		elffile_text_bias(f, odd[i], &unused);
		if (elffile_check_offset(f, odd[i], &err) == 0)
			must(odd[i] < f->size);
	}
	for (size_t i = 0; i < f->n_segments && i < 16; i++) {
		const struct elf_segment *s = &f->segments[i];
		struct err err = ERR_INIT;

		if (elffile_vaddr_to_offset(f, s->vaddr, &unused, &err) == 0)
			must(elffile_check_offset(f, unused, &err) == 0);
	}
}

/* A place is at a boundary or between two; what is found around it holds it. */
static void check_code(struct elffile *f, const struct symbol *s, uint64_t off)
{
	uint64_t to = s->offset + s->size;
	struct insn_boundary b;
	struct insn insn;

	insn_read(f, s->offset + off, &insn);
	must(insn.len <= insn.n && insn.n <= sizeof(insn.bytes));
	insn_refusal(f, &insn);
	b = insn_boundary(f, s->offset, to, s->offset + off);
	if (b.place == INSN_UNKNOWN)
		must(b.why);
	else
		must(b.start <= s->offset + off && s->offset + off < b.next);
	if (b.place == INSN_START)
		must(b.start == s->offset + off);
}

/* Of a version no more is believed than what can be printed. */
static void check_go(struct elffile *f)
{
	const struct elf_go *go = elf_go(f);

	must(strlen(go->version) <= GO_VERSION_MAX);
	for (const char *c = go->version; *c; c++)
		must(*c >= ' ' && *c <= '~');
	must(!go->minor || (*go->version && go->shown_by));
	must(go->text <= go->etext);
}

static void check_stubs(struct elffile *f)
{
	struct elf_runtime runtime;
	const struct symbol *plt;
	size_t n;

	elf_runtime_read(f, &runtime);
	if (elf_plt(f, &plt, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n && i < 4096; i++) {
		uint64_t offset;

		must(strstr(plt[i].name, "@plt") && plt[i].is_code);
		must(elffile_vaddr_to_offset(f, plt[i].vaddr, &offset, NULL) == 0);
		must(offset == plt[i].offset && elf_plt_at(f, offset, &offset));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_elffile struct elffile *f = open_bytes(data, size);
	const struct symbol *s = NULL;
	const char **needed = NULL, *list;
	bool is_runpath;
	size_t n = 0;

	if (!f)
		return 0;
	free(elffile_machine_name(f));
	free(elffile_build_id(f));
	elffile_is_program(f);
	check_go(f);
	ask_addresses(f);
	list = elf_search_path(f, &is_runpath);
	must(!list || strlen(list) < size);
	if (elf_needed(f, &needed, NULL) == 0) {
		for (size_t i = 0; needed[i]; i++)
			must(strlen(needed[i]) < size);
		free(needed);
	}
	if (symtab_all(f, &s, &n, NULL) < 0)
		return 0;
	for (size_t i = 0; i < n && i < 4096; i++)
		check_symbol(f, &s[i]);
	for (size_t i = 0; i < n && i < 64; i++)
		for (uint64_t off = 0; s[i].is_code && off < 8; off++)
			check_code(f, &s[i], off);
	check_stubs(f);
	for (size_t i = 0; i < n && i < NAMES; i++)
		check_find(data, size, f, s[i].name);
	return 0;
}
