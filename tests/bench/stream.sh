#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tests/bench/stream.sh UPROBE-CTL CALLS [EVENTS]
# What it costs to see every event as text, of one writer at full rate and of two: beside `cat
# trace_pipe', and what is installed of `trace-cmd record' + `report', `perf record' + `script'
# and bpftrace; each with the buffers it takes by itself. CALLS is tests/progs/calls; a copy of
# it is probed. In columns:
#
#   USER SYS  CPU seconds of the tool, per million events it showed, all its parts together
#             (cat's own user time is copying: there the kernel makes the text)
#   WRITER    CPU seconds of the program, per million calls
#   LOST      events that were not shown
#   PEAK      memory of the largest part of the tool, kB
#   FIRST     milliseconds from the start of the tool to the first call that it sees; what
#             records first shows it later
#   USER/OURS user CPU beside ours
#
# With UCTL_LONG=yes ten million events more, for the memory they take. Fails if uprobe-ctl
# loses an event. Times are to 10 ms, and ticks are guesses: a million events tell most.
calls=${2:?usage: stream.sh UPROBE-CTL CALLS [EVENTS]} n=${3:-100000}
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel "$@"
need_tools setsid /usr/bin/time
[ "$(uname -m)" = x86_64 ] || skip "not x86-64"
cp "$calls" "$tmp/calls" || exit 1
offset=$("$ctl" add -q --dry-run "$tmp/calls:work" | sed 's/.*:0x/0x/')
printf 'p:%s/work %s:%s n=%%di:u32\n' "$group" "$tmp/calls" "$offset" >>"$tracefs/uprobe_events" ||
	fail "the kernel refuses the probe"

# A part of a tool that ends by itself; one that runs until end_it, with all that it started
# (a session). False: it has ended already.
timed() { /usr/bin/time -a -o "$tmp/times" -f '%U %S %M' "$@"; }
begin() {
	timed setsid sh -c 'echo $$ >"$0"; exec "$@"' "$tmp/pid" "$@" \
		>/dev/null 2>"$tmp/err" 9>&- &
	tool=$!
	sleep 2
	kill -0 "$(cat "$tmp/pid")" 2>/dev/null || { end_it; false; }
}
end_it() { # end_it [SIGNAL]
	kill -"${1:-TERM}" "$(cat "$tmp/pid")"
	wait "$tool"
	kill -KILL "-$(cat "$tmp/pid")"
} 2>/dev/null

start_ctl() { begin "$ctl" trace -q -w "$tmp/lines" "$tmp/calls:work n=arg1:u32"; }
stop_ctl() { end_it; }

start_cat() {
	mkdir "$instance" || return
	echo 1 >"$instance/events/$group/work/enable"
	begin sh -c 'exec cat "$0" >"$1"' "$instance/trace_pipe" "$tmp/lines"
}
stop_cat() {
	echo 0 >"$instance/events/$group/work/enable"
	sleep 1 # what is left in the buffers
	end_it
	drop_instance
}

start_trace_cmd() { # -d: the function tracer, which is not needed, stays as it is
	begin trace-cmd record -q -d -B "$group" -e "$group:work" -o "$tmp/trace.dat" && return
	drop_instance
	false
}
stop_trace_cmd() {
	end_it INT
	timed trace-cmd report -q "$tmp/trace.dat" >"$tmp/lines" 2>"$tmp/err"
	drop_instance
}

start_perf() { begin perf record -q -a -e "$group:work" -o "$tmp/perf.data"; }
stop_perf() {
	end_it
	timed perf script -i "$tmp/perf.data" >"$tmp/lines" 2>"$tmp/err"
}

start_bpftrace() {
	begin bpftrace -o "$tmp/lines" -e "uprobe:$tmp/calls:work {
		printf(\"%s %s %d n=%d\\n\", strftime(\"%H:%M:%S.%f\", nsecs), comm, pid, arg0) }"
}
stop_bpftrace() { end_it; }

shown() { sed -n 's/.*[( ]n=\([0-9][0-9]*\).*/\1/p' "$tmp/lines" 2>/dev/null; }
fresh() { rm -f "$tmp/lines" "$tmp/times" "$tmp/writer" "$tmp/trace.dat" "$tmp/perf.data"; }

# first TOOL: sets $first. The calls say when they were made.
first() {
	fresh
	"$tmp/calls" clock 8 &
	begun=$("$tmp/calls" now)
	"start_$1" || {
		wait
		return 1
	}
	sleep 3
	"stop_$1"
	wait
	first=$(shown | head -n 1)
	first=$((${first:-$begun} - begun))
}
# full_rate TOOL WRITERS EVENTS: $tmp/times of the tool, $tmp/writer of the program
full_rate() {
	fresh
	"start_$1" || return
	sleep 2
	/usr/bin/time -o "$tmp/writer" -f '%U %S' "$tmp/calls" -t "$2" $(($3 / $2))
	sleep 1
	"stop_$1"
	wait
}
row() { # row NAME TOOL WRITERS: sets $missing
	full_rate "$2" "$3" "$n"
	got=$(shown | grep -c .)
	missing=$((n - got))
	awk -v name="$1" -v writers="$3" -v n="$n" -v got="$got" -v first="$first" -v ours="$ours" '
		FILENAME ~ /writer$/ { writer = $1 + $2; next }
		NF == 3 { user += $1; sys += $2; if ($3 > kb) kb = $3 }
		END {
			m = got ? 1e6 / got : 0
			printf "%-20s %7d %6.2f %6.2f %7.2f %9d %8d %6s", name, writers, user * m, sys * m,
				writer * 1e6 / n, n - got, kb, first
			if (ours > 0) printf " %9.1f", user * m / ours
			print ""
			print user * m >"/dev/stderr"
		}' "$tmp/writer" "$tmp/times" 2>"$tmp/user"
}
measure() { # measure NAME TOOL
	first "$2" || {
		echo "SKIP $1: it ends at once, and says: $(head -n 1 "$tmp/err")"
		return
	}
	for writers in 1 2; do
		row "$1" "$2" $writers
		if [ "$2" = ctl ]; then
			ours=$(cat "$tmp/user")
			lost=$((lost + missing))
		fi
	done
}
with() { # with COMMAND NAME TOOL
	if command -v "$1" >/dev/null; then
		measure "$2" "$3"
	else
		echo "SKIP $2: not installed"
	fi
}

lost=0 ours=
printf '%-20s %7s %6s %6s %7s %9s %8s %6s %9s\n' "$n EVENTS" WRITERS USER SYS WRITER LOST PEAK \
	FIRST USER/OURS
measure uprobe-ctl ctl
measure 'cat trace_pipe' cat
with trace-cmd 'trace-cmd + report' trace_cmd
with perf 'perf + script' perf
with bpftrace bpftrace bpftrace

if [ "$UCTL_LONG" = yes ]; then
	fresh
	timed "$ctl" trace -w /dev/null "$tmp/calls:work n=arg1:u32" -- "$tmp/calls" -t 2 5000000 \
		2>"$tmp/err"
	awk 'NF == 3 { print "ten million events: peak memory " $3 " kB" }' "$tmp/times"
	sed -n 's/; uprobe detached$//p' "$tmp/err"
fi
[ "$lost" -eq 0 ]
