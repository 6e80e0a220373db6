/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel/trace/ring_buffer.c: a page is { u64 time; long commit; data }, a record
 * { u32 type_len:5, time_delta:27; u32 array[] }. ring_buffer_read_page() marks lost
 * records in the commit word: bit 31, and bit 30 if their number follows the data.
 */
#include <stdbool.h>
#include <string.h>

#include "stream/format.h"
#include "stream/page.h"

enum {
	TYPE_DATA_MAX = 28, /* type_len 1 … 28: that many words of data */
	TYPE_PADDING = 29,
	TYPE_TIME_EXTEND = 30,
	TYPE_TIME_STAMP = 31,
	DELTA_BITS = 27,
	STAMP_BITS = 59, /* of an absolute stamp: the rest is as before */
};

#define COMMIT_SIZE_MASK ((1u << 27) - 1)
#define COMMIT_MISSED (1u << 31)
#define COMMIT_MISSED_STORED (1u << 30)

static int set_layout(struct page_layout *layout, const struct format *f, struct err *err)
{
	const struct format_field *time = format_find(f, "timestamp");
	const struct format_field *commit = format_find(f, "commit");
	const struct format_field *data = format_find(f, "data");

	if (!time || !commit || !data || time->offset != 0 || time->size != 8 ||
	    (commit->size != 4 && commit->size != 8) || commit->offset < 8 ||
	    data->offset < commit->offset + commit->size)
		return err_set(err, EBADMSG,
			       "events/header_page describes no page we know");
	layout->commit = commit->offset;
	layout->commit_size = commit->size;
	layout->data = data->offset;
	return 0;
}

int page_layout_parse(struct page_layout *layout, const char *header_page,
		      struct err *err)
{
	auto_format format = FORMAT_INIT;
	int rc;

	if (!header_page) {
		*layout = (struct page_layout){ 8, sizeof(long), 8 + sizeof(long) };
		return 0;
	}
	rc = format_parse(&format, header_page, err);
	return rc < 0 ? rc : set_layout(layout, &format, err);
}

static uint32_t load32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* A `long` of the kernel; its low half holds everything we ask of a commit word. */
static uint64_t load_long(const unsigned char *p, size_t size)
{
	uint64_t v;

	if (size == 4)
		return load32(p);
	memcpy(&v, p, sizeof(v));
	return v;
}

int page_open(struct page *p, const struct page_layout *layout, const void *data,
	      size_t size, int64_t *missed)
{
	const unsigned char *bytes = data;
	uint32_t commit;
	size_t room;

	*missed = 0;
	if (size < layout->data)
		return -EBADMSG;
	room = size - layout->data;
	commit = load_long(bytes + layout->commit, layout->commit_size);
	if ((commit & COMMIT_SIZE_MASK) > room)
		return -EBADMSG;
	memcpy(&p->time, bytes, sizeof(p->time));
	p->at = bytes + layout->data;
	p->end = p->at + (commit & COMMIT_SIZE_MASK);
	if (commit & COMMIT_MISSED) {
		*missed = -1;
		if ((commit & COMMIT_MISSED_STORED) &&
		    (size_t)(bytes + size - p->end) >= layout->commit_size)
			*missed = load_long(p->end, layout->commit_size);
		if (*missed <= 0)
			*missed = -1;
	}
	return 0;
}

struct header {
	unsigned type_len;
	uint32_t delta;
};

static struct header load_header(const unsigned char *at)
{
	uint32_t word = load32(at);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (struct header){ word >> DELTA_BITS, word & ((1u << DELTA_BITS) - 1) };
#else
	return (struct header){ word & 31, word >> 5 };
#endif
}

/* rb_fix_abs_ts(): an absolute stamp lacks its highest bits. */
static uint64_t absolute_time(uint64_t stamp, uint64_t before)
{
	uint64_t high = ~((UINT64_C(1) << STAMP_BITS) - 1);

	if (before & high) {
		stamp |= before & high;
		if (stamp < before)
			stamp += UINT64_C(1) << STAMP_BITS;
	}
	return stamp;
}

/* What stands at p->at: a record, padding or a time. */
struct item {
	unsigned type_len;
	uint32_t delta;
	uint32_t word; /* array[0], where it is not data */
	size_t head;   /* bytes before the data */
	size_t size;   /* of the data */
};

static bool read_item(const struct page *p, struct item *i)
{
	size_t room = p->end - p->at;
	struct header h;

	if (room < 4)
		return false;
	h = load_header(p->at);
	*i = (struct item){ h.type_len, h.delta, 0, 4, h.type_len * 4 };
	if (h.type_len > 0 && h.type_len <= TYPE_DATA_MAX)
		return i->size <= room - i->head;
	if (room < 8)
		return false;
	i->word = load32(p->at + 4);
	i->head = 8;
	i->size = 0;
	if (h.type_len >= TYPE_TIME_EXTEND)
		return true;
	/* array[0] is a length that counts itself. */
	i->size = (size_t)i->word - 4;
	return i->word >= 4 && i->size <= room - i->head;
}

static uint64_t item_time(const struct item *i, uint64_t before)
{
	uint64_t high = (uint64_t)i->word << DELTA_BITS;

	if (i->type_len == TYPE_TIME_STAMP)
		return absolute_time(high | i->delta, before);
	return before + i->delta + (i->type_len == TYPE_TIME_EXTEND ? high : 0);
}

/* rb_null_event(): nothing follows on this page. */
static bool is_last(const struct page *p)
{
	struct header h = load_header(p->at);

	return h.type_len == TYPE_PADDING && h.delta == 0;
}

int page_next(struct page *p, struct page_record *record)
{
	struct item item;

	while (p->at < p->end) {
		if (p->end - p->at >= 4 && is_last(p)) {
			p->at = p->end;
			return 0;
		}
		if (!read_item(p, &item)) {
			p->at = p->end;
			return -EBADMSG;
		}
		p->time = item_time(&item, p->time);
		*record = (struct page_record){ p->time, p->at + item.head, item.size };
		p->at += item.head + item.size;
		if (item.type_len < TYPE_PADDING)
			return 1;
	}
	return 0;
}
