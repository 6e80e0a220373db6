/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of uprobe_events. What the kernel lists is what trace_uprobe_show() printed:
 * path and arguments as somebody wrote them, so nothing but its own punctuation is
 * relied on. The kernel splits words at blanks and knows no quoting, hence no name, path
 * or argument in the list holds one.
 */
#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/definition.h"
#include "probe/filter.h"
#include "probe/name.h"
#include "probe/show.h"

#define MAX_ARGS 128      /* MAX_TRACE_ARGS */
#define MAX_EXPR 63       /* MAX_ARGSTR_LEN: what stands behind '=', type included */
#define MAX_LINE 4095     /* WRITE_BUFSIZE - 1, with the \n (R4) */

static void arg_done(struct def_arg *arg)
{
	free(arg->name);
	free(arg->expr);
	free(arg->type);
}

void definition_done(struct definition *d)
{
	for (size_t i = 0; i < d->n_args; i++)
		arg_done(&d->args[i]);
	free(d->args);
	free(d->group);
	free(d->event);
	free(d->path);
	show_free(d->show);
	filter_free(d->filter);
	*d = (struct definition){ 0 };
}

void definition_add_arg(struct definition *d, const struct def_arg *arg)
{
	struct def_arg copy = *arg;

	copy.name = xstrdup(arg->name);
	copy.expr = xstrdup(arg->expr);
	copy.type = xstrdup_null(arg->type);
	d->args = xgrow(d->args, d->n_args, sizeof(*d->args));
	d->args[d->n_args++] = copy;
}

void definition_add_hidden(struct definition *d, const char *name, const char *expr,
			   const char *type)
{
	const struct source from = { d->path_from.at, true };

	d->args = xgrow(d->args, d->n_args, sizeof(*d->args));
	d->args[d->n_args++] = (struct def_arg){
		.name = xstrdup(name),
		.expr = xstrdup(expr),
		.type = xstrdup_null(type),
		.name_from = from,
		.expr_from = from,
		.type_from = from,
	};
}

void definition_add_id(struct definition *d, size_t id)
{
	auto_free char *expr = xasprintf("\\%zu", id);

	definition_add_hidden(d, NAME_ID, expr, "u32");
}

const struct def_arg *definition_find_arg(const struct definition *d, const char *name)
{
	for (size_t i = 0; i < d->n_args; i++)
		if (strcmp(d->args[i].name, name) == 0)
			return &d->args[i];
	return NULL;
}

/* GROUP/EVENT: a group cannot hold '/', an automatic event name can hold anything else. */
static int parse_names(const char **line, struct definition *d, struct err *err)
{
	const char *group = *line + 2;
	size_t group_len = strcspn(group, "/ ");
	const char *event = group + group_len + 1;
	size_t event_len;

	if (!group_len || group[group_len] != '/')
		return err_set(err, EINVAL, "no GROUP/ in '%.200s'", *line);
	event_len = strcspn(event, " ");
	if (!event_len || event[event_len] != ' ')
		return err_set(err, EINVAL, "no EVENT in '%.200s'", *line);
	d->group = xstrndup(group, group_len);
	d->event = xstrndup(event, event_len);
	*line = event + event_len + 1;
	return 0;
}

/* 0xOFFSET or 0xOFFSET(0xREF), to the end of the word. */
static bool parse_offset(const char *s, size_t len, struct definition *d)
{
	const char *open = memchr(s, '(', len);

	if (!open)
		return num_parse_u64(s, len, &d->offset);
	d->has_ref_ctr = true;
	return s[len - 1] == ')' && num_parse_u64(s, open - s, &d->offset) &&
	       num_parse_u64(open + 1, len - (open + 1 - s) - 1, &d->ref_ctr);
}

static int parse_place(const char **line, struct definition *d, struct err *err)
{
	size_t len = strcspn(*line, " ");
	/* A path may hold ':' and '(' as well; an offset holds no ':'. */
	const char *colon = memrchr(*line, ':', len);

	if (!colon || colon == *line || !parse_offset(colon + 1, *line + len - colon - 1, d))
		return err_set(err, EINVAL, "no PATH:OFFSET in '%.200s'", *line);
	d->path = xstrndup(*line, colon - *line);
	*line += len;
	return 0;
}

/* NAME=EXPR[:TYPE]; the kernel takes the first '=' and the first ':' behind it. */
static int parse_arg(const char **line, struct definition *d, struct err *err)
{
	size_t len = strcspn(*line, " ");
	const char *equals = memchr(*line, '=', len);
	const char *end = *line + len, *colon;
	struct def_arg *arg;

	if (!equals || equals == *line || equals + 1 == end)
		return err_set(err, EINVAL, "no NAME=ARGUMENT in '%.200s'", *line);
	colon = memchr(equals, ':', end - equals);
	d->args = xgrow(d->args, d->n_args, sizeof(*d->args));
	arg = &d->args[d->n_args++];
	*arg = (struct def_arg){ .name = xstrndup(*line, equals - *line) };
	arg->expr = xstrndup(equals + 1, (colon ? colon : end) - (equals + 1));
	arg->type = colon ? xstrndup(colon + 1, end - (colon + 1)) : NULL;
	*line = end;
	return 0;
}

int definition_parse(const char *line, struct definition *ret, struct err *err)
{
	CLEANUP(definition_done) struct definition d = { .kind = line[0] };
	int rc;

	if ((d.kind != 'p' && d.kind != 'r') || line[1] != ':')
		return err_set(err, EINVAL, "not a uprobe: '%.200s'", line);
	rc = parse_names(&line, &d, err);
	if (rc == 0)
		rc = parse_place(&line, &d, err);
	while (rc == 0 && *line == ' ') {
		line++;
		rc = parse_arg(&line, &d, err);
	}
	if (rc < 0)
		return rc;
	*ret = d;
	memset(&d, 0, sizeof(d));
	return 0;
}

/*
 * Writes the tokens one behind the other and notes the one that holds byte `pos`. What
 * stands between two tokens counts as the second's.
 */
struct writer {
	struct buf *b;
	size_t pos;
	bool found;
	size_t start, end; /* of the token found, or of the last one */
	struct source from;
	const char *token;
};

static void put(struct writer *w, const char *token, const struct source *from,
		const char *before, const char *s)
{
	buf_adds(w->b, before);
	if (!w->found) {
		w->start = w->b->len;
		w->end = w->start + strlen(s);
		w->from = *from;
		w->token = token;
		w->found = w->pos < w->end;
	}
	buf_adds(w->b, s);
}

static void put_hex(struct writer *w, const char *token, const struct source *from,
		    const char *before, int digits, uint64_t value)
{
	auto_free char *s = xasprintf("0x%0*llx", digits, (unsigned long long)value);

	put(w, token, from, before, s);
}

static void write_line(const struct definition *d, struct writer *w)
{
	const char kind[] = { d->kind, ':', 0 };

	put(w, "definition", &d->event_from, "", kind);
	put(w, "group name", &d->group_from, "", d->group);
	put(w, "event name", &d->event_from, "/", d->event);
	put(w, "path", &d->path_from, " ", d->path);
	put_hex(w, "offset", &d->offset_from, ":", 16, d->offset);
	if (d->has_ref_ctr) {
		put_hex(w, "reference counter", &d->ref_ctr_from, "(", 1, d->ref_ctr);
		buf_addc(w->b, ')');
	}
	for (size_t i = 0; i < d->n_args; i++) {
		const struct def_arg *arg = &d->args[i];

		put(w, "argument name", &arg->name_from, " ", arg->name);
		put(w, "argument", &arg->expr_from, "=", arg->expr);
		if (arg->type)
			put(w, "argument type", &arg->type_from, ":", arg->type);
	}
}

void definition_format(const struct definition *d, struct buf *b)
{
	struct writer w = { .b = b, .found = true };

	write_line(d, &w);
}

/* Whether the user wrote the token just so; then every byte of it has its place. */
static bool is_verbatim(const struct definition *d, const struct writer *w)
{
	size_t len = w->end - w->start;

	return d->origin && !w->from.generated && w->from.at.to - w->from.at.from == len &&
	       w->from.at.to <= strlen(d->origin->text) &&
	       memcmp(d->origin->text + w->from.at.from, w->b->p + w->start, len) == 0;
}

struct source definition_locate(const struct definition *d, size_t pos,
				const char **ret_token)
{
	auto_buf b = BUF_INIT;
	struct writer w = { .b = &b, .pos = pos };

	write_line(d, &w);
	*ret_token = w.token;
	/* The last byte stays in: an empty span would show no caret. */
	if (pos > w.start && w.end > w.start && is_verbatim(d, &w))
		w.from.at.from += (pos < w.end ? pos : w.end - 1) - w.start;
	return w.from;
}

bool definition_is_of(const struct definition *d, const char *group, const char *event)
{
	return strcmp(d->event, event) == 0 && strcmp(d->group, group) == 0;
}

/* Backwards: locations of one event mostly follow one another. */
bool definition_is_repeated(const struct definition *defs, size_t i)
{
	for (size_t k = i; k-- > 0;)
		if (definition_is_of(&defs[k], defs[i].group, defs[i].event))
			return true;
	return false;
}

bool definition_equal(const struct definition *a, const struct definition *b)
{
	if (a->kind != b->kind || a->offset != b->offset || a->n_args != b->n_args ||
	    a->has_ref_ctr != b->has_ref_ctr ||
	    (a->has_ref_ctr && a->ref_ctr != b->ref_ctr) || !text_equal(a->group, b->group) ||
	    !text_equal(a->event, b->event) || !text_equal(a->path, b->path))
		return false;
	for (size_t i = 0; i < a->n_args; i++)
		if (!text_equal(a->args[i].name, b->args[i].name) ||
		    !text_equal(a->args[i].expr, b->args[i].expr) ||
		    !text_equal(a->args[i].type, b->args[i].type))
			return false;
	return true;
}

bool definition_same_shape(const struct definition *a, const struct definition *b)
{
	if (a->kind != b->kind || a->n_args != b->n_args)
		return false;
	for (size_t i = 0; i < a->n_args; i++)
		if (!text_equal(a->args[i].name, b->args[i].name) ||
		    !text_equal(a->args[i].type, b->args[i].type))
			return false;
	return true;
}

static int check_names(const struct definition *d, struct err *err)
{
	if (name_check_group(d->group, err) < 0)
		return err_at(err, d->origin, d->group_from.at);
	if (name_check_event(d->event, err) < 0)
		return err_at(err, d->origin, d->event_from.at);
	for (size_t i = 0; i < d->n_args; i++) {
		const struct def_arg *arg = &d->args[i];

		if (name_check_arg(arg->name, err) < 0)
			return err_at(err, d->origin, arg->name_from.at);
		for (size_t j = 0; j < i; j++)
			if (strcmp(d->args[j].name, arg->name) == 0) {
				err_set(err, EINVAL, "This argument name is already used");
				return err_at(err, d->origin, arg->name_from.at);
			}
	}
	return 0;
}

static int check_arg_length(const struct definition *d, const struct def_arg *arg,
			    struct err *err)
{
	size_t len = strlen(arg->expr) + (arg->type ? 1 + strlen(arg->type) : 0);

	if (len <= MAX_EXPR)
		return 0;
	err_set(err, E2BIG, "Argument expression is too long");
	err_hint(err, "the kernel takes %d bytes, '%s%s%s' is %zu", MAX_EXPR, arg->expr,
		 arg->type ? ":" : "", arg->type ? arg->type : "", len);
	return err_at(err, d->origin, arg->expr_from.at);
}

bool definition_takes_byte(unsigned char c)
{
	return c > ' ' && c != '#' && c != 0x7f && c != 0xa0;
}

bool definition_takes_path(const char *path)
{
	while (*path && definition_takes_byte((unsigned char)*path))
		path++;
	return !*path;
}

int definition_check(const struct definition *d, struct err *err)
{
	auto_buf b = BUF_INIT;
	int rc = check_names(d, err);

	if (rc == 0 && d->n_args > MAX_ARGS) {
		err_set(err, E2BIG, "Too many arguments are specified");
		err_hint(err, "an event has at most %d, this one %zu", MAX_ARGS, d->n_args);
		rc = err_at(err, d->origin, d->args[MAX_ARGS].expr_from.at);
	}
	for (size_t i = 0; rc == 0 && i < d->n_args; i++)
		rc = check_arg_length(d, &d->args[i], err);
	if (rc < 0)
		return rc;
	if (!definition_takes_path(d->path)) {
		err_set(err, EINVAL, "the kernel cannot take this path: it splits it");
		err_hint(err, "blanks, '#' and the byte 0xa0 end a word there; "
			      "a symbolic link without them would do");
		return err_at(err, d->origin, d->path_from.at);
	}
	definition_format(d, &b);
	if (b.len + 1 > MAX_LINE) {
		err_set(err, EINVAL, "the line is too long for the kernel: %zu bytes of %d",
			b.len + 1, MAX_LINE);
		return err_at(err, d->origin, d->path_from.at);
	}
	return 0;
}

struct definition *definition_list_take(struct definition_list *list, struct definition *d)
{
	struct definition *slot;

	list->defs = xgrow(list->defs, list->n, sizeof(*list->defs));
	slot = &list->defs[list->n++];
	*slot = *d;
	*d = (struct definition){ 0 };
	return slot;
}

void definition_list_opaque(struct definition_list *list, const char *line)
{
	list->opaque = xgrow(list->opaque, list->n_opaque, sizeof(*list->opaque));
	list->opaque[list->n_opaque++] = (struct opaque_line){ xstrdup(line), list->n };
}

bool opaque_line_is_of(const struct opaque_line *line, const char *group, const char *event)
{
	auto_free char *name = xasprintf("%s/%s", group, event);
	const char *colon = strchr(line->text, ':');
	size_t len = colon ? strcspn(colon + 1, " ") : 0;

	return len && strlen(name) == len && memcmp(colon + 1, name, len) == 0;
}

void definition_list_done(struct definition_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		definition_done(&list->defs[i]);
	for (size_t i = 0; i < list->n_opaque; i++)
		free(list->opaque[i].text);
	free(list->opaque);
	free(list->defs);
	*list = (struct definition_list){ 0 };
}
