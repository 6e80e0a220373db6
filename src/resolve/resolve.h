/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Request → definitions: the middle of the pipeline. A plan is what one call of uprobe-ctl
 * wants of the kernel: for each spec its file, its place and the lines to write, names made
 * unique among themselves and among what the kernel has already. Nothing is written here.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "probe/definition.h"
#include "probe/features.h"
#include "probe/location.h"
#include "probe/spec.h"
#include "resolve/function.h"
#include "resolve/target.h"

struct resolve_env {
	struct target_env target;
	const struct features *features;        /* NULL: assume a new kernel */
	const struct definition_list *existing; /* names in use; NULL: none */
	const char *group;   /* for specs that name none; NULL: "uprobes" */
	bool own_group;      /* the group is this run's alone: names of others do not clash, and
				a group of the spec's is not used */
	const char *const *hidden; /* arguments every definition gets, "__comm=$comm", NULL-
				      terminated; NULL: none */
	const char *const *hidden_pair; /* and besides, those of a pair's two halves */
	bool watching; /* we show the events; else the kernel does (lower.h) */
	bool force;
	bool optimises_nop5;   /* the kernel makes calls of 5-byte no-ops (proc/kernel.h) */
	enum ifunc_mode ifunc;
	bool missing_ok;       /* a file or function that is not there: left out, with a note */
	bool all_matches;      /* several functions of one name: all of them */
	size_t max_functions;  /* a pattern may match without force; 0: any number */
};

/* One spec, resolved. */
struct resolution {
	const struct spec *spec; /* borrowed */
	char *target_typed;      /* TARGET and LOCATION as the user wrote them */
	char *location_typed;
	struct target_list targets; /* one, unless TARGET is a pattern; never none */
	struct location location;
	struct function_list functions; /* one, unless a pattern; each knows its target */
	/*
	 * One for each function, and of a pair first all entries, then all returns. Those of
	 * one kind are the locations of one event; its constant __id tells them apart: the
	 * function's index, over all targets.
	 */
	struct definition *defs;
	size_t n_defs;
};

struct plan {
	struct resolution *res;
	size_t n;
	struct buf notes; /* remarks for the user on all of it, whole lines */
};

/*
 * Resolves all or nothing. The specs must outlive the plan. Errors point into the spec that
 * caused them.
 */
int plan_make(const struct resolve_env *env, const struct spec *specs, size_t n,
	      struct plan *ret, struct err *err);
void plan_done(struct plan *plan);
/* Whether it has both ends of its calls: the entries stand first, the returns behind them. */
bool resolution_is_pair(const struct resolution *res);
/* The function a definition of the resolution is for. */
const struct function *resolution_function(const struct resolution *res,
					   const struct definition *d);
/*
 * The event name the user gave for a definition, where that is not the definition's own:
 * in a run's group a name that was given twice became two. NULL: it is. Heap.
 */
char *plan_event_shown(const struct resolution *res, const struct definition *d);
/* How many definitions, and the i-th. */
size_t plan_n_defs(const struct plan *plan);
struct definition *plan_def(const struct plan *plan, size_t i, const struct resolution **ret_res);

/* Resolves one spec up to its place, without definitions: `resolve` shows how. */
int resolve_place(const struct resolve_env *env, const struct spec *spec,
		  struct resolution *ret, struct err *err);
void resolution_done(struct resolution *res);
