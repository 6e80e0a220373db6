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
ctl=${1:?usage: stream.sh UPROBE-CTL CALLS [EVENTS]} calls=${2:?usage: stream.sh UPROBE-CTL CALLS}
n=${3:-100000}
t=$(awk '$3 == "tracefs" { print $2; exit }' /proc/mounts)
command -v setsid >/dev/null && [ "$(uname -m)" = x86_64 ] && [ -w "$t/uprobe_events" ] &&
	[ -x /usr/bin/time ] || {
	echo "stream.sh: not x86-64, no tracefs to write to, no setsid, or no /usr/bin/time"
	exit 77
}
# Kernel tests of this machine would be measured, too.
if command -v flock >/dev/null; then
	exec 9>/run/uprobe-ctl-tests.lock && flock 9 || exit 1
fi
dir=$(mktemp -d) || exit 1
group=uctl_bench_$$ instance=$t/instances/uctl_bench_$$
clean() {
	drop_instance
	[ ! -d "$t/events/$group" ] || echo "-:$group/work" >>"$t/uprobe_events"
	rm -rf "$dir"
} 2>/dev/null
trap clean EXIT
trap 'exit 1' INT TERM
UPROBE_CTL_RUN=$dir/run
export UPROBE_CTL_RUN
cp "$calls" "$dir/calls" || exit 1
offset=$("$ctl" add -q --dry-run "$dir/calls:work" | sed 's/.*:0x/0x/')
printf 'p:%s/work %s:%s n=%%di:u32\n' "$group" "$dir/calls" "$offset" >>"$t/uprobe_events" || exit 1

# A part of a tool that ends by itself; one that runs until end_it, with all that it started
# (a session). False: it has ended already.
timed() { /usr/bin/time -a -o "$dir/times" -f '%U %S %M' "$@"; }
begin() {
	timed setsid sh -c 'echo $$ >"$0"; exec "$@"' "$dir/pid" "$@" \
		>/dev/null 2>"$dir/err" 9>&- &
	tool=$!
	sleep 2
	kill -0 "$(cat "$dir/pid")" 2>/dev/null || { end_it; false; }
}
end_it() { # end_it [SIGNAL]
	kill -"${1:-TERM}" "$(cat "$dir/pid")"
	wait "$tool"
	kill -KILL "-$(cat "$dir/pid")"
} 2>/dev/null

start_ctl() { begin "$ctl" trace -q -w "$dir/lines" "$dir/calls:work n=arg1:u32"; }
stop_ctl() { end_it; }

start_cat() {
	mkdir "$instance" || return
	echo 1 >"$instance/events/$group/work/enable"
	begin sh -c 'exec cat "$0" >"$1"' "$instance/trace_pipe" "$dir/lines"
}
stop_cat() {
	echo 0 >"$instance/events/$group/work/enable"
	sleep 1 # what is left in the buffers
	end_it
	drop_instance
}

start_trace_cmd() { # -d: the function tracer, which is not needed, stays as it is
	begin trace-cmd record -q -d -B "$group" -e "$group:work" -o "$dir/trace.dat" && return
	drop_instance
	false
}
stop_trace_cmd() {
	end_it INT
	timed trace-cmd report -q "$dir/trace.dat" >"$dir/lines" 2>"$dir/err"
	drop_instance
}
drop_instance() {
	[ -d "$instance" ] || return
	echo 0 >"$instance/events/$group/work/enable"
	rmdir "$instance"
}

start_perf() { begin perf record -q -a -e "$group:work" -o "$dir/perf.data"; }
stop_perf() {
	end_it
	timed perf script -i "$dir/perf.data" >"$dir/lines" 2>"$dir/err"
}

start_bpftrace() {
	begin bpftrace -o "$dir/lines" -e "uprobe:$dir/calls:work {
		printf(\"%s %s %d n=%d\\n\", strftime(\"%H:%M:%S.%f\", nsecs), comm, pid, arg0) }"
}
stop_bpftrace() { end_it; }

shown() { sed -n 's/.*[( ]n=\([0-9][0-9]*\).*/\1/p' "$dir/lines" 2>/dev/null; }
fresh() { rm -f "$dir/lines" "$dir/times" "$dir/writer" "$dir/trace.dat" "$dir/perf.data"; }

# first TOOL: sets $first. The calls say when they were made.
first() {
	fresh
	"$dir/calls" clock 8 &
	begun=$("$dir/calls" now)
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
# full_rate TOOL WRITERS EVENTS: $dir/times of the tool, $dir/writer of the program
full_rate() {
	fresh
	"start_$1" || return
	sleep 2
	/usr/bin/time -o "$dir/writer" -f '%U %S' "$dir/calls" -t "$2" $(($3 / $2))
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
		}' "$dir/writer" "$dir/times" 2>"$dir/user"
}
measure() { # measure NAME TOOL
	first "$2" || {
		echo "SKIP $1: it ends at once, and says: $(head -n 1 "$dir/err")"
		return
	}
	for writers in 1 2; do
		row "$1" "$2" $writers
		if [ "$2" = ctl ]; then
			ours=$(cat "$dir/user")
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
	timed "$ctl" trace -w /dev/null "$dir/calls:work n=arg1:u32" -- "$dir/calls" -t 2 5000000 \
		2>"$dir/err"
	awk 'NF == 3 { print "ten million events: peak memory " $3 " kB" }' "$dir/times"
	sed -n 's/; uprobe detached$//p' "$dir/err"
fi
[ "$lost" -eq 0 ]
