/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

/* C1 controls, line separators and bidi overrides: valid UTF-8 that moves the cursor. */
static bool is_unprintable(uint32_t c)
{
	return (c >= 0x80 && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff;
}

/* Unicode's East Asian Wide, and combining marks: the blocks in use, not every one. */
static const struct {
	uint32_t from, to;
	unsigned columns;
} widths[] = {
	{ 0x0300, 0x036f, 0 },   { 0x1100, 0x115f, 2 },   { 0x20d0, 0x20ff, 0 },
	{ 0x2e80, 0x303e, 2 },   { 0x3041, 0xa4cf, 2 },   { 0xac00, 0xd7a3, 2 },
	{ 0xf900, 0xfaff, 2 },   { 0xfe00, 0xfe0f, 0 },   { 0xfe30, 0xfe6f, 2 },
	{ 0xff00, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },   { 0x1f300, 0x1f64f, 2 },
	{ 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
};

static unsigned columns_of(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
		if (c >= widths[i].from && c <= widths[i].to)
			return widths[i].columns;
	return 1;
}

/* Of bytes below 0x80 each takes a column (what cannot be printed was escaped). */
static size_t ascii_len(const char *s, size_t len)
{
	size_t n = 0;
	uint64_t eight;

	while (len - n >= sizeof(eight)) {
		memcpy(&eight, s + n, sizeof(eight));
		if (eight & UINT64_C(0x8080808080808080))
			break;
		n += sizeof(eight);
	}
	while (n < len && (unsigned char)s[n] < 0x80)
		n++;
	return n;
}

static uint32_t code_point(const char *s, size_t n)
{
	uint32_t c = (unsigned char)*s & (0x7f >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	return c;
}

size_t text_columns(const char *s, size_t len)
{
	size_t columns = 0;

	for (size_t n; len > 0; s += n, len -= n) {
		n = ascii_len(s, len);
		columns += n;
		if (n > 0)
			continue;
		n = text_utf8(s, len);
		columns += n ? columns_of(code_point(s, n)) : 1;
		n = n ? n : 1;
	}
	return columns;
}

size_t text_utf8(const char *s, size_t len)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	uint32_t c;
	size_t n;

	if (!len)
		return 0;
	if (u[0] < 0x80)
		return u[0] >= 0x20 && u[0] != 0x7f;
	if (u[0] >= 0xf0)
		n = 4;
	else if (u[0] >= 0xe0)
		n = 3;
	else
		n = 2;
	if (u[0] < 0xc2 || u[0] > 0xf4 || n > len)
		return 0;
	c = u[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	return c < smallest[n] || is_unprintable(c) ? 0 : n;
}

static void escape_byte(struct buf *b, unsigned char c)
{
	static const char named[] = "\a\b\t\n\v\f\r";
	const char *p = c ? strchr(named, c) : NULL;

	if (p)
		buf_addf(b, "\\%c", "abtnvfr"[p - named]);
	else
		buf_addf(b, "\\x%02x", c);
}

/* What goes out as it is, byte by byte. */
static size_t plain_len(const char *s, size_t len, bool quote)
{
	size_t n = 0;

	while (n < len && s[n] >= ' ' && s[n] < 0x7f &&
	       !(quote && (s[n] == '"' || s[n] == '\\')))
		n++;
	return n;
}

void text_escape(struct buf *b, const char *s, size_t len, bool quote)
{
	for (size_t i = 0, n; i < len; i += n) {
		n = plain_len(s + i, len - i, quote);
		if (n > 0) {
			buf_add(b, s + i, n);
			continue;
		}
		n = text_utf8(s + i, len - i);
		if (n == 0) {
			escape_byte(b, s[i]);
			n = 1;
			continue;
		}
		if (n == 1) /* a quote or a backslash */
			buf_addc(b, '\\');
		buf_add(b, s + i, n);
	}
}

void text_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	auto_buf raw = BUF_INIT;

	buf_vaddf(&raw, fmt, ap);
	text_escape(b, buf_str(&raw), raw.len, false);
}

void text_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vaddf(b, fmt, ap);
	va_end(ap);
}

char *text_shell_word(const char *s)
{
	auto_buf b = BUF_INIT;

	if (*s && !strpbrk(s, " \t\n\"'\\$`*?[]{}()<>|&;#~!="))
		return xstrdup(s);
	buf_addc(&b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_adds(&b, "'\\'");
		buf_addc(&b, *s);
	}
	buf_addc(&b, '\'');
	return buf_steal(&b);
}

bool text_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len >= n && strcmp(s + len - n, suffix) == 0;
}

const char *text_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool text_is_glob(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

bool text_glob_match(const char *glob, const char *s)
{
	return fnmatch(glob, s, 0) == 0;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

unsigned text_distance(const char *a, const char *b, unsigned limit)
{
	enum { MAX = 64 };
	unsigned row[3][MAX + 1], *before = row[0], *above = row[1], *here = row[2], *spare;
	size_t la = strlen(a), lb = strlen(b);

	if (la > MAX || lb > MAX || (la > lb ? la - lb : lb - la) > limit)
		return limit + 1;
	for (size_t j = 0; j <= lb; j++)
		above[j] = j;
	for (size_t i = 1; i <= la; i++) {
		unsigned best = here[0] = i;

		for (size_t j = 1; j <= lb; j++) {
			here[j] = min3(above[j] + 1, here[j - 1] + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < here[j])
				here[j] = before[j - 2] + 1;
			if (here[j] < best)
				best = here[j];
		}
		if (best > limit)
			return limit + 1;
		spare = before;
		before = above;
		above = here;
		here = spare;
	}
	return above[lb] > limit ? limit + 1 : above[lb];
}

/* What people get wrong: a letter or two, or only a part of a longer name. */
static unsigned unlikeness(const char *word, const char *name, unsigned limit)
{
	size_t len = strlen(word);
	unsigned d = text_distance(word, name, limit);

	if (d > limit && len >= 3 && strstr(name, word))
		return limit; /* worse than any near miss, better than nothing */
	return d;
}

void text_nearest_offer(struct text_nearest *t, const char *name)
{
	text_nearest_offer_as(t, name, name);
}

void text_nearest_offer_as(struct text_nearest *t, const char *text, const char *name)
{
	size_t len = strlen(t->word);
	unsigned limit = len <= 3 ? 1 : len <= 8 ? 2 : 3;
	unsigned d = unlikeness(t->word, text, limit);
	unsigned i;

	if (d > limit)
		return;
	for (i = 0; i < t->n; i++)
		if (strcmp(t->found[i], name) == 0)
			return;
	for (i = t->n; i > 0 && t->distance[i - 1] > d; i--)
		if (i < t->max) {
			t->found[i] = t->found[i - 1];
			t->distance[i] = t->distance[i - 1];
		}
	if (i >= t->max)
		return;
	t->found[i] = name;
	t->distance[i] = d;
	if (t->n < t->max)
		t->n++;
}
