/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Names of numbers that C programs pass about. */

#include <stdbool.h>
#include <stdint.h>

/* "EAGAIN" for 11, "-EAGAIN" for -11; NULL if it has no name. */
const char *constant_errno(int64_t number);
/* "SIGTERM"; NULL if it has no name. */
const char *constant_signal(int64_t number);
/* The number of "EAGAIN" or "SIGTERM". */
bool constant_number(const char *name, int64_t *ret);
