/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a spec: quotes, blanks, and where a byte of a word stood in the text. */
#include <string.h>

#include "base/xalloc.h"
#include "probe/spec-parse.h"

void spec_word_done(struct word *w)
{
	free(w->s);
	*w = (struct word){ 0 };
}

bool spec_is_blank(char c)
{
	return c && strchr(" \t\r\v\f\n", c);
}

int spec_blame(struct spec_parser *p, unsigned from, unsigned to)
{
	err_at(p->err, p->origin, (struct span){ from, to });
	return p->err ? -p->err->code : -EINVAL;
}

/* Something follows a word's closing quote at `s`. */
static int no_blank(struct spec_parser *p, const char *open, const char *s)
{
	const char *text = p->origin->text;

	err_set(p->err, EINVAL, "a blank is missing behind the closing quote");
	if (s[1] == ':')
		err_hint(p->err, "the quotes go round the whole word: \"%.*s%.*s\"",
			 (int)(s - open - 1), open + 1, (int)strcspn(s + 1, " \t\""), s + 1);
	else
		err_hint(p->err, "a quote inside a quoted word is written \\\"");
	return spec_blame(p, s + 1 - text, s + 2 - text);
}

static int read_quoted(struct spec_parser *p, struct word *ret)
{
	const char *text = p->origin->text, *open = p->next, *s = open + 1;
	auto_buf b = BUF_INIT;

	for (; *s && *s != '"'; s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		buf_addc(&b, *s);
	}
	if (!*s) {
		err_set(p->err, EINVAL, "the quote is not closed");
		return spec_blame(p, open - text, s - text);
	}
	if (s[1] && !spec_is_blank(s[1]))
		return no_blank(p, open, s);
	*ret = (struct word){ .at = { open + 1 - text, s - text }, .quoted = true };
	ret->s = buf_steal(&b);
	p->next = s + 1;
	return 0;
}

int spec_read_word(struct spec_parser *p, struct word *ret)
{
	const char *text = p->origin->text, *s;

	while (spec_is_blank(*p->next))
		p->next++;
	*ret = (struct word){ .at = { p->next - text, p->next - text } };
	if (!*p->next)
		return 0;
	if (*p->next == '"')
		return read_quoted(p, ret);
	for (s = p->next; *s && !spec_is_blank(*s); s++)
		;
	ret->s = xstrndup(p->next, s - p->next);
	ret->at.to = s - text;
	p->next = s;
	return 0;
}

unsigned spec_word_pos(const struct spec_parser *p, const struct word *w, size_t n)
{
	const char *text = p->origin->text;
	unsigned pos = w->at.from;

	for (; n && pos < w->at.to; n--) {
		if (w->quoted && text[pos] == '\\' &&
		    (text[pos + 1] == '"' || text[pos + 1] == '\\'))
			pos++;
		pos++;
	}
	return pos;
}

static void map_span(const struct spec_parser *p, const struct word *w, struct span *at)
{
	at->from = spec_word_pos(p, w, at->from);
	at->to = spec_word_pos(p, w, at->to);
}

static void map_fetch(const struct spec_parser *p, const struct word *w, struct fetch *f)
{
	for (; f; f = f->inner)
		map_span(p, w, &f->at);
}

int spec_parse_fetch(struct spec_parser *p, const struct word *w, struct fetch_arg *ret)
{
	struct span all = { 0, strlen(w->s) };
	int rc = fetch_arg_parse(w->s, p->origin, all, ret, p->err);

	if (rc < 0) {
		if (p->err)
			map_span(p, w, &p->err->at);
		return rc;
	}
	map_span(p, w, &ret->at);
	map_span(p, w, &ret->name_at);
	map_span(p, w, &ret->type.at);
	map_fetch(p, w, ret->expr);
	map_fetch(p, w, ret->type.len);
	return 0;
}
