/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is worth saying once about the arguments of all specs together. */
#include "elf/demangle.h"
#include "probe/abi-go.h"
#include "resolve/convention.h"
#include "resolve/remarks.h"

struct remarks {
	bool mangled;            /* argN of a C++, Rust or D function */
	bool go;                 /* argN of a Go function */
	const struct abi *go_abi; /* by Go's table of a machine where it was never tried */
	unsigned go_newer;       /* argN of a Go 1.N newer than the tables; 0: none */
	const struct abi *abi;   /* argN by a table that was never tried; NULL: none */
	const char *display;     /* a field whose type only a watching command shows */
};

/* Types the kernel has no word for: it shows the number. */
static bool is_display(enum fetch_type_base base)
{
	return base == TYPE_BOOL || base == TYPE_OCT || base == TYPE_FD ||
	       base == TYPE_ERRNO || base == TYPE_SIGNAL || base == TYPE_SYM;
}

static bool is_mangled(const struct function *f)
{
	return f->symbol && demangle_may_be(f->symbol->name);
}

static void look_at_arg(struct remarks *r, const struct function *f, const struct abi *abi)
{
	struct convention c;

	if (is_mangled(f))
		r->mangled = true;
	if (!abi || convention_find(f->target->elf, f->symbol, abi, &c, NULL) < 0)
		return;
	r->go = r->go || c.is_go;
	if (c.go_minor > ABI_GO_NEWEST)
		r->go_newer = c.go_minor;
	if (!c.is_proven)
		*(c.is_go ? &r->go_abi : &r->abi) = abi;
}

static void look_at(struct remarks *r, const struct resolution *res)
{
	const struct function *f = res->functions.n ? &res->functions.functions[0] : NULL;
	const struct spec *spec = res->spec;
	const struct abi *abi = f ? abi_find(f->target->elf->machine, f->target->elf->elf_class)
				  : NULL;

	for (size_t i = 0; f && i < spec->n_args; i++) {
		const struct fetch_arg *arg = &spec->args[i];

		if (fetch_arg_uses(arg, FETCH_ARG))
			look_at_arg(r, f, abi);
		if (fetch_arg_uses(arg, FETCH_CALLER) && abi && !abi->proven)
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
	if (r.go)
		buf_adds(notes,
			 "argN counts the words that Go passes: a string is two (arg1:str(arg2)), "
			 "an interface two, a slice three; floating-point numbers are in none\n");
	if (r.go_newer)
		buf_addf(notes, "Go 1.%u is newer than what is known here: argN is as in Go 1.%d\n",
			 r.go_newer, ABI_GO_NEWEST);
	if (r.go_abi)
		buf_addf(notes,
			 "argN of Go functions on %s follows Go's documents; no machine of the "
			 "kind was at hand to try it on\n",
			 r.go_abi->name);
	if (r.abi)
		buf_addf(notes, "argN and caller on %s follow its ABI document; no machine of the "
				"kind was at hand to try them on\n", r.abi->name);
	if (r.display && !watching)
		buf_addf(notes,
			 "a probe that stays is shown by the kernel, which shows %s as a plain "
			 "number; trace shows what it means\n",
			 r.display);
}
