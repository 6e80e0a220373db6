/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From text to spec. What a first word means is decided by its shape and by the shape of
 * the word behind it alone: no file is asked, so that the same text always means the same.
 */
#include <ctype.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/name.h"
#include "probe/spec-parse.h"

#define MAX_ARGS 128 /* MAX_TRACE_ARGS */

static bool starts_fetch(const char *s)
{
	if (*s == '+' || *s == '-')
		s += s[1] == 'u' || s[1] == '-' || s[1] == '+' ? 2 : 1;
	else
		return *s && strchr("%$@\\", *s);
	return isdigit((unsigned char)*s);
}

static bool parses_as_fetch(const char *s, bool only_ours)
{
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { 0 };

	if (fetch_arg_parse(s, NULL, (struct span){ 0, 0 }, &arg, NULL) < 0)
		return false;
	return !only_ours || fetch_uses(arg.expr, FETCH_ARG) ||
	       fetch_uses(arg.expr, FETCH_RETVAL);
}

/*
 * Whether a word behind KIND:EVENT can be the place. Fetch arguments hold a ':' too; arg1
 * and retval stay arguments with a type that does not exist. (comm:main is a place:
 * comm(1) is a program.)
 */
static bool can_be_place(const char *s)
{
	size_t name = strcspn(s, "=");
	auto_free char *untyped = NULL;

	if (!strchr(s, ':'))
		return false;
	if (starts_fetch(s) || (s[name] && name_is_ident(s, name) && starts_fetch(s + name + 1)))
		return false;
	untyped = xstrndup(s, strcspn(s, ":"));
	return !parses_as_fetch(s, false) && !parses_as_fetch(untyped, true);
}

static const struct kind_word {
	const char *word;
	enum spec_kind kind;
} kind_words[] = {
	{ "p", SPEC_ENTRY },  { "r", SPEC_RETURN },	{ "pr", SPEC_PAIR },
	{ "u", SPEC_USDT },   { "uprobe", SPEC_ENTRY }, { "uretprobe", SPEC_RETURN },
};

/* The kind a word begins with: KIND or KIND:… */
static const struct kind_word *find_kind(const char *s)
{
	size_t len = strcspn(s, ":");

	for (size_t i = 0; i < ARRAY_SIZE(kind_words); i++)
		if (strlen(kind_words[i].word) == len &&
		    memcmp(kind_words[i].word, s, len) == 0)
			return &kind_words[i];
	return NULL;
}

/*
 * "a b/app:main", a path with a blank that lacks its quotes: from the place that has no colon
 * to the word that has one, if that is no argument. False if it is not that.
 */
static bool hint_blank_in_path(struct spec_parser *p, unsigned from)
{
	const char *text = p->origin->text + from, *end = text;
	bool has_colon = false;

	for (size_t len; *end && !has_colon; end += len) {
		end += strspn(end, " \t");
		len = strcspn(end, " \t");
		auto_free char *word = xstrndup(end, len);

		if (end > text && (strcmp(word, "if") == 0 || parses_as_fetch(word, false)))
			return false;
		has_colon = strchr(word, ':') != NULL;
		if (end == text && has_colon)
			return false;
	}
	if (!has_colon || !memchr(text, '/', end - text) || memchr(text, '"', end - text))
		return false;
	err_hint(p->err, "a path with a blank in it stands in quotes: \"%.*s\"",
		 (int)(end - text), text);
	return true;
}

static int no_location(struct spec_parser *p, const char *place, unsigned from, unsigned to)
{
	err_set(p->err, EINVAL, "'%.200s' is no TARGET:LOCATION", place);
	if (hint_blank_in_path(p, from))
		;
	else if (starts_fetch(place))
		err_hint(p->err, "the place comes before the arguments: bash:readline %.100s",
			 place);
	else
		err_hint(p->err, "a file and what to probe in it, as %.100s:main or "
				 "bash:readline", *place && place[strlen(place) - 1] != ':' ?
							  place : "/bin/bash");
	return spec_blame(p, from, to);
}

/* Takes the place from byte `skip` of the word on. */
static int take_place(struct spec_parser *p, struct word *w, size_t skip)
{
	struct spec *spec = p->spec;
	const char *s = w->s + skip;

	spec->place.at = (struct span){ spec_word_pos(p, w, skip), w->at.to };
	for (size_t i = 0; s[i]; i++) {
		if (s[i] != ':' || !s[i + 1])
			continue;
		spec->colons = xgrow(spec->colons, spec->n_colons, sizeof(*spec->colons));
		spec->colons[spec->n_colons++] = i;
	}
	if (!spec->n_colons)
		return no_location(p, s, spec->place.at.from, spec->place.at.to);
	spec->place.s = xstrdup(s);
	return 0;
}

/* [GROUP/]EVENT, GROUP.EVENT or GROUP/ from byte `skip` of the word on. */
static int take_names(struct spec_parser *p, struct word *w, size_t skip)
{
	const char *s = w->s + skip, *split = strchr(s, '/');
	struct spec *spec = p->spec;
	size_t event = 0;

	if (!split)
		split = strchr(s, '.');
	if (split) {
		event = split + 1 - s;
		spec->group.s = xstrndup(s, split - s);
		spec->group.at = (struct span){ spec_word_pos(p, w, skip),
						spec_word_pos(p, w, skip + event - 1) };
		if (name_check_group(spec->group.s, p->err) < 0)
			return spec_blame(p, spec->group.at.from, spec->group.at.to);
		if (!s[event])
			return 0;
	}
	spec->event.s = xstrdup(s + event);
	spec->event.at = (struct span){ spec_word_pos(p, w, skip + event), w->at.to };
	if (name_check_event(spec->event.s, p->err) < 0)
		return spec_blame(p, spec->event.at.from - (spec->event.s[0] == 0),
			     spec->event.at.to);
	return 0;
}

static int parse_remove(struct spec_parser *p, struct word *w)
{
	auto_word more = { 0 };
	int rc = take_names(p, w, 2);

	if (rc == 0)
		rc = spec_read_word(p, &more);
	if (rc < 0 || !more.s)
		return rc;
	err_set(p->err, EINVAL, "nothing may follow -:[GROUP/]EVENT");
	err_hint(p->err, "it removes the event with all its locations");
	return spec_blame(p, more.at.from, more.at.to);
}

/* KIND:NAME and no place behind it. */
static int two_readings(struct spec_parser *p, const struct word *w, size_t name)
{
	const char *s = w->s + name, *slash = strrchr(s, '/');
	const char *function = slash && slash[1] ? slash + 1 : s;

	err_set(p->err, EINVAL,
		"is '%.100s' an event name that lacks its TARGET:LOCATION, or a function that "
		"lacks its file?", s);
	err_hint(p->err, "%.*s%.100s FILE:FUNCTION or %.*sFILE:%.100s", (int)name, w->s, s,
		 (int)name, w->s, function);
	return spec_blame(p, spec_word_pos(p, w, name), w->at.to);
}

static bool is_event_like(const char *s)
{
	size_t group = strcspn(s, "/.");

	return name_is_ident(s, strlen(s)) ||
	       (s[group] && name_is_group(s, group) &&
		(!s[group + 1] || name_is_ident(s + group + 1, strlen(s + group + 1))));
}

/* KIND:EVENT, with a place to follow. `name` is where EVENT begins in the word. */
static int parse_named(struct spec_parser *p, struct word *w, size_t name)
{
	auto_word place = { 0 };
	const char *s = w->s + name;
	int rc = spec_read_word(p, &place);

	if (rc < 0)
		return rc;
	if (place.s && can_be_place(place.s)) {
		rc = take_names(p, w, name);
		return rc < 0 ? rc : take_place(p, &place, 0);
	}
	if (!*s)
		return take_names(p, w, name);
	if (place.s && strchr(place.s, '/') && !starts_fetch(place.s))
		return no_location(p, place.s, place.at.from, place.at.to);
	if (!is_event_like(s))
		return no_location(p, s, spec_word_pos(p, w, name), w->at.to);
	return two_readings(p, w, name);
}

static int parse_kind_alone(struct spec_parser *p, const struct word *w)
{
	auto_word place = { 0 };
	int rc = spec_read_word(p, &place);

	if (rc < 0)
		return rc;
	if (place.s)
		return take_place(p, &place, 0);
	err_set(p->err, EINVAL, "there is no TARGET:LOCATION behind '%s'", w->s);
	err_hint(p->err, "as in %s bash:readline", w->s);
	return spec_blame(p, w->at.from, w->at.to);
}

static int parse_head(struct spec_parser *p)
{
	auto_word w = { 0 };
	const struct kind_word *kind;
	size_t len;
	int rc = spec_read_word(p, &w);

	if (rc < 0)
		return rc;
	if (!w.s) {
		err_set(p->err, EINVAL, "the spec is empty");
		err_hint(p->err, "is a variable of the shell not set?");
		return spec_blame(p, 0, 0);
	}
	if (w.s[0] == '-' && w.s[1] == ':') {
		p->spec->kind = SPEC_REMOVE;
		p->spec->kind_at = (struct span){ w.at.from, spec_word_pos(p, &w, 1) };
		return parse_remove(p, &w);
	}
	kind = find_kind(w.s);
	if (!kind)
		return take_place(p, &w, 0);
	len = strlen(kind->word);
	p->spec->kind = kind->kind;
	p->spec->kind_at = (struct span){ w.at.from, spec_word_pos(p, &w, len) };
	if (!w.s[len])
		return parse_kind_alone(p, &w);
	if (strchr(w.s + len + 1, ':'))
		return take_place(p, &w, len + 1);
	return parse_named(p, &w, len + 1);
}

static int take_filter(struct spec_parser *p, const struct word *w)
{
	const char *text = p->origin->text, *from = p->next, *to = from + strlen(from);

	while (spec_is_blank(*from))
		from++;
	while (to > from && spec_is_blank(to[-1]))
		to--;
	if (from == to) {
		err_set(p->err, EINVAL, "there is no filter behind 'if'");
		err_hint(p->err, "as in: if arg1 > 4096 && comm == \"nginx\"");
		return spec_blame(p, w->at.from, w->at.to);
	}
	p->spec->filter.s = xstrndup(from, to - from);
	p->spec->filter.at = (struct span){ from - text, to - text };
	p->next = to;
	return 0;
}

/* Whether a C++ or Rust name ends within its brackets: the rest stands behind a blank. */
static bool is_cut(const char *place)
{
	int open = 0;

	for (; *place; place++)
		open += (*place == '(' || *place == '<') - (*place == ')' || *place == '>');
	return open > 0;
}

static int take_arg(struct spec_parser *p, const struct word *w)
{
	struct spec *spec = p->spec;
	struct fetch_arg arg;
	int rc;

	if (spec->n_args == MAX_ARGS) {
		err_set(p->err, E2BIG, "Too many arguments are specified");
		err_hint(p->err, "an event has at most %d", MAX_ARGS);
		return spec_blame(p, w->at.from, w->at.to);
	}
	rc = spec_parse_fetch(p, w, &arg);
	if (rc < 0) {
		if (p->err && is_cut(spec->place.s)) {
			p->err->hint[0] = 0;
			err_hint(p->err, "a place with a blank in its name is put in quotes: "
					 "\"bash:f(int, char)\"");
		} else if (strchr(w->s, ':') && strchr(w->s, '/'))
			err_hint(p->err, "a spec has one place; another place is another "
					 "spec, in quotes of its own");
		return rc;
	}
	spec->args = xgrow(spec->args, spec->n_args, sizeof(*spec->args));
	spec->args[spec->n_args++] = arg;
	for (size_t i = 0; arg.name && i + 1 < spec->n_args; i++)
		if (spec->args[i].name && strcmp(spec->args[i].name, arg.name) == 0) {
			err_set(p->err, EINVAL, "This argument name is already used");
			return spec_blame(p, arg.name_at.from, arg.name_at.to);
		}
	return 0;
}

static int parse_tail(struct spec_parser *p)
{
	for (;;) {
		auto_word w = { 0 };
		int rc = spec_read_word(p, &w);

		if (rc < 0 || !w.s)
			return rc;
		if (!w.quoted && strcmp(w.s, "if") == 0)
			return take_filter(p, &w);
		rc = take_arg(p, &w);
		if (rc < 0)
			return rc;
	}
}

/* PATH:OFFSET%return and PATH:OFFSET%return(REF) make a return probe of a `p`. */
static bool place_is_return(const struct spec *spec)
{
	const char *s = spec->place.s;

	for (s = s ? strstr(s, "%return") : NULL; s; s = strstr(s + 1, "%return"))
		if (!s[strlen("%return")] || s[strlen("%return")] == '(')
			return true;
	return false;
}

/* Values that are not there when the probe is hit. */
static int check_arg_of_kind(struct spec_parser *p, const struct fetch_arg *arg,
			     enum spec_kind kind, bool is_return)
{
	bool at_entry = fetch_arg_uses(arg, FETCH_ARG) || fetch_arg_uses(arg, FETCH_CALLER);

	if (!is_return && kind != SPEC_PAIR && fetch_arg_uses(arg, FETCH_RETVAL)) {
		err_set(p->err, EINVAL, "$retval is not available on probe");
		err_hint(p->err, "r: records at the function's return, pr: at both ends");
		return spec_blame(p, arg->expr->at.from, arg->expr->at.to);
	}
	if (is_return && at_entry) {
		err_set(p->err, EINVAL, "arguments and caller are known at a function's entry "
					"only, not at its return");
		err_hint(p->err, "pr: records both, each where it is known");
		return spec_blame(p, arg->expr->at.from, arg->expr->at.to);
	}
	return 0;
}

static int check_args(struct spec_parser *p)
{
	enum spec_kind kind = spec_effective_kind(p->spec);
	bool is_return;
	int rc = 0;

	is_return = kind == SPEC_RETURN || (kind == SPEC_ENTRY && place_is_return(p->spec));
	for (size_t i = 0; rc == 0 && i < p->spec->n_args; i++)
		rc = check_arg_of_kind(p, &p->spec->args[i], kind, is_return);
	return rc;
}

static int check_one_line(struct spec_parser *p)
{
	const char *text = p->origin->text, *newline = strchr(text, '\n');

	if (!newline || !newline[strspn(newline, " \t\r\v\f\n")])
		return 0;
	err_set(p->err, EINVAL, "a spec is one line");
	err_hint(p->err, "several are several arguments, or lines of a file read with -f");
	return spec_blame(p, newline - text, newline - text);
}

int spec_parse(const struct origin *origin, struct spec *ret, struct err *err)
{
	CLEANUP(spec_done) struct spec spec = { 0 };
	struct spec_parser p = {
		.origin = origin, .next = origin->text, .spec = &spec, .err = err,
	};
	int rc = check_one_line(&p);

	if (rc == 0)
		rc = parse_head(&p);
	if (rc == 0 && spec.kind != SPEC_REMOVE)
		rc = parse_tail(&p);
	if (rc == 0)
		rc = check_args(&p);
	if (rc < 0)
		return rc;
	spec.origin = *origin;
	spec.origin.text = xstrdup(origin->text);
	spec.origin.file = xstrdup_null(origin->file);
	*ret = spec;
	memset(&spec, 0, sizeof(spec));
	return 0;
}
