/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters: what is written for the kernel means the same again, and every place is the user's. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/definition.h"
#include "probe/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static int make(const char *text, struct filter **ret)
{
	static struct def_arg args[] = {
		{ .name = (char *)"n", .expr = (char *)"%di", .type = (char *)"u8" },
		{ .name = (char *)"i", .expr = (char *)"%si", .type = (char *)"s64" },
		{ .name = (char *)"s", .expr = (char *)"+0(%di)", .type = (char *)"string" },
		{ .name = (char *)"a", .expr = (char *)"+0(%di)", .type = (char *)"u8[4]" },
		{ .name = (char *)"common_pid", .expr = (char *)"%di", .type = (char *)"s32" },
		{ .name = (char *)"CPU", .expr = (char *)"%di", .type = (char *)"u32" },
	};
	const struct definition d = { .args = args, .n_args = ARRAY_SIZE(args) };
	struct origin origin = { .text = text };
	struct filter_expr *expr = NULL;
	struct err err = ERR_INIT;
	int rc = filter_parse(text, &origin, (struct span){ 0, strlen(text) }, &expr, &err);

	for (size_t i = 0; rc == 0 && i < filter_n_terms(expr); i++) {
		struct span at = filter_term_at(expr, i);

		check(at.from < at.to && at.to <= strlen(text));
	}
	if (rc == 0)
		rc = filter_make(expr, &d, NULL, ret, &err);
	filter_expr_free(expr);
	if (rc < 0) {
		check(err.msg[0] && err.origin == &origin && err.at.from < err.at.to);
		check(err.at.to <= strlen(text) || !*text);
	}
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xstrndup((const char *)data, size);
	struct filter *f = NULL, *again = NULL;

	if (make(text, &f) < 0)
		return 0;
	check(f && f->text[0]);
	for (unsigned at = 0; at < strlen(f->text); at++) {
		struct span span = filter_locate(f, (struct span){ at, at + 1 });

		check(span.from < span.to && span.to <= strlen(text));
	}
	check(make(f->text, &again) == 0 && strcmp(again->text, f->text) == 0);
	filter_free(f);
	filter_free(again);
	return 0;
}
