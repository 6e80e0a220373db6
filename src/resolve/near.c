/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there is instead of a name that is not there. */
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/demangle.h"
#include "resolve/lookup.h"

char *lookup_symbols_command(const struct lookup *l, const char *pattern)
{
	auto_free char *file = text_shell_word(l->typed);
	auto_free char *word = pattern ? text_shell_word(pattern) : NULL;

	return xasprintf("uprobe-ctl symbols %s%s%s", file, word ? " " : "", word ? word : "");
}

struct near {
	struct typed_name typed;
	struct text_nearest nearest;
	bool is_part; /* of some name: a pattern shows more of them */
};

static void offer(struct near *near, const char *name)
{
	auto_free char *tail = typed_name_tail(&near->typed, name);
	const char *text = tail ? tail : name;

	text_nearest_offer_as(&near->nearest, text, name);
	if (tail) /* a linker's name is typed, too */
		text_nearest_offer(&near->nearest, name);
	near->is_part = near->is_part || strstr(text, near->typed.bare);
}

static int hint_at(const struct lookup *l, const struct near *near, struct err *err)
{
	auto_free char *pattern = xasprintf("*%s*", near->typed.bare);
	auto_free char *command = lookup_symbols_command(l, near->is_part ? pattern : NULL);

	if (near->is_part && !near->nearest.n)
		return err_hint(err, "names that hold it: %s", command);
	if (near->is_part)
		return err_hint(err, "the nearest names are shown; all that hold it: %s", command);
	if (near->nearest.n)
		return err_hint(err, "the nearest names are shown; all there are: %s", command);
	return err_hint(err, "what can be probed: %s", command);
}

int lookup_nearest(const struct lookup *l, const struct symbol *all, size_t n, struct err *err)
{
	struct near near = { .nearest.max = 5 };
	int rc;

	typed_name_init(&near.typed, l->loc->name, false);
	near.nearest.word = near.typed.bare;
	for (size_t i = 0; i < n; i++)
		if (all[i].is_code)
			offer(&near, all[i].name);
	for (unsigned i = 0; i < near.nearest.n; i++) {
		auto_free char *word = lookup_word(l, near.nearest.found[i], NULL);

		err_detail(err, "%s", word);
	}
	rc = hint_at(l, &near, err);
	typed_name_done(&near.typed);
	return rc;
}
