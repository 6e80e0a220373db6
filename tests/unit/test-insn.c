/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/xalloc.h"
#include "elf-image.h"
#include "elf/insn.h"
#include "elf/private.h"
#include "elf/x86.h"
#include "unit.h"

/* "f3 0f 1e fa" to bytes. */
static size_t parse(const char *hex, unsigned char *to)
{
	size_t n = 0;
	char *end;

	for (; *hex; hex = *end ? end + 1 : end)
		to[n++] = strtoul(hex, &end, 16);
	return n;
}

/* Behind the bytes there is more, which is not looked at. */
static const struct {
	const char *bytes;
	int len_64, len_32; /* 0: not an instruction there */
} lengths[] = {
	{ "90", 1, 1 },
	{ "f3 0f 1e fa", 4, 4 },
	{ "55", 1, 1 },
	{ "41 54", 2, 1 },
	{ "48 89 e5", 3, 1 },
	{ "48 83 ec 08", 4, 1 },
	{ "48 81 ec 00 01 00 00", 7, 1 },
	{ "66 81 c3 34 12", 5, 5 },
	{ "48 b8 88 77 66 55 44 33 22 11", 10, 1 },
	{ "b8 01 00 00 00", 5, 5 },
	{ "66 b8 01 00", 4, 4 },
	{ "8b 04 25 00 10 00 00", 7, 7 },
	{ "8b 44 24 08", 4, 4 },
	{ "8b 05 00 10 00 00", 6, 6 },
	{ "67 8b 46 05", 4, 4 },
	{ "67 8b 06 05 06", 3, 5 },
	{ "a1 00 10 00 00 00 00 00 00", 9, 5 },
	{ "67 a1 00 10 00 00", 6, 4 },
	{ "f6 c1 01", 3, 3 },
	{ "f6 d1", 2, 2 },
	{ "f7 c1 01 00 00 00", 6, 6 },
	{ "f7 d9", 2, 2 },
	{ "c8 10 00 01", 4, 4 },
	{ "c2 08 00", 3, 3 },
	{ "e8 00 00 00 00", 5, 5 },
	{ "66 e8 00 00", 0, 4 },
	{ "66 66 48 e8 00 00 00 00", 8, 3 },
	{ "0f 84 00 00 00 00", 6, 6 },
	{ "0f 1f 44 00 00", 5, 5 },
	{ "66 2e 0f 1f 84 00 00 00 00 00", 10, 10 },
	{ "0f 38 00 c1", 4, 4 },
	{ "66 0f 3a 0f c1 08", 6, 6 },
	{ "0f a4 c1 08", 4, 4 },
	{ "0f ba e1 08", 4, 4 },
	{ "0f c8", 2, 2 },
	{ "f3 0f b8 c1", 4, 4 },
	{ "0f b8 c1", 0, 0 },
	{ "0f 20 05", 3, 3 },
	{ "f2 0f 78 c1 08 09", 6, 6 },
	{ "c5 f8 77", 3, 3 },
	{ "c5 f9 70 c0 1b", 5, 5 },
	{ "c4 e3 7d 0f c1 08", 6, 6 },
	{ "c4 e1 fb 92 cb", 5, 5 },
	{ "c4 e2 7d 58 05 00 00 00 00", 9, 9 },
	{ "62 f1 7c 48 58 44 24 01", 8, 8 },
	{ "62 f3 7d 48 3f c2 00", 7, 7 },
	{ "62 f1 78 48 58 c0", 0, 0 },
	{ "8f e9 78 c1 c1", 5, 5 },
	{ "8f c0", 2, 2 },
	{ "c5 07", 4, 2 }, /* VEX, and what follows it; lds */
	{ "62 05 00 00 00 00", 0, 6 },
	{ "66 c5 f8 77", 0, 0 },
	{ "4f 47 41 53", 0, 1 },
	{ "48 66 90", 0, 1 },
	{ "66 48 90", 3, 2 },
	{ "60", 0, 1 },
	{ "06", 0, 1 },
	{ "9a 00 00 00 00 08 00", 0, 7 },
	{ "40", 2, 1 },    /* REX likewise; inc %eax */
	{ "0f 0b", 2, 2 },
	{ "0f 05", 2, 2 },
	{ "0f 04", 0, 0 },
	{ "fe c8", 2, 2 },
	{ "fe d0", 0, 0 },
	{ "ff f8", 0, 0 },
	{ "8e d0", 2, 2 },
	{ "8e f8", 0, 0 },
	{ "f0 48 0f b1 0f", 5, 2 },
	{ "66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", 15, 15 },
	{ "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", 0, 0 },
};

static void check_length(const char *bytes, bool is_64, int want)
{
	unsigned char p[32];
	size_t n = parse(bytes, p);
	struct x86_insn insn;
	int got;

	memset(p + n, 0xee, sizeof(p) - n);
	got = x86_decode(p, sizeof(p), is_64, &insn) ? (int)insn.len : 0;
	ck_assert_msg(got == want, "%s as %d bits: %d, want %d", bytes, is_64 ? 64 : 32, got, want);
	for (int cut = 0; cut < want; cut++)
		ck_assert_msg(!x86_decode(p, cut, is_64, &insn), "%s cut at %d", bytes, cut);
}

START_TEST(x86_lengths)
{
	check_length(lengths[_i].bytes, true, lengths[_i].len_64);
	check_length(lengths[_i].bytes, false, lengths[_i].len_32);
}
END_TEST

static struct elffile *open_code(uint16_t machine, uint8_t elf_class, uint8_t data,
				 const unsigned char *code, size_t n)
{
	const struct image i = { .elf_class = elf_class, .data = data, .machine = machine };
	auto_buf b = BUF_INIT;
	struct elffile *f = NULL;
	struct err err = ERR_INIT;

	image_make(&i, &b);
	memset(b.p + 0x1000, 0, 0xc00);
	memcpy(b.p + 0x1000, code, n);
	ck_assert_msg(image_open_bytes(b.p, b.len, &f, &err) == 0, "%s", err.msg);
	return f;
}

static const struct {
	uint16_t machine;
	const char *bytes;
	const char *says; /* NULL: the kernel takes it */
} refusals[] = {
	{ EM_X86_64, "f3 0f 1e fa", NULL },
	{ EM_X86_64, "55", NULL },
	{ EM_X86_64, "64 48 8b 04 25 28 00 00 00", NULL },
	{ EM_X86_64, "0f 05", NULL },
	{ EM_X86_64, "0f 0b", NULL },
	{ EM_X86_64, "66 90", NULL },
	{ EM_X86_64, "f3 90", NULL },
	{ EM_X86_64, "f2 c3", NULL },
	{ EM_X86_64, "c5 f8 58 c1", NULL },
	{ EM_X86_64, "62 f1 7c 48 58 c1", NULL },
	{ EM_X86_64, "66 0f ef c0", NULL },
	{ EM_X86_64, "66 0f 70 c0 1b", NULL },
	{ EM_X86_64, "f3 0f 6f 07", NULL },
	{ EM_X86_64, "8e d8", NULL },
	{ EM_X86_64, "f0 48 0f b1 0f", "LOCK" },
	{ EM_X86_64, "26 8b 07", "segment prefix" },
	{ EM_X86_64, "2e 8b 07", "segment prefix" },
	{ EM_X86_64, "36 8b 07", "segment prefix" },
	{ EM_X86_64, "3e ff e0", "segment prefix" },
	{ EM_X86_64, "66 2e 0f 1f 84 00 00 00 00 00", "segment prefix" },
	{ EM_X86_64, "8e d0", "stack segment" },
	{ EM_X86_64, "6c", "I/O port" },
	{ EM_X86_64, "6f", "I/O port" },
	{ EM_X86_64, "cc", "int3" },
	{ EM_X86_64, "cd 80", "int N" },
	{ EM_X86_64, "cf", "iret" },
	{ EM_X86_64, "48 cf", "iret" },
	{ EM_X86_64, "e4 10", "I/O port" },
	{ EM_X86_64, "e7 10", "I/O port" },
	{ EM_X86_64, "ec", "I/O port" },
	{ EM_X86_64, "ef", "I/O port" },
	{ EM_X86_64, "f1", "int1" },
	{ EM_X86_64, "f4", "hlt" },
	{ EM_X86_64, "fa", "cli or sti" },
	{ EM_X86_64, "fb", "cli or sti" },
	{ EM_X86_64, "66 66 48 e8 00 00 00 00", "operand-size" },
	{ EM_X86_64, "66 75 10", "operand-size" },
	{ EM_X86_64, "66 eb 10", "operand-size" },
	{ EM_X86_64, "c5 f9 ef c0", "forbidden" },
	{ EM_X86_64, "c5 fe 6f 07", "forbidden" },
	{ EM_X86_64, "c5 f9 62 c1", "forbidden" },
	{ EM_X86_64, "c4 e2 71 9a c2", "forbidden" },
	{ EM_X86_64, "c5 f9 70 c0 1b", "branch" },
	{ EM_X86_64, "c5 fa 7f 06", "branch" },
	{ EM_X86_64, "c5 f9 eb c1", "branch" },
	{ EM_X86_64, "c5 f9 e8 c1", "branch" },
	{ EM_X86_64, "c5 f8 90 d1", "branch" },
	{ EM_X86_64, "c5 f8 c2 c0 00", "branch" },
	{ EM_X86_64, "c4 e2 f1 9d c2", "branch" },
	{ EM_X86_64, "62 f1 7d 08 70 c0 1b", "branch" },
	{ EM_386, "55", NULL },
	{ EM_386, "60", NULL },
	{ EM_386, "06", NULL },
	{ EM_386, "62 05 00 00 00 00", NULL },
	{ EM_386, "07", "segment register" },
	{ EM_386, "17", "segment register" },
	{ EM_386, "1f", "segment register" },
	{ EM_386, "ce", "into" },
	{ EM_386, "cd 80", "int N" },
	{ EM_386, "f0 0f b1 0f", "LOCK" },
	{ EM_386, "66 e8 00 00", "operand-size" },
	{ EM_386, "66 0f 84 00 00", "operand-size" },
	{ EM_386, "c5 f9 70 c0 1b", "branch" },
	{ EM_AARCH64, "5f 24 03 d5", NULL },                /* bti c */
	{ EM_AARCH64, "3f 23 03 d5", NULL },                /* paciasp */
	{ EM_AARCH64, "1f 20 03 d5", NULL },                /* nop */
	{ EM_AARCH64, "fd 7b bf a9", NULL },                /* stp x29, x30, [sp, #-16]! */
	{ EM_AARCH64, "c0 03 5f d6", NULL },                /* ret */
	{ EM_AARCH64, "00 00 00 94", NULL },                /* bl */
	{ EM_AARCH64, "00 00 00 90", NULL },                /* adrp */
	{ EM_AARCH64, "20 00 1f d6", NULL },                /* br x1 */
	{ EM_AARCH64, "01 00 00 d4", "exception" },         /* svc */
	{ EM_AARCH64, "00 00 20 d4", "exception" },         /* brk */
	{ EM_AARCH64, "3f 20 03 d5", "hint" },              /* yield */
	{ EM_AARCH64, "00 d0 1b d5", "system register" },   /* msr */
	{ EM_AARCH64, "ff 0b 5f d6", "pointer authentication" }, /* retaa */
	{ EM_AARCH64, "20 00 00 58", "literal" },           /* ldr x0, . + 4 */
	{ EM_AARCH64, "20 7c 5f c8", "exclusive" },         /* ldxr */
	{ EM_RISCV, "41 11", NULL },                        /* c.addi sp, -16 */
	{ EM_RISCV, "13 01 01 ff", NULL },                  /* addi sp, sp, -16 */
	{ EM_RISCV, "73 00 00 00", "system" },              /* ecall */
	{ EM_RISCV, "02 90", "c.ebreak" },
	{ EM_RISCV, "0f 00 f0 0f", "fence" },
	{ EM_S390, "eb 6f f0 30 00 24", NULL },
};

START_TEST(instructions_the_kernel_will_not_probe)
{
	unsigned char code[32];
	size_t n = parse(refusals[_i].bytes, code);
	uint16_t machine = refusals[_i].machine;
	auto_elffile struct elffile *f =
		open_code(machine, machine == EM_386 ? ELFCLASS32 : ELFCLASS64,
			  machine == EM_S390 ? ELFDATA2MSB : ELFDATA2LSB, code, n);
	struct insn insn;
	const char *why;

	insn_read(f, 0x1000, &insn);
	why = insn_refusal(f, &insn);
	ck_assert_msg(insn.len == n, "%s: %u bytes", refusals[_i].bytes, insn.len);
	if (!refusals[_i].says)
		ck_assert_msg(!why, "%s: %s", refusals[_i].bytes, why);
	else
		ck_assert_msg(why && strstr(why, refusals[_i].says), "%s: %s", refusals[_i].bytes,
			      why ? why : "nothing");
}
END_TEST

/* push %rbp; mov %rsp,%rbp; movabs $0x11223344,%rax; ret */
static const char function[] = "55 48 89 e5 48 b8 44 33 22 11 00 00 00 00 c3";

static const struct {
	unsigned size, at;
	enum insn_place place;
	unsigned start, next;
} sweeps[] = {
	{ 15, 0, INSN_START, 0, 1 },    { 15, 1, INSN_START, 1, 4 },
	{ 15, 2, INSN_INSIDE, 1, 4 },   { 15, 4, INSN_START, 4, 14 },
	{ 15, 8, INSN_INSIDE, 4, 14 },  { 15, 14, INSN_START, 14, 15 },
	{ 15, 15, INSN_UNKNOWN, 0, 0 }, { 13, 1, INSN_UNKNOWN, 0, 0 },
	{ 0, 1, INSN_UNKNOWN, 0, 0 },   { 14, 4, INSN_START, 4, 14 },
};

START_TEST(boundaries_by_sweep)
{
	unsigned char code[32];
	auto_elffile struct elffile *f = open_code(EM_X86_64, ELFCLASS64, ELFDATA2LSB, code,
						   parse(function, code));
	struct insn_boundary b = insn_boundary(f, 0x1000, 0x1000 + sweeps[_i].size,
					       0x1000 + sweeps[_i].at);

	ck_assert_int_eq(b.place, sweeps[_i].place);
	if (b.place == INSN_UNKNOWN) {
		ck_assert_ptr_nonnull(b.why);
	} else {
		ck_assert_uint_eq(b.start, 0x1000 + sweeps[_i].start);
		ck_assert_uint_eq(b.next, 0x1000 + sweeps[_i].next);
	}
}
END_TEST

/* A byte that is no instruction, anywhere in the function, and nothing is proven. */
START_TEST(data_in_a_function_proves_nothing)
{
	static const unsigned char code[] = { 0x55, 0xc3, 0x06, 0x90 };
	auto_elffile struct elffile *f = open_code(EM_X86_64, ELFCLASS64, ELFDATA2LSB, code,
						   sizeof(code));

	ck_assert_int_eq(insn_boundary(f, 0x1000, 0x1002, 0x1001).place, INSN_START);
	ck_assert_int_eq(insn_boundary(f, 0x1000, 0x1004, 0x1001).place, INSN_UNKNOWN);
}
END_TEST

static const struct {
	uint16_t machine;
	uint8_t elf_class, data;
	const char *bytes;
	unsigned at;
	bool known_function;
	enum insn_place place;
} others[] = {
	{ EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "1f 20 03 d5", 4, false, INSN_START },
	{ EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "1f 20 03 d5", 2, true, INSN_INSIDE },
	{ EM_ARM, ELFCLASS32, ELFDATA2LSB, "00 00 a0 e1", 6, false, INSN_INSIDE },
	{ EM_SPARCV9, ELFCLASS64, ELFDATA2MSB, "01 00 00 00", 8, false, INSN_START },
	{ EM_RISCV, ELFCLASS64, ELFDATA2LSB, "41 11 13 01 01 ff", 2, true, INSN_START },
	{ EM_RISCV, ELFCLASS64, ELFDATA2LSB, "41 11 13 01 01 ff", 4, true, INSN_INSIDE },
	{ EM_RISCV, ELFCLASS64, ELFDATA2LSB, "41 11 13 01 01 ff", 2, false, INSN_UNKNOWN },
	{ EM_RISCV, ELFCLASS64, ELFDATA2LSB, "1f 00 00 00", 4, true, INSN_UNKNOWN },
	{ EM_S390, ELFCLASS64, ELFDATA2MSB, "eb 6f f0 30 00 24 07 fe", 6, true, INSN_START },
	{ EM_S390, ELFCLASS64, ELFDATA2MSB, "eb 6f f0 30 00 24 07 fe", 4, true, INSN_INSIDE },
	{ EM_PPC64, ELFCLASS64, ELFDATA2LSB, "00 00 00 06 00 00 00 38", 4, true, INSN_INSIDE },
	{ EM_PPC64, ELFCLASS64, ELFDATA2LSB, "00 00 00 60 00 00 00 38", 4, true, INSN_START },
	{ EM_68K, ELFCLASS32, ELFDATA2MSB, "4e 75", 0, true, INSN_UNKNOWN },
};

START_TEST(boundaries_on_other_machines)
{
	unsigned char code[32];
	auto_elffile struct elffile *f =
		open_code(others[_i].machine, others[_i].elf_class, others[_i].data, code,
			  parse(others[_i].bytes, code));
	uint64_t to = others[_i].known_function ? 0x100c : 0x1000;
	struct insn_boundary b = insn_boundary(f, 0x1000, to, 0x1000 + others[_i].at);

	ck_assert_msg(b.place == others[_i].place, "row %d: %d %s", _i, b.place,
		      b.why ? b.why : "");
}
END_TEST

START_TEST(known_instructions_have_names)
{
	unsigned char code[32];
	auto_elffile struct elffile *f = open_code(EM_X86_64, ELFCLASS64, ELFDATA2LSB, code,
						   parse("f3 0f 1e fa 0f 1f 44 00 00 06", code));
	auto_buf b = BUF_INIT;
	struct insn insn;

	insn_read(f, 0x1000, &insn);
	ck_assert(insn_is_endbr(f, &insn) && !insn_is_nop5(f, &insn));
	insn_format(f, &insn, &b);
	insn_read(f, 0x1004, &insn);
	ck_assert(!insn_is_endbr(f, &insn) && insn_is_nop5(f, &insn));
	buf_addc(&b, '|');
	insn_format(f, &insn, &b);
	insn_read(f, 0x1009, &insn);
	ck_assert_uint_eq(insn.len, 0);
	buf_addc(&b, '|');
	insn_format(f, &insn, &b);
	ck_assert_str_eq(buf_str(&b), "endbr64|0f 1f 44 00 00|06 00 00 00 ...");
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, x86_lengths, 0, ARRAY_SIZE(lengths));
	tcase_add_loop_test(c, instructions_the_kernel_will_not_probe, 0, ARRAY_SIZE(refusals));
	tcase_add_loop_test(c, boundaries_by_sweep, 0, ARRAY_SIZE(sweeps));
	tcase_add_test(c, data_in_a_function_proves_nothing);
	tcase_add_loop_test(c, boundaries_on_other_machines, 0, ARRAY_SIZE(others));
	tcase_add_test(c, known_instructions_have_names);
}

UNIT_MAIN("insn", fill)
