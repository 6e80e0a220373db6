/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * ld.so.cache, the loader's list of sonames (elf-facts 5.2). Parsed, never executed: no
 * ldconfig is run.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct ldcache_entry {
	const char *soname; /* both point into the text that was parsed */
	const char *path;
	uint16_t machine;   /* EM_… the entry is for; 0: not known to us */
	uint8_t elf_class;
	uint64_t hwcap;     /* not 0: only for some CPUs (glibc-hwcaps) */
};

/*
 * Parses the file's bytes. Heap array in *ret; entries with bad offsets are left out.
 * -EINVAL if it is not a cache. `data` must be followed by a NUL (struct buf is).
 */
int ldcache_parse(const char *data, size_t len, struct ldcache_entry **ret, size_t *ret_n);

/*
 * Whether a soname answers to what the user typed: libssl.so.3, libssl.so, libssl, ssl.
 */
bool ldcache_matches(const char *soname, const char *word);
