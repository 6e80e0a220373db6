/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual address <-> file offset (elf-facts 1.1) and who is refused (1.2). The kernel
 * checks next to nothing: it patches any private mapping that is not writable at that
 * moment, read-only data included. So what is not code is refused here.
 *
 * Section headers never take part in the arithmetic; where they exist they may only veto,
 * because one segment can hold code and read-only data side by side (-z noseparate-code).
 */
#include <inttypes.h>

#include "base/xalloc.h"
#include "elf/private.h"

static const struct elf_segment *by_vaddr(const struct elffile *f, uint64_t vaddr)
{
	for (size_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (vaddr >= s->vaddr && vaddr - s->vaddr < s->filesz)
			return s;
	}
	return NULL;
}

static bool holds_offset(const struct elf_segment *s, uint64_t offset)
{
	return offset >= s->offset && offset - s->offset < s->filesz;
}

/* valid_vma() leaves out VM_WRITE: in a W+X segment the kernel never places anything. */
static bool can_hit(const struct elf_segment *s)
{
	return (s->flags & (PF_X | PF_W)) == PF_X;
}

/* A file page may be mapped by several segments (lld packs them): code comes first. */
static const struct elf_segment *by_offset(const struct elffile *f, uint64_t offset)
{
	const struct elf_segment *other = NULL;

	for (size_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (!holds_offset(s, offset))
			continue;
		if (can_hit(s))
			return s;
		if (!other || (!(other->flags & PF_X) && (s->flags & PF_X)))
			other = s;
	}
	return other;
}

bool elf_file_offset(const struct elffile *f, uint64_t vaddr, uint64_t *ret)
{
	const struct elf_segment *s = by_vaddr(f, vaddr);

	if (!s || vaddr - s->vaddr + s->offset >= f->size)
		return false;
	*ret = vaddr - s->vaddr + s->offset;
	return true;
}

static const struct elf_range *exec_section(const struct elffile *f, uint64_t vaddr)
{
	const struct elf_private *priv = f->priv;
	size_t low = 0, high = priv->n_exec;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (vaddr >= priv->exec[mid].to)
			low = mid + 1;
		else
			high = mid;
	}
	return low < priv->n_exec && vaddr >= priv->exec[low].from ? &priv->exec[low] : NULL;
}

bool elf_in_exec_section(const struct elffile *f, uint64_t vaddr)
{
	return exec_section(f, vaddr);
}

static bool is_header(const struct elffile *f, uint64_t vaddr, uint64_t offset)
{
	const struct elf_range *p = &f->priv->phdrs;

	return !exec_section(f, vaddr) &&
	       (offset < EI_NIDENT || (offset >= p->from && offset < p->to));
}

bool elf_code_offset(const struct elffile *f, uint64_t vaddr, uint64_t *ret)
{
	const struct elf_segment *s;

	if (f->priv->n_exec && !exec_section(f, vaddr))
		return false;
	s = by_vaddr(f, vaddr);
	if (!s || !can_hit(s) || vaddr - s->vaddr + s->offset >= f->size ||
	    is_header(f, vaddr, vaddr - s->vaddr + s->offset))
		return false;
	*ret = vaddr - s->vaddr + s->offset;
	return true;
}

bool elf_same_code(const struct elffile *f, uint64_t a, uint64_t b)
{
	if (f->priv->n_exec)
		return exec_section(f, a) && exec_section(f, a) == exec_section(f, b);
	return by_vaddr(f, a) && by_vaddr(f, a) == by_vaddr(f, b);
}

/* The section that proves an address of an executable segment to be something else. */
static const struct elf_section *data_section(const struct elffile *f, uint64_t vaddr)
{
	const struct elf_private *priv = f->priv;

	if (!priv->n_exec || exec_section(f, vaddr))
		return NULL;
	for (size_t i = 0; i < priv->n_sections; i++) {
		const struct elf_section *s = &priv->sections[i];

		if ((s->flags & SHF_ALLOC) && s->type != SHT_NOBITS && vaddr >= s->vaddr &&
		    vaddr - s->vaddr < s->size)
			return s;
	}
	return NULL;
}

/* " (section .rodata)", heap; "" if no section says. */
static char *in_section(const struct elffile *f, uint64_t vaddr)
{
	const struct elf_section *s = data_section(f, vaddr);
	auto_free char *name = s ? elf_section_name(f, s) : NULL;
	auto_buf b = BUF_INIT;

	if (name && *name) {
		buf_adds(&b, " (section ");
		for (const char *p = name; *p; p++) /* a stranger's text */
			buf_addc(&b, *p > ' ' && *p <= '~' ? *p : '?');
		buf_addc(&b, ')');
	}
	return buf_steal(&b);
}

static const char *kind(const struct elf_segment *s)
{
	if (s->flags & PF_W)
		return "writable data";
	return s->flags & PF_R ? "read-only data" : "a segment nothing may read";
}

/* What is wrong with an address that a segment holds; 0: nothing. */
static int check_code(const struct elffile *f, const struct elf_segment *s, uint64_t vaddr,
		      uint64_t offset, const char *what, uint64_t shown, struct err *err)
{
	auto_free char *section = in_section(f, vaddr);

	if (!(s->flags & PF_X)) {
		err_set(err, EINVAL, "%s0x%" PRIx64 " is in %s%s, not in code", what, shown,
			kind(s), section);
		return err_hint(err, "a breakpoint there would overwrite the program's data; "
				     "a probe reads a variable with the argument @SYMBOL");
	}
	if (!can_hit(s)) {
		err_set(err, EINVAL, "%s0x%" PRIx64 " is in a segment that is writable as well "
				     "as executable", what, shown);
		return err_hint(err, "the kernel places no probe in writable memory, so this one "
				     "would never fire");
	}
	if (*section || is_header(f, vaddr, offset)) {
		err_set(err, EINVAL, "%s0x%" PRIx64 " is data%s in an executable segment", what,
			shown, *section ? section : " (the ELF headers)");
		return err_hint(err, "a breakpoint there would overwrite what the program reads");
	}
	return 0;
}

static int past_end(const struct elffile *f, struct err *err)
{
	return err_set(err, ERANGE, "the file ends at 0x%" PRIx64
				    "; the kernel takes this line and fails only at enable",
		       f->size);
}

/* No segment has file bytes for the address. */
static int refuse_vaddr(const struct elffile *f, uint64_t vaddr, struct err *err)
{
	for (size_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (vaddr < s->vaddr || vaddr - s->vaddr >= s->memsz)
			continue;
		err_set(err, ENODATA, "address 0x%" PRIx64 " has no bytes in the file: it is in "
				      "zero-filled memory (bss)", vaddr);
		return err_hint(err, "only code that is in the file can be probed");
	}
	err_set(err, EFAULT, "no segment of the file holds address 0x%" PRIx64, vaddr);
	if (by_offset(f, vaddr) && can_hit(by_offset(f, vaddr)))
		return err_hint(err, "as a file offset it exists: write 0x%" PRIx64
				     " without the *", vaddr);
	return err_hint(err, "addresses are those that nm and objdump print; an address of a "
			     "running process needs -p PID");
}

int elffile_vaddr_to_offset(const struct elffile *f, uint64_t vaddr, uint64_t *ret,
			    struct err *err)
{
	const struct elf_segment *s = by_vaddr(f, vaddr);
	uint64_t offset;
	int rc;

	if (!s)
		return refuse_vaddr(f, vaddr, err);
	offset = vaddr - s->vaddr + s->offset;
	if (offset >= f->size)
		return past_end(f, err);
	rc = check_code(f, s, vaddr, offset, "address ", vaddr, err);
	if (rc == 0)
		*ret = offset;
	return rc;
}

bool elffile_offset_to_vaddr(const struct elffile *f, uint64_t offset, uint64_t *ret)
{
	const struct elf_segment *s = by_offset(f, offset);

	if (!s)
		return false;
	*ret = offset - s->offset + s->vaddr;
	return true;
}

int elffile_check_offset(const struct elffile *f, uint64_t offset, struct err *err)
{
	const struct elf_segment *s = by_offset(f, offset);
	uint64_t unused;

	if (s && offset < f->size)
		return check_code(f, s, offset - s->offset + s->vaddr, offset, "offset ", offset,
				  err);
	if (offset >= f->size)
		past_end(f, err);
	else
		err_set(err, EFAULT, "no segment maps offset 0x%" PRIx64 " of the file", offset);
	return err_hint(err, "an address from nm, objdump or gdb is written *0x%" PRIx64 "%s",
			offset, elf_code_offset(f, offset, &unused) ?
					"" : " (but no segment of this file holds it)");
}

bool elffile_text_bias(const struct elffile *f, uint64_t offset, uint64_t *ret)
{
	const struct elf_segment *s = by_offset(f, offset);

	if (!s || !(s->flags & PF_X))
		return false;
	*ret = s->vaddr - s->offset; /* modulo 2^64, as create_uprobe's arithmetic is */
	return true;
}
