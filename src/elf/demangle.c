/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The demanglers are libiberty's (elf-facts 2.6), called one by one: the common entry takes
 * any name for any language. What they print is bounded, since a name of a hundred bytes
 * can stand for gigabytes.
 */
#include <ctype.h>
#include <setjmp.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "elf/demangle.h"

#ifdef HAVE_LIBIBERTY_DEMANGLE_H
#include <libiberty/demangle.h>
#elif defined(HAVE_DEMANGLE_H)
#include <demangle.h>
#endif

#define MAX_MANGLED (32 << 10)
#define MAX_TEXT (64 << 10)

bool demangle_may_be(const char *name)
{
	/* _Z and __Z (C++, old Rust), _R (Rust), _D (D) */
	if (name[0] != '_')
		return false;
	return name[1] == 'Z' || name[1] == 'R' || name[1] == 'D' ||
	       (name[1] == '_' && name[2] == 'Z');
}

#ifdef HAVE_LIBIBERTY
#define STYLE (DMGL_PARAMS | DMGL_ANSI | DMGL_RET_DROP)

struct sink {
	struct buf text;
	jmp_buf full;
};

/* The only way out of a demangler that has begun to print. */
static void take(const char *s, size_t n, void *opaque)
{
	struct sink *sink = opaque;

	if (sink->text.len + n > MAX_TEXT)
		longjmp(sink->full, 1);
	buf_add(&sink->text, s, n);
}

typedef int demangler(const char *name, int style, demangle_callbackref take, void *opaque);

static bool print_to(struct sink *sink, demangler *fn, const char *name)
{
	if (setjmp(sink->full))
		return false;
	return fn(name, STYLE, take, sink) && sink->text.len;
}

static char *demangle_by(demangler *fn, const char *name)
{
	auto_free struct sink *sink = xcalloc(1, sizeof(*sink));
	char *text = NULL;

	if (print_to(sink, fn, name))
		text = buf_steal(&sink->text);
	buf_done(&sink->text);
	return text;
}

/*
 * D says "as at the place N bytes back", and what is there may say so too: an upper bound
 * of what is printed. dlang_demangle() itself has none.
 */
static bool is_bounded_d(const char *name, size_t len)
{
	auto_free size_t *sum = xcalloc(len + 1, sizeof(*sum)); /* of what name[0, i) prints */

	if (len > 4096)
		return false;
	for (size_t i = 0; i < len; i++) {
		size_t cost = 1, back = 0, at = i + 1;

		if (name[i] == 'Q') {
			while (at < len && isupper((unsigned char)name[at]) && back < len)
				back = back * 26 + (name[at++] - 'A');
			if (at < len && islower((unsigned char)name[at]))
				back = back * 26 + (name[at] - 'a');
			if (back && back <= i)
				cost += sum[i] - sum[i - back];
		}
		sum[i + 1] = sum[i] + cost;
		if (sum[i + 1] > 16 * MAX_TEXT)
			return false;
	}
	return true;
}

static char *demangle_d(const char *name)
{
	char *text = is_bounded_d(name, strlen(name)) ? dlang_demangle(name, STYLE) : NULL;

	if (text && strlen(text) > MAX_TEXT) {
		free(text);
		return NULL;
	}
	return text;
}

char *demangle(const char *name)
{
	char *text;

	if (!demangle_may_be(name) || strnlen(name, MAX_MANGLED) == MAX_MANGLED)
		return NULL;
	if (name[1] == 'D')
		return demangle_d(name);
	/* Old Rust names are C++ names with a hash at their end: Rust's is asked first. */
	text = demangle_by(rust_demangle_callback, name);
	if (!text && name[1] != 'R')
		text = demangle_by(cplus_demangle_v3_callback, name + (name[1] == '_'));
	return text;
}

bool demangle_is_deleting(const char *mangled)
{
	return demangle_may_be(mangled) &&
	       is_gnu_v3_mangled_dtor(mangled) == gnu_v3_deleting_dtor;
}

bool demangle_is_structor(const char *mangled)
{
	return demangle_may_be(mangled) && strnlen(mangled, MAX_MANGLED) < MAX_MANGLED &&
	       (is_gnu_v3_mangled_ctor(mangled) || is_gnu_v3_mangled_dtor(mangled));
}
#else
char *demangle(const char *name)
{
	return NULL;
}

bool demangle_is_deleting(const char *mangled)
{
	return false;
}

bool demangle_is_structor(const char *mangled)
{
	return false;
}
#endif
