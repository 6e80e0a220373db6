/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/counts-output.h"

int counts_output_check(struct cli *cli)
{
	const struct options *o = &cli->opts;

	if (opt(o, OPT_JSON) + opt(o, OPT_CSV) + opt(o, OPT_OPENMETRICS) > 1)
		return cli_usage(cli, "--json, --csv and --openmetrics exclude each other");
	return 0;
}

counts_format_fn *counts_output_format(const struct options *o)
{
	if (opt(o, OPT_CSV))
		return counts_csv;
	return opt(o, OPT_OPENMETRICS) ? counts_openmetrics : NULL;
}

static bool is_metrics_file(const struct cli *cli)
{
	return opt(&cli->opts, OPT_OPENMETRICS) && cli->opts.write;
}

int counts_output_open(struct cli *cli)
{
	return is_metrics_file(cli) ? 0 : cli_open_output(cli);
}

int counts_output_write(struct cli *cli)
{
	if (is_metrics_file(cli))
		return cli_replace_file(cli, cli->opts.write);
	if (opt(&cli->opts, OPT_OPENMETRICS))
		cli_spare_terminal(cli);
	return cli_flush(cli);
}
