/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the two halves of filters share; nobody else includes it. */

#include "probe/filter.h"

enum filter_item_kind { ITEM_TEST, ITEM_AND, ITEM_OR, ITEM_NOT, ITEM_OPEN, ITEM_CLOSE };

/* A token of the user's, or three: FIELD OP VALUE. */
struct filter_item {
	enum filter_item_kind kind;
	char *field, *op, *value; /* ITEM_TEST; owned */
	char quote;               /* around the value: " or ', 0 for none */
	struct span at, op_at, value_at;
	unsigned depth;           /* of brackets around it */
	size_t term;
};

struct filter_expr {
	const struct origin *origin;
	struct filter_item *items;
	size_t n;
	size_t n_terms;
};
