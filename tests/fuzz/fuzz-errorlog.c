/* SPDX-License-Identifier: GPL-2.0-or-later */
/* error_log, uprobe_profile and dynamic_events: texts that strangers have a hand in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "tracefs/errorlog.h"
#include "tracefs/profile.h"
#include "tracefs/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static void entries(const char *text)
{
	const char *end = text + strlen(text), *at = text, *last = text;
	struct errorlog_entry e;

	while (errorlog_next(&at, &e)) {
		check(at > last && at <= end && e.start >= last && e.start + e.len == at);
		check(e.text > e.start && e.text + e.text_len < e.command);
		check(e.command + e.command_len < at);
		check(!memchr(e.text, '\n', e.text_len));
		last = at;
	}
	check(at == end);
}

static void lines(const char *text)
{
	struct profile_line l;
	size_t len;

	for (; *text; text += len + (text[len] == '\n')) {
		auto_free char *line = NULL;

		len = strcspn(text, "\n");
		line = xstrndup(text, len); /* so that a step past its end is seen */
		registry_is_uprobe(line);
		if (profile_parse_line(line, len, &l)) {
			check(l.path == line + 2 && l.path_len > 0);
			check(l.path + l.path_len < l.event);
			check(l.event + l.event_len < line + len);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xstrndup((const char *)data, size);

	entries(text);
	lines(text);
	return 0;
}
