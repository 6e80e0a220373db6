/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Between the parts of function_find(): one file for each way to name a place. */

#include "resolve/function.h"

struct lookup {
	const struct target *target;
	const char *typed; /* the TARGET as the user wrote it, for what is to be pasted */
	const struct location *loc;
	const struct function_rules *rules;
	struct ifuncs *ifuncs; /* what running processes were asked already */
};

/* By a function's name, its version or source file, and an offset into it. */
int lookup_name(const struct lookup *l, struct function_list *ret, struct err *err);
/* Every function whose name matches a pattern, one for each place. */
int lookup_glob(const struct lookup *l, struct function_list *ret, struct err *err);
/*
 * Symbols whose demangled name the location is, as symtab_find_typed(). Deleting destructors
 * are there only if nothing else is.
 */
int lookup_typed(const struct lookup *l, const struct symbol ***ret, size_t *ret_n,
		 struct err *err);
/* Whether what looks like a pattern is a name: f(char*), operator*, main.(*T).Close of Go. */
bool lookup_is_literal(const struct lookup *l);
/* Whether all are forms of one constructor or destructor: each call runs one of them. */
bool lookup_is_one_structor(const struct symbol *const *syms, size_t n);
/* TARGET:NAME[@AT], ready to be pasted: the name demangled, in quotes if need be. Heap. */
char *lookup_word(const struct lookup *l, const char *name, const char *at);
/* The same for NAME+OFF, and without TARGET for what is only read. */
char *lookup_word_at(const struct lookup *l, const char *name, uint64_t off);
char *lookup_shown_at(const char *name, uint64_t off);
/* "uprobe-ctl symbols TARGET [PATTERN]" for a shell. Heap. */
char *lookup_symbols_command(const struct lookup *l, const char *pattern);
/* Adds the names most like the location's to an error, and how to see more of them. */
int lookup_nearest(const struct lookup *l, const struct symbol *all, size_t n, struct err *err);
/* By file offset, or by virtual address. */
int lookup_offset(const struct lookup *l, struct function_list *ret, struct err *err);
int lookup_vaddr(const struct lookup *l, struct function_list *ret, struct err *err);

void function_list_add(struct function_list *list, const struct function *f);
/* NAME@plt: the entries through which this file calls it. */
int lookup_plt(const struct lookup *l, struct function_list *ret, struct err *err);
/* Copies of the named function that the compiler made; heap array, NULL when none. */
int lookup_clones(const struct lookup *l, const struct symbol ***ret, size_t *ret_n,
		  struct err *err);
/* TARGET for the library that defines what the file imports; heap, NULL: not found. */
char *lookup_importer(const struct lookup *l, const char *name);

/* Whether a probe may stand there (promise 1). */
int lookup_check(const struct lookup *l, const struct function *f, struct err *err);
/* Why the kernel would not probe the instruction there; NULL: it would. */
const char *lookup_refused(const struct lookup *l, const struct function *f);
/* Whether the file bears return probes at all; adds what to beware of to the list's notes. */
int lookup_check_return(const struct lookup *l, struct function_list *list, struct err *err);
/* The error for an IFUNC whose resolver was named by its address. */
int lookup_is_chooser(const struct lookup *l, const struct symbol *s, struct err *err);
