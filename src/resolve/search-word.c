/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A word without '/': a program along PATH, or a library. What a process maps is the truth
 * about it; without one, ld.so.cache says what the loader would take, and where there is no
 * cache (musl, a small root) the directories it would look into. All files that the word can
 * mean are collected; nothing is picked silently.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/candidates.h"
#include "resolve/ldcache.h"

/* The first along PATH, as the shell would. */
static void offer_program(struct target_search *s, const struct target_env *env,
			  const char *word)
{
	const char *p = env->search_path;

	while (p && *p && s->n == 0) {
		size_t len = strcspn(p, ":");
		auto_free char *path = xasprintf("%.*s/%s", (int)len, p, word);
		struct stat st;

		if (len && p[0] == '/' && env_stat(env, path, &st) && (st.st_mode & 0111))
			offer_path(s, env, path, "by PATH");
		p += len + (p[len] == ':');
	}
}

int search_program(const struct target_env *env, const char *word, struct target_search *ret)
{
	offer_program(ret, env, word);
	return ret->n ? 0 : -ENOENT;
}

static bool same_flavour(struct flavour a, uint16_t machine, uint8_t elf_class)
{
	return a.machine == machine && a.elf_class == elf_class;
}

/* Libraries for the programs at hand; only if there are none, those of another class. */
static void offer_from_cache(struct target_search *s, const struct target_env *env,
			     const char *typed, name_matches *matches, const struct buf *cache)
{
	auto_free struct ldcache_entry *entries = NULL;
	struct flavour ours = env_flavour(env);
	size_t before = s->n, n = 0;

	if (ldcache_parse(buf_str(cache), cache->len, &entries, &n) < 0)
		return;
	for (int native = 1; native >= 0 && s->n == before; native--)
		for (size_t i = 0; i < n; i++) {
			const struct ldcache_entry *e = &entries[i];

			if (same_flavour(ours, e->machine, e->elf_class) == native &&
			    matches(e->soname, typed))
				offer_path(s, env, e->path,
					   e->hwcap ? "by ld.so.cache, a copy for some CPUs only"
						    : "by ld.so.cache");
		}
}

static bool offer_by_cache(struct target_search *s, const struct target_env *env,
			   const char *typed, name_matches *matches)
{
	auto_close int fd = env_open(env, "/etc/ld.so.cache");
	auto_buf data = BUF_INIT;
	size_t before = s->n;

	if (fd >= 0 && fd_read_all(fd, &data) == 0)
		offer_from_cache(s, env, typed, matches, &data);
	return s->n > before;
}

struct directories {
	char **paths; /* NULL-terminated */
	size_t n;
};

static void add_directory(struct directories *d, char *path)
{
	d->paths = xgrow(d->paths, d->n, sizeof(*d->paths));
	d->paths[d->n++] = path;
}

static void directories_done(struct directories *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->paths[i]);
	free(d->paths);
}

/* Names in a directory of the environment, NULL-terminated; NULL: there is none. */
static char **names_in(const struct target_env *env, const char *path, bool dirs_only)
{
	auto_free char *prefix = env_root(env);
	auto_free char *full = xasprintf("%s%s", prefix, path);
	struct root dir = ROOT_INIT;
	char **names = NULL;

	if (root_open(&dir, full) == 0 && root_names(&dir, dirs_only, &names, "%s", "") < 0)
		names = NULL;
	root_close(&dir);
	return names;
}

/* /lib/x86_64-linux-gnu and its like; musl's are not glibc's to look into. */
static void add_multiarch(struct directories *d, const struct target_env *env, const char *lib)
{
	char **names = names_in(env, lib, true);

	for (char **p = names; p && *p; p++)
		if (text_glob_match("*-linux-*", *p) && !text_glob_match("*-musl*", *p))
			add_directory(d, xasprintf("%s/%s", lib, *p));
	root_names_free(names);
}

/* musl's list replaces its built-in one: between colons or newlines. */
static bool add_musl_path(struct directories *d, const struct target_env *env)
{
	char **names = names_in(env, "/etc", false);
	size_t before = d->n;

	for (char **p = names; p && *p; p++) {
		auto_free char *path = xasprintf("/etc/%s", *p);
		auto_close int fd = -1;
		auto_buf text = BUF_INIT;
		char *rest, *word;

		if (!text_glob_match("ld-musl-*.path", *p))
			continue;
		fd = env_open(env, path);
		if (fd < 0 || fd_read_all(fd, &text) < 0)
			continue;
		rest = text.p;
		while (rest && (word = strsep(&rest, ":\n")))
			if (word[0] == '/')
				add_directory(d, xstrdup(word));
	}
	root_names_free(names);
	return d->n > before;
}

static void usual_directories(struct directories *d, const struct target_env *env)
{
	static const char *const plain[] = { "/lib64", "/usr/lib64", "/lib", "/usr/local/lib",
					     "/usr/lib", "/lib32", "/usr/lib32" };

	auto_close int cache = env_open(env, "/etc/ld.so.cache");

	if (cache < 0 && add_musl_path(d, env)) /* it may lie beside a glibc system's own */
		return;
	add_multiarch(d, env, "/lib");
	add_multiarch(d, env, "/usr/lib");
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		add_directory(d, xstrdup(plain[i]));
}

static void offer_from_directories(struct target_search *s, const struct target_env *env,
				   const char *typed, name_matches *matches)
{
	CLEANUP(directories_done) struct directories d = { 0 };
	struct flavour ours = env_flavour(env);
	size_t before = s->n;

	usual_directories(&d, env);
	for (int native = 1; native >= 0 && s->n == before; native--)
		for (size_t i = 0; i < d.n; i++) {
			auto_free char *reason = xasprintf("in %s", d.paths[i]);
			char **names = names_in(env, d.paths[i], false);

			for (char **p = names; p && *p; p++) {
				auto_free char *path = xasprintf("%s/%s", d.paths[i], *p);
				struct flavour f;

				if (!strstr(*p, ".so") || !matches(*p, typed))
					continue;
				f = env_flavour_of(env, path);
				if (f.elf_class &&
				    same_flavour(ours, f.machine, f.elf_class) == native)
					offer_path(s, env, path, reason);
			}
			root_names_free(names);
		}
}

void offer_libraries(struct target_search *s, const struct target_env *env,
		     const char *typed, name_matches *matches)
{
	if (!offer_by_cache(s, env, typed, matches))
		offer_from_directories(s, env, typed, matches);
}

/* What -p's process maps under that name: its program, or a library. */
static void offer_own(struct target_search *s, const struct target_env *env, const char *word)
{
	auto_free char *old_style = xasprintf("lib%s-*.so", word); /* libc-2.31.so */
	auto_free char *reason = xasprintf("of process %d", (int)env->pid);
	CLEANUP(mapped_done) struct mapped m = { 0 };

	if (mapped_read(env->pid, &m) < 0)
		return;
	for (size_t i = 0; i < m.n; i++) {
		const char *name = text_base_name(m.files[i].path);

		if (ldcache_matches(name, word) || text_glob_match(old_style, name))
			offer_mapped(s, env, &m.files[i], reason);
	}
}

static int no_candidate(const struct target_env *env, const char *typed, struct err *err)
{
	err_set(err, ENOENT, "no program or library is called '%s'", typed);
	return err_hint(err, "a program is looked up along PATH, a library (libc.so.6, libc, "
			     "c) %s /etc/ld.so.cache; any other file needs a path: ./%s",
			env->pid ? "among what the process maps and in" : "in", typed);
}

/* How many processes map each; the only one that any process maps, SIZE_MAX: no such. */
static size_t the_mapped_one(const struct target_search *s, size_t *counts)
{
	CLEANUP(mapped_done) struct mapped m = { 0 };
	size_t found = SIZE_MAX, n_found = 0;

	if (mapped_read(0, &m) < 0)
		return SIZE_MAX;
	for (size_t i = 0; i < s->n; i++) {
		const struct target_candidate *c = &s->candidates[i];

		counts[i] = mapped_count(&m, c->dev, c->ino, c->name);
		if (!counts[i])
			continue;
		found = i;
		n_found++;
	}
	return n_found == 1 ? found : SIZE_MAX;
}

static int too_many(const char *typed, const struct target_search *s, const size_t *counts,
		    struct err *err)
{
	err_set(err, EEXIST, "'%s' is %zu different files; name one", typed, s->n);
	for (size_t i = 0; i < s->n && i < 20; i++) {
		const struct target_candidate *c = &s->candidates[i];

		if (counts[i])
			err_detail(err, "%s  (%s; %zu process%s map%s it)", c->name, c->reason,
				   counts[i], counts[i] == 1 ? "" : "es",
				   counts[i] == 1 ? "s" : "");
		else
			err_detail(err, "%s  (%s)", c->name, c->reason);
	}
	return -EEXIST;
}

static void keep_only(struct target_search *s, size_t which, size_t n_processes)
{
	struct target_candidate c = s->candidates[which];
	size_t n = s->n;

	s->candidates[which] = s->candidates[0];
	s->candidates[0] = (struct target_candidate){ 0 };
	for (size_t i = 1; i < n; i++) {
		free(s->candidates[i].name);
		free(s->candidates[i].link);
		free(s->candidates[i].reason);
	}
	s->n = 1;
	s->candidates[0] = c;
	s->candidates[0].is_choice = true;
	s->candidates[0].reason =
		xasprintf("%s; of %zu such files the only one that processes map now (%zu)",
			  c.reason, n, n_processes);
	free(c.reason);
}

/* Several: those of a process are all its own, another root's run nowhere. */
static int decide(const struct target_env *env, const char *word, bool has_program,
		  struct target_search *s, struct err *err)
{
	auto_free size_t *counts = xcalloc(s->n, sizeof(*counts));
	size_t one = SIZE_MAX;

	if (!env->sysroot && !env->pid)
		one = the_mapped_one(s, counts);
	if (one == SIZE_MAX || has_program)
		return too_many(word, s, counts, err);
	keep_only(s, one, counts[one]);
	return 0;
}

int search_word(const struct target_env *env, const char *word, struct target_search *ret,
		struct err *err)
{
	CLEANUP(target_search_done) struct target_search s = { 0 }, program = { 0 };
	bool has_program = false;
	int rc = 0;

	if (env->pid)
		offer_own(&s, env, word);
	if (s.n == 0) {
		offer_program(&program, env, word);
		if (program.n) /* a script is a program, but not what a library's name means */
			has_program = env_flavour_of(env, program.candidates[0].name).elf_class;
		if (has_program)
			offer_path(&s, env, program.candidates[0].name, "by PATH");
		offer_libraries(&s, env, word, ldcache_matches);
	}
	if (s.n == 0 && program.n)
		offer_path(&s, env, program.candidates[0].name, "by PATH");
	if (s.n == 0)
		return no_candidate(env, word, err);
	if (s.n > 1)
		rc = decide(env, word, has_program, &s, err);
	if (rc == 0) {
		*ret = s;
		s = (struct target_search){ 0 };
	}
	return rc;
}
