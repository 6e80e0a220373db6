/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/num.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

bool num_parse_u64(const char *s, size_t len, uint64_t *ret)
{
	uint64_t value = 0;
	unsigned base = 10;
	size_t i = 0;

	if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		i = 2;
	} else if (len > 1 && s[0] == '0') {
		base = 8;
		i = 1;
	}
	if (i == len)
		return false;
	for (; i < len; i++) {
		int digit = digit_value(s[i]);

		if (digit >= (int)base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

bool num_parse_s64(const char *s, size_t len, int64_t *ret)
{
	bool negative = len && s[0] == '-';
	size_t sign = negative || (len && s[0] == '+');
	uint64_t value;

	if (!num_parse_u64(s + sign, len - sign, &value))
		return false;
	if (negative && value > (uint64_t)1 << 63)
		return false;
	*ret = (int64_t)(negative ? 0 - value : value);
	return true;
}

bool num_parse_uint(const char *s, uint64_t max, uint64_t *ret)
{
	char *end;
	unsigned long long value;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	value = strtoull(s, &end, 10);
	if (errno || *end || value > max)
		return false;
	*ret = value;
	return true;
}

static bool unit_find(const char *s, uint64_t unit_ns, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ns", 1 },          { "us", 1000 },          { "ms", 1000000 },
		{ "s", 1000000000 },  { "m", 60000000000ULL }, { "h", 3600000000000ULL },
		{ "min", 60000000000ULL },
	};

	if (!*s) {
		*ret = unit_ns;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(s, units[i].name) == 0) {
			*ret = units[i].ns;
			return true;
		}
	return false;
}

bool num_parse_duration(const char *s, uint64_t unit_ns, uint64_t *ret_ns)
{
	uint64_t unit;
	double value, ns;
	char *end;

	if (!isdigit((unsigned char)*s) && !(*s == '.' && isdigit((unsigned char)s[1])))
		return false;
	if (strpbrk(s, "xXpPeE")) /* strtod() knows hex and exponents; people do not mean them */
		return false;
	value = strtod(s, &end);
	if (!unit_find(end, unit_ns, &unit))
		return false;
	ns = value * (double)unit;
	if (!(ns >= 0 && ns < 9e18))
		return false;
	*ret_ns = (uint64_t)ns;
	return true;
}
