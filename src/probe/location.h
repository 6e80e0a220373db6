/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * LOCATION: the part behind TARGET's colon, once resolve/ has decided which colon that is.
 *
 *   zfree  func+0x10  SSL_*  memcpy@GLIBC_2.2.5  memcpy@@  helper@file.c  malloc@plt
 *   0x46420 (file offset)   *0x446420 (virtual address)   file.c:42
 *   provider:name (with kind u)    and the kernel's suffixes %return and (REF_CTR)
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum location_kind {
	LOCATION_SYMBOL, /* name, at, off */
	LOCATION_GLOB,   /* name: a pattern over symbols; at */
	LOCATION_OFFSET, /* num: a file offset, as the kernel means it */
	LOCATION_VADDR,  /* num: a virtual address, as nm prints it */
	LOCATION_LINE,   /* name: source file, num: line */
	LOCATION_USDT,   /* at: provider, name: probe name */
};

struct location {
	enum location_kind kind;
	char *name; /* owned, else NULL */
	char *at;   /* behind '@': version, source file or plt; "@" for the default version
		       (memcpy@@), "@VER" for memcpy@@VER; for USDT the provider. NULL: none;
		       owned */
	uint64_t num;
	uint64_t off; /* func+OFF */
	bool has_off;
	bool is_return; /* %return */
	uint64_t ref_ctr;
	bool has_ref_ctr;
	/* Places in the text that was parsed (not yet in the user's text). */
	struct span name_at, at_at, off_at, ref_ctr_at, return_at;
};

/*
 * Parses `text`. `usdt`: the spec's kind is u. An error's span counts from the start of
 * `text`; err->origin is not set: the caller maps it (spec_place_span). `+` after a name
 * is an offset only if a number follows it to the end (C++ has operator+).
 */
int location_parse(const char *text, bool usdt, struct location *ret, struct err *err);
void location_format(const struct location *loc, struct buf *b);
bool location_equal(const struct location *a, const struct location *b);
void location_done(struct location *loc);
