/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "elf/insn.h"
#include "elf/private.h"
#include "elf/x86.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define MAX_FUNCTION (64 << 20)

static bool is_x86(const struct elffile *f)
{
	return f->machine == EM_X86_64 || f->machine == EM_386;
}

/* x32 files are of the 32-bit class, but their code is 64-bit. */
static bool is_64_bit_code(const struct elffile *f)
{
	return f->machine == EM_X86_64;
}

static unsigned x86_length(const struct elffile *f, const unsigned char *p, size_t n)
{
	struct x86_insn insn = { .len = 0 };

	return x86_decode(p, n, is_64_bit_code(f), &insn) ? insn.len : 0;
}

/* The two low bits of the first half word; longer forms than 4 bytes are reserved. */
static unsigned riscv_length(const unsigned char *p)
{
	if ((p[0] & 3) != 3)
		return 2;
	return (p[0] & 0x1c) != 0x1c ? 4 : 0;
}

/* The two high bits of the first byte. */
static unsigned s390_length(const unsigned char *p)
{
	static const unsigned char lengths[] = { 2, 4, 4, 6 };

	return lengths[p[0] >> 6];
}

/* Primary opcode 1 is the prefix of an 8-byte instruction (ISA 3.1). */
static unsigned ppc_length(const struct elffile *f, const unsigned char *p)
{
	return f->machine == EM_PPC64 && elf_get32(f, p) >> 26 == 1 ? 8 : 4;
}

/* What all instructions of a machine are multiples of; 0: not known here. */
static unsigned unit_of(const struct elffile *f)
{
	switch (f->machine) {
	case EM_386:
	case EM_X86_64:
		return 1;
	case EM_RISCV:
	case EM_S390:
		return 2;
	case EM_AARCH64:
	case EM_ARM:
	case EM_PPC:
	case EM_PPC64:
	case EM_MIPS:
	case EM_SPARC:
	case EM_SPARC32PLUS:
	case EM_SPARCV9:
	case EM_LOONGARCH:
		return 4;
	}
	return 0;
}

bool insn_is_decoded(const struct elffile *f)
{
	return unit_of(f);
}

static bool is_fixed_length(const struct elffile *f)
{
	return unit_of(f) == 4 && f->machine != EM_PPC64;
}

/* 0: not an instruction, or not all of one. */
static unsigned length_of(const struct elffile *f, const unsigned char *p, size_t n)
{
	unsigned len = unit_of(f);

	if (!len || n < len)
		return 0;
	if (is_x86(f))
		return x86_length(f, p, n);
	if (f->machine == EM_RISCV)
		len = riscv_length(p);
	else if (f->machine == EM_S390)
		len = s390_length(p);
	else if (f->machine == EM_PPC64)
		len = ppc_length(f, p);
	return len <= n ? len : 0;
}

void insn_read(const struct elffile *f, uint64_t offset, struct insn *ret)
{
	ssize_t n;

	*ret = (struct insn){ .offset = offset };
	n = elffile_pread(f, ret->bytes, sizeof(ret->bytes), offset);
	ret->n = n > 0 ? n : 0;
	ret->len = length_of(f, ret->bytes, ret->n);
}

bool insn_is_endbr(const struct elffile *f, const struct insn *insn)
{
	const unsigned char endbr[] = { 0xf3, 0x0f, 0x1e, is_64_bit_code(f) ? 0xfa : 0xfb };

	return is_x86(f) && insn->n >= 4 && memcmp(insn->bytes, endbr, 4) == 0;
}

bool insn_is_nop5(const struct elffile *f, const struct insn *insn)
{
	static const unsigned char nop5[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };

	return f->machine == EM_X86_64 && insn->n >= 5 && memcmp(insn->bytes, nop5, 5) == 0;
}

void insn_format(const struct elffile *f, const struct insn *insn, struct buf *b)
{
	size_t n = insn->len ? insn->len : insn->n < 4 ? insn->n : 4;

	if (insn_is_endbr(f, insn)) {
		buf_adds(b, is_64_bit_code(f) ? "endbr64" : "endbr32");
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%02x", i ? " " : "", insn->bytes[i]);
	if (!insn->len)
		buf_adds(b, " ...");
}

static struct insn_boundary unknown(const char *why)
{
	return (struct insn_boundary){ .place = INSN_UNKNOWN, .why = why };
}

/* One size for all: an address is a multiple of it or inside an instruction. */
static struct insn_boundary by_alignment(const struct elffile *f, uint64_t offset)
{
	unsigned unit = unit_of(f);
	uint64_t vaddr, over;

	if (!elffile_offset_to_vaddr(f, offset, &vaddr))
		return unknown("no segment holds it");
	over = vaddr % unit;
	return (struct insn_boundary){
		.place = over ? INSN_INSIDE : INSN_START,
		.start = offset - over,
		.next = offset - over + unit,
	};
}

/*
 * Linear sweep. It proves something only if every byte fits: of 244,200 functions that
 * compilers made all do (elf-facts 1.5), hand-written ones with data between may not.
 */
static struct insn_boundary sweep(const struct elffile *f, const unsigned char *code,
				  uint64_t from, size_t size, size_t at)
{
	struct insn_boundary ret = { .place = INSN_UNKNOWN };
	size_t pos = 0;

	while (pos < size) {
		unsigned len = length_of(f, code + pos, size - pos);

		if (!len)
			return unknown("not all bytes of the function are instructions "
				       "known here");
		if (at >= pos && at < pos + len) {
			ret.place = at == pos ? INSN_START : INSN_INSIDE;
			ret.start = from + pos;
			ret.next = from + pos + len;
		}
		pos += len;
	}
	return ret;
}

struct insn_boundary insn_boundary(struct elffile *f, uint64_t from, uint64_t to,
				   uint64_t offset)
{
	auto_free unsigned char *code = NULL;

	if (!unit_of(f))
		return unknown("the instructions of this machine are not known here");
	if (is_fixed_length(f))
		return by_alignment(f, offset);
	if (from >= to)
		return unknown("no function with a known size holds it");
	if (offset < from || offset >= to || to - from > MAX_FUNCTION)
		return unknown("it is past the end of the function");
	code = elf_load(f, from, to - from);
	if (!code)
		return unknown("the file cannot be read there");
	return sweep(f, code, from, to - from, offset - from);
}
