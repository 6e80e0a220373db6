#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Packs a guest's files.
#
#   initramfs.sh OUT BUSYBOX BUILD PROGRAMS NAME NONCE TEST...
#
# BUILD is where uprobe-ctl was built, PROGRAMS where the programs to probe were. In the
# guest, /src is the source tree as far as tests need it, /build the build directory.
set -eu
# shellcheck source=tests/vm/common.sh
. "$(dirname "$0")/common.sh"

out=$1 busybox=$2 build=$3 programs=$4 name=$5 nonce=$6
shift 6
root=$out.d

is_elf() { [ -f "$1" ] && [ "$(head -c 4 "$1" | tail -c 3)" = ELF ]; }

# executables FROM TO: programs and shared objects of a build directory, no object files
executables() {
	mkdir -p "$2"
	for file in "$1"/*; do
		case $file in *.o | *.a) continue ;; esac
		if is_elf "$file"; then cp "$file" "$2/"; fi
	done
}

# Word size and machine: two libraries of one name are told apart by them.
elf_kind() {
	od -An -tx1 -j4 -N1 "$1"
	od -An -tx1 -j18 -N2 "$1"
}

# find_library SYSROOT NAME FILE: the library NAME that FILE can load. An empty SYSROOT is
# the host itself.
find_library() {
	for lib in "$1"/usr/lib/*-linux-gnu*/"$2" "$1"/lib/*-linux-gnu*/"$2" \
		"$1"/lib32/"$2" "$1"/lib64/"$2" "$1"/usr/lib/"$2" "$1"/lib/"$2"; do
		[ -e "$lib" ] && [ "$(elf_kind "$lib")" = "$(elf_kind "$3")" ] || continue
		echo "$lib"
		return
	done
	die "initramfs.sh: ${3##*/} needs $2, which is not in ${1:-this system}"
}

# What FILE names, copied to the path it has in SYSROOT, with all that those need.
add_libraries() ( # add_libraries SYSROOT FILE
	sysroot=$1 file=$2
	loader=$(readelf -lW "$file" | sed -n 's/.*program interpreter: \(.*\)]/\1/p')
	if [ -n "$loader" ] && [ ! -e "$root$loader" ]; then
		mkdir -p "$root${loader%/*}"
		cp -L "$sysroot$loader" "$root$loader"
	fi
	for needed in $(readelf -dW "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		# A library of our own lies beside its program, in the guest.
		case $file in "$root"/*) [ ! -e "${file%/*}/$needed" ] || continue ;; esac
		add_library "$sysroot" "$needed" "$file"
	done
)
add_library() { # add_library SYSROOT NAME FILE
	lib=$(find_library "$1" "$2" "$3")
	to=$root${lib#"$1"}
	[ ! -e "$to" ] || return 0
	mkdir -p "${to%/*}"
	cp -L "$lib" "$to"
	(add_libraries "$1" "$lib")
}

# add_all_libraries BUILD DIR: for what was built in BUILD and copied to DIR
add_all_libraries() {
	built_with=$(sed -n "s/.*--sysroot=\([^ ']*\).*/\1/p" "$1/config.log" | head -n 1)
	for file in "$2"/*; do
		is_elf "$file" || continue
		add_libraries "$built_with" "$file"
		# Named by no program: glibc loads it when a thread is cancelled or ends itself.
		if readelf -dW "$file" | grep -q '\[libc.so.6\]'; then
			add_library "$built_with" libgcc_s.so.1 "$file"
		fi
	done
}

rm -rf "$root"
for dir in bin build proc sys dev run tmp etc root src/tests; do
	mkdir -p "$root/$dir"
done
cp "$busybox" "$root/bin/busybox"
cp "$vm_dir/init" "$root/init"
chmod 755 "$root/init"
cp -R "$vm_src/examples" "$root/src/"
for part in kernel data fake; do
	[ ! -e "$vm_src/tests/$part" ] || cp -R "$vm_src/tests/$part" "$root/src/tests/"
done
cp "$vm_src"/tests/*.sh "$root/src/tests/"

cp "$build/uprobe-ctl" "$root/build/"
executables "$build/examples" "$root/build/examples"
executables "$programs/tests/progs" "$root/build/tests/progs"
add_all_libraries "$build" "$root/build"
add_all_libraries "$build" "$root/build/examples"
add_all_libraries "$programs" "$root/build/tests/progs"

printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/:/bin/sh \
	>"$root/etc/passwd"
echo "$name" >"$root/etc/hostname"
echo "$nonce" >"$root/etc/nonce"
printf '%s\n' "$@" >"$root/etc/tests"

(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$out.new"
mv "$out.new" "$out"
rm -rf "$root"
