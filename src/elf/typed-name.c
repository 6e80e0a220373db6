/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Demangled names against what people type: blanks, arguments, leading namespaces and
 * template arguments may be left out (elf-facts 2.6).
 */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "elf/demangle.h"

#define MAX_PARTS 256

struct parts { /* of a name; places in it */
	size_t len;
	size_t args;  /* where the argument list begins; len: there is none */
	size_t end;   /* behind its ')', before "const" */
	size_t bare;  /* end of the name without its last template arguments */
	size_t start[MAX_PARTS]; /* of each component */
	size_t n;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (c & 0x80);
}

/* "operator< <int>" must not become operator<<. */
static bool blank_matters(char before, char after)
{
	return (is_word(before) && is_word(after)) || (before == '<' && after == '<');
}

static char *squeeze(const char *text)
{
	auto_buf b = BUF_INIT;

	for (const char *p = text; *p;) {
		size_t blanks = strspn(p, " \t");

		if (blanks && b.len && p[blanks] && blank_matters(b.p[b.len - 1], p[blanks]))
			buf_addc(&b, ' ');
		p += blanks;
		if (text_starts(p, "[abi:") && strchr(p, ']')) /* a detail of std::string */
			p = strchr(p, ']') + 1;
		else if (*p)
			buf_addc(&b, *p++);
	}
	return buf_steal(&b);
}

/* The length of an operator's sign at s, longest first: none other may be cut in two. */
static size_t operator_sign(const char *s)
{
	static const char *const signs[] = {
		"<<=", ">>=", "<=>", "->*", "()", "[]", "->", "++", "--", "<<", ">>", "<=",
		">=",  "==",  "!=",  "&&",  "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=",
		"|=",  "+",   "-",   "*",   "/",  "%",  "^",  "&",  "|",  "~",  "!",  "=",
		"<",   ">",   ",",
	};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		if (strncmp(s, signs[i], strlen(signs[i])) == 0)
			return strlen(signs[i]);
	}
	return 0;
}

/* The length of a bracketed group at s, up to the end if it is never closed. */
static size_t group_length(const char *s)
{
	size_t depth = 0, i = 0;

	do {
		if (text_starts(s + i, "->"))
			i++;
		else if (strchr("(<{[", s[i]))
			depth++;
		else if (strchr(")>}]", s[i]))
			depth--;
		i++;
	} while (s[i] && depth);
	return i;
}

static bool is_qualifier(const char *s)
{
	static const char *const words[] = { "", "const", "volatile", "const volatile", "&",
					     "&&", "const&", "const&&", "noexcept" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(s, words[i]) == 0)
			return true;
	}
	return false;
}

static void add_component(struct parts *p, size_t at)
{
	if (p->n < MAX_PARTS)
		p->start[p->n++] = at;
	p->bare = 0;
}

/* One step of the walk at byte i of s: returns how far. */
static size_t step(const char *s, size_t i, bool dots, struct parts *p)
{
	bool begins = i == p->start[p->n - 1];
	size_t len;

	if (s[i] == ':' && s[i + 1] == ':') {
		add_component(p, i + 2);
		return 2;
	}
	if (dots && s[i] == '.') {
		add_component(p, i + 1);
		return 1;
	}
	if (begins && text_starts(s + i, "operator") && !is_word(s[i + 8]))
		return 8 + operator_sign(s + i + 8);
	if (s[i] == '<' && !begins && !p->bare)
		p->bare = s[i - 1] == ' ' ? i - 1 : i; /* operator< <int> */
	if (s[i] == '<' && begins && p->n > 1) /* Rust: f::<u32> */
		p->bare = i - 2;
	if (!strchr("(<{", s[i]))
		return 1;
	len = group_length(s + i);
	if (s[i] == '(' && !text_starts(s + i, "(anonymous namespace)") &&
	    !(i && s[i - 1] == '!') && is_qualifier(s + i + len)) {
		p->args = i;
		p->end = i + len;
	}
	return len;
}

static void take_apart(const char *s, bool dots, struct parts *p)
{
	*p = (struct parts){ .len = strlen(s), .n = 1 };
	p->args = p->end = p->len;
	for (size_t i = 0; i < p->len && p->args == p->len;)
		i += step(s, i, dots, p);
	if (!p->bare)
		p->bare = p->args;
	/* In Rust's f::<u32> the last component is f. */
	if (p->n > 1 && p->bare < p->start[p->n - 1])
		p->n--;
}

char *demangle_shown(const char *name)
{
	char *text = demangle(name);

	return text ? text : xstrdup(name);
}

char *demangle_last(const char *demangled)
{
	auto_free char *s = squeeze(demangled);
	struct parts p;

	take_apart(s, !strstr(s, "::"), &p);
	return xstrndup(s + p.start[p.n - 1], p.bare - p.start[p.n - 1]);
}

/* What every mangled form of the name holds: its last word, behind its length. */
static char *needle_of(const struct typed_name *t, const struct parts *p)
{
	const char *word = t->text + p->start[p->n - 1];
	size_t len = p->bare - p->start[p->n - 1];

	if (len && *word == '~') {
		word++;
		len--;
	}
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)word[i]) && word[i] != '_')
			return NULL;
	}
	if (!len || t->is_glob || text_starts(word, "operator"))
		return NULL;
	/* Rust puts a '_' between the length and such a beginning. */
	if (*word == '_' || isdigit((unsigned char)*word))
		return xstrndup(word, len);
	return xasprintf("%zu%.*s", len, (int)len, word);
}

void typed_name_init(struct typed_name *t, const char *text, bool is_glob)
{
	struct parts p;

	*t = (struct typed_name){ .text = squeeze(text), .is_glob = is_glob };
	take_apart(t->text, !strstr(t->text, "::"), &p);
	t->has_args = p.args < p.len;
	t->bare = xstrndup(t->text, p.bare);
	t->n = p.n;
	t->needle = needle_of(t, &p);
}

void typed_name_done(struct typed_name *t)
{
	free(t->text);
	free(t->bare);
	free(t->needle);
	*t = (struct typed_name){ 0 };
}

static bool same(const struct typed_name *t, const char *s, size_t from, size_t to)
{
	auto_free char *copy = NULL;

	if (to < from)
		return false;
	if (!t->is_glob)
		return strlen(t->text) == to - from && memcmp(t->text, s + from, to - from) == 0;
	copy = xstrndup(s + from, to - from);
	return text_glob_match(t->text, copy);
}

static bool matches_from(const struct typed_name *t, const char *s, const struct parts *p,
			 size_t from)
{
	if (same(t, s, from, p->len) || same(t, s, from, p->end))
		return true;
	return !t->has_args && (same(t, s, from, p->args) || same(t, s, from, p->bare));
}

/* "vtable for ns::A", "non-virtual thunk to ns::A::f()": not by the end of the name. */
static bool is_special(const char *mangled)
{
	mangled += strspn(mangled, "_");
	return mangled[0] == 'Z' && (mangled[1] == 'T' || mangled[1] == 'G');
}

static enum typed_match match_text(const struct typed_name *t, char *s, const char *mangled)
{
	char *clone = strstr(s, "[clone");
	struct parts p;

	if (clone)
		*clone = 0;
	take_apart(s, mangled[1] == 'D', &p);
	if (matches_from(t, s, &p, 0))
		return clone ? TYPED_CLONE : TYPED_WHOLE;
	/* A pattern says itself what may stand before it. */
	for (size_t i = 1; i < p.n && !t->is_glob && !is_special(mangled); i++) {
		if (matches_from(t, s, &p, p.start[i]))
			return clone ? TYPED_CLONE : TYPED_SUFFIX;
	}
	return TYPED_NO;
}

enum typed_match typed_name_match(const struct typed_name *t, const char *mangled,
				  bool use_needle)
{
	auto_free char *text = NULL, *s = NULL;

	if (!demangle_may_be(mangled))
		return TYPED_NO;
	/* D may say "the name that stood N bytes ago". */
	if (use_needle && t->needle && mangled[1] != 'D' && !strstr(mangled, t->needle))
		return TYPED_NO;
	text = demangle(mangled);
	if (!text)
		return TYPED_NO;
	s = squeeze(text);
	return match_text(t, s, mangled);
}

char *typed_name_tail(const struct typed_name *t, const char *mangled)
{
	auto_free char *text = demangle(mangled), *s = NULL;
	struct parts p;
	size_t from;

	if (!text)
		return NULL;
	s = squeeze(text);
	take_apart(s, mangled[1] == 'D', &p);
	from = p.n > t->n ? p.start[p.n - t->n] : 0;
	return p.bare > from ? xstrndup(s + from, p.bare - from) : NULL;
}
