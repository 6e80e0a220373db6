# Sourced by the tests of this directory in place of tests/lib.sh. Sets
#
#   $tracefs $events   where tracefs is, and its file of definitions
#   $run               uprobe-ctl's state directory, this test's own
#   $group             a name of this test's own, for probes and instances of "other tools"
#
# Only files below $tmp are probed: whatever this test leaves is found by that and taken
# away at its end, without uprobe-ctl's help.
. "$top_srcdir/tests/lib.sh"
need_tracefs
group=uctlt_$$
existing=
run=$tmp/run
UPROBE_CTL_RUN=$run
export UPROBE_CTL_RUN
events=$tracefs/uprobe_events
[ -e "$events" ] || events=$tracefs/dynamic_events

# Instances and groups of runs are named after their lock files.
run_names() {
	for lock in "$run"/run.*; do
		[ ! -e "$lock" ] || echo "uctl_${lock##*/run.}"
	done
}
our_events() {
	sed -n -e "s|^[pr]:\([^ ]*\) $tmp/.*|\1|p" -e "s|^[pr]:\(${group}[^ ]*\) .*|\1|p" \
		"$events"
	for name in $(run_names); do
		sed -n "s|^[pr]:\($name/[^ ]*\) .*|\1|p" "$events"
	done
}
# Disabled everywhere before deleted, and whole events only.
remove_all() {
	for event in $(our_events | sort -u); do
		for dir in "$tracefs" "$tracefs"/instances/*; do
			enable=$dir/events/$event/enable
			[ ! -e "$enable" ] || [ "$(cat "$enable")" = 0 ] || echo 0 >"$enable"
		done
	done
	for name in $(run_names) "$group"; do
		[ ! -d "$tracefs/instances/$name" ] || wait_for 3 rmdir "$tracefs/instances/$name"
	done
	for event in $(our_events | sort -u); do
		echo "-:$event" >>"$events"
	done
}
on_exit remove_all
snapshot_tracefs

# nothing_left [WHEN]: the kernel is as the test found it, and no run is remembered.
nothing_left() {
	check_tracefs_clean "$1"
	[ -z "$(run_names)" ] || fail "${1:+$1: }a lock file is left: $(run_names)"
}

# Copies a program of TEST_PROGS or examples/ to $tmp/NAME.
take() { # take PROGRAM [NAME]
	from=$TEST_PROGS/$1
	[ -e "$from" ] || from=$top_builddir/examples/$1
	cp "$from" "$tmp/${2:-$1}" || fail "$1 is not built"
}

defined() { grep -q "^[pr]:$1 " "$events"; } # defined GROUP/EVENT
is_on() { [ "$(cat "$1")" = 1 ]; }           # is_on ENABLE-FILE

# attached [EVENT-DIR]: whether the one running trace has its probes on (or those of a
# group or event that exists). With -p perf holds them, which tracefs does not show: then
# the trace must be given -v, and says it.
attached() {
	name=$(run_names)
	grep -q '^attached$' "$tmp/trace.err" && return
	[ -n "$name" ] && is_on "$tracefs/instances/$name/events/${1:-$name}/enable"
} 2>/dev/null

# start_trace ARGS...: `uprobe-ctl trace ARGS`; stdout to $tmp/trace.out, stderr to
# $tmp/trace.err. Returns when its probes are on ($existing: those of that name); sets $pid.
start_trace() {
	: >"$tmp/trace.err" # what the last one said is not this one's word
	"$UPROBE_CTL" trace "$@" >"$tmp/trace.out" 2>"$tmp/trace.err" </dev/null &
	pid=$!
	on_exit "stop $pid"
	# shellcheck disable=SC2086
	wait_for 20 attached $existing || {
		cat "$tmp/trace.err" >&2
		fail "trace does not begin: $*"
	}
}
# end_trace STATUS [SIGNAL]: ends it, or with "-" waits for its own end.
end_trace() {
	if [ "$2" = - ]; then
		wait "$pid"
		status=$?
	else
		stop "$pid" "$2"
	fi
	[ "$status" -eq "$1" ] || {
		cat "$tmp/trace.err" >&2
		fail "trace ended with $status, not $1"
	}
}
# start_program ARGS...: a program that waits (-w); sets $program. go lets it run to its end.
start_program() {
	: >"$tmp/program.out"
	start_background "$tmp/program.out" "$@"
	program=$pid
	wait_for 20 grep -q ready "$tmp/program.out" || {
		cat "$tmp/program.out" >&2
		fail "does not start: $*"
	}
}
go() {
	kill -USR1 "$program"
	wait "$program" || fail "the program failed under probes"
}
says() { # says FILE TEXT
	grep -qF -e "$2" "$1" || {
		cat "$1" >&2
		fail "'$2' is not said"
	}
}

# Whether the kernel's own counts (uprobe_profile) are exact when several call at once. They
# are kept per CPU since Linux 6.12 (kernel-facts R17), which none of the kernel's files tells.
counts_exactly() {
	uname -r | awk -F. '{ exit !($1 > 6 || ($1 == 6 && $2 + 0 >= 12)) }'
}
