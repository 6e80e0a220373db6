/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolve/older.h"

static int lacking(struct err *err, const char *what, const char *since)
{
	return err_set(err, ENOTSUP, "this kernel has no %s (new in %s)", what, since);
}

int older_type(const struct features *f, struct fetch_type *t, struct err *err)
{
	if (!f)
		return 0;
	if (t->array && older_lacks(f, f->arrays))
		return lacking(err, "arrays", "Linux 4.20");
	if (t->base == TYPE_CHAR && older_lacks(f, f->type_char)) {
		lacking(err, "char", "Linux 6.3");
		return err_hint(err, "u8 is the same byte as a number");
	}
	/* At a uprobe all memory is the user's: string reads what ustring does. */
	if (t->base == TYPE_USTRING && older_lacks(f, f->user_deref))
		t->base = TYPE_STRING;
	if (t->base == TYPE_HEX && older_lacks(f, f->type_hex))
		t->base = TYPE_UINT; /* shown in decimal, else the same */
	if (t->base == TYPE_POINTEE && t->of == TYPE_HEX && older_lacks(f, f->type_hex))
		t->of = TYPE_UINT;
	return 0;
}

int older_expr(const struct features *f, const struct fetch *expr, struct span *ret_at,
	       struct err *err)
{
	for (; f && expr; expr = expr->inner) {
		*ret_at = expr->at;
		if ((expr->op == FETCH_IMM || expr->op == FETCH_IMM_STR) &&
		    older_lacks(f, f->immediates))
			return lacking(err, "constants", "Linux 5.4");
		if (expr->op == FETCH_COMM && !older_has_comm(f))
			return lacking(err, "comm", "Linux 4.8");
	}
	return 0;
}

int older_ref_ctr(const struct features *f, struct err *err)
{
	if (f && older_lacks(f, f->ref_ctr))
		return lacking(err, "reference counters", "Linux 4.20");
	return 0;
}
