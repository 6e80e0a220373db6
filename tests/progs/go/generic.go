// SPDX-License-Identifier: GPL-2.0-or-later
//go:build go1.18
// +build go1.18

package main

import "fmt"

type cell[T any] struct {
	x T
}

//go:noinline
//go:nosplit
func (c *cell[T]) put(x T) {
	c.x = x
	sink++
}

//go:noinline
//go:nosplit
func bigger[T int64 | string](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func generic(name string, i int64) {
	switch name {
	case "bigger":
		sink += bigger(i, i*2)
		sink += int64(len(bigger("a", "b"))) // another function of that name
		fmt.Printf("a=%d b=%d\n", i, i*2)
	case "put":
		(&cell[int64]{i}).put(i * 2)
		fmt.Printf("c=%d x=%d\n", i, i*2)
	}
}
