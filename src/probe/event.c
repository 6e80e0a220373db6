/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "probe/event.h"

size_t event_type_find(const struct event_type *type, const char *name)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (strcmp(type->fields[i].name, name) == 0)
			return i;
	return NO_FIELD;
}

void event_type_done(struct event_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		free(type->fields[i].name);
	free(type->fields);
	type->fields = NULL;
	type->n_fields = 0;
}
