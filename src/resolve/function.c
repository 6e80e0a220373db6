/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "resolve/ifunc.h"

void function_list_add(struct function_list *list, const struct function *f)
{
	list->functions = xgrow(list->functions, list->n, sizeof(*list->functions));
	list->functions[list->n++] = *f;
}

void function_list_done(struct function_list *list)
{
	free(list->functions);
	buf_done(&list->notes);
	*list = (struct function_list){ 0 };
}

void function_list_note(struct function_list *list, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vaddf(&list->notes, fmt, ap);
	va_end(ap);
	buf_addc(&list->notes, '\n');
}

const char *function_name(const struct function *f)
{
	const struct symbol *s = f->ifunc ? f->ifunc : f->symbol;

	return s ? s->name : NULL;
}

static int find(const struct lookup *l, struct function_list *ret, struct err *err)
{
	bool is_plt = l->loc->at && strcmp(l->loc->at, "plt") == 0;

	switch (l->loc->kind) {
	case LOCATION_SYMBOL:
		if (is_plt)
			return lookup_plt(l, ret, err);
		return lookup_name(l, ret, err);
	case LOCATION_GLOB:
		if (is_plt)
			return lookup_plt(l, ret, err);
		if (lookup_is_literal(l))
			return lookup_name(l, ret, err);
		if (l->loc->has_off)
			return err_set(err, EINVAL, "an offset needs one function, not a pattern");
		return lookup_glob(l, ret, err);
	case LOCATION_OFFSET:
		return lookup_offset(l, ret, err);
	case LOCATION_VADDR:
		return lookup_vaddr(l, ret, err);
	case LOCATION_LINE:
		return err_set(err, ENOTSUP, "source lines are not in this version");
	case LOCATION_USDT:
		return err_set(err, ENOTSUP, "USDT probes are not in this version");
	}
	return err_set(err, EINVAL, "not a place in a file");
}

int function_find(const struct target *target, const char *target_typed,
		  const struct location *loc, const struct function_rules *rules,
		  struct function_list *ret, struct err *err)
{
	CLEANUP(ifuncs_done) struct ifuncs ifuncs = { 0 };
	struct lookup l = { target, *target_typed ? target_typed : target->name, loc, rules,
			    &ifuncs };
	struct function_list list = { 0 };
	int rc = lookup_check_return(&l, &list, err);

	if (rc == 0)
		rc = find(&l, &list, err);
	for (size_t i = 0; i < list.n; i++)
		list.functions[i].target = target;
	if (rc < 0)
		function_list_done(&list);
	else
		*ret = list;
	return rc;
}
