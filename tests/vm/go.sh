#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Go compilers, a line each: MINOR PATH, the 19 of Go 1.19 and its program `go`. The host's,
# if it has one; with UCTL_LONG=yes also those of other Debian suites, unpacked in the cache.
# What cannot be had is said on standard error.
set -u
# shellcheck source=tests/vm/common.sh
. "$(dirname "$0")/common.sh"

# The last without registers for arguments that Debian has, and from then to the newest.
others='bullseye 15
bookworm 21
trixie 24
trixie 27'

# Before 1.15 Go knew too little of riscv64; gccgo is another compiler.
minor_of() {
	"$1" version 2>/dev/null | grep -v gccgo |
		sed -n 's/^go version go1\.\([0-9]*\).*/\1/p' |
		awk '$1 >= 15'
}

fetch() { # fetch SUITE MINOR
	to=$vm_cache/go/1.$2
	[ -d "$to" ] || {
		"$vm_dir/fetch.sh" "$1" amd64 unpack "$to.part" "golang-1.$2-go" \
			"golang-1.$2-src" || return
		rm -rf "$to.part"/usr/share/doc "$to.part"/usr/share/go-*/test
		mv "$to.part" "$to"
	}
	echo "$2 $to/usr/lib/go-1.$2/bin/go"
}

go=$(command -v go) && host=$(minor_of "$go") && [ -n "$host" ] && echo "$host $go"
[ "${UCTL_LONG:-no}" = yes ] || exit 0
[ "$(uname -m)" = x86_64 ] || die "compilers of other suites are for x86-64"
mkdir -p "$vm_cache/go"
exec 7>"$vm_cache/go/lock"
flock -w 600 7 2>/dev/null
echo "$others" | while read -r suite minor; do
	[ "$minor" = "${host:-}" ] || fetch "$suite" "$minor"
done
