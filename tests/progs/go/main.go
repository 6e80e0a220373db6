// SPDX-License-Identifier: GPL-2.0-or-later
// Calls whose arguments tests/kernel/go.test knows; prints what each got. No probed function
// has the prologue (nosplit) by which one whose stack must grow, or that shall give way to
// another goroutine, begins once more and is seen twice.
package main

import (
	"fmt"
	"os"
	"runtime"
)

var sink int64

type number struct {
	x int64
}

//go:noinline
//go:nosplit
func ints(a int8, b uint8, c int16, d uint16, e int32, f uint32, g int64, h uint64, i bool,
	j int64, k uint64, l int64) {
	sink += int64(a) + int64(b) + int64(c) + int64(d) + int64(e) + int64(f) + g + int64(h) +
		j + int64(k) + l
	if i {
		sink++
	}
}

//go:noinline
//go:nosplit
func texts(s string, b []byte, p *int64) {
	sink += int64(len(s)+len(b)+cap(b)) + *p
}

//go:noinline
//go:nosplit
func (n *number) add(to int64) {
	sink += n.x + to
}

//go:noinline
//go:nosplit
func (n number) value(to int64) {
	sink += n.x * to
}

// Words on every machine, more than any has registers for.
//
//go:noinline
//go:nosplit
func words(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r uintptr) {
	sink += int64(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r)
}

// What does not fit into the registers that are left is on the stack as a whole; what comes
// behind it may fit again.
//
//go:noinline
//go:nosplit
func whole(a, b, c, d, e, f, g, h uintptr, s string, i uintptr) {
	sink += int64(a+b+c+d+e+f+g+h+i) + int64(len(s))
}

// The same where there are 16.
//
//go:noinline
//go:nosplit
func whole16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o uintptr, s string, p uintptr) {
	sink += int64(a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p) + int64(len(s))
}

// In assembly.
func sum(a, b int64) int64

func call(name string, i int64) {
	w := func(k int64) uintptr { return uintptr(i + 5*k) }
	switch name {
	case "ints":
		ints(int8(i*50), uint8(i*60), int16(i*10000), uint16(i*20000), int32(i*1000000000),
			uint32(i*1500000000), i<<40, uint64(i), i > 0, -i<<33, uint64(i*7), i*11)
		fmt.Printf("a=%d b=%d c=%d d=%d e=%d f=%d g=%d h=%d i=%t j=%d k=%d l=%d\n", int8(i*50),
			uint8(i*60), int16(i*10000), uint16(i*20000), int32(i*1000000000),
			uint32(i*1500000000), i<<40, uint64(i), i > 0, -i<<33, uint64(i*7), i*11)
	case "texts":
		s, b := fmt.Sprintf("text %d", i), make([]byte, i+3, 16)
		copy(b, "bytes")
		texts(s, b, &i)
		fmt.Printf("s=%q b=%q cap=%d p=%d\n", s, b, cap(b), i)
	case "add":
		(&number{i * 3}).add(i)
		fmt.Printf("x=%d to=%d\n", i*3, i)
	case "value":
		number{i * 4}.value(i)
		fmt.Printf("x=%d to=%d\n", i*4, i)
	case "words":
		words(w(1), w(2), w(3), w(4), w(5), w(6), w(7), w(8), w(9), w(10), w(11), w(12), w(13),
			w(14), w(15), w(16), w(17), w(18))
		for k := int64(1); k < 18; k++ {
			fmt.Printf("%c=%d ", 'a'+rune(k)-1, w(k))
		}
		fmt.Printf("r=%d\n", w(18))
	case "whole":
		s := fmt.Sprintf("text %d", i)
		whole(w(1), w(2), w(3), w(4), w(5), w(6), w(7), w(8), s, w(9))
		fmt.Printf("h=%d s=%q i=%d\n", w(8), s, w(9))
	case "whole16":
		s := fmt.Sprintf("text %d", i)
		whole16(w(1), w(2), w(3), w(4), w(5), w(6), w(7), w(8), w(9), w(10), w(11), w(12), w(13),
			w(14), w(15), s, w(16))
		fmt.Printf("o=%d s=%q p=%d\n", w(15), s, w(16))
	case "sum":
		sink = sum(i, i*5)
		fmt.Printf("a=%d b=%d\n", i, i*5)
	default:
		generic(name, i)
	}
}

// The calls, or without any "go1.19.8 amd64".
func main() {
	if len(os.Args) < 2 {
		fmt.Println(runtime.Version(), runtime.GOARCH)
	}
	for _, name := range os.Args[1:] {
		for i := int64(-2); i < 3; i++ {
			call(name, i)
		}
	}
}
