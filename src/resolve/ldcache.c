/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/ldcache.h"

#define OLD_MAGIC "ld.so-1.7.0"
#define NEW_MAGIC "glibc-ld.so.cache1.1"
#define NEW_HEADER_SIZE 48
#define ENTRY_SIZE 24
#define OLD_HEADER_SIZE 16
#define OLD_ENTRY_SIZE 12

/* The second byte of an entry's flags: for whom the library is (sysdeps ldconfig.h). */
static const struct {
	uint16_t flag, machine;
	uint8_t elf_class;
} flavours[] = {
	{ 0x0000, EM_386, ELFCLASS32 },     { 0x0300, EM_X86_64, ELFCLASS64 },
	{ 0x0800, EM_X86_64, ELFCLASS32 },  { 0x0a00, EM_AARCH64, ELFCLASS64 },
	{ 0x0900, EM_ARM, ELFCLASS32 },     { 0x0b00, EM_ARM, ELFCLASS32 },
	{ 0x0500, EM_PPC64, ELFCLASS64 },   { 0x0400, EM_S390, ELFCLASS64 },
	{ 0x0f00, EM_RISCV, ELFCLASS64 },   { 0x1000, EM_RISCV, ELFCLASS64 },
	{ 0x1100, 258, ELFCLASS64 },        { 0x1200, 258, ELFCLASS64 }, /* LoongArch */
};

static uint32_t get32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t get64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Start of the header of the format in use today; an old-format part may precede it. */
static bool find_header(const char *data, size_t len, size_t *ret)
{
	uint64_t at = 0;

	if (len >= OLD_HEADER_SIZE && memcmp(data, OLD_MAGIC, strlen(OLD_MAGIC)) == 0) {
		at = OLD_HEADER_SIZE + (uint64_t)get32(data + 12) * OLD_ENTRY_SIZE;
		at = (at + 7) & ~7ULL;
	}
	if (at > len || len - at < NEW_HEADER_SIZE ||
	    memcmp(data + at, NEW_MAGIC, strlen(NEW_MAGIC)) != 0)
		return false;
	*ret = at;
	return true;
}

static void set_flavour(struct ldcache_entry *e, uint32_t flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(flavours); i++)
		if (flavours[i].flag == (flags & 0xff00)) {
			e->machine = flavours[i].machine;
			e->elf_class = flavours[i].elf_class;
		}
}

int ldcache_parse(const char *data, size_t len, struct ldcache_entry **ret, size_t *ret_n)
{
	struct ldcache_entry *entries = NULL;
	size_t start, n = 0, count;

	if (!find_header(data, len, &start))
		return -EINVAL;
	data += start;
	len -= start;
	count = get32(data + 20);
	if (count > (len - NEW_HEADER_SIZE) / ENTRY_SIZE)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		const char *p = data + NEW_HEADER_SIZE + i * ENTRY_SIZE;
		uint32_t flags = get32(p), key = get32(p + 4), value = get32(p + 8);
		struct ldcache_entry e = { .hwcap = get64(p + 16) };

		/* The text ends in a NUL of its own, so any offset below len is a string. */
		if (key >= len || value >= len || (flags & 0xff) != 3)
			continue;
		e.soname = data + key;
		e.path = data + value;
		set_flavour(&e, flags);
		entries = xgrow(entries, n, sizeof(*entries));
		entries[n++] = e;
	}
	*ret = entries;
	*ret_n = n;
	return 0;
}

/* `soname` is `word`, or goes on with ".so" or ".so.…" behind it. */
static bool is_stem(const char *soname, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(soname, word, len) != 0)
		return false;
	if (!soname[len])
		return true;
	if (strstr(word, ".so")) /* libssl.so means libssl.so.3, not libssl.some */
		return soname[len] == '.';
	return text_starts(soname + len, ".so") && (!soname[len + 3] || soname[len + 3] == '.');
}

bool ldcache_matches(const char *soname, const char *word)
{
	return is_stem(soname, word) ||
	       (text_starts(soname, "lib") && is_stem(soname + 3, word));
}
