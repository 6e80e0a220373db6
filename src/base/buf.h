/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A growable byte buffer, always NUL-terminated behind its `len` bytes once used. Lines of
 * events are made in it, so what they are made of is here without printf(3) and inline.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

struct buf {
	char *p; /* NULL until something is added; then p[len] == 0 */
	size_t len;
	size_t cap;
};

#define BUF_INIT { NULL, 0, 0 }

/* Makes room for `extra` more bytes where there is none; see buf_reserve(). */
char *buf_grow(struct buf *b, size_t extra) RETURNS_NONNULL;
/* Room for `extra` more bytes; returns where they go (then add to b->len yourself). */
static inline char *buf_reserve(struct buf *b, size_t extra)
{
	return b->cap - b->len > extra ? b->p + b->len : buf_grow(b, extra);
}

void buf_add(struct buf *b, const void *data, size_t len);
static inline void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}
static inline void buf_addc(struct buf *b, char c)
{
	char *to = buf_reserve(b, 1);

	to[0] = c;
	to[1] = 0;
	b->len++;
}
void buf_add_uint(struct buf *b, uint64_t v);
void buf_add_int(struct buf *b, int64_t v);
void buf_add_hex(struct buf *b, uint64_t v); /* with 0x */
/* The last `width` decimal digits of `v`, zeros included. */
void buf_add_digits(struct buf *b, uint64_t v, unsigned width);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_FMT(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_FMT(2, 0);
/* Adds c until the buffer is `len` bytes long; does nothing if it already is. */
void buf_pad(struct buf *b, char c, size_t len);
/* Forgets the content, keeps the memory. */
void buf_reset(struct buf *b);
/* Frees the content; the buffer is empty and usable again. */
void buf_done(struct buf *b);
/* The content as a C string ("" when nothing was added), valid until the next change. */
const char *buf_str(const struct buf *b) RETURNS_NONNULL;
/* The content as a heap string of the caller's; the buffer is empty again. Never NULL. */
char *buf_steal(struct buf *b) RETURNS_NONNULL;

#define auto_buf CLEANUP(buf_done) struct buf
