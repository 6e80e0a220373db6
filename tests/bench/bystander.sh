#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tests/bench/bystander.sh UPROBE-CTL CALLS
# What 100 000 calls cost a process that is not asked for, while `trace -p' watches another
# one: with perf, which arms that one only, and with tracefs (--follow), which arms every
# process; the least of three runs each, in turn. CALLS is tests/progs/calls.
ctl=${1:?usage: bystander.sh UPROBE-CTL CALLS} calls=${2:?usage: bystander.sh UPROBE-CTL CALLS}
tracefs=$(awk '$3 == "tracefs" { print $2; exit }' /proc/mounts)
[ "$(id -u)" -eq 0 ] && [ -w "$tracefs/uprobe_events" ] || {
	echo "bystander.sh: no root or no tracefs"
	exit 77
}
tmp=$(mktemp -d) || exit 1
pid='' asked=''
clean_up() {
	[ -z "$pid" ] || { kill "$pid" && wait "$pid"; } 2>/dev/null
	[ -z "$asked" ] || kill "$asked" 2>/dev/null
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM
UPROBE_CTL_RUN=$tmp/run
export UPROBE_CTL_RUN
cp "$calls" "$tmp/calls"
n=100000
"$tmp/calls" -w 1 >"$tmp/ready" &
asked=$!

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
	"$ctl" trace -v -p $asked "$@" "$tmp/calls:work" >/dev/null 2>"$tmp/err" &
	pid=$!
	tries=0
	until grep -q '^attached$' "$tmp/err"; do
		[ $((tries += 1)) -le 100 ] || { cat "$tmp/err" >&2; exit 1; }
		sleep 0.1
	done
	once "$name"
	kill "$pid"
	wait "$pid"
	pid=''
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
