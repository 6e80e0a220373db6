#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tests/bench/bystander.sh UPROBE-CTL CALLS
# What 100 000 calls cost a process that is not asked for, while `trace -p' watches another
# one: with perf, which arms that one only, and with tracefs (--follow), which arms every
# process; the least of three runs each, in turn. CALLS is tests/progs/calls.
calls=${2:?usage: bystander.sh UPROBE-CTL CALLS}
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel "$@"
cp "$calls" "$tmp/calls"
n=100000
start_background "$tmp/ready" "$tmp/calls" -w 1
asked=$pid

# once NAME: a bystander as a whole, in ns; the least stays
once() {
	begin=$(date +%s%N)
	"$tmp/calls" $n || exit 1
	took=$(($(date +%s%N) - begin))
	[ -e "$tmp/$1" ] && [ "$(cat "$tmp/$1")" -le $took ] || echo $took >"$tmp/$1"
}
watched() { # watched NAME ARGS...
	name=$1
	shift
	start_background "$tmp/err" "$ctl" trace -v -w /dev/null -p "$asked" "$@" "$tmp/calls:work"
	wait_for 10 grep -q '^attached$' "$tmp/err" || fail "does not begin: $(cat "$tmp/err")"
	once "$name"
	stop "$pid"
}
for _ in 1 2 3; do
	once alone
	watched perf
	watched tracefs --follow
done
awk -v alone="$(cat "$tmp/alone")" -v perf="$(cat "$tmp/perf")" -v all="$(cat "$tmp/tracefs")" '
	BEGIN {
		printf "100000 calls of a bystander: %.1f ms alone, %.1f ms with -p (perf), %.1f ms with " \
			"-p --follow (tracefs): %.0f times\n", alone / 1e6, perf / 1e6, all / 1e6, all / perf
	}'
