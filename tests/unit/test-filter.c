/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probe/filter.h"
#include "unit.h"

/* An event with the arguments n and path. */
static const struct {
	const char *filter;
	const char *culprit; /* NULL: none */
} filters[] = {
	{ "n > 3", NULL },
	{ "n>3&&path==\"pid\"", NULL },
	{ "!(n == 3) || (path ~ '*/x && y' && comm != \"a b\")", NULL },
	{ "n & 0x10", NULL },
	{ "n & 1 && n&2", NULL },
	{ "common_pid == 7 && CPU == 1", NULL },
	{ "n == -3", NULL },
	{ "comm == bash", NULL }, /* the kernel says what is wrong with that */
	{ "CPUS{1-3}", NULL },
	{ "n == 3 && \"", NULL },
	{ "", NULL },
	{ "pid == 7", "pid" },
	{ "n > 3 && tid == 7", "tid" },
	{ "nn > 3", "nn" },
	{ "n > 3 && (paht == \"x\")", "paht" },
	{ "n & 1 && flags & 2", "flags" },
	{ "!retval", "retval" },
};

START_TEST(knows_fields)
{
	struct def_arg args[] = { { .name = (char *)"n" }, { .name = (char *)"path" } };
	const struct definition d = { .kind = 'p', .args = args, .n_args = 2 };
	const char *filter = filters[_i].filter, *culprit = filters[_i].culprit;
	struct err err = ERR_INIT;
	struct span at = { 0, 0 };
	int rc = filter_check(filter, &d, &at, &err);

	ck_assert_msg((rc < 0) == (culprit != NULL), "%s: %s", filter, err.msg);
	if (!culprit)
		return;
	ck_assert_uint_eq(at.to - at.from, strlen(culprit));
	ck_assert_mem_eq(filter + at.from, culprit, strlen(culprit));
	ck_assert_str_ne(err.hint, "");
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, knows_fields, 0, sizeof(filters) / sizeof(*filters));
}

UNIT_MAIN("filter", fill)
