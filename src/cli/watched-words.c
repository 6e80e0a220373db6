/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of a watching command are. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/watched.h"

/* A function's name has blanks only between brackets or behind `operator'. */
static bool is_function(const char *word)
{
	const char *blank = strpbrk(word, " \t"), *open = strpbrk(word, "(<");

	return !blank || (open && open < blank) || strstr(word, "operator");
}

/* "BINARY FUNCTION": two words without ':' of which neither is a probe. */
static int as_binary_and_function(struct watchset *set)
{
	const char **args = set->cli->opts.args;
	struct origin *origin = &set->cli->bad_origin;
	auto_free char *place = xasprintf("%s:%s", args[0], args[1]);
	auto_buf b = BUF_INIT;

	if (!is_function(args[1])) {
		err_set(&set->cli->err, EINVAL, "'%s' is no function's name", args[1]);
		cli_hint_quotes(set->cli, args[0], args, 2);
		return -EINVAL;
	}
	spec_format_word(place, &b);
	set->cli->bad_text = buf_steal(&b);
	*origin = (struct origin){ .text = set->cli->bad_text };
	return spec_list_add(&set->cli->specs, origin, &set->cli->err);
}

/* A probe's name, or names and a filter in one word. */
static bool names_probes(struct watchset *set, const char *word)
{
	struct named_list list = { 0 };
	bool all = named_list_read(&list, &word, 1, NULL) == 0 || named_has_filter(word);
	size_t n = 0;

	for (size_t i = 0; all && i < list.n; i++)
		for (size_t k = 0; all && k < list.items[i]->n_names; k++, n++)
			all = probes_have(&set->probes, list.items[i]->names[k]);
	named_list_done(&list);
	return all && n;
}

/* Whether TARGET:… with that word would find a program or a library. */
static bool is_file(const struct cli *cli, const char *word)
{
	CLEANUP(target_search_done) struct target_search search = { 0 };
	struct resolve_env env = cli_resolve_env(cli);

	return access(word, F_OK) == 0 || (strchr(word, '/') && !strchr(word, ' ')) ||
	       target_search(&env.target, word, &search, NULL) == 0;
}

/* Of two words one is a probe. */
static int both_readings(struct cli *cli, const char *word)
{
	const char *const *args = cli->opts.args;
	const char *other = word == args[0] ? args[1] : args[0];

	err_detail(&cli->err, "'%s' is a probe: uprobe-ctl trace %s", other, other);
	err_detail(&cli->err, "a function of a file: uprobe-ctl %s %s:%s", cli->cmd->name, args[0],
		   args[1]);
	return err_hint(&cli->err, "say which of the two is meant");
}

static int not_understood(struct watchset *set, const char *word)
{
	struct cli *cli = set->cli;
	const char *const *args = cli->opts.args;
	auto_free char *file = text_shell_word(word);

	err_set(&cli->err, ENOENT, "'%s' is neither a probe nor TARGET:LOCATION", word);
	if (cli->opts.n_args == 2 && !strpbrk(args[0], ": ") && !strpbrk(args[1], ": "))
		return both_readings(cli, word);
	if (is_file(cli, word))
		return err_hint(&cli->err, "what of that file? uprobe-ctl symbols %s lists its "
					   "functions", file);
	return err_hint(&cli->err, "a function is written FILE:%s; uprobe-ctl list shows the "
				   "probes there are", word);
}

/* What holds a '/' and is no probe's name is a file, whatever the other word may name, too. */
static bool is_binary_and_function(struct watchset *set)
{
	const struct options *o = &set->cli->opts;
	bool is_path = o->n_args == 2 && strchr(o->args[0], '/');
	bool has_colon = o->n_args == 2 && strchr(o->args[0], ':');

	return o->n_args == 2 && !cli_names_target(o->args[1]) &&
	       (!has_colon || (is_path && access(o->args[0], F_OK) == 0)) &&
	       !names_probes(set, o->args[0]) && (is_path || !names_probes(set, o->args[1]));
}

static int no_empty_word(struct cli *cli)
{
	for (size_t i = 0; i < cli->opts.n_args; i++)
		if (!*cli->opts.args[i]) {
			err_set(&cli->err, EINVAL, "an empty word names nothing");
			return err_hint(&cli->err, "is a variable of the shell not set?");
		}
	return 0;
}

int watchset_sort_words(struct watchset *set)
{
	const struct options *o = &set->cli->opts;

	if (no_empty_word(set->cli) < 0)
		return -EINVAL;
	if (is_binary_and_function(set))
		return as_binary_and_function(set);
	set->names = xcalloc(o->n_args, sizeof(*set->names));
	for (size_t i = 0; i < o->n_args; i++) {
		const char *word = o->args[i];
		bool is_plain = !strchr(word, ':');
		int rc = 0;

		if (names_probes(set, word))
			set->names[set->n_names++] = word;
		else if (set->n_names && named_is_filter(word))
			while (i < o->n_args)
				set->names[set->n_names++] = o->args[i++];
		else if (is_plain && (!strchr(word, ' ') || is_file(set->cli, word)))
			rc = not_understood(set, word);
		else
			rc = cli_read_words(set->cli, &word, 1);
		if (rc < 0) {
			if (!set->cli->err.detail[0])
				cli_hint_quotes(set->cli, word, o->args, o->n_args);
			return rc;
		}
	}
	return named_list_read(&set->cli->named, set->names, set->n_names, &set->cli->err);
}
