/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

void err_clear(struct err *err)
{
	if (!err)
		return;
	err->code = 0;
	err->origin = NULL;
	err->at = (struct span){ 0, 0 };
	err->msg[0] = err->detail[0] = err->hint[0] = 0;
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -code;
	err_clear(err);
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -code;
}

int err_at(struct err *err, const struct origin *origin, struct span at)
{
	if (!err)
		return -EINVAL;
	if (!err->origin) {
		err->origin = origin;
		err->at = at;
	}
	return -err->code;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -EINVAL;
	if (!err->hint[0]) {
		va_start(ap, fmt);
		vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
		va_end(ap);
	}
	return -err->code;
}

/* A newline in a stranger's name ends no line of ours. */
static void fold_lines(char *s)
{
	for (; *s; s++)
		if (*s == '\n')
			*s = '?';
}

void err_detail(struct err *err, const char *fmt, ...)
{
	size_t used, room;
	va_list ap;
	int len;

	if (!err)
		return;
	used = strlen(err->detail);
	room = sizeof(err->detail) - used;
	va_start(ap, fmt);
	len = vsnprintf(err->detail + used, room, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len + 2 > room) {
		err->detail[used] = 0; /* a cut line could be pasted: leave it out */
		return;
	}
	fold_lines(err->detail + used);
	strcpy(err->detail + used + len, "\n");
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char old[sizeof(err->msg)];
	va_list ap;
	int len;

	if (!err)
		return -EINVAL;
	memcpy(old, err->msg, sizeof(old));
	va_start(ap, fmt);
	len = vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len + 3 < sizeof(err->msg))
		snprintf(err->msg + len, sizeof(err->msg) - len, ": %.*s",
			 (int)sizeof(old) - len - 3, old);
	return -err->code;
}

int err_suffix(struct err *err, const char *fmt, ...)
{
	size_t len;
	va_list ap;

	if (!err)
		return -EINVAL;
	len = strlen(err->msg);
	va_start(ap, fmt);
	vsnprintf(err->msg + len, sizeof(err->msg) - len, fmt, ap);
	va_end(ap);
	return -err->code;
}
