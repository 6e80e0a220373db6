// SPDX-License-Identifier: GPL-2.0-or-later
// Calls whose arguments tests/kernel/go.test knows; prints what each got. No probed function
// calls another: one whose stack must grow is begun twice.
package main

import (
	"fmt"
	"os"
)

var sink int64

type number struct {
	x int64
}

//go:noinline
func ints(a int8, b uint8, c int16, d uint16, e int32, f uint32, g int64, h uint64, i bool,
	j int64, k uint64, l int64) {
	sink += int64(a) + int64(b) + int64(c) + int64(d) + int64(e) + int64(f) + g + int64(h) +
		j + int64(k) + l
	if i {
		sink++
	}
}

//go:noinline
func texts(s string, b []byte, p *int64) {
	sink += int64(len(s)+len(b)+cap(b)) + *p
}

//go:noinline
func (n *number) add(to int64) {
	sink += n.x + to
}

// Words on every machine.
//
//go:noinline
func words(a, b, c uintptr) {
	sink += int64(a + b + c)
}

// In assembly.
func sum(a, b int64) int64

func main() {
	if len(os.Args) != 2 {
		os.Exit(2)
	}
	for i := int64(-2); i < 3; i++ {
		switch os.Args[1] {
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
		case "words":
			words(uintptr(i+5), uintptr(i+50), uintptr(i+500))
			fmt.Printf("a=%d b=%d c=%d\n", i+5, i+50, i+500)
		case "sum":
			sink = sum(i, i*5)
			fmt.Printf("a=%d b=%d\n", i, i*5)
		}
	}
}
