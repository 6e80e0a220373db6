/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The EXPR of [NAME=]EXPR[:TYPE] by the kernel's grammar, parse_probe_arg() of
 * kernel/trace/trace_probe.c, with our words beside its own. Where the kernel takes more
 * than it understands ($retvalfoo, text behind the last bracket, dereference offsets that
 * do not fit its int) the word is refused: it would not do what it says.
 */
#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "probe/abi.h"
#include "probe/fetch-parse.h"

/* Tried on 6.18: 14 pass; a bitfield or an array leaves room for fewer, the kernel says. */
#define MAX_DEPTH 14
#define MAX_ARG_N 255 /* what a compiler may be asked for; keeps stack offsets small */

static struct fetch *parse_expr(struct fetch_parser *p);

struct span fetch_span(const struct fetch_parser *p, const char *from, const char *to)
{
	return (struct span){ p->base + (from - p->word), p->base + (to - p->word) };
}

int fetch_fail(const struct fetch_parser *p, const char *from, const char *to)
{
	/* Something to stand under also where something is missing. */
	if (from == to && from > p->word)
		from--;
	else if (from == to)
		to++;
	return err_at(p->err, p->origin, fetch_span(p, from, to));
}

static struct fetch *fail(struct fetch_parser *p, const char *from, const char *to,
			  const char *text)
{
	fetch_say(p->err, text);
	fetch_fail(p, from, to);
	return NULL;
}

static struct fetch *fetch_new(enum fetch_op op)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->op = op;
	return f;
}

static bool deeper(struct fetch_parser *p, const char *from)
{
	if (++p->depth <= MAX_DEPTH)
		return true;
	fail(p, from, p->end, "Dereference is too much nested");
	return false;
}

static const char *skip_alnum(const char *s, const char *end)
{
	while (s < end && (isalnum((unsigned char)*s) || *s == '_'))
		s++;
	return s;
}

/* Keeps how a number was written, unless it is plain decimal. */
static void keep_num_text(struct fetch *f, const char *s)
{
	s += *s == '+';
	if (s[*s == '-'] == '0' && s[(*s == '-') + 1])
		f->num_text = xstrdup(s);
}

static bool set_signed(struct fetch *f, const char *s)
{
	/* num_parse_s64() takes 2^63 and more; kstrtol() does not. */
	if (!num_parse_s64(s, strlen(s), &f->num) || (f->num < 0 && *s != '-'))
		return false;
	keep_num_text(f, s);
	return true;
}

static bool set_unsigned(struct fetch *f, const char *s)
{
	uint64_t value;

	if (!num_parse_u64(s, strlen(s), &value))
		return false;
	f->num = (int64_t)value;
	keep_num_text(f, s);
	return true;
}

/* The offset of a dereference; the kernel keeps it in an int. */
static bool set_offset(struct fetch_parser *p, struct fetch *f, const char *text,
		       const char *from, const char *to)
{
	if (!set_signed(f, text)) {
		fail(p, from, to, "Invalid dereference offset");
		return false;
	}
	if (f->num > INT32_MAX || f->num < INT32_MIN) {
		fail(p, from, to, "Invalid dereference offset");
		err_hint(p->err, "the kernel would cut it to 32 bits without a word");
		return false;
	}
	return true;
}

static struct fetch *parse_reg(struct fetch_parser *p)
{
	const char *from = p->p, *end = skip_alnum(from + 1, p->end);
	struct fetch *f;

	/* What ends a register: the type, a bracket, a member. */
	if (end == from + 1 || (end < p->end && !strchr(":)-", *end)))
		return fail(p, from, end < p->end ? end + 1 : end, "Invalid register name");
	f = fetch_new(FETCH_REG);
	f->name = xstrndup(from + 1, end - from - 1);
	p->p = end;
	return f;
}

static const char *skip_symbol(const char *s, const char *end)
{
	if (s == end || !(isalpha((unsigned char)*s) || strchr("_.$", *s)))
		return s;
	while (s < end) {
		if (isalnum((unsigned char)*s) || strchr("_.$@", *s))
			s++;
		else if (*s == ':' && s + 1 < end && s[1] == ':')
			s += 2;
		else
			break;
	}
	return s;
}

/* @NAME[+OFF|-OFF]: a global, which the kernel knows only by its address. */
static struct fetch *parse_symbol(struct fetch_parser *p)
{
	const char *name = p->p + 1, *end = skip_symbol(name, p->end), *off = end;
	auto_fetch f = fetch_new(FETCH_SYMBOL);
	auto_free char *text = NULL;

	if (end == name || (size_t)(end - name) > 4096)
		return fail(p, p->p, p->end, "Invalid memory address");
	f->name = xstrndup(name, end - name);
	if (end + 1 < p->end && (*end == '+' || *end == '-') && end[1] != '>') {
		end = skip_alnum(end + 1, p->end);
		text = xstrndup(off, end - off);
		if (!set_signed(f, text))
			return fail(p, off, end, "Invalid offset behind a symbol");
	}
	p->p = end;
	return STEAL(f);
}

static struct fetch *parse_memory(struct fetch_parser *p)
{
	const char *from = p->p, *num = from + 1, *end;
	auto_free char *text = NULL;
	auto_fetch f = NULL;

	if (num < p->end && isdigit((unsigned char)*num)) {
		f = fetch_new(FETCH_ADDR);
		end = skip_alnum(num, p->end);
		text = xstrndup(num, end - num);
		if (!set_unsigned(f, text))
			return fail(p, from, end, "Invalid memory address");
	} else if (num < p->end && *num == '+') {
		f = fetch_new(FETCH_FILE_OFFS);
		num++;
		end = skip_alnum(num + (num < p->end && strchr("+-", *num)), p->end);
		text = xstrndup(num, end - num);
		if (!set_signed(f, text))
			return fail(p, from, end, "Invalid file offset value");
	} else {
		return parse_symbol(p);
	}
	p->p = end;
	return STEAL(f);
}

static bool can_be_dereferenced(struct fetch_parser *p, const struct fetch *f,
				const char *from)
{
	if (f->op == FETCH_COMM || f->op == FETCH_IMM_STR) {
		fail(p, from, p->p, "$comm can not be dereferenced");
		return false;
	}
	if (f->op == FETCH_REGS) {
		fail(p, from, p->p, "regs is all registers and stands alone");
		return false;
	}
	return true;
}

/* +|-[u]OFFS(EXPR); behind a '+' the number may have a sign of its own. */
static struct fetch *parse_deref(struct fetch_parser *p)
{
	const char *from = p->p, *num = from + 1, *end, *inner;
	auto_fetch f = fetch_new(FETCH_DEREF);
	auto_free char *text = NULL;

	if (!memchr(from, '(', p->end - from)) {
		fail(p, from, p->end, "Dereference needs a brace");
		err_hint(p->err, "as +0(arg1), or +8(%%di)");
		return NULL;
	}
	if (num < p->end && *num == 'u') {
		f->is_user = true;
		num++;
	}
	end = skip_alnum(num + (*from == '+' && strchr("+-", *num)), p->end);
	text = xasprintf("%s%.*s", *from == '-' ? "-" : "", (int)(end - num), num);
	if (end == p->end || *end != '(')
		return fail(p, num, end, "Invalid dereference offset");
	if (!set_offset(p, f, text, from, end) || !deeper(p, from))
		return NULL;
	inner = p->p = end + 1;
	f->inner = parse_expr(p);
	if (!f->inner || !can_be_dereferenced(p, f->inner, inner))
		return NULL;
	if (p->p == p->end || *p->p != ')')
		return fail(p, p->p, p->end, "Dereference brace is not closed");
	p->p++;
	return STEAL(f);
}

/* \"TEXT": to the end of the expression, which no ':' nor blank can be part of. */
static struct fetch *parse_imm_string(struct fetch_parser *p)
{
	const char *text = p->p + 2;
	struct fetch *f;

	if (p->depth)
		return fail(p, p->p, p->end, "$comm can not be dereferenced");
	if (text >= p->end || p->end[-1] != '"') {
		fail(p, p->p, p->end, "String is not closed with '\"'");
		err_hint(p->err, "for the kernel a ':' ends it, and so does a blank");
		return NULL;
	}
	f = fetch_new(FETCH_IMM_STR);
	f->name = xstrndup(text, p->end - 1 - text);
	p->p = p->end;
	return f;
}

/* str_to_immediate(): unsigned without a sign, signed behind one. */
static struct fetch *parse_imm(struct fetch_parser *p)
{
	const char *from = p->p, *num = from + 1, *end;
	auto_fetch f = fetch_new(FETCH_IMM);
	auto_free char *text = NULL;

	if (num < p->end && *num == '"')
		return parse_imm_string(p);
	num += num < p->end && *num == '+';
	end = num + (num < p->end && (*num == '-' || (num[-1] == '+' && *num == '+')));
	end = skip_alnum(end, p->end);
	text = xstrndup(num, end - num);
	if (num[-1] == '+' || *num == '-' ? !set_signed(f, text) : !set_unsigned(f, text))
		return fail(p, from, end, "Invalid immediate value");
	p->p = end;
	return STEAL(f);
}

static const struct {
	const char *word;
	enum fetch_op op;
} words[] = {
	{ "stack", FETCH_STACK }, { "retval", FETCH_RETVAL }, { "comm", FETCH_COMM },
	{ "COMM", FETCH_COMM },	  { "caller", FETCH_CALLER }, { "regs", FETCH_REGS },
};

static struct fetch *unknown_word(struct fetch_parser *p, const char *from,
				  const char *word, bool dollar)
{
	struct text_nearest near = { .word = word, .max = 1 };
	const char *end = from + dollar + strlen(word);

	if (strcmp(word, "arg*") == 0) {
		fail(p, from, end, "$arg* can be used only on function entry or exit");
		err_hint(p->err, "the kernel does not know a program's arguments: name "
				 "those you want, arg1 arg2 ..., or take regs");
		return NULL;
	}
	fail(p, from, end, dollar ? "Invalid $-variable specified" :
				    "BTF is not available or not supported");
	if (!dollar && abi_knows_reg(word)) {
		err_hint(p->err, "a register is written %%%s", word);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		text_nearest_offer(&near, words[i].word);
	text_nearest_offer(&near, "arg1");
	if (near.n)
		err_hint(p->err, "did you mean %s?", near.found[0]);
	else
		err_hint(p->err, "a variable's name says nothing here: arguments are argN, "
				 "globals @NAME; there are retval, comm, caller, stack, regs");
	return NULL;
}

/* The digits of stackN and argN; 0 … max. */
static bool word_number(const char *word, const char *prefix, uint64_t max, uint64_t *ret)
{
	size_t len = strlen(prefix);

	return strncmp(word, prefix, len) == 0 && num_parse_uint(word + len, max, ret);
}

static struct fetch *parse_word(struct fetch_parser *p)
{
	const char *from = p->p, *s = from + (*from == '$');
	const char *end = skip_alnum(s, p->end);
	auto_free char *word = NULL;
	struct fetch *f = NULL;
	uint64_t n = 0;

	end += end < p->end && *end == '*';
	word = xstrndup(s, end - s);
	for (size_t i = 0; !f && i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			f = fetch_new(words[i].op);
	/* The kernel cuts N to 32 bits without a word. */
	if (!f && word_number(word, "stack", UINT32_MAX, &n))
		f = fetch_new(FETCH_STACK_N);
	if (!f && word_number(word, "arg", UINT64_MAX, &n)) {
		if (!n || n > MAX_ARG_N) {
			fail(p, from, end, "Invalid argument number");
			err_hint(p->err, "arguments count from 1, up to %d", MAX_ARG_N);
			return NULL;
		}
		f = fetch_new(FETCH_ARG);
	}
	if (!f)
		return unknown_word(p, from, word, s > from);
	f->num = (int64_t)n;
	p->p = end;
	return f;
}

static struct fetch *parse_primary(struct fetch_parser *p)
{
	char c = p->p < p->end ? *p->p : 0;

	switch (c) {
	case '%':
		return parse_reg(p);
	case '@':
		return parse_memory(p);
	case '+':
	case '-':
		return parse_deref(p);
	case '\\':
		return parse_imm(p);
	default:
		if (c == '$' || c == '_' || isalpha((unsigned char)c))
			return parse_word(p);
	}
	fail(p, p->p, p->end, "Invalid fetch argument");
	if (isdigit((unsigned char)c))
		err_hint(p->err, "a constant is written \\%.*s, memory at an address @%.*s",
			 (int)(p->end - p->p), p->p, (int)(p->end - p->p), p->p);
	return NULL;
}

static bool at_member(const struct fetch_parser *p)
{
	return p->end - p->p >= 2 && p->p[0] == '-' && p->p[1] == '>';
}

/* inner->OFFS: the word at inner + OFFS. Takes `inner` over. */
static struct fetch *parse_member(struct fetch_parser *p, struct fetch *inner,
				  const char *from)
{
	const char *num = p->p + 2, *end;
	auto_fetch f = fetch_new(FETCH_MEMBER);
	auto_free char *text = NULL;

	f->inner = inner;
	if (!can_be_dereferenced(p, inner, from) || !deeper(p, p->p))
		return NULL;
	end = skip_alnum(num + (num < p->end && strchr("+-", *num)), p->end);
	if (num < p->end && (isalpha((unsigned char)*num) || *num == '_')) {
		fail(p, num, end, "members are not known by name here");
		err_hint(p->err, "by their offset they are: ->+8");
		return NULL;
	}
	text = xstrndup(num, end - num);
	if (!set_offset(p, f, text, num, end)) {
		if (num == end && p->err) {
			err_set(p->err, EINVAL, "behind '->' stands a number, a member's offset");
			err_hint(p->err, "as in arg1->+8:u32");
			fetch_fail(p, p->p, num);
		}
		return NULL;
	}
	p->p = end;
	return STEAL(f);
}

static struct fetch *parse_expr(struct fetch_parser *p)
{
	const char *from = p->p;
	struct fetch *f = parse_primary(p);

	if (f)
		f->at = fetch_span(p, from, p->p);
	while (f && at_member(p)) {
		f = parse_member(p, f, from);
		if (f)
			f->at = fetch_span(p, from, p->p);
	}
	return f;
}

struct fetch *fetch_parse_all(struct fetch_parser *p)
{
	auto_fetch f = parse_expr(p);

	if (!f)
		return NULL;
	if (p->p < p->end)
		return fail(p, p->p, p->end, "Invalid fetch argument");
	return STEAL(f);
}
