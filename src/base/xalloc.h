/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Allocation that does not fail: out of memory ends the program with a message (we ship
 * no library, so nobody has to unwind it). Everything returned is freed with free().
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/attr.h"

void *xmalloc(size_t size) RETURNS_NONNULL __attribute__((malloc, alloc_size(1)));
void *xcalloc(size_t n, size_t size) RETURNS_NONNULL
	__attribute__((malloc, alloc_size(1, 2)));
void *xreallocarray(void *p, size_t n, size_t size) RETURNS_NONNULL
	__attribute__((alloc_size(2, 3)));
/*
 * The demanglers of libiberty call it, too, and xmalloc(): having all of them here keeps
 * libiberty's own out of the link.
 */
void *xrealloc(void *p, size_t size) RETURNS_NONNULL __attribute__((alloc_size(2)));
char *xstrdup(const char *s) RETURNS_NONNULL __attribute__((malloc));
/* xstrdup(), or NULL for NULL. */
char *xstrdup_null(const char *s) __attribute__((malloc));
char *xstrndup(const char *s, size_t n) RETURNS_NONNULL __attribute__((malloc));
char *xasprintf(const char *fmt, ...) PRINTF_FMT(1, 2) RETURNS_NONNULL;
char *xvasprintf(const char *fmt, va_list ap) PRINTF_FMT(1, 0) RETURNS_NONNULL;

/*
 * Makes room for one more element in an array grown by doubling. `p` may be NULL when
 * `n` is 0; capacity is derived from n, so keep appending by one. Returns the array.
 */
void *xgrow(void *p, size_t n, size_t size) RETURNS_NONNULL;

/* For CLEANUP(): frees *p. */
static inline void auto_free_fn(void *p)
{
	free(*(void **)p);
}
#define auto_free CLEANUP(auto_free_fn)
