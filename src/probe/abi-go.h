/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * How Go passes integers and pointers: on the stack (ABI0, in assembly to this day), and
 * from some version on, which differs by machine, in registers of its own (ABIInternal).
 */

#include "probe/abi.h"

/* The newest version that tests/kernel/go.test was run with (tests/vm/go.sh); later may differ. */
#define ABI_GO_NEWEST 27

struct abi_go {
	unsigned since;         /* registers since Go 1.SINCE; 0: never */
	struct abi_call regs;   /* from then on */
	struct abi_call stack;  /* before, and in assembly */
	bool proven;            /* run on a real kernel, not only read in Go's sources */
};

/* NULL: there is no Go for the machine. */
const struct abi_go *abi_go_find(const struct abi *abi);
/* The convention of what Go 1.MINOR compiled. */
const struct abi_call *abi_go_call(const struct abi_go *go, unsigned minor);
