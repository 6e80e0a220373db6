/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"

char *buf_grow(struct buf *b, size_t extra)
{
	size_t need = b->len + extra + 1, cap = b->cap ? b->cap : 64;

	while (cap < need)
		cap *= 2;
	b->p = xreallocarray(b->p, cap, 1);
	b->cap = cap;
	return b->p + b->len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	char *to = buf_reserve(b, len);

	if (len)
		memcpy(to, data, len);
	b->len += len;
	b->p[b->len] = 0;
}

void buf_add_uint(struct buf *b, uint64_t v)
{
	char digits[20], *end = digits + sizeof(digits), *p = end;

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	buf_add(b, p, (size_t)(end - p));
}

void buf_add_int(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_addc(b, '-');
	buf_add_uint(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void buf_add_hex(struct buf *b, uint64_t v)
{
	char digits[18], *end = digits + sizeof(digits), *p = end;

	do
		*--p = "0123456789abcdef"[v & 15];
	while (v >>= 4);
	*--p = 'x';
	*--p = '0';
	buf_add(b, p, (size_t)(end - p));
}

void buf_add_digits(struct buf *b, uint64_t v, unsigned width)
{
	char *to = buf_reserve(b, width);

	b->len += width;
	to[width] = 0;
	while (width-- > 0) {
		to[width] = (char)('0' + v % 10);
		v /= 10;
	}
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(buf_reserve(b, 64), 65, fmt, ap);
	if (len > 64)
		vsnprintf(buf_reserve(b, len), len + 1, fmt, again);
	va_end(again);
	if (len > 0)
		b->len += len;
	b->p[b->len] = 0;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void buf_pad(struct buf *b, char c, size_t len)
{
	if (len <= b->len)
		return;
	memset(buf_reserve(b, len - b->len), c, len - b->len);
	b->len = len;
	b->p[b->len] = 0;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->p)
		b->p[0] = 0;
}

void buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf)BUF_INIT;
}

const char *buf_str(const struct buf *b)
{
	return b->p ? b->p : "";
}

char *buf_steal(struct buf *b)
{
	char *p = b->p ? b->p : xstrdup("");

	*b = (struct buf)BUF_INIT;
	return p;
}
