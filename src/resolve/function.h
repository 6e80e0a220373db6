/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * LOCATION in a file: which function, at which file offset, and whether a probe may stand
 * there. An offset is right or refused (promise 1); what cannot be proven needs --force.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "elf/symtab.h"
#include "probe/location.h"
#include "resolve/target.h"

/* Of n_asked processes n use an implementation; n 0: nobody was asked. */
struct usage {
	size_t n, n_asked;
	pid_t pid; /* the first of them */
};
/* "8 of 8 processes asked use it". Heap. */
char *usage_format(const struct usage *u);

struct function {
	const struct target *target; /* the file; borrowed */
	uint64_t offset;             /* file offset of the probe */
	const struct symbol *symbol; /* that holds it; NULL: none known. The elffile's */
	uint64_t symbol_off;         /* distance from its start */
	bool is_entry;               /* at a function's first instruction */
	const struct symbol *ifunc;  /* an implementation: of this IFUNC. NULL: none */
	struct usage used;           /* of an implementation: who told */
};

struct function_list {
	struct function *functions;
	size_t n;
	size_t n_aliases; /* further names of the same places, folded */
	struct buf notes; /* remarks for the user, whole lines: "strlen → __strlen_evex" */
};

/* What a probe on an IFUNC means. */
enum ifunc_mode {
	IFUNC_USED,     /* the implementation that running processes use */
	IFUNC_RESOLVER, /* the function that chooses one, called by the loader */
	IFUNC_ALL,      /* every implementation that has a name */
};

/* What the caller allows. */
struct function_rules {
	bool is_return;   /* a return probe: an entry or nothing */
	bool force;       /* also what is not proven safe */
	bool all_matches; /* several functions of the name: all of them */
	bool optimises_nop5; /* the kernel makes calls of 5-byte no-ops (elf-facts rule 9) */
	const struct target_env *env; /* where libraries are looked up; NULL: they are not */
	size_t max;       /* functions a pattern may match without force; 0: any number */
	enum ifunc_mode ifunc;
	pid_t pid;        /* whose bindings count; 0: every process's */
	bool is_one_of_many; /* that the function is not there is no error to explain */
	bool is_foreign;  /* the file is another machine's: no process here maps it */
};

/*
 * Finds the place, or for a pattern the places. Candidates that differ, imports, data,
 * IFUNCs, what lies past the end or inside a function: each an error of its own, with what
 * to type instead. The caller adds the place in the user's text. `target_typed` is how the
 * user named the file (for hints).
 */
int function_find(const struct target *target, const char *target_typed,
		  const struct location *loc, const struct function_rules *rules,
		  struct function_list *ret, struct err *err);
void function_list_done(struct function_list *list);
/* Whether a symbol is a copy the compiler made of a function: foo.constprop.0 of foo. */
bool function_is_clone(const char *name, const char *of);
/* Adds a remark, one line. */
void function_list_note(struct function_list *list, const char *fmt, ...) PRINTF_FMT(2, 3);
/* What to call it: the function the user would name; NULL: no symbol is known. */
const char *function_name(const struct function *f);
