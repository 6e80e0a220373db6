/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cli/explain.h"
#include "elf/debugfile.h"
#include "elf/demangle.h"
#include "elf/insn.h"

static void put_definitions(const struct resolution *res, struct json *j)
{
	json_array(j, "definitions");
	for (size_t i = 0; i < res->n_defs; i++) {
		auto_buf line = BUF_INIT;

		definition_format(&res->defs[i], &line);
		json_str(j, NULL, buf_str(&line));
	}
	json_end_array(j);
}

static void put_file(const struct explanation *e, const struct target *t, struct json *j)
{
	auto_free char *machine = elffile_machine_name(t->elf);
	auto_free char *build_id = elffile_build_id(t->elf);

	json_str(j, "file", t->name);
	json_uint(j, "inode", t->elf->ino);
	json_str(j, "build_id", *build_id ? build_id : NULL);
	if (e->mapped) {
		json_uint(j, "mapped_by", explain_mapped_by(e, t));
		json_uint(j, "older_mapped_by", explain_older(e, t));
	}
	json_str(j, "machine", machine);
	if (t->reason)
		json_str(j, "found", t->reason);
	if (debugfile_in_use(t->elf))
		json_str(j, "names_from", debugfile_in_use(t->elf));
	else if (debugfile_missing(t->elf))
		json_str(j, "names_missing", debugfile_missing(t->elf));
}

/* What `symbols -J` says of a symbol, but for its place. */
static void put_symbol(const struct symbol *s, struct json *j)
{
	auto_free char *demangled = demangle(s->name);

	json_str(j, "name", s->name);
	if (demangled)
		json_str(j, "demangled", demangled);
	json_str(j, "version", s->version);
	json_bool(j, "default", s->is_default);
	json_str(j, "type", symbol_type_name(s->type));
	json_str(j, "bind", symbol_bind_name(s->bind));
	if (!s->is_undefined) {
		json_uint(j, "vaddr", s->vaddr);
		json_uint(j, "size", s->size);
	}
	json_str(j, "source", symbol_source_name(s->source));
	if (s->file)
		json_str(j, "source_file", s->file);
}

/* Other names of the place, and copies of the function that the compiler made. */
static void put_names(const struct function *f, struct json *j)
{
	const struct symbol *all = NULL;
	size_t n = 0;

	if (!f->symbol || symtab_all(f->target->elf, &all, &n, NULL) < 0)
		n = 0;
	json_array(j, "aliases");
	for (size_t i = 0; i < n; i++)
		if (all[i].is_code && all[i].offset == f->symbol->offset &&
		    strcmp(all[i].name, f->symbol->name) != 0)
			json_str(j, NULL, all[i].name);
	json_end_array(j);
	json_array(j, "clones");
	for (size_t i = 0; i < n; i++)
		if (all[i].is_code && function_is_clone(all[i].name, f->symbol->name))
			json_str(j, NULL, all[i].name);
	json_end_array(j);
}

static void put_function(const struct explanation *e, const struct function *f,
			 size_t n_others, struct json *j)
{
	auto_free char *choice = explain_choice(e, f, n_others);
	const struct elf_segment *segment = explain_segment(f);
	auto_buf text = BUF_INIT;
	struct insn insn;

	json_object(j, NULL);
	json_str(j, "file", f->target->name);
	if (f->symbol)
		put_symbol(f->symbol, j);
	else
		json_null(j, "name");
	json_uint(j, "offset", f->offset);
	json_uint(j, "symbol_offset", f->symbol_off);
	if (f->ifunc) {
		json_str(j, "ifunc", f->ifunc->name);
		json_object(j, "resolver");
		put_symbol(f->ifunc, j);
		json_uint(j, "offset", f->ifunc->offset);
		json_end_object(j);
	}
	put_names(f, j);
	if (segment) {
		json_object(j, "segment");
		json_uint(j, "offset", segment->offset);
		json_uint(j, "vaddr", segment->vaddr);
		json_uint(j, "size", segment->filesz);
		json_end_object(j);
	}
	insn_read(f->target->elf, f->offset, &insn);
	insn_format(f->target->elf, &insn, &text);
	json_str(j, "insn", buf_str(&text));
	json_bool(j, "boundary_proven", explain_is_proven(f));
	if (choice)
		json_str(j, "why", choice);
	json_end_object(j);
}

static void put_other(const struct target *t, const struct other_symbol *o, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "file", t->name);
	put_symbol(o->symbol, j);
	if (o->symbol->is_code)
		json_uint(j, "offset", o->symbol->offset);
	json_str(j, "why", o->why);
	json_end_object(j);
}

static void put_notes(const char *notes, struct json *j)
{
	json_array(j, "notes");
	while (*notes) {
		size_t len = strcspn(notes, "\n");

		json_strn(j, NULL, notes, len);
		notes += len + (notes[len] == '\n');
	}
	json_end_array(j);
}

void explain_json(const struct explanation *e, struct json *j)
{
	const struct resolution *res = e->res;
	const struct target_list *targets = &res->targets;

	put_definitions(res, j);
	put_file(e, &targets->targets[0], j);
	if (targets->n > 1) {
		json_array(j, "files");
		for (size_t i = 0; i < targets->n; i++) {
			json_object(j, NULL);
			put_file(e, &targets->targets[i], j);
			json_end_object(j);
		}
		json_end_array(j);
	}
	json_array(j, "chosen");
	for (size_t i = 0; i < res->functions.n; i++) {
		const struct function *f = &res->functions.functions[i];
		size_t n_others;

		free(explain_others(e, f->target, &n_others));
		put_function(e, f, n_others, j);
	}
	json_end_array(j);
	json_array(j, "candidates");
	for (size_t i = 0; i < targets->n; i++) {
		const struct target *t = &targets->targets[i];
		size_t n;
		auto_free struct other_symbol *others = explain_others(e, t, &n);

		for (size_t k = 0; k < n; k++)
			put_other(t, &others[k], j);
	}
	json_end_array(j);
	if (res->functions.notes.len)
		put_notes(buf_str(&res->functions.notes), j);
}
