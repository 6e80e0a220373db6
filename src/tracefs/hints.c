/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's texts are those of kernel/trace/trace_probe.h, C(…) in ERRORS. Some were
 * reworded over time, so a distinctive part is enough.
 */
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tracefs/hints.h"

static const struct {
	const char *part, *hint;
} hints[] = {
	{ "Failed to find the given file",
	  "the kernel looks the path up as this process sees it, at this moment" },
	{ "Not a regular file", "name the program's or library's own file" },
	{ "Invalid uprobe offset",
	  "an offset in the file is a number: `uprobe-ctl symbols FILE` shows them" },
	{ "eference counter", "it is written PATH:0xOFFSET(0xREF), last in the word" },
	{ "Invalid probed address suffix", "the only suffix is %return" },
	{ "name is too long", "groups and events have at most 63 bytes, arguments 31" },
	{ "same rules as C identifiers", "letters, digits and '_', not a digit first" },
	{ "name is not specified", "write GROUP/EVENT" },
	{ "already used by another event", "choose another event name or another group" },
	{ "Probe type is different",
	  "one event is either p or r: choose another event name" },
	{ "different from existing probe",
	  "all locations of one event have the same argument names and types: choose "
	  "another event name, or remove the event that is there" },
	{ "Too many arguments", "the kernel takes 128" },
	{ "argument name is already used",
	  "each argument needs a name of its own; common_pid, __probe_ip and their "
	  "like are the kernel's" },
	{ "No argument expression", "behind '=' stands what to fetch: %di, +0(%si)" },
	{ "Argument expression is too long",
	  "the kernel takes 63 bytes behind the '='" },
	{ "Invalid fetch argument",
	  "registers are %di, memory is +8(%di), variables $stack and $retval" },
	{ "Invalid $-va", "uprobes know $stack, $stackN, $retval and $comm" },
	{ "$retval is not available", "only return probes have it: r instead of p" },
	{ "Invalid argument number", "for uprobes the kernel itself has no argN" },
	{ "$arg* can be used only", "for uprobes the kernel itself has no $argN" },
	{ "Invalid register name",
	  "the kernel's names have no r or e on x86: %di, %ax, %sp, %ip" },
	{ "Invalid memory address", "@ is followed by an address, or by + and an offset" },
	{ "Invalid file offset value", "@+ is followed by a number" },
	{ "Symbol is not available", "for uprobes the kernel looks up no symbols" },
	{ "Dereference needs a brace", "it is written +8(%di)" },
	{ "Invalid dereference offset", "it is written +8(%di), the offset a number" },
	{ "Dereference brace is not closed", "a ')' is missing" },
	{ "Dereference is too much nested", "13 levels are the most" },
	{ "$comm can not be dereferenced", "$comm is the name itself: $comm:string" },
	{ "Invalid immediate value", "a number follows the '\\'" },
	{ "only accepts string type", "write it with :string, or without a type" },
	{ "String accepts only memory argument",
	  "a string is read through a pointer: +0(%di):string" },
	{ "Invalid bitfield", "bWIDTH@SHIFT/SIZE, the size 8, 16, 32 or 64" },
	{ "Array is not closed", "a ']' is missing" },
	{ "Array has wrong suffix", "nothing follows the ']'" },
	{ "Invalid array size", "a number from 1 to 64" },
	{ "Array number is too big", "an array has at most 64 elements" },
	{ "BTF is not available",
	  "a bare word is no argument: registers are %di, variables $retval" },
	{ "Event too big", "an event holds 3072 bytes: fewer or smaller arguments" },
	{ "Typecasts are only", "a type follows the argument: %di:u32" },
	{ "No matching dynamic event type", "this kernel does not take uprobes there" },
};

/* The word of the line that begins at pos, to the next blank or bracket. */
static char *word_at(const char *line, size_t pos)
{
	if (pos >= strlen(line))
		return xstrdup("");
	return xstrndup(line + pos, strcspn(line + pos, " ["));
}

static void hint_type(struct err *err, const char *type, const struct features *f)
{
	static const char *const types[] = {
		"u8",  "u16", "u32",  "u64",	"s8",	   "s16",    "s32", "s64",
		"x8",  "x16", "x32",  "x64",	"string",  "ustring", "char",
	};
	struct text_nearest near = { .word = type, .max = 3 };

	if (strcmp(type, "char") == 0 && !f->type_char) {
		err_hint(err, "this kernel has no char (Linux 6.3): use u8 or s8");
		return;
	}
	if (strcmp(type, "ustring") == 0 && !f->user_deref) {
		err_hint(err, "this kernel has no ustring (Linux 5.3): string is the same");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		text_nearest_offer(&near, types[i]);
	if (near.n)
		err_hint(err, "did you mean %s?", near.found[0]);
	else
		err_hint(err, "u8 to u64, s8 to s64, x8 to x64, string, bW@S/SIZE, and "
			      "TYPE[N] for arrays");
}

void hints_add(struct err *err, const char *text, const struct definition *d,
	       const char *line, size_t pos, const struct features *features)
{
	if (strstr(text, "Unknown type")) {
		auto_free char *type = word_at(line, pos);

		hint_type(err, type, features);
		return;
	}
	if (strstr(text, "exact same probe")) {
		err_hint(err, "remove it first: uprobe-ctl remove %s/%s", d->group, d->event);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		if (strstr(text, hints[i].part)) {
			err_hint(err, "%s", hints[i].hint);
			return;
		}
}
