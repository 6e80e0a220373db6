/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Compiler attributes, scope-owned variables, and the two or three macros C lacks. */

#include <stddef.h>

#define PRINTF_FMT(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define RETURNS_NONNULL __attribute__((returns_nonnull))
#define NORETURN __attribute__((noreturn))

/* A variable that calls fn(&variable) when its scope ends. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Hands out what a scope-owned pointer owns: its value, leaving NULL behind. */
#define STEAL(p)                                                                         \
	({                                                                               \
		__typeof__(p) *steal_from_ = &(p);                                       \
		__typeof__(p) stolen_ = *steal_from_;                                    \
		*steal_from_ = NULL;                                                     \
		stolen_;                                                                 \
	})
