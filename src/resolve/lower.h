/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * From the fetch arguments of a spec to the kernel's: argN by the calling convention of the
 * target file, register names, globals as @+N, words without '$'. Also the names of
 * arguments that were given none.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "elf/symtab.h"
#include "probe/definition.h"
#include "probe/features.h"
#include "probe/spec.h"

/* What an argument is lowered for. All borrowed. */
struct lower_env {
	const struct features *features; /* NULL: anything goes */
	struct elffile *elf;
	uint64_t offset;     /* of the probe */
	const struct symbol *symbol; /* that holds it; NULL: none known */
	bool is_entry;       /* the probe is at the first instruction of a function */
	bool watching;       /* we show the event, by definition.show; else the kernel does */
};

/*
 * Fills d->args from those arguments of the spec that belong to an event of d->kind
 * (of a pair, forms with retval go to the return, all others to the entry).
 */
int lower_args(const struct lower_env *env, const struct spec *spec, struct definition *d,
	       struct err *err);
