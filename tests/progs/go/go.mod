// The language of generic.go; older compilers build what they can.
module uprobe-ctl/tests/progs/go

go 1.18
