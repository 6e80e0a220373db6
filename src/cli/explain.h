/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* How a spec was understood, as text and as JSON: what was found, what else there is, why. */

#include "proc/mapped.h"
#include "report/json.h"
#include "resolve/resolve.h"

struct explanation {
	const struct resolution *res;
	const struct resolve_env *env;
	const struct mapped *mapped; /* NULL: the files are another machine's */
	bool keep_mangled;
};

/* A symbol of the same name that was not taken. */
struct other_symbol {
	const struct symbol *symbol;
	const char *why;
};

void explain_text(const struct explanation *e, struct buf *b);
/* The members of the object that is open. */
void explain_json(const struct explanation *e, struct json *j);

/* Those of a target that the name could have meant as well; heap array. */
struct other_symbol *explain_others(const struct explanation *e, const struct target *t,
				    size_t *ret_n);
/* Why this function: one clause; NULL: there is nothing to say. Heap. */
char *explain_choice(const struct explanation *e, const struct function *f, size_t n_others);
/* How many processes map the file, and how many one that had its name before. */
size_t explain_mapped_by(const struct explanation *e, const struct target *t);
size_t explain_older(const struct explanation *e, const struct target *t);
/* The executable segment that holds the place. */
const struct elf_segment *explain_segment(const struct function *f);
/* Whether an instruction is known to begin there. */
bool explain_is_proven(const struct function *f);
