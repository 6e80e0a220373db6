/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "cli/counting.h"
#include "cli/counts-output.h"
#include "proc/kernel.h"

counts_format_fn *counting_format(const struct options *o)
{
	counts_format_fn *format = opt(o, OPT_JSON) ? counts_json : counts_output_format(o);

	return format ? format : counts_text;
}

uint64_t counting_calls(const struct counting *c)
{
	uint64_t calls = 0;

	for (size_t i = 0; i < c->counts->n; i++)
		calls += c->counts->counters[i].total;
	return calls;
}

/* On a terminal each interval takes the place of the one before, as many lines as it has. */
static void paint(struct counting *c, struct counts_options *opts, size_t lines, size_t columns)
{
	size_t room = lines > 4 ? lines - 3 : 1; /* beside heading, footer and cursor */
	auto_buf text = BUF_INIT;

	if (!opts->top || opts->top > room)
		opts->top = room;
	opts->footer = true;
	c->format(c->counts, opts, &text);
	screen_paint(&c->screen, &c->cli->out, buf_str(&text), columns);
	c->cli->screen = &c->screen;
}

static void show(struct counting *c)
{
	const struct options *o = &c->cli->opts;
	struct counts_options opts = {
		.top = o->top,
		.zeros = opt(o, OPT_ZEROS),
		.no_header = opt(o, OPT_NOHEADINGS) || (opt(o, OPT_CSV) && c->n_rounds),
		.intervals = o->interval_ns > 0,
	};
	bool again = opts.intervals && c->format == counts_text;
	bool alone = !c->set.child_pid; /* a command writes to the terminal, too */
	size_t lines, columns;

	if (again && alone && screen_size(c->cli->out_fd, &lines, &columns)) {
		paint(c, &opts, lines, columns);
	} else {
		if (again && c->n_rounds)
			buf_addc(&c->cli->out, '\n');
		c->format(c->counts, &opts, &c->cli->out);
	}
	c->n_rounds++;
}

int counting_show(struct counting *c)
{
	show(c);
	return counts_output_write(c->cli);
}

/* Whose calls: all processes', or only some. */
static void add_whose(const struct cli *cli, struct buf *b)
{
	const struct options *o = &cli->opts;

	if (o->n_pids == 1)
		buf_addf(b, " in process %d only", (int)o->pids[0]);
	else if (o->n_pids)
		buf_addf(b, " in %zu processes only", o->n_pids);
	else if (o->command || o->command_argv)
		buf_adds(b, " in the command only");
	else
		buf_adds(b, " in all processes");
}

void counting_announce(const struct counting *c)
{
	const struct cli *cli = c->cli;
	auto_buf b = BUF_INIT;

	buf_addf(&b, "Counting %zu function%s of ", c->counts->n, c->counts->n == 1 ? "" : "s");
	if (c->counted.n_files > 1)
		buf_addf(&b, "%zu files", c->counted.n_files);
	else
		buf_adds(&b, c->counts->counters[0].file);
	if (c->counted.n_aliases)
		buf_addf(&b, " (%zu alias%s folded)", c->counted.n_aliases,
			 c->counted.n_aliases == 1 ? "" : "es");
	if (c->counted.fast_entry)
		buf_addf(&b, ", %zu behind %s endbr64", c->counted.n_fast,
			 c->counted.n_fast == 1 ? "its" : "their");
	add_whose(cli, &b);
	watchset_add_end(&c->set, "interval", &b);
	cli_note(cli, "%s", buf_str(&b));
	if (!c->by_records && kernel_may_undercount())
		cli_note(cli, "this kernel (before 6.12) may count a little low where several "
			      "processors enter one function at once; -p counts exactly");
}

void counting_close(const struct counting *c, const struct losses *lost)
{
	size_t hit = counts_hit(c->counts), top = c->cli->opts.top;
	uint64_t calls = counting_calls(c);
	auto_buf b = BUF_INIT;

	buf_addf(&b, "%" PRIu64 " call%s", calls, calls == 1 ? "" : "s");
	if (calls && c->counts->elapsed > 0)
		buf_addf(&b, " (%.0f/s)", (double)calls / c->counts->elapsed);
	buf_addf(&b, ", %zu of %zu function%s hit", hit, c->counts->n,
		 c->counts->n == 1 ? "" : "s");
	if (top && top < hit)
		buf_addf(&b, " (%zu shown)", top);
	buf_adds(&b, ", ");
	lost_format(lost, &b);
	cli_note(c->cli, "%s; uprobe%s detached", buf_str(&b), c->counts->n == 1 ? "" : "s");
}
