/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LOCATION is taken apart from its end: the kernel's suffixes first, then +OFF, then @AT.
 * What remains is a name, which for C++ may hold any of those characters itself.
 */
#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/location.h"

/* What is left to be parsed: [s, s + len) of the text. */
struct rest {
	const char *text;
	size_t len;
};

static int fail(struct err *err, size_t from, size_t to, const char *message)
{
	err_set(err, EINVAL, "%s", message);
	if (err)
		err->at = (struct span){ from, to > from ? to : from + 1 };
	return -EINVAL;
}

static bool ends_with(const struct rest *r, const char *suffix)
{
	size_t len = strlen(suffix);

	return r->len > len && memcmp(r->text + r->len - len, suffix, len) == 0;
}

static const char *last(const struct rest *r, char c)
{
	return memrchr(r->text, c, r->len);
}

/* The text in the last brackets if they end the rest; f(int) and f() have no number. */
static bool take_number_in_brackets(struct rest *r, uint64_t *ret, struct span *at)
{
	const char *open = last(r, '(');
	size_t from;

	if (!open || open == r->text || r->text[r->len - 1] != ')')
		return false;
	from = open - r->text;
	if (!num_parse_u64(open + 1, r->len - 1 - (from + 1), ret))
		return false;
	*at = (struct span){ from + 1, r->len - 1 };
	r->len = from;
	return true;
}

static int take_suffixes(struct rest *r, struct location *loc, struct err *err)
{
	uint64_t ignored;
	struct span at;

	loc->has_ref_ctr = take_number_in_brackets(r, &loc->ref_ctr, &loc->ref_ctr_at);
	if (!ends_with(r, "%return"))
		return 0;
	loc->is_return = true;
	loc->return_at = (struct span){ r->len - strlen("%return"), r->len };
	r->len -= strlen("%return");
	if (!take_number_in_brackets(r, &ignored, &at))
		return 0;
	fail(err, loc->return_at.from, loc->return_at.to,
	     "Reference counter has wrong suffix");
	err_hint(err, "it comes last: %%return(0x%llx)", (unsigned long long)ignored);
	return -EINVAL;
}

/* A raw offset with something behind it: which of the kernel's complaints it is. */
static int bad_offset(const struct rest *r, struct err *err)
{
	size_t digits = 0;

	while (digits < r->len && isalnum((unsigned char)r->text[digits]))
		digits++;
	if (digits < r->len && r->text[digits] == '(') {
		if (r->text[r->len - 1] != ')')
			return fail(err, digits, r->len, "Reference counter brace is not closed");
		return fail(err, digits + 1, r->len - 1, "Invalid reference counter offset");
	}
	if (digits < r->len && r->text[digits] == '%')
		return fail(err, digits, r->len, "Invalid probed address suffix");
	fail(err, 0, r->len, "Invalid uprobe offset");
	return err_hint(err, "a file offset is 0x46420, an address as nm prints it *0x446420");
}

static int parse_offset(const struct rest *r, struct location *loc, struct err *err)
{
	if (!num_parse_u64(r->text, r->len, &loc->num))
		return bad_offset(r, err);
	loc->kind = LOCATION_OFFSET;
	loc->name_at = (struct span){ 0, r->len };
	return 0;
}

/* *0x… and nothing but hex digits: any other '*' makes a pattern. */
static bool is_vaddr(const struct rest *r)
{
	if (r->len < 4 || memcmp(r->text, "*0x", 3) != 0)
		return false;
	for (size_t i = 3; i < r->len; i++)
		if (!isxdigit((unsigned char)r->text[i]))
			return false;
	return true;
}

static int parse_vaddr(const struct rest *r, struct location *loc, struct err *err)
{
	if (!num_parse_u64(r->text + 1, r->len - 1, &loc->num))
		return fail(err, 1, r->len, "the address is longer than 64 bits");
	loc->kind = LOCATION_VADDR;
	loc->name_at = (struct span){ 0, r->len };
	return 0;
}

/* FILE:LINE. In ns::7 there is no line. */
static bool parse_line(const struct rest *r, struct location *loc)
{
	const char *colon = last(r, ':');
	size_t name_len;

	if (!colon || colon == r->text || colon[-1] == ':')
		return false;
	name_len = colon - r->text;
	for (size_t i = name_len + 1; i < r->len; i++)
		if (!isdigit((unsigned char)r->text[i]))
			return false;
	if (!num_parse_u64(colon + 1, r->len - name_len - 1, &loc->num) || !loc->num)
		return false;
	loc->kind = LOCATION_LINE;
	loc->name = xstrndup(r->text, name_len);
	loc->name_at = (struct span){ 0, r->len };
	return true;
}

static int parse_usdt(const struct rest *r, struct location *loc, struct err *err)
{
	const char *colon = memchr(r->text, ':', r->len);
	size_t name = colon ? colon - r->text + 1 : 0;

	if (!colon || colon == r->text || name == r->len) {
		fail(err, 0, r->len, "a USDT probe is PROVIDER:NAME");
		return err_hint(err, "u TARGET:PROVIDER:NAME, as u:bash:bash:jump");
	}
	loc->kind = LOCATION_USDT;
	loc->at = xstrndup(r->text, name - 1);
	loc->name = xstrndup(r->text + name, r->len - name);
	loc->at_at = (struct span){ 0, name - 1 };
	loc->name_at = (struct span){ name, r->len };
	return 0;
}

/* +OFF at the end; what follows the last '+' of operator+ is no number. */
static void take_off(struct rest *r, struct location *loc)
{
	const char *plus = last(r, '+');
	size_t at;

	if (!plus || plus == r->text)
		return;
	at = plus - r->text;
	if (!num_parse_u64(plus + 1, r->len - at - 1, &loc->off))
		return;
	loc->has_off = true;
	loc->off_at = (struct span){ at + 1, r->len };
	r->len = at;
}

static int parse_symbol(struct rest r, struct location *loc, struct err *err)
{
	const char *at;

	take_off(&r, loc);
	at = memchr(r.text, '@', r.len);
	if (at == r.text)
		return fail(err, 0, r.len, "no symbol before the '@'");
	if (at) {
		size_t from = at + 1 - r.text;

		if (from == r.len) {
			fail(err, from - 1, r.len, "nothing behind the '@'");
			return err_hint(err, "NAME@VERSION, NAME@@ for the default version, "
					     "NAME@FILE.c or NAME@plt");
		}
		loc->at = xstrndup(at + 1, r.len - from);
		loc->at_at = (struct span){ from, r.len };
		r.len = from - 1;
	}
	loc->name = xstrndup(r.text, r.len);
	loc->name_at = (struct span){ 0, r.len };
	loc->kind = text_is_glob(loc->name) ? LOCATION_GLOB : LOCATION_SYMBOL;
	/* f(char*)+4, main.(*T).Close+4, main.max[go.shape.int]+4: function_find() can tell. */
	if (loc->kind == LOCATION_GLOB && loc->has_off && !strpbrk(loc->name, "(["))
		return fail(err, loc->off_at.from, loc->off_at.to,
			    "an offset needs one function, not a pattern");
	return 0;
}

static int parse(const char *text, bool usdt, struct location *loc, struct err *err)
{
	struct rest r = { text, strlen(text) };
	int rc;

	if (!r.len)
		return fail(err, 0, 0, "there is no LOCATION");
	if (usdt)
		return parse_usdt(&r, loc, err);
	rc = take_suffixes(&r, loc, err);
	if (rc < 0)
		return rc;
	if (is_vaddr(&r))
		return parse_vaddr(&r, loc, err);
	if (parse_line(&r, loc))
		return 0;
	if (isdigit((unsigned char)*text))
		return parse_offset(&r, loc, err);
	return parse_symbol(r, loc, err);
}

int location_parse(const char *text, bool usdt, struct location *ret, struct err *err)
{
	CLEANUP(location_done) struct location loc = { 0 };
	int rc = parse(text, usdt, &loc, err);

	if (rc < 0)
		return rc;
	*ret = loc;
	memset(&loc, 0, sizeof(loc));
	return 0;
}

static void format_place(const struct location *loc, struct buf *b)
{
	switch (loc->kind) {
	case LOCATION_SYMBOL:
	case LOCATION_GLOB:
		buf_adds(b, loc->name);
		if (loc->at)
			buf_addf(b, "@%s", loc->at);
		if (loc->has_off)
			buf_addf(b, "+0x%llx", (unsigned long long)loc->off);
		break;
	case LOCATION_OFFSET:
		buf_addf(b, "0x%llx", (unsigned long long)loc->num);
		break;
	case LOCATION_VADDR:
		buf_addf(b, "*0x%llx", (unsigned long long)loc->num);
		break;
	case LOCATION_LINE:
		buf_addf(b, "%s:%llu", loc->name, (unsigned long long)loc->num);
		break;
	case LOCATION_USDT:
		buf_addf(b, "%s:%s", loc->at, loc->name);
		break;
	}
}

void location_format(const struct location *loc, struct buf *b)
{
	format_place(loc, b);
	if (loc->is_return)
		buf_adds(b, "%return");
	if (loc->has_ref_ctr)
		buf_addf(b, "(0x%llx)", (unsigned long long)loc->ref_ctr);
}

bool location_equal(const struct location *a, const struct location *b)
{
	return a->kind == b->kind && text_equal(a->name, b->name) && text_equal(a->at, b->at) &&
	       a->num == b->num && a->has_off == b->has_off &&
	       (!a->has_off || a->off == b->off) && a->is_return == b->is_return &&
	       a->has_ref_ctr == b->has_ref_ctr &&
	       (!a->has_ref_ctr || a->ref_ctr == b->ref_ctr);
}

void location_done(struct location *loc)
{
	free(loc->name);
	free(loc->at);
	*loc = (struct location){ 0 };
}
