/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's sentences (kernel/trace/trace_probe.h, ERRORS) are those one finds when one
 * searches for them, but say little to who meets them first.
 */
#include <string.h>

#include "base/attr.h"
#include "probe/fetch-parse.h"

static const struct {
	const char *kernel, *plain;
} sentences[] = {
	{ "BTF is not available or not supported", "this word names nothing to record" },
	{ "Invalid $-variable specified", "there is no such variable" },
	{ "Invalid fetch argument", "this is not understood as an argument" },
	{ "No argument expression", "it is not said what to record" },
	{ "Invalid register name", "this is no register's name" },
	{ "Invalid memory address", "behind '@' stands a symbol, an address or +OFFSET" },
	{ "Invalid file offset value", "behind '@+' stands a number" },
	{ "Dereference needs a brace", "what an address leads to is written +OFFSET(ADDRESS)" },
	{ "Invalid dereference offset", "before the '(' stands a number, the offset" },
	{ "Dereference brace is not closed", "the ')' is missing" },
	{ "Dereference is too much nested", "that is too many levels, 14 are the most" },
	{ "$comm can not be dereferenced", "this is a text, not the address of one" },
	{ "Invalid immediate value", "behind '\\' stands a number, or a text in quotes" },
	{ "Invalid argument number", "there is no argument of that number" },
	{ "$arg* can be used only on function entry or exit",
	  "uprobes have no $arg*" },
	{ "String accepts only memory argument", "this value is no text, nor an array" },
	{ "$comm and immediate-string only accepts string type", "a text can only be a string" },
};

int fetch_say(struct err *err, const char *kernel)
{
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++)
		if (strcmp(sentences[i].kernel, kernel) == 0)
			return err_set(err, EINVAL, "%s (for the kernel: %s)",
				       sentences[i].plain, kernel);
	return err_set(err, EINVAL, "%s", kernel);
}
