/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns over files: over paths, over sonames, and `*`, every file that is mapped. Which of
 * them define the function is looked at later; a file that is no ELF file, or the same
 * as another under a second name, does not count.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/candidates.h"

static bool glob_matches(const char *soname, const char *glob)
{
	return text_glob_match(glob, soname);
}

/* The root's own path is no pattern. */
static char *escaped(const char *s)
{
	auto_buf b = BUF_INIT;

	for (; *s; s++) {
		if (strchr("*?[\\", *s))
			buf_addc(&b, '\\');
		buf_addc(&b, *s);
	}
	return buf_steal(&b);
}

static void offer_paths(struct target_search *s, const struct target_env *env,
			const char *pattern)
{
	auto_free char *root = env_root(env);
	auto_free char *prefix = escaped(root);
	auto_free char *full = xasprintf("%s%s", prefix, pattern);
	auto_free char *reason = xasprintf("matches %s", pattern);
	glob_t found;

	if (glob(full, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *path = found.gl_pathv[i] + strlen(root);

			if (env_flavour_of(env, path).elf_class)
				offer_path(s, env, path, reason);
		}
		globfree(&found);
	}
}

static void offer_matching(struct target_search *s, const struct target_env *env,
			   const char *pattern)
{
	auto_free char *reason = xasprintf("matches %s, mapped now", pattern);
	CLEANUP(mapped_done) struct mapped m = { 0 };

	if (env->sysroot || mapped_read(env->pid, &m) < 0)
		return;
	for (size_t i = 0; i < m.n; i++)
		if (text_glob_match(pattern, text_base_name(m.files[i].path)))
			offer_mapped(s, env, &m.files[i], reason);
}

int search_pattern(const struct target_env *env, const char *glob, struct target_search *ret,
		   struct err *err)
{
	struct target_search s = { .choice = TARGET_DEFINING };

	if (strchr(glob, '/')) {
		offer_paths(&s, env, glob);
	} else {
		offer_matching(&s, env, glob);
		if (!env->pid) /* with -p its maps are the truth */
			offer_libraries(&s, env, glob, glob_matches);
	}
	if (s.n == 0)
		return err_set(err, ENOENT, strchr(glob, '/') ?
			       "no ELF file matches '%s'" :
			       "no library in ld.so.cache and no file mapped now matches '%s'",
			       glob);
	*ret = s;
	return 0;
}

int search_mapped(const struct target_env *env, struct target_search *ret, struct err *err)
{
	CLEANUP(mapped_done) struct mapped m = { 0 };
	struct target_search s = { .choice = TARGET_DEFINING };
	auto_free char *reason = env->pid ? xasprintf("of process %d", (int)env->pid)
					  : xstrdup("mapped now");
	int rc;

	if (env->sysroot) {
		err_set(err, EINVAL, "* means the files that processes map now, and --sysroot "
				     "another machine's");
		return err_hint(err, "a pattern over paths works there: /usr/lib/*");
	}
	rc = mapped_read(env->pid, &m);
	for (size_t i = 0; i < m.n; i++)
		offer_mapped(&s, env, &m.files[i], reason);
	if (s.n == 0 && env->pid)
		return err_set(err, ESRCH, "process %d maps no file: there is none, it is a "
					   "kernel thread, or we may not look", (int)env->pid);
	if (s.n == 0)
		return err_set(err, rc < 0 ? -rc : ENOENT, "no process can be looked at");
	*ret = s;
	return 0;
}
