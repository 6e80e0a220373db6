/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which ':' stands between TARGET and LOCATION, and what events and arguments are called. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "elf-image.h"
#include "elf/demangle.h"
#include "fake.h"
#include "resolve/resolve.h"
#include "resolve/share.h"
#include "unit.h"

#define T(x) (IMAGE_TEXT + (x))
#define FUNC(name, at) \
	{ name, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, IMAGE_S_TEXT, T(at), 32, 0 }

static const struct image_symbol symtab[] = {
	FUNC("handle", 0x100), FUNC("handle_ret", 0x140), FUNC("main", 0x180),
	FUNC("_ZN2ns3runEPKci", 0x200), FUNC("_ZN2ns3runEi", 0x240), FUNC("with.dot", 0x280),
	FUNC("a_function_whose_name_is_so_long_that_an_event_cannot_be_called_by_it_whole", 0x2c0),
	{ .name = NULL },
};

/* The same file under all these names: how a name is read depends on what stands where. */
static const char *const files[] = {
	"app", "lib/libapp.so.1", "a:b/app", "c:d/app", "c", "other/app", "ns/a:main", "e:handle", "f", "f:0x10",
};

static struct fake dir;
static char *was;

static void setup(void)
{
	const struct image image = { .symtab = symtab };
	auto_buf bytes = BUF_INIT;

	image_make(&image, &bytes);
	fake_init(&dir);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		auto_free char *path = fake_path(&dir, files[i]);
		FILE *out = fopen(path, "w");

		ck_assert_ptr_nonnull(out);
		ck_assert_uint_eq(fwrite(bytes.p, 1, bytes.len, out), bytes.len);
		ck_assert_int_eq(fclose(out), 0);
	}
	was = getcwd(NULL, 0);
	ck_assert_int_eq(chdir(dir.dir), 0);
}

static void teardown(void)
{
	ck_assert_int_eq(chdir(was), 0);
	free(was);
	fake_done(&dir);
}

static int plan(const char *const *texts, const struct definition_list *existing,
		bool own_group, struct plan *ret, struct spec_list *specs, struct err *err)
{
	static const struct features features = { .multi_location = true, .ref_ctr = true };
	const struct resolve_env env = {
		.target = { .search_path = "" },
		.features = &features,
		.existing = existing,
		.own_group = own_group,
		.group = own_group ? "run" : NULL,
		.force = true, /* an image has no code worth decoding */
	};

	for (; *texts; texts++) {
		const struct origin origin = { .text = *texts };

		ck_assert_int_eq(spec_list_add(specs, &origin, err), 0);
	}
	return plan_make(&env, specs->specs, specs->n, ret, err);
}

/* "p:GROUP/EVENT FILE:0xOFFSET NAME NAME" for each definition. */
static void summarize(const struct plan *p, struct buf *b)
{
	for (size_t i = 0; i < plan_n_defs(p); i++) {
		const struct definition *d = plan_def(p, i, NULL);
		const char *path = strstr(d->path, dir.dir);

		buf_addf(b, "%c:%s/%s %s:0x%" PRIx64, d->kind, d->group, d->event,
			 path ? path + strlen(dir.dir) + 1 : d->path, d->offset);
		for (size_t k = 0; k < d->n_args; k++)
			buf_addf(b, " %s", d->args[k].name);
		buf_addc(b, '\n');
	}
}

static const struct {
	const char *specs[4];
	bool own_group, cplusplus;
	const char *plan; /* or the error's first words, without a newline */
} plans[] = {
	/* The ':' between file and place. */
	{ { "./app:handle" }, .plan = "p:uprobes/handle app:0x1100\n" },
	{ { "./a:b/app:handle" }, .plan = "p:uprobes/handle a:b/app:0x1100\n" },
	{ { "./c:d/app:main" }, .plan = "two files could be meant" },
	{ { "ns/a:main:handle" }, .plan = "p:uprobes/handle ns/a:main:0x1100\n" },
	{ { "./e:handle:main" }, .plan = "p:uprobes/main e:handle:0x1180\n" },
	{ { "./f:0x10:main" }, .plan = "two files could be meant" },
	{ { "./f:0x1180" }, .plan = "p:uprobes/p_f_0x1180 f:0x1180\n" },
	{ { "./nosuch:handle" }, .plan = "no such file" },
	{ { "./app:ns::run(int)" }, .cplusplus = true, .plan = "p:uprobes/run app:0x1240\n" },
	{ { "./a:b/app:ns::run(int)" }, .cplusplus = true, .plan = "p:uprobes/run a:b/app:0x1240\n" },
	{ { "\"./app:ns::run(char const*, int)\"" }, .cplusplus = true,
	  .plan = "p:uprobes/run app:0x1200\n" },
	{ { "./app:ns::run" }, .cplusplus = true, .plan = "'ns::run' is more than one function" },
	{ { "./app:ns::rum" }, .cplusplus = true, .plan = "no function 'ns::rum'" },

	/* Events. */
	{ { "r:./app:handle" }, .plan = "r:uprobes/handle_ret app:0x1100\n" },
	{ { "pr:./app:handle" },
	  .plan = "p:uprobes/handle app:0x1100\nr:uprobes/handle_ret app:0x1100\n" },
	{ { "pr:g/mine ./app:handle" },
	  .plan = "p:g/mine app:0x1100\nr:g/mine_ret app:0x1100\n" },
	{ { "./app:handle", "./lib/libapp.so.1:handle" },
	  .plan = "p:uprobes/handle app:0x1100\n"
		  "p:uprobes/app_handle lib/libapp.so.1:0x1100\n" },
	{ { "./app:handle", "./c:handle", "./a:b/app:handle" },
	  .plan = "p:uprobes/handle app:0x1100\np:uprobes/c_handle c:0x1100\n"
		  "p:uprobes/app_handle a:b/app:0x1100\n" },
	{ { "./app:handle", "./a:b/app:handle", "./other/app:handle" },
	  .plan = "p:uprobes/handle app:0x1100\np:uprobes/app_handle a:b/app:0x1100\n"
		  "p:uprobes/app_handle_2 other/app:0x1100\n" },
	/* A pair takes neither name if one of them is taken. */
	{ { "./app:handle_ret", "pr:./app:handle" },
	  .plan = "p:uprobes/handle_ret app:0x1140\np:uprobes/app_handle app:0x1100\n"
		  "r:uprobes/app_handle_ret app:0x1100\n" },
	{ { "./app:handle+4" }, .plan = "p:uprobes/handle_0x4 app:0x1104\n" },
	{ { "./app:with.dot" }, .plan = "p:uprobes/with_dot app:0x1280\n" },
	{ { "r:./app:0x1100" }, .plan = "r:uprobes/r_app_0x1100 app:0x1100\n" },
	{ { "./app:main", "./app:main" }, .plan = "the same probe stands here twice" },
	{ { "p:x ./app:main", "p:x ./app:handle" },
	  .plan = "p:uprobes/x app:0x1180\np:uprobes/x app:0x1100\n" },
	{ { "p:x ./app:main", "p:x ./app:handle %di" }, .plan = "uprobes/x stands twice here" },
	/* A run's own group. */
	{ { "p:a/x ./app:main", "p:b/x ./app:handle %di", "pr:x ./app:main" }, .own_group = true,
	  .plan = "p:run/x app:0x1180\np:run/x_2 app:0x1100 arg1\n"
		  "p:run/x_3 app:0x1180\nr:run/x_ret app:0x1180\n" },
	{ { "./app:main", "./app:main" }, .own_group = true,
	  .plan = "p:run/main app:0x1180\np:run/app_main app:0x1180\n" },

	/* Arguments: argN keeps its name, a raw form is argK, or gives way. */
	{ { "./app:main %di %si" }, .plan = "p:uprobes/main app:0x1180 arg1 arg2\n" },
	{ { "./app:main arg2 n=%di" }, .plan = "p:uprobes/main app:0x1180 arg2 n\n" },
	{ { "./app:main %di arg1" }, .plan = "p:uprobes/main app:0x1180 di arg1\n" },
	{ { "./app:main +8(%di) arg1" }, .plan = "p:uprobes/main app:0x1180 v1 arg1\n" },
	{ { "pr:./app:main arg1 retval" },
	  .plan = "p:uprobes/main app:0x1180 arg1\nr:uprobes/main_ret app:0x1180 retval\n" },
	{ { "./app:main arg1 arg1" }, .plan = "two arguments are called 'arg1'" },
};

START_TEST(splits_and_names)
{
	CLEANUP(plan_done) struct plan p = { 0 };
	CLEANUP(spec_list_done) struct spec_list specs = { 0 };
	auto_free char *known = demangle("_ZN2ns3runEi");
	const char *want = plans[_i].plan;
	struct err err = ERR_INIT;
	auto_buf got = BUF_INIT;

	if (plans[_i].cplusplus && !known)
		return;
	if (plan(plans[_i].specs, NULL, plans[_i].own_group, &p, &specs, &err) == 0) {
		summarize(&p, &got);
		ck_assert_str_eq(buf_str(&got), want);
	} else {
		ck_assert_msg(strstr(err.msg, want) == err.msg && !strchr(want, '\n'), "'%s': %s",
			      plans[_i].specs[0], err.msg);
	}
}
END_TEST

/* Names in use are another's, whatever the line looks like. */
START_TEST(leaves_names_that_exist)
{
	static const char *const texts[] = { "./app:handle", "./app:main", NULL };
	CLEANUP(definition_list_done) struct definition_list list = { 0 };
	CLEANUP(plan_done) struct plan p = { 0 };
	CLEANUP(spec_list_done) struct spec_list specs = { 0 };
	struct err err = ERR_INIT;
	struct definition d;
	auto_buf got = BUF_INIT;

	ck_assert_int_eq(definition_parse("p:uprobes/handle /x:0x10", &d, &err), 0);
	definition_list_take(&list, &d);
	definition_list_opaque(&list, "p:uprobes/main what is this");
	ck_assert_int_eq(plan(texts, &list, false, &p, &specs, &err), 0);
	summarize(&p, &got);
	ck_assert_str_eq(buf_str(&got), "p:uprobes/app_handle app:0x1100\n"
					"p:uprobes/app_main app:0x1180\n");
}
END_TEST

/* Room is left for STEM_ before it and _ret or _12 behind it. */
START_TEST(long_names_fit)
{
	static const char *const texts[] = { "pr:./app:a_function*", "pr:./c:a_function*", NULL };
	CLEANUP(plan_done) struct plan p = { 0 };
	CLEANUP(spec_list_done) struct spec_list specs = { 0 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(plan(texts, NULL, false, &p, &specs, &err), 0);
	ck_assert_uint_eq(plan_n_defs(&p), 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_lt(strlen(plan_def(&p, i, NULL)->event), 64);
	ck_assert_str_ne(plan_def(&p, 0, NULL)->event, plan_def(&p, 2, NULL)->event);
}
END_TEST

/* Events, and the arguments whose fields are "NAME[:TYPE]" in what is written. */
static void summarize_shared(const struct sharing *s, struct buf *b)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct definition *d = &s->defs[i];

		buf_addf(b, "%c %s", d->kind, d->event);
		for (size_t k = 0; k < d->n_args; k++)
			buf_addf(b, " %s%s%s%s", d->args[k].name,
				 strcmp(d->args[k].name, "__id") == 0 ? d->args[k].expr : "",
				 d->args[k].type ? ":" : "",
				 d->args[k].type ? d->args[k].type : "");
		buf_addc(b, '\n');
	}
}

#define ID(n) " __id\\" #n ":u32\n"

static const struct {
	const char *specs[4];
	bool never;
	const char *written;
} shared[] = {
	/* One is as it was, and so are two that nothing makes alike. */
	{ { "./app:main n=arg1:u8" }, .written = "p main n:u8\n" },
	{ { "./app:main n=arg1", "./c:main" }, .written = "p main n\np c_main\n" },
	{ { "./app:main n=arg1", "r:./app:main n=%ax" }, .written = "p main n\nr main_ret n\n" },
	{ { "./app:main", "./c:main" }, .never = true, .written = "p main\np c_main\n" },
	/* Words, whatever part of them is meant. */
	{ { "./app:main n=arg1:u8", "./c:main n=$stack1:s32", "./f:main n=\\7:x16" },
	  .written = "p shared n:u32" ID(0) "p shared n:u32" ID(1) "p shared n:u32" ID(2) },
	{ { "./app:main n=arg1:u8", "./c:main m=arg1:u8" },
	  .written = "p shared __1:u8" ID(0) "p shared __1:u8" ID(1) },
	{ { "./app:main n=arg1:s32", "./c:main n=arg1" },
	  .written = "p shared n:u64" ID(0) "p shared n:u64" ID(1) },
	/* Memory: nothing behind it is read. */
	{ { "./app:main n=+0(%di):u32", "./c:main n=+0(%si):u64" },
	  .written = "p main n:u32\np c_main n:u64\n" },
	{ { "./app:main n=+0(%di):u32", "./c:main n=%si:u32" },
	  .written = "p main n:u32\np c_main n:u32\n" },
	{ { "./app:main n=+0(%di):u32", "./c:main n=@+16:s32" },
	  .written = "p shared n:u32" ID(0) "p shared n:u32" ID(1) },
	/* Texts, arrays, bitfields: of one type. */
	{ { "./app:main s=+0(%di):string", "./c:main s=arg2:string" },
	  .written = "p shared s:string" ID(0) "p shared s:string" ID(1) },
	{ { "./app:main s=+0(%di):string", "./c:main s=arg2:ustring" },
	  .written = "p main s:string\np c_main s:ustring\n" },
	{ { "./app:main s=arg1:string", "./c:main s=arg2" },
	  .written = "p main s:string\np c_main s\n" },
	{ { "./app:main a=+0(%di):u8[4]", "./c:main b=+0(%di):u8[4]" },
	  .written = "p shared __1:u8[4]" ID(0) "p shared __1:u8[4]" ID(1) },
	{ { "./app:main a=+0(%di):u8[4]", "./c:main b=+0(%di):s8[4]" },
	  .written = "p main a:u8[4]\np c_main b:s8[4]\n" },
	{ { "./app:main a=%di:b4@0/32", "./c:main b=%di:u32" },
	  .written = "p main a:b4@0/32\np c_main b:u32\n" },
	/* A filter is the event's. */
	{ { "./app:main n=arg1 if n > 1", "./c:main n=arg1", "./f:main n=arg1" },
	  .written = "p main n\np shared n" ID(0) "p shared n" ID(1) },
	/* Several functions; names that are taken. */
	{ { "./app:handle*", "p:shared ./c:main n=arg1", "./c:main" },
	  .written = "p shared_2" ID(0) "p shared_2" ID(1) "p shared n\np shared_2" ID(2) },
	{ { "./app:handle*" }, .written = "p handle" ID(0) "p handle" ID(1) },
	{ { "./app:main __2=arg1 n=arg2", "./c:main __2=arg1 m=arg2" },
	  .written = "p shared __1 __2" ID(0) "p shared __1 __2" ID(1) },
	/* Halves of calls. */
	{ { "pr:./app:main a=arg1 retval", "pr:./c:main a=arg1:u8 retval:s32" },
	  .written = "p shared a:u64" ID(0) "r shared_ret retval:u64" ID(0)
		     "p shared a:u64" ID(1) "r shared_ret retval:u64" ID(1) },
};

START_TEST(shares)
{
	CLEANUP(plan_done) struct plan p = { 0 };
	CLEANUP(spec_list_done) struct spec_list specs = { 0 };
	CLEANUP(sharing_done) struct sharing s = { 0 };
	struct err err = ERR_INIT;
	auto_buf got = BUF_INIT;

	ck_assert_msg(plan(shared[_i].specs, NULL, true, &p, &specs, &err) == 0, "'%s': %s",
		      shared[_i].specs[0], err.msg);
	sharing_make(&p, !shared[_i].never, &s);
	ck_assert_uint_eq(s.n, plan_n_defs(&p));
	summarize_shared(&s, &got);
	ck_assert_str_eq(buf_str(&got), shared[_i].written);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, splits_and_names, 0, ARRAY_SIZE(plans));
	tcase_add_test(c, leaves_names_that_exist);
	tcase_add_test(c, long_names_fit);
	tcase_add_loop_test(c, shares, 0, ARRAY_SIZE(shared));
}

UNIT_MAIN("plan", fill)
