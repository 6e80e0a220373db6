// SPDX-License-Identifier: GPL-2.0-or-later
#include "textflag.h"

// func sum(a, b int64) int64
TEXT ·sum(SB), NOSPLIT, $0-24
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	ADD R1, R0
	MOVD R0, ret+16(FP)
	RET
