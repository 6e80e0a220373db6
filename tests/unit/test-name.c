/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/xalloc.h"
#include "probe/name.h"
#include "unit.h"

#define A31 "a123456789012345678901234567890"
#define A63 A31 "_" A31

static const struct {
	const char *name;
	const char *group, *event, *arg; /* what the check says; NULL: fine */
} names[] = {
	{ "zfree", NULL, NULL, NULL },
	{ "_0", NULL, NULL, NULL },
	{ A31 "1", NULL, NULL, NULL },
	{ A31 "12", NULL, NULL, "too long" },
	{ A63, NULL, NULL, "too long" },
	{ A63 "x", "too long", "too long", "too long" },
	{ "", "not specified", "not specified", "not specified" },
	{ "my-group", NULL, "C identifiers", "C identifiers" },
	{ "-x", NULL, "C identifiers", "C identifiers" },
	{ "1x", "C identifiers", "C identifiers", "C identifiers" },
	{ "a.b", "C identifiers", "C identifiers", "C identifiers" },
	{ "gr\xc3\xbc", "C identifiers", "C identifiers", "C identifiers" },
	{ "enable", NULL, "would hide", NULL },
	{ "filter", NULL, "would hide", NULL },
	{ "common_pid", NULL, NULL, "already used" },
	{ "__probe_ip", NULL, NULL, "already used" },
};

static void check_one(int (*check)(const char *, struct err *), const char *name,
		      const char *want)
{
	struct err err = ERR_INIT;
	int rc = check(name, &err);

	ck_assert_int_eq(rc, want ? -EINVAL : 0);
	if (want)
		ck_assert_msg(strstr(err.msg, want) != NULL, "'%s': %s", name, err.msg);
}

START_TEST(checks_names_as_the_kernel_does)
{
	check_one(name_check_group, names[_i].name, names[_i].group);
	check_one(name_check_event, names[_i].name, names[_i].event);
	check_one(name_check_arg, names[_i].name, names[_i].arg);
}
END_TEST

static const struct {
	const char *symbol;
	size_t reserve;
	const char *name;
} symbols[] = {
	{ "zfree", 0, "zfree" },
	{ "__libc_start_main", 0, "__libc_start_main" },
	{ "parse.constprop.0", 0, "parse_constprop_0" },
	{ "ns::vec<int>::push(int const&)", 0, "ns_vec_int_push_int_const" },
	{ "operator+", 0, "operator" },
	{ "~~", 0, "_" },
	{ "", 0, "_" },
	{ "7z", 0, "_7z" },
	{ "@7z", 0, "_7z" },
	{ "filter", 0, "filter_" },
	{ A63 "yz", 0, A63 },
	{ A63, 4, A31 "_a12345678901234567890123456" },
	{ A63, 1000, "a1" },
};

START_TEST(makes_names_from_symbols)
{
	auto_free char *name = name_from_symbol(symbols[_i].symbol, symbols[_i].reserve);

	ck_assert_str_eq(name, symbols[_i].name);
	ck_assert_int_eq(name_check_event(name, NULL), 0);
}
END_TEST

static const struct {
	const char *path, *stem;
} stems[] = {
	{ "/usr/lib/libssl.so.3", "ssl" },
	{ "/lib/x86_64-linux-gnu/libc.so.6", "c" },
	{ "/bin/zsh", "zsh" },
	{ "/srv/my-prog.bin", "my_prog" },
	{ "/usr/bin/libreoffice", "libreoffice" },
	{ "/lib64/ld-linux-x86-64.so.2", "ld_linux_x86_64" },
	{ "/usr/lib/libstdc++.so.6", "stdc" },
	{ "/usr/bin/7z", "_7z" },
	{ "/x/.hidden", "hidden" },
	{ "/x/lib.so", "lib" },
	{ "/x/", "file" },
	{ "", "file" },
};

START_TEST(finds_stems)
{
	auto_free char *stem = name_stem(stems[_i].path);

	ck_assert_str_eq(stem, stems[_i].stem);
}
END_TEST

static const struct {
	char kind;
	const char *path;
	uint64_t offset;
	const char *name;
} offsets[] = {
	{ 'p', "/bin/bash", 0x4245c0, "p_bash_0x4245c0" },
	{ 'r', "/lib/libc.so.6", 0x10, "r_libc_0x10" },
	{ 'p', "/x/co:0x10", 0x1159, "p_co_0x10_0x1159" },
	{ 'p', "/x/a+b=c@x", 1, "p_a_b_c_x_0x1" },
	{ 'p', "/x/..", 1, "p_0x1" },
	{ 'p', "/x/" A31 A31, UINT64_MAX, "p_" A31 "a1234567890_0xffffffffffffffff" },
};

START_TEST(names_raw_offsets)
{
	auto_free char *name =
		name_from_offset(offsets[_i].kind, offsets[_i].path, offsets[_i].offset);

	ck_assert_int_eq(name_check_event(name, NULL), 0);
	ck_assert_str_eq(name, offsets[_i].name);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, checks_names_as_the_kernel_does, 0, ARRAY_SIZE(names));
	tcase_add_loop_test(c, makes_names_from_symbols, 0, ARRAY_SIZE(symbols));
	tcase_add_loop_test(c, finds_stems, 0, ARRAY_SIZE(stems));
	tcase_add_loop_test(c, names_raw_offsets, 0, ARRAY_SIZE(offsets));
}

UNIT_MAIN("name", fill)
