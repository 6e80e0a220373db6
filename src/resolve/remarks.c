/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is worth saying once about the arguments of all specs together. */
#include "elf/demangle.h"
#include "probe/abi.h"
#include "resolve/remarks.h"

struct remarks {
	bool mangled;            /* argN of a C++, Rust or D function */
	const struct abi *abi;   /* argN by a table that was never tried; NULL: none */
	const char *display;     /* a field whose type only a watching command shows */
};

/* Types the kernel has no word for: it shows the number. */
static bool is_display(enum fetch_type_base base)
{
	return base == TYPE_BOOL || base == TYPE_OCT || base == TYPE_FD ||
	       base == TYPE_ERRNO || base == TYPE_SIGNAL || base == TYPE_SYM;
}

static bool by_convention(const struct fetch_arg *arg)
{
	return fetch_arg_uses(arg, FETCH_ARG) || fetch_arg_uses(arg, FETCH_CALLER);
}

static bool is_mangled(const struct function *f)
{
	return f->symbol && demangle_may_be(f->symbol->name);
}

static void look_at(struct remarks *r, const struct resolution *res)
{
	const struct function *f = res->functions.n ? &res->functions.functions[0] : NULL;
	const struct spec *spec = res->spec;

	for (size_t i = 0; f && i < spec->n_args; i++) {
		const struct fetch_arg *arg = &spec->args[i];
		const struct abi *abi = abi_find(f->target->elf->machine,
						 f->target->elf->elf_class);

		if (fetch_arg_uses(arg, FETCH_ARG) && is_mangled(f))
			r->mangled = true;
		if (by_convention(arg) && abi && !abi->proven)
			r->abi = abi;
		if (is_display(arg->type.base) && !r->display)
			r->display = arg->name ? arg->name : "the number";
	}
}

void remarks_add(const struct plan *plan, bool watching, struct buf *notes)
{
	struct remarks r = { 0 };

	for (size_t i = 0; i < plan->n; i++)
		look_at(&r, &plan->res[i]);
	if (r.mangled)
		buf_adds(notes, "argN counts the words that are passed: of a C++ member function "
				"the first is `this', of one that returns an object often where to "
				"put it; a Rust &str or slice is two\n");
	if (r.abi)
		buf_addf(notes, "argN and caller on %s follow its ABI document; no machine of the "
				"kind was at hand to try them on\n", r.abi->name);
	if (r.display && !watching)
		buf_addf(notes, "a probe that stays is shown by the kernel, which shows %s as a plain "
				"number; trace shows what it means\n", r.display);
}
