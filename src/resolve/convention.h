/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Whose convention a function's arguments follow: C's on its machine, or that of its Go. */

#include "base/err.h"
#include "elf/symtab.h"
#include "probe/abi.h"

struct convention {
	const struct abi_call *call;
	bool is_go;
	bool is_proven;    /* run on a real kernel */
	unsigned go_minor; /* of is_go, compiled code: Go 1.N; else 0 */
};

/*
 * `symbol` is the function, which begins at the probe; NULL: not known. -ENOTSUP, with a
 * message, where what is Go's cannot be told. The caller adds the place in the user's text.
 */
int convention_find(struct elffile *elf, const struct symbol *symbol, const struct abi *abi,
		    struct convention *ret, struct err *err);
