/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A command: one file, one static description, listed in cmd.c. */

#include <stddef.h>
#include <stdint.h>
#include <stdint.h>

struct cli;

struct cmd {
	const char *name;
	const char *alias; /* NULL: none */
	const char *args;  /* of the usage line, without the options */
	const char *summary;
	const char *help; /* paragraphs for --help: binary, function and duration in full words */
	uint64_t options; /* OPT_…, besides OPT_COMMON */
	size_t min_args, max_args;
	/* An exit status (0 and up), or -errno with cli->err set. */
	int (*run)(struct cli *cli);
};

extern const struct cmd cmd_add, cmd_clear, cmd_count, cmd_disable, cmd_enable, cmd_list,
	cmd_profile, cmd_remove, cmd_report, cmd_resolve, cmd_symbols, cmd_trace;

/* In the order of the help text, NULL-terminated. */
extern const struct cmd *const cmd_table[];
/* By name or alias; NULL if there is none. */
const struct cmd *cmd_find(const char *name);
