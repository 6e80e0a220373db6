/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Counts as text, JSON, CSV, and OpenMetrics (for node_exporter's textfile collector). */

#include <stdbool.h>

#include "analyze/counts.h"
#include "base/buf.h"

struct counts_options {
	size_t top;        /* rows to show; 0: all */
	bool zeros;        /* also what was never hit */
	bool no_header;
	bool intervals;    /* counts come again and again: show deltas */
	bool footer;       /* of the text with intervals: what is not shown, and the rate */
	bool probes;       /* of probes that exist: CSV and OpenMetrics name them */
};

typedef void counts_format_fn(const struct counts *c, const struct counts_options *opts,
			      struct buf *out);

counts_format_fn counts_text, counts_json, counts_csv, counts_openmetrics;
