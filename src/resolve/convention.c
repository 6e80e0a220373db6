/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Go program holds functions of three kinds: compiled by Go, which follow ABIInternal of its
 * version; in assembly, which follow ABI0, and are called NAME.abi0 where a register ABI
 * exists beside it (cmd/link: mangleABIName); and C, with cgo. Go's own are called by
 * package and name and lie where Go's linker put them.
 */
#include <string.h>

#include "base/text.h"
#include "elf/go.h"
#include "probe/abi-go.h"
#include "resolve/convention.h"

/* Of a C compiler or of an object file made by one. */
static bool is_outside(const struct elf_go *go, const struct symbol *s)
{
	return go->etext && (s->vaddr < go->text || s->vaddr >= go->etext);
}

/* main.work, net/http.(*Server).Serve, type:.eq.main.T; no name in C has a '.' or a ':'. */
static bool has_package(const struct symbol *s)
{
	return strpbrk(s->name, ".:") && *s->name != '.';
}

/* A stripped program's; see elf/pclntab.c. */
static bool is_unclear(const struct symbol *s)
{
	return s->source == SYMBOL_PCLNTAB && s->type == SYMBOL_NOTYPE;
}

static int no_package(const struct elffile *elf, const struct symbol *s, struct err *err)
{
	err_set(err, ENOTSUP, "%s is a Go program, and %s is none of its Go functions: assembly "
			      "takes its arguments where it likes",
		elf->path, s ? s->name : "what is there");
	return err_hint(err, "name the register: %%REG");
}

/* Between two versions with two conventions, or none that can be read. */
static bool is_undecided(const struct elf_go *go, const struct abi_go *abi)
{
	if (!go->minor || go->has_own_abi)
		return true;
	return go->is_devel && abi_go_call(abi, go->minor - 1) != abi_go_call(abi, go->minor);
}

static int no_version(const struct elffile *elf, const struct elf_go *go, const struct abi *abi,
		      const struct abi_go *found, struct err *err)
{
	auto_buf then = BUF_INIT, before = BUF_INIT;

	if (*go->version)
		err_set(err, ENOTSUP, "%s was made by \"%s\", and how that passes arguments is "
				      "not known", elf->path, go->version);
	else
		err_set(err, ENOTSUP,
			"%s is a Go program (it has %s) of a version that it does not "
			"tell, and how arguments are passed depends on it",
			elf->path, go->shown_by);
	abi_format_arg(abi, &found->regs, 1, 0, &then);
	abi_format_arg(abi, &found->stack, 1, 0, &before);
	return err_hint(err, "name the register or the slot: the first word is %s since Go 1.%u, "
			     "before that %s", buf_str(&then), found->since, buf_str(&before));
}

static int find_go(const struct elffile *elf, const struct elf_go *go, const struct symbol *symbol,
		   const struct abi *abi, struct convention *ret, struct err *err)
{
	const struct abi_go *found = abi_go_find(abi);

	if (!found)
		return err_set(err, ENOTSUP, "how Go passes arguments on %s is not known",
			       abi->name);
	if (!symbol || !has_package(symbol))
		return no_package(elf, symbol, err);
	ret->is_go = true;
	ret->is_proven = found->proven;
	ret->call = &found->stack;
	if (!found->since || text_ends(symbol->name, ".abi0"))
		return 0;
	if (is_unclear(symbol))
		return no_package(elf, symbol, err);
	if (is_undecided(go, found))
		return no_version(elf, go, abi, found, err);
	ret->call = abi_go_call(found, go->minor);
	ret->go_minor = go->minor;
	return 0;
}

int convention_find(struct elffile *elf, const struct symbol *symbol, const struct abi *abi,
		    struct convention *ret, struct err *err)
{
	const struct elf_go *go = elf_go(elf);

	*ret = (struct convention){ .call = &abi->call, .is_proven = abi->proven };
	if (!go->shown_by || go->is_gccgo || (symbol && is_outside(go, symbol)))
		return 0;
	return find_go(elf, go, symbol, abi, ret, err);
}
