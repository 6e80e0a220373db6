// SPDX-License-Identifier: GPL-2.0-or-later
#include "textflag.h"

// func sum(a, b int64) int64
TEXT ·sum(SB), NOSPLIT, $0-24
	MOV a+0(FP), X10
	MOV b+8(FP), X11
	ADD X11, X10
	MOV X10, ret+16(FP)
	RET
