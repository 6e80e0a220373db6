/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "cli/cli.h"
#include "elf/debugfile.h"
#include "elf/demangle.h"
#include "elf/plt.h"
#include "elf/symtab.h"
#include "report/json.h"
#include "report/table.h"

/* Names at one place are one row: the preferred name, the others its aliases. */
struct row {
	const struct symbol *s;
	const struct symbol **aliases;
	size_t n_aliases;
};

/* What names are asked for: a linker's name, or one as people write it. */
struct wanted {
	const char *glob; /* NULL: all */
	struct typed_name pattern, name; /* f(char*) may be either */
};

static void wanted_init(struct wanted *w, const char *glob)
{
	*w = (struct wanted){ .glob = glob };
	if (!glob)
		return;
	typed_name_init(&w->pattern, glob, true);
	typed_name_init(&w->name, glob, false);
}

static void wanted_done(struct wanted *w)
{
	typed_name_done(&w->pattern);
	typed_name_done(&w->name);
}

static bool is_wanted(const struct symbol *s, const struct wanted *w)
{
	if (!s->is_code || s->is_thumb)
		return false;
	return !w->glob || strcmp(w->glob, s->name) == 0 || text_glob_match(w->glob, s->name) ||
	       typed_name_match(&w->pattern, s->name, true) != TYPED_NO ||
	       typed_name_match(&w->name, s->name, true) != TYPED_NO;
}

struct found {
	const struct symbol **v;
	size_t n;
};

static void collect(struct found *found, const struct symbol *all, size_t n,
		    const struct wanted *wanted)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_wanted(&all[i], wanted))
			continue;
		found->v = xgrow(found->v, found->n, sizeof(*found->v));
		found->v[found->n++] = &all[i];
	}
}

/* The file's functions, and the entries through which it calls those of others. */
static int collect_all(struct elffile *elf, const struct wanted *wanted, struct found *found,
		       struct err *err)
{
	const struct symbol *syms;
	size_t n;
	int rc = symtab_all(elf, &syms, &n, err);

	if (rc < 0)
		return rc;
	collect(found, syms, n, wanted);
	rc = elf_plt(elf, &syms, &n, err);
	if (rc < 0)
		return rc;
	collect(found, syms, n, wanted);
	if (found->n)
		qsort(found->v, found->n, sizeof(*found->v), symbol_by_place);
	return 0;
}

static void found_done(struct found *found)
{
	free(found->v);
}

/* The next place's row, from sorted symbols; aliases repeat no name of the row. */
static struct row next_row(const struct symbol **syms, size_t n, size_t *at)
{
	struct row row = { .s = syms[*at], .aliases = &syms[*at] };
	size_t from = *at, kept = 0;

	while (*at < n && syms[*at]->offset == row.s->offset) {
		const struct symbol *s = syms[(*at)++];
		bool known = strcmp(s->name, row.s->name) == 0;

		for (size_t i = 0; i < kept; i++)
			known = known || strcmp(syms[from + i]->name, s->name) == 0;
		if (!known)
			syms[from + kept++] = s;
	}
	row.n_aliases = kept;
	return row;
}

/* Names that differ only to the linker (a constructor's two forms) are shown once. */
static void add_aliases(struct buf *b, const struct row *row, const char *shown,
			bool keep_mangled)
{
	const char *separator = " = ";

	for (size_t i = 0; i < row->n_aliases; i++) {
		const char *name = row->aliases[i]->name;
		auto_free char *alias = keep_mangled ? xstrdup(name) : demangle_shown(name);

		if (strcmp(alias, shown) == 0)
			continue;
		buf_addf(b, "%s%s", separator, alias);
		separator = ", ";
	}
}

static void add_row(struct table *t, const struct row *row, bool keep_mangled)
{
	const struct symbol *s = row->s;
	auto_free char *shown = keep_mangled ? xstrdup(s->name) : demangle_shown(s->name);
	auto_buf name = BUF_INIT;

	buf_adds(&name, shown);
	if (s->version)
		buf_addf(&name, "%s%s", s->is_default ? "@@" : "@", s->version);
	else if (s->bind == SYMBOL_LOCAL && s->file) /* several may have the name */
		buf_addf(&name, "@%s", s->file);
	add_aliases(&name, row, shown, keep_mangled);
	table_cellf(t, "0x%" PRIx64, s->offset);
	table_cellf(t, "%" PRIu64, s->size);
	table_cell(t, symbol_type_name(s->type));
	table_cell(t, symbol_bind_name(s->bind));
	table_cell(t, buf_str(&name));
}

static void add_object(struct json *j, const struct row *row)
{
	const struct symbol *s = row->s;
	auto_free char *demangled = demangle(s->name);

	json_object(j, NULL);
	json_str(j, "name", s->name);
	if (demangled)
		json_str(j, "demangled", demangled);
	json_uint(j, "offset", s->offset);
	json_uint(j, "vaddr", s->vaddr);
	json_uint(j, "size", s->size);
	json_str(j, "type", symbol_type_name(s->type));
	json_str(j, "bind", symbol_bind_name(s->bind));
	json_str(j, "version", s->version);
	json_bool(j, "default", s->is_default);
	json_array(j, "aliases");
	for (size_t i = 0; i < row->n_aliases; i++)
		json_str(j, NULL, row->aliases[i]->name);
	json_end_array(j);
	json_str(j, "source", symbol_source_name(s->source));
	if (s->file)
		json_str(j, "source_file", s->file);
	json_end_object(j);
}

static const struct table_column columns[] = {
	{ .title = "OFFSET", .right = true }, { .title = "SIZE", .right = true },
	{ .title = "TYPE" }, { .title = "BIND" }, { .title = "NAME" },
};

static void show(struct cli *cli, const struct symbol **syms, size_t n)
{
	bool as_json = opt(&cli->opts, OPT_JSON);
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	struct json j = JSON_INIT(&cli->out);

	if (as_json) {
		json_object(&j, NULL);
		json_array(&j, "symbols");
	}
	for (size_t at = 0; at < n;) {
		struct row row = next_row(syms, n, &at);

		if (as_json)
			add_object(&j, &row);
		else
			add_row(t, &row, opt(&cli->opts, OPT_NO_DEMANGLE));
	}
	if (as_json) {
		json_end_array(&j);
		json_end_object(&j);
		buf_addc(&cli->out, '\n');
	} else {
		table_format(t, !opt(&cli->opts, OPT_NOHEADINGS), &cli->out);
	}
	table_free(t);
}

/* Nothing matches, or there is nothing. */
static int none_found(struct cli *cli, const struct target *target, const char *glob)
{
	struct text_nearest near = { .word = glob, .max = 3 };
	auto_free char *file = text_shell_word(cli->opts.args[0]);
	const char *missing = debugfile_missing(target->elf);
	const struct symbol *all;
	size_t n = 0;

	if (!glob) {
		err_set(&cli->err, ENOENT, "%s defines no function", target->name);
		return missing ? err_hint(&cli->err, "%s", missing) : -ENOENT;
	}
	err_set(&cli->err, ENOENT, "no function of %s matches '%s'", target->name, glob);
	if (symtab_all(target->elf, &all, &n, NULL) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (all[i].is_code)
			text_nearest_offer(&near, all[i].name);
	for (size_t i = 0; i < near.n; i++)
		err_detail(&cli->err, "%s", near.found[i]);
	if (missing)
		return err_hint(&cli->err, "%s", missing);
	return err_hint(&cli->err, "uprobe-ctl symbols %s lists all there are", file);
}

static int run(struct cli *cli)
{
	const char *glob = cli->opts.n_args > 1 ? cli->opts.args[1] : NULL;
	struct resolve_env env = cli_resolve_env(cli);
	CLEANUP(target_done) struct target target = { 0 };
	CLEANUP(found_done) struct found found = { 0 };
	CLEANUP(wanted_done) struct wanted wanted = { 0 };
	int rc;

	if (!*cli->opts.args[0]) {
		err_set(&cli->err, EINVAL, "an empty word names no file");
		return err_hint(&cli->err, "is a variable of the shell not set?");
	}
	rc = target_find(&env.target, cli->opts.args[0], &target, &cli->err);
	wanted_init(&wanted, glob);
	if (rc == 0)
		rc = collect_all(target.elf, &wanted, &found, &cli->err);
	if (rc < 0)
		return rc;
	if (!found.n)
		return none_found(cli, &target, glob);
	show(cli, found.v, found.n);
	if (!glob && debugfile_missing(target.elf))
		cli_note(cli, "only what %s exports is shown: %s", target.name,
			 debugfile_missing(target.elf));
	return EXIT_OK;
}

const struct cmd cmd_symbols = {
	.name = "symbols",
	.args = "FILE [GLOB]",
	.summary = "list the functions that can be probed",
	.help = "Lists the functions of FILE that can be probed: file offset, size, type, bind and\n"
		"name; other names of the same place stand behind a '='. Type plt is an entry\n"
		"through which FILE calls a function of another file. FILE may be a path, a\n"
		"program on PATH, or a library by its short name. GLOB matches the linker's names and\n"
		"those that are shown: ns::run, 'ns::*', 'f(char*)'. Needs no root.",
	.options = OPT_PID | OPT_SYSROOT | OPT_NO_DEMANGLE | OPT_DEBUGINFOD,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
