#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel as embedded and hardened systems have it: uprobe events, but no BPF, no kprobes,
# no hist triggers, no modules. Built from Debian's source package on tinyconfig.
#
#   build-kernel.sh SUITE ARCH PACKAGE       prints the path of the image
#
# Exit status 77: something to build with cannot be had. The image is kept for as long as
# the configuration below is unchanged: that is what the guest is for, not the newest stable
# release. (Remove it from the cache to build again.)
set -u
# shellcheck source=tests/vm/common.sh
. "$(dirname "$0")/common.sh"

suite=$1 arch=$2 package=$3
[ "$arch" = amd64 ] || die "build-kernel.sh knows amd64 only"

on='64BIT SMP PRINTK PRINTK_TIME BUG KALLSYMS MULTIUSER FUTEX EPOLL SIGNALFD TIMERFD EVENTFD
SHMEM POSIX_TIMERS HIGH_RES_TIMERS FILE_LOCKING ADVISE_SYSCALLS MEMBARRIER BINFMT_ELF
BINFMT_SCRIPT BLK_DEV_INITRD PROC_FS PROC_SYSCTL SYSFS TMPFS DEVTMPFS TTY SERIAL_8250
SERIAL_8250_CONSOLE PCI ACPI PERF_EVENTS FTRACE UPROBE_EVENTS'
off='BPF BPF_SYSCALL KPROBES KPROBE_EVENTS HIST_TRIGGERS MODULES TRACER_SNAPSHOT IKCONFIG
FUNCTION_TRACER SYNTH_EVENTS USER_EVENTS DEBUG_INFO'

dir=$vm_cache/kernel/$package-$(echo "$on/$off" | sha256sum | cut -c 1-12)
image=$dir/bzImage

configure() {
	make -s tinyconfig || return
	for o in $on; do ./scripts/config -e "$o"; done
	for o in $off; do ./scripts/config -d "$o"; done
	make -s olddefconfig || return
	for o in $on; do
		grep -q "^CONFIG_$o=y" .config || die "the kernel's configuration refuses $o"
	done
	for o in $off; do
		! grep -q "^CONFIG_$o=" .config || die "the kernel's configuration insists on $o"
	done
}

build() (
	mkdir "$dir/build" && tar -C "$dir/build" --strip-components=1 -xf "$1" || return
	cd "$dir/build" || return
	export ARCH=x86_64
	configure && make -s -j"$(nproc)" bzImage && cp arch/x86/boot/bzImage "$image.new"
)

[ -r "$image" ] && {
	echo "$image"
	exit
}
for tool in gcc make flex bison bc xz; do
	command -v "$tool" >/dev/null || skip "no $tool to build a kernel with"
done
echo "building $package without BPF, which takes some minutes" >&2
rm -rf "$dir"
mkdir -p "$dir"
"$vm_dir/fetch.sh" "$suite" "$arch" unpack "$dir/source" "$package" || exit 77
build "$dir"/source/usr/src/linux-source-*.tar.xz >"$dir/log" 2>&1 ||
	die "the kernel was not built: $(grep -m 1 -i error "$dir/log") ($dir/log)"
rm -rf "$dir/build" "$dir/source"
mv "$image.new" "$image"
echo "$image"
