/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Promise 1: an offset is right or refused. The kernel checks neither that an instruction
 * begins at an offset nor, while no process maps the file, that it can probe the one that
 * does; and a return probe anywhere but at an entry destroys the stack. What is proven wrong
 * is refused, force or not; what cannot be proven needs force.
 */
#include <inttypes.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "elf/insn.h"
#include "elf/runtime.h"
#include "resolve/lookup.h"

static bool is_before_symbol(const struct function *f, uint64_t offset)
{
	return !f->symbol || offset + f->symbol_off < f->offset;
}

/* func+0x4, or the bare offset; for offsets near that of `f`. */
static char *place_name(const struct function *f, uint64_t offset)
{
	if (is_before_symbol(f, offset))
		return xasprintf("0x%" PRIx64, offset);
	return lookup_shown_at(f->symbol->name, f->symbol_off + (offset - f->offset));
}

/* The same with TARGET, ready to be pasted. */
static char *place_word(const struct lookup *l, const struct function *f, uint64_t offset)
{
	if (is_before_symbol(f, offset))
		return xasprintf("%s:0x%" PRIx64, l->typed, offset);
	return lookup_word_at(l, f->symbol->name, f->symbol_off + (offset - f->offset));
}

static bool is_behind_endbr(const struct elffile *elf, const struct function *f)
{
	struct insn insn;

	if (!f->symbol || f->symbol_off != 4)
		return false;
	insn_read(elf, f->offset - 4, &insn);
	return insn_is_endbr(elf, &insn);
}

static int not_an_entry(const struct lookup *l, const struct function *f, struct err *err)
{
	err_set(err, EINVAL, "a return probe belongs on a function's first instruction; "
			     "anywhere else it destroys the stack");
	if (f->symbol) {
		auto_free char *shown = lookup_shown_at(f->symbol->name, 0);
		auto_free char *word = lookup_word_at(l, f->symbol->name, 0);

		err_hint(err, "%s begins 0x%" PRIx64 " bytes earlier: r %s", shown, f->symbol_off,
			 word);
	}
	return -EINVAL;
}

static int is_inside(const struct lookup *l, const struct function *f,
		     const struct insn_boundary *b, struct err *err)
{
	auto_free char *here = place_name(f, f->offset);
	auto_free char *start = place_word(l, f, b->start);
	auto_free char *next = place_word(l, f, b->next);
	struct insn insn;
	auto_buf bytes = BUF_INIT;

	insn_read(l->target->elf, b->start, &insn);
	insn_format(l->target->elf, &insn, &bytes);
	err_set(err, EINVAL, "%s is inside an instruction (%s); a probe there would change the "
			     "program's code", here, buf_str(&bytes));
	return err_hint(err, "instructions begin at %s and at %s", start, next);
}

static int is_unproven(const struct lookup *l, const struct function *f, const char *why,
		       struct err *err)
{
	auto_free char *name = f->symbol ? lookup_shown_at(f->symbol->name, 0) : NULL;

	if (name)
		err_set(err, EINVAL, "0x%" PRIx64 " is 0x%" PRIx64 " bytes into %s: it is not "
				     "proven that an instruction begins there (%s)",
			f->offset, f->symbol_off, name, why);
	else
		err_set(err, EINVAL, "0x%" PRIx64 " is in no known function: it is not proven "
				     "that an instruction begins there", f->offset);
	return err_hint(err, "a probe inside an instruction changes the program; if `objdump -d "
			     "%s` shows that one begins there, say --force", l->target->name);
}

/* A symbol that covers the place only because nothing else does proves nothing. */
static uint64_t end_of(const struct symbol *s)
{
	return s->offset + s->size;
}

static int check_boundary(const struct lookup *l, const struct function *f, struct err *err)
{
	const struct symbol *s = f->symbol;
	struct insn_boundary b = insn_boundary(l->target->elf, s ? s->offset : f->offset,
					       s ? end_of(s) : f->offset, f->offset);

	if (b.place == INSN_INSIDE)
		return is_inside(l, f, &b, err);
	if (b.place == INSN_UNKNOWN && !f->is_entry && !l->rules->force)
		return is_unproven(l, f, b.why, err);
	return 0;
}

/* A symbol says that code begins there; what does not decode is more likely data. */
static int is_no_instruction(const struct lookup *l, const struct function *f,
			     const struct insn *insn, struct err *err)
{
	auto_free char *here = place_name(f, f->offset);
	auto_buf bytes = BUF_INIT;

	insn_format(l->target->elf, insn, &bytes);
	err_set(err, EINVAL, "the bytes at %s (%s) are no instruction that is known here", here,
		buf_str(&bytes));
	return err_hint(err, "if `objdump -d %s` shows one, say --force", l->target->name);
}

static int will_not_be_probed(const struct lookup *l, const struct function *f,
			      const struct insn *insn, const char *why, struct err *err)
{
	auto_free char *here = place_name(f, f->offset);
	auto_free char *next = place_word(l, f, f->offset + insn->len);
	auto_buf bytes = BUF_INIT;

	insn_format(l->target->elf, insn, &bytes);
	err_set(err, ENOTSUP, "the instruction at %s (%s) %s: the kernel cannot run it under a "
			      "probe", here, buf_str(&bytes), why);
	if (l->rules->is_return)
		return err_hint(err, "a return probe can only be at the entry; probe the "
				     "function's caller, or the next instruction with p %s", next);
	return err_hint(err, "the next instruction: %s", next);
}

/* Rule 9: six bytes below the stack pointer may be in use in the middle of a function. */
static int would_be_a_call(const struct lookup *l, const struct function *f, struct err *err)
{
	auto_free char *here = place_name(f, f->offset);
	auto_free char *next = place_word(l, f, f->offset + 5);

	err_set(err, EINVAL, "this kernel turns the 5-byte no-op at %s into a call, which "
			     "overwrites what the function keeps below its stack pointer", here);
	return err_hint(err, "the next instruction is safe: %s; or say --force", next);
}

const char *lookup_refused(const struct lookup *l, const struct function *f)
{
	struct insn insn;

	insn_read(l->target->elf, f->offset, &insn);
	if (!insn.len && insn_is_decoded(l->target->elf))
		return "is none that is known here";
	return insn_refusal(l->target->elf, &insn);
}

int lookup_check(const struct lookup *l, const struct function *f, struct err *err)
{
	const struct elffile *elf = l->target->elf;
	struct insn insn;
	const char *why;
	int rc;

	if (l->rules->is_return && !f->is_entry && f->symbol && !is_behind_endbr(elf, f))
		return not_an_entry(l, f, err);
	rc = check_boundary(l, f, err);
	if (rc < 0)
		return rc;
	insn_read(elf, f->offset, &insn);
	if (!insn.len && insn_is_decoded(elf) && !l->rules->force)
		return is_no_instruction(l, f, &insn, err);
	why = insn_refusal(elf, &insn);
	if (why)
		return will_not_be_probed(l, f, &insn, why, err);
	if (l->rules->optimises_nop5 && !f->is_entry && insn_is_nop5(elf, &insn) &&
	    !l->rules->force)
		return would_be_a_call(l, f, err);
	return 0;
}

int lookup_check_return(const struct lookup *l, struct function_list *list, struct err *err)
{
	struct elf_runtime runtime;

	if (!l->rules->is_return)
		return 0;
	elf_runtime_read(l->target->elf, &runtime);
	if (runtime.go) {
		err_set(err, ENOTSUP, "%s is a Go program (it has %s): a return probe would crash "
				      "it, since Go moves and walks its stacks",
			l->target->name, runtime.go);
		return err_hint(err, "entry probes work: p:%s:...; to see returns, probe the "
				     "function's ret instructions (func+0x...) with p:", l->typed);
	}
	if (runtime.unwinds)
		function_list_note(list, "%s can throw (it has %s): an exception or panic that "
					 "passes a function with a return probe ends the program",
				   l->target->name, runtime.unwinds);
	if (runtime.switches)
		function_list_note(list, "%s switches stacks (it has %s): a coroutine switch "
					 "inside a function with a return probe ends the program",
				   l->target->name, runtime.switches);
	return 0;
}
