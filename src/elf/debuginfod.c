/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debug files from the servers of DEBUGINFOD_URLS, when the user asks for it. The client
 * library brings thirty others with it (elf-facts 3.3): it is loaded only then.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "elf/private.h"

static void say(const struct elffile *f, const char *text)
{
	f->priv->debug.notice(f->priv->debug.ctx, text);
}

#ifdef HAVE_DLOPEN
#include <dlfcn.h>

struct client { /* of elfutils' debuginfod.h, which need not be installed */
	void *library;
	void *(*begin)(void);
	void (*end)(void *);
	int (*find)(void *, const unsigned char *id, int len, char **path);
	void (*set_progress)(void *, int (*)(void *, long, long));
};

static bool load_client(struct client *c)
{
	c->library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!c->library)
		return false;
	*(void **)&c->begin = dlsym(c->library, "debuginfod_begin");
	*(void **)&c->end = dlsym(c->library, "debuginfod_end");
	*(void **)&c->find = dlsym(c->library, "debuginfod_find_debuginfo");
	*(void **)&c->set_progress = dlsym(c->library, "debuginfod_set_progressfn");
	return c->begin && c->end && c->find && c->set_progress;
}

/* Signals may be held back while a command works; Ctrl-C ends a download all the same. */
static int is_interrupted(void *handle, long done, long all)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

static int ask(const struct elffile *f, const struct client *c, char **ret_path)
{
	void *handle = c->begin();
	int fd;

	if (!handle)
		return -ENOMEM;
	c->set_progress(handle, is_interrupted);
	fd = c->find(handle, f->build_id, (int)f->build_id_len, ret_path);
	c->end(handle);
	return fd;
}

bool debuginfod_is_set_up(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	return urls && *urls;
}

int debuginfod_fetch(const struct elffile *f, char **ret_path)
{
	const char *urls = getenv("DEBUGINFOD_URLS");
	auto_free char *id = elffile_build_id(f), *asking = NULL, *failed = NULL;
	struct client c = { 0 };
	int fd;

	if (!f->priv->debug.notice)
		return -ENOENT;
	if (!f->build_id) {
		say(f, "debuginfod: the file has no build-id, by which servers are asked");
		return -ENOENT;
	}
	if (!debuginfod_is_set_up()) {
		say(f, "debuginfod: DEBUGINFOD_URLS names no server (sudo drops it: sudo -E)");
		return -ENOENT;
	}
	if (!load_client(&c)) {
		say(f, "debuginfod: libdebuginfod.so.1 is not installed");
		return -ENOENT;
	}
	asking = xasprintf("debuginfod: asking %s for build-id %s (%s)", urls, id, f->path);
	say(f, asking);
	fd = ask(f, &c, ret_path);
	if (fd < 0) {
		failed = xasprintf("debuginfod: %s", strerror(-fd));
		say(f, failed);
	}
	return fd;
}
#else
bool debuginfod_is_set_up(void)
{
	return false;
}

int debuginfod_fetch(const struct elffile *f, char **ret_path)
{
	if (f->priv->debug.notice && f->build_id)
		say(f, "debuginfod: a static program cannot load libdebuginfod");
	return -ENOENT;
}
#endif
