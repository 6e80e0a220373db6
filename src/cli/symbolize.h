/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * From an address in a process to symbol+off, by the files it maps. What is known of a
 * process is kept for a while and asked for again when it does not explain an address; of a
 * process that is gone, only addresses in the probed file itself can be explained.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct symbolizer;

/* A place in a file that is known to be mapped at an address: where the probe was hit. */
struct anchor {
	const char *path;
	uint64_t offset, vaddr;
};

/* `keep_mangled`: names as the linker has them, not as people write them. */
struct symbolizer *symbolizer_new(bool keep_mangled);
void symbolizer_free(struct symbolizer *s);
/*
 * "main+0x27"; NULL if nothing is known of the address. Valid as long as the symbolizer.
 * `is_return`: the instruction before the address is meant, since what returns there may be
 * the last call of its function. `time_ns`: of the event; `pid` 0: not known.
 */
const char *symbolizer_name(struct symbolizer *s, pid_t pid, uint64_t time_ns, uint64_t vaddr,
			    bool is_return, const struct anchor *anchor);
