/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/filter.h"

/* Of every event: trace_define_generic_fields() and ..._common_fields(), and of probes. */
static const char *const generic[] = {
	"comm", "COMM", "cpu", "CPU", "common_pid", "common_type", "common_flags",
	"common_preempt_count", "__probe_ip", "__probe_func", "__probe_ret_ip",
};

static bool is_generic(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(generic); i++)
		if (strcmp(generic[i], name) == 0)
			return true;
	return false;
}

static bool has_arg(const struct definition *d, const char *name)
{
	for (size_t i = 0; i < d->n_args; i++)
		if (strcmp(d->args[i].name, name) == 0)
			return true;
	return false;
}

static int unknown_field(const struct definition *d, const char *name, struct err *err)
{
	struct text_nearest near = { .word = name, .max = 1 };
	auto_buf names = BUF_INIT;

	if (strcmp(name, "pid") == 0) {
		err_set(err, EINVAL, "a filter on pid would mean one thread");
		return err_hint(err, "a process: trace -p PID; a thread: common_pid == TID");
	}
	if (strcmp(name, "tid") == 0) {
		err_set(err, EINVAL, "the kernel calls the thread's number common_pid");
		return err_hint(err, "common_pid == TID");
	}
	err_set(err, EINVAL, "%s event has no field '%s'", d->kind == 'r' ? "the return" : "the",
		name);
	for (size_t i = 0; i < d->n_args; i++) {
		if (strncmp(d->args[i].name, "__", 2) == 0)
			continue;
		text_nearest_offer(&near, d->args[i].name);
		buf_addf(&names, "%s, ", d->args[i].name);
	}
	if (near.n)
		return err_hint(err, "did you mean %s?", near.found[0]);
	return err_hint(err, "it has %scomm, common_pid; an argument must be recorded to be "
			     "filtered on: add it to the spec", buf_str(&names));
}

/* The end of a quoted string, or of the text. */
static const char *skip_string(const char *s)
{
	char quote = *s++;

	while (*s && *s != quote)
		s++;
	return *s ? s + 1 : s;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/*
 * FIELD OP VALUE between brackets, && and ||: a word where no operator stands before it is
 * a field, what follows an operator is a value.
 */
int filter_check(const char *text, const struct definition *d, struct span *ret_at,
		 struct err *err)
{
	bool value_next = false;

	for (const char *s = text; *s;) {
		const char *from = s;

		if (*s == '"' || *s == '\'') {
			s = skip_string(s);
			value_next = false;
		} else if (is_word(*s)) {
			auto_free char *word = NULL;

			while (is_word(*s))
				s++;
			word = xstrndup(from, s - from);
			*ret_at = (struct span){ from - text, s - text };
			if (!value_next && !isdigit((unsigned char)*word) && *s != '{' &&
			    !has_arg(d, word) && !is_generic(word))
				return unknown_field(d, word, err);
			value_next = false;
		} else {
			/* "&&" and "||" end a predicate; "=", "<", ">", "&" and "~" stand in one. */
			if ((s[0] == '&' || s[0] == '|') && s[0] == s[1])
				value_next = false, s += 2;
			else if (strchr("=<>&~", *s))
				value_next = true, s++;
			else
				s++;
		}
	}
	return 0;
}
