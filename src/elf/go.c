/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .go.buildinfo, as cmd/link writes it since Go 1.13: 32 bytes that begin with a magic, a
 * pointer's size and flags. Since 1.18 (flag 2) the version follows behind them, its length
 * before it; until then two pointers to Go strings stand in them, the version's first.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "elf/go.h"
#include "elf/private.h"

#define HEADER 32
#define MAGIC "\xff Go buildinf:"
#define MAGIC_LEN (sizeof(MAGIC) - 1)

enum { FLAG_BIG_ENDIAN = 1, FLAG_INLINE = 2 };

static const char *const go_sections[] = {
	".go.buildinfo", ".note.go.buildid", ".gopclntab", ".data.rel.ro.gopclntab",
};

static const char *find_section(const struct elffile *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(go_sections); i++)
		if (elf_section_find(f, go_sections[i]))
			return go_sections[i];
	return NULL;
}

static bool take_version(const struct elffile *f, uint64_t offset, uint64_t len,
			 struct elf_go *go)
{
	if (len == 0 || len > GO_VERSION_MAX || !elf_read(f, offset, go->version, len))
		return false;
	for (uint64_t i = 0; i < len; i++)
		if (!isascii(go->version[i]) || !isprint(go->version[i]))
			return false;
	return true;
}

/* In one byte: longer than 127 is no version. */
static bool read_inline(const struct elffile *f, uint64_t offset, struct elf_go *go)
{
	unsigned char len;

	return elf_read(f, offset, &len, 1) && take_version(f, offset + 1, len, go);
}

/* A Go string is a pointer and a length. Relocated ones are not followed: none is found. */
static bool read_pointer(const struct elffile *f, uint64_t offset, struct elf_go *go)
{
	uint64_t string, text, len, at;
	size_t word = elffile_word_size(f);

	return elf_read_word(f, offset, &string) && elf_file_offset(f, string, &at) &&
	       elf_read_word(f, at, &text) && elf_read_word(f, at + word, &len) &&
	       elf_file_offset(f, text, &at) && take_version(f, at, len, go);
}

static bool read_version(const struct elffile *f, struct elf_go *go)
{
	const struct elf_section *s = elf_section_find(f, go_sections[0]);
	unsigned char header[HEADER], flags;

	if (!s || s->type == SHT_NOBITS || !elf_read(f, s->offset, header, sizeof(header)) ||
	    memcmp(header, MAGIC, MAGIC_LEN) != 0)
		return false;
	flags = header[MAGIC_LEN + 1];
	if (flags & FLAG_INLINE)
		return read_inline(f, s->offset + HEADER, go);
	return header[MAGIC_LEN] == elffile_word_size(f) &&
	       !(flags & FLAG_BIG_ENDIAN) == (f->data == ELFDATA2LSB) &&
	       read_pointer(f, s->offset + MAGIC_LEN + 2, go);
}

/*
 * "go1.21.3", "go1.18rc1", "devel go1.20-deb8c29000 …", "go1.17.5 X:noregabi"; since 1.25
 * (cmd/dist) and 1.26 (cmd/internal/objabi) "go1.25-devel_deb8c29000 …", "go1.26.1-X:nodwarf5".
 */
static void parse_version(struct elf_go *go)
{
	static const char devel[] = "devel ";
	const char *at = go->version, *experiments = strstr(at, "X:");
	uint64_t minor;
	size_t len;

	go->is_devel = strstr(at, "devel");
	go->is_gccgo = strstr(at, "gccgo");
	go->has_own_abi = experiments && strstr(experiments, "regabi");
	if (text_starts(at, devel))
		at += strlen(devel);
	if (!text_starts(at, "go1."))
		return;
	len = strspn(at + 4, "0123456789");
	if (num_parse_u64(at + 4, len, &minor) && minor < 1000)
		go->minor = (unsigned)minor;
}

static uint64_t find_mark(struct elffile *f, const char *name)
{
	auto_free const struct symbol **found = NULL;
	size_t n = 0;

	if (symtab_find(f, name, &found, &n, NULL) < 0 || n != 1 || found[0]->is_undefined)
		return 0;
	return found[0]->vaddr;
}

/* With an external linker, C code comes to stand around Go's. */
static void read_bounds(struct elffile *f, struct elf_go *go)
{
	uint64_t text = find_mark(f, "runtime.text"), etext = find_mark(f, "runtime.etext");

	if (!text || text >= etext)
		return;
	go->text = text;
	go->etext = etext;
}

const struct elf_go *elf_go(struct elffile *f)
{
	struct elf_go *go = f->priv->go;

	if (go)
		return go;
	f->priv->go = go = xcalloc(1, sizeof(*go));
	go->shown_by = find_section(f);
	if (!go->shown_by)
		return go;
	if (read_version(f, go))
		parse_version(go);
	else
		go->version[0] = 0;
	read_bounds(f, go);
	return go;
}
