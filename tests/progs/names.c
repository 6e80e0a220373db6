/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions whose names other compilers would have made, as C identifiers: no C++, Rust or
 * D compiler is needed to test with them. `names N` calls each N times; a constructor's two
 * forms share them. hidden() is gone when this is stripped.
 */
#include <stdio.h>
#include <stdlib.h>

#ifdef __clang__ /* never makes clones */
#define FUNCTION __attribute__((noinline)) int
#else
#define FUNCTION __attribute__((noinline, noclone)) int
#endif

FUNCTION _ZN2ns1fEi(int x);                    /* ns::f(int) */
FUNCTION _ZN2ns5aliasEi(int x);                /* ns::alias(int): the same as that */
FUNCTION _ZN2ns1fEd(double x);                 /* ns::f(double) */
FUNCTION _ZN2ns3runEPKci(const char *s, int x); /* ns::run(char const*, int) */
FUNCTION _ZN5other3runEv(void);                /* other::run() */
FUNCTION _ZN2ns4makeIiEET_S1_(int x);          /* int ns::make<int>(int) */
FUNCTION _ZN2ns4makeIcEET_S1_(char x);         /* char ns::make<char>(char) */
FUNCTION _ZN2ns3FooC1Ev(int *self);            /* ns::Foo::Foo(): of a whole object */
FUNCTION _ZN2ns3FooC2Ev(int *self);            /* ns::Foo::Foo(): of a part of one */
FUNCTION _ZN2ns3FooD1Ev(int *self);            /* ns::Foo::~Foo() */
FUNCTION _ZN2ns3FooD0Ev(int *self);            /* ns::Foo::~Foo(): calls that, and frees */
FUNCTION _ZNK2ns3FooplERKS0_(int *self, int *o); /* ns::Foo::operator+(ns::Foo const&) const */
FUNCTION _ZN7mycrate6module4walk17h0123456789abcdefE(int x); /* mycrate::module::walk */
FUNCTION _RNvNtCs1234_7mycrate6module5climb(int x);          /* mycrate::module::climb */
FUNCTION _D4demo4rollFiZv(int x);              /* demo.roll(int) */

static volatile int sum;

FUNCTION _ZN2ns1fEi(int x) { return sum += x + 1; }
int _ZN2ns5aliasEi(int x) __attribute__((alias("_ZN2ns1fEi")));
FUNCTION _ZN2ns1fEd(double x) { return sum += (int)x + 2; }
FUNCTION _ZN2ns3runEPKci(const char *s, int x) { return sum += *s + x; }
FUNCTION _ZN5other3runEv(void) { return sum += 3; }
FUNCTION _ZN2ns4makeIiEET_S1_(int x) { return sum += x + 4; }
FUNCTION _ZN2ns4makeIcEET_S1_(char x) { return sum += x + 5; }
FUNCTION _ZN2ns3FooC1Ev(int *self) { return *self = sum += 6; }
FUNCTION _ZN2ns3FooC2Ev(int *self) { return *self = sum += 7; }
FUNCTION _ZN2ns3FooD1Ev(int *self) { return sum -= *self; }
FUNCTION _ZN2ns3FooD0Ev(int *self) { return _ZN2ns3FooD1Ev(self) + sum++; }
FUNCTION _ZNK2ns3FooplERKS0_(int *self, int *o) { return sum += *self + *o; }
FUNCTION _ZN7mycrate6module4walk17h0123456789abcdefE(int x) { return sum += x + 8; }
FUNCTION _RNvNtCs1234_7mycrate6module5climb(int x) { return sum += x + 9; }
FUNCTION _D4demo4rollFiZv(int x) { return sum += x + 10; }

static FUNCTION hidden(int x)
{
	return sum += x + 11;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;

	for (int i = 0; i < n; i++) {
		int foo;

		hidden(i);
		_ZN2ns1fEi(i);
		_ZN2ns1fEd(i);
		_ZN2ns3runEPKci("x", i);
		_ZN5other3runEv();
		_ZN2ns4makeIiEET_S1_(i);
		_ZN2ns4makeIcEET_S1_('c');
		if (i % 2)
			_ZN2ns3FooC1Ev(&foo);
		else
			_ZN2ns3FooC2Ev(&foo);
		_ZNK2ns3FooplERKS0_(&foo, &foo);
		_ZN2ns3FooD0Ev(&foo);
		_ZN7mycrate6module4walk17h0123456789abcdefE(i);
		_RNvNtCs1234_7mycrate6module5climb(i);
		_D4demo4rollFiZv(i);
	}
	printf("%d\n", sum);
	return 0;
}
