/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of specs, their canonical text, and lists of them. spec-parse.c makes them. */
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/spec.h"

static const char blanks[] = " \t\r\v\f\n";

void spec_done(struct spec *spec)
{
	free((char *)spec->origin.text);
	free((char *)spec->origin.file);
	free(spec->group.s);
	free(spec->event.s);
	free(spec->place.s);
	free(spec->colons);
	for (size_t i = 0; i < spec->n_args; i++)
		fetch_arg_done(&spec->args[i]);
	free(spec->args);
	free(spec->filter.s);
	*spec = (struct spec){ 0 };
}

static void add_names(const struct spec *spec, struct buf *b)
{
	if (spec->group.s)
		buf_addf(b, "%s/", spec->group.s);
	if (spec->event.s)
		buf_adds(b, spec->event.s);
}

static bool needs_quotes(const char *s)
{
	return *s == '"' || *s == '#' || strpbrk(s, blanks);
}

void spec_format_word(const char *s, struct buf *b)
{
	if (!needs_quotes(s)) {
		buf_adds(b, s);
		return;
	}
	buf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

void spec_format(const struct spec *spec, struct buf *b)
{
	static const char *const kinds[] = {
		[SPEC_PLAIN] = "", [SPEC_ENTRY] = "p", [SPEC_RETURN] = "r",
		[SPEC_PAIR] = "pr", [SPEC_USDT] = "u",	[SPEC_REMOVE] = "-",
	};

	buf_adds(b, kinds[spec->kind]);
	if (spec->group.s || spec->event.s) {
		buf_addc(b, ':');
		add_names(spec, b);
	}
	if (!spec->place.s)
		return;
	if (spec->kind != SPEC_PLAIN)
		buf_addc(b, ' ');
	spec_format_word(spec->place.s, b);
	for (size_t i = 0; i < spec->n_args; i++) {
		buf_addc(b, ' ');
		fetch_arg_format(&spec->args[i], b);
	}
	if (spec->filter.s)
		buf_addf(b, " if %s", spec->filter.s);
}

bool spec_equal(const struct spec *a, const struct spec *b)
{
	if (a->kind != b->kind || a->n_args != b->n_args ||
	    !text_equal(a->group.s, b->group.s) || !text_equal(a->event.s, b->event.s) ||
	    !text_equal(a->place.s, b->place.s) || !text_equal(a->filter.s, b->filter.s))
		return false;
	for (size_t i = 0; i < a->n_args; i++)
		if (!fetch_arg_equal(&a->args[i], &b->args[i]))
			return false;
	return true;
}

static bool uses(const struct spec *spec, enum fetch_op op)
{
	for (size_t i = 0; i < spec->n_args; i++)
		if (fetch_arg_uses(&spec->args[i], op))
			return true;
	return false;
}

enum spec_kind spec_effective_kind(const struct spec *spec)
{
	if (spec->kind != SPEC_PLAIN)
		return spec->kind;
	if (!uses(spec, FETCH_RETVAL))
		return SPEC_ENTRY;
	return uses(spec, FETCH_ARG) ? SPEC_PAIR : SPEC_RETURN;
}

/* Where byte `n` of the place stands. Only a quoted word is longer than what it says. */
static unsigned place_pos(const struct spec *spec, size_t n)
{
	const char *text = spec->origin.text;
	unsigned pos = spec->place.at.from;
	size_t len = strlen(spec->place.s);

	if (n > len)
		n = len;
	if (spec->place.at.to - spec->place.at.from == len)
		return pos + n;
	while (n--) {
		if (text[pos] == '\\' && (text[pos + 1] == '"' || text[pos + 1] == '\\'))
			pos++;
		pos++;
	}
	return pos;
}

struct span spec_place_span(const struct spec *spec, size_t from, size_t to)
{
	return (struct span){ place_pos(spec, from), place_pos(spec, to) };
}

int spec_list_add(struct spec_list *list, const struct origin *origin, struct err *err)
{
	struct spec spec;
	int rc = spec_parse(origin, &spec, err);

	if (rc < 0)
		return rc;
	list->specs = xgrow(list->specs, list->n, sizeof(*list->specs));
	list->specs[list->n++] = spec;
	return 0;
}

static bool is_blank(char c)
{
	return c && strchr(blanks, c);
}

static bool is_if(const char *s)
{
	return s[0] == 'i' && s[1] == 'f' && (!s[2] || is_blank(s[2]));
}

/*
 * Cuts the line before a '#' that begins a word. Quotes protect it: a word's own, and in
 * a filter, where the kernel's strings are, both kinds at any place.
 */
static void cut_comment(char *line)
{
	bool in_filter = false;
	char quote = 0;

	for (char *s = line; *s; s++) {
		bool starts_word = s == line || is_blank(s[-1]);

		if (quote) {
			if (!in_filter && *s == '\\' && (s[1] == '"' || s[1] == '\\'))
				s++;
			else if (*s == quote)
				quote = 0;
		} else if (starts_word && *s == '#') {
			*s = 0;
			return;
		} else if (in_filter ? *s == '"' || *s == '\'' : starts_word && *s == '"') {
			quote = *s;
		} else if (starts_word && is_if(s)) {
			in_filter = true;
		}
	}
}

int spec_list_parse(struct spec_list *list, const char *text, const char *file,
		    struct origin *where, char **lines, struct err *err)
{
	char *line = xstrdup(text), *end;

	*lines = line;
	*where = (struct origin){ .file = file };
	for (; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		cut_comment(line);
		where->text = line;
		where->line++;
		if (line[strspn(line, blanks)]) {
			int rc = spec_list_add(list, where, err);

			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

void spec_list_done(struct spec_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		spec_done(&list->specs[i]);
	free(list->specs);
	*list = (struct spec_list){ 0 };
}
