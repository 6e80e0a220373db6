/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cli/cli.h"
#include "cli/screen.h"
#include "proc/kernel.h"
#include "session/runs.h"
#include "session/signals.h"

/* Functions one pattern may match unless --force is given. */
#define MAX_FUNCTIONS 1000

void cli_note(const struct cli *cli, const char *fmt, ...)
{
	auto_free char *text = NULL;
	auto_buf safe = BUF_INIT;
	va_list ap;

	if (opt(&cli->opts, OPT_QUIET))
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	text_escape(&safe, text, strlen(text), false);
	if (cli->screen)
		screen_leave(cli->screen);
	fprintf(stderr, "%s\n", buf_str(&safe));
}

void cli_progress(void *cli, const char *doing, size_t done, size_t n)
{
	const struct cli *c = cli;

	if (opt(&c->opts, OPT_QUIET) || !isatty(STDERR_FILENO))
		return;
	if (done < n)
		fprintf(stderr, "\r%s %zu of %zu ", doing, done, n);
	else
		fputs("\r\033[K", stderr);
}

void cli_note_lines(const struct cli *cli, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		cli_note(cli, "%.*s", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

void cli_note_signal(const struct cli *cli)
{
	if (isatty(0) && isatty(2) && !opt(&cli->opts, OPT_QUIET))
		fputs(cli->screen ? "\r\033[K" : "\n", stderr); /* behind ^C */
}

/* -v: the shell line that does the same as a write of ours. */
static void show_write(void *ctx, const char *file, const char *data, size_t len)
{
	const struct cli *cli = ctx;
	size_t shown = len && data[len - 1] == '\n' ? len - 1 : len;
	auto_buf line = BUF_INIT;

	buf_adds(&line, "+ echo '");
	for (size_t i = 0; i < shown; i++) {
		if (data[i] == '\'')
			buf_adds(&line, "'\\''");
		else if (data[i] == '\n')
			buf_addc(&line, '\n');
		else
			text_escape(&line, data + i, 1, false);
	}
	buf_addf(&line, "' >>%s/%s\n", cli->tfs.root.path, file);
	fputs(buf_str(&line), stderr);
}

static void show_dir(void *ctx, const char *dir, bool make)
{
	const struct cli *cli = ctx;

	fprintf(stderr, "+ %s %s/%s\n", make ? "mkdir" : "rmdir", cli->tfs.root.path, dir);
}

int cli_open(struct cli *cli)
{
	int rc = tfs_open(&cli->tfs, cli->opts.tracefs, &cli->err);

	if (rc < 0)
		return rc;
	cli->has_tfs = true;
	if (opt(&cli->opts, OPT_VERBOSE)) {
		cli->tfs.on_write = show_write;
		cli->tfs.on_dir = show_dir;
		cli->tfs.on_write_ctx = cli;
	}
	return statedir_open(&cli->state, &cli->err);
}

int cli_open_dry(struct cli *cli)
{
	int rc = cli_open(cli);

	if (rc < 0 && !opt(&cli->opts, OPT_TRACEFS)) {
		err_clear(&cli->err);
		rc = 0;
	}
	return rc;
}

int cli_open_for_writing(struct cli *cli)
{
	struct err stale = ERR_INIT;
	size_t removed = 0;
	int rc = cli_open(cli);

	if (rc < 0)
		return rc;
	rc = statedir_lock(&cli->state, &cli->err); /* may wait; Ctrl-C still ends it */
	if (rc < 0)
		return rc;
	if (cli->opts.instance &&
	    !root_exists(&cli->tfs.root, "instances/%s", cli->opts.instance)) {
		err_set(&cli->err, ENOENT, "there is no trace instance '%s'", cli->opts.instance);
		return err_hint(&cli->err, "mkdir %s/instances/%s makes it", cli->tfs.root.path,
				cli->opts.instance);
	}
	signals_hold(); /* until the command is through */
	cli->stale_stays = stale_clear(&cli->tfs, &cli->state, &removed, &stale) < 0;
	if (cli->stale_stays)
		cli_note(cli, "what a killed run left could not be removed: %s", stale.msg);
	if (removed)
		cli_note(cli, "removed what %zu killed run%s had left in the kernel", removed,
			 removed == 1 ? "" : "s");
	return 0;
}

void cli_spare_terminal(struct cli *cli)
{
	auto_buf raw = BUF_INIT;
	char *text, *line;

	if (!isatty(cli->out_fd))
		return;
	buf_add(&raw, buf_str(&cli->out), cli->out.len);
	buf_reset(&cli->out);
	text = raw.p;
	while ((line = strsep(&text, "\n")))
		if (text) {
			text_escape(&cli->out, line, strlen(line), false);
			buf_addc(&cli->out, '\n');
		}
}

int cli_flush(struct cli *cli)
{
	size_t done = 0;

	while (done < cli->out.len) {
		ssize_t n = write(cli->out_fd, cli->out.p + done, cli->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) { /* somebody made our terminal non-blocking */
			poll(&(struct pollfd){ cli->out_fd, POLLOUT, 0 }, 1, -1);
			continue;
		}
		if (n < 0) {
			buf_reset(&cli->out);
			return err_set(&cli->err, errno, "cannot write the output: %s",
				       strerror(errno));
		}
		done += (size_t)n;
	}
	buf_reset(&cli->out);
	return 0;
}

int cli_open_output(struct cli *cli)
{
	const struct options *o = &cli->opts;

	if (o->write) {
		cli->out_fd = open(o->write, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (cli->out_fd < 0)
			return err_set(&cli->err, errno, "%s: %s", o->write, strerror(errno));
	} else if (o->command || o->command_argv) {
		cli->out_fd = 2;
	}
	return 0;
}

int cli_replace_file(struct cli *cli, const char *file)
{
	auto_free char *new = xasprintf("%s.new", file);
	int rc = 0;

	cli->out_fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (cli->out_fd < 0)
		return err_set(&cli->err, errno, "%s: %s", new, strerror(errno));
	rc = cli_flush(cli);
	if (close(cli->out_fd) < 0 && rc == 0)
		rc = err_set(&cli->err, errno, "%s: %s", new, strerror(errno));
	cli->out_fd = -1;
	if (rc == 0 && rename(new, file) < 0)
		rc = err_set(&cli->err, errno, "%s: %s", file, strerror(errno));
	return rc;
}

bool cli_wants_task(const struct cli *cli, int tgid)
{
	return !cli->opts.n_pids || !tgid || opt(&cli->opts, OPT_FOLLOW) ||
	       options_has_pid(&cli->opts, tgid);
}

static int read_spec_file(struct cli *cli, const char *file)
{
	bool is_stdin = strcmp(file, "-") == 0;
	int fd = is_stdin ? dup(0) : open(file, O_RDONLY | O_CLOEXEC);
	auto_buf text = BUF_INIT;
	int rc = fd < 0 ? -errno : fd_read_all(fd, &text);

	if (fd >= 0)
		close(fd);
	if (rc < 0)
		return err_set(&cli->err, -rc, "%s: %s", file, strerror(-rc));
	if (text.len != strlen(buf_str(&text)))
		return err_set(&cli->err, EINVAL, "%s holds a NUL byte; it is no file of specs",
			       file);
	return spec_list_parse(&cli->specs, buf_str(&text), is_stdin ? "standard input" : file,
			       &cli->bad_origin, &cli->bad_text, &cli->err);
}

bool cli_names_target(const char *word)
{
	const char *colon = strchr(word, ':');

	return colon && colon[1] != ':';
}

/* FILE FUNCTION ARG... where a spec should be. */
static bool lacks_colon(const char *bad, const char *const *words, size_t n)
{
	return n > 1 && bad == words[0] && !strchr(words[0], ':') && !cli_names_target(words[1]) &&
	       !named_is_filter(words[1]);
}

void cli_hint_quotes(struct cli *cli, const char *bad, const char *const *words, size_t n)
{
	bool no_colon = lacks_colon(bad, words, n);
	auto_free char *word = NULL;
	auto_buf line = BUF_INIT;

	if (no_colon) {
		/* The second word may hold the arguments, too. */
		int len = (int)strcspn(words[1], " \t");
		auto_free char *place = xasprintf("%s:%.*s", words[0], len, words[1]);

		spec_format_word(place, &line);
		buf_adds(&line, words[1] + len);
	}
	for (size_t i = no_colon ? 2 : 0; i < n; i++) {
		/* Words with blanks are specs of their own, but for a filter behind `if'. */
		bool is_filter = i > 0 && (strcmp(words[i - 1], "if") == 0 ||
					   named_is_filter(words[i]));

		if (strpbrk(words[i], is_filter ? "'" : " \t'"))
			return;
		buf_addf(&line, "%s%s", i ? " " : "", words[i]);
	}
	if (n < 2 || (strchr(bad, '/') && !no_colon))
		return;
	word = text_shell_word(buf_str(&line));
	cli->err.hint[0] = 0;
	err_hint(&cli->err, "a spec is one argument: %s", word);
}

/* NAME=FETCHARG where a spec should be; a file of such a name is written ./NAME=… */
static bool is_stray_argument(const char *word)
{
	return word[strcspn(word, "=:/ \t")] == '=';
}

int cli_read_words(struct cli *cli, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int rc;

		cli->bad_origin = (struct origin){ .text = words[i] };
		if (is_stray_argument(words[i]))
			rc = err_set(&cli->err, EINVAL,
				     "'%s' is an argument that lacks its TARGET:LOCATION",
				     words[i]);
		else
			rc = spec_list_add(&cli->specs, &cli->bad_origin, &cli->err);
		if (rc < 0) {
			cli_hint_quotes(cli, words[i], words, n);
			return rc;
		}
	}
	return 0;
}

int cli_read_specs(struct cli *cli, const char *const *words, size_t n)
{
	int rc = cli_read_words(cli, words, n);

	if (rc == 0 && cli->opts.file && opt(&cli->opts, OPT_DEBUGINFOD))
		return cli_usage(cli, "--debuginfod goes with specs that are typed, not with -f");
	return rc == 0 && cli->opts.file ? read_spec_file(cli, cli->opts.file) : rc;
}

static enum ifunc_mode ifunc_mode(const struct options *o)
{
	if (!o->ifunc || strcmp(o->ifunc, "used") == 0)
		return IFUNC_USED;
	return strcmp(o->ifunc, "all") == 0 ? IFUNC_ALL : IFUNC_RESOLVER;
}

/* What is asked of whom over the network is said, whatever -q says. */
static void tell_debuginfod(void *ctx, const char *text)
{
	auto_buf safe = BUF_INIT;

	text_escape(&safe, text, strlen(text), false);
	fprintf(stderr, "%s\n", buf_str(&safe));
}

struct resolve_env cli_resolve_env(const struct cli *cli)
{
	bool is_here = !cli->opts.sysroot && !cli->opts.n_pids;

	return (struct resolve_env){
		.target = {
			.sysroot = cli->opts.sysroot,
			.pid = cli->opts.n_pids ? cli->opts.pids[0] : 0,
			.search_path = getenv("PATH"),
			.library_path = is_here ? getenv("LD_LIBRARY_PATH") : NULL,
			.program = cli->opts.command_argv ? cli->opts.command_argv[0] : NULL,
			.debuginfod = opt(&cli->opts, OPT_DEBUGINFOD) ? tell_debuginfod : NULL,
		},
		.features = cli->has_tfs ? &cli->tfs.features : NULL,
		.force = opt(&cli->opts, OPT_FORCE),
		.optimises_nop5 = kernel_optimises_nop5(),
		.ifunc = ifunc_mode(&cli->opts),
		.missing_ok = opt(&cli->opts, OPT_MISSING_OK),
		.all_matches = opt(&cli->opts, OPT_ALL_MATCHES),
		.max_functions = MAX_FUNCTIONS,
	};
}
