/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What every unit test begins and ends with. */

#include <check.h>
#include <stdlib.h>

/* main() of a test program: runs the cases that `fill` adds. */
#define UNIT_MAIN(name, fill)                                                            \
	int main(void)                                                                   \
	{                                                                                \
		Suite *suite = suite_create(name);                                       \
		TCase *cases = tcase_create(name);                                       \
		SRunner *runner = srunner_create(suite);                                 \
		int failed;                                                              \
                                                                                         \
		suite_add_tcase(suite, cases);                                           \
		/* For what hangs. check's own 4 seconds are short on a busy machine. */ \
		tcase_set_timeout(cases, 120);                                           \
		fill(cases);                                                             \
		srunner_run_all(runner, CK_ENV);                                         \
		failed = srunner_ntests_failed(runner);                                  \
		srunner_free(runner);                                                    \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                             \
	}
