/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/switch.h"

static int run(struct cli *cli)
{
	return switch_probes(cli, false);
}

const struct cmd cmd_disable = {
	.name = "disable",
	.args = "[GROUP/]EVENT...",
	.summary = "stop probes from recording",
	.help = "The reverse of enable. The probes stay defined; a probe that is enabled nowhere\n"
		"costs nothing.",
	.options = OPT_INSTANCE,
	.min_args = 1,
	.max_args = SIZE_MAX,
	.run = run,
};
