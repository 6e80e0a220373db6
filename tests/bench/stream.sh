#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tests/bench/stream.sh UPROBE-CTL CALLS-PROGRAM [EVENTS]
# What it costs to see every event as text: CPU seconds of the reader per million events, peak
# memory, and events that did not arrive, of one writer at full rate; beside `cat trace_pipe'
# and `perf record' + `perf script'. Needs root, tracefs and x86-64; probes
# a copy of CALLS-PROGRAM (tests/progs/calls). Times are to 10 ms: small counts tell little.
# Fails if uprobe-ctl misses one.
ctl=${1:?usage: stream.sh UPROBE-CTL CALLS-PROGRAM [EVENTS]} calls=${2:?} n=${3:-100000}
t=/sys/kernel/tracing
[ "$(uname -m)" = x86_64 ] && [ -w $t/uprobe_events ] && [ -x /usr/bin/time ] || {
	echo "stream.sh: not x86-64, no tracefs to write to, or no /usr/bin/time"
	exit 77
}
dir=$(mktemp -d) || exit 1
group=uctl_bench_$$ instance=$t/instances/uctl_bench_$$
clean() {
	[ ! -d "$instance" ] || { echo 0 >"$instance/events/$group/enable"; rmdir "$instance"; }
	[ ! -d "$t/events/$group" ] || echo "-:$group/work" >>$t/uprobe_events
	rm -rf "$dir"
} 2>/dev/null
trap clean EXIT
cp "$calls" "$dir/calls" || exit 1

# The readers of a tool are timed each; their times are added, of their memory the most counts.
timed() { /usr/bin/time -a -o "$dir/times" -f '%U %S %M' "$@"; }
row() { # row NAME: from $dir/times, and $dir/lines
	awk -v name="$1" -v n="$n" -v got="$(grep -c 'n=' "$dir/lines")" -v ours="$ours" '
		NF == 3 { user += $1; sys += $2; if ($3 > kb) kb = $3 }
		END {
			m = got ? 1e6 / got : 0
			printf "%-26s %6.2f user %6.2f sys s/million %7d kB %8d of %d missing", name,
				user * m, sys * m, kb, n - got, n
			if (ours > 0) printf "  %.1f times our user CPU", user * m / ours
			print ""
			print user * m >"/dev/stderr"
		}' "$dir/times" 2>"$dir/user"
	: >"$dir/times"
}
: >"$dir/times"

# The writer runs by itself, so that its time is not the reader's.
write() {
	sleep "$1"
	"$dir/calls" "$n"
}
write 2 &
timed "$ctl" trace -q -d 20 -n "$n" -w "$dir/lines" "$dir/calls:work n=arg1:u32"
wait
row uprobe-ctl
missing=$((n - $(grep -c 'n=' "$dir/lines")))
ours=$(cat "$dir/user")

offset=$("$ctl" add --dry-run "$dir/calls:work" | sed 's/.*:0x/0x/')
echo "p:$group/work $dir/calls:$offset n=%di:u32" >>$t/uprobe_events || exit 77
mkdir "$instance" && echo 1 >"$instance/events/$group/enable" || exit 1
write 1 &
timed timeout 10 cat "$instance/trace_pipe" >"$dir/lines"
wait
row 'cat trace_pipe'
echo 0 >"$instance/events/$group/enable"
rmdir "$instance"

if command -v perf >/dev/null; then
	write 2 &
	timed perf record -q -a -e "$group:work" -o "$dir/perf.data" -- sleep 10 2>/dev/null
	wait
	timed perf script -i "$dir/perf.data" >"$dir/lines" 2>/dev/null
	row 'perf record + script'
fi
[ "$missing" -eq 0 ]
