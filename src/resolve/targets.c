/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proc/proc.h"
#include "resolve/lookup.h"
#include "resolve/targets.h"

/* Files one pattern may mean without force. */
#define MAX_TARGETS 64

struct targets {
	const struct resolve_env *env;
	const struct target_search *search;
	struct resolution *res;
	/* Of the last file that failed: */
	bool in_target; /* it could not be opened */
	bool elsewhere; /* the function is not in it: reason to look into the next */
};

static bool wants_return(const struct resolution *res)
{
	enum spec_kind kind = spec_effective_kind(res->spec);

	return kind == SPEC_RETURN || kind == SPEC_PAIR || res->location.is_return;
}

static bool is_of(pid_t pid, const struct proc_map *map, const struct elffile *elf)
{
	struct stat st;

	return map->ino == elf->ino &&
	       (!proc_map_stat(pid, map, &st) || st.st_dev == elf->dev);
}

/*
 * With -p an address may be one of the running process: if it lies where the process has the
 * file mapped, it is turned into the one that nm would print.
 */
static void from_run_time(const struct targets *t, const struct target *target,
			  struct location *loc, struct function_list *notes)
{
	pid_t pid = t->env->target.pid;
	struct proc_maps maps = { 0 };
	const struct proc_map *at;
	uint64_t vaddr;

	if (!pid || loc->kind != LOCATION_VADDR || proc_maps_read(pid, &maps) < 0)
		return;
	at = proc_maps_at(&maps, loc->num);
	if (at && is_of(pid, at, target->elf) &&
	    elffile_offset_to_vaddr(target->elf, loc->num - at->start + at->pgoff, &vaddr)) {
		if (vaddr != loc->num)
			function_list_note(notes, "0x%" PRIx64 " in process %d is 0x%" PRIx64
						  " of %s", loc->num, (int)pid, vaddr,
					   target->name);
		loc->num = vaddr;
	}
	proc_maps_done(&maps);
}

static int find_in(const struct targets *t, const struct target *target,
		   struct function_list *ret, struct err *err)
{
	struct resolution *res = t->res;
	struct location loc = res->location;
	struct function_list notes = { 0 };
	const struct function_rules rules = {
		.is_return = wants_return(res),
		.force = t->env->force,
		.all_matches = t->env->all_matches,
		.optimises_nop5 = t->env->optimises_nop5,
		.env = &t->env->target,
		.max = t->env->max_functions,
		.ifunc = t->env->ifunc,
		.pid = t->env->target.pid,
		.is_foreign = t->env->target.sysroot != NULL,
	};
	/* What is pasted must lead to this file, not to all that the pattern means. */
	const char *typed = t->search->choice == TARGET_THE_ONE ? res->target_typed : target->name;
	int rc;

	from_run_time(t, target, &loc, &notes);
	rc = function_find(target, typed, &loc, &rules, ret, err);
	if (rc == 0 && notes.notes.len)
		function_list_note(ret, "%.*s", (int)notes.notes.len - 1, notes.notes.p);
	function_list_done(&notes);
	return rc;
}

/* Whether the file has only data, or only an import, of that name. */
static bool has_no_code(const struct targets *t, const struct target *target)
{
	auto_free const struct symbol **found = NULL;
	bool has_code = false;
	size_t n = 0;

	if (t->res->location.kind != LOCATION_SYMBOL ||
	    symtab_find(target->elf, t->res->location.name, &found, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		has_code = has_code || found[i]->is_code;
	return n && !has_code;
}

/* Takes the target and what was found in it. The array has room for every candidate. */
static void take(struct targets *t, struct target *target, struct function_list *found)
{
	struct resolution *res = t->res;
	struct target *kept = &res->targets.targets[res->targets.n++];

	*kept = *target;
	for (size_t i = 0; i < found->n; i++) {
		found->functions[i].target = kept;
		function_list_add(&res->functions, &found->functions[i]);
	}
	res->functions.n_aliases += found->n_aliases;
	buf_add(&res->functions.notes, found->notes.p, found->notes.len);
	function_list_done(found);
}

static int try_one(struct targets *t, const struct target_candidate *c, struct err *err)
{
	struct target target = { 0 };
	struct function_list found = { 0 };
	int rc = target_open(&t->env->target, c, &target, err);

	t->in_target = rc < 0;
	t->elsewhere = false;
	if (rc < 0)
		return rc;
	rc = find_in(t, &target, &found, err);
	if (rc == 0) {
		take(t, &target, &found);
		return 0;
	}
	t->elsewhere = rc == -ENOENT || rc == -ENODATA || has_no_code(t, &target);
	target_done(&target);
	return rc;
}

static int too_many_files(struct targets *t, struct err *err)
{
	t->in_target = true;
	err_set(err, E2BIG, "'%s' is more than %d files that have such a function; so many at "
			    "once need --force", t->res->target_typed, MAX_TARGETS);
	return err_hint(err, "see which: uprobe-ctl resolve --force '%s'",
			t->res->spec->origin.text);
}

/* The files of candidates from `first` on that define the function. */
static int try_all(struct targets *t, size_t first, struct err *err)
{
	struct err last = ERR_INIT;

	for (size_t i = first; i < t->search->n; i++) {
		const char *name = t->search->candidates[i].name;
		int rc = try_one(t, &t->search->candidates[i], &last);

		/* A file that vanished meanwhile, or is no ELF file, has no such function. */
		if (rc >= 0 || t->in_target || t->elsewhere)
			continue;
		if (!strstr(last.msg, name))
			err_prefix(&last, "%s", name);
		if (err)
			*err = last;
		return rc;
	}
	t->in_target = false;
	if (t->res->targets.n > MAX_TARGETS && !t->env->force)
		return too_many_files(t, err);
	return 0;
}

static int nowhere(const struct targets *t, struct err *err)
{
	const struct resolution *res = t->res;

	err_set(err, ENOENT, "no function '%s' in any of %zu files", res->location_typed,
		t->search->n);
	if (strcmp(res->target_typed, "*") == 0 && !t->env->target.pid)
		return err_hint(err, "* looks into files that processes map now; a program that "
				     "does not run is named by its path");
	return err_hint(err, "what one of them has: uprobe-ctl symbols %s '*%s*'",
			t->search->candidates[0].name, res->location.name ? res->location.name : "");
}

static int several(const struct targets *t, struct err *err)
{
	const struct target_list *list = &t->res->targets;

	err_set(err, EEXIST, "process %d has '%s' in %zu files; name one", (int)t->env->target.pid,
		t->res->location_typed, list->n);
	for (size_t i = 0; i < list->n && i < 20; i++)
		err_detail(err, "%s:%s", list->targets[i].name, t->res->location_typed);
	return -EEXIST;
}

/* An empty TARGET: the program, else the one library that defines the function. */
static int first_or_other(struct targets *t, struct err *err)
{
	int rc = try_one(t, &t->search->candidates[0], err);

	/* Offsets and addresses are the program's; so is its own error where it has one. */
	if (rc == 0 || !t->elsewhere || (t->res->location.kind != LOCATION_SYMBOL &&
					 t->res->location.kind != LOCATION_GLOB))
		return rc;
	rc = try_all(t, 1, err);
	if (rc < 0)
		return rc;
	if (t->res->targets.n == 0)
		return nowhere(t, err);
	return t->res->targets.n > 1 ? several(t, err) : 0;
}

static int every_defining(struct targets *t, struct err *err)
{
	const struct resolve_env *env = t->env;
	const struct resolution *res = t->res;
	int rc = try_all(t, 0, err);

	if (rc < 0)
		return rc;
	if (res->targets.n == 0)
		return nowhere(t, err);
	if (env->max_functions && res->functions.n > env->max_functions && !env->force)
		return err_set(err, E2BIG, "that is %zu functions of %zu files; more than %zu at "
					   "once need --force", res->functions.n,
			       res->targets.n, env->max_functions);
	return 0;
}

int targets_resolve(const struct resolve_env *env, const struct target_search *search,
		    struct resolution *res, bool *ret_in_target, struct err *err)
{
	struct targets t = { .env = env, .search = search, .res = res };
	int rc;

	res->targets.targets = xcalloc(search->n, sizeof(*res->targets.targets));
	if (search->choice == TARGET_FIRST)
		rc = first_or_other(&t, err);
	else if (search->choice == TARGET_THE_ONE || search->n == 1)
		rc = try_one(&t, &search->candidates[0], err);
	else
		rc = every_defining(&t, err);
	*ret_in_target = t.in_target;
	return rc;
}
