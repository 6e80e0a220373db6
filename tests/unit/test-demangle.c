/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "elf/demangle.h"
#include "unit.h"

#ifdef HAVE_LIBIBERTY
static const struct {
	const char *mangled, *text, *last;
} names[] = {
	{ "_ZN2ns1fEi", "ns::f(int)", "f" },
	{ "_ZN2ns3runEPKci", "ns::run(char const*, int)", "run" },
	{ "_ZN2ns4makeIiEET_S1_", "ns::make<int>(int)", "make" },
	{ "_ZN2ns3FooC1Ev", "ns::Foo::Foo()", "Foo" },
	{ "_ZN2ns3FooD0Ev", "ns::Foo::~Foo()", "~Foo" },
	{ "_ZNK2ns3FooplERKS0_", "ns::Foo::operator+(ns::Foo const&) const", "operator+" },
	{ "_ZNK2ns3FooclEi", "ns::Foo::operator()(int) const", "operator()" },
	{ "_ZN2nsltIiEEbT_S1_", "ns::operator< <int>(int, int)", "operator<" },
	{ "_ZN12_GLOBAL__N_16hiddenEv", "(anonymous namespace)::hidden()", "hidden" },
	{ "_ZZN2ns1fEiENKUlvE_clEv", "ns::f(int)::{lambda()#1}::operator()() const",
	  "operator()" },
	{ "_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place",
	  "drop_in_place" },
	{ "_RNvCs1234_7mycrate3foo", "mycrate::foo", "foo" },
	{ "_RNvNtCs1234_7mycrate3mod3run", "mycrate::mod::run", "run" },
	{ "_RINvCs1234_7mycrate3fooyE", "mycrate::foo::<u64>", "foo" },
	{ "_D4demo3runFiZv", "demo.run(int)", "run" },
};

START_TEST(names_are_as_people_write_them)
{
	auto_free char *text = demangle(names[_i].mangled);
	auto_free char *last = NULL;

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, names[_i].text);
	last = demangle_last(text);
	ck_assert_str_eq(last, names[_i].last);
}
END_TEST

static const struct {
	const char *typed, *mangled;
	enum typed_match match;
} matches[] = {
	{ "ns::f(int)", "_ZN2ns1fEi", TYPED_WHOLE },
	{ "ns::f", "_ZN2ns1fEi", TYPED_WHOLE },
	{ "f", "_ZN2ns1fEi", TYPED_SUFFIX },
	{ "f(int)", "_ZN2ns1fEi", TYPED_SUFFIX },
	{ "s::f", "_ZN2ns1fEi", TYPED_NO },
	{ "ns::f(char)", "_ZN2ns1fEi", TYPED_NO },
	{ "ns", "_ZN2ns1fEi", TYPED_NO },
	{ "ns::run(char const*,int)", "_ZN2ns3runEPKci", TYPED_WHOLE },
	{ " ns::run ( char const * , int )", "_ZN2ns3runEPKci", TYPED_WHOLE },
	{ "ns::run(charconst*,int)", "_ZN2ns3runEPKci", TYPED_NO },
	{ "ns::make", "_ZN2ns4makeIiEET_S1_", TYPED_WHOLE },
	{ "ns::make<int>", "_ZN2ns4makeIiEET_S1_", TYPED_WHOLE },
	{ "make<int>(int)", "_ZN2ns4makeIiEET_S1_", TYPED_SUFFIX },
	{ "ns::make<char>", "_ZN2ns4makeIiEET_S1_", TYPED_NO },
	{ "ns::Foo::Foo", "_ZN2ns3FooC1Ev", TYPED_WHOLE },
	{ "~Foo", "_ZN2ns3FooD0Ev", TYPED_SUFFIX },
	{ "ns::Foo::operator+", "_ZNK2ns3FooplERKS0_", TYPED_WHOLE },
	{ "operator()", "_ZNK2ns3FooclEi", TYPED_SUFFIX },
	{ "operator()(int)", "_ZNK2ns3FooclEi", TYPED_SUFFIX },
	{ "ns::Foo::operator()(int) const", "_ZNK2ns3FooclEi", TYPED_WHOLE },
	{ "ns::operator<", "_ZN2nsltIiEEbT_S1_", TYPED_WHOLE },
	{ "ns::operator< <int>(int, int)", "_ZN2nsltIiEEbT_S1_", TYPED_WHOLE },
	{ "ns::operator<<", "_ZN2nsltIiEEbT_S1_", TYPED_NO },
	{ "(anonymous namespace)::hidden", "_ZN12_GLOBAL__N_16hiddenEv", TYPED_WHOLE },
	{ "hidden()", "_ZN12_GLOBAL__N_16hiddenEv", TYPED_SUFFIX },
	{ "f", "_ZZN2ns1fEiENKUlvE_clEv", TYPED_NO },
	{ "A::f", "_ZThn8_N1A1fEv", TYPED_NO },
	{ "f", "_ZThn8_N1A1fEv", TYPED_NO }, /* the thunk's name ends in it, and is not it */
	{ "A", "_ZTVN2ns1AE", TYPED_NO },
	{ "non-virtual thunk to A::f()", "_ZThn8_N1A1fEv", TYPED_WHOLE },
	{ "ns::f", "_ZN2ns1fEi.cold", TYPED_CLONE },
	{ "ns::f(int)", "_ZN2ns1fEi.constprop.0", TYPED_CLONE },
	{ "f", "_ZN2ns1fB5cxx11Ei", TYPED_SUFFIX },
	{ "ns::f[abi:cxx11](int)", "_ZN2ns1fB5cxx11Ei", TYPED_WHOLE },
	{ "drop_in_place", "_ZN4core3ptr13drop_in_place17h0123456789abcdefE", TYPED_SUFFIX },
	{ "core::ptr::drop_in_place", "_ZN4core3ptr13drop_in_place17h0123456789abcdefE",
	  TYPED_WHOLE },
	{ "mycrate::foo", "_RNvCs1234_7mycrate3foo", TYPED_WHOLE },
	{ "mycrate::foo", "_RINvCs1234_7mycrate3fooyE", TYPED_WHOLE },
	{ "foo::<u64>", "_RINvCs1234_7mycrate3fooyE", TYPED_SUFFIX },
	{ "mycrate::_start", "_RNvCs1234_7mycrate7__start", TYPED_NO },
	{ "mycrate::_start", "_RNvCs1234_7mycrate6__start", TYPED_WHOLE },
	{ "demo.run", "_D4demo3runFiZv", TYPED_WHOLE },
	{ "run(int)", "_D4demo3runFiZv", TYPED_SUFFIX },
	{ "f", "f", TYPED_NO }, /* not mangled: symtab_find()'s business */
};

START_TEST(what_is_typed_matches)
{
	CLEANUP(typed_name_done) struct typed_name t = { 0 };

	typed_name_init(&t, matches[_i].typed, false);
	for (int use_needle = 0; use_needle < 2; use_needle++)
		ck_assert_int_eq(typed_name_match(&t, matches[_i].mangled, use_needle),
				 matches[_i].match);
}
END_TEST

/* std::string is spelled Ss: the quick look is blind, the thorough one is not. */
START_TEST(a_needle_may_be_missing)
{
	CLEANUP(typed_name_done) struct typed_name t = { 0 };

	typed_name_init(&t, "basic_string", false);
	ck_assert_int_eq(typed_name_match(&t, "_ZNSsC1Ev", true), TYPED_NO);
	ck_assert_int_ne(typed_name_match(&t, "_ZNSsC1Ev", false), TYPED_NO);
}
END_TEST

static const struct {
	const char *glob, *mangled;
	bool match;
} globs[] = {
	{ "ns::*", "_ZN2ns1fEi", true },
	{ "ns::?", "_ZN2ns1fEi", true },
	{ "*::f", "_ZN2ns1fEi", true },
	{ "ns::*(int)", "_ZN2ns1fEi", true },
	{ "ns::*(char)", "_ZN2ns1fEi", false },
	{ "f*", "_ZN2ns1fEi", false },
	{ "ns::run(char const *, *)", "_ZN2ns3runEPKci", true },
	{ "core::*::drop*", "_ZN4core3ptr13drop_in_place17h0123456789abcdefE", true },
};

START_TEST(patterns_match_whole_names)
{
	CLEANUP(typed_name_done) struct typed_name t = { 0 };

	typed_name_init(&t, globs[_i].glob, true);
	ck_assert_int_eq(typed_name_match(&t, globs[_i].mangled, true) != TYPED_NO,
			 globs[_i].match);
}
END_TEST

START_TEST(constructors_are_known)
{
	ck_assert(demangle_is_structor("_ZN2ns3FooC2Ev"));
	ck_assert(demangle_is_structor("_ZN2ns3FooD1Ev"));
	ck_assert(!demangle_is_structor("_ZN2ns1fEi"));
	ck_assert(demangle_is_deleting("_ZN2ns3FooD0Ev"));
	ck_assert(!demangle_is_deleting("_ZN2ns3FooD1Ev"));
}
END_TEST

/* p<int, int>, then p of two of these, and so on: 35 levels would be a terabyte. */
static char *doubling(void)
{
	auto_buf b = BUF_INIT;

	buf_adds(&b, "_Z1f1pIiiE");
	for (const char *id = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; *id; id++)
		buf_addf(&b, "S_IS%c_S%c_E", *id, *id);
	return buf_steal(&b);
}

/* Types that say "as above" twice, each of them above. */
static char *doubling_d(void)
{
	auto_buf b = BUF_INIT;

	buf_adds(&b, "_D1f1fFi");
	for (int i = 0; i < 60; i++)
		buf_addf(&b, "HQ%cQ%c", i ? 'g' : 'c', i ? 'i' : 'e');
	buf_adds(&b, "Zv");
	return buf_steal(&b);
}

static char *long_one(void)
{
	auto_buf b = BUF_INIT;

	buf_adds(&b, "_Z");
	buf_pad(&b, 'N', 100000);
	return buf_steal(&b);
}

static char *nested(void)
{
	auto_buf b = BUF_INIT;

	buf_adds(&b, "_Z1f");
	buf_pad(&b, 'P', 30000);
	buf_addc(&b, 'i');
	return buf_steal(&b);
}

static char *(*const bombs[])(void) = { doubling, doubling_d, long_one, nested };

START_TEST(bombs_do_not_explode)
{
	auto_free char *name = bombs[_i]();
	auto_free char *text = demangle(name);

	ck_assert(!text || strlen(text) <= 64 << 10);
}
END_TEST
#else
START_TEST(names_stay_as_they_are)
{
	ck_assert_ptr_null(demangle("_ZN2ns1fEi"));
}
END_TEST
#endif

START_TEST(no_mangled_name_no_other)
{
	static const char *const plain[] = { "", "_", "main", "_Zqq", "_Z", "_R", "_D", "__Z",
					     "_ZN", "_RNv", "_Dfoo", "\xff\xfe" };

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		ck_assert_msg(!demangle(plain[i]), "%s", plain[i]);
}
END_TEST

static void fill(TCase *c)
{
#ifdef HAVE_LIBIBERTY
	tcase_add_loop_test(c, names_are_as_people_write_them, 0, ARRAY_SIZE(names));
	tcase_add_loop_test(c, what_is_typed_matches, 0, ARRAY_SIZE(matches));
	tcase_add_test(c, a_needle_may_be_missing);
	tcase_add_loop_test(c, patterns_match_whole_names, 0, ARRAY_SIZE(globs));
	tcase_add_test(c, constructors_are_known);
	tcase_add_loop_test(c, bombs_do_not_explode, 0, ARRAY_SIZE(bombs));
#else
	tcase_add_test(c, names_stay_as_they_are);
#endif
	tcase_add_test(c, no_mangled_name_no_other);
}

UNIT_MAIN("demangle", fill)
