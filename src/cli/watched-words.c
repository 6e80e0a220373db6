/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of a watching command are. */
#include <errno.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/watched.h"

/* "BINARY FUNCTION": two words without ':' of which neither is a probe. */
static int as_binary_and_function(struct watchset *set)
{
	const char **args = set->cli->opts.args;
	struct origin *origin = &set->cli->bad_origin;
	bool plain = !strpbrk(args[0], " \t\"\\") && !strpbrk(args[1], " \t\"\\");

	set->cli->bad_text = plain ? xasprintf("%s:%s", args[0], args[1])
				 : xasprintf("\"%s:%s\"", args[0], args[1]);
	*origin = (struct origin){ .text = set->cli->bad_text };
	return spec_list_add(&set->cli->specs, origin, &set->cli->err);
}

static bool is_probe_name(struct watchset *set, const char *word)
{
	auto_free struct event_ref *refs = NULL;
	struct err kept = set->cli->err;
	size_t n;
	int rc = probes_select(set->cli, &set->probes, &word, 1, PROBES_ANY, &refs, &n);

	set->cli->err = kept;
	return rc == 0;
}

/* A probe's name, or names and a filter in one word. */
static bool names_probes(struct watchset *set, const char *word)
{
	struct named_list list = { 0 };
	bool all = named_list_read(&list, &word, 1, NULL) == 0 || named_has_filter(word);
	size_t n = 0;

	for (size_t i = 0; all && i < list.n; i++)
		for (size_t k = 0; all && k < list.items[i]->n_names; k++, n++)
			all = is_probe_name(set, list.items[i]->names[k]);
	named_list_done(&list);
	return all && n;
}

/* Whether TARGET:… with that word would find a program or a library. */
static bool is_file(const struct cli *cli, const char *word)
{
	CLEANUP(target_search_done) struct target_search search = { 0 };
	struct resolve_env env = cli_resolve_env(cli);

	return strchr(word, '/') || target_search(&env.target, word, &search, NULL) == 0;
}

static int not_understood(struct watchset *set, const char *word)
{
	struct cli *cli = set->cli;

	const char *const *args = cli->opts.args;
	size_t n = cli->opts.n_args;

	err_set(&cli->err, ENOENT, "'%s' is neither a probe nor TARGET:LOCATION", word);
	if (n == 2 && !strpbrk(args[0], ": ") && !strpbrk(args[1], ": ")) {
		const char *other = word == args[0] ? args[1] : args[0];

		err_detail(&cli->err, "'%s' is a probe: uprobe-ctl trace %s", other, other);
		err_detail(&cli->err, "a function of a file: uprobe-ctl trace %s:%s", args[0],
			   args[1]);
		return err_hint(&cli->err, "say which of the two is meant");
	}
	if (is_file(cli, word))
		err_hint(&cli->err, "what of that file? uprobe-ctl symbols %s lists its functions",
			 word);
	else
		err_hint(&cli->err, "a function is written FILE:%s; uprobe-ctl list shows the "
				    "probes there are", word);
	return -ENOENT;
}

int watchset_sort_words(struct watchset *set)
{
	const struct options *o = &set->cli->opts;
	size_t probes = 0, plain = 0;

	for (size_t i = 0; i < o->n_args; i++) {
		if (strchr(o->args[i], ':'))
			continue;
		plain++;
		probes += names_probes(set, o->args[i]);
	}
	if (o->n_args == 2 && plain == 2 && probes == 0)
		return as_binary_and_function(set);
	set->names = xcalloc(o->n_args, sizeof(*set->names));
	for (size_t i = 0; i < o->n_args; i++) {
		const char *word = o->args[i];
		bool is_plain = !strchr(word, ':');
		int rc = 0;

		if (names_probes(set, word))
			set->names[set->n_names++] = word;
		else if (set->n_names && strcmp(word, "if") == 0)
			while (i < o->n_args)
				set->names[set->n_names++] = o->args[i++];
		else if (is_plain && !strchr(word, ' '))
			rc = not_understood(set, word);
		else
			rc = cli_read_words(set->cli, &word, 1);
		if (rc < 0) {
			if (o->n_args != 2 || plain != 2)
				cli_hint_quotes(set->cli, word, o->args, o->n_args);
			return rc;
		}
	}
	return named_list_read(&set->cli->named, set->names, set->n_names, &set->cli->err);
}
