#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds this source tree for a guest: uprobe-ctl (one static file where that can be linked),
# the examples and the programs to probe. See README for the same by hand.
#
#   build.sh TARGET     amd64, arm64, riscv64; i386 (the programs to probe alone)
#                       prints the build directory; status 77: a compiler or a package
#                       for it cannot be had
#
# The build directories live in the cache, one per target and source tree; make finds what
# has changed.
set -u
# shellcheck source=tests/vm/common.sh
. "$(dirname "$0")/common.sh"

target=$1
key=$(printf %s "$vm_src" | sha256sum | cut -c 1-8)
dir=$vm_cache/build/$target-$key

# What the libraries of the sysroot are; apt adds what they need.
packages='libc6-dev libelf-dev libtraceevent-dev libtracefs-dev libdw-dev libcapstone-dev'
suite=trixie

sysroot() {
	sysroot=$vm_cache/sysroot/$suite-$target-$(printf %s "$packages" | sha256sum | cut -c 1-8)
	[ -d "$sysroot" ] && return
	mkdir -p "$vm_cache/sysroot"
	# shellcheck disable=SC2086
	"$vm_dir/fetch.sh" $suite "$target" sysroot "$sysroot.part" $packages || exit 77
	# base-files' links, which no package here carries; libc.so names its parts by them.
	for d in lib lib64; do
		[ -e "$sysroot.part/$d" ] || ln -s "usr/$d" "$sysroot.part/$d"
	done
	mv "$sysroot.part" "$sysroot"
}

# The cross compiler's own C library comes before --sysroot's in its search, and is older
# than the one that the sysroot's libraries were built with.
cross() { # cross TRIPLET
	command -v "$1-gcc" >/dev/null || skip "no $1-gcc (package gcc-$1)"
	sysroot
	lib=$sysroot/usr/lib/$1
	PKG_CONFIG_LIBDIR=$lib/pkgconfig:$sysroot/usr/share/pkgconfig
	PKG_CONFIG_SYSROOT_DIR=$sysroot
	export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
	cc="$1-gcc --sysroot=$sysroot -isystem $sysroot/usr/include/$1 \
-isystem $sysroot/usr/include"
	flags="-B$lib -L$lib"
	# GNU ld before 2.41 dies of R_RISCV_SET_ULEB128, which trixie's libc.a has: there the
	# guest gets the shared libraries.
	static=
	# shellcheck disable=SC2086
	echo 'int main(void){return 0;}' | $cc $flags -static -x c -o /dev/null - &&
		static=--enable-static-binary
	build all --host="$1" CC="$cc" LDFLAGS="$flags" $static
}

build() { # build WHAT CONFIGURE-ARGS...
	what=$1
	shift
	[ -x "$vm_src/configure" ] || (cd "$vm_src" && ./autogen.sh) || return
	mkdir -p "$dir" && cd "$dir" || return
	if [ "$(cat configured 2>/dev/null)" != "$*" ]; then
		rm -rf "${dir:?}"/*
		"$vm_src/configure" --disable-unit-tests "$@" && echo "$*" >configured || return
	fi
	[ "$what" = progs ] || make -j"$(nproc)" all || return
	make -j"$(nproc)" progs
}

# Go compiles for every machine by itself: one program for each compiler there is. Without
# any tests/kernel/go.test says so, in the guest.
go_programs() {
	rm -f "$dir"/tests/progs/go-1.*
	GOCACHE=$vm_cache/go/cache
	export GOCACHE
	[ "$target" = i386 ] && goarch=386 || goarch=$target
	"$vm_dir/go.sh" | while read -r minor go; do
		echo "Go 1.$minor"
		"$vm_src/tests/progs/go/build.sh" "$go" "$dir/tests/progs/go-1.$minor" \
			"$goarch" -ldflags=-w || exit
	done
}

main() {
	case $target in
	amd64)
		case $(uname -m) in
		x86_64) build all --enable-static-binary ;;
		*) cross x86_64-linux-gnu ;;
		esac
		;;
	i386)
		echo 'int main(void){return 0;}' | gcc -m32 -x c -o /dev/null - ||
			skip "no 32-bit compiler (package gcc-multilib)"
		# <asm/…> is found without gcc-multilib's link, too.
		build progs CFLAGS="-g -O2 -m32 -idirafter /usr/include/x86_64-linux-gnu"
		;;
	arm64) cross aarch64-linux-gnu ;;
	riscv64) cross riscv64-linux-gnu ;;
	*) die "build.sh: no target $target" ;;
	esac
}

mkdir -p "$dir"
touch "$dir"
# Those of trees that are gone.
find "$vm_cache/build" -mindepth 1 -maxdepth 1 -mtime +14 -exec rm -rf {} +
(main && go_programs) >"$dir.log" 2>&1
case $? in
0) echo "$dir" ;;
77) skip "$(tail -n 1 "$dir.log")" ;;
*)
	grep -E -m 20 'error|Error|\*\*\*' "$dir.log" >&2 || tail -n 5 "$dir.log" >&2
	die "not built for $target: $dir.log"
	;;
esac
