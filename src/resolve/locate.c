/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/debugfile.h"
#include "elf/demangle.h"
#include "elf/plt.h"
#include "resolve/locate.h"

struct known_file {
	char *path;
	struct elffile *elf; /* NULL: cannot be read */
};

struct locator {
	struct known_file *files;
	size_t n;
	bool keep_mangled;
};

struct locator *locator_new(void)
{
	return xcalloc(1, sizeof(struct locator));
}

void locator_free(struct locator *l)
{
	for (size_t i = 0; l && i < l->n; i++) {
		free(l->files[i].path);
		elffile_close(l->files[i].elf);
	}
	if (l)
		free(l->files);
	free(l);
}

/* /proc/PID/root/… is a file of that root, and so are its debug files. */
static void set_root(struct elffile *elf, const char *path)
{
	size_t len = text_starts(path, "/proc/") ? 6 + strspn(path + 6, "0123456789") : 0;
	auto_free char *root = NULL;

	if (len <= 6 || !text_starts(path + len, "/root/"))
		return;
	root = xstrndup(path, len + strlen("/root"));
	debugfile_set_root(elf, root);
}

static struct elffile *open_once(struct locator *l, const char *path)
{
	struct elffile *elf = NULL;

	for (size_t i = l->n; i-- > 0;)
		if (strcmp(l->files[i].path, path) == 0)
			return l->files[i].elf;
	/* /proc/self/… of whoever made the probe is another file in this process. */
	if (text_starts(path, "/proc/self/") || elffile_open(-1, path, &elf, NULL) < 0)
		elf = NULL;
	if (elf)
		set_root(elf, path);
	l->files = xgrow(l->files, l->n, sizeof(*l->files));
	l->files[l->n++] = (struct known_file){ xstrdup(path), elf };
	return elf;
}

void locator_keep_mangled(struct locator *l)
{
	l->keep_mangled = true;
}

static char *shown(const struct locator *l, const char *name)
{
	return l->keep_mangled ? xstrdup(name) : demangle_shown(name);
}

const struct elffile *locator_file(struct locator *l, const char *path)
{
	return open_once(l, path);
}

/* The symbol that holds the offset; NULL: there is none, or the file cannot be read. */
static const struct symbol *find(struct locator *l, const char *path, uint64_t offset,
				 uint64_t *ret_off)
{
	struct elffile *elf = open_once(l, path);
	const struct symbol *plt = elf ? elf_plt_at(elf, offset, ret_off) : NULL;

	return plt || !elf ? plt : symtab_at(elf, offset, ret_off);
}

char *locator_symbol(struct locator *l, const char *path, uint64_t offset, bool is_return)
{
	uint64_t off = 0;
	const struct symbol *s = find(l, path, offset - is_return, &off);
	auto_free char *name = s ? shown(l, s->name) : NULL;

	off += is_return;
	return name && off ? xasprintf("%s+0x%" PRIx64, name, off) : STEAL(name);
}

bool locator_names(struct locator *l, const char *path, const char *symbol, uint64_t offset)
{
	auto_free const struct symbol **found = NULL;
	struct elffile *elf = open_once(l, path);
	size_t n = 0, code = 0;

	if (!elf || symtab_find(elf, symbol, &found, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!found[i]->is_code)
			continue;
		if (found[i]->offset != offset)
			return false;
		code++;
	}
	return code > 0;
}
