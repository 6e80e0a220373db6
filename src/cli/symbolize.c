/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cli/symbolize.h"
#include "proc/proc.h"
#include "resolve/locate.h"

#define MAX_PROCESSES 64
#define MAX_NAMES 65536      /* kept; what comes after is shown as a number */
#define TABLE_SIZE 8192      /* a power of two */
#define MAPS_TTL_NS SECOND_NS
#define RETRY_NS 50000000    /* no sooner are maps asked again about an unknown address */

struct process {
	pid_t pid;
	uint64_t serial; /* of these maps: addresses looked up in others are forgotten */
	uint64_t read_ns;
	struct proc_maps maps;
};

struct lookup {
	uint64_t serial, vaddr; /* serial 0: the slot is free */
	bool is_return;
	const char *name;       /* interned, or NULL */
};

struct symbolizer {
	struct locator *locator;
	struct process processes[MAX_PROCESSES];
	size_t next; /* to be replaced */
	uint64_t serial;
	struct lookup lookups[TABLE_SIZE];
	size_t n_lookups;
	char **names; /* a hash set, by content */
	size_t n_names;
};

struct symbolizer *symbolizer_new(bool keep_mangled)
{
	struct symbolizer *s = xcalloc(1, sizeof(*s));

	s->locator = locator_new();
	if (keep_mangled)
		locator_keep_mangled(s->locator);
	s->names = xcalloc(2 * MAX_NAMES, sizeof(*s->names));
	return s;
}

void symbolizer_free(struct symbolizer *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < MAX_PROCESSES; i++)
		proc_maps_done(&s->processes[i].maps);
	for (size_t i = 0; i < 2 * MAX_NAMES; i++)
		free(s->names[i]);
	free(s->names);
	locator_free(s->locator);
	free(s);
}

/* Takes `name`; the one copy of it, NULL if there are too many. */
static const char *intern(struct symbolizer *s, char *name)
{
	size_t i = 5381;

	for (const char *p = name; *p; p++)
		i = i * 33 + (unsigned char)*p;
	for (i %= 2 * MAX_NAMES; s->names[i]; i = (i + 1) % (2 * MAX_NAMES))
		if (strcmp(s->names[i], name) == 0) {
			free(name);
			return s->names[i];
		}
	if (s->n_names == MAX_NAMES) {
		free(name);
		return NULL;
	}
	s->n_names++;
	return s->names[i] = name;
}

/* `path` is what the file is opened by, `shown` what it is called. */
static char *name_of(struct symbolizer *s, const char *path, const char *shown, uint64_t offset,
		     bool is_return)
{
	char *name = locator_symbol(s->locator, path, offset, is_return);

	return name ? name : xasprintf("%s+0x%" PRIx64, text_base_name(shown), offset);
}

/* The probed file is mapped as a whole: its hit tells where. */
static char *by_anchor(struct symbolizer *s, const struct anchor *anchor, uint64_t vaddr,
		       bool is_return)
{
	const struct elffile *elf = anchor->path ? locator_file(s->locator, anchor->path) : NULL;
	uint64_t probed, offset;

	if (!elf || !elffile_offset_to_vaddr(elf, anchor->offset, &probed) ||
	    elffile_vaddr_to_offset(elf, vaddr - anchor->vaddr + probed, &offset, NULL) < 0)
		return NULL;
	return name_of(s, anchor->path, anchor->path, offset, is_return);
}

static void read_maps(struct symbolizer *s, struct process *p, pid_t pid, uint64_t time_ns)
{
	struct proc_maps maps = { 0 };
	bool is_same = p->pid == pid;

	p->read_ns = time_ns;
	p->pid = pid;
	/* Those of a process that has ended meanwhile stay good. */
	if (proc_maps_read(pid, &maps) < 0 || !maps.n) {
		proc_maps_done(&maps);
		if (is_same)
			return;
	}
	proc_maps_done(&p->maps);
	p->maps = maps;
	p->serial = ++s->serial;
}

static struct process *find_process(struct symbolizer *s, pid_t pid, uint64_t time_ns)
{
	struct process *p;

	for (size_t i = 0; i < MAX_PROCESSES; i++)
		if (s->processes[i].pid == pid) {
			p = &s->processes[i];
			if (time_ns > p->read_ns + MAPS_TTL_NS)
				read_maps(s, p, pid, time_ns);
			return p;
		}
	p = &s->processes[s->next++ % MAX_PROCESSES];
	read_maps(s, p, pid, time_ns);
	return p;
}

static char *by_maps(struct symbolizer *s, struct process *p, uint64_t time_ns, uint64_t vaddr,
		     bool is_return)
{
	const struct proc_map *map = proc_maps_at(&p->maps, vaddr);
	auto_free char *link = NULL;
	uint64_t offset;
	struct stat named, mapped;

	if (!map && time_ns > p->read_ns + RETRY_NS) {
		read_maps(s, p, p->pid, time_ns);
		map = proc_maps_at(&p->maps, vaddr);
	}
	if (!map)
		return NULL;
	offset = vaddr - map->start + map->pgoff;
	/* In a container the path may be another file, or none. */
	if (stat(map->path, &named) == 0 && named.st_ino == map->ino &&
	    (!proc_map_stat(p->pid, map, &mapped) || mapped.st_dev == named.st_dev))
		return name_of(s, map->path, map->path, offset, is_return);
	link = proc_map_link(p->pid, map->start, map->end);
	return name_of(s, link, map->path, offset, is_return);
}

static struct lookup *find_lookup(struct symbolizer *s, uint64_t serial, uint64_t vaddr,
				  bool is_return)
{
	uint64_t hash = (vaddr ^ (serial << 40) ^ is_return) * 0x9e3779b97f4a7c15u;
	size_t i = hash >> 51;

	for (;; i = (i + 1) % TABLE_SIZE) {
		struct lookup *l = &s->lookups[i];

		if (!l->serial || (l->serial == serial && l->vaddr == vaddr &&
				   l->is_return == is_return))
			return l;
	}
}

static void keep(struct symbolizer *s, uint64_t serial, uint64_t vaddr, bool is_return,
		 const char *name)
{
	if (s->n_lookups > TABLE_SIZE / 2) {
		memset(s->lookups, 0, sizeof(s->lookups));
		s->n_lookups = 0;
	}
	s->n_lookups++;
	*find_lookup(s, serial, vaddr, is_return) =
		(struct lookup){ serial, vaddr, is_return, name };
}

const char *symbolizer_name(struct symbolizer *s, pid_t pid, uint64_t time_ns, uint64_t vaddr,
			    bool is_return, const struct anchor *anchor)
{
	struct process *p = pid ? find_process(s, pid, time_ns) : NULL;
	const struct lookup *known = p ? find_lookup(s, p->serial, vaddr, is_return) : NULL;
	const char *name = NULL;
	char *text;

	if (known && known->serial && known->name)
		return known->name;
	text = by_anchor(s, anchor, vaddr, is_return);
	if (!text && p)
		text = by_maps(s, p, time_ns, vaddr, is_return);
	if (text)
		name = intern(s, text);
	if (p && name)
		keep(s, p->serial, vaddr, is_return, name);
	return name;
}
