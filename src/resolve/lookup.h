/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Between the parts of function_find(): one file for each way to name a place. */

#include "resolve/function.h"

struct lookup {
	const struct target *target;
	const char *typed; /* the TARGET as the user wrote it, for what is to be pasted */
	const struct location *loc;
	const struct function_rules *rules;
};

/* By a function's name, its version or source file, and an offset into it. */
int lookup_name(const struct lookup *l, struct function_list *ret, struct err *err);
/* Every function whose name matches a pattern, one for each place. */
int lookup_glob(const struct lookup *l, struct function_list *ret, struct err *err);
/* By file offset, or by virtual address. */
int lookup_offset(const struct lookup *l, struct function_list *ret, struct err *err);
int lookup_vaddr(const struct lookup *l, struct function_list *ret, struct err *err);

void function_list_add(struct function_list *list, const struct function *f);
/*
 * A place that is no symbol's start: whether a probe may stand there (promise 1). An entry
 * passes at once.
 */
int lookup_check_inside(const struct lookup *l, const struct function *f, struct err *err);
/* The error for an IFUNC's symbol. */
int lookup_is_ifunc(const struct lookup *l, const struct symbol *s, struct err *err);
