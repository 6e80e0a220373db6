/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Per-event and per-instance switches. `instance` NULL means the top level everywhere.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "tracefs/tfs.h"

/* The path below tracefs of a file of an instance. Heap. */
char *control_path(const char *instance, const char *fmt, ...) PRINTF_FMT(2, 3);

enum enable_state {
	ENABLE_OFF,
	ENABLE_ON,
	ENABLE_SOFT, /* armed by a trigger: "0*" or "1*" */
	ENABLE_GONE, /* no such event */
};

/* Instance names, NULL-terminated, sorted; root_names_free(). */
int instance_names(struct tfs *tfs, char ***ret, struct err *err);
int instance_create(struct tfs *tfs, const char *name, struct err *err);
/* EBUSY while any of its files is open. Same cost as disabling what it has enabled. */
int instance_remove(struct tfs *tfs, const char *name, struct err *err);

enum enable_state control_state(struct tfs *tfs, const char *instance, const char *group,
				const char *event);
/* Writes 1 or 0 to the event's enable file. EINTR: perf owns the event (R20). */
int control_enable(struct tfs *tfs, const char *instance, const char *group, const char *event,
		   bool on, struct err *err);
/* The filter as the kernel shows it ("none" → NULL). Heap. */
char *control_filter(struct tfs *tfs, const char *instance, const char *group,
		     const char *event);
/*
 * Sets a filter (NULL clears it). On a kernel error the kernel has left the event
 * unfiltered (R15): the filter is cleared again and the error carries the kernel's sentence
 * and, in err->at, the culprit's place counted from the start of `filter` (origin not set).
 */
int control_set_filter(struct tfs *tfs, const char *instance, const char *group,
		       const char *event, const char *filter, struct err *err);
/* The event's triggers, one a line, comments left out; "" for none. Heap. */
char *control_triggers(struct tfs *tfs, const char *instance, const char *group,
		       const char *event);
/* Removes every trigger of the event in that instance. */
int control_clear_triggers(struct tfs *tfs, const char *instance, const char *group,
			   const char *event, struct err *err);

/* Writes a file of the instance: trace_clock, tracing_on, buffer_size_kb, set_event_pid … */
int control_set(struct tfs *tfs, const char *instance, const char *file, const char *value,
		struct err *err);
/* options/NAME = 0 or 1; false if this kernel has no such option. */
bool control_option(struct tfs *tfs, const char *instance, const char *option, bool on);
/* Appends TIDs to set_event_pid. */
int control_add_pids(struct tfs *tfs, const char *instance, const pid_t *tids, size_t n,
		     struct err *err);
/* Whether it has all of these. */
bool control_has_pids(struct tfs *tfs, const char *instance, const pid_t *tids, size_t n);
/* The event's format file, added to `b`. */
int control_format(struct tfs *tfs, const char *group, const char *event, struct buf *b,
		   struct err *err);
/* The event's id, or -errno. */
int control_event_id(struct tfs *tfs, const char *group, const char *event);
/*
 * "overrun" and "dropped events" of a CPU's buffer (per_cpu/cpuN/stats); false if they
 * cannot be read.
 */
bool control_cpu_losses(struct tfs *tfs, const char *instance, int cpu, uint64_t *ret_overrun,
			uint64_t *ret_dropped);
/* CPUs that have a per_cpu directory: numbers in a heap array. */
int control_cpus(struct tfs *tfs, const char *instance, int **ret, size_t *ret_n,
		 struct err *err);
/* An fd on per_cpu/cpuN/trace_pipe_raw, non-blocking, or -errno. */
int control_open_raw(struct tfs *tfs, const char *instance, int cpu);
/* An fd on the instance's trace_pipe, non-blocking, or -errno (-EBUSY: it has a reader). */
int control_open_pipe(struct tfs *tfs, const char *instance);
