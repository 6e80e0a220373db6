/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of every kind, and what they are as text.
 *
 *   args spec FUNC   the arguments to ask for, as a spec has them: this machine's slots and
 *                    this compiler's offsets
 *   args run FUNC…   calls FUNC with each of its values; prints of each call what a trace
 *                    must show. Of several, each begins with a line of its name.
 *
 * Where a 64-bit kernel cannot follow pointers (32-bit code), what needs them is left out.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FOLLOWS (UINTPTR_MAX > UINT32_MAX)
/* Where an address tells by itself that it is no program's. */
#if defined(__x86_64__) || defined(__aarch64__)
#define FAULT_AT_MINUS_1(zero) "(fault)"
#else
#define FAULT_AT_MINUS_1(zero) zero
#endif
#define PROBED __attribute__((noinline, noclone, used)) /* clang has no noclone */
#pragma GCC diagnostic ignored "-Wattributes"
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#define KEEP() __asm__ volatile("" ::: "memory")
/* What a pointer leads to is read here, as far as the compiler knows. */
#define KEEP_POINTER(p) __asm__ volatile("" : : "r"(p) : "memory")

static char *unreadable; /* a page without access, behind one with it */
static char long_text[1501]; /* an event has room for two of them */

/* How wide a slot is: 64-bit arguments take two where it is narrower. */
static unsigned slot;
static void ask(const char *name, const char *type, size_t size)
{
	printf("%s=arg%u:%s ", name, slot, type);
	slot += size > sizeof(long) ? 2 : 1;
}

/* --- every width and sign, more than any machine has registers for --- */

int ints(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g,
	 uint64_t h, bool i, char j, void *k, int64_t l);

PROBED int ints(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g,
		uint64_t h, bool i, char j, void *k, int64_t l)
{
	KEEP();
	return a + b + c + d + e + (int)f + (int)g + (int)h + i + j + (k != NULL) + (int)l;
}

static void spec_ints(void)
{
	slot = 1;
	ask("a", "s8", 1);
	ask("b", "u8", 1);
	ask("c", "s16", 2);
	ask("d", "u16", 2);
	ask("e", "s32", 4);
	ask("f", "u32", 4);
	ask("g", "s64", 8);
	ask("h", "u64", 8);
	ask("i", "bool", 1);
	ask("j", "u8", 1);
	ask("k", "ptr", sizeof(void *));
	ask("l", "x64", 8);
}

static void show_ptr(const char *name, const void *p)
{
	if (p)
		printf("%s=0x%" PRIxPTR " ", name, (uintptr_t)p);
	else
		printf("%s=NULL ", name);
}

static void run_ints(void)
{
	static const struct {
		int8_t a; uint8_t b; int16_t c; uint16_t d; int32_t e; uint32_t f;
		int64_t g; uint64_t h; bool i; char j; int64_t l;
	} v[] = {
		{ 0, 0, 0, 0, 0, 0, 0, 0, false, 0, 0 },
		{ -1, 255, -1, 65535, -1, UINT32_MAX, -1, UINT64_MAX, true, 127, -1 },
		{ INT8_MIN, 128, INT16_MIN, 32768, INT32_MIN, 1u << 31, INT64_MIN, 1ull << 63, true,
		  1, INT64_MIN },
		{ INT8_MAX, 127, INT16_MAX, 32767, INT32_MAX, INT32_MAX, INT64_MAX, INT64_MAX,
		  false, 'x', 0x0123456789abcdef },
		{ 1, 2, 3, 4, 5, 6, 7, 8, true, 10, 12 },
	};

	for (size_t n = 0; n < sizeof(v) / sizeof(v[0]); n++) {
		void *k = n == 0 ? NULL : (void *)&v[n];

		ints(v[n].a, v[n].b, v[n].c, v[n].d, v[n].e, v[n].f, v[n].g, v[n].h, v[n].i, v[n].j,
		     k, v[n].l);
		printf("a=%d b=%u c=%d d=%u e=%" PRId32 " f=%" PRIu32 " g=%" PRId64 " h=%" PRIu64
		       " i=%s j=%d ", v[n].a, v[n].b, v[n].c, v[n].d, v[n].e, v[n].f, v[n].g,
		       v[n].h, v[n].i ? "true" : "false", v[n].j);
		show_ptr("k", k);
		printf("l=0x%" PRIx64 "\n", (uint64_t)v[n].l);
	}
}

/* --- numbers with names --- */

int names(int fd, int sig, int err, int mode, int flag);
PROBED int names(int fd, int sig, int err, int mode, int flag)
{
	KEEP();
	return fd + sig + err + mode + flag;
}

static void spec_names(void)
{
	printf("fd=arg1:fd sig=arg2:signal err=arg3:errno mode=arg4:oct flag=arg5:hex ");
}

static void run_names(void)
{
	names(3, SIGTERM, EAGAIN, 0644, 16);
	puts("fd=3 sig=SIGTERM err=EAGAIN mode=0644 flag=0x10");
	names(-100, SIGKILL, -ENOENT, 0, 0);
	puts("fd=AT_FDCWD sig=SIGKILL err=-ENOENT mode=0 flag=0x0");
	names(-1, 0, 0, 07777, INT_MAX);
	puts("fd=-1 sig=0 err=0 mode=07777 flag=0x7fffffff");
	names(0, 999, -4000, 1, 1);
	puts("fd=0 sig=999 err=-4000 mode=01 flag=0x1");
}

/* --- text --- */

int strs(const char *s);
PROBED int strs(const char *s)
{
	KEEP_POINTER(s);
	return s != NULL;
}

static void spec_strs(void)
{
	if (FOLLOWS)
		printf("s=arg1:string u=arg1:ustring ");
	else
		printf("s=arg1:ptr ");
}

static void call_strs(const char *s, const char *shown)
{
	strs(s);
	if (FOLLOWS) {
		printf("s=%s u=%s\n", shown, shown);
	} else {
		show_ptr("s", s);
		puts("");
	}
}

static void run_strs(void)
{
	static char quoted[sizeof(long_text) + 2];

	call_strs("", "\"\"");
	call_strs("plain", "\"plain\"");
	call_strs("two words = (fault) NULL", "\"two words = (fault) NULL\"");
	call_strs("(fault)", "\"(fault)\"");
	call_strs(NULL, "NULL");
	call_strs((char *)8, "(fault)");
	call_strs(unreadable, "(fault)");
	call_strs("one\ntwo\ttabbed\r", "\"one\\ntwo\\ttabbed\\r\"");
	call_strs("say \"hi\" \\ there", "\"say \\\"hi\\\" \\\\ there\"");
	call_strs("\033[31mred\007", "\"\\x1b[31mred\\a\"");
	call_strs("gr\303\274n \342\202\254", "\"gr\303\274n \342\202\254\"");
	call_strs("bad \377\376 \303", "\"bad \\xff\\xfe \\xc3\"");
	snprintf(quoted, sizeof(quoted), "\"%s\"", long_text);
	call_strs(long_text, quoted);
	/* Up to the last byte that can be read, and beyond it. */
	strcpy(unreadable - 5, "edge");
	call_strs(unreadable - 5, "\"edge\"");
	memcpy(unreadable - 4, "EDGE", 4);
	call_strs(unreadable - 4, "(fault)");
}

/* --- text that is too long for an event, and what stands behind it there --- */

int longs(const char *s, const char *t);
PROBED int longs(const char *s, const char *t)
{
	KEEP_POINTER(s);
	KEEP_POINTER(t);
	return s != t;
}

static void spec_longs(void)
{
	if (FOLLOWS)
		printf("s=arg1:string t=arg2:string ");
	else
		printf("s=arg1:ptr t=arg2:ptr ");
}

/* A text of 4096 bytes or more gets the room of what comes behind it: t, and the task's name. */
static void call_longs(size_t len, const char *t)
{
	static char text[5001];
	char name[16] = "";

	memset(text, 'x', len);
	text[len] = 0;
	longs(text, t);
	prctl(PR_GET_NAME, name);
	if (!FOLLOWS) {
		show_ptr("s", text);
		show_ptr("t", t);
		puts("");
	} else if (len < 4096) {
		printf("s=\"%s\" t=\"%s\"\n", text, t);
	} else {
		printf("s=\"%.*s\"… t=\"\"…\n", (int)(strlen(t) + 1 + strlen(name)), text);
	}
}

static void run_longs(void)
{
	call_longs(100, "behind");
	call_longs(3900, "behind");
	call_longs(4096, "behind");
	call_longs(5000, "");
	call_longs(3, "again");
}

/* --- counted buffers --- */

int bufs(const void *p, size_t n);
PROBED int bufs(const void *p, size_t n)
{
	KEEP_POINTER(p);
	return p != NULL && n;
}

static void spec_bufs(void)
{
	if (FOLLOWS)
		printf("s=arg1:str(arg2) h=arg1:bytes(arg2,4) l=arg1:str(arg2,200) "
		       "w=arg1:str(arg2,512) f=arg1:bytes(3) ");
	printf("n=arg2:u32 ");
}

static void show_text(const char *name, const char *p, size_t n, size_t max)
{
	size_t len = n < max ? n : max;

	printf("%s=\"", name);
	for (size_t i = 0; i < len; i++)
		if (p[i])
			putchar(p[i]);
		else
			printf("\\0%s",
			       i + 1 < len && p[i + 1] >= '0' && p[i + 1] <= '7' ? "00" : "");
	printf("\"%s ", n > max ? "…" : "");
}

static void show_hex(const char *name, const char *p, size_t n, size_t max)
{
	printf("%s=", name);
	for (size_t i = 0; i < n && i < max; i++)
		printf("%02x", (unsigned char)p[i]);
	printf("%s ", n > max ? "…" : "");
}

static void call_bufs(const char *p, size_t n)
{
	bufs(p, n);
	if (FOLLOWS && !p) {
		printf("s=NULL h=NULL l=NULL w=NULL f=NULL ");
	} else if (FOLLOWS) {
		show_text("s", p, n, 64);
		show_hex("h", p, n, 4);
		show_text("l", p, n, 200);
		show_text("w", p, n, 512);
		show_hex("f", p, 3, 3);
	}
	printf("n=%zu\n", n);
}

static void call_no_buf(void)
{
	if (FOLLOWS && strcmp(FAULT_AT_MINUS_1("0"), "0") != 0) {
		bufs((void *)-1, 10);
		puts("s=(fault) h=(fault) l=(fault) w=(fault) f=(fault) n=10");
	}
}

static void run_bufs(void)
{
	call_bufs(long_text, 0);
	call_bufs(long_text, 1);
	call_bufs(long_text, 4);
	call_bufs(long_text, 63);
	call_bufs(long_text, 64);
	call_bufs(long_text, 65);
	call_bufs(long_text, 128);
	call_bufs(long_text, 200);
	call_bufs(long_text, 201);
	call_bufs(long_text, 512);
	call_bufs(long_text, 513);
	call_bufs(long_text, 1500);
	call_bufs(NULL, 10);
	call_no_buf();
	memcpy(unreadable - 70, long_text, 70);
	call_bufs(unreadable - 70, 70);
	memcpy(unreadable - 3, "end", 3);
	call_bufs(unreadable - 3, 3);
}

/* --- what pointers lead to --- */

struct inner {
	uint16_t tag;
	const char *name;
	int64_t big;
};

struct outer {
	int8_t a;
	uint16_t b;
	int32_t c;
	uint64_t d;
	unsigned char bits; /* 3 at 2, 5 at 0 */
	int16_t array[4];
	char text[12];
	const char *name;
	struct inner *in;
	const char *names[2];
	struct {
		const char *p; /* as libstdc++ has it */
		size_t len;
		char local[16];
	} str;
};

int structs(const struct outer *o, const int32_t *i, const uint8_t *u);
PROBED int structs(const struct outer *o, const int32_t *i, const uint8_t *u)
{
	KEEP_POINTER(o);
	KEEP_POINTER(i);
	KEEP_POINTER(u);
	return o != NULL && i && u;
}

#define AT(member) offsetof(struct outer, member)
#define IN(member) offsetof(struct inner, member)

static void spec_structs(void)
{
	if (!FOLLOWS) {
		printf("o=arg1:ptr ");
		return;
	}
	printf("a=arg1->+%zu:s8 b=arg1->+%zu:u16 c=+%zu(arg1):s32 d=arg1->+%zu:x64 ", AT(a), AT(b),
	       AT(c), AT(d));
	printf("b3=+%zu(arg1):b3@2/8 b2=+%zu(arg1):b2@0/8 arr=+%zu(arg1):s16[4] ", AT(bits),
	       AT(bits), AT(array));
	printf("text=+%zu(arg1):string name=arg1->+%zu:string tag=arg1->+%zu->+%zu:u16 ", AT(text),
	       AT(name), AT(in), IN(tag));
	printf("in=arg1->+%zu->+%zu:string big=arg1->+%zu->+%zu:s64 names=+%zu(arg1):string[2] ",
	       AT(in), IN(name), AT(in), IN(big), AT(names));
	printf("str=+%zu(arg1):std i=arg2:s32* u=arg3:u8* ", AT(str));
}

static void call_structs(const struct outer *o, const int32_t *i, const uint8_t *u,
			 const char *shown)
{
	structs(o, i, u);
	if (FOLLOWS) {
		puts(shown);
		return;
	}
	show_ptr("o", o);
	puts("");
}

static void run_structs(void)
{
	struct inner in = { .tag = 65535, .name = "inner name", .big = INT64_MIN };
	struct outer o = {
		.a = -8, .b = 40000, .c = -70000, .d = 0xfedcba9876543210, .bits = 5 << 2 | 2,
		.array = { -1, 2, -3, 32767 }, .text = "inline", .name = "pointed to", .in = &in,
		.names = { "first", "second" }, .str = { .p = "a std::string", .len = 13 },
	};
	int32_t i = -5;
	uint8_t u = 250;

	call_structs(&o, &i, &u, "a=-8 b=40000 c=-70000 d=0xfedcba9876543210 b3=5 b2=2 "
		     "arr={-1,2,-3,32767} text=\"inline\" name=\"pointed to\" tag=65535 "
		     "in=\"inner name\" big=-9223372036854775808 names={\"first\",\"second\"} "
		     "str=\"a std::string\" i=-5 u=250");
	o.str.p = "cut\0here";
	o.str.len = 8;
	o.name = NULL;
	in.name = unreadable;
	o.names[1] = "";
	call_structs(&o, &i, &u, "a=-8 b=40000 c=-70000 d=0xfedcba9876543210 b3=5 b2=2 "
		     "arr={-1,2,-3,32767} text=\"inline\" name=NULL tag=65535 in=(fault) "
		     "big=-9223372036854775808 names={\"first\",\"\"} str=\"cut\"… i=-5 u=250");
	o.in = NULL;
	o.str.p = NULL;
	call_structs(&o, NULL, NULL, "a=-8 b=40000 c=-70000 d=0xfedcba9876543210 b3=5 b2=2 "
		     "arr={-1,2,-3,32767} text=\"inline\" name=NULL tag=(fault) in=(fault) "
		     "big=(fault) names={\"first\",\"\"} str=NULL i=(fault) u=(fault)");
	memset(&o, 0, sizeof(o));
	o.in = &in;
	memset(&in, 0, sizeof(in));
	o.names[0] = o.names[1] = o.str.p = "";
	i = 0;
	u = 0;
	call_structs(&o, &i, &u, "a=0 b=0 c=0 d=0x0 b3=0 b2=0 arr={0,0,0,0} text=\"\" name=NULL "
		     "tag=0 in=NULL big=0 names={\"\",\"\"} str=\"\" i=0 u=0");
	call_structs(&o, (int32_t *)-1, (uint8_t *)-1, "a=0 b=0 c=0 d=0x0 b3=0 b2=0 arr={0,0,0,0} "
		     "text=\"\" name=NULL tag=0 in=NULL big=0 names={\"\",\"\"} str=\"\" "
		     "i=" FAULT_AT_MINUS_1("0") " u=" FAULT_AT_MINUS_1("0"));
	/* Nothing tells this from memory that holds 0. */
	call_structs(&o, (int32_t *)unreadable, (uint8_t *)8, "a=0 b=0 c=0 d=0x0 b3=0 b2=0 "
		     "arr={0,0,0,0} text=\"\" name=NULL tag=0 in=NULL big=0 names={\"\",\"\"} "
		     "str=\"\" i=0 u=0");
	call_structs(NULL, &i, &u, "a=(fault) b=(fault) c=(fault) d=(fault) b3=(fault) b2=(fault) "
		     "arr=(fault) text=(fault) name=(fault) tag=(fault) in=(fault) big=(fault) "
		     "names=(fault) str=(fault) i=0 u=0");
}

/* --- globals, one in each segment --- */

int32_t g_data = 0x11223344;
uint64_t g_bss;
const char g_rodata[] = "read only";
const char *const g_relro = "relocated";
const char *g_pointer = "at first";
int16_t g_array[4] = { -1, 2, -3, 4 };
static volatile int16_t s_data = -1234;
static volatile uint8_t s_bss;
static const volatile int32_t s_rodata = 0x55667788;

int globals(int n);
PROBED int globals(int n)
{
	KEEP();
	return n + (int)g_bss + s_data + s_bss + s_rodata;
}

static void spec_globals(void)
{
	printf("@g_data:s32 @g_bss:u64 @g_rodata:string arr=@g_array:s16[4] third=@g_array+4:s16 "
	       "@s_data:s16 @s_bss:u8 ro=@s_rodata:x32 ");
	if (FOLLOWS)
		printf("relro=+0(@g_relro):string p=+0(@g_pointer):string len=@g_pointer:ptr ");
}

static void run_globals(void)
{
	for (int n = 0; n < 3; n++) {
		g_data = n ? -n : 0x11223344;
		g_bss = (uint64_t)n << 40;
		g_array[2] = (int16_t)(n * 100);
		s_data = (int16_t)(-1234 - n);
		s_bss = (uint8_t)n;
		g_pointer = n == 2 ? NULL : n ? "then" : "at first";
		globals(n);
		printf("g_data=%" PRId32 " g_bss=%" PRIu64 " g_rodata=\"read only\" "
		       "arr={-1,2,%d,4} third=%d s_data=%d s_bss=%u ro=0x55667788", g_data,
		       g_bss, g_array[2], g_array[2], s_data, s_bss);
		if (FOLLOWS) {
			printf(" relro=\"relocated\" p=%s%s%s ", n == 2 ? "" : "\"",
			       n == 2 ? "NULL" : g_pointer, n == 2 ? "" : "\"");
			show_ptr("len", g_pointer);
		}
		puts("");
	}
}

/* --- what comes back; a return event --- */

intptr_t rets(intptr_t n);
PROBED intptr_t rets(intptr_t n)
{
	KEEP();
	return n;
}

static void spec_rets(void)
{
	printf("n=retval:s32 e=retval:errno b=retval:bool s=retval:string p=retval:ptr ");
}

static void call_rets(intptr_t n, const char *shown)
{
	rets(n);
	printf("n=%" PRId32 " %s ", (int32_t)n, shown);
	show_ptr("p", (void *)n);
	puts("");
}

static void run_rets(void)
{
	char text[64];

	call_rets(0, "e=0 b=false s=NULL");
	call_rets(1, "e=EPERM b=true s=(fault)");
	call_rets(-EINTR, "e=-EINTR b=true s=(fault)");
	snprintf(text, sizeof(text), "e=%" PRId32 " b=%s s=\"read only\"",
		 (int32_t)(intptr_t)g_rodata, (intptr_t)g_rodata & 0xff ? "true" : "false");
	call_rets((intptr_t)g_rodata, text);
}

/* --- who called --- */

int called(int n);
int caller_one(int n);
int caller_two(int n);

PROBED int called(int n)
{
	KEEP();
	return n + 1;
}

PROBED int caller_one(int n)
{
	return called(n) + 1;
}

/* Nothing behind the call: the return address is already another function's. */
PROBED __attribute__((noreturn)) static void caller_last(int n)
{
	called(n);
	fflush(stdout);
	_exit(0);
}

PROBED int caller_two(int n)
{
	return called(n + 7) * 3;
}

static void spec_called(void)
{
	printf("n=arg1:s32 caller f=caller:sym ");
}

static void run_called(void)
{
	caller_one(1);
	puts("n=1 caller=caller_one f=caller_one");
	caller_two(2);
	puts("n=9 caller=caller_two f=caller_two");
	puts("n=5 caller=caller_last f=caller_last");
	caller_last(5);
}

/* Texts of which the kernel may drop the whole event; how many calls that were. */
static void run_dropped(void)
{
	static char text[4096];
	int calls = 0;

	for (size_t len = 3990; len < sizeof(text); len += 5, calls++) {
		memset(text, 'x', len);
		text[len] = 0;
		strs(text);
	}
	printf("%d\n", calls);
}

static const struct {
	const char *name;
	void (*spec)(void), (*run)(void);
} functions[] = {
	{ "ints", spec_ints, run_ints },	  { "names", spec_names, run_names },
	{ "strs", spec_strs, run_strs },	  { "bufs", spec_bufs, run_bufs },
	{ "structs", spec_structs, run_structs }, { "globals", spec_globals, run_globals },
	{ "rets", spec_rets, run_rets },	  { "called", spec_called, run_called },
	{ "longs", spec_longs, run_longs },	  { "dropped", spec_strs, run_dropped },
};

static int set_up(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + page, page, PROT_NONE) < 0)
		return -1;
	unreadable = memory + page;
	for (size_t i = 0; i + 1 < sizeof(long_text); i++)
		long_text[i] = (char)('a' + i % 23);
	return 0;
}

static int with(const char *what, const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) != 0)
			continue;
		(strcmp(what, "spec") == 0 ? functions[i].spec : functions[i].run)();
		return 0;
	}
	return 2;
}

int main(int argc, char **argv)
{
	int rc = argc < 3 ? 2 : 0;

	if (set_up() < 0)
		return 2;
	for (int i = 2; i < argc && rc == 0; i++) {
		if (argc > 3)
			printf("%s:\n", argv[i]);
		rc = with(argv[1], argv[i]);
	}
	return rc;
}
