/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from strangers through libiberty and through what compares them with typed ones. The
 * first line is the linker's name, the second what was typed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "elf/demangle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void match(const char *typed, bool is_glob, const char *mangled, const char *text)
{
	CLEANUP(typed_name_done) struct typed_name t = { 0 };
	auto_free char *tail = NULL;
	enum typed_match thorough;

	typed_name_init(&t, typed, is_glob);
	tail = typed_name_tail(&t, mangled);
	if (tail && (!*tail || !text))
		abort();
	thorough = typed_name_match(&t, mangled, false);
	if (typed_name_match(&t, mangled, true) > thorough || (thorough && !text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *mangled = xstrndup((const char *)data, size);
	char *typed = strchr(mangled, '\n');
	auto_free char *text = NULL, *last = NULL;

	if (typed)
		*typed++ = 0;
	demangle_is_structor(mangled);
	demangle_is_deleting(mangled);
	text = demangle(mangled);
	if (text && strlen(text) > 64 << 10)
		abort();
	if (text) {
		last = demangle_last(text);
		match(text, false, mangled, text);
	}
	if (typed) {
		match(typed, false, mangled, text);
		match(typed, true, mangled, text);
	}
	return 0;
}
