/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The monotonic clock: the one the kernel is asked to stamp its records by. */

#include <stdint.h>

#define SECOND_NS UINT64_C(1000000000)

uint64_t clock_ns(void);
/* The same in seconds. */
double clock_seconds(void);
/* What must be added to it now to have the time since 1970. */
int64_t clock_wall_offset_ns(void);
