/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of files and of symbols are strangers' text: by text_addf() none breaks its line. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/explain.h"
#include "elf/debugfile.h"
#include "elf/demangle.h"
#include "elf/insn.h"

static void show_processes(const struct explanation *e, const struct target *t, struct buf *b)
{
	size_t n = explain_mapped_by(e, t), older = explain_older(e, t);

	if (!e->mapped)
		return;
	if (n)
		buf_addf(b, "; %zu process%s it", n, n == 1 ? " maps" : "es map");
	else
		buf_adds(b, "; no process maps it");
	if (older)
		buf_addf(b, ", %zu an older copy, which is not probed", older);
	if (!n && e->mapped->n_hidden)
		buf_addf(b, "; %zu that run may not be looked at%s", e->mapped->n_hidden,
			 geteuid() ? ", but by root" : "");
}

static void show_target(const struct explanation *e, const struct target *t, struct buf *b)
{
	auto_free char *machine = elffile_machine_name(t->elf);
	auto_free char *build_id = elffile_build_id(t->elf);

	text_addf(b, "  target   %s", t->name);
	if (t->reason)
		text_addf(b, " %s", t->reason);
	buf_addf(b, ", %s; inode %" PRIu64 ", build-id %s", machine, (uint64_t)t->elf->ino,
		 *build_id ? build_id : "none");
	show_processes(e, t, b);
	buf_addc(b, '\n');
	/* Whence names come that are not in the file, or why some may be missing. */
	if (debugfile_in_use(t->elf))
		text_addf(b, "  names    also from %s", debugfile_in_use(t->elf));
	else if (debugfile_missing(t->elf))
		text_addf(b, "  names    of exported functions only: %s",
			  debugfile_missing(t->elf));
	if (debugfile_in_use(t->elf) || debugfile_missing(t->elf))
		buf_addc(b, '\n');
}

static void put_symbol(const struct symbol *s, const char *name, uint64_t off, struct buf *b)
{
	text_addf(b, "%s", name);
	if (s->version)
		text_addf(b, "%s%s", s->is_default ? "@@" : "@", s->version);
	if (off)
		buf_addf(b, "+0x%" PRIx64, off);
	if (s->is_undefined) {
		buf_addf(b, ", %s (%s)", symbol_bind_name(s->bind), symbol_source_name(s->source));
		return;
	}
	buf_addf(b, ", %s %s, %" PRIu64 " bytes at 0x%" PRIx64, symbol_bind_name(s->bind),
		 symbol_type_name(s->type), s->size, s->vaddr);
	if (s->is_code && s->offset != s->vaddr)
		buf_addf(b, ", offset 0x%" PRIx64, s->offset);
	buf_addf(b, " (%s", symbol_source_name(s->source));
	if (s->file)
		text_addf(b, ", %s", s->file);
	buf_addc(b, ')');
}

static void show_symbol(const struct explanation *e, const struct function *f, struct buf *b)
{
	const struct symbol *s = f->symbol;
	auto_free char *demangled = s && !e->keep_mangled ? demangle(s->name) : NULL;

	if (f->ifunc) {
		buf_adds(b, "  ifunc    ");
		put_symbol(f->ifunc, f->ifunc->name, 0, b);
		buf_adds(b, ": its code only chooses what callers get\n");
	}
	if (!s) {
		buf_adds(b, "  symbol   none known at this place\n");
		return;
	}
	buf_adds(b, "  symbol   ");
	put_symbol(s, demangled ? demangled : s->name, f->symbol_off, b);
	buf_addc(b, '\n');
	if (demangled) {
		text_addf(b, "  linked   as %s", s->name);
		buf_addc(b, '\n');
	}
}

typedef bool belongs(const struct symbol *s, const struct function *f);

static bool is_alias(const struct symbol *s, const struct function *f)
{
	return s->offset == f->symbol->offset && strcmp(s->name, f->symbol->name) != 0;
}

static bool is_clone(const struct symbol *s, const struct function *f)
{
	return function_is_clone(s->name, f->symbol->name);
}

/* The linker's name where people would call both by one: a constructor's two forms. */
static void put_name(const struct explanation *e, const struct symbol *s, const char *other,
		     struct buf *b)
{
	auto_free char *shown = e->keep_mangled ? NULL : demangle(s->name);
	auto_free char *same = demangle_shown(other);

	text_addf(b, "%s", shown && strcmp(shown, same) != 0 ? shown : s->name);
}

/* The names of the file's symbols that belong to the function in some way, in one line. */
static void show_names(const struct explanation *e, const struct function *f, belongs *is_one,
		       const char *heading, const char *ending, struct buf *b)
{
	const struct symbol *all;
	size_t n, shown = 0;

	if (!f->symbol || symtab_all(f->target->elf, &all, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].is_code || !is_one(&all[i], f))
			continue;
		buf_adds(b, shown++ ? ", " : heading);
		put_name(e, &all[i], f->symbol->name, b);
	}
	if (shown)
		buf_adds(b, ending);
}

static void show_insn(const struct function *f, struct buf *b)
{
	struct insn insn;

	insn_read(f->target->elf, f->offset, &insn);
	buf_adds(b, "  insn     ");
	insn_format(f->target->elf, &insn, b);
	buf_addf(b, ", boundary %s\n", explain_is_proven(f) ? "ok" : "not proven");
}

static void show_segment(const struct function *f, struct buf *b)
{
	const struct elf_segment *s = explain_segment(f);

	if (s)
		buf_addf(b, "  segment  0x%" PRIx64 "-0x%" PRIx64 " executable, mapped at "
			    "0x%" PRIx64 ": offset = address - 0x%" PRIx64 "\n",
			 s->offset, s->offset + s->filesz, s->vaddr, s->vaddr - s->offset);
}

static void show_function(const struct explanation *e, const struct function *f,
			  size_t n_others, struct buf *b)
{
	auto_free char *choice = explain_choice(e, f, n_others);

	show_symbol(e, f, b);
	if (choice && e->res->functions.n == e->res->targets.n) {
		text_addf(b, "  chosen   %s", choice);
		buf_addc(b, '\n');
	}
	show_names(e, f, is_alias, "  aliases  ", "\n", b);
	show_names(e, f, is_clone, "  clones   ",
		   ": copies the compiler made, whose calls are not seen here\n", b);
	show_insn(f, b);
}

static void show_others(const struct explanation *e, const struct other_symbol *v, size_t n,
			struct buf *b)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = v[i].symbol->name;
		auto_free char *shown = e->keep_mangled ? xstrdup(name) : demangle_shown(name);

		buf_adds(b, "  other    ");
		put_symbol(v[i].symbol, shown, 0, b);
		buf_addf(b, ": %s\n", v[i].why);
	}
}

static void show_file(const struct explanation *e, const struct target *t, struct buf *b)
{
	const struct function_list *list = &e->res->functions;
	const struct function *first = NULL;
	size_t n_others = 0;
	auto_free struct other_symbol *others = explain_others(e, t, &n_others);

	show_target(e, t, b);
	for (size_t i = 0; i < list->n; i++) {
		if (list->functions[i].target != t)
			continue;
		show_function(e, &list->functions[i], n_others, b);
		first = first ? first : &list->functions[i];
	}
	show_others(e, others, n_others, b);
	if (first)
		show_segment(first, b);
}

static void show_heading(const struct resolution *res, struct buf *b)
{
	const struct function *f = &res->functions.functions[0];

	text_addf(b, "%s  ->  ", res->spec->origin.text);
	if (res->functions.n == 1) {
		text_addf(b, "%s:0x%" PRIx64, f->target->name, f->offset);
		if (f->ifunc && f->symbol)
			text_addf(b, "  (%s)", f->symbol->name);
	} else {
		buf_addf(b, "%zu functions of ", res->functions.n);
		if (res->targets.n == 1)
			text_addf(b, "%s", f->target->name);
		else
			buf_addf(b, "%zu files", res->targets.n);
	}
	buf_addc(b, '\n');
}

static void show_notes(const struct buf *notes, struct buf *b)
{
	for (const char *line = buf_str(notes); *line;) {
		int len = strcspn(line, "\n");

		buf_addf(b, "  note     %.*s\n", len, line);
		line += len + (line[len] == '\n');
	}
}

void explain_text(const struct explanation *e, struct buf *b)
{
	const struct resolution *res = e->res;

	show_heading(res, b);
	for (size_t i = 0; i < res->targets.n; i++)
		show_file(e, &res->targets.targets[i], b);
	show_notes(&res->functions.notes, b);
	for (size_t i = 0; i < res->n_defs; i++) {
		auto_buf line = BUF_INIT;

		definition_format(&res->defs[i], &line);
		text_addf(b, "  writes   %s", buf_str(&line));
		buf_addc(b, '\n');
	}
}
