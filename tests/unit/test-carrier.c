/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of a shared event are what each of its specs would have recorded. */
#include <string.h>

#include "base/attr.h"
#include "cli/carrier.h"
#include "stream/stream.h"
#include "unit.h"

#define TEXT(s) ((char *)(s))

static const struct {
	const char *type; /* of a word that was recorded as u64 */
	uint64_t word;
	enum value_kind kind;
	unsigned bits;
	uint64_t want;
} cuts[] = {
	{ "u8", 0x1ff, VALUE_UINT, 8, 0xff },
	{ "s8", 0x1ff, VALUE_SINT, 8, (uint64_t)-1 },
	{ "s8", 0x17f, VALUE_SINT, 8, 0x7f },
	{ "s16", 0x8000, VALUE_SINT, 16, (uint64_t)-0x8000 },
	{ "x16", 0xabcdef, VALUE_HEX, 16, 0xcdef },
	{ "u32", UINT64_C(0xfffffffff), VALUE_UINT, 32, 0xffffffff },
	{ "s32", UINT64_C(0x80000000), VALUE_SINT, 32, (uint64_t)INT32_MIN },
	{ "u64", UINT64_MAX, VALUE_UINT, 64, UINT64_MAX },
	{ "s64", UINT64_MAX, VALUE_SINT, 64, UINT64_MAX },
	{ NULL, UINT64_MAX, VALUE_HEX, 64, UINT64_MAX },
	{ "char", 0x141, VALUE_CHAR, 8, 'A' },
};

static struct field carried[] = {
	{ .name = TEXT("__1"), .kind = VALUE_UINT, .bits = 64, .is_hidden = true },
	{ .name = TEXT("__2"), .kind = VALUE_STRING, .is_hidden = true },
	{ .name = TEXT("__3"), .kind = VALUE_UINT, .bits = 8, .is_array = true, .is_hidden = true },
	{ .name = TEXT("__id"), .kind = VALUE_UINT, .bits = 32, .is_hidden = true },
};
static const struct event_type carrier_type = { .fields = carried, .n_fields = 4 };

static const struct value items[] = { { .kind = VALUE_UINT, .u = 0x180 } };

static struct def_arg args[] = {
	{ .name = TEXT("n"), .expr = TEXT("%di") },
	{ .name = TEXT("s"), .expr = TEXT("+0(%si)"), .type = TEXT("string") },
	{ .name = TEXT("a"), .expr = TEXT("+0(%si)"), .type = TEXT("u8[1]") },
	{ .name = TEXT("__id"), .expr = TEXT("\\7"), .type = TEXT("u32") },
};

START_TEST(cuts_numbers)
{
	struct value values[] = {
		{ .kind = VALUE_UINT, .u = cuts[_i].word },
		{ .kind = VALUE_FAULT, .u = UINT64_MAX },
		{ .kind = VALUE_ARRAY, .items = items, .len = 1 },
		{ .kind = VALUE_UINT, .u = 1 },
	};
	const struct event e = { .type = &carrier_type, .ip = 5, .values = values };
	struct definition d = { .args = args, .n_args = 3 };
	struct carrier *c = carrier_new(&carrier_type);
	struct event_type type = { 0 }, other = { 0 };
	const struct event *got;

	args[0].type = TEXT(cuts[_i].type);
	carrier_describe(c, &d, &type);
	ck_assert_uint_eq(type.n_fields, 3);
	ck_assert_str_eq(type.fields[0].name, "n");
	ck_assert_int_eq(type.fields[0].kind, cuts[_i].kind);
	ck_assert_uint_eq(type.fields[0].bits, cuts[_i].bits);
	ck_assert(!type.fields[0].is_hidden && type.fields[2].is_array);
	carrier_add(c, 0, &other, 0);
	carrier_add(c, 1, &type, 0);
	got = carrier_event(c, &e);
	ck_assert_ptr_eq(got->type, &type);
	ck_assert_uint_eq(got->ip, 5);
	ck_assert_int_eq(got->values[0].kind, cuts[_i].kind);
	ck_assert_uint_eq(got->values[0].u, cuts[_i].want);
	ck_assert_int_eq(got->values[1].kind, VALUE_FAULT);
	ck_assert_int_eq(got->values[2].kind, VALUE_ARRAY);
	ck_assert_uint_eq(got->values[2].items[0].u, 0x180);
	event_type_done(&type);
	carrier_free(c);
}
END_TEST

/* A pattern's functions have numbers of their own; one that nobody has is no reason to fall. */
START_TEST(tells_locations_apart)
{
	struct value values[4] = { [1] = { .kind = VALUE_STRING }, [3] = { .u = 0 } };
	const struct event e = { .type = &carrier_type, .values = values };
	struct definition d = { .args = args, .n_args = 4 };
	struct carrier *c = carrier_new(&carrier_type);
	struct event_type one = { 0 }, many = { 0 };

	carrier_describe(c, &d, &many);
	d.n_args = 3;
	carrier_describe(c, &d, &one);
	carrier_add(c, 0, &one, 0);
	carrier_add(c, 1, &many, 0);
	carrier_add(c, 2, &many, 1);
	ck_assert_ptr_eq(carrier_event(c, &e)->type, &one);
	for (size_t i = 1; i < 3; i++) {
		values[3].u = i;
		ck_assert_ptr_eq(carrier_event(c, &e)->type, &many);
		ck_assert_uint_eq(carrier_event(c, &e)->values[3].u, i - 1);
		ck_assert(many.fields[3].is_hidden);
	}
	values[3].u = UINT32_MAX;
	ck_assert_ptr_eq(carrier_event(c, &e)->type, &one);
	event_type_done(&one);
	event_type_done(&many);
	carrier_free(c);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, cuts_numbers, 0, ARRAY_SIZE(cuts));
	tcase_add_test(c, tells_locations_apart);
}

UNIT_MAIN("carrier", fill)
