/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/cmd.h"

const struct cmd *const cmd_table[] = {
	&cmd_add,     &cmd_list,  &cmd_remove,  &cmd_clear,   &cmd_enable, &cmd_disable,
	&cmd_profile, &cmd_trace, &cmd_count, &cmd_report,
	&cmd_symbols, &cmd_resolve, NULL,
};

const struct cmd *cmd_find(const char *name)
{
	for (const struct cmd *const *c = cmd_table; *c; c++)
		if (strcmp((*c)->name, name) == 0 ||
		    ((*c)->alias && strcmp((*c)->alias, name) == 0))
			return *c;
	return NULL;
}
