/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/buffers.h"
#include "session/losses.h"
#include "unit.h"

#define GB (1024 * 1024) /* in kB */

static const struct {
	size_t n_cpus, available_kb;
	unsigned kb, max_kb;
} plans[] = {
	{ 2, 24 * GB, BUFFERS_KB, 256 * 1024 },
	{ 1, 64 * 1024, 4096, 16384 },     /* a small device */
	{ 2, 1024, 128, 128 },             /* one that has nothing to give */
	{ 128, 512 * GB, 4096, 256 * 1024 }, /* a large machine: together half a GB */
	{ 2, 0, 8192, 32768 },             /* who knows */
	{ 0, 0, BUFFERS_KB, 65536 },
};

START_TEST(sizes_fit_the_machine)
{
	struct buffers b = buffers_plan(plans[_i].n_cpus, plans[_i].available_kb, true);

	ck_assert_uint_eq(b.kb, plans[_i].kb);
	ck_assert_uint_eq(b.max_kb, plans[_i].max_kb);
	b = buffers_plan(plans[_i].n_cpus, plans[_i].available_kb, false);
	ck_assert_uint_eq(b.kb, plans[_i].kb);
	ck_assert(!buffers_grow(&b));
}
END_TEST

START_TEST(grows_to_the_limit)
{
	struct buffers b = { .kb = 100, .max_kb = 500 };

	ck_assert(buffers_grow(&b));
	ck_assert_uint_eq(b.kb, 400);
	ck_assert(buffers_grow(&b));
	ck_assert_uint_eq(b.kb, 500);
	ck_assert(!buffers_grow(&b));
	ck_assert_uint_eq(b.kb, 500);
}
END_TEST

START_TEST(adds_up_losses)
{
	auto_losses l = LOSSES_INIT;

	losses_add(&l, 3, 0);
	ck_assert_uint_eq(l.n, 0);
	losses_add(&l, 3, 10);
	losses_add(&l, 1, 5);
	losses_add(&l, 2, 1);
	losses_add(&l, 3, 7);
	ck_assert_uint_eq(l.n, 3);
	ck_assert_int_eq(l.cpus[0].cpu, 1);
	ck_assert_int_eq(l.cpus[2].cpu, 3);
	ck_assert_uint_eq(losses_of(&l, 3), 17);
	ck_assert_uint_eq(losses_of(&l, 0), 0);
	ck_assert_uint_eq(losses_sum(&l), 23);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, sizes_fit_the_machine, 0, ARRAY_SIZE(plans));
	tcase_add_test(c, grows_to_the_limit);
	tcase_add_test(c, adds_up_losses);
}

UNIT_MAIN("buffers", fill)
