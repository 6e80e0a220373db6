/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Specs, files of specs, and the locations in them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/location.h"
#include "probe/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static int parse(const char *text, struct spec *ret)
{
	struct origin origin = { .text = text };
	struct err err = ERR_INIT;
	int rc = spec_parse(&origin, ret, &err);

	if (rc < 0)
		check(err.msg[0] && err.origin == &origin && err.at.from <= err.at.to &&
		      err.at.to <= strlen(text));
	return rc;
}

static void check_location(const char *text, bool usdt)
{
	CLEANUP(location_done) struct location loc = { 0 }, again = { 0 };
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	if (location_parse(text, usdt, &loc, &err) < 0) {
		check(err.msg[0] && err.at.from < err.at.to);
		check(err.at.to <= strlen(text) || !*text);
		return;
	}
	check(loc.name_at.to <= strlen(text) && loc.off_at.to <= strlen(text));
	location_format(&loc, &b);
	check(location_parse(b.p, usdt, &again, NULL) == 0 && location_equal(&loc, &again));
}

static void check_place(const struct spec *spec)
{
	size_t text = strlen(spec->origin.text), len;
	unsigned last = 0;

	if (!spec->place.s)
		return;
	len = strlen(spec->place.s);
	for (size_t i = 0; i < len && len < 4096; i++) {
		struct span at = spec_place_span(spec, i, i + 1);

		check(at.from >= last && at.to > at.from && at.to <= text);
		check(spec->origin.text[at.to - 1] == spec->place.s[i]);
		last = at.to;
	}
	for (size_t i = 0; i < spec->n_colons && i < 8; i++)
		check_location(spec->place.s + spec->colons[i] + 1, spec->kind == SPEC_USDT);
}

static void check_file(const char *text)
{
	struct spec_list list = { 0 };
	struct err err = ERR_INIT;
	struct origin where;
	char *lines = NULL;

	if (spec_list_parse(&list, text, "file", &where, &lines, &err) < 0)
		check(err.origin == &where && where.line >= 1);
	spec_list_done(&list);
	free(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(spec_done) struct spec spec = { 0 }, again = { 0 };
	auto_free char *text = xstrndup((const char *)data, size);
	auto_buf a = BUF_INIT, b = BUF_INIT;

	check_file(text);
	if (parse(text, &spec) < 0)
		return 0;
	check_place(&spec);
	spec_effective_kind(&spec);
	spec_format(&spec, &a);
	check(parse(a.p, &again) == 0 && spec_equal(&spec, &again));
	spec_format(&again, &b);
	check(strcmp(a.p, b.p) == 0);
	return 0;
}
