/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/xalloc.h"
#include "probe/spec.h"
#include "unit.h"

static int parse(const char *text, struct spec *ret, struct err *err)
{
	struct origin origin = { .text = text };
	int rc = spec_parse(&origin, ret, err);

	if (rc < 0 && err) {
		ck_assert_ptr_eq(err->origin, &origin);
		ck_assert_uint_le(err->at.to, strlen(text));
		err->origin = NULL;
	}
	return rc;
}

/* The text, its canonical form (NULL: the same), and its parts. */
static const struct {
	const char *text, *canonical;
	enum spec_kind kind, effective;
	const char *group, *event, *place;
	size_t n_colons, n_args;
	const char *filter;
} good[] = {
	{ "p:zfree_entry /bin/zsh:zfree %ip %ax", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL,
	  "zfree_entry", "/bin/zsh:zfree", 1, 2, NULL },
	{ "r:uprobes/zfree_exit /bin/zsh:zfree", NULL, SPEC_RETURN, SPEC_RETURN, "uprobes",
	  "zfree_exit", "/bin/zsh:zfree", 1, 0, NULL },
	{ "p:g.e /bin/zsh:0x10", "p:g/e /bin/zsh:0x10", SPEC_ENTRY, SPEC_ENTRY, "g", "e",
	  "/bin/zsh:0x10", 1, 0, NULL },
	{ "p:my-g/ /bin/zsh:0x10", NULL, SPEC_ENTRY, SPEC_ENTRY, "my-g", NULL,
	  "/bin/zsh:0x10", 1, 0, NULL },
	{ "p /bin/zsh:0x46420 %ip", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, NULL,
	  "/bin/zsh:0x46420", 1, 1, NULL },
	{ "p:c:malloc", "p c:malloc", SPEC_ENTRY, SPEC_ENTRY, NULL, NULL, "c:malloc", 1, 0,
	  NULL },
	{ "r:bash:readline retval:string", "r bash:readline $retval:string", SPEC_RETURN,
	  SPEC_RETURN, NULL, NULL, "bash:readline", 1, 1, NULL },
	{ "uprobe:bash:readline", "p bash:readline", SPEC_ENTRY, SPEC_ENTRY, NULL, NULL,
	  "bash:readline", 1, 0, NULL },
	{ "uretprobe:x bash:readline", "r:x bash:readline", SPEC_RETURN, SPEC_RETURN, NULL, "x",
	  "bash:readline", 1, 0, NULL },
	{ "bash:readline", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "bash:readline", 1, 0,
	  NULL },
	{ "bash:readline retval", "bash:readline $retval", SPEC_PLAIN, SPEC_RETURN, NULL, NULL,
	  "bash:readline", 1, 1, NULL },
	{ "ssl:SSL_write n=arg3:s32 r=retval", "ssl:SSL_write n=arg3:s32 r=$retval", SPEC_PLAIN,
	  SPEC_PAIR, NULL, NULL, "ssl:SSL_write", 1, 2, NULL },
	{ "c:read arg2:bytes(retval)", "c:read arg2:bytes($retval)", SPEC_PLAIN, SPEC_PAIR,
	  NULL, NULL, "c:read", 1, 1, NULL },
	{ "pr:ssl:SSL_write buf=arg2:str(arg3) n=arg3:s32 retval:s32",
	  "pr ssl:SSL_write buf=arg2:str(arg3) n=arg3:s32 $retval:s32", SPEC_PAIR, SPEC_PAIR,
	  NULL, NULL, "ssl:SSL_write", 1, 3, NULL },
	{ "u:bash:bash:jump", "u bash:bash:jump", SPEC_USDT, SPEC_USDT, NULL, NULL,
	  "bash:bash:jump", 2, 0, NULL },
	{ "u:ev ./x:p:n arg1", NULL, SPEC_USDT, SPEC_USDT, NULL, "ev", "./x:p:n", 2, 1, NULL },
	{ ":main", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, ":main", 1, 0, NULL },
	{ "p::main", "p :main", SPEC_ENTRY, SPEC_ENTRY, NULL, NULL, ":main", 1, 0, NULL },
	{ "p:ev :main", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, "ev", ":main", 1, 0, NULL },
	{ "app:ns::f", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "app:ns::f", 3, 0, NULL },
	{ "/srv/a:b:f:", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "/srv/a:b:f:", 2, 0, NULL },
	{ "p:a:b:c", "p a:b:c", SPEC_ENTRY, SPEC_ENTRY, NULL, NULL, "a:b:c", 2, 0, NULL },
	{ "p p:a:b", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, NULL, "p:a:b", 2, 0, NULL },
	{ "p:ev comm:main", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, "ev", "comm:main", 1, 0, NULL },
	{ "p:ev stack:main", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, "ev", "stack:main", 1, 0,
	  NULL },
	{ "p:ev /srv/n=arg1:f", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, "ev", "/srv/n=arg1:f", 1, 0,
	  NULL },
	{ "-x:f", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "-x:f", 1, 0, NULL },
	{ "c:malloc if arg1 > 4096", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "c:malloc", 1,
	  0, "arg1 > 4096" },
	{ "c:open  arg1:string\tif  arg1 == \"a  #b\" ", "c:open arg1:string if arg1 == "
	  "\"a  #b\"", SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "c:open", 1, 1,
	  "arg1 == \"a  #b\"" },
	{ "c:f if=%di if if == 1", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "c:f", 1, 1,
	  "if == 1" },
	{ "\"/my path/x:f\" arg1", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "/my path/x:f", 1,
	  1, NULL },
	{ "\"p:/my path/x:f\"", "p \"/my path/x:f\"", SPEC_ENTRY, SPEC_ENTRY, NULL, NULL,
	  "/my path/x:f", 1, 0, NULL },
	{ "p:e \"/a\\\"b \\\\c:f(int, \\x)\" \"n=%di\"",
	  "p:e \"/a\\\"b \\\\c:f(int, \\\\x)\" n=%di", SPEC_ENTRY, SPEC_ENTRY, NULL, "e",
	  "/a\"b \\c:f(int, \\x)", 1, 1, NULL },
	{ "\"#x:f\"", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "#x:f", 1, 0, NULL },
	{ "a\"b:f", NULL, SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "a\"b:f", 1, 0, NULL },
	{ "  c:f \n", "c:f", SPEC_PLAIN, SPEC_ENTRY, NULL, NULL, "c:f", 1, 0, NULL },
	{ "p /x:0x10%return $retval", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, NULL,
	  "/x:0x10%return", 1, 1, NULL },
	{ "p /x:0x10%return(0x8) $retval", NULL, SPEC_ENTRY, SPEC_ENTRY, NULL, NULL,
	  "/x:0x10%return(0x8)", 1, 1, NULL },
	{ "-:uprobes/zfree", NULL, SPEC_REMOVE, SPEC_REMOVE, "uprobes", "zfree", NULL, 0, 0,
	  NULL },
	{ "-:zfree", NULL, SPEC_REMOVE, SPEC_REMOVE, NULL, "zfree", NULL, 0, 0, NULL },
	{ "-:my-g/", NULL, SPEC_REMOVE, SPEC_REMOVE, "my-g", NULL, NULL, 0, 0, NULL },
};

static void check_token(const struct token *token, const char *want)
{
	ck_assert_int_eq(token->s == NULL, want == NULL);
	if (want)
		ck_assert_str_eq(token->s, want);
}

START_TEST(round_trips)
{
	CLEANUP(spec_done) struct spec spec = { 0 }, again = { 0 };
	const char *want = good[_i].canonical ? good[_i].canonical : good[_i].text;
	struct err err = ERR_INIT;
	auto_buf b = BUF_INIT;

	ck_assert_msg(parse(good[_i].text, &spec, &err) == 0, "%s: %s", good[_i].text,
		      err.msg);
	ck_assert_int_eq(spec.kind, good[_i].kind);
	ck_assert_int_eq(spec_effective_kind(&spec), good[_i].effective);
	check_token(&spec.group, good[_i].group);
	check_token(&spec.event, good[_i].event);
	check_token(&spec.place, good[_i].place);
	check_token(&spec.filter, good[_i].filter);
	ck_assert_uint_eq(spec.n_args, good[_i].n_args);
	ck_assert_uint_eq(spec.n_colons, good[_i].n_colons);
	for (size_t i = 0; i < spec.n_colons; i++)
		ck_assert_int_eq(spec.place.s[spec.colons[i]], ':');
	spec_format(&spec, &b);
	ck_assert_str_eq(b.p, want);
	ck_assert_int_eq(parse(b.p, &again, NULL), 0);
	ck_assert(spec_equal(&spec, &again));
	spec_done(&again);
}
END_TEST

START_TEST(all_are_different)
{
	CLEANUP(spec_done) struct spec a = { 0 };

	ck_assert_int_eq(parse(good[_i].text, &a, NULL), 0);
	for (int i = 0; i < _i; i++) {
		CLEANUP(spec_done) struct spec b = { 0 };

		ck_assert_int_eq(parse(good[i].text, &b, NULL), 0);
		ck_assert_msg(!spec_equal(&a, &b), "%s = %s", good[_i].text, good[i].text);
	}
}
END_TEST

static const struct {
	const char *text, *message, *at, *hint;
} bad[] = {
	{ "", "empty", "", NULL },
	{ "  \t", "empty", "", NULL },
	{ "c:f\nc:g", "one line", NULL, "-f" },
	{ "zfree", "is no TARGET:LOCATION", "zfree", "zfree:main" },
	{ "/bin/zsh:", "is no TARGET:LOCATION", "/bin/zsh:", NULL },
	{ "p:x /my path/x:f arg1", "is no TARGET:LOCATION", "/my",
	  "stands in quotes: \"/my path/x:f\"" },
	{ "/bin/zsh: x:f", "is no TARGET:LOCATION", "/bin/zsh:", "as /bin/bash:main" },
	{ "/bin/zsh arg1:u32", "is no TARGET:LOCATION", "/bin/zsh", "as /bin/zsh:main" },
	{ "\"/my path/x\":f arg1", "a blank is missing", ":", "word: \"/my path/x:f\"" },
	{ "app:ns::run(char const*, int)", NULL, "const", "put in quotes" },
	{ "app:<a::B as a::C>::d", NULL, "as", "put in quotes" },
	{ "app:ns::f(int) foo", NULL, "foo", "argN" },
	{ "p", "no TARGET:LOCATION behind 'p'", "p", "p bash:readline" },
	{ "p /bin/zsh", "is no TARGET:LOCATION", "/bin/zsh", "/bin/zsh:main" },
	{ "p %di", "is no TARGET:LOCATION", "%di", "before the arguments" },
	{ "p:", "Event name is not specified", ":", NULL },
	{ "p: /x:f", "Event name is not specified", ":", NULL },
	{ "p:malloc", "an event name that lacks its TARGET:LOCATION", "malloc",
	  "p:malloc FILE:FUNCTION or p:FILE:malloc" },
	{ "r:g/malloc", "lacks its file", "g/malloc",
	  "r:g/malloc FILE:FUNCTION or r:FILE:malloc" },
	{ "p:malloc %di", "lacks its file", "malloc", NULL },
	{ "p:malloc +0(%di):string", "lacks its file", "malloc", NULL },
	{ "p:malloc +u8(%di):string", "lacks its file", "malloc", NULL },
	{ "p:malloc arg1:u32", "lacks its file", "malloc", NULL },
	{ "p:malloc arg1:u9", "lacks its file", "malloc", NULL },
	{ "p:malloc n=arg1:u32", "lacks its file", "malloc", NULL },
	{ "p:malloc n=%rdi:u9", "lacks its file", "malloc", NULL },
	{ "p:malloc retval:s32", "lacks its file", "malloc", NULL },
	{ "p:malloc if arg1 > 1", "lacks its file", "malloc", NULL },
	{ "p:ev /bin/zsh zfree", "is no TARGET:LOCATION", "/bin/zsh", NULL },
	{ "p:/bin/zsh", "is no TARGET:LOCATION", "/bin/zsh", NULL },
	{ "p:my-event /bin/zsh:f", "Event name must", "my-event", NULL },
	{ "p:1g/e /bin/zsh:f", "Group name must", "1g", NULL },
	{ "p:/e /bin/zsh:f", "Group name is not specified", NULL, NULL },
	{ "p:g/e/f /bin/zsh:f", "Event name must", "e/f", NULL },
	{ "p:enable /bin/zsh:f", "would hide", "enable", NULL },
	{ "p:c:malloc /bin/zsh:f", "Invalid fetch argument", "/bin/zsh:f", "one place" },
	{ "c:malloc count", "BTF is not available", "count", NULL },
	{ "p:op c:openat path=+0(%rsi):strng flags=arg3:x32", "Unknown type is specified",
	  "strng", "did you mean string?" },
	{ "c:f \"n=%di:u9\"", "Unknown type is specified", "u9", NULL },
	{ "c:f \"n=\\\\\\\"x\" %di", "String is not closed", "\\\\\\\"x", NULL },
	{ "c:f n=%di n=%si", "already used", "n=%si", NULL },
	{ "c:f if", "no filter behind 'if'", "if", NULL },
	{ "c:f if  ", "no filter behind 'if'", "if", NULL },
	{ "\"/x:f", "quote is not closed", "\"/x:f", NULL },
	{ "\"/x\":f", "a blank is missing", ":", NULL },
	{ "p c:f arg1 retval", "$retval is not available on probe", "retval", "pr:" },
	{ "p c:f arg1:bytes(retval)", "$retval is not available", "arg1", NULL },
	{ "u c:p:n retval", "$retval is not available", "retval", NULL },
	{ "r c:f arg1", "at a function's entry only", "arg1", "pr:" },
	{ "r c:f retval:bytes(arg1)", "at a function's entry only", "retval", NULL },
	{ "p c:f%return caller", "at a function's entry only", "caller", NULL },
	{ "-:", "Event name is not specified", ":", NULL },
	{ "-:a-b", "Event name must", "a-b", NULL },
	{ "-:g/e /x:0x10", "nothing may follow", "/x:0x10", NULL },
	{ "-:g/e if x", "nothing may follow", "if", NULL },
};

START_TEST(refuses)
{
	struct spec spec = { .n_args = 77 };
	struct err err = ERR_INIT;

	ck_assert_msg(parse(bad[_i].text, &spec, &err) == -EINVAL, "'%s' passed", bad[_i].text);
	ck_assert_uint_eq(spec.n_args, 77); /* untouched */
	if (bad[_i].message)
		ck_assert_msg(strstr(err.msg, bad[_i].message) != NULL, "'%s': %s",
			      bad[_i].text, err.msg);
	if (bad[_i].at)
		ck_assert_msg(strncmp(bad[_i].text + err.at.from, bad[_i].at,
				      strlen(bad[_i].at)) == 0,
			      "'%s': at %u", bad[_i].text, err.at.from);
	if (bad[_i].hint)
		ck_assert_msg(strstr(err.hint, bad[_i].hint) != NULL, "'%s': %s",
			      bad[_i].text, err.hint);
	ck_assert_int_eq(parse(bad[_i].text, &spec, NULL), -EINVAL);
}
END_TEST

START_TEST(counts_arguments)
{
	CLEANUP(spec_done) struct spec spec = { 0 };
	auto_buf b = BUF_INIT;

	buf_adds(&b, "c:f");
	for (int i = 0; i < 128; i++)
		buf_adds(&b, " %di");
	ck_assert_int_eq(parse(b.p, &spec, NULL), 0);
	ck_assert_uint_eq(spec.n_args, 128);
	buf_adds(&b, " %di");
	ck_assert_int_lt(parse(b.p, &spec, NULL), 0);
}
END_TEST

/* `part` of the unquoted place stands where the text says `where`. */
static void check_place_span(const char *text, const char *part, const char *where)
{
	CLEANUP(spec_done) struct spec spec = { 0 };
	struct span at;
	size_t from;

	ck_assert_int_eq(parse(text, &spec, NULL), 0);
	from = strstr(spec.place.s, part) - spec.place.s;
	at = spec_place_span(&spec, from, from + strlen(part));
	ck_assert_uint_eq(at.from, strstr(text, where) - text);
	ck_assert_uint_eq(at.to - at.from, strlen(where));
}

START_TEST(knows_places)
{
	CLEANUP(spec_done) struct spec spec = { 0 };

	check_place_span("p:e /bin/zsh:zfree %ip", "zfree", "zfree");
	check_place_span("p:/bin/zsh:zfree %ip", "/bin/zsh", "/bin/zsh");
	check_place_span("p \"/b n:zfree\" %ip", "zfree", "zfree");
	check_place_span("p \"/b\\\"n:zfree\" %ip", "\"n", "\\\"n");
	check_place_span("p \"/b\\\"\\\\n:zfree\" %ip", "zfree", "zfree");
	check_place_span("\"r:/b\\\"n\\q:zf\\\\\" %ip", "zf\\", "zf\\\\");

	ck_assert_int_eq(parse("r:g/e  c:f \"n=%di:u8\" if x", &spec, NULL), 0);
	ck_assert_uint_eq(spec.kind_at.to, 1);
	ck_assert_uint_eq(spec.group.at.from, 2);
	ck_assert_uint_eq(spec.event.at.from, 4);
	ck_assert_uint_eq(spec.place.at.from, 7);
	ck_assert_uint_eq(spec.args[0].at.from, 12);
	ck_assert_uint_eq(spec.args[0].expr->at.from, 14);
	ck_assert_uint_eq(spec.args[0].type.at.to, 20);
	ck_assert_uint_eq(spec.filter.at.from, 25);
	ck_assert_uint_eq(spec.filter.at.to, 26);
}
END_TEST

static const char file_text[] = "# a comment\n"
				"\n"
				"p:e c:malloc%return # behind a blank\n"
				"  \t# alone\r\n"
				"\"/a #b:f\" %di#x\n";
static const char good_file[] = "c:f#no if comm == \"a #b\" || comm == 'c #d' # yes\r\n"
				"\"/a \\\" #b:f\" %di";

START_TEST(reads_files)
{
	struct spec_list list = { 0 };
	struct origin where;
	char *lines = NULL;

	ck_assert_int_eq(spec_list_parse(&list, good_file, "f", &where, &lines, NULL), 0);
	ck_assert_uint_eq(list.n, 2);
	ck_assert_str_eq(list.specs[0].place.s, "c:f#no");
	ck_assert_str_eq(list.specs[0].filter.s, "comm == \"a #b\" || comm == 'c #d'");
	ck_assert_str_eq(list.specs[0].origin.file, "f");
	ck_assert_str_eq(list.specs[1].place.s, "/a \" #b:f");
	ck_assert_uint_eq(list.specs[1].origin.line, 2);
	spec_list_done(&list);
	free(lines);
}
END_TEST

START_TEST(reports_the_line_of_a_file)
{
	struct spec_list list = { 0 };
	struct err err = ERR_INIT;
	struct origin where;
	char *lines = NULL;

	ck_assert_int_lt(spec_list_parse(&list, file_text, "f", &where, &lines, &err), 0);
	ck_assert_ptr_eq(err.origin, &where);
	ck_assert_uint_eq(where.line, 5);
	ck_assert_str_eq(where.file, "f");
	ck_assert_str_eq(where.text, "\"/a #b:f\" %di#x");
	ck_assert_uint_eq(list.n, 1);
	ck_assert_str_eq(list.specs[0].place.s, "c:malloc%return");
	spec_list_done(&list);
	free(lines);
}
END_TEST

static void fill(TCase *c)
{
	tcase_add_loop_test(c, round_trips, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(c, all_are_different, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(c, refuses, 0, ARRAY_SIZE(bad));
	tcase_add_test(c, counts_arguments);
	tcase_add_test(c, knows_places);
	tcase_add_test(c, reads_files);
	tcase_add_test(c, reports_the_line_of_a_file);
}

UNIT_MAIN("spec", fill)
