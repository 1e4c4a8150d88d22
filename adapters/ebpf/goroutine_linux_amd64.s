#include "textflag.h"

// func currentG() uintptr
TEXT ·currentG(SB), NOSPLIT, $0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET

// func word(address uintptr) uint64
TEXT ·word(SB), NOSPLIT, $0-16
	MOVQ address+0(FP), AX
	MOVQ (AX), AX
	MOVQ AX, ret+8(FP)
	RET
