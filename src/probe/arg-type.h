/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the kernel's type of an argument stands for: u8 … s64, x8 … x64, char, bW@O/S, string,
 * ustring, of an array each with [N] behind it.
 */

#include <stdbool.h>
#include <stddef.h>

struct def_arg;

enum arg_kind {
	ARG_UNSIGNED,
	ARG_SIGNED,
	ARG_HEX, /* unsigned, too */
	ARG_CHAR,
	ARG_BITFIELD, /* unsigned, too */
	ARG_STRING,
	ARG_OTHER, /* a word, of which no more is known */
};

struct arg_type {
	enum arg_kind kind; /* of an item, if it is an array */
	bool is_array;
	unsigned bits; /* of the value; 0: a string */
	size_t size;   /* bytes of the field, all items; a string's text stands elsewhere */
};

struct arg_type arg_type_parse(const char *type);
/* Without a type it is the kernel's default: x64, but a string for $comm and \"text. */
struct arg_type arg_type_of(const struct def_arg *arg);
