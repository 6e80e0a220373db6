/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Numbers as people and the kernel write them. Whole strings only; nothing is guessed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An unsigned number as the kernel's kstrtoul() with base 0 reads it: 0x hex, leading 0
 * octal, else decimal; no sign, no blanks. `len` bytes of `s`. False if it is not one, or
 * does not fit 64 bits.
 */
bool num_parse_u64(const char *s, size_t len, uint64_t *ret);
/* The same with an optional sign; -2^63 … 2^64-1 (two's complement above 2^63-1). */
bool num_parse_s64(const char *s, size_t len, int64_t *ret);
/* A decimal number of at most `max`, the whole string: option values, PIDs. */
bool num_parse_uint(const char *s, uint64_t max, uint64_t *ret);
/* "1.5", "5ms", "200us", "3s", "2m", "1h"; no unit means `unit_ns` each. Nanoseconds. */
bool num_parse_duration(const char *s, uint64_t unit_ns, uint64_t *ret_ns);
