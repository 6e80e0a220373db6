/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of uprobe_events, which hold whatever paths and names strangers chose. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

/* Every byte belongs to a token, and tokens follow each other as they are written. */
static void check_tokens(struct definition *d, const struct origin *origin, size_t len)
{
	const char *token;

	d->origin = origin;
	d->path_from.at = (struct span){ 0, strlen(d->path) };
	for (size_t pos = 0; pos < len + 2; pos++) {
		struct source from = definition_locate(d, pos, &token);

		check(token != NULL);
		check(from.at.to <= strlen(d->path) && from.at.from <= from.at.to);
	}
	definition_check(d, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(definition_done) struct definition d = { 0 }, again = { 0 };
	auto_free char *text = xstrndup((const char *)data, size);
	struct err err = ERR_INIT;
	auto_buf a = BUF_INIT, b = BUF_INIT;
	struct origin origin;

	if (definition_parse(text, &d, &err) < 0) {
		check(err.msg[0]);
		return 0;
	}
	definition_format(&d, &a);
	check(definition_parse(a.p, &again, &err) == 0 && definition_equal(&d, &again));
	check(definition_same_shape(&d, &again));
	definition_format(&again, &b);
	check(strcmp(a.p, b.p) == 0);
	origin = (struct origin){ .text = d.path };
	if (a.len < 4096)
		check_tokens(&d, &origin, a.len);
	return 0;
}
