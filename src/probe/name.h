/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Names of groups, events and arguments, by the kernel's rules (kernel-facts 1.2, 1.5,
 * R8), and names made from symbols and files.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define NAME_MAX_EVENT 63 /* group and event: bytes without NUL */
#define NAME_MAX_ARG 32   /* argument names (tried on 6.18: 32 bytes pass, 33 do not) */
#define NAME_GROUP "uprobes" /* where definitions go when no group is given */

/* [A-Za-z_][A-Za-z0-9_]*, `len` bytes, at least one. */
bool name_is_ident(const char *s, size_t len);
/* An identifier in which the kernel also allows '-', anywhere. */
bool name_is_group(const char *s, size_t len);
/*
 * Check a name as the kernel does, with the kernel's words; also refused: the event names
 * `enable` and `filter` (R8), the reserved argument names (common_pid, __probe_ip, …).
 * -EINVAL with a message; the caller adds the place.
 */
int name_check_group(const char *s, struct err *err);
int name_check_event(const char *s, struct err *err);
int name_check_arg(const char *s, struct err *err);

/*
 * Arguments of ours, whose names begin with __: recorded, but not shown. Beside those made
 * of the user's own arguments:
 */
#define NAME_ID "__id"     /* a constant: which of its event's locations it is */
#define NAME_COMM "__comm" /* the task's name, carried by the record */
#define NAME_SP "__sp"     /* the stack pointer: tells which return ends which call */
bool name_is_hidden(const char *s);

/*
 * An identifier made of a symbol's name: other bytes become '_', runs of them one, the
 * end is cut to fit NAME_MAX_EVENT less `reserve`. ".constprop.0"-like suffixes stay.
 * "" cannot result. Heap.
 */
char *name_from_symbol(const char *symbol, size_t reserve);
/*
 * The file's stem as an identifier: its basename up to the first '.', a library's without
 * lib: libssl.so.3 → ssl, /bin/zsh → zsh, my-prog.bin → my_prog. Heap.
 */
char *name_stem(const char *path);
/*
 * The kernel's own name for a raw offset, p_bash_0x4245c0, made valid, r_… for returns.
 * A long basename is cut, never the offset. Heap.
 */
char *name_from_offset(char kind, const char *path, uint64_t offset);
