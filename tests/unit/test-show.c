/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is recorded, and what is shown of it. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/xalloc.h"
#include "probe/constant.h"
#include "probe/show.h"
#include "unit.h"

#define UINT(n) { .kind = VALUE_UINT, .u = (n) }
#define SINT(n) { .kind = VALUE_SINT, .s = (n) }
#define TEXT(t) { .kind = VALUE_STRING, .str = (t), .len = sizeof(t) - 1 }

enum { F_VALUE, F_POINTER, F_OUTER, F_LENGTH, F_PART, N_FIELDS };

static const char *symbol(void *ctx, const struct event *e, uint64_t vaddr, bool is_caller)
{
	ck_assert_ptr_eq(ctx, &errno);
	ck_assert_int_eq(e->tid, 7);
	if (vaddr != 0x1000)
		return NULL;
	return is_caller ? "before+0x10" : "at";
}

static struct event_type *new_type(void)
{
	static const char *const names[] = { "v", "__p_v", "__p2_v", "__n_v", "__d2_v" };
	struct event_type *type = xcalloc(1, sizeof(*type));

	type->fields = xcalloc(N_FIELDS, sizeof(*type->fields));
	type->n_fields = N_FIELDS;
	for (size_t i = 0; i < N_FIELDS; i++)
		type->fields[i] = (struct field){ .name = xstrdup(names[i]) };
	return type;
}

static void free_type(struct event_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		free(type->fields[i].name);
	free(type->fields);
	free(type);
}

/* One event through a view of a show of one field. */
struct shown {
	struct event_type *type;
	struct show *show;
	struct view *view;
	struct event e, ret;
};

static const struct value *show_values(struct shown *s, const struct value *values)
{
	const struct view_ops ops = { .symbol = symbol, .ctx = &errno };

	if (!s->view)
		s->view = view_new(s->show, s->type, &ops);
	s->e = (struct event){ .type = s->type, .tid = 7, .values = values };
	view_apply(s->view, &s->e, &s->ret);
	ck_assert_ptr_eq(s->ret.type, s->type);
	ck_assert_int_eq(s->ret.tid, 7);
	return &s->ret.values[F_VALUE];
}

static struct show_field *begin(struct shown *s, enum show_as as)
{
	*s = (struct shown){ .type = new_type(), .show = xcalloc(1, sizeof(*s->show)) };
	return show_add(s->show, "v", as);
}

static void end(struct shown *s)
{
	view_free(s->view);
	show_free(s->show);
	free_type(s->type);
}

static const struct {
	enum show_as as;
	struct value in;
	enum value_kind kind;
	const char *name; /* of VALUE_NAMED and VALUE_SYM */
} numbers[] = {
	{ SHOW_PLAIN, UINT(5), VALUE_UINT, NULL },
	{ SHOW_CHAR, UINT('x'), VALUE_CHAR, NULL },
	{ SHOW_HEX, UINT(5), VALUE_HEX, NULL },
	{ SHOW_BOOL, UINT(2), VALUE_BOOL, NULL },
	{ SHOW_PTR, UINT(0), VALUE_PTR, NULL },
	{ SHOW_OCT, UINT(0644), VALUE_OCT, NULL },
	{ SHOW_FD, SINT(3), VALUE_NAMED, NULL },
	{ SHOW_FD, SINT(-100), VALUE_NAMED, "AT_FDCWD" },
	{ SHOW_ERRNO, SINT(0), VALUE_NAMED, NULL },
	{ SHOW_ERRNO, SINT(EAGAIN), VALUE_NAMED, "EAGAIN" },
	{ SHOW_ERRNO, SINT(-EAGAIN), VALUE_NAMED, "-EAGAIN" },
	{ SHOW_ERRNO, SINT(-4096), VALUE_NAMED, NULL },
	{ SHOW_ERRNO, SINT(INT32_MIN), VALUE_NAMED, NULL },
	{ SHOW_SIGNAL, SINT(SIGSYS), VALUE_NAMED, "SIGSYS" },
	{ SHOW_SIGNAL, SINT(-SIGTERM), VALUE_NAMED, NULL },
	{ SHOW_SYM, UINT(0x1000), VALUE_SYM, "at" },
	{ SHOW_SYM, UINT(0x2000), VALUE_SYM, NULL },
	{ SHOW_CALLER, UINT(0x1000), VALUE_SYM, "before+0x10" },
};

START_TEST(shows_numbers)
{
	const struct value values[N_FIELDS] = { numbers[_i].in };
	const struct value *v;
	struct shown s;

	begin(&s, numbers[_i].as);
	v = show_values(&s, values);
	ck_assert_int_eq(v->kind, numbers[_i].kind);
	ck_assert_uint_eq(v->u, numbers[_i].in.u);
	if (v->kind == VALUE_NAMED || v->kind == VALUE_SYM) {
		ck_assert((v->name == NULL) == (numbers[_i].name == NULL));
		if (v->name)
			ck_assert_str_eq(v->name, numbers[_i].name);
	}
	if (numbers[_i].as != SHOW_PLAIN)
		ck_assert_int_eq(s.type->fields[F_VALUE].kind, v->kind);
	end(&s);
}
END_TEST

/* A pointer that is NULL, and one on the way to it. */
#define ODD (1ULL << 63)
START_TEST(tells_null_from_fault)
{
	static const struct {
		uint64_t pointer, outer;
		bool null_is_value;
		enum value_kind kind;
	} cases[] = {
		{ 1, 1, true, VALUE_STRING }, { 0, 1, true, VALUE_NULL },
		{ 0, 1, false, VALUE_FAULT }, { 1, 0, true, VALUE_FAULT },
		{ 0, 0, true, VALUE_FAULT },  { 1, 1, false, VALUE_STRING },
		/* The address, which is 8 further on: of the kernel's half, up to its last byte. */
		{ ODD, 1, true, VALUE_FAULT },	   { ODD - 8, 1, false, VALUE_FAULT },
		{ ODD - 9, 1, false, VALUE_STRING }, { UINT64_MAX - 8, 1, true, VALUE_FAULT },
		{ UINT64_MAX - 7, 1, true, VALUE_STRING }, { 0, ODD, true, VALUE_NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct shown s;
		struct show_field *f = begin(&s, SHOW_TEXT);
		const struct value values[N_FIELDS] = {
			TEXT("stale"), UINT(cases[i].pointer), UINT(cases[i].outer),
		};

		f->pointer = xstrdup("__p_v");
		f->null_is_value = cases[i].null_is_value;
		f->offset = 8;
		f->not_user = ODD;
		show_add_need(f, "__p2_v");
		ck_assert_int_eq(show_values(&s, values)->kind, cases[i].kind);
		end(&s);
	}
}
END_TEST

START_TEST(joins_pieces)
{
	static const struct {
		enum show_as as;
		uint64_t length, max_len;
		const char *text;
		bool is_cut;
	} cases[] = {
		{ SHOW_COUNTED, 0, 6, "", false },    { SHOW_COUNTED, 2, 6, "ab", false },
		{ SHOW_COUNTED, 4, 6, "abcd", false }, { SHOW_COUNTED, 5, 6, "abcde", false },
		{ SHOW_BYTES, 6, 6, "abcdef", false }, { SHOW_COUNTED, 7, 6, "abcdef", true },
		{ SHOW_BYTES, UINT64_MAX, 6, "abcdef", true },
		{ SHOW_COUNTED, 6, 5, "abcde", true },
	};
	static const struct value first[] = { UINT('a'), UINT('b'), UINT('c'), UINT('d') };
	static const struct value second[] = { UINT('e'), UINT('f') };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct shown s;
		struct show_field *f = begin(&s, cases[i].as);
		const struct value values[N_FIELDS] = {
			{ .kind = VALUE_ARRAY, .items = first, .len = 4 }, UINT(1), UINT(1),
			UINT(cases[i].length), { .kind = VALUE_ARRAY, .items = second, .len = 2 },
		};

		f->max_len = cases[i].max_len;
		f->length = xstrdup("__n_v");
		show_add_part(f, "__d2_v", NULL);
		for (int again = 0; again < 2; again++) { /* its room is used again */
			const struct value *v = show_values(&s, values);

			ck_assert_int_eq(v->kind, cases[i].as == SHOW_BYTES ? VALUE_BYTES
									    : VALUE_STRING);
			ck_assert_uint_eq(v->len, strlen(cases[i].text));
			ck_assert_mem_eq(v->str, cases[i].text, v->len);
			ck_assert_int_eq(v->is_cut, cases[i].is_cut);
		}
		ck_assert(!s.type->fields[F_VALUE].is_array);
		end(&s);
	}
}
END_TEST

START_TEST(knows_a_fixed_length)
{
	static const struct value items[] = { UINT('a'), UINT(0), UINT('c') };
	const struct value values[N_FIELDS] = { { .kind = VALUE_ARRAY, .items = items, .len = 3 } };
	static const struct {
		uint64_t max_len;
		size_t len;
		bool is_cut;
	} cases[] = { { 2, 2, false }, { 3, 3, false }, { 900, 3, true } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct shown s;
		const struct value *v;

		begin(&s, SHOW_COUNTED)->max_len = cases[i].max_len;
		v = show_values(&s, values);
		ck_assert_uint_eq(v->len, cases[i].len);
		ck_assert_mem_eq(v->str, "a\0c", v->len);
		ck_assert_int_eq(v->is_cut, cases[i].is_cut);
		end(&s);
	}
}
END_TEST

START_TEST(makes_objects_and_characters)
{
	static const struct value items[] = { UINT('o'), UINT('k') };
	const struct value regs[N_FIELDS] = { UINT(1), UINT(2) };
	const struct value chars[N_FIELDS] = { { .kind = VALUE_ARRAY, .items = items, .len = 2 } };
	const struct value *v;
	struct show_field *f;
	struct shown s;

	f = begin(&s, SHOW_REGS);
	show_add_part(f, "v", "ax");
	show_add_part(f, "__p_v", "bx");
	v = show_values(&s, regs);
	ck_assert_int_eq(v->kind, VALUE_OBJECT);
	ck_assert_uint_eq(v->len, 2);
	ck_assert_str_eq(v->names[1], "bx");
	ck_assert_uint_eq(v->items[0].u, 1);
	ck_assert_uint_eq(v->items[1].u, 2);
	end(&s);
	begin(&s, SHOW_CHAR);
	v = show_values(&s, chars);
	ck_assert_int_eq(v->kind, VALUE_ARRAY);
	ck_assert_int_eq(v->items[1].kind, VALUE_CHAR);
	ck_assert_int_eq(items[1].kind, VALUE_UINT);
	end(&s);
}
END_TEST

/* Fields that are not there, as in a format of another kernel, harm nothing. */
START_TEST(bears_missing_fields)
{
	const struct value values[N_FIELDS] = { UINT(5) };
	struct show_field *f;
	struct shown s;

	f = begin(&s, SHOW_COUNTED);
	f->pointer = xstrdup("nowhere");
	f->length = xstrdup("nowhere");
	show_add_need(f, "nowhere");
	show_add_part(f, "nowhere", NULL);
	show_add(s.show, "nowhere", SHOW_REGS);
	ck_assert_uint_eq(show_values(&s, values)->len, 0);
	end(&s);
}
END_TEST

START_TEST(knows_constants)
{
	int64_t n;

	ck_assert(constant_number("EAGAIN", &n) && n == EAGAIN);
	ck_assert(constant_number("SIGTERM", &n) && n == SIGTERM);
	ck_assert(!constant_number("-EAGAIN", &n) && !constant_number("", &n));
	for (int e = 1; e < 134; e++)
		if (constant_errno(e))
			ck_assert(constant_number(constant_errno(e), &n) && n == e);
	ck_assert_ptr_null(constant_errno(4095));
}
END_TEST

/* Three texts and the task's name: who was cut, as far as what is missing tells. */
static const struct {
	const char *texts[4]; /* NULL: none was recorded */
	const char *want[3];  /* '~' behind it: cut; NULL: a fault */
} overflows[] = {
	{ { "a", "b", "c", "comm" }, { "a", "b", "c" } },
	{ { "a", NULL, "c", "comm" }, { "a", NULL, "c" } },
	{ { "a", "b", "c", NULL }, { "a", "b", "c~" } },
	{ { "a", "b", NULL, NULL }, { "a", "b~", "~" } },
	{ { "a", NULL, NULL, NULL }, { "a~", "~", "~" } },
	{ { NULL, "b", NULL, NULL }, { NULL, "b~", "~" } },
	{ { NULL, NULL, NULL, NULL }, { NULL, NULL, NULL } },
};

START_TEST(tells_a_text_that_took_anothers_room)
{
	static const char *const names[] = { "v", "w", "x", "__comm" };
	struct event_type type = { .fields = xcalloc(4, sizeof(*type.fields)), .n_fields = 4 };
	struct show *show = xcalloc(1, sizeof(*show));
	struct value values[4] = { { .kind = VALUE_FAULT } };
	struct event e = { .type = &type, .values = values }, ret;
	struct view *view;

	for (size_t i = 0; i < 4; i++) {
		const char *text = overflows[_i].texts[i];

		type.fields[i].name = xstrdup(names[i]);
		values[i].kind = text ? VALUE_STRING : VALUE_FAULT;
		values[i].str = text;
		values[i].len = text ? strlen(text) : 0;
		if (i < 3)
			show_add(show, names[i], SHOW_TEXT);
	}
	view = view_new(show, &type, NULL);
	view_apply(view, &e, &ret);
	for (size_t i = 0; i < 3; i++) {
		const char *want = overflows[_i].want[i];
		const struct value *v = &ret.values[i];
		size_t len = want ? strcspn(want, "~") : 0;

		ck_assert_int_eq(v->kind, want ? VALUE_STRING : VALUE_FAULT);
		ck_assert(!want || (v->len == len && v->is_cut == (want[len] == '~')));
		ck_assert(!want || strncmp(v->str, want, len) == 0);
	}
	view_free(view);
	show_free(show);
	for (size_t i = 0; i < 4; i++)
		free(type.fields[i].name);
	free(type.fields);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, shows_numbers, 0, ARRAY_SIZE(numbers));
	tcase_add_test(c, tells_null_from_fault);
	tcase_add_loop_test(c, tells_a_text_that_took_anothers_room, 0, ARRAY_SIZE(overflows));
	tcase_add_test(c, joins_pieces);
	tcase_add_test(c, knows_a_fixed_length);
	tcase_add_test(c, makes_objects_and_characters);
	tcase_add_test(c, bears_missing_fields);
	tcase_add_test(c, knows_constants);
}

UNIT_MAIN("show", fill)
