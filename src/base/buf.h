/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A growable byte buffer, always NUL-terminated behind its `len` bytes once used. */

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

struct buf {
	char *p; /* NULL until something is added; then p[len] == 0 */
	size_t len;
	size_t cap;
};

#define BUF_INIT { NULL, 0, 0 }

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_FMT(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_FMT(2, 0);
/* Adds c until the buffer is `len` bytes long; does nothing if it already is. */
void buf_pad(struct buf *b, char c, size_t len);
/* Room for `extra` more bytes; returns where they go (then add to b->len yourself). */
char *buf_reserve(struct buf *b, size_t extra) RETURNS_NONNULL;
/* Forgets the content, keeps the memory. */
void buf_reset(struct buf *b);
/* Frees the content; the buffer is empty and usable again. */
void buf_done(struct buf *b);
/* The content as a C string ("" when nothing was added), valid until the next change. */
const char *buf_str(const struct buf *b) RETURNS_NONNULL;
/* The content as a heap string of the caller's; the buffer is empty again. Never NULL. */
char *buf_steal(struct buf *b) RETURNS_NONNULL;

#define auto_buf CLEANUP(buf_done) struct buf
