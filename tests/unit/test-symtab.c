/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "elf-image.h"
#include "unit.h"

#define T(x) (IMAGE_TEXT + (x))
#define D(x) (IMAGE_BASE + 0x8c00 + (x))
#define INFO(bind, type) ELF64_ST_INFO(STB_##bind, STT_##type)
#define END { .name = NULL }

/* name@version file type bind offset flags, one symbol a line; what tests compare. */
static void show(struct buf *b, const struct symbol *s)
{
	buf_addf(b, "%s%s%s %s %s %s %s", s->name,
		 s->version ? (s->is_default ? "@@" : "@") : "", s->version ? s->version : "",
		 symbol_source_name(s->source), symbol_bind_name(s->bind),
		 symbol_type_name(s->type), s->file ? s->file : "-");
	if (s->is_code)
		buf_addf(b, " 0x%lx+%lu", (long)s->offset, (long)s->size);
	buf_addf(b, "%s%s\n", s->is_undefined ? " undefined" : "", s->is_thumb ? " thumb" : "");
}

static void show_all(struct elffile *f, struct buf *b)
{
	const struct symbol *s;
	struct err err = ERR_INIT;
	size_t n;

	ck_assert_msg(symtab_all(f, &s, &n, &err) == 0, "%s", err.msg);
	for (size_t i = 0; i < n; i++)
		show(b, &s[i]);
}

static void show_found(struct elffile *f, const char *name, struct buf *b)
{
	const struct symbol **s = NULL;
	struct err err = ERR_INIT;
	size_t n;

	ck_assert_msg(symtab_find(f, name, &s, &n, &err) == 0, "%s", err.msg);
	for (size_t i = 0; i < n; i++)
		show(b, s[i]);
	free(s);
}

/* The lookup that streams must say what the one over all symbols says. */
static void expect_found(const struct image *i, const char *name, const char *want)
{
	auto_elffile struct elffile *f = image_open(i);
	auto_buf streamed = BUF_INIT, all = BUF_INIT, loaded = BUF_INIT;

	show_found(f, name, &streamed);
	ck_assert_str_eq(buf_str(&streamed), want);
	show_all(f, &all);
	show_found(f, name, &loaded);
	ck_assert_str_eq(buf_str(&loaded), want);
}

static void expect_all(const struct image *i, const char *want)
{
	auto_elffile struct elffile *f = image_open(i);
	auto_buf b = BUF_INIT;

	show_all(f, &b);
	ck_assert_str_eq(buf_str(&b), want);
}

static const struct image_symbol dynamic[] = {
	{ "imported", INFO(GLOBAL, FUNC), 0, SHN_UNDEF, 0, 0, 0 },
	{ "foo", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x10), 16, 2 | 0x8000 },
	{ "foo", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x20), 16, 3 },
	{ "bar", INFO(WEAK, FUNC), 0, IMAGE_S_TEXT, T(0x30), 0, 3 },
	{ "table", INFO(GLOBAL, OBJECT), 0, IMAGE_S_DATA, D(0x10), 8, 1 },
	{ "V9", INFO(GLOBAL, OBJECT), 0, SHN_ABS, 0, 0, 9 },
	{ "oddfunc", INFO(GLOBAL, FUNC), 0, IMAGE_S_RODATA_X, T(0xc10), 8, 1 },
	END,
};

static const char dynamic_shown[] = "imported dynsym global func - undefined\n"
				    "foo@V1 dynsym global func - 0x1010+16\n"
				    "foo@@V2 dynsym global func - 0x1020+16\n"
				    "bar@@V2 dynsym weak func - 0x1030+0\n"
				    "table dynsym global object -\n"
				    "V9 dynsym global object -\n"
				    "oddfunc dynsym global func -\n";

START_TEST(versions_are_told_by_the_hidden_bit)
{
	const struct image i = { .dynsym = dynamic };

	expect_all(&i, dynamic_shown);
	expect_found(&i, "foo", "foo@V1 dynsym global func - 0x1010+16\n"
				"foo@@V2 dynsym global func - 0x1020+16\n");
	expect_found(&i, "fo", "");
	expect_found(&i, "oo", "");
	expect_found(&i, "", "");
	expect_found(&i, "foo@V1", "");
	expect_found(&i, "libimage.so.1", "");
	expect_found(&i, "imported", "imported dynsym global func - undefined\n");
}
END_TEST

static const struct image orders[] = {
	{ .elf_class = ELFCLASS64, .data = ELFDATA2LSB },
	{ .elf_class = ELFCLASS64, .data = ELFDATA2MSB, .machine = EM_SPARCV9 },
	{ .elf_class = ELFCLASS32, .data = ELFDATA2LSB, .machine = EM_386 },
	{ .elf_class = ELFCLASS32, .data = ELFDATA2MSB, .machine = EM_PPC },
	{ .elf_class = ELFCLASS64, .data = ELFDATA2LSB, .big_counts = true },
};

START_TEST(both_classes_and_orders_agree)
{
	struct image i = orders[_i];

	i.dynsym = dynamic;
	expect_all(&i, dynamic_shown);
	expect_found(&i, "bar", "bar@@V2 dynsym weak func - 0x1030+0\n");
}
END_TEST

/* Without sections nothing says that oddfunc is in read-only data. */
START_TEST(tables_are_found_through_the_dynamic_segment)
{
	struct image i = orders[_i % ARRAY_SIZE(orders)];
	auto_buf want = BUF_INIT;

	i.dynsym = dynamic;
	i.no_sections = true;
	i.big_counts = false;
	i.no_gnu_hash = _i >= (int)ARRAY_SIZE(orders);
	buf_adds(&want, dynamic_shown);
	want.len -= 1;
	buf_adds(&want, " 0x1c10+8\n");
	expect_all(&i, buf_str(&want));
	expect_found(&i, "foo", "foo@V1 dynsym global func - 0x1010+16\n"
				"foo@@V2 dynsym global func - 0x1020+16\n");
}
END_TEST

/* lld and gold: two plain foo in .symtab, which .dynsym tells apart. */
START_TEST(plain_names_get_their_version_from_dynsym)
{
	static const struct image_symbol plain[] = {
		{ "foo", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x40), 16, 0 },
		{ "foo", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x10), 16, 0 },
		{ "foo", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x20), 16, 0 },
		END,
	};
	const struct image i = { .dynsym = dynamic, .symtab = plain };

	expect_found(&i, "foo", "foo@V1 dynsym global func - 0x1010+16\n"
				"foo@@V2 dynsym global func - 0x1020+16\n"
				"foo symtab local func - 0x1040+16\n"
				"foo@V1 symtab global func - 0x1010+16\n"
				"foo@@V2 symtab global func - 0x1020+16\n");
}
END_TEST

/* bfd writes the version into .symtab's name. */
START_TEST(versions_in_names_are_cut_off)
{
	static const struct image_symbol named[] = {
		{ "foo@V1", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x10), 16, 0 },
		{ "foo@@V2", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x20), 16, 0 },
		{ "foo@plt", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x30), 16, 0 },
		{ "foo@", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x40), 16, 0 },
		{ "@foo", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x50), 16, 0 },
		{ "a@b@c", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x60), 16, 0 },
		END,
	};
	const struct image i = { .symtab = named };

	expect_found(&i, "foo", "foo@V1 symtab global func - 0x1010+16\n"
				"foo@@V2 symtab global func - 0x1020+16\n");
	expect_found(&i, "foo@plt", "foo@plt symtab local func - 0x1030+16\n");
	expect_found(&i, "foo@", "foo@ symtab local func - 0x1040+16\n");
	expect_found(&i, "@foo", "@foo symtab local func - 0x1050+16\n");
	expect_found(&i, "a@b@c", "a@b@c symtab local func - 0x1060+16\n");
	expect_found(&i, "a", "");
}
END_TEST

START_TEST(locals_know_their_source_file)
{
	static const struct image_symbol files[] = {
		{ "start", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0), 4, 0 },
		{ "net.c", INFO(LOCAL, FILE), 0, SHN_ABS, 0, 0, 0 },
		{ "helper", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x10), 4, 0 },
		{ "disk.c", INFO(LOCAL, FILE), 0, SHN_ABS, 0, 0, 0 },
		{ "helper", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x20), 4, 0 },
		{ "", INFO(LOCAL, FILE), 0, SHN_ABS, 0, 0, 0 },
		{ "helper", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x30), 4, 0 },
		{ "disk.c", INFO(LOCAL, FILE), 0, SHN_ABS, 0, 0, 0 },
		{ "helper", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x40), 4, 0 },
		END,
	};
	const struct image i = { .symtab = files };

	expect_found(&i, "helper", "helper symtab local func net.c 0x1010+4\n"
				   "helper symtab local func disk.c 0x1020+4\n"
				   "helper symtab local func - 0x1030+4\n"
				   "helper symtab global func - 0x1040+4\n");
	expect_found(&i, "start", "start symtab local func - 0x1000+4\n");
	expect_found(&i, "net.c", "");
}
END_TEST

START_TEST(labels_are_code_only_in_code_sections)
{
	static const struct image_symbol labels[] = {
		{ "_start", INFO(GLOBAL, NOTYPE), 0, IMAGE_S_TEXT, T(0), 0, 0 },
		{ "_edata", INFO(GLOBAL, NOTYPE), 0, IMAGE_S_DATA, D(0x100), 0, 0 },
		{ "rodata", INFO(LOCAL, NOTYPE), 0, IMAGE_S_RODATA_X, T(0xc20), 0, 0 },
		{ "etext", INFO(GLOBAL, NOTYPE), 0, IMAGE_S_TEXT, T(0xc00), 0, 0 },
		{ "abs", INFO(GLOBAL, NOTYPE), 0, SHN_ABS, T(0), 0, 0 },
		{ "var", INFO(GLOBAL, OBJECT), 0, IMAGE_S_TEXT, T(8), 8, 0 },
		{ "tls", INFO(GLOBAL, TLS), 0, IMAGE_S_DATA, T(8), 8, 0 },
		{ "bss", INFO(GLOBAL, FUNC), 0, IMAGE_S_BSS, D(0x210), 8, 0 },
		{ "sect", INFO(LOCAL, SECTION), 0, IMAGE_S_TEXT, T(0), 0, 0 },
		{ "$x", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0), 0, 0 },
		END,
	};
	struct image i = { .symtab = labels };

	expect_all(&i, "_start symtab global notype - 0x1000+0\n"
		       "_edata symtab global notype -\n"
		       "rodata symtab local notype -\n"
		       "etext symtab global notype -\n"
		       "abs symtab global notype -\n"
		       "var symtab global object -\n"
		       "tls symtab global other -\n"
		       "bss symtab global func -\n"
		       "$x symtab local notype - 0x1000+0\n");
	i.machine = EM_AARCH64;
	expect_found(&i, "$x", "");
}
END_TEST

START_TEST(every_name_of_a_resolver_is_a_resolver)
{
	static const struct image_symbol twins[] = {
		{ "strlen_ifunc", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x10), 8, 0 },
		{ "plain", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x18), 8, 0 },
		END,
	};
	static const struct image_symbol ifunc[] = {
		{ "strlen", INFO(GLOBAL, GNU_IFUNC), 0, IMAGE_S_TEXT, T(0x10), 8, 0 },
		END,
	};
	const struct image i = { .dynsym = ifunc, .symtab = twins };

	expect_found(&i, "strlen_ifunc", "strlen_ifunc symtab local ifunc - 0x1010+8\n");
	expect_found(&i, "plain", "plain symtab local func - 0x1018+8\n");
	expect_found(&i, "strlen", "strlen dynsym global ifunc - 0x1010+8\n");
}
END_TEST

START_TEST(machines_have_their_own_addresses)
{
	static const struct image_symbol arm[] = {
		{ "thumb", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x11), 4, 0 },
		{ "arm", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x20), 4, 0 },
		{ "label", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0x31), 0, 0 },
		{ "$a", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0x20), 0, 0 },
		{ "$t.7", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0x10), 0, 0 },
		{ "$d", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0x14), 0, 0 },
		{ "$tool", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0x40), 0, 0 },
		END,
	};
	static const struct image_symbol riscv[] = {
		{ "$xrv64i2p1_c2p0", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0), 0, 0 },
		{ "f", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(2), 2, 0 },
		END,
	};
	static const struct image_symbol mips[] = {
		{ "micro", INFO(GLOBAL, FUNC), 0x80, IMAGE_S_TEXT, T(0x10), 4, 0 },
		{ "mips16", INFO(GLOBAL, FUNC), 0xf0, IMAGE_S_TEXT, T(0x21), 4, 0 },
		{ "mips", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x30), 4, 0 },
		END,
	};
	static const struct image_symbol ppc64le[] = {
		{ "both", INFO(GLOBAL, FUNC), 3 << 5, IMAGE_S_TEXT, T(0x10), 0x40, 0 },
		{ "one", INFO(GLOBAL, FUNC), 1 << 5, IMAGE_S_TEXT, T(0x50), 0x40, 0 },
		{ "two", INFO(GLOBAL, FUNC), 2 << 5, IMAGE_S_TEXT, T(0xa0), 0x40, 0 },
		{ "far", INFO(GLOBAL, FUNC), 6 << 5, IMAGE_S_TEXT, T(0x100), 0x80, 0 },
		END,
	};
	static const struct {
		struct image i;
		const char *want;
	} machines[] = {
		{ { .elf_class = ELFCLASS32, .machine = EM_ARM, .symtab = arm },
		  "thumb symtab global func - 0x1010+4 thumb\n"
		  "arm symtab global func - 0x1020+4\n"
		  "label symtab local notype - 0x1031+0\n"
		  "$tool symtab local notype - 0x1040+0\n" },
		{ { .machine = EM_RISCV, .symtab = riscv }, "f symtab global func - 0x1002+2\n" },
		{ { .elf_class = ELFCLASS32, .data = ELFDATA2MSB, .machine = EM_MIPS,
		    .symtab = mips },
		  "micro symtab global func - 0x1010+4 thumb\n"
		  "mips16 symtab global func - 0x1020+4 thumb\n"
		  "mips symtab global func - 0x1030+4\n" },
		{ { .machine = EM_PPC64, .flags = 2, .symtab = ppc64le },
		  "both symtab global func - 0x1018+56\n"
		  "one symtab global func - 0x1050+64\n"
		  "two symtab global func - 0x10a4+60\n"
		  "far symtab global func - 0x1140+64\n" },
	};

	for (size_t k = 0; k < ARRAY_SIZE(machines); k++)
		expect_all(&machines[k].i, machines[k].want);
}
END_TEST

/* ELFv1: foo is a descriptor in .opd, .foo the code; descriptors may be 16 bytes apart. */
START_TEST(descriptors_are_followed)
{
	static const struct image_symbol v1[] = {
		{ "foo", INFO(GLOBAL, FUNC), 0, IMAGE_S_OPD, D(0x100), 32, 0 },
		{ "bar", INFO(GLOBAL, FUNC), 0, IMAGE_S_OPD, D(0x110), 32, 0 },
		{ "lost", INFO(GLOBAL, FUNC), 0, IMAGE_S_OPD, D(0x120), 32, 0 },
		{ ".foo", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x40), 32, 0 },
		{ ".", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x80), 32, 0 },
		END,
	};
	const struct image i = { .data = ELFDATA2MSB, .machine = EM_PPC64, .flags = 1,
				 .symtab = v1 };
	static const char want[] = "foo symtab global func - 0x1040+32\n"
				   "bar symtab global func - 0x1060+32\n"
				   "lost symtab global func -\n"
				   "foo symtab global func - 0x1040+32\n"
				   ". symtab local func - 0x1080+32\n";
	auto_elffile struct elffile *f = NULL;
	auto_buf bytes = BUF_INIT, found = BUF_INIT, all = BUF_INIT;

	image_make(&i, &bytes);
	image_put(&i, &bytes, 0x3d00, 8, T(0x40));
	image_put(&i, &bytes, 0x3d10, 8, T(0x60));
	image_put(&i, &bytes, 0x3d20, 8, 0x1234567);
	ck_assert_int_eq(image_open_bytes(bytes.p, bytes.len, &f, NULL), 0);
	show_found(f, "foo", &found);
	ck_assert_str_eq(buf_str(&found), "foo symtab global func - 0x1040+32\n"
					  "foo symtab global func - 0x1040+32\n");
	show_all(f, &all);
	ck_assert_str_eq(buf_str(&all), want);
}
END_TEST

static const struct image_symbol places[] = {
	{ "outer", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x100), 0x100, 0 },
	{ "inner", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x120), 0x10, 0 },
	{ "label", INFO(LOCAL, NOTYPE), 0, IMAGE_S_TEXT, T(0x140), 0, 0 },
	{ "__weak", INFO(WEAK, FUNC), 0, IMAGE_S_TEXT, T(0x300), 0x20, 0 },
	{ "__global", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x300), 0x20, 0 },
	{ "_global", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0x300), 0x20, 0 },
	{ "unsized", INFO(GLOBAL, NOTYPE), 0, IMAGE_S_TEXT, T(0x400), 0, 0 },
	{ "asm", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x500), 0, 0 },
	{ "huge", INFO(LOCAL, FUNC), 0, IMAGE_S_TEXT, T(0x800), UINT64_MAX, 0 },
	END,
};

static const struct {
	uint64_t offset;
	const char *name;
	uint64_t distance;
} at[] = {
	{ 0x10ff, NULL, 0 },	   { 0x1100, "outer", 0 },	{ 0x111f, "outer", 0x1f },
	{ 0x1120, "inner", 0 },	   { 0x112f, "inner", 0xf },	{ 0x1130, "outer", 0x30 },
	{ 0x1140, "outer", 0x40 }, { 0x11ff, "outer", 0xff },	{ 0x1200, NULL, 0 },
	{ 0x1300, "_global", 0 },  { 0x131f, "_global", 0x1f }, { 0x1320, NULL, 0 },
	{ 0x1400, "unsized", 0 },  { 0x14ff, "unsized", 0xff }, { 0x1500, "asm", 0 },
	{ 0x17ff, "asm", 0x2ff },  { 0x1800, "huge", 0 },	{ 0x1bff, "huge", 0x3ff },
	{ 0, NULL, 0 },
};

START_TEST(an_offset_has_a_symbol)
{
	const struct image i = { .symtab = places };
	auto_elffile struct elffile *f = image_open(&i);
	uint64_t distance = 0;
	const struct symbol *s = symtab_at(f, at[_i].offset, &distance);

	if (!at[_i].name) {
		ck_assert_msg(!s, "%s", s->name);
		return;
	}
	ck_assert_ptr_nonnull(s);
	ck_assert_str_eq(s->name, at[_i].name);
	ck_assert_uint_eq(distance, at[_i].distance);
}
END_TEST

/* A size-0 symbol ends with its section. */
START_TEST(an_unsized_symbol_ends_with_its_section)
{
	static const struct image_symbol last[] = {
		{ "last", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0xbf0), 0, 0 },
		END,
	};
	const struct image i = { .symtab = last };
	auto_elffile struct elffile *f = image_open(&i);
	uint64_t distance;

	ck_assert_ptr_nonnull(symtab_at(f, 0x1bff, &distance));
	ck_assert_uint_eq(distance, 0xf);
	ck_assert_ptr_null(symtab_at(f, 0x1c00, &distance));
}
END_TEST

/* Each is preferred to the next. */
static const struct symbol ranks[] = {
	{ .name = "a", .is_default = true, .is_code = true, .bind = SYMBOL_GLOBAL, .size = 1 },
	{ .name = "b", .is_default = true, .is_code = true, .bind = SYMBOL_GLOBAL, .size = 9 },
	{ .name = "_a", .is_default = true, .is_code = true, .bind = SYMBOL_GLOBAL, .size = 1 },
	{ .name = "a", .is_default = true, .is_code = true, .bind = SYMBOL_GLOBAL, .size = 1,
	  .source = SYMBOL_SYMTAB },
	{ .name = "a", .is_default = true, .is_code = true, .bind = SYMBOL_GLOBAL },
	{ .name = "a", .is_default = true, .is_code = true, .bind = SYMBOL_WEAK, .size = 1 },
	{ .name = "a", .is_default = true, .is_code = true, .bind = SYMBOL_LOCAL, .size = 1 },
	{ .name = "a", .is_code = true, .bind = SYMBOL_GLOBAL, .size = 1 },
	{ .name = "a", .is_default = true, .bind = SYMBOL_GLOBAL, .size = 1 },
	{ .name = "a", .is_default = true, .bind = SYMBOL_GLOBAL, .is_undefined = true },
};

START_TEST(symbols_have_ranks)
{
	for (size_t i = 0; i < ARRAY_SIZE(ranks); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(ranks); k++) {
			int rc = symbol_rank_cmp(&ranks[i], &ranks[k]);

			ck_assert_msg((rc > 0) - (rc < 0) == (i > k) - (i < k), "%zu %zu", i, k);
		}
	}
}
END_TEST

START_TEST(a_stripped_file_says_so)
{
	const struct image i = { .elf_class = ELFCLASS64 };
	auto_elffile struct elffile *f = image_open(&i);
	const struct symbol *s, **found;
	struct err err = ERR_INIT;
	uint64_t distance;
	size_t n;

	ck_assert_int_eq(symtab_all(f, &s, &n, &err), -ENODATA);
	ck_assert_msg(strstr(err.msg, "image has no symbol table"), "%s", err.msg);
	ck_assert_int_ne(err.hint[0], 0);
	ck_assert_int_eq(symtab_find(f, "foo", &found, &n, &err), -ENODATA);
	ck_assert_ptr_null(symtab_at(f, 0x1000, &distance));
}
END_TEST

/* Section headers of .dynsym or .dynstr that lie; nothing is read outside the file. */
static const struct {
	unsigned section;
	size_t at;
	uint64_t value;
	bool usable; /* part of the table is */
} damage[] = {
	{ IMAGE_S_DYNSYM, offsetof(Elf64_Shdr, sh_offset), IMAGE_SIZE - 8, false },
	{ IMAGE_S_DYNSYM, offsetof(Elf64_Shdr, sh_offset), UINT64_MAX - 8, false },
	{ IMAGE_S_DYNSYM, offsetof(Elf64_Shdr, sh_size), UINT64_MAX, false },
	{ IMAGE_S_DYNSYM, offsetof(Elf64_Shdr, sh_entsize), 0, false },
	{ IMAGE_S_DYNSYM, offsetof(Elf64_Shdr, sh_entsize), 16, false },
	{ IMAGE_S_DYNSYM, offsetof(Elf64_Shdr, sh_link), 99, false },
	{ IMAGE_S_DYNSTR, offsetof(Elf64_Shdr, sh_size), UINT64_MAX, false },
	{ IMAGE_S_DYNSTR, offsetof(Elf64_Shdr, sh_size), 1, true },
	{ IMAGE_S_VERSYM, offsetof(Elf64_Shdr, sh_size), 2, true },
	{ IMAGE_S_VERDEF, offsetof(Elf64_Shdr, sh_offset), IMAGE_SIZE, true },
	{ IMAGE_S_SHSTRTAB, offsetof(Elf64_Shdr, sh_offset), UINT64_MAX, true },
};

START_TEST(damaged_tables_are_refused)
{
	const struct image i = { .dynsym = dynamic };
	const size_t in_file = 0x3e00 + damage[_i].section * sizeof(Elf64_Shdr) + damage[_i].at;
	auto_elffile struct elffile *f = NULL;
	auto_buf b = BUF_INIT;
	const struct symbol *s;
	struct err err = ERR_INIT;
	bool narrow = damage[_i].at == offsetof(Elf64_Shdr, sh_link);
	size_t n;

	image_make(&i, &b);
	/* PT_DYNAMIC would do as well: it must not. */
	image_poke_phdr(&i, &b, IMAGE_P_DYNAMIC, p_type, PT_NULL);
	image_put(&i, &b, in_file, narrow ? 4 : 8, damage[_i].value);
	ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, &err), 0);
	ck_assert_int_eq(symtab_all(f, &s, &n, &err), damage[_i].usable ? 0 : -EBADMSG);
	if (!damage[_i].usable)
		ck_assert_msg(strstr(err.msg, "damaged"), "%s", err.msg);
}
END_TEST

/* A string table of several windows: names at their seams, names in others' tails. */
#define LONG_STRINGS (700 << 10)

static void make_long(const struct image *i, struct buf *b, size_t name_at)
{
	image_make(i, b);
	image_poke_shdr(i, b, IMAGE_S_STRTAB, sh_offset, b->len);
	image_poke_shdr(i, b, IMAGE_S_STRTAB, sh_size, LONG_STRINGS);
	image_put(i, b, 0x2c00 + 24, 4, name_at);
	buf_pad(b, 'x', b->len + LONG_STRINGS);
	b->p[IMAGE_SIZE] = 0;
	memcpy(b->p + IMAGE_SIZE + name_at, "needle", 6);
	if (name_at + 6 < LONG_STRINGS)
		b->p[IMAGE_SIZE + name_at + 6] = 0;
}

START_TEST(names_are_found_across_windows)
{
	static const struct image_symbol one[] = {
		{ "n", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, T(0), 4, 0 },
		END,
	};
	const size_t window = 256 << 10;
	const size_t starts[] = { 1, 2, window - 7, window - 6, window - 5, window - 3,
				  window - 1, window, window + 1, 2 * window - 6,
				  2 * window - 2, 2 * window, LONG_STRINGS - 7,
				  LONG_STRINGS - 6 };
	const struct image i = { .symtab = one };

	for (size_t k = 0; k < ARRAY_SIZE(starts); k++) {
		auto_elffile struct elffile *f = NULL;
		auto_buf b = BUF_INIT, found = BUF_INIT;

		make_long(&i, &b, starts[k]);
		ck_assert_int_eq(image_open_bytes(b.p, b.len, &f, NULL), 0);
		show_found(f, "needle", &found);
		ck_assert_msg(strcmp(buf_str(&found),
				     "needle symtab global func - 0x1000+4\n") == 0,
			      "at %zu: %s", starts[k], buf_str(&found));
		show_found(f, "eedle", &found);
		ck_assert_uint_eq(strcspn(buf_str(&found), "\n") + 1, found.len);
	}
}
END_TEST

/* The test's own symbols: bytes at the offset are the bytes in memory. */
int symtab_fixture(int n);
__attribute__((noinline)) int symtab_fixture(int n)
{
	return n * 3 + 1;
}

START_TEST(this_programs_symbols_are_where_they_are)
{
	auto_elffile struct elffile *f = NULL;
	const struct symbol **found = NULL, *back;
	struct err err = ERR_INIT;
	unsigned char bytes[4];
	uint64_t distance;
	size_t n;

	ck_assert_int_eq(elffile_open(-1, "/proc/self/exe", &f, &err), 0);
	ck_assert_int_eq(symtab_find(f, "symtab_fixture", &found, &n, &err), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert(found[0]->is_code && found[0]->type == SYMBOL_FUNC);
	ck_assert_uint_ge(found[0]->size, sizeof(bytes));
	ck_assert_int_eq(elffile_pread(f, bytes, sizeof(bytes), found[0]->offset), 4);
	ck_assert_mem_eq(bytes, (const void *)(uintptr_t)symtab_fixture, sizeof(bytes));
	back = symtab_at(f, found[0]->offset + 2, &distance);
	ck_assert_ptr_nonnull(back);
	ck_assert_str_eq(back->name, "symtab_fixture");
	ck_assert_uint_eq(distance, 2);
	free(found);
}
END_TEST

/* What a linker makes of it: tests/progs/versions.c. Offsets are the linker's business. */
START_TEST(a_real_library_has_versions)
{
	static const char *const want[] = {
		"foo@V1 dynsym global func", "foo@@V2 dynsym global func",
		"foo@V1 symtab global func", "foo@@V2 symtab global func",
		"chosen@@V1 dynsym global ifunc", "chosen@@V1 symtab global ifunc",
		"resolve_chosen symtab local ifunc versions.c",
		"not_code symtab local func versions.c\n",
		"twice@@V1 dynsym global func",
	};
	const char *dir = getenv("TEST_PROGS");
	auto_free char *path = xasprintf("%s/libversions.so", dir ? dir : "tests/progs");
	auto_elffile struct elffile *f = NULL;
	const struct symbol **foo = NULL;
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;
	size_t n;

	ck_assert_msg(elffile_open(-1, path, &f, &err) == 0, "%s", err.msg);
	ck_assert(!elffile_is_program(f));
	ck_assert_int_eq(symtab_find(f, "foo", &foo, &n, &err), 0);
	ck_assert_uint_eq(n, 4);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++)
			ck_assert_int_eq(foo[i]->offset == foo[k]->offset,
					 foo[i]->is_default == foo[k]->is_default);
	}
	free(foo);
	show_all(f, &b);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_msg(strstr(buf_str(&b), want[i]), "%s", want[i]);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_test(c, versions_are_told_by_the_hidden_bit);
	tcase_add_loop_test(c, both_classes_and_orders_agree, 0, ARRAY_SIZE(orders));
	tcase_add_loop_test(c, tables_are_found_through_the_dynamic_segment, 0,
			    2 * ARRAY_SIZE(orders));
	tcase_add_test(c, plain_names_get_their_version_from_dynsym);
	tcase_add_test(c, versions_in_names_are_cut_off);
	tcase_add_test(c, locals_know_their_source_file);
	tcase_add_test(c, labels_are_code_only_in_code_sections);
	tcase_add_test(c, every_name_of_a_resolver_is_a_resolver);
	tcase_add_test(c, machines_have_their_own_addresses);
	tcase_add_test(c, descriptors_are_followed);
	tcase_add_loop_test(c, an_offset_has_a_symbol, 0, ARRAY_SIZE(at));
	tcase_add_test(c, an_unsized_symbol_ends_with_its_section);
	tcase_add_test(c, symbols_have_ranks);
	tcase_add_test(c, a_stripped_file_says_so);
	tcase_add_loop_test(c, damaged_tables_are_refused, 0, ARRAY_SIZE(damage));
	tcase_add_test(c, names_are_found_across_windows);
	tcase_add_test(c, this_programs_symbols_are_where_they_are);
	tcase_add_test(c, a_real_library_has_versions);
}

UNIT_MAIN("symtab", fill)
