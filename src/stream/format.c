/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines are those of the kernel's f_show() (kernel/trace/trace_events.c):
 *
 *	ID: 2327
 *		field:TYPE NAME;	offset:16;	size:2;	signed:0;
 *	print fmt: "(%lx) NAME=0x%x arr={%u,%u}", REC->__probe_ip, …
 *
 * How a number is to be shown is taken from the print format, whose NAME=CONVERSION
 * pieces __set_print_fmt() (kernel/trace/trace_probe.c) writes in the order of the fields.
 */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "stream/format.h"

/* The number behind " key:" in a field line, up to the ';'. */
static bool line_number(const char *line, size_t len, const char *key, unsigned *ret)
{
	const char *at = memmem(line, len, key, strlen(key)), *end;
	uint64_t value;

	if (!at)
		return false;
	at += strlen(key);
	end = memchr(at, ';', line + len - at);
	if (!end || !num_parse_u64(at, end - at, &value) || value > FORMAT_RECORD_MAX)
		return false;
	*ret = value;
	return true;
}

/* u8 … s64 and char; 0 for any other type. */
static unsigned type_size(const char *type)
{
	static const struct {
		const char *name;
		unsigned size;
	} sizes[] = { { "8", 1 }, { "16", 2 }, { "32", 4 }, { "64", 8 } };

	if (strcmp(type, "char") == 0 || strcmp(type, "unsigned char") == 0)
		return 1;
	if (type[0] != 'u' && type[0] != 's')
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (strcmp(type + 1, sizes[i].name) == 0)
			return sizes[i].size;
	return 0;
}

/* Fills kind, is_array, item_size, is_dynamic. False: no field that probe events have. */
static bool set_shape(struct format_field *f, const char *type, bool brackets,
		      bool is_signed)
{
	f->kind = is_signed ? VALUE_SINT : VALUE_UINT;
	f->item_size = f->size;
	if (text_starts(type, "__data_loc char[]")) {
		f->kind = VALUE_STRING;
		f->is_dynamic = true;
		f->is_array = type[strlen("__data_loc char[]")] == '[';
		f->item_size = 4;
		return f->is_array || f->size == 4;
	}
	if (strstr(type, "__data_loc") || strstr(type, "__rel_loc"))
		return false;
	if (brackets && strcmp(type, "char") == 0) {
		f->kind = VALUE_STRING;
		return true;
	}
	if (brackets || (f->size & (f->size - 1)) || f->size > 8) {
		f->is_array = true;
		f->item_size = type_size(type);
		if (f->item_size == 0)
			f->item_size = 1;
	}
	return true;
}

static int bad_line(struct err *err, const char *line, size_t len)
{
	return err_set(err, EBADMSG, "unknown line in an event's format: %.*s",
		       (int)(len > 200 ? 200 : len), line);
}

/* "TYPE NAME" or "TYPE NAME[…]", `len` bytes. */
static int parse_field(struct format *f, const char *line, size_t len, struct err *err)
{
	const char *decl = line + strlen("field:"), *end = memchr(line, ';', len);
	struct format_field *field;
	const char *blank, *bracket;
	unsigned is_signed = 0;

	while (end && decl < end && *decl == ' ')
		decl++;
	blank = end ? memrchr(decl, ' ', end - decl) : NULL;
	if (!blank || blank + 1 == end)
		return bad_line(err, line, len);
	bracket = memchr(blank, '[', end - blank);

	f->fields = xgrow(f->fields, f->n_fields, sizeof(*f->fields));
	field = &f->fields[f->n_fields++];
	*field = (struct format_field){ 0 };
	field->name = xstrndup(blank + 1, (bracket ? bracket : end) - blank - 1);
	/* header_page and kernels before 2.6.37 lack "signed". */
	line_number(end, line + len - end, "signed:", &is_signed);
	if (!line_number(end, line + len - end, "offset:", &field->offset) ||
	    !line_number(end, line + len - end, "size:", &field->size) ||
	    field->size == 0 || field->offset + field->size > FORMAT_RECORD_MAX)
		return bad_line(err, line, len);

	auto_free char *type = xstrndup(decl, blank - decl);
	if (!set_shape(field, type, bracket != NULL, is_signed) ||
	    field->size % field->item_size)
		return err_set(err, ENOTSUP,
			       "field %s has a type (%s) no probe event has", field->name,
			       type);
	return 0;
}

/* What the print format shows for a number behind "NAME=". */
static enum value_kind shown_as(const char *conversion, enum value_kind kind)
{
	if (*conversion == '{')
		conversion++;
	if (text_starts(conversion, "'%c'"))
		return VALUE_CHAR;
	if (text_starts(conversion, "0x%"))
		return VALUE_HEX;
	return kind;
}

static bool is_number(const struct format_field *f)
{
	return f->kind == VALUE_UINT || f->kind == VALUE_SINT;
}

static void apply_print_format(struct format *f, const char *text)
{
	for (size_t i = 0; i < f->n_fields; i++) {
		struct format_field *field = &f->fields[i];
		auto_free char *piece = xasprintf(" %s=", field->name);
		const char *at = strstr(text, piece);

		if (!at)
			continue;
		text = at + strlen(piece);
		if (is_number(field))
			field->kind = shown_as(text, field->kind);
	}
}

static int parse_line(struct format *f, const char *line, size_t len, struct err *err)
{
	uint64_t id;

	if (text_starts(line, "field:"))
		return parse_field(f, line, len, err);
	if (text_starts(line, "ID: ")) {
		if (!num_parse_u64(line + 4, len - 4, &id) || id > UINT16_MAX)
			return bad_line(err, line, len);
		f->id = id;
	}
	return 0;
}

int format_parse(struct format *f, const char *text, struct err *err)
{
	while (*text) {
		size_t len;
		int rc;

		text += strspn(text, "\t ");
		if (text_starts(text, "print fmt:")) {
			apply_print_format(f, text);
			return 0;
		}
		len = strcspn(text, "\n");
		rc = parse_line(f, text, len, err);
		if (rc < 0)
			return rc;
		text += len + (text[len] == '\n');
	}
	return 0;
}

void format_done(struct format *f)
{
	for (size_t i = 0; i < f->n_fields; i++)
		free(f->fields[i].name);
	free(f->fields);
	*f = (struct format)FORMAT_INIT;
}

const struct format_field *format_find(const struct format *f, const char *name)
{
	for (size_t i = 0; i < f->n_fields; i++)
		if (strcmp(f->fields[i].name, name) == 0)
			return &f->fields[i];
	return NULL;
}
