// SPDX-License-Identifier: GPL-2.0-or-later
#include "textflag.h"

// func sum(a, b int64) int64
TEXT ·sum(SB), NOSPLIT, $0-24
	MOVL a_lo+0(FP), AX
	ADDL b_lo+8(FP), AX
	MOVL AX, ret_lo+16(FP)
	MOVL a_hi+4(FP), AX
	ADCL b_hi+12(FP), AX
	MOVL AX, ret_hi+20(FP)
	RET
