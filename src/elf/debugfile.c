/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search order is what gdb, elfutils and the distributions agree on (elf-facts 3.1). A
 * candidate with another build-id is another file, whatever its name; only where the file
 * has no build-id, the checksum beside the debug link decides.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "elf/private.h"

#define DEBUG_DIR "/usr/lib/debug"

struct place { /* a tree in which debug files may be */
	int root_fd; /* -1: our own root */
	const char *root;
};

struct debug_search {
	struct elffile *f;
	char *link;         /* of .gnu_debuglink; NULL: there is none */
	uint32_t crc;
	struct elffile *found;
	const char *no_go;  /* why the names that Go keeps are not used; NULL: there are none */
};

void debugfile_set_root(struct elffile *f, const char *root)
{
	free(f->priv->debug.root);
	f->priv->debug.root = root && *root && strcmp(root, "/") != 0 ? xstrdup(root) : NULL;
}

void debugfile_ask_servers(struct elffile *f, debugfile_notice *notice, void *ctx)
{
	f->priv->debug.notice = notice;
	f->priv->debug.ctx = ctx;
}

/* A file name, NUL, padding to a multiple of four, CRC32 in the file's byte order. */
static void read_link(struct debug_search *q)
{
	const struct elf_section *s = elf_section_find(q->f, ".gnu_debuglink");
	auto_free char *p = NULL;
	size_t len;

	if (!s || s->size < 8 || s->size > PATH_MAX)
		return;
	p = elf_load(q->f, s->offset, s->size);
	len = p ? strlen(p) : 0;
	if (len == 0 || len > NAME_MAX || strchr(p, '/') || ((len + 4) & ~3UL) + 4 > s->size)
		return;
	q->crc = elf_get32(q->f, p + ((len + 4) & ~3UL));
	q->link = xstrdup(p);
}

static bool same_build_id(const struct elffile *a, const struct elffile *b)
{
	return a->build_id && b->build_id && a->build_id_len == b->build_id_len &&
	       memcmp(a->build_id, b->build_id, a->build_id_len) == 0;
}

static uint32_t crc_byte(uint32_t crc)
{
	for (int bit = 0; bit < 8; bit++)
		crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	return crc;
}

uint32_t elf_crc32(uint32_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t table[256];

	for (uint32_t i = 0; i < ARRAY_SIZE(table); i++)
		table[i] = crc_byte(i);
	crc = ~crc;
	for (size_t i = 0; i < len; i++)
		crc = table[(crc ^ p[i]) & 0xff] ^ (crc >> 8);
	return ~crc;
}

static bool has_crc(const struct elffile *f, uint32_t want)
{
	auto_free unsigned char *chunk = xmalloc(64 << 10);
	uint32_t crc = 0;

	for (uint64_t at = 0;;) {
		ssize_t n = elffile_pread(f, chunk, 64 << 10, at);

		if (n <= 0)
			return n == 0 && crc == want;
		crc = elf_crc32(crc, chunk, n);
		at += n;
	}
}

static bool belongs(const struct debug_search *q, const struct elffile *d)
{
	const struct elffile *f = q->f;

	if (d->dev == f->dev && d->ino == f->ino)
		return false;
	if (d->machine != f->machine || d->elf_class != f->elf_class || d->data != f->data)
		return false;
	if (f->build_id)
		return same_build_id(f, d);
	return q->link && has_crc(d, q->crc);
}

/* Takes fd. Only what has names is a find: dwz leaves files of types alone. */
static bool try_fd(struct debug_search *q, int fd, const char *path)
{
	auto_elffile struct elffile *d = NULL;
	struct elf_table unused;

	if (fd < 0 || elf_open_debug(fd, path, &d) < 0)
		return false;
	if (!elf_debug_table(d, &unused) || !belongs(q, d))
		return false;
	q->found = STEAL(d);
	return true;
}

static bool try_path(struct debug_search *q, const struct place *at, const char *path)
{
	auto_free char *shown = xasprintf("%s%s", at->root, path);
	int fd;

	if (at->root_fd >= 0)
		fd = elf_open_below(at->root_fd, path, true);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return try_fd(q, fd, shown);
}

static bool try_build_id(struct debug_search *q, const struct place *at)
{
	auto_free char *id = elffile_build_id(q->f);
	auto_free char *path = NULL;

	if (strlen(id) < 4)
		return false;
	path = xasprintf(DEBUG_DIR "/.build-id/%.2s/%s.debug", id, id + 2);
	return try_path(q, at, path);
}

static bool try_dir(struct debug_search *q, const struct place *at, const char *dir,
		    const char *name)
{
	static const char *const forms[][2] = { { "", "/" }, { "", "/.debug/" },
						{ DEBUG_DIR, "/" } };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		auto_free char *path = xasprintf("%s%s%s%s", forms[i][0], dir, forms[i][1],
						 name);

		if (try_path(q, at, path))
			return true;
	}
	return false;
}

/* /usr/bin is /bin on merged systems, whose packages may still say the other. */
static char *merged_twin(const char *dir)
{
	static const char *const merged[] = { "/bin", "/sbin", "/lib" };
	bool below_usr = text_starts(dir, "/usr/");
	const char *rest = below_usr ? dir + 4 : dir;

	for (size_t i = 0; i < ARRAY_SIZE(merged); i++) {
		if (strncmp(rest, merged[i], strlen(merged[i])) == 0)
			return below_usr ? xstrdup(rest) : xasprintf("/usr%s", dir);
	}
	return NULL;
}

static bool try_path_of(struct debug_search *q, const struct place *at, const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *dir = NULL, *twin = NULL, *name = NULL;

	if (path[0] != '/')
		return false;
	dir = xstrndup(path, slash - path);
	twin = merged_twin(dir);
	/* Without a link to name it, only a build-id can prove that a file belongs here. */
	if (q->link)
		name = xstrdup(q->link);
	else if (q->f->build_id)
		name = xasprintf("%s.debug", slash + 1);
	return name && (try_dir(q, at, dir, name) || (twin && try_dir(q, at, twin, name)));
}

/* The path without links, below the place's root: heap, NULL if it has none. */
static char *real_path(const struct elffile *f, const struct place *at)
{
	char path[PATH_MAX] = "", root[PATH_MAX] = "";
	auto_free char *of_file = xasprintf("/proc/self/fd/%d", f->fd);
	auto_free char *of_root = xasprintf("/proc/self/fd/%d", at->root_fd);
	ssize_t n = readlink(of_file, path, sizeof(path) - 1);
	size_t len;

	if (n < 0 || path[0] != '/')
		return NULL;
	if (at->root_fd < 0 || readlink(of_root, root, sizeof(root) - 1) < 0)
		return xstrdup(path);
	len = strlen(root);
	return strncmp(path, root, len) == 0 && path[len] == '/' ? xstrdup(path + len) :
								    xstrdup(path);
}

static bool try_place(struct debug_search *q, const struct place *at)
{
	auto_free char *real = real_path(q->f, at);

	return try_build_id(q, at) || try_path_of(q, at, q->f->path) ||
	       (real && strcmp(real, q->f->path) != 0 && try_path_of(q, at, real));
}

static bool try_places(struct debug_search *q)
{
	const char *root = q->f->priv->debug.root;
	auto_close int fd = -1;

	if (root)
		fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return (fd >= 0 && try_place(q, &(struct place){ fd, root })) ||
	       try_place(q, &(struct place){ -1, "" });
}

static void set_missing(struct elffile *f, const char *why)
{
	free(f->priv->debug.missing);
	f->priv->debug.missing = xstrdup(why);
}

static bool try_minidebug(struct debug_search *q)
{
	int fd = minidebug_open(q->f);
	struct elffile *d;

	if (fd == -ENOTSUP)
		set_missing(q->f, "further names are in it, compressed; built without "
				  "liblzma, uprobe-ctl cannot read them");
	else if (fd < 0 && fd != -ENOENT)
		set_missing(q->f, "the compressed names in it (.gnu_debugdata) are damaged");
	if (fd < 0 || elf_open_debug(fd, "MiniDebugInfo", &d) < 0)
		return false;
	q->found = d;
	return d->elf_class == q->f->elf_class && d->data == q->f->data;
}

static bool try_pclntab(struct debug_search *q)
{
	int fd = pclntab_open(q->f);

	if (fd == -ENOTSUP)
		q->no_go = "are in a form that is not known";
	else if (fd == -ESPIPE)
		q->no_go = "do not say where they belong if a program does not begin in Go";
	else if (fd < 0 && fd != -ENOENT)
		q->no_go = "are damaged";
	return fd >= 0 && elf_open_debug(fd, ".gopclntab", &q->found) == 0;
}

static bool try_servers(struct debug_search *q)
{
	auto_free char *path = NULL;
	int fd = debuginfod_fetch(q->f, &path);

	return try_fd(q, fd, path ? path : "");
}

static const struct elf_segment *first_code(const struct elffile *f)
{
	for (size_t i = 0; i < f->n_segments; i++) {
		if (f->segments[i].flags & PF_X)
			return &f->segments[i];
	}
	return NULL;
}

/* prelink moved the file but not its debug file: how far, .text tells (elf-facts 1.3). */
static uint64_t bias_of(const struct elffile *f, const struct elffile *d)
{
	const struct elf_section *text = elf_section_find(f, ".text");
	const struct elf_section *debug_text = elf_section_find(d, ".text");
	const struct elf_segment *code = first_code(f), *debug_code = first_code(d);

	if (text && debug_text)
		return text->vaddr - debug_text->vaddr;
	return code && debug_code ? code->vaddr - debug_code->vaddr : 0;
}

/* Debian's links only repeat the build-id. */
static bool is_part_of(const char *link, const char *id)
{
	size_t len = strcspn(link, "."), id_len = strlen(id);

	return len && len <= id_len && memcmp(id + id_len - len, link, len) == 0;
}

/* Packages of debug symbols are searched by build-id, other files by their name. */
static void describe_missing(const struct debug_search *q)
{
	auto_free char *id = elffile_build_id(q->f);
	auto_buf b = BUF_INIT;

	if (q->f->priv->debug.missing)
		return;
	if (q->f->priv->is_cut_off) {
		set_missing(q->f, "the file is cut off, it ends before its section headers");
		return;
	}
	buf_adds(&b, "it was stripped; install its debug symbols");
	if (q->link && !is_part_of(q->link, id)) {
		buf_adds(&b, ": ");
		text_escape(&b, q->link, strlen(q->link), false);
	}
	if (*id)
		buf_addf(&b, " (build-id %s)", id);
	if (*id && !q->f->priv->debug.notice && debuginfod_is_set_up())
		buf_adds(&b, ", or ask the servers of DEBUGINFOD_URLS: --debuginfod");
	if (q->no_go)
		buf_addf(&b, "; the names in .gopclntab %s", q->no_go);
	set_missing(q->f, buf_str(&b));
}

bool elf_debug_attach(struct elffile *f, struct elf_table *t)
{
	struct debug_search q = { .f = f };
	enum symbol_source source = SYMBOL_DEBUG;
	bool has_symtab = elf_has_symtab(f), found;

	read_link(&q);
	/* What is not stripped names all there is; a link says that something was split off. */
	found = (!has_symtab || q.link) && try_places(&q);
	if (!found && !has_symtab && (found = try_minidebug(&q)))
		source = SYMBOL_MINIDEBUG;
	if (!found && !has_symtab)
		found = try_servers(&q);
	if (!found && !has_symtab && (found = try_pclntab(&q)))
		source = SYMBOL_PCLNTAB;
	f->priv->debug.file = q.found;
	if (found && elf_debug_table(q.found, t)) {
		t->source = source;
		t->bias = bias_of(f, q.found);
		set_missing(f, "");
	} else if (!has_symtab) {
		found = false;
		describe_missing(&q);
	}
	free(q.link);
	return found;
}

const char *debugfile_in_use(const struct elffile *f)
{
	return f->priv->debug.file ? f->priv->debug.file->path : NULL;
}

const char *debugfile_missing(const struct elffile *f)
{
	const char *text = f->priv->debug.missing;

	return text && *text ? text : NULL;
}
