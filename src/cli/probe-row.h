/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What is known of a probe that exists, as list and profile show it. */

#include <stdbool.h>

#include "cli/cli.h"
#include "probe/definition.h"
#include "proc/mapped.h"
#include "report/json.h"
#include "report/table.h"
#include "resolve/locate.h"
#include "session/ledger.h"

/* What is asked once for all rows. */
struct probe_rows {
	struct cli *cli;
	const struct ledger *ledger; /* borrowed */
	struct locator *locator;
	char **instances;
	struct mapped mapped; /* once a stale probe is seen */
	bool has_mapped;
	/* The switches of the event asked for last: its other locations follow it. */
	char *event, *enabled;
	char *filter; /* NULL: none */
	const struct ledger_entry *noted; /* whose file was told to be another now */
};

/* What became of the file that a probe was made on. */
enum probe_stale {
	STALE_NOT, /* it is the same, or nobody knows: the probe is foreign */
	STALE_GONE,
	STALE_REPLACED,
	STALE_REWRITTEN, /* the same inode with other content: the offset may be anywhere (5.3) */
};

/* One definition, with what is known of it. */
struct probe_row {
	const struct definition *d;
	const struct ledger_entry *entry; /* NULL: foreign */
	const char *name;                 /* of the file, to show: never /proc/self/fd/N of ours */
	const char *path;                 /* where it can be read */
	enum probe_stale stale;
};

void probe_rows_init(struct probe_rows *rows, struct cli *cli, const struct ledger *ledger);
void probe_rows_done(struct probe_rows *rows);

struct probe_row probe_row_of(const struct probe_rows *rows, const struct definition *d);
/* Symbol and distance, NULL if none is known. Heap, like the next three. */
char *probe_row_symbol(const struct probe_rows *rows, const struct probe_row *row);
/*
 * -ESTALE with a message: the probe is not to be enabled, for its file was rewritten. That it
 * will see only programs which still run another file than the one there is now, is noted:
 * once for all of an event's locations in a file.
 */
int probe_row_check(struct probe_rows *rows, const struct probe_row *row, struct err *err);
/* "/lib/libc.so.6:malloc (0x9a0)" */
char *probe_row_location(const struct probe_rows *rows, const struct probe_row *row);
/* "kept", "foreign", …, and what is the matter with it. */
char *probe_row_owner(struct probe_rows *rows, const struct probe_row *row);
/* Where it records: "on" at the top level, else the instances by name; "off". */
char *probe_row_enabled(struct probe_rows *rows, const struct probe_row *row);
/* What must be true for it to record, at the top level; NULL: nothing. The rows' own. */
const char *probe_row_filter(struct probe_rows *rows, const struct probe_row *row);
/* The arguments, without those that are ours, and the filter; the whole cell of a table. */
void probe_row_args(struct probe_rows *rows, const struct probe_row *row, struct table *t);
/* An argument as it is written. */
void probe_row_arg(const struct def_arg *arg, struct buf *b);
/* group … owner, and what is the matter, into the object that is open. */
void probe_row_json(struct probe_rows *rows, const struct probe_row *row, struct json *j);
