/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Names of C++, Rust and D as people write them: "ns::f(int)" for _ZN2ns1fEi. Return types
 * and Rust's hashes are left out. Without libiberty every name stays as it is.
 */

#include <stdbool.h>
#include <stddef.h>

/* Heap; NULL if the name is no mangled one, or none that can be read. */
char *demangle(const char *name);
/* demangle(), or a copy of the name: what is shown. Heap. */
char *demangle_shown(const char *name);
/* Whether a name looks like a mangled one; quick. */
bool demangle_may_be(const char *name);
/*
 * The last component of a demangled name without arguments: "f", "~Foo", "operator+".
 * Heap.
 */
char *demangle_last(const char *demangled);

/* A name that somebody typed, prepared to be compared with many. */
struct typed_name {
	char *text;   /* without blanks that mean nothing */
	bool is_glob; /* * ? [ are a pattern's */
	bool has_args;
	char *bare;   /* the same without arguments, and without the last template arguments */
	size_t n;     /* how many components it has */
	char *needle; /* what a mangled name of it must contain; NULL: not known */
};
void typed_name_init(struct typed_name *t, const char *text, bool is_glob);
void typed_name_done(struct typed_name *t);

enum typed_match {
	TYPED_NO,
	TYPED_CLONE,  /* a part of the function that the compiler split off or made over */
	TYPED_SUFFIX, /* matches behind some "::" */
	TYPED_WHOLE,
};
/*
 * How a linker's name matches. Without arguments all overloads match, without template
 * arguments in the last component all instantiations. `use_needle`: quick, but blind to
 * names abbreviated in an unusual way.
 */
enum typed_match typed_name_match(const struct typed_name *t, const char *mangled,
				  bool use_needle);

/*
 * As much of a linker's name as was typed: its last components, without arguments. Heap;
 * NULL: it is no mangled name.
 */
char *typed_name_tail(const struct typed_name *t, const char *mangled);

/* A destructor that also frees; it runs in addition to another of the same name. */
bool demangle_is_deleting(const char *mangled);
/* A constructor or destructor, of which the compiler makes several of one name. */
bool demangle_is_structor(const char *mangled);
