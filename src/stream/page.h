/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A sub-buffer of the ring buffer as read(2) of trace_pipe_raw returns it, walked record
 * by record. libtraceevent's kbuffer believes the lengths it finds; here a page may hold
 * anything, and nothing outside of it is read.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Where things stand in the header of a page: events/header_page. */
struct page_layout {
	size_t commit;      /* offset of the commit word */
	size_t commit_size; /* sizeof(long) of the kernel */
	size_t data;        /* offset of the first record */
};

struct page {
	const unsigned char *at, *end;
	uint64_t time;
};

struct page_record {
	uint64_t time;
	const void *data;
	size_t size;
};

/* `header_page` NULL: the layout of a kernel whose long is ours. */
int page_layout_parse(struct page_layout *layout, const char *header_page,
		      struct err *err);

/*
 * Begins at the first record of a page of `size` bytes. *missed: records lost before it;
 * 0 none, -1 if the kernel did not say how many. -EBADMSG if it is no page.
 */
int page_open(struct page *p, const struct page_layout *layout, const void *data,
	      size_t size, int64_t *missed);
/* 1 and a record; 0 at the end; -EBADMSG where the page makes no sense, then 0. */
int page_next(struct page *p, struct page_record *record);
