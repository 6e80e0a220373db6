/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "report/counts.h"
#include "report/csv.h"
#include "report/json.h"
#include "report/table.h"

/* "libc.so.6:malloc if arg1 > 5", or the offset where there is no name. */
static void add_function(const struct counter *c, struct table *t)
{
	const char *word = c->filter ? " if " : "", *filter = c->filter ? c->filter : "";

	if (c->symbol)
		table_cellf(t, "%s:%s%s%s", text_base_name(c->file), c->symbol, word, filter);
	else
		table_cellf(t, "%s:0x%" PRIx64 "%s%s", text_base_name(c->file), c->offset, word,
			    filter);
}

/* Without a filter anywhere, CSV has no column for it. */
static bool any_filter(const struct counts *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->counters[i].filter)
			return true;
	return false;
}

static void add_footer(const struct counts *c, size_t shown, struct buf *out)
{
	uint64_t calls = 0;

	for (size_t i = 0; i < c->n; i++)
		calls += c->counters[i].delta;
	buf_addf(out, "hit: %zu of %zu function%s, %zu shown; %.0f calls/s\n", counts_hit(c),
		 c->n, c->n == 1 ? "" : "s", shown, c->seconds > 0 ? (double)calls / c->seconds : 0);
}

static void add_counters(const struct counts *c, const struct counts_options *opts,
			 const size_t *order, size_t n, struct table *t)
{
	for (size_t i = 0; i < n; i++) {
		const struct counter *counter = &c->counters[order[i]];

		if (opts->intervals) {
			table_cell(t, "");
			table_cellf(t, "%.0f",
				    c->seconds > 0 ? (double)counter->delta / c->seconds : 0);
		}
		table_cellf(t, "%" PRIu64, counter->total);
		add_function(counter, t);
	}
}

/* With intervals the time stands in the heading. */
void counts_text(const struct counts *c, const struct counts_options *opts, struct buf *out)
{
	char clock[16] = "";
	struct table_column columns[] = {
		{ .title = clock },
		{ .title = "+/s", .right = true },
		{ .title = "TOTAL", .right = true },
		{ .title = "FUNCTION" },
	};
	size_t skip = opts->intervals ? 0 : 2, n;
	struct table *t = table_new(columns + skip, ARRAY_SIZE(columns) - skip);
	auto_free size_t *order = NULL;
	time_t now = time(NULL);
	struct tm tm;

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	order = counts_order(c, opts->top, opts->zeros, &n);
	add_counters(c, opts, order, n, t);
	table_format(t, !opts->no_header, out);
	if (opts->footer)
		add_footer(c, n, out);
	table_free(t);
}

void counts_json(const struct counts *c, const struct counts_options *opts, struct buf *out)
{
	struct json j = JSON_INIT(out);
	auto_free size_t *order = NULL;
	size_t n;

	order = counts_order(c, opts->top, opts->zeros, &n);
	json_object(&j, NULL);
	json_rounded(&j, "duration", opts->intervals ? c->seconds : c->elapsed, 6);
	json_array(&j, "counts");
	for (size_t i = 0; i < n; i++) {
		const struct counter *counter = &c->counters[order[i]];
		uint64_t hits = opts->intervals ? counter->delta : counter->total;
		double seconds = opts->intervals ? c->seconds : c->elapsed;

		json_object(&j, NULL);
		json_str(&j, "file", counter->file);
		json_str(&j, "symbol", counter->symbol);
		json_uint(&j, "offset", counter->offset);
		if (counter->probe_offset != counter->offset)
			json_uint(&j, "probe_offset", counter->probe_offset);
		if (counter->filter)
			json_str(&j, "filter", counter->filter);
		json_uint(&j, "hits", hits);
		json_rounded(&j, "rate", seconds > 0 ? (double)hits / seconds : 0, 3);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_uint(&j, "lost", c->lost);
	json_end_object(&j);
	buf_addc(out, '\n');
}

void counts_csv(const struct counts *c, const struct counts_options *opts, struct buf *out)
{
	auto_free size_t *order = NULL;
	bool filters = any_filter(c);
	size_t n;

	order = counts_order(c, opts->top, opts->zeros, &n);
	if (!opts->no_header)
		buf_addf(out, "elapsed,%sfile,symbol,offset,%sdelta,total\n",
			 opts->probes ? "group,event,kind," : "", filters ? "filter," : "");
	for (size_t i = 0; i < n; i++) {
		const struct counter *counter = &c->counters[order[i]];

		buf_addf(out, "%.3f,", c->elapsed);
		if (opts->probes) {
			csv_text(out, counter->group);
			buf_addc(out, ',');
			csv_text(out, counter->event);
			buf_addf(out, ",%s,", counter->kind);
		}
		csv_text(out, counter->file);
		buf_addc(out, ',');
		csv_text(out, counter->symbol ? counter->symbol : "");
		buf_addf(out, ",%" PRIu64 ",", counter->offset);
		if (filters) {
			csv_text(out, counter->filter ? counter->filter : "");
			buf_addc(out, ',');
		}
		buf_addf(out, "%" PRIu64 ",%" PRIu64 "\n", counter->delta, counter->total);
	}
}

/* A label's value: \, " and newline escaped. Names are files' and symbols': any bytes. */
static void label(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_addc(out, '\\');
		if (*value == '\n')
			buf_adds(out, "\\n");
		else
			buf_addc(out, *value);
	}
	buf_addc(out, '"');
}

void counts_openmetrics(const struct counts *c, const struct counts_options *opts,
			struct buf *out)
{
	auto_free size_t *order = NULL;
	size_t n;

	order = counts_order(c, opts->top, opts->zeros, &n);
	/* The family's name is without _total, which its samples bear (OpenMetrics 1.0). */
	buf_adds(out, "# HELP uprobe_hits Calls of a function, counted by the kernel.\n"
		      "# TYPE uprobe_hits counter\n");
	for (size_t i = 0; i < n; i++) {
		const struct counter *counter = &c->counters[order[i]];
		auto_free char *offset = xasprintf("0x%" PRIx64, counter->offset);

		buf_adds(out, "uprobe_hits_total{");
		if (opts->probes) {
			label(out, "group", counter->group);
			buf_addc(out, ',');
			label(out, "event", counter->event);
			buf_addc(out, ',');
			label(out, "kind", counter->kind);
			buf_addc(out, ',');
		}
		label(out, "file", counter->file);
		buf_addc(out, ',');
		label(out, "symbol", counter->symbol ? counter->symbol : "");
		buf_addc(out, ',');
		label(out, "offset", offset);
		if (counter->filter) {
			buf_addc(out, ',');
			label(out, "filter", counter->filter);
		}
		buf_addf(out, "} %" PRIu64 "\n", counter->total);
	}
	buf_adds(out, "# EOF\n");
}
