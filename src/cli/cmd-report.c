/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log of trace or trace_pipe, from wherever, in all the formats that `trace` has. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "cli/output.h"
#include "probe/name.h"
#include "stream/text.h"

/* Events of one name, without _ret: halves of calls, if they carry __sp. */
struct call_name {
	char *name;
	int pair;
};

struct report {
	struct cli *cli;
	struct events_options opts;
	struct output out;
	bool has_begun;
	struct call_name *names;
	size_t n_names;
	struct lost *early; /* losses before the first event */
	size_t n_early;
	uint64_t lost;
	bool has_unknown_loss;
};

/* What a log does not tell. */
static const char *group_of(const struct event *e)
{
	return NULL;
}

static size_t base_len(const struct event_type *type)
{
	size_t len = strlen(type->event);

	return type->is_return && len > 4 && strcmp(type->event + len - 4, "_ret") == 0
		       ? len - 4 : len;
}

static int pair_of(struct report *r, const struct event_type *type)
{
	size_t len = base_len(type);

	for (size_t i = 0; i < r->n_names; i++)
		if (strlen(r->names[i].name) == len &&
		    strncmp(r->names[i].name, type->event, len) == 0)
			return r->names[i].pair;
	r->names = xgrow(r->names, r->n_names, sizeof(*r->names));
	r->names[r->n_names].name = xstrndup(type->event, len);
	r->names[r->n_names].pair = pairs_new_pair(r->out.pairs, PAIRS_GUESS, false);
	return r->names[r->n_names++].pair;
}

static bool has_sp(const struct event_type *type)
{
	return event_type_find(type, NAME_SP) != NO_FIELD;
}

/* The text has the columns of calls if the first event may be half of one. */
static void begin(struct report *r, const struct event_type *first)
{
	bool is_text = !opt(&r->cli->opts, OPT_JSON | OPT_CSV);

	r->has_begun = true;
	r->opts.no_wall = true;
	r->opts.time = TIME_MONO;
	r->opts.group = group_of;
	output_begin(&r->out, r->cli, &r->opts, !is_text || (first && has_sp(first)));
	for (size_t i = 0; i < r->n_early; i++)
		output_lost(&r->out, &r->early[i]);
}

static void on_type(void *ctx, struct event_type *type)
{
	struct report *r = ctx;

	if (!r->has_begun)
		begin(r, type);
	if (r->out.pairs && has_sp(type))
		pairs_join(r->out.pairs, pair_of(r, type), type);
}

static bool on_event(void *ctx, const struct event *e)
{
	struct report *r = ctx;

	if (!r->opts.start_ns) {
		r->opts.start_ns = e->time_ns;
		output_start_time(&r->out, e->time_ns);
	}
	return output_event(&r->out, e);
}

static void on_lost(void *ctx, const struct lost *lost)
{
	struct report *r = ctx;

	if (lost->count < 0)
		r->has_unknown_loss = true;
	else
		r->lost += (uint64_t)lost->count;
	if (r->has_begun) {
		output_lost(&r->out, lost);
	} else {
		r->early = xgrow(r->early, r->n_early, sizeof(*r->early));
		r->early[r->n_early++] = *lost;
	}
}

static int read_log(struct report *r, struct text *t, int fd, const char *name)
{
	char data[1 << 16];
	ssize_t n;

	for (;;) {
		n = read(fd, data, sizeof(data));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (!text_feed(t, data, (size_t)n))
			return 0;
		/* A pipe's writer may be in no hurry. */
		if (r->has_begun && (size_t)n < sizeof(data) && !output_write(&r->out))
			return 0;
	}
	if (n < 0)
		return err_set(&r->cli->err, errno, "%s: %s", name, strerror(errno));
	text_flush(t);
	return 0;
}

static void close_line(const struct report *r, const struct text *t)
{
	auto_buf b = BUF_INIT;

	output_summary(&r->out, &b);
	cli_note(r->cli, "%s, %s%" PRIu64 " lost", buf_str(&b),
		 r->has_unknown_loss ? "at least " : "", r->lost);
	if (text_skipped(t))
		cli_note(r->cli, "%" PRIu64 " line%s no event of uprobes", text_skipped(t),
			 text_skipped(t) == 1 ? " is" : "s are");
	if (text_has_ticks(t))
		cli_note(r->cli, "the log's clock does not count in seconds: times and "
				 "durations are its own ticks, shown as nanoseconds");
}

/* It has lines, and none of them was of an event or a loss. */
static int no_log(const struct report *r, const char *name)
{
	err_set(&r->cli->err, EINVAL, "%s holds no event of uprobes", name);
	return err_hint(&r->cli->err, "a log is what cat trace_pipe or trace --kernel-format "
				      "print; trace -J and --csv are for other programs");
}

static int show(struct report *r, int fd, const char *name)
{
	const struct text_ops ops = {
		.event = on_event, .lost = on_lost, .type = on_type, .ctx = r,
	};
	struct text *t = text_new(&ops);
	int rc = read_log(r, t, fd, name);

	if (rc == 0 && !r->has_begun && !r->n_early && text_skipped(t))
		rc = no_log(r, name);
	if (!r->has_begun && rc == 0)
		begin(r, NULL);
	if (r->has_begun && output_end(&r->out) < 0 && rc == 0)
		rc = -EIO;
	if (rc == 0)
		close_line(r, t);
	text_free(t);
	return rc;
}

static int run(struct cli *cli)
{
	const char *name = cli->opts.n_args ? cli->opts.args[0] : "-";
	bool is_stdin = strcmp(name, "-") == 0;
	struct report r = { .cli = cli };
	auto_close int fd = -1;
	int rc = output_check(cli, &r.opts);

	if (rc)
		return rc;
	if (cli->opts.time && strcmp(cli->opts.time, "wall") == 0)
		return cli_usage(cli, "a log does not tell the time of day: --time=mono or rel");
	fd = is_stdin ? dup(0) : open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(&cli->err, errno, "%s: %s", name, strerror(errno));
	rc = cli_open_output(cli);
	if (rc == 0)
		rc = show(&r, fd, is_stdin ? "standard input" : name);
	for (size_t i = 0; i < r.n_names; i++)
		free(r.names[i].name);
	free(r.names);
	free(r.early);
	return rc;
}

const struct cmd cmd_report = {
	.name = "report",
	.args = "[FILE]",
	.summary = "show a log of trace_pipe as trace would",
	.help = "Reads what somebody saved with `cat trace_pipe >FILE', of the file trace, or of\n"
		"trace --kernel-format, on this machine or another, and shows its events as trace\n"
		"does. Without FILE, or with -, standard input.\n"
		"\n"
		"Calls are paired if entry and return, called NAME and NAME_ret, both carry the\n"
		"stack pointer as __sp: as trace --kernel-format 'pr:BINARY:FUNCTION' records them.",
	.options = OPT_OUTPUT,
	.max_args = 1,
	.run = run,
};
