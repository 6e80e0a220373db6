/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a spec is understood, step by step, and what would be written. Writes nothing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/cli.h"
#include "cli/probes.h"
#include "elf/debugfile.h"
#include "elf/demangle.h"
#include "elf/insn.h"
#include "report/json.h"

static void show_target(const struct resolution *res, struct buf *b)
{
	const struct elffile *elf = res->targets.targets[0].elf;
	auto_free char *machine = elffile_machine_name(elf);
	auto_free char *build_id = elffile_build_id(elf);

	buf_addf(b, "  target   %s", res->targets.targets[0].name);
	if (res->targets.targets[0].reason)
		buf_addf(b, " %s", res->targets.targets[0].reason);
	buf_addf(b, ", %s; inode %" PRIu64 ", build-id %s\n", machine, (uint64_t)elf->ino,
		 *build_id ? build_id : "none");
}

static void show_symbol(const struct function *f, bool keep_mangled, struct buf *b)
{
	const struct symbol *s = f->symbol;
	auto_free char *demangled = s && !keep_mangled ? demangle(s->name) : NULL;

	if (!s) {
		buf_adds(b, "  symbol   none known at this place\n");
		return;
	}
	buf_addf(b, "  symbol   %s", demangled ? demangled : s->name);
	if (s->version)
		buf_addf(b, "%s%s", s->is_default ? "@@" : "@", s->version);
	if (f->symbol_off)
		buf_addf(b, "+0x%" PRIx64, f->symbol_off);
	buf_addf(b, ", %s %s, %" PRIu64 " bytes at 0x%" PRIx64 " (%s)\n", symbol_bind_name(s->bind),
		 symbol_type_name(s->type), s->size, s->vaddr, symbol_source_name(s->source));
	if (demangled)
		buf_addf(b, "  linked   as %s\n", s->name);
}

/* Whence names come that are not in the file, or why some may be missing. */
static void show_names(const struct elffile *elf, struct buf *b)
{
	if (debugfile_in_use(elf))
		buf_addf(b, "  names    also from %s\n", debugfile_in_use(elf));
	else if (debugfile_missing(elf))
		buf_addf(b, "  names    of exported functions only: %s\n", debugfile_missing(elf));
}

static void show_aliases(const struct resolution *res, const struct function *f, struct buf *b)
{
	const struct symbol *all;
	size_t n, shown = 0;

	if (!f->symbol || symtab_all(res->targets.targets[0].elf, &all, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].is_code || all[i].offset != f->symbol->offset ||
		    strcmp(all[i].name, f->symbol->name) == 0)
			continue;
		buf_addf(b, "%s%s", shown++ ? ", " : "  aliases  ", all[i].name);
	}
	if (shown)
		buf_addc(b, '\n');
}

static void show_segment(const struct resolution *res, const struct function *f, struct buf *b)
{
	const struct elffile *elf = res->targets.targets[0].elf;

	for (size_t i = 0; i < elf->n_segments; i++) {
		const struct elf_segment *s = &elf->segments[i];

		if (f->offset - s->offset >= s->filesz || !(s->flags & 1))
			continue;
		buf_addf(b, "  segment  0x%" PRIx64 "-0x%" PRIx64 " executable, mapped at 0x%" PRIx64
			    ": offset = address - 0x%" PRIx64 "\n",
			 s->offset, s->offset + s->filesz, s->vaddr, s->vaddr - s->offset);
		return;
	}
}

/* Calls that a probe on the function does not see. */
static void show_clones(const struct function *f, struct buf *b)
{
	const struct symbol *all;
	size_t n, shown = 0;

	if (!f->symbol || symtab_all(f->target->elf, &all, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].is_code || !function_is_clone(all[i].name, f->symbol->name))
			continue;
		buf_addf(b, "%s%s", shown++ ? ", " : "  clones   ", all[i].name);
	}
	if (shown)
		buf_adds(b, ": copies the compiler made, whose calls are not seen here\n");
}

/* A symbol's start is an instruction's by what symbols mean; elsewhere it is decoded. */
static bool is_proven(const struct function *f)
{
	const struct symbol *s = f->symbol;
	struct insn_boundary bound;

	if (f->is_entry)
		return true;
	bound = insn_boundary(f->target->elf, s ? s->offset : f->offset,
			      s ? s->offset + s->size : f->offset, f->offset);
	return bound.place == INSN_START;
}

static void show_insn(const struct function *f, struct buf *b)
{
	struct insn insn;

	insn_read(f->target->elf, f->offset, &insn);
	buf_adds(b, "  insn     ");
	insn_format(f->target->elf, &insn, b);
	buf_addf(b, ", boundary %s\n", is_proven(f) ? "ok" : "not proven");
}

static void show_notes(const struct buf *notes, struct buf *b)
{
	for (const char *line = buf_str(notes); *line;) {
		int len = strcspn(line, "\n");

		buf_addf(b, "  note     %.*s\n", len, line);
		line += len + (line[len] == '\n');
	}
}

/* Names of files and symbols are strangers' text. */
static void escape_lines(const char *text, struct buf *b)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		text_escape(b, text, len, false);
		buf_addc(b, '\n');
		text += len + (text[len] == '\n');
	}
}

static void describe(const struct resolution *res, bool keep_mangled, struct buf *b)
{
	const struct function_list *list = &res->functions;

	if (list->n == 1)
		buf_addf(b, "%s  ->  %s:0x%" PRIx64 "\n", res->spec->origin.text,
			 res->targets.targets[0].name, list->functions[0].offset);
	else
		buf_addf(b, "%s  ->  %zu functions of %s\n", res->spec->origin.text, list->n,
			 res->targets.targets[0].name);
	show_target(res, b);
	show_names(res->targets.targets[0].elf, b);
	for (size_t i = 0; i < list->n; i++) {
		show_symbol(&list->functions[i], keep_mangled, b);
		show_aliases(res, &list->functions[i], b);
		show_clones(&list->functions[i], b);
		show_insn(&list->functions[i], b);
	}
	show_notes(&list->notes, b);
	show_segment(res, &list->functions[0], b);
	for (size_t i = 0; i < res->n_defs; i++) {
		buf_adds(b, "  writes   ");
		definition_format(&res->defs[i], b);
		buf_addc(b, '\n');
	}
}

static void show_text(const struct resolution *res, bool keep_mangled, struct buf *b)
{
	auto_buf raw = BUF_INIT;

	describe(res, keep_mangled, &raw);
	escape_lines(buf_str(&raw), b);
}

static void show_json(const struct resolution *res, struct json *j)
{
	auto_free char *build_id = elffile_build_id(res->targets.targets[0].elf);

	json_array(j, "definitions");
	for (size_t i = 0; i < res->n_defs; i++) {
		auto_buf line = BUF_INIT;

		definition_format(&res->defs[i], &line);
		json_str(j, NULL, buf_str(&line));
	}
	json_end_array(j);
	json_str(j, "file", res->targets.targets[0].name);
	json_uint(j, "inode", res->targets.targets[0].elf->ino);
	json_str(j, "build_id", *build_id ? build_id : NULL);
	if (debugfile_in_use(res->targets.targets[0].elf))
		json_str(j, "names_from", debugfile_in_use(res->targets.targets[0].elf));
	json_array(j, "chosen");
	for (size_t i = 0; i < res->functions.n; i++) {
		const struct function *f = &res->functions.functions[i];
		auto_free char *demangled = f->symbol ? demangle(f->symbol->name) : NULL;
		auto_buf text = BUF_INIT;
		struct insn insn;

		json_object(j, NULL);
		json_str(j, "name", f->symbol ? f->symbol->name : NULL);
		if (demangled)
			json_str(j, "demangled", demangled);
		json_str(j, "source", f->symbol ? symbol_source_name(f->symbol->source) : NULL);
		json_str(j, "version", f->symbol ? f->symbol->version : NULL);
		json_uint(j, "offset", f->offset);
		json_uint(j, "symbol_offset", f->symbol_off);
		insn_read(f->target->elf, f->offset, &insn);
		insn_format(f->target->elf, &insn, &text);
		json_str(j, "insn", buf_str(&text));
		json_bool(j, "boundary_proven", is_proven(f));
		json_end_object(j);
	}
	json_end_array(j);
	if (res->functions.notes.len)
		json_str(j, "notes", buf_str(&res->functions.notes));
}

/* One spec: its way or its error. Specs do not know of each other here. */
static int resolve_one(struct cli *cli, const struct resolve_env *env, const struct spec *spec,
		       struct json *j)
{
	CLEANUP(plan_done) struct plan plan = { 0 };
	struct err err = ERR_INIT;
	int rc;

	if (spec->kind == SPEC_REMOVE)
		rc = err_set(&err, EINVAL, "'%s' removes a probe; there is nothing to resolve",
			     spec->origin.text);
	else
		rc = plan_make(env, spec, 1, &plan, &err);
	if (j) {
		json_object(j, NULL);
		json_str(j, "spec", spec->origin.text);
		if (rc < 0)
			cli_json_error(&err, j);
		else
			show_json(&plan.res[0], j);
		json_end_object(j);
	} else if (rc < 0) {
		cli_flush(cli);
		cli_print_error(cli, &err);
	} else {
		show_text(&plan.res[0], opt(&cli->opts, OPT_NO_DEMANGLE), &cli->out);
	}
	return rc;
}

static int run(struct cli *cli)
{
	struct json j = JSON_INIT(&cli->out);
	struct json *as_json = opt(&cli->opts, OPT_JSON) ? &j : NULL;
	struct resolve_env env;
	int failed = 0, rc = cli_read_specs(cli, cli->opts.args, cli->opts.n_args);

	if (rc == 0)
		rc = cli_open_dry(cli);
	if (rc < 0)
		return rc;
	env = cli_resolve_env(cli); /* now it knows what this kernel can do */
	if (as_json) {
		json_object(&j, NULL);
		json_array(&j, "specs");
	}
	for (size_t i = 0; i < cli->specs.n; i++)
		failed |= resolve_one(cli, &env, &cli->specs.specs[i], as_json) < 0;
	if (as_json) {
		json_end_array(&j);
		json_end_object(&j);
		buf_addc(&cli->out, '\n');
	}
	return failed ? EXIT_FAILED : EXIT_OK;
}

const struct cmd cmd_resolve = {
	.name = "resolve",
	.args = "SPEC...",
	.summary = "explain how a spec is understood",
	.help = "Shows for each SPEC which file, function and offset it leads to and why, and the\n"
		"lines that `uprobe-ctl add' would write. Writes nothing; needs no root.",
	.options = OPT_FILE | OPT_PID | OPT_SYSROOT | OPT_RESOLVING | OPT_NO_DEMANGLE,
	.min_args = 1,
	.max_args = SIZE_MAX,
	.run = run,
};
