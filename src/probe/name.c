/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's rules for names are those of traceprobe_parse_event_name() and
 * traceprobe_parse_probe_arg(); its texts are used so that people find them in a search.
 */
#include <ctype.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/name.h"

static bool is_name(const char *s, size_t len, const char *also)
{
	if (!len || isdigit((unsigned char)*s))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0x80 ||
		    !(isalnum((unsigned char)s[i]) || (s[i] && strchr(also, s[i]))))
			return false;
	return true;
}

bool name_is_ident(const char *s, size_t len)
{
	return is_name(s, len, "_");
}

bool name_is_group(const char *s, size_t len)
{
	return is_name(s, len, "_-");
}

int name_check_group(const char *s, struct err *err)
{
	size_t len = strlen(s);

	if (!len)
		return err_set(err, EINVAL, "Group name is not specified");
	if (len > NAME_MAX_EVENT)
		return err_set(err, EINVAL, "Group name is too long (%zu bytes, at most %d)",
			       len, NAME_MAX_EVENT);
	if (!name_is_group(s, len))
		return err_set(err, EINVAL,
			       "Group name must follow the same rules as C identifiers");
	return 0;
}

/* events/GROUP/enable and …/filter are files: an event of that name hides them (R8). */
static bool hides_a_control_file(const char *s)
{
	return strcmp(s, "enable") == 0 || strcmp(s, "filter") == 0;
}

int name_check_event(const char *s, struct err *err)
{
	size_t len = strlen(s);

	if (!len)
		return err_set(err, EINVAL, "Event name is not specified");
	if (len > NAME_MAX_EVENT)
		return err_set(err, EINVAL, "Event name is too long (%zu bytes, at most %d)",
			       len, NAME_MAX_EVENT);
	if (!name_is_ident(s, len))
		return err_set(err, EINVAL,
			       "Event name must follow the same rules as C identifiers");
	if (hides_a_control_file(s)) {
		err_set(err, EINVAL, "an event called '%s' would hide its group's file %s", s,
			s);
		return err_hint(err, "%s_ would do", s);
	}
	return 0;
}

static bool is_reserved_arg(const char *s)
{
	/* reserved_field_names[] of kernel/trace/trace_probe.c */
	static const char *const reserved[] = {
		"common_type", "common_flags", "common_preempt_count", "common_pid",
		"common_tgid", "__probe_ip",   "__probe_func",	       "__probe_ret_ip",
	};

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (strcmp(s, reserved[i]) == 0)
			return true;
	return false;
}

int name_check_arg(const char *s, struct err *err)
{
	size_t len = strlen(s);

	if (!len)
		return err_set(err, EINVAL, "Argument name is not specified");
	if (len > NAME_MAX_ARG)
		return err_set(err, EINVAL, "Argument name is too long (%zu bytes, at most %d)",
			       len, NAME_MAX_ARG);
	if (!name_is_ident(s, len))
		return err_set(err, EINVAL,
			       "Argument name must follow the same rules as C identifiers");
	if (is_reserved_arg(s)) {
		err_set(err, EINVAL, "This argument name is already used");
		return err_hint(err, "%s is a field of the kernel's own in every event", s);
	}
	return 0;
}

bool name_is_hidden(const char *s)
{
	return text_starts(s, "__");
}

/* Bytes no identifier has become '_', a run of them one; none is left at the end. */
static void add_ident(struct buf *b, const char *s, size_t len, size_t max)
{
	bool gap = false;

	if (len && isdigit((unsigned char)*s) && !b->len)
		buf_addc(b, '_');
	for (size_t i = 0; i < len; i++) {
		if (!is_name(&s[i], 1, "_") && !isdigit((unsigned char)s[i])) {
			gap = b->len > 0;
			continue;
		}
		if (b->len + 1 + gap > max)
			return;
		if (gap && b->p[b->len - 1] != '_')
			buf_addc(b, '_');
		gap = false;
		if (!b->len && isdigit((unsigned char)s[i]))
			buf_addc(b, '_');
		buf_addc(b, s[i]);
	}
}

char *name_from_symbol(const char *symbol, size_t reserve)
{
	size_t max = reserve < NAME_MAX_EVENT - 2 ? NAME_MAX_EVENT - reserve : 2;
	auto_buf b = BUF_INIT;

	add_ident(&b, symbol, strlen(symbol), max);
	if (!b.len || hides_a_control_file(b.p))
		buf_addc(&b, '_');
	return buf_steal(&b);
}

char *name_stem(const char *path)
{
	const char *base = text_base_name(path);
	auto_buf b = BUF_INIT;

	/* Only libraries: libreoffice is a program. */
	if (text_starts(base, "lib") && strstr(base, ".so") > base + 3)
		base += 3;
	base += strspn(base, ".");
	add_ident(&b, base, strcspn(base, "."), NAME_MAX_EVENT);
	if (!b.len)
		buf_adds(&b, "file");
	return buf_steal(&b);
}

char *name_from_offset(char kind, const char *path, uint64_t offset)
{
	auto_free char *tail = xasprintf("_0x%llx", (unsigned long long)offset);
	const char *base = text_base_name(path);
	auto_buf b = BUF_INIT;

	buf_addf(&b, "%c_", kind);
	/* The kernel cuts the end, where the offset is, so that long names collide. */
	add_ident(&b, base, strcspn(base, ".-_"), NAME_MAX_EVENT - strlen(tail));
	if (b.p[b.len - 1] == '_')
		b.p[--b.len] = 0;
	buf_adds(&b, tail);
	return buf_steal(&b);
}
