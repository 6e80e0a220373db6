/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cli/named.h"

#define BLANKS " \t\n"

static struct named *add(struct named_list *list, char *text)
{
	struct named *named = xcalloc(1, sizeof(*named));

	named->text = text;
	list->items = xgrow(list->items, list->n, sizeof(*list->items));
	list->items[list->n++] = named;
	return named;
}

/* The next word of *s; its length, 0 at the end. */
static size_t next_word(const char **s)
{
	*s += strspn(*s, BLANKS);
	return strcspn(*s, BLANKS);
}

static bool is_if(const char *word, size_t len)
{
	return len == 2 && text_starts(word, "if");
}

bool named_is_filter(const char *word)
{
	return is_if(word, strcspn(word, BLANKS));
}

bool named_has_filter(const char *word)
{
	size_t len;

	while ((len = next_word(&word)) && !is_if(word, len))
		word += len;
	return len;
}

static int take_filter(struct named *named, const char *filter, struct err *err)
{
	unsigned from = (unsigned)(filter - named->text);
	struct span at = { from, (unsigned)strlen(named->text) };

	if (at.from == at.to) {
		err_set(err, EINVAL, "there is no filter behind 'if'");
		err_hint(err, "as in: if 'arg1 > 4096 && comm == \"nginx\"'");
		return err_at(err, &named->origin, (struct span){ from - 2, from });
	}
	named->lifts = strcmp(filter, "none") == 0;
	return named->lifts ? 0 : filter_parse(filter, &named->origin, at, &named->filter, err);
}

static void trim(char *text)
{
	size_t len = strlen(text);

	while (len && strchr(BLANKS, text[len - 1]))
		text[--len] = 0;
}

static int split(struct named *named, struct err *err)
{
	const char *s;
	size_t len;

	trim(named->text);
	named->origin = (struct origin){ .text = named->text };
	s = named->text;
	while ((len = next_word(&s)) && !is_if(s, len)) {
		named->names = xgrow(named->names, named->n_names, sizeof(*named->names));
		named->names[named->n_names++] = xstrndup(s, len);
		s += len;
	}
	if (!len)
		return 0;
	if (!named->n_names) {
		unsigned at = (unsigned)(s - named->text);

		err_set(err, EINVAL, "a filter of which probe?");
		err_hint(err, "the probes stand before it: [GROUP/]EVENT if '...'");
		return err_at(err, &named->origin, (struct span){ at, at + 2 });
	}
	s += len;
	return take_filter(named, s + strspn(s, BLANKS), err);
}

static void join(struct buf *b, const char *word)
{
	buf_addf(b, "%s%s", b->len ? " " : "", word);
}

int named_list_read(struct named_list *list, const char *const *words, size_t n, struct err *err)
{
	auto_buf plain = BUF_INIT;
	struct named *all = add(list, NULL);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (named_is_filter(words[i])) {
			for (; i < n; i++)
				join(&plain, words[i]);
		} else if (named_has_filter(words[i])) {
			rc = split(add(list, xstrdup(words[i])), err);
		} else {
			join(&plain, words[i]);
		}
	}
	all->text = xstrdup(buf_str(&plain));
	return rc == 0 ? split(all, err) : rc;
}

void named_list_done(struct named_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct named *named = list->items[i];

		for (size_t k = 0; k < named->n_names; k++)
			free(named->names[k]);
		free(named->names);
		filter_expr_free(named->filter);
		free(named->text);
		free(named);
	}
	free(list->items);
	*list = (struct named_list){ 0 };
}

int named_filter(const struct named *named, const struct definition *d, struct filter **ret,
		 struct err *err)
{
	*ret = NULL;
	return named->filter ? filter_make(named->filter, d, NULL, ret, err) : 0;
}
