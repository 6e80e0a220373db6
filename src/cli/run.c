/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From argv to a command and its exit status; --help and --version. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/cli.h"
#include "elf/elffile.h"
#include "proc/proc.h"

int cli_usage(struct cli *cli, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	err_set(&cli->err, EINVAL, "%s", text);
	return EXIT_USAGE;
}

static void program_help(struct buf *b)
{
	buf_adds(b, "Usage: uprobe-ctl COMMAND [OPTION]... [ARGUMENT]...\n"
		    "\n"
		    "Watches the calls of functions of running programs, with the kernel's\n"
		    "uprobe events and nothing else.\n"
		    "\n"
		    "Commands:\n");
	for (const struct cmd *const *c = cmd_table; *c; c++)
		buf_addf(b, "  %-10s %s\n", (*c)->name, (*c)->summary);
	buf_adds(b, "\n"
		    "Examples:\n"
		    "  uprobe-ctl trace /usr/bin/bash readline -d 5\n"
		    "  uprobe-ctl add -e 'p:zfree_entry /bin/zsh:zfree %ip %ax'\n"
		    "  uprobe-ctl profile\n"
		    "\n"
		    "uprobe-ctl COMMAND --help tells more of a command; the manual page,\n"
		    "uprobe-ctl(8), tells all.\n");
}

static void command_help(const struct cmd *cmd, struct buf *b)
{
	buf_addf(b, "Usage: uprobe-ctl %s [OPTION]...%s%s\n", cmd->name, *cmd->args ? " " : "",
		 cmd->args);
	if (cmd->alias)
		buf_addf(b, "Also:  uprobe-ctl %s\n", cmd->alias);
	buf_addf(b, "\n%s\n\nOptions:\n", cmd->help);
	options_help(cmd->options | OPT_COMMON, b);
}

static void version(struct buf *b)
{
	buf_adds(b, "uprobe-ctl " PACKAGE_VERSION "\n"
		    "Copyright (C) 2026 the uprobe-ctl authors. License GPL-2.0-or-later.\n"
		    "There is NO WARRANTY, to the extent permitted by law.\n");
	buf_adds(b, "With:");
	for (const char *const *feature = elffile_features(); *feature; feature++)
		buf_addf(b, " %s", *feature);
	buf_addc(b, '\n');
}

static int unknown_command(struct cli *cli, const char *name)
{
	struct text_nearest near = { .word = name, .max = 1 };

	for (const struct cmd *const *c = cmd_table; *c; c++)
		text_nearest_offer(&near, (*c)->name);
	cli_usage(cli, "there is no command '%s'", name);
	if (near.n)
		err_hint(&cli->err, "did you mean %s? uprobe-ctl --help lists them all",
			 near.found[0]);
	else
		err_hint(&cli->err, "uprobe-ctl --help lists them all");
	return EXIT_USAGE;
}

static int help(struct cli *cli, const char *name)
{
	const struct cmd *cmd = name ? cmd_find(name) : NULL;

	if (name && name[0] != '-' && !cmd)
		return unknown_command(cli, name);
	if (cmd)
		command_help(cmd, &cli->out);
	else
		program_help(&cli->out);
	return EXIT_OK;
}

static int check_arguments(struct cli *cli)
{
	const struct cmd *cmd = cli->cmd;
	size_t n = cli->opts.n_args;

	if (n < cmd->min_args && !cli->opts.file)
		return cli_usage(cli, "%s wants: %s", cmd->name, cmd->args);
	if (n > cmd->max_args)
		return cli_usage(cli, "%s takes no further argument: '%s'", cmd->name,
				 cli->opts.args[cmd->max_args]);
	return 0;
}

static int check_processes(struct cli *cli)
{
	for (size_t i = 0; i < cli->opts.n_pids; i++)
		if (!proc_exists(cli->opts.pids[i]))
			return err_set(&cli->err, ESRCH, "there is no process %d",
				       (int)cli->opts.pids[i]);
	return 0;
}

static int run_command(struct cli *cli, char **argv)
{
	const struct cmd *cmd = cli->cmd;
	int rc = options_parse(&cli->opts, cmd->options | OPT_COMMON, argv, &cli->err);

	if (opt(&cli->opts, OPT_HELP)) {
		err_clear(&cli->err); /* whatever else is wrong, the help says how it is right */
		command_help(cmd, &cli->out);
		return EXIT_OK;
	}
	rc = rc < 0 ? EXIT_USAGE : check_arguments(cli);
	if (rc == 0)
		rc = check_processes(cli);
	if (rc == 0)
		rc = cmd->run(cli);
	if (rc == EXIT_USAGE && cli->err.code)
		err_hint(&cli->err, "try: uprobe-ctl %s --help", cmd->name);
	return rc;
}

/*
 * Options may stand before the command, as in `uprobe-ctl --tracefs DIR list': the command
 * is moved to their front, and the place where it now stands returned.
 */
static char **command_first(char **argv)
{
	size_t at = options_length(argv);
	char *command = argv[at];

	memmove(argv + 1, argv, at * sizeof(*argv));
	argv[0] = command;
	return argv;
}

static int no_command(struct cli *cli, char **argv)
{
	if (options_parse(&cli->opts, OPT_COMMON, argv, &cli->err) == 0)
		cli_usage(cli, "what should be done? No command was given");
	err_hint(&cli->err, "uprobe-ctl --help lists the commands");
	return EXIT_USAGE;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static bool is_version(const char *word)
{
	return strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0;
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (word && !is_help(word) && !is_version(word) &&
	    argv[1 + options_length(argv + 1)])
		word = *command_first(argv + 1);
	if (!word || (word[0] == '-' && !is_help(word) && !is_version(word)))
		return no_command(cli, argv + 1);
	if (is_help(word))
		return help(cli, argc > 2 ? argv[2] : NULL);
	if (is_version(word)) {
		version(&cli->out);
		return 0;
	}
	cli->cmd = cmd_find(word);
	if (!cli->cmd)
		return unknown_command(cli, word);
	return run_command(cli, argv + 2);
}

static void cli_done(struct cli *cli)
{
	spec_list_done(&cli->specs);
	named_list_done(&cli->named);
	free(cli->bad_text);
	statedir_close(&cli->state);
	if (cli->has_tfs)
		tfs_close(&cli->tfs);
	options_done(&cli->opts);
	buf_done(&cli->out);
}

/*
 * A standard descriptor that is closed would be the next file we open, and our output would
 * go there. This one fails every write to it, as the closed one would.
 */
static void fill_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

int cli_main(int argc, char **argv)
{
	struct cli cli = { .out_fd = 1, .state = { .root = ROOT_INIT } };
	int status;

	signal(SIGPIPE, SIG_IGN);
	fill_standard_fds();
	status = dispatch(&cli, argc, argv);
	if (status >= 0 && cli_flush(&cli) < 0)
		status = -1;
	/* Nobody reads our output any more: that is their decision, not a failure. */
	if (cli.err.code == EPIPE)
		status = EXIT_OK;
	else if (cli.err.code)
		cli_print_error(&cli, &cli.err);
	cli_done(&cli);
	return status < 0 ? EXIT_FAILED : status;
}
