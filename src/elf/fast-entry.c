/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "elf/fast-entry.h"
#include "elf/insn.h"
#include "elf/private.h"
#include "elf/reloc.h"
#include "elf/symtab.h"
#include "elf/x86.h"

#define LONGEST (1 << 20) /* functions beyond that are slow to prove, and few */

/* The addresses that are candidates, and those of them that something leads to. */
struct targets {
	uint64_t low, span; /* all are in [low, low + span) */
	uint8_t *wanted, *reached; /* a bit each */
};

static bool has_bit(const uint8_t *bits, uint64_t i)
{
	return bits[i / 8] >> i % 8 & 1;
}

static void set_bit(uint8_t *bits, uint64_t i)
{
	bits[i / 8] |= 1 << i % 8;
}

static void reach(struct targets *t, uint64_t vaddr)
{
	uint64_t i = vaddr - t->low;

	if (i < t->span && has_bit(t->wanted, i))
		set_bit(t->reached, i);
}

/* As the kernel sees it: branch_setup_xol_ops(), push_setup_xol_ops(). */
static bool is_emulated(const unsigned char *p, size_t n)
{
	struct x86_insn insn = { .len = 0 };
	bool is_nop5;

	if (!x86_decode(p, n, true, &insn) || insn.prefixes || insn.is_vex)
		return false;
	is_nop5 = insn.len == 5 && insn.opcode == 0x0f;
	if (insn.opcode >= 0x50 && insn.opcode <= 0x57)
		return insn.rex == 0 || insn.rex == 0x41;
	return !insn.rex && (insn.opcode == 0x90 || insn.opcode == 0xe9 || insn.opcode == 0xeb ||
			     (insn.opcode == 0x0f && insn.opcode2 == 0x1f && !is_nop5));
}

/* ff /4 and ff /5: through a register or a table. */
static bool is_indirect_jump(const struct x86_insn *insn)
{
	unsigned reg = insn->modrm >> 3 & 7;

	return !insn->is_vex && insn->opcode == 0xff && (reg == 4 || reg == 5);
}

static bool stays_in_sight(const unsigned char *code, size_t size)
{
	struct x86_insn insn = { .len = 0 };

	for (size_t pos = 0; pos < size; pos += insn.len)
		if (!x86_decode(code + pos, size - pos, true, &insn) ||
		    is_indirect_jump(&insn))
			return false;
	return true;
}

/* What the function itself tells. */
static bool is_candidate(struct elffile *f, const struct fast_entry *e)
{
	auto_free unsigned char *code = NULL;
	struct insn first;
	uint64_t off = 1;

	if (e->size <= FAST_ENTRY_OFFSET || e->size > LONGEST)
		return false;
	insn_read(f, e->offset, &first);
	if (!insn_is_endbr(f, &first))
		return false;
	code = elf_load(f, e->offset, e->size);
	if (!code || !is_emulated(code + FAST_ENTRY_OFFSET, e->size - FAST_ENTRY_OFFSET) ||
	    !stays_in_sight(code, e->size))
		return false;
	return !symtab_at(f, e->offset + FAST_ENTRY_OFFSET, &off) || off;
}

/* Conditional jumps, jmp, loop and jrcxz. */
static bool is_short_branch(unsigned char op)
{
	return (op & 0xf0) == 0x70 || op == 0xeb || (op & 0xfc) == 0xe0;
}

static void look_at_code(struct targets *t, const struct elffile *f, const unsigned char *p,
			 size_t n, uint64_t vaddr)
{
	for (size_t i = 0; i + 2 <= n; i++) {
		if (i + 4 <= n)
			reach(t, vaddr + i + 4 + (int64_t)(int32_t)elf_get32(f, p + i));
		if (is_short_branch(p[i]))
			reach(t, vaddr + i + 2 + (int64_t)(int8_t)p[i + 1]);
	}
}

static void look_at_words(struct targets *t, const struct elffile *f, const unsigned char *p,
			  size_t n, uint64_t vaddr)
{
	for (size_t i = -vaddr & 7; i + 8 <= n; i += 8)
		reach(t, elf_get64(f, p + i));
}

/* Addresses that are nowhere in the file: the loader adds up a symbol's and a distance. */
static bool look_at_sums(struct targets *t, struct elffile *f)
{
	const struct elf_reloc *relocs;
	size_t n;

	if (elf_relocs(f, &relocs, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		reach(t, relocs[i].value + relocs[i].addend);
	return true;
}

/* False: the file could not be read, and nothing is known. */
static bool look_everywhere(struct targets *t, struct elffile *f)
{
	if (!look_at_sums(t, f))
		return false;
	for (size_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];
		auto_free unsigned char *p = elf_load(f, s->offset, s->filesz);

		if (!p)
			return false;
		if (s->flags & PF_X)
			look_at_code(t, f, p, s->filesz, s->vaddr);
		look_at_words(t, f, p, s->filesz, s->vaddr);
	}
	return true;
}

static bool collect(struct elffile *f, struct fast_entry *entries, size_t n, uint64_t *vaddrs,
		    struct targets *t)
{
	uint64_t high = 0;

	t->low = UINT64_MAX;
	for (size_t i = 0; i < n; i++) {
		entries[i].proven = is_candidate(f, &entries[i]) &&
				    elffile_offset_to_vaddr(f, entries[i].offset, &vaddrs[i]);
		if (!entries[i].proven)
			continue;
		vaddrs[i] += FAST_ENTRY_OFFSET;
		t->low = vaddrs[i] < t->low ? vaddrs[i] : t->low;
		high = vaddrs[i] > high ? vaddrs[i] : high;
	}
	t->span = high >= t->low ? high - t->low + 1 : 0;
	return t->span && t->span <= f->size; /* of one segment, mostly */
}

static void forget(struct fast_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		entries[i].proven = false;
}

void fast_entry_prove(struct elffile *f, struct fast_entry *entries, size_t n)
{
	auto_free uint64_t *vaddrs = xcalloc(n + 1, sizeof(*vaddrs));
	auto_free uint8_t *wanted = NULL, *reached = NULL;
	struct targets t;

	forget(entries, n);
	if (f->machine != EM_X86_64 || f->type != ET_DYN)
		return;
	if (!collect(f, entries, n, vaddrs, &t)) {
		forget(entries, n);
		return;
	}
	t.wanted = wanted = xcalloc(t.span / 8 + 1, 1);
	t.reached = reached = xcalloc(t.span / 8 + 1, 1);
	for (size_t i = 0; i < n; i++)
		if (entries[i].proven)
			set_bit(wanted, vaddrs[i] - t.low);
	if (!look_everywhere(&t, f)) {
		forget(entries, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (entries[i].proven && has_bit(reached, vaddrs[i] - t.low))
			entries[i].proven = false;
}
