/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/switch.h"

static int run(struct cli *cli)
{
	return switch_probes(cli, true);
}

const struct cmd cmd_enable = {
	.name = "enable",
	.args = "[GROUP/]EVENT... [if 'FILTER']",
	.summary = "let probes record",
	.help = "Does what `echo 1 >events/GROUP/EVENT/enable' does: the probes record into the\n"
		"kernel's main trace buffer, for trace_pipe, trace-cmd and perf to read.\n"
		"With a filter, only what passes it is recorded; it stays set until another one is,\n"
		"or `if none'.",
	.options = OPT_INSTANCE,
	.min_args = 1,
	.max_args = SIZE_MAX,
	.run = run,
};
