/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "resolve/ldcache.h"
#include "unit.h"

static void put32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof(v));
}

static const struct {
	const char *soname, *path;
	uint32_t flags;
} libs[] = {
	{ "libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6", 0x303 },
	{ "libc.so.6", "/lib32/libc.so.6", 0x003 },
	{ "libssl.so.3", "/lib/aarch64/libssl.so.3", 0xa03 },
	{ "libc.so.5", "/lib/libc5/libc.so.5", 0x001 }, /* not glibc's: passed over */
};

/* A cache as ldconfig writes it: header, entries, strings; offsets from the header. */
static void make_cache(struct buf *b)
{
	auto_buf strings = BUF_INIT;
	size_t base = 48 + 24 * ARRAY_SIZE(libs);

	buf_adds(b, "glibc-ld.so.cache1.1");
	put32(b, ARRAY_SIZE(libs));
	put32(b, 0);
	buf_pad(b, 0, b->len + 20);
	for (size_t i = 0; i < ARRAY_SIZE(libs); i++) {
		put32(b, libs[i].flags);
		put32(b, base + strings.len);
		buf_add(&strings, libs[i].soname, strlen(libs[i].soname) + 1);
		put32(b, base + strings.len);
		buf_add(&strings, libs[i].path, strlen(libs[i].path) + 1);
		buf_pad(b, 0, b->len + 12);
	}
	buf_add(b, strings.p, strings.len);
}

START_TEST(parses_what_ldconfig_writes)
{
	auto_free struct ldcache_entry *e = NULL;
	auto_buf b = BUF_INIT;
	size_t n;

	make_cache(&b);
	ck_assert_int_eq(ldcache_parse(b.p, b.len, &e, &n), 0);
	ck_assert_uint_eq(n, ARRAY_SIZE(libs) - 1);
	ck_assert_str_eq(e[0].path, "/lib/x86_64-linux-gnu/libc.so.6");
	ck_assert_uint_eq(e[0].machine, EM_X86_64);
	ck_assert_uint_eq(e[1].machine, EM_386);
	ck_assert_uint_eq(e[2].machine, EM_AARCH64);
	ck_assert_str_eq(e[2].soname, "libssl.so.3");
}
END_TEST

START_TEST(finds_the_header_behind_an_old_one)
{
	auto_free struct ldcache_entry *e = NULL;
	auto_buf inner = BUF_INIT, b = BUF_INIT;
	size_t n;

	make_cache(&inner);
	buf_adds(&b, "ld.so-1.7.0");
	buf_pad(&b, 0, 12);
	put32(&b, 3); /* 12-byte entries, then padding to 8 */
	buf_pad(&b, 0, (16 + 36 + 7) & ~7);
	buf_add(&b, inner.p, inner.len);
	ck_assert_int_eq(ldcache_parse(b.p, b.len, &e, &n), 0);
	ck_assert_uint_eq(n, 3);
}
END_TEST

/* Every prefix, and every byte set to ff: no crash, no entry out of bounds. */
START_TEST(survives_damage)
{
	auto_buf b = BUF_INIT;

	make_cache(&b);
	for (size_t len = 0; len < b.len; len++) {
		char *copy = xcalloc(len + 1, 1);
		struct ldcache_entry *e = NULL;
		size_t n = 0;

		memcpy(copy, b.p, len);
		if (ldcache_parse(copy, len, &e, &n) == 0)
			for (size_t i = 0; i < n; i++) {
				ck_assert(e[i].soname + strlen(e[i].soname) <= copy + len);
				ck_assert(e[i].path + strlen(e[i].path) <= copy + len);
			}
		free(e);
		memcpy(copy, b.p, len);
		if (len > 20)
			memset(copy + 20, 0xff, len - 20 < 60 ? len - 20 : 60);
		e = NULL;
		ldcache_parse(copy, len, &e, &n);
		free(e);
		free(copy);
	}
}
END_TEST

static const struct {
	const char *soname, *word;
	bool matches;
} words[] = {
	{ "libssl.so.3", "libssl.so.3", true }, { "libssl.so.3", "libssl.so", true },
	{ "libssl.so.3", "libssl", true },	{ "libssl.so.3", "ssl", true },
	{ "libssl.so.3", "ssl.so.3", true },	{ "libssl3.so", "ssl", false },
	{ "libssl.so.3", "ss", false },		{ "libssl.so.3", "libss", false },
	{ "libc.so.6", "c", true },		{ "libcap.so.2", "c", false },
	{ "libc.so.6", "libc.so.5", false },	{ "ld-linux.so.2", "ld-linux", true },
	{ "libfoo.some", "libfoo", false },
};

START_TEST(knows_what_people_call_a_library)
{
	ck_assert_msg(ldcache_matches(words[_i].soname, words[_i].word) == words[_i].matches,
		      "%s %s", words[_i].soname, words[_i].word);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_test(c, parses_what_ldconfig_writes);
	tcase_add_test(c, finds_the_header_behind_an_old_one);
	tcase_add_test(c, survives_damage);
	tcase_add_loop_test(c, knows_what_people_call_a_library, 0, ARRAY_SIZE(words));
}

UNIT_MAIN("ldcache", fill)
