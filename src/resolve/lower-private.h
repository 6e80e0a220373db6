/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the parts of lowering share; nobody else includes it. */

#include "probe/abi.h"
#include "probe/show.h"
#include "resolve/convention.h"
#include "resolve/lower.h"

struct lowering {
	const struct lower_env *env;
	const struct spec *spec;
	const struct abi *abi; /* NULL: a machine without a table */
	struct convention convention; /* of a function's entry where argN is used */
	char kind;
	unsigned reg_bits; /* of the register name last lowered: %edi is 32 bits of %di */
	unsigned value_bits; /* of the field at hand; 0: a word, or an array */
	struct definition *d;
	struct show *show; /* of a watched event, being made; NULL: the event stays */
	unsigned room;     /* fields we may add to the user's own */
	/* The argument at hand: */
	const struct fetch_arg *arg;
	const char *name;
	size_t position; /* among the event's, from 1 */
	struct err *err;
};

/* Bits of a word of the target; 64 where the machine has no table. */
unsigned lower_word_bits(const struct lowering *l);
/* The expression as the kernel has it; heap, NULL on failure. */
char *lower_expr(struct lowering *l, const struct fetch *f);
/* Whether the value comes out of memory: only then can it be read through (kernel-facts 1.4). */
bool lower_is_read(const struct lowering *l, const struct fetch *f);
/* Adds the fields of l->arg to l->d, and how they are shown to l->show. */
int lower_typed(struct lowering *l);
int lower_refuse(struct lowering *l, struct span at, const char *msg);
