#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# From a fresh clone to the calls of a function on the screen, in one command:
#   sudo sh examples/quickstart.sh
# Installs what the build needs, builds into build/, watches examples/target-sample for a
# few seconds and takes everything down again.
set -e
src=$(cd "$(dirname "$0")/.." && pwd)
build=${UPROBE_CTL_BUILD:-$src/build}
group=quickstart_$$

[ "$(id -u)" -eq 0 ] || {
	echo "quickstart: probing needs root: sudo sh $0" >&2
	exit 1
}

sh "$src/tools/install-deps.sh" build

echo "quickstart: building in $build"
mkdir -p "$build"
{
	[ -x "$src/configure" ] || (cd "$src" && ./autogen.sh)
	cd "$build"
	[ -f Makefile ] || "$src/configure" --disable-unit-tests
	make -j"$(getconf _NPROCESSORS_ONLN)"
} >"$build/quickstart.log" 2>&1 || {
	tail -n 30 "$build/quickstart.log" >&2
	echo "quickstart: the build failed; all of it: $build/quickstart.log" >&2
	exit 1
}

uprobe_ctl=$build/uprobe-ctl sample=$build/examples/target-sample
"$sample" -i 500 >/dev/null &
target=$! added=
cleanup() {
	kill $target 2>/dev/null || :
	wait $target 2>/dev/null || :
	[ -z "$added" ] || "$uprobe_ctl" -q remove "$group/*"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

run() {
	printf '\n# uprobe-ctl'
	for arg; do
		case $arg in *[!A-Za-z0-9/:._-]*) printf " '%s'" "$arg" ;; *) printf ' %s' "$arg" ;; esac
	done
	echo
	"$uprobe_ctl" "$@"
}

added=yes
run add -e "p:$group/func $sample:func counter=arg1:u32" "r:$group/func_ret $sample:func ret=retval:u32"
run trace -d 4 "$group/*"
run profile "$group/*"
run remove "$group/*"
added=
printf '\nquickstart: done; uprobe-ctl is %s\n' "$uprobe_ctl"
