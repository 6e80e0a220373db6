/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fetch arguments: what parses is written so that it parses to the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/fetch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static int parse(const char *text, struct fetch_arg *ret)
{
	struct origin origin = { .text = text };
	struct err err = ERR_INIT;
	int rc = fetch_arg_parse(text, &origin, (struct span){ 0, strlen(text) }, ret, &err);

	if (rc < 0) {
		check(err.msg[0] && err.origin == &origin);
		check(err.at.from < err.at.to || !*text);
		check(err.at.to <= strlen(text) || !*text);
	}
	return rc;
}

static void check_places(const struct fetch *f, struct span outer)
{
	for (; f; f = f->inner) {
		check(f->at.from >= outer.from && f->at.to <= outer.to);
		check(f->at.from < f->at.to);
		outer = f->at;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fetch_arg_done) struct fetch_arg arg = { 0 }, again = { 0 };
	auto_free char *text = xstrndup((const char *)data, size);
	auto_buf a = BUF_INIT, b = BUF_INIT;
	struct fetch *copy;

	if (parse(text, &arg) < 0)
		return 0;
	check_places(arg.expr, arg.at);
	check_places(arg.type.len, arg.type.at);
	fetch_arg_format(&arg, &a);
	check(parse(a.p, &again) == 0 && fetch_arg_equal(&arg, &again));
	fetch_arg_format(&again, &b);
	check(strcmp(a.p, b.p) == 0);
	copy = fetch_copy(arg.expr);
	check(fetch_equal(copy, arg.expr));
	fetch_free(copy);
	return 0;
}
