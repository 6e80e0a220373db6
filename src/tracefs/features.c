/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * README of a tracefs is the kernel's own list of what it was built with (readme_msg in
 * kernel/trace/trace.c): each entry below is a text that came with the feature, so also
 * backports and vendor kernels are seen as they are.
 */
#include <stddef.h>
#include <string.h>

#include "tracefs/features.h"

#define FLAG(member) offsetof(struct features, member)

/* `line`: what the line must hold besides, since other sections use the same words. */
static const struct {
	size_t flag;
	const char *line, *text;
} texts[] = {
	{ FLAG(multi_location), "uprobe_events", "Create/append/" },
	{ FLAG(immediates), "", "\\imm-value" },
	{ FLAG(user_deref), "", "[u]<offset>(" },
	{ FLAG(arrays), "", "<type>\\[<array-size>\\]" },
	{ FLAG(ref_ctr), "place (uprobe)", "(ref_ctr_offset)" },
	{ FLAG(percent_return), "place (uprobe)", "%return" },
	{ FLAG(group_only), "Format: p", "[:[<group>/][<event>]]" },
	{ FLAG(type_char), "type: s8/16/32/64", " char," },
	{ FLAG(type_hex), "type: s8/16/32/64", "x8/16/32/64" },
	{ FLAG(hist), "hist trigger\t- ", "hist trigger" },
};

static const struct {
	size_t flag;
	const char *file;
} files[] = {
	{ FLAG(uprobe_events), "uprobe_events" },
	{ FLAG(dynamic_events), "dynamic_events" },
	{ FLAG(uprobe_profile), "uprobe_profile" },
	{ FLAG(error_log), "error_log" },
	{ FLAG(synthetic), "synthetic_events" },
	{ FLAG(set_event_pid), "set_event_pid" },
	{ FLAG(event_fork), "options/event-fork" },
	{ FLAG(record_tgid), "options/record-tgid" },
	{ FLAG(subbuf_size), "buffer_subbuf_size_kb" },
};

static void set_flag(struct features *f, size_t flag)
{
	*(bool *)((char *)f + flag) = true;
}

static void read_line(const char *line, struct features *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (strstr(line, texts[i].line) && strstr(line, texts[i].text))
			set_flag(f, texts[i].flag);
}

/* The length of a sub-buffer's data is a long (ring_buffer_print_page_header()). */
static bool has_64bit_long(const struct root *tracefs)
{
	auto_buf text = BUF_INIT;
	const char *commit;

	if (root_read(tracefs, &text, "events/header_page") < 0)
		return false;
	commit = strstr(buf_str(&text), " commit;");
	return commit && strstr(commit, "size:8;") &&
	       strstr(commit, "size:8;") < commit + strcspn(commit, "\n");
}

void features_detect(const struct root *tracefs, struct features *ret)
{
	auto_buf readme = BUF_INIT;
	char *save, *line;

	*ret = (struct features){ .readme = false };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (root_exists(tracefs, "%s", files[i].file))
			set_flag(ret, files[i].flag);
	ret->is_64bit = has_64bit_long(tracefs);
	if (root_read(tracefs, &readme, "README") < 0 || !readme.len)
		return;
	ret->readme = true;
	for (line = strtok_r(readme.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		read_line(line, ret);
}
