/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "cli/lost.h"

enum { CPUS_SHOWN = 8 };

void lost_format(const struct losses *l, struct buf *b)
{
	buf_addf(b, "%s%" PRIu64 " lost", l->is_least ? "at least " : "", losses_sum(l));
	for (size_t i = 0; i < l->n && i < CPUS_SHOWN; i++)
		buf_addf(b, "%sCPU %d: %" PRIu64, i ? ", " : " (", l->cpus[i].cpu,
			 l->cpus[i].lost);
	if (l->n > CPUS_SHOWN)
		buf_addf(b, " and %zu more", l->n - CPUS_SHOWN);
	if (l->n)
		buf_addc(b, ')');
}

void lost_note_growth(const struct cli *cli, const struct buffers *buffers, bool has_grown)
{
	if (has_grown)
		cli_note(cli, "events were lost: the buffers have grown to %u kB for each CPU, "
			      "they may grow to %u kB", buffers->kb, buffers->max_kb);
	else
		cli_note(cli, "events were lost, and the buffers cannot grow beyond %u kB for each "
			      "CPU", buffers->max_kb);
}

void lost_note_remedy(const struct cli *cli, const struct losses *l)
{
	if (l->n && !opt(&cli->opts, OPT_NO_LOSS))
		cli_note(cli, "the buffers were full; --no-loss lets them grow, a filter and "
			      "fewer functions fill them less");
}

void lost_note_unrecorded(const struct cli *cli, uint64_t n, bool has_text)
{
	if (n)
		cli_note(cli, "%" PRIu64 " hit%s left no record%s", n, n == 1 ? "" : "s",
			 has_text ? ": the kernel drops an event whose texts have more than about "
				    "4000 bytes together; str(LEN) takes a part of one" : "");
}
