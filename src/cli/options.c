/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Not getopt_long(3): that takes "-:name" for options, abbreviates long ones, and loses the
 * place of "--", behind which a command of the user's begins.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cli/options.h"

struct option {
	uint64_t bit;
	char letter; /* 0: none */
	const char *name;
	const char *arg; /* NULL: a switch */
	const char *help;
};

/* In `takes` while parsing: "--" was seen. */
#define ONLY_WORDS (UINT64_C(1) << 63)
_Static_assert(OPT_N <= 63, "the last bit is taken");

static const struct option table[] = {
	{ OPT_ENABLE, 'e', "enable", NULL, "enable the probes too" },
	{ OPT_FILE, 'f', "file", "FILE", "read specs from FILE, one a line; - is standard input" },
	{ OPT_INSTANCE, 'B', "instance", "NAME", "in the trace instance NAME, not the top level" },
	{ OPT_PID, 'p', "pid", "PID", "files as process PID sees them" },
	{ OPT_FOLLOW, 0, "follow", NULL, "with -p: also the processes they start" },
	{ OPT_COMMAND, 'c', "command", "'SH'",
	  "only what this shell command does, or -- CMD ARG..." },
	{ OPT_DURATION, 'd', "duration", "S",
	  "end after S seconds (also 500ms, 2m); 0: at Ctrl-C" },
	{ OPT_INTERVAL, 'i', "interval", "S", "show again every S seconds" },
	{ OPT_COUNT, 'n', "count", "N", "end after N lines: events, or calls" },
	{ OPT_TOP, 0, "top", "N", "only the N most called" },
	{ OPT_ZEROS, 0, "zeros", NULL, "also what was never called" },
	{ OPT_FAST_ENTRY, 0, "fast-entry", NULL,
	  "count behind endbr64 where that is proven the same" },
	{ OPT_WRITE, 'w', "write", "FILE", "write the output to FILE" },
	{ OPT_COLUMNS, 'o', "columns", "LIST",
	  "these columns: time,comm,... +LIST: besides the usual" },
	{ OPT_KERNEL_FORMAT, 0, "kernel-format", NULL,
	  "print events as the kernel's trace_pipe does" },
	{ OPT_TIME, 0, "time", "KIND",
	  "wall, mono (the kernel's clock), or rel (since the start)" },
	{ OPT_NO_PAIR, 0, "no-pair", NULL, "entry and return as two events, not as one call" },
	{ OPT_SLOWER, 0, "slower", "DUR", "only calls that take so long: 5ms, 200us" },
	{ OPT_COMM, 0, "comm", "GLOB", "only tasks of that name" },
	{ OPT_UID, 0, "uid", "UID", "only tasks of that user, by name or number" },
	{ OPT_CPU, 0, "cpu", "LIST", "only what happens on these CPUs: 0,2-5" },
	{ OPT_SAMPLE, 0, "sample", "N", "show every N-th event only" },
	{ OPT_NO_LOSS, 0, "no-loss", NULL, "let the buffers grow when events are lost" },
	{ OPT_SPEC, 0, "spec", NULL, "print specs that add -f reads" },
	{ OPT_STALE, 0, "stale", NULL, "only what killed runs left behind" },
	{ OPT_ALL, 0, "all", NULL, "everyone's uprobes, after saying whose" },
	{ OPT_DRY_RUN, 0, "dry-run", NULL, "write nothing; print what would be written" },
	{ OPT_FORCE, 0, "force", NULL, "also what others have enabled or armed" },
	{ OPT_ALL_MATCHES, 0, "all-matches", NULL, "several functions of one name: all of them" },
	{ OPT_IFUNC, 0, "ifunc", "WHICH", "of an IFUNC: used (default), all, or resolver" },
	{ OPT_MISSING_OK, 0, "missing-ok", NULL, "leave out what is not there, with a note" },
	{ OPT_NO_DEMANGLE, 0, "no-demangle", NULL,
	  "names of C++, Rust and D as linkers write them" },
	{ OPT_DEBUGINFOD, 0, "debuginfod", NULL, "ask the servers of DEBUGINFOD_URLS for names" },
	{ OPT_SYSROOT, 0, "sysroot", "DIR", "look files up below DIR" },
	{ OPT_JSON, 'J', "json", NULL, "print JSON" },
	{ OPT_CSV, 0, "csv", NULL, "print CSV" },
	{ OPT_OPENMETRICS, 0, "openmetrics", NULL,
	  "print metrics for Prometheus (with -w for a textfile collector)" },
	{ OPT_NOHEADINGS, 0, "noheadings", NULL, "print no table headings" },
	{ OPT_QUIET, 'q', "quiet", NULL, "no remarks on standard error, only errors" },
	{ OPT_VERBOSE, 'v', "verbose", NULL, "show each write to the kernel as a shell line" },
	{ OPT_TRACEFS, 0, "tracefs", "DIR", "use DIR in place of the mounted tracefs" },
	{ OPT_HELP, 'h', "help", NULL, "this text" },
};
_Static_assert(ARRAY_SIZE(table) == OPT_N, "every option is in the table, once");

/* What an option says of a command that also takes another. */
static const struct {
	uint64_t bit, with;
	const char *arg, *help;
} variants[] = {
	{ OPT_PID, OPT_DURATION, "PID[,PID]", "only these processes; files as they see them" },
	{ OPT_COUNT, OPT_INTERVAL, "N", "end after N intervals" },
	{ OPT_FORCE, OPT_ALL_MATCHES, NULL,
	  "also what is not proven safe (never what is proven wrong)" },
};

static struct option of_command(const struct option *o, uint64_t takes)
{
	struct option said = *o;

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++)
		if (variants[i].bit == o->bit && takes & variants[i].with) {
			said.arg = variants[i].arg;
			said.help = variants[i].help;
		}
	return said;
}

void options_help(uint64_t takes, struct buf *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct option o = of_command(&table[i], takes);
		size_t start = b->len;

		if (!(takes & o.bit))
			continue;
		if (o.letter)
			buf_addf(b, "  -%c, --%s", o.letter, o.name);
		else
			buf_addf(b, "      --%s", o.name);
		if (o.arg)
			buf_addf(b, " %s", o.arg);
		buf_pad(b, ' ', start + 28);
		buf_addf(b, "  %s\n", o.help);
	}
}

static int parse_pids(struct options *o, const char *text, struct err *err)
{
	auto_free char *copy = xstrdup(text);
	char *rest = copy, *word;

	while ((word = strsep(&rest, ","))) {
		uint64_t pid;

		if (!num_parse_uint(word, INT32_MAX, &pid) || pid == 0)
			return err_set(err, EINVAL, "'%s' is not a process number", word);
		o->pids = xgrow(o->pids, o->n_pids, sizeof(*o->pids));
		o->pids[o->n_pids++] = (pid_t)pid;
	}
	return 0;
}

static int parse_time(const char *text, uint64_t *ret, struct err *err)
{
	if (num_parse_duration(text, 1000000000, ret))
		return 0;
	return err_set(err, EINVAL, "'%s' is not a time: 3, 0.5, 500ms, 2m", text);
}

/* The range at `s`, "3" or "3-5"; what stands behind it, or NULL. */
static const char *parse_range(const char *s, uint64_t *from, uint64_t *to)
{
	size_t len = strspn(s, "0123456789"), more;

	if (!len || !num_parse_u64(s, len, from))
		return NULL;
	*to = *from;
	s += len;
	if (*s != '-')
		return s;
	more = strspn(++s, "0123456789");
	return more && num_parse_u64(s, more, to) && *to >= *from ? s + more : NULL;
}

static bool is_list(const char *s)
{
	uint64_t from, to;

	while ((s = parse_range(s, &from, &to)) && *s == ',')
		s++;
	return s && !*s;
}

bool options_has_pid(const struct options *o, pid_t pid)
{
	for (size_t i = 0; i < o->n_pids; i++)
		if (o->pids[i] == pid)
			return true;
	return false;
}

bool options_list_has(const char *list, uint64_t n)
{
	uint64_t from, to;

	while ((list = parse_range(list, &from, &to))) {
		if (n >= from && n <= to)
			return true;
		list += *list == ',';
	}
	return false;
}

static int parse_time_kind(struct options *o, const char *value, struct err *err)
{
	if (strcmp(value, "wall") != 0 && strcmp(value, "mono") != 0 && strcmp(value, "rel") != 0)
		return err_set(err, EINVAL, "'%s' is none of wall, mono, rel", value);
	o->time = value;
	return 0;
}

/* getpwnam(3) has no place in a static program. */
static int parse_uid(struct options *o, const char *value, struct err *err)
{
	const struct passwd *user = NULL;
	FILE *f;

	if (num_parse_uint(value, UINT32_MAX - 1, &o->uid))
		return 0;
	f = fopen("/etc/passwd", "re");
	while (f && (user = fgetpwent(f)))
		if (strcmp(user->pw_name, value) == 0) {
			o->uid = user->pw_uid;
			break;
		}
	if (f)
		fclose(f);
	return user ? 0 : err_set(err, EINVAL, "there is no user '%s' in /etc/passwd", value);
}

static int set_view_value(struct options *o, uint64_t bit, const char *value, struct err *err)
{
	switch (bit) {
	case OPT_COLUMNS:
		o->columns = value;
		break;
	case OPT_COMM:
		o->comm = value;
		break;
	case OPT_TIME:
		return parse_time_kind(o, value, err);
	case OPT_UID:
		return parse_uid(o, value, err);
	case OPT_SLOWER:
		return parse_time(value, &o->slower_ns, err);
	case OPT_CPU:
		if (!is_list(value))
			return err_set(err, EINVAL, "'%s' is no list of CPUs: 0,2-5", value);
		o->cpus = value;
		break;
	case OPT_SAMPLE:
		if (!num_parse_uint(value, UINT64_MAX, &o->sample) || o->sample == 0)
			return err_set(err, EINVAL, "'%s' is not a count", value);
		break;
	}
	return 0;
}

static int set_value(struct options *o, uint64_t bit, const char *value, struct err *err)
{
	uint64_t number;

	switch (bit) {
	case OPT_FILE:
		o->file = value;
		break;
	case OPT_INSTANCE:
		if (!*value || strchr(value, '/') || value[0] == '.')
			return err_set(err, EINVAL, "'%s' is not the name of an instance", value);
		o->instance = value;
		break;
	case OPT_IFUNC:
		if (strcmp(value, "used") != 0 && strcmp(value, "all") != 0 &&
		    strcmp(value, "resolver") != 0)
			return err_set(err, EINVAL, "'%s' is none of used, all, resolver", value);
		o->ifunc = value;
		break;
	case OPT_TRACEFS:
		o->tracefs = value;
		break;
	case OPT_SYSROOT:
		o->sysroot = value;
		break;
	case OPT_WRITE:
		o->write = value;
		break;
	case OPT_COMMAND:
		o->command = value;
		break;
	case OPT_PID:
		return parse_pids(o, value, err);
	case OPT_DURATION:
		return parse_time(value, &o->duration_ns, err);
	case OPT_INTERVAL:
		if (parse_time(value, &o->interval_ns, err) < 0)
			return -EINVAL;
		if (o->interval_ns < 10000000)
			return err_set(err, EINVAL, "an interval is at least 10ms");
		break;
	case OPT_TOP:
		if (!num_parse_uint(value, SIZE_MAX, &number) || number == 0)
			return err_set(err, EINVAL, "'%s' is not a number of rows", value);
		o->top = number;
		break;
	case OPT_COUNT:
		if (!num_parse_uint(value, UINT64_MAX, &o->count) || o->count == 0)
			return err_set(err, EINVAL, "'%s' is not a count", value);
		break;
	}
	return set_view_value(o, bit, value, err);
}

static const struct option *find_long(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strlen(table[i].name) == len && strncmp(table[i].name, name, len) == 0)
			return &table[i];
	return NULL;
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].letter == letter)
			return &table[i];
	return NULL;
}

static int unknown_long(uint64_t takes, const char *name, size_t len, struct err *err)
{
	auto_free char *word = xstrndup(name, len);
	struct text_nearest near = { .word = word, .max = 1 };

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (takes & table[i].bit)
			text_nearest_offer(&near, table[i].name);
	err_set(err, EINVAL, "there is no option --%s", word);
	return near.n ? err_hint(err, "did you mean --%s?", near.found[0]) : -EINVAL;
}

static int take(struct options *o, uint64_t takes, const struct option *option,
		const char *value, struct err *err)
{
	if (!(takes & option->bit))
		return err_set(err, EINVAL, "this command takes no --%s", option->name);
	/* The last one wins, but specs are never dropped. */
	if (option->bit == OPT_FILE && opt(o, OPT_FILE))
		return err_set(err, EINVAL, "--file is given twice; join them: cat A B | ... -f -");
	o->given |= option->bit;
	if (!option->arg)
		return value ? err_set(err, EINVAL, "--%s takes no value", option->name) : 0;
	if (!value)
		return err_set(err, EINVAL, "--%s needs a value: %s", option->name,
			       of_command(option, takes).arg);
	if (set_value(o, option->bit, value, err) < 0)
		return err_prefix(err, "--%s", option->name);
	if (o->n_pids > 1 && !(takes & OPT_DURATION))
		return err_set(err, EINVAL, "--pid: this command asks one process where its "
					    "files are, not %zu", o->n_pids);
	return 0;
}

/* "--name", "--name=value", "--name" "value". Steps *argv over a value it used. */
static int parse_long(struct options *o, uint64_t takes, char ***argv, struct err *err)
{
	const char *word = **argv + 2;
	size_t len = strcspn(word, "=");
	const struct option *option = find_long(word, len);
	const char *value = word[len] ? word + len + 1 : NULL;

	if (!option)
		return unknown_long(takes, word, len, err);
	if (option->arg && !value && (*argv)[1])
		value = *++*argv;
	return take(o, takes, option, value, err);
}

/* "-d3", "-d" "3", "-qv". */
static int parse_letters(struct options *o, uint64_t takes, char ***argv, struct err *err)
{
	for (const char *p = **argv + 1; *p; p++) {
		const struct option *option = find_letter(*p);
		const char *value = NULL;
		int rc;

		if (!option)
			return err_set(err, EINVAL, "there is no option -%c", *p);
		if (option->arg)
			value = p[1] ? p + 1 : (*argv)[1] ? *++*argv : NULL;
		rc = take(o, takes, option, value, err);
		if (rc < 0 || option->arg)
			return rc;
	}
	return 0;
}

int options_parse(struct options *o, uint64_t takes, char **argv, struct err *err)
{
	*o = (struct options){ 0 };
	for (; *argv; argv++) {
		const char *word = *argv;
		int rc = 0;

		if (strcmp(word, "--") == 0 && (takes & OPT_COMMAND)) {
			o->command_argv = argv[1] ? argv + 1 : NULL;
			return argv[1] ? 0 : err_set(err, EINVAL, "-- wants a command behind it");
		}
		if (strcmp(word, "--") == 0)
			takes |= ONLY_WORDS; /* only words from here on */
		else if (word[0] != '-' || !word[1] || word[1] == ':' || takes & ONLY_WORDS) {
			o->args = xgrow(o->args, o->n_args, sizeof(*o->args));
			o->args[o->n_args++] = word;
		} else if (word[1] == '-')
			rc = parse_long(o, takes, &argv, err);
		else
			rc = parse_letters(o, takes, &argv, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

size_t options_length(char *const *argv)
{
	size_t n = 0;

	while (argv[n] && argv[n][0] == '-' && argv[n][1] && argv[n][1] != ':' &&
	       strcmp(argv[n], "--") != 0) {
		const char *word = argv[n++];
		const struct option *o = word[1] == '-' ? find_long(word + 2, strlen(word + 2))
						       : find_letter(word[1]);

		if (o && o->arg && (word[1] == '-' || !word[2]) && argv[n])
			n++;
	}
	return n;
}

void options_done(struct options *o)
{
	free(o->pids);
	free(o->args);
	*o = (struct options){ 0 };
}
