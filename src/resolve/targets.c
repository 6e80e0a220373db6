/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
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
	bool is_one_of_many; /* the next file: then no long answer is wanted why it has not */
	bool exported_only;  /* only files that export the function will do */
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
		.is_one_of_many = t->is_one_of_many,
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

/* Whether other files get that function of this one. */
static bool exports(const struct targets *t, const struct target *target)
{
	auto_free const struct symbol **found = NULL;
	const char *name = t->res->location.name;
	bool is_exported = false;
	size_t n = 0;

	if (symtab_find(target->elf, name, &found, &n, NULL) < 0 ||
	    (!n && symtab_find_typed(target->elf, name, false, &found, &n, NULL) < 0))
		return false;
	for (size_t i = 0; i < n; i++)
		is_exported = is_exported ||
			      (found[i]->is_code && found[i]->source == SYMBOL_DYNSYM);
	return is_exported;
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
	if (t->exported_only && !exports(t, &target)) {
		t->elsewhere = true;
		target_done(&target);
		return -ENOENT;
	}
	rc = find_in(t, &target, &found, err);
	if (rc == 0 && c->is_choice)
		function_list_note(&found, "%s is %s: %s", t->res->target_typed, c->name,
				   c->reason);
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

	t->is_one_of_many = true;
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
	auto_free char *first = text_shell_word(t->search->candidates[0].name);
	const struct resolution *res = t->res;

	err_set(err, ENOENT, "no function '%s' in any of %zu files", res->location_typed,
		t->search->n);
	if (strcmp(res->target_typed, "*") == 0 && !t->env->target.pid)
		return err_hint(err, "* looks into files that processes map now; a program that "
				     "does not run is named by its path");
	return err_hint(err, "what the first of them has: uprobe-ctl symbols %s", first);
}

static int several(const struct targets *t, struct err *err)
{
	const struct target_list *list = &t->res->targets;

	if (t->env->target.pid)
		err_set(err, EEXIST, "process %d has '%s' in %zu files; name one",
			(int)t->env->target.pid, t->res->location_typed, list->n);
	else
		err_set(err, EEXIST, "%zu libraries of %s have '%s'; name one", list->n,
			t->search->candidates[0].name, t->res->location_typed);
	for (size_t i = 0; i < list->n && i < 20; i++)
		err_detail(err, "%s:%s", list->targets[i].name, t->res->location_typed);
	return -EEXIST;
}

/* Whether a library may have what the program has not. */
static bool may_be_elsewhere(const struct targets *t)
{
	const struct location *loc = &t->res->location;

	/* Offsets and addresses are the program's, and so are the calls that it makes. */
	return t->elsewhere && t->search->n > 1 && !(loc->at && strcmp(loc->at, "plt") == 0) &&
	       (loc->kind == LOCATION_SYMBOL || loc->kind == LOCATION_GLOB);
}

/*
 * An empty TARGET: the program, else the one library that defines the function. What one
 * exports goes before what others have for themselves: strlen of the C library before the
 * loader's own.
 */
static int first_or_other(struct targets *t, struct err *err)
{
	struct resolution *res = t->res;
	int rc = try_one(t, &t->search->candidates[0], err), others;

	if (rc == 0 || !may_be_elsewhere(t))
		return rc;
	t->exported_only = res->location.kind == LOCATION_SYMBOL;
	others = try_all(t, 1, err);
	if (others == 0 && t->exported_only && res->targets.n == 0) {
		t->exported_only = false;
		others = try_all(t, 1, err);
	}
	if (others < 0)
		return others;
	if (res->targets.n == 0) {
		err_suffix(err, ", nor in the %zu libraries it uses", t->search->n - 1);
		return rc;
	}
	if (res->targets.n > 1)
		return several(t, err);
	err_clear(err); /* the program's */
	function_list_note(&res->functions, ":%s is %s:%s", res->location_typed,
			   res->targets.targets[0].name, res->location_typed);
	return 0;
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
