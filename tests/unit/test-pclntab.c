/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that Go keeps in a stripped program, and what is not believed of them. */
#include <string.h>

#include "elf-image.h"
#include "elf/private.h"
#include "resolve/convention.h"
#include "unit.h"

enum { NAMES = 0x80, NAMES_END = 0x180, FUNCS = 0x200, RECORDS = 0x100, TABLE = 0x500 };

static const struct func {
	const char *name, *shown;
	bool is_asm, is_label;
} funcs[] = { /* 16 bytes each */
	{ "_rt0_amd64_linux", "_rt0_amd64_linux", true, true },
	{ "main.work", "main.work", false, false },
	{ "main.sum", "main.sum.abi0", true, false },
	{ "main.sum", "main.sum", false, false },
	{ "main.wrapped", "main.wrapped", false, true },
	{ "main.wrapped", "main.wrapped", false, true },
	{ "main.f[...]", "main.f[...]", false, false },
	{ "main.f[...]", "main.f[...]", false, false },
	{ "runtime.memmove", "runtime.memmove", true, true },
};

static const struct image images[] = {
	{ .go = "go1.21" },
	{ .go = "go1.21", .machine = EM_386, .elf_class = ELFCLASS32 },
	{ .go = "go1.21", .machine = EM_S390, .data = ELFDATA2MSB },
	{ .go = "go1.21", .machine = EM_MIPS, .elf_class = ELFCLASS32, .data = ELFDATA2MSB },
};

static void make_table(const struct image *i, uint32_t magic, struct buf *t)
{
	size_t word = i->elf_class == ELFCLASS32 ? 4 : 8, name = NAMES;
	const uint64_t header[] = { ARRAY_SIZE(funcs), 0, 0, NAMES, NAMES_END, 0, 0, FUNCS };

	buf_reset(t);
	buf_pad(t, 0, TABLE);
	image_put(i, t, 0, 4, magic);
	t->p[6] = 1;
	t->p[7] = (char)word;
	for (size_t k = 0; k < ARRAY_SIZE(header); k++)
		image_put(i, t, 8 + k * word, word, header[k]);
	for (size_t k = 0; k < ARRAY_SIZE(funcs); k++) {
		uint64_t record = RECORDS + 44 * k;

		strcpy(t->p + name, funcs[k].name);
		image_put(i, t, FUNCS + 8 * k, 4, 16 * k);
		image_put(i, t, FUNCS + 8 * k + 4, 4, record);
		image_put(i, t, FUNCS + record, 4, 16 * k);
		image_put(i, t, FUNCS + record + 4, 4, name - NAMES);
		t->p[FUNCS + record + (magic == 0xfffffff0 ? 37 : 41)] = funcs[k].is_asm ? 4 : 1;
		name += strlen(funcs[k].name) + 1;
	}
	image_put(i, t, FUNCS + 8 * ARRAY_SIZE(funcs), 4, 16 * ARRAY_SIZE(funcs));
}

static int open_with(const struct image *i, const struct buf *t, struct elffile **ret)
{
	auto_buf b = BUF_INIT;

	image_make(i, &b);
	image_put_section(i, &b, ".gopclntab", t->p, t->len);
	return image_open_bytes(b.p, b.len, ret, NULL);
}

START_TEST(names_are_read)
{
	const struct image *i = &images[_i / 2];
	auto_elffile struct elffile *f = NULL;
	auto_buf t = BUF_INIT;
	const struct symbol *s;
	size_t n;

	make_table(i, _i % 2 ? 0xfffffff0 : 0xfffffff1, &t);
	ck_assert_int_eq(open_with(i, &t, &f), 0);
	ck_assert_int_eq(symtab_all(f, &s, &n, NULL), 0);
	ck_assert_uint_eq(n, ARRAY_SIZE(funcs));
	for (size_t k = 0; k < n; k++) {
		ck_assert_str_eq(s[k].name, funcs[k].shown);
		ck_assert_uint_eq(s[k].vaddr, IMAGE_TEXT + 16 * k);
		ck_assert_uint_eq(s[k].offset, 0x1000 + 16 * k);
		ck_assert_uint_eq(s[k].size, 16);
		ck_assert(s[k].is_code);
		ck_assert_int_eq(s[k].type, funcs[k].is_label ? SYMBOL_NOTYPE : SYMBOL_FUNC);
		ck_assert_int_eq(s[k].source, SYMBOL_PCLNTAB);
	}
	ck_assert_str_eq(debugfile_in_use(f), ".gopclntab");
}
END_TEST

static const struct {
	const char *says;
	uint64_t at;
	size_t len;
	uint64_t value;
} wrong[] = {
	{ "not known", 0, 4, 0xfffffffb },  /* Go 1.15 */
	{ "not known", 0, 4, 0xfffffff2 },
	{ "not known", 7, 1, 4 },
	{ "damaged", 8, 8, 0 },
	{ "damaged", 8, 8, 10 },            /* one function more */
	{ "damaged", 8, 8, UINT64_MAX },
	{ "damaged", 8, 8, UINT64_MAX / 8 + 1 },
	{ "damaged", 32, 8, NAMES_END },
	{ "damaged", 32, 8, UINT64_MAX },
	{ "damaged", 40, 8, TABLE + 1 },
	{ "damaged", NAMES_END - 1, 1, 'x' },
	{ "damaged", 64, 8, TABLE - 3 },
	{ "damaged", 64, 8, UINT64_MAX },
	{ "damaged", FUNCS + 4, 4, TABLE - FUNCS - 43 },
	{ "damaged", FUNCS + 4, 4, UINT32_MAX },
	{ "damaged", FUNCS + 8, 4, 0 },     /* not behind the one before */
	{ "damaged", FUNCS + RECORDS, 4, 1 },
	{ "damaged", FUNCS + RECORDS + 4, 4, NAMES_END - NAMES },
	{ "does not begin in Go", NAMES, 1, 'x' },
	{ "does not begin in Go", FUNCS + 8 * ARRAY_SIZE(funcs), 4, 0xc01 }, /* behind .text */
};

START_TEST(what_is_wrong_is_said)
{
	auto_elffile struct elffile *f = NULL;
	struct err err = ERR_INIT;
	const struct symbol *s;
	auto_buf t = BUF_INIT;
	size_t n;

	make_table(&images[0], 0xfffffff1, &t);
	image_put(&images[0], &t, wrong[_i].at, wrong[_i].len, wrong[_i].value);
	ck_assert_int_eq(open_with(&images[0], &t, &f), 0);
	ck_assert_int_eq(symtab_all(f, &s, &n, &err), -ENODATA);
	ck_assert_msg(strstr(err.msg, wrong[_i].says), "%s", err.msg);
}
END_TEST

/* Whatever a byte is: no name that is not a string, no place that is no code. */
START_TEST(no_byte_is_believed)
{
	static const unsigned char values[] = { 0, 0x7f, 0xff };
	const struct image *i = &images[_i * 3];
	auto_buf t = BUF_INIT;

	make_table(i, 0xfffffff1, &t);
	for (size_t at = 0; at < t.len; at++)
		for (size_t k = 0; k < ARRAY_SIZE(values); k++) {
			auto_elffile struct elffile *f = NULL;
			const struct symbol *s;
			char was = t.p[at];
			size_t n;

			t.p[at] = (char)values[k];
			ck_assert_int_eq(open_with(i, &t, &f), 0);
			t.p[at] = was;
			if (symtab_all(f, &s, &n, NULL) < 0)
				continue;
			for (size_t j = 0; j < n; j++)
				ck_assert(strlen(s[j].name) < NAMES_END && s[j].is_code);
		}
}
END_TEST

START_TEST(no_length_is_believed)
{
	auto_buf t = BUF_INIT;

	make_table(&images[_i], 0xfffffff1, &t);
	while (t.len > 0) {
		auto_elffile struct elffile *f = NULL;
		const struct symbol *s;
		size_t n;

		ck_assert_int_eq(open_with(&images[_i], &t, &f), 0);
		ck_assert(symtab_all(f, &s, &n, NULL) < 0 || n == ARRAY_SIZE(funcs));
		t.len--;
	}
}
END_TEST

/* Of what is called in a way that is not known, arguments have no numbers. */
START_TEST(arguments_are_counted_or_not)
{
	auto_elffile struct elffile *f = NULL;
	auto_buf t = BUF_INIT;
	const struct symbol *s;
	const struct abi *abi;
	struct convention c;
	size_t n;

	make_table(&images[0], 0xfffffff1, &t);
	ck_assert_int_eq(open_with(&images[0], &t, &f), 0);
	ck_assert_int_eq(symtab_all(f, &s, &n, NULL), 0);
	abi = abi_find(f->machine, f->elf_class);
	for (size_t k = 0; k < n; k++) {
		struct err err = ERR_INIT;

		ck_assert_int_eq(convention_find(f, &s[k], abi, &c, &err) == 0, !funcs[k].is_label);
		if (funcs[k].is_label)
			ck_assert_msg(strstr(err.msg, "none of its Go functions"), "%s", err.msg);
		else
			ck_assert_int_eq(!*c.call->regs, funcs[k].is_asm);
	}
}
END_TEST

/* The names of .symtab are all there are. */
START_TEST(a_symbol_table_goes_before)
{
	static const struct image_symbol symbols[] = {
		{ "main.work", ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, IMAGE_S_TEXT,
		  IMAGE_TEXT + 0x10, 16, 0 },
		{ .name = NULL },
	};
	const struct image i = { .go = "go1.21", .symtab = symbols };
	auto_elffile struct elffile *f = NULL;
	auto_buf t = BUF_INIT;
	const struct symbol *s;
	size_t n;

	make_table(&i, 0xfffffff1, &t);
	ck_assert_int_eq(open_with(&i, &t, &f), 0);
	ck_assert_int_eq(symtab_all(f, &s, &n, NULL), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(s[0].source, SYMBOL_SYMTAB);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, names_are_read, 0, 2 * ARRAY_SIZE(images));
	tcase_add_loop_test(c, what_is_wrong_is_said, 0, ARRAY_SIZE(wrong));
	tcase_add_loop_test(c, no_byte_is_believed, 0, 2);
	tcase_add_loop_test(c, no_length_is_believed, 0, ARRAY_SIZE(images));
	tcase_add_test(c, arguments_are_counted_or_not);
	tcase_add_test(c, a_symbol_table_goes_before);
}

UNIT_MAIN("pclntab", fill)
