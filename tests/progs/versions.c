/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library with two versions of one function, a resolver, and read-only data that calls
 * itself a function. Which foo is the default is told by .gnu.version alone (elf-facts 2.2).
 */
int foo_v1(int n);
int foo_v2(int n);
int twice(int n);
int chosen(int n);
int calls_own(int n);
int calls_exported(int n);

int foo_v1(int n)
{
	return n + 1;
}

int foo_v2(int n)
{
	return n + 2;
}

__asm__(".symver foo_v1,foo@V1");
__asm__(".symver foo_v2,foo@@V2");

int twice(int n)
{
	return 2 * n;
}

/* For itself alone, by the name of a function of the C library's. */
__attribute__((used)) static int getsid(int n)
{
	return n;
}

static int implementation(int n)
{
	return n;
}

static int (*resolve_chosen(void))(int)
{
	return implementation;
}

int chosen(int n) __attribute__((ifunc("resolve_chosen")));
/* As glibc does: its own calls take the same IFUNC by a name that nobody can replace. */
int chosen_here(int n) __attribute__((ifunc("resolve_chosen"), visibility("hidden")));

/* Through an IRELATIVE slot, which is filled when the library is loaded. */
int calls_own(int n)
{
	return chosen_here(n) + 1;
}

/* Through a slot under the name of chosen(), which lazy binding fills at the first call. */
int calls_exported(int n)
{
	return chosen(n) + 1;
}

__asm__(".section .rodata\n"
	".type not_code, %function\n"
	"not_code: .long 0\n"
	".size not_code, 4\n"
	".text\n");
