/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Golden: what a spec's arguments become for each machine, on small ELF files of it. */
#include <string.h>

#include "base/xalloc.h"
#include "elf-image.h"
#include "probe/definition.h"
#include "probe/show.h"
#include "resolve/lower.h"
#include "unit.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define INFO(bind, type) ELF64_ST_INFO(STB_##bind, STT_##type)
#define DATA (IMAGE_BASE + 0x8c00)

static const struct image_symbol symbols[] = {
	{ "f", INFO(GLOBAL, FUNC), 0, IMAGE_S_TEXT, IMAGE_TEXT + 0x100, 16, 0 },
	{ "global", INFO(GLOBAL, OBJECT), 0, IMAGE_S_DATA, DATA + 0x10, 4, 0 },
	{ "in_rodata", INFO(GLOBAL, OBJECT), 0, IMAGE_S_RODATA, IMAGE_BASE + 0x800, 16, 0 },
	{ "in_tls", INFO(GLOBAL, TLS), 0, IMAGE_S_DATA, 8, 4, 0 },
	{ "imported", INFO(GLOBAL, OBJECT), 0, SHN_UNDEF, 0, 0, 0 },
	{ .name = NULL },
};

enum { WATCHED = 1, RETURN = 2, INSIDE = 4, OLD = 8, KERNEL32 = 16 };

static const struct machine {
	const char *name;
	uint16_t machine;
	uint8_t elf_class, data;
} machines[] = {
	{ "x86-64", EM_X86_64, 2, 1 },	 { "i386", EM_386, 1, 1 },
	{ "arm64", EM_AARCH64, 2, 1 },	 { "arm", EM_ARM, 1, 1 },
	{ "riscv64", EM_RISCV, 2, 1 },	 { "ppc64le", EM_PPC64, 2, 1 },
	{ "ppc64", EM_PPC64, 2, 2 },	 { "s390x", EM_S390, 2, 2 },
	{ "loongarch64", EM_LOONGARCH, 2, 1 }, { "mips", EM_MIPS, 1, 2 },
	{ "mips64", EM_MIPS, 2, 2 },	 { "sparc", EM_SPARCV9, 2, 2 },
};

/* In `want` a line that begins with '!' is what the refusal says. */
static const struct golden {
	const char *machine;
	unsigned flags;
	const char *args, *want;
} golden[] = {
	/* Arguments by number, first, last in a register, and on the stack. */
	{ "x86-64", 0, "arg1 arg6:s32 arg7:u16 arg8", "arg1=%di arg6=%r9:s32 arg7=+8(%sp):u16 arg8=+16(%sp)" },
	{ "i386", 0, "arg1 arg2:s16", "arg1=+4(%sp):x32 arg2=+8(%sp):s16" },
	{ "arm64", 0, "arg8 arg9", "arg8=%x7 arg9=+0(%sp)" },
	{ "arm", 0, "arg4 arg5:u8", "arg4=%r3:x32 arg5=+0(%sp):u8" },
	{ "riscv64", 0, "arg8 arg9", "arg8=%a7 arg9=+0(%sp)" },
	{ "ppc64le", 0, "arg1 arg9", "arg1=%r3 arg9=+96(%r1)" },
	{ "s390x", 0, "arg1 arg6", "arg1=%r2 arg6=+160(%r15)" },
	/* Big-endian: the word's last bytes, but all of it where it is a pointer. */
	{ "s390x", 0, "a=arg6:s32 b=arg7:u8 c=arg6:bool d=arg1:s32 e=arg6:x64 f=arg6:string g=+0(arg6):s32",
	  "a=+164(%r15):s32 b=+175(%r15):u8 c=+167(%r15):u8 d=%r2:s32 e=+160(%r15):x64 "
	  "f=+0(+160(%r15)):string g=+0(+160(%r15)):s32" },
	{ "s390x", WATCHED, "s=arg6:str(arg7)",
	  "s=+0(+160(%r15)):u8[64] __p_s=+160(%r15):u64 __n_s=+168(%r15):u64" },
	{ "mips", 0, "a=arg5:u8 b=arg5:s16 c=arg5:s32 d=arg5:b4@2/8", "a=+19(%r29):u8 b=+18(%r29):s16 "
	  "c=+16(%r29):s32 d=+19(%r29):b4@2/8" },
	{ "mips64", 0, "a=arg9:s16 b=arg9->+2:u8", "a=+6(%r29):s16 b=+2(+0(%r29)):u8" },
	{ "ppc64le", 0, "a=arg9:s16", "a=+96(%r1):s16" },
	{ "loongarch64", 0, "arg1 arg9", "arg1=%r4 arg9=+0(%r3)" },
	{ "mips", 0, "arg1 arg5", "arg1=%r4:x32 arg5=+16(%r29):x32" },
	{ "mips64", 0, "arg1 arg9", "arg1=%r4 arg9=+0(%r29)" },
	{ "ppc64", 0, "arg1", "!big-endian" },
	{ "ppc64", 0, "%r3", "arg1=%r3" },
	{ "sparc", 0, "arg1", "!calling convention" },
	{ "x86-64", INSIDE, "arg1", "!first instruction" },
	{ "x86-64", INSIDE, "caller", "!first instruction" },
	/* Wherever a register may stand. */
	{ "x86-64", 0, "a=+4(arg7):s16 b=+0(+8(arg1)):string", "a=+4(+8(%sp)):s16 b=+0(+8(%di)):string" },
	{ "arm64", 0, "a=arg1->+8:u64 b=arg2:s32*", "a=+8(%x0):u64 b=+0(%x1):s32" },
	/* Who called. */
	{ "x86-64", 0, "caller", "caller=+0(%sp)" },
	{ "i386", 0, "caller", "caller=+0(%sp):x32" },
	{ "arm64", 0, "caller", "caller=%x30" },
	{ "arm", 0, "caller", "caller=%lr:x32" },
	{ "riscv64", 0, "caller", "caller=%ra" },
	{ "ppc64le", 0, "caller", "caller=%link" },
	{ "s390x", 0, "caller", "caller=%r14" },
	{ "loongarch64", 0, "caller", "caller=%r1" },
	{ "mips64", 0, "caller", "caller=%r31" },
	/* What comes back, where $retval is not always that. */
	{ "x86-64", RETURN, "retval:s32", "retval=$retval:s32" },
	{ "ppc64le", RETURN, "retval:s32 r=retval:string", "retval=%r3:s32 r=+0(%r3):string" },
	{ "mips", RETURN, "retval:s32", "retval=%r2:s32" },
	{ "i386", RETURN, "retval:u64", "!32 bits" },
	{ "arm", 0, "arg1:s64", "!32 bits" },
	{ "i386", 0, "arg1:s64", "arg1=+4(%sp):s64" },
	/* Globals count from the text's bias, here 0x401000 (R6). */
	{ "x86-64", 0, "@global:s32 @global+8:u8", "!two arguments" },
	{ "x86-64", 0, "@global:s32 r=@in_rodata:string", "global=@+0x7c10:s32 r=@+-0x800:string" },
	{ "i386", 0, "a=@global+8:s16", "a=@+0x7c18:s16" },
	{ "x86-64", 0, "@in_tls", "!thread-local" },
	{ "x86-64", 0, "@imported", "!another file" },
	{ "x86-64", 0, "@nothing", "!no symbol" },
	/* 64-bit kernels do not follow 32-bit pointers in memory; 32-bit kernels do. */
	{ "i386", 0, "arg1:string", "!64-bit kernel" },
	{ "i386", 0, "a=+0(+4(%sp)):u32", "!64-bit kernel" },
	{ "i386", 0, "a=+0(%ax):string b=@global:string", "a=+0(%ax):string b=@+0x7c10:string" },
	{ "i386", RETURN, "retval:string", "retval=+0($retval):string" },
	{ "i386", KERNEL32, "arg1:string", "arg1=+0(+4(%sp)):string" },
	/* Types of ours, for an event that stays: the one field the kernel can show. */
	{ "x86-64", 0, "a=arg1:bool b=arg1:ptr c=arg1:hex d=arg1:oct e=arg1:fd f=arg1:errno g=arg1:signal h=arg1:sym",
	  "a=%di:u8 b=%di:x64 c=%di:x64 d=%di:u32 e=%di:s32 f=%di:s32 g=%di:s32 h=%di:x64" },
	{ "arm", 0, "b=arg1:ptr h=arg1:sym", "b=%r0:x32 h=%r0:x32" },
	{ "x86-64", 0, "arg1:std", "arg1=+0(+0(%di)):string" },
	{ "x86-64", 0, "a=arg1:str(16) b=arg1:bytes(64)", "a=+0(%di):char[16] b=+0(%di):x8[64]" },
	{ "x86-64", 0, "arg1:str(arg2)", "!by itself" },
	{ "x86-64", 0, "arg1:bytes(65)", "!by itself" },
	{ "s390x", 0, "regs", "r0=%r0:x64 r1=%r1:x64 r2=%r2:x64 r3=%r3:x64 r4=%r4:x64 r5=%r5:x64 "
	  "r6=%r6:x64 r7=%r7:x64 r8=%r8:x64 r9=%r9:x64 r10=%r10:x64 r11=%r11:x64 r12=%r12:x64 "
	  "r13=%r13:x64 r14=%r14:x64 r15=%r15:x64" },
	{ "sparc", 0, "regs", "!not known" },
	/* Watched: what they were read through comes with them. */
	{ "x86-64", WATCHED, "arg1:string", "arg1=+0(%di):string __p_arg1=%di:u64" },
	{ "x86-64", WATCHED, "a=+8(+16(%si)):u32", "a=+8(+16(%si)):u32 __p_a=+16(%si):u64 __p2_a=%si:u64" },
	{ "x86-64", WATCHED, "a=+8(%sp):u32 b=@global:s32 c=+0(@global):string",
	  "a=+8(%sp):u32 b=@+0x7c10:s32 c=+0(@+0x7c10):string __p_c=@+0x7c10:u64" },
	{ "arm64", WATCHED, "s=arg1:str(arg2)", "s=+0(%x0):u8[64] __p_s=%x0:u64 __n_s=%x1:u64" },
	{ "arm64", WATCHED, "s=arg1:bytes(arg2,130)",
	  "s=+0(%x0):u8[64] __p_s=%x0:u64 __d2_s=+64(%x0):u8[64] __d3_s=+128(%x0):u8[2] __n_s=%x1:u64" },
	{ "x86-64", WATCHED, "s=arg1:str(+8(arg2),3)",
	  "s=+0(%di):u8[3] __p_s=%di:u64 __n_s=+8(%si):u64 __l_s=%si:u64" },
	{ "x86-64", WATCHED, "s=+8(arg1):bytes(70)",
	  "s=+8(%di):u8[64] __p_s=%di:u64 __d2_s=+72(%di):u8[6]" },
	{ "x86-64", WATCHED, "s=@in_rodata:str(4)", "s=@+-0x800:u8[4]" },
	{ "riscv64", WATCHED, "s=arg1:std",
	  "s=+0(+0(%a0)):string __p_s=+0(%a0):u64 __p2_s=%a0:u64 __n_s=+8(%a0):u64" },
	{ "arm", WATCHED | KERNEL32, "s=arg1:std",
	  "s=+0(+0(%r0)):string __p_s=+0(%r0):u32 __p2_s=%r0:u32 __n_s=+4(%r0):u32" },
	{ "s390x", WATCHED, "regs", "regs=%r0:x64 __r_r1_regs=%r1:x64 __r_r2_regs=%r2:x64 "
	  "__r_r3_regs=%r3:x64 __r_r4_regs=%r4:x64 __r_r5_regs=%r5:x64 __r_r6_regs=%r6:x64 "
	  "__r_r7_regs=%r7:x64 __r_r8_regs=%r8:x64 __r_r9_regs=%r9:x64 __r_r10_regs=%r10:x64 "
	  "__r_r11_regs=%r11:x64 __r_r12_regs=%r12:x64 __r_r13_regs=%r13:x64 "
	  "__r_r14_regs=%r14:x64 __r_r15_regs=%r15:x64" },
	{ "x86-64", WATCHED, "a_name_of_thirty_two_characters_=arg1:string",
	  "a_name_of_thirty_two_characters_=+0(%di):string __p_1=%di:u64" },
	/* Kernels without char, x8 … x64, arrays, ustring. */
	{ "x86-64", OLD | WATCHED, "a=%di:char b=%di:x32 c=arg1:ptr d=%edi", "a=%di:u8 b=%di:u32 c=%di:u64 d=%di:u32" },
	{ "x86-64", OLD, "a=%di:char", "!no char" },
	{ "x86-64", OLD | WATCHED, "a=+0(%di):u8[4]", "!no arrays" },
	{ "x86-64", OLD | WATCHED, "a=arg1:str(arg2)", "!no arrays" },
	{ "x86-64", OLD | WATCHED, "a=\\5", "!no constants" },
	{ "x86-64", OLD, "a=+0(%di):ustring", "a=+0(%di):string" },
	/* Too much for one event. */
	{ "x86-64", WATCHED, "a=arg1:str(512) b=arg1:str(512) c=arg1:str(512) d=arg1:str(512) "
	  "e=arg1:str(512) f=arg1:str(512)", "!too big" },
	/* Names. */
	{ "x86-64", 0, "%di %si arg1:s32 +0(%dx):u8", "di=%di arg2=%si arg1=%di:s32 arg4=+0(%dx):u8" },
	{ "x86-64", WATCHED, "arg1:string %si", "arg1=+0(%di):string __p_arg1=%di:u64 arg2=%si" },
	{ "x86-64", 0, "arg1 arg1:s32", "!two arguments" },
};

static const struct machine *find_machine(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (strcmp(machines[i].name, name) == 0)
			return &machines[i];
	ck_abort_msg("no machine %s", name);
}

static void add_args(struct buf *b, const struct definition *d)
{
	for (size_t i = 0; i < d->n_args; i++) {
		const struct def_arg *a = &d->args[i];

		buf_addf(b, "%s%s=%s%s%s", i ? " " : "", a->name, a->expr, a->type ? ":" : "",
			 a->type ? a->type : "");
	}
}

START_TEST(lowers)
{
	const struct golden *g = &golden[_i];
	const struct machine *m = find_machine(g->machine);
	const struct image image = {
		.dynsym = symbols, .machine = m->machine, .elf_class = m->elf_class, .data = m->data,
	};
	const struct features features = {
		.readme = true, .arrays = !(g->flags & OLD), .immediates = !(g->flags & OLD),
		.user_deref = !(g->flags & OLD), .type_char = !(g->flags & OLD),
		.type_hex = !(g->flags & OLD), .is_64bit = !(g->flags & KERNEL32),
	};
	auto_elffile struct elffile *elf = image_open(&image);
	auto_free char *text = xasprintf("%s /x:f %s", g->flags & RETURN ? "r" : "p", g->args);
	struct origin origin = { .text = text };
	CLEANUP(spec_done) struct spec spec = { 0 };
	CLEANUP(definition_done) struct definition d = { .kind = g->flags & RETURN ? 'r' : 'p' };
	struct err err = ERR_INIT;
	const struct lower_env env = {
		.features = &features, .elf = elf, .offset = 0x1100,
		.is_entry = !(g->flags & INSIDE), .watching = g->flags & WATCHED,
	};
	auto_buf got = BUF_INIT;
	int rc;

	ck_assert_msg(spec_parse(&origin, &spec, &err) == 0, "%s: %s", text, err.msg);
	rc = lower_args(&env, &spec, &d, &err);
	if (strchr(g->want, '!')) {
		ck_assert_msg(rc < 0, "%s: taken", text);
		if (*g->want == '!')
			ck_assert_msg(strstr(err.msg, g->want + 1), "%s: %s", text, err.msg);
		ck_assert_ptr_eq(err.origin, &spec.origin);
		ck_assert_uint_gt(err.at.to, err.at.from);
		return;
	}
	ck_assert_msg(rc == 0, "%s: %s", text, err.msg);
	add_args(&got, &d);
	ck_assert_msg(strcmp(got.p, g->want) == 0, "%s %s:\ngot  %s\nwant %s", g->machine, text, got.p,
		      g->want);
	ck_assert(d.show == NULL || (g->flags & WATCHED));
}
END_TEST

static void add_names(struct buf *b, const char *lead, char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++, lead = ",")
		buf_addf(b, "%s%s", lead, names[i]);
}

static char *show_text(const struct show *show)
{
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < show->n; i++) {
		const struct show_field *f = &show->fields[i];

		buf_adds(&b, f->name);
		if (f->pointer)
			buf_addf(&b, " at %s%+d", f->pointer, (int)f->offset);
		if (f->length)
			buf_addf(&b, " length %s", f->length);
		add_names(&b, " needs ", f->needs, f->n_needs);
		if (f->as != SHOW_REGS)
			add_names(&b, " parts ", f->parts, f->n_parts);
		buf_addc(&b, '\n');
	}
	return buf_steal(&b);
}

/* Every field that a show names is one that is recorded, and the right one. */
START_TEST(shows_what_is_recorded)
{
	const struct image image = { .dynsym = symbols };
	auto_elffile struct elffile *elf = image_open(&image);
	struct origin origin = { .text =
		"p /x:f arg1:string s=arg2:str(arg3,200) b=arg2:bytes(+8(arg4)) x=arg5:std regs "
		"e=arg6:errno c=caller n=arg1->+8->+16:u8" };
	CLEANUP(spec_done) struct spec spec = { 0 };
	CLEANUP(definition_done) struct definition d = { .kind = 'p' };
	auto_free char *text = NULL;
	const struct lower_env env = {
		.elf = elf, .offset = 0x1100, .is_entry = true, .watching = true,
	};

	ck_assert_int_eq(spec_parse(&origin, &spec, NULL), 0);
	ck_assert_int_eq(lower_args(&env, &spec, &d, NULL), 0);
	text = show_text(d.show);
	ck_assert_str_eq(text, "arg1 at __p_arg1+0\n"
			       "s at __p_s+0 length __n_s parts __d2_s,__d3_s,__d4_s\n"
			       "b at __p_b+0 length __n_b needs __l_b\n"
			       "x at __p_x+0 length __n_x needs __p2_x\n"
			       "regs\n"
			       "e\n"
			       "c\n"
			       "n at __p_n+16 needs __p2_n\n");
	for (size_t i = 0; i < d.show->n; i++) {
		const struct show_field *f = &d.show->fields[i];
		const char *names[64] = { f->name, f->pointer, f->length };
		size_t n = 3;

		for (size_t k = 0; k < f->n_needs; k++)
			names[n++] = f->needs[k];
		for (size_t k = 0; k < f->n_parts; k++)
			names[n++] = f->parts[k];
		for (size_t k = 0; k < n; k++) {
			bool found = !names[k];

			for (size_t a = 0; a < d.n_args; a++)
				found = found || strcmp(d.args[a].name, names[k]) == 0;
			ck_assert_msg(found, "%s", names[k]);
		}
	}
	ck_assert_int_eq(definition_check(&(struct definition){
		.kind = 'p', .group = (char *)"g", .event = (char *)"e", .path = (char *)"/x",
		.args = d.args, .n_args = d.n_args }, NULL), 0);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, lowers, 0, ARRAY_SIZE(golden));
	tcase_add_test(c, shows_what_is_recorded);
}

UNIT_MAIN("lower", fill)
