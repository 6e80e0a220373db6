/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Fetch arguments: what an event records. The model of everything the kernel's uprobe
 * grammar knows (kernel-facts 1.3) and of what we add to it (design.md), which resolve/
 * lowers to the kernel's forms before anything is written.
 *
 * Parsing and formatting are inverse: fetch_parse(fetch_format(x)) equals x.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum fetch_op {
	/* The kernel's. */
	FETCH_REG,       /* %NAME        name */
	FETCH_STACK,     /* $stack       the stack pointer */
	FETCH_STACK_N,   /* $stackN      num: the N-th word of the stack */
	FETCH_RETVAL,    /* $retval */
	FETCH_COMM,      /* $comm */
	FETCH_ADDR,      /* @ADDR        num: absolute user address */
	FETCH_FILE_OFFS, /* @+OFFS       num, signed; see kernel-facts 3 */
	FETCH_DEREF,     /* +|-[u]OFFS(inner)   num signed, is_user, inner */
	FETCH_IMM,       /* \NUM         num */
	FETCH_IMM_STR,   /* \"TEXT"      name: TEXT */
	/* Ours: lowered by resolve/. */
	FETCH_ARG,    /* argN         num: the N-th integer or pointer slot, from 1 */
	FETCH_SYMBOL, /* @NAME[+-OFF] name, num: a global's memory */
	FETCH_CALLER, /* caller       the return address at a function's entry */
	FETCH_REGS,   /* regs         every register */
	FETCH_MEMBER, /* inner->OFFS  num signed, inner: the word at inner + OFFS */
};

struct fetch {
	enum fetch_op op;
	char *name;          /* see above; owned, else NULL */
	int64_t num;         /* see above, else 0 */
	char *num_text;      /* the number as written (0x10, -020); NULL: decimal */
	bool is_user;        /* +uOFFS() */
	struct fetch *inner; /* owned, else NULL */
	struct span at;      /* in the user's text */
};

enum fetch_type_base {
	TYPE_NONE,     /* not given: the kernel's x64 or x32 */
	TYPE_UINT,     /* u8..u64   bits */
	TYPE_SINT,     /* s8..s64   bits */
	TYPE_HEX,      /* x8..x64   bits; hex: bits 0, as wide as the target's word */
	TYPE_CHAR,     /* char */
	TYPE_BITFIELD, /* bW@O/S    width, shift, bits = S */
	TYPE_STRING,   /* string */
	TYPE_USTRING,  /* ustring */
	TYPE_SYMBOL,   /* symbol, symstr: the kernel's, useless for uprobes; refused */
	TYPE_SYMSTR,
	/* Ours, lowered by resolve/ and shown by report/ (issue "Say what you want to see"). */
	TYPE_POINTEE, /* TYPE*     bits/sign in `of` */
	TYPE_STR_LEN, /* str(LEN[,MAX])  a counted string; len_text, max */
	TYPE_BYTES,   /* bytes(LEN[,MAX]) */
	TYPE_STD,     /* std       a libstdc++ std::string */
	TYPE_BOOL, TYPE_PTR, TYPE_OCT, TYPE_FD, TYPE_ERRNO, TYPE_SIGNAL, TYPE_SYM,
};

struct fetch_type {
	enum fetch_type_base base;
	enum fetch_type_base of; /* TYPE_POINTEE: TYPE_UINT, TYPE_SINT or TYPE_HEX */
	unsigned bits;
	unsigned width, shift; /* TYPE_BITFIELD */
	unsigned array;        /* [N]; 0: not an array */
	char *len_text;        /* TYPE_STR_LEN, TYPE_BYTES: what stands in the brackets; owned */
	struct fetch *len;     /* the same, parsed; FETCH_IMM for a number; owned */
	unsigned max;          /* bytes to record at most; 0: not given */
	struct span at;
};

/* One argument: [NAME=]EXPR[:TYPE]. */
struct fetch_arg {
	char *name; /* NULL: not given; owned */
	struct span name_at;
	struct fetch *expr; /* owned */
	struct fetch_type type;
	struct span at; /* the whole word */
};

/*
 * Parses one word. `word_at` is where the word begins in origin->text: spans are made by
 * adding the position in the word to word_at.from (quoted words with escapes: the caller
 * maps them, see spec.c). On failure *ret is untouched and err points at the culprit.
 * Errors use the kernel's own texts where it has one.
 */
int fetch_arg_parse(const char *word, const struct origin *origin, struct span word_at,
		    struct fetch_arg *ret, struct err *err);
/* The canonical text of a whole argument, of its expression, of its type ("" for none). */
void fetch_arg_format(const struct fetch_arg *arg, struct buf *b);
void fetch_format(const struct fetch *f, struct buf *b);
void fetch_type_format(const struct fetch_type *t, struct buf *b);
/* Equality of meaning; places in the text are not compared. */
bool fetch_arg_equal(const struct fetch_arg *a, const struct fetch_arg *b);
bool fetch_equal(const struct fetch *a, const struct fetch *b);

#define FETCH_MAX_BYTES 512 /* of memory recorded for str(LEN) and bytes(LEN) */

/* Whether `op` occurs in the expression; in the argument, its type's length included. */
bool fetch_uses(const struct fetch *f, enum fetch_op op);
bool fetch_arg_uses(const struct fetch_arg *arg, enum fetch_op op);
/* A deep copy. */
struct fetch *fetch_copy(const struct fetch *f);
void fetch_free(struct fetch *f);
static inline void fetch_free_fn(struct fetch **f)
{
	fetch_free(*f);
}
#define auto_fetch CLEANUP(fetch_free_fn) struct fetch *
/* Frees what the argument owns, not the struct itself. */
void fetch_arg_done(struct fetch_arg *arg);
