# Sourced by every *.test. POSIX sh, and only what busybox has: guests run these too.
#
#   UPROBE_CTL  the binary   TEST_PROGS  the programs to probe   top_srcdir  the sources
#   UCTL_LONG   yes: tests/run.sh --long, the campaigns are wanted
#
# Exit status: 0 passed, 77 skipped, 99 the test itself is broken, anything else failed.

fail() {
	printf '%s: FAIL: %s\n' "${0##*/}" "$*" >&2
	exit 1
}
skip() {
	printf '%s: SKIP: %s\n' "${0##*/}" "$*"
	exit 77
}

# What is said of missing names depends on them, and no test asks strangers.
unset DEBUGINFOD_URLS
tmp=$(mktemp -d "${TMPDIR:-/tmp}/uctl.XXXXXX") || exit 99
at_exit=
trap 'rc=$?; eval "$at_exit"; rm -rf "$tmp"; exit $rc' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
on_exit() { at_exit="$*; $at_exit"; }

# expect STATUS ARGS...: runs uprobe-ctl; its stdout must be this function's stdin.
# Leaves $tmp/out and $tmp/err behind.
expect() {
	want=$1
	shift
	cat >"$tmp/exp"
	"$UPROBE_CTL" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || {
		cat "$tmp/err" >&2
		fail "status $got, want $want: uprobe-ctl $*"
	}
	diff -u "$tmp/exp" "$tmp/out" >&2 || {
		cat "$tmp/err" >&2
		fail "stdout differs: uprobe-ctl $*"
	}
}

# fails STATUS TEXT ARGS...: exit status, TEXT somewhere in stderr, nothing on stdout.
fails() {
	want=$1 text=$2
	shift 2
	"$UPROBE_CTL" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || {
		cat "$tmp/err" >&2
		fail "status $got, want $want: uprobe-ctl $*"
	}
	grep -qF -e "$text" "$tmp/err" || {
		cat "$tmp/err" >&2
		fail "stderr does not say '$text': uprobe-ctl $*"
	}
	[ ! -s "$tmp/out" ] || fail "stdout is not empty: uprobe-ctl $*"
}

# ok ARGS...: must exit 0; stdout goes to $tmp/out.
ok() {
	"$UPROBE_CTL" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || {
		got=$?
		cat "$tmp/err" >&2
		fail "status $got: uprobe-ctl $*"
	}
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds; fails when it never does.
wait_for() {
	tries=$(($1 * 20))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# start_background OUTPUT COMMAND...: sets $pid. Killed at the end of the test at the latest.
start_background() {
	out=$1
	shift
	: >"$out" # the job empties it only once it runs: what another said would be found
	"$@" >"$out" 2>&1 </dev/null &
	pid=$!
	on_exit "stop $pid"
}
# stop PID [SIGNAL]: ends a process of start_background; sets $status to how it ended.
stop() {
	kill -"${2:-TERM}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	status=$?
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# Kernel tests begin with this. Sets $tracefs. The test starts itself again, with the arguments
# of need_tracefs, in a mount namespace of its own, if it can (a guest need not): what is mounted
# there, tracefs too where it is not mounted, the machine's mounts do not show.
# The lock keeps kernel tests apart, whoever starts them.
tracefs_mounted() { grep -q "^[^ ]* $tracefs tracefs " /proc/mounts; }
need_tracefs() {
	need_root
	tracefs=/sys/kernel/tracing
	[ -d "$tracefs" ] || skip "this kernel has no tracefs"
	if [ -z "$uctl_unshared" ] && { [ -z "$UCTL_GUEST" ] || ! tracefs_mounted; } &&
		unshare -m true 2>/dev/null; then
		rm -rf "$tmp"
		uctl_unshared=yes exec unshare -m "${SHELL:-/bin/sh}" "$0" "$@"
	fi
	if ! tracefs_mounted; then
		[ -n "$uctl_unshared" ] || skip "may not make a mount namespace"
		mount -t tracefs nodev "$tracefs" || skip "tracefs cannot be mounted"
	fi
	[ -e "$tracefs/uprobe_events" ] || [ -e "$tracefs/dynamic_events" ] ||
		skip "this kernel has no uprobe_events"
	if command -v flock >/dev/null; then
		exec 9>/run/uprobe-ctl-tests.lock && flock 9 || exit 99
	fi
}

# What the tool must leave as it found it.
tracefs_state() {
	cat "$tracefs/uprobe_events" 2>/dev/null || grep '^[pr]:' "$tracefs/dynamic_events"
	for dir in "$tracefs" "$tracefs"/instances/*/; do
		[ -d "$dir" ] || continue
		echo "$dir"
		cat "$dir/tracing_on" "$dir/current_tracer" "$dir/buffer_size_kb" "$dir/set_event" \
			"$dir/set_event_pid"
		grep . "$dir"/options/* # one process: guests are slow
	done
}
# Other people's runs come and go meanwhile. A run is not this test's that was there before,
# or whose lock somebody still holds; a lock below $tmp is ours.
others_runs() {
	sed -n -e 's|^[pr]:\(uctl_[^/]*\)/.*|\1|p' \
		-e "s|^$tracefs/instances/\(uctl_[^/]*\)/\$|\1|p" "$tmp/tracefs.before"
	ls -l /proc/[0-9]*/fd | sed -n -e "\| $tmp/|d" -e 's|.* -> /.*/run\.\([^/ ]*\)$|uctl_\1|p'
} 2>/dev/null
without_runs() { # without_runs NAMES FILE
	awk -v names="$1" -v top="$tracefs" '
		BEGIN { n = split(names, list); while (n) others[list[n--]] }
		/^[pr]:/ { group = substr($1, 3); sub("/.*", "", group); if (group in others) next }
		$0 == top { skip = 0 }
		index($0, top "/instances/") == 1 && /[^\/]\/$/ {
			n = split($0, part, "/")
			skip = part[n - 1] in others
		}
		!skip' "$2"
}
unchanged() {
	tracefs_state >"$tmp/tracefs.after"
	cmp -s "$tmp/tracefs.before" "$tmp/tracefs.after" && return
	runs=$(others_runs | sort -u)
	for when in before after; do
		without_runs "$runs" "$tmp/tracefs.$when" >"$tmp/$when.ours"
	done
	cmp -s "$tmp/before.ours" "$tmp/after.ours"
} 2>/dev/null
snapshot_tracefs() { tracefs_state >"$tmp/tracefs.before" 2>/dev/null; }
# Others are given some seconds: what we leave does not go away by itself.
check_tracefs_clean() {
	wait_for 2 unchanged || {
		diff -u "$tmp/before.ours" "$tmp/after.ours" >&2
		fail "tracefs is not as it was${1:+: $1}"
	}
}

# copy_libc DIR PROGRAM: the C library and the loader of PROGRAM into DIR. Sets $libc and
# $loader; `"$loader" --library-path DIR PROGRAM` runs with them, and no other process maps
# them.
copy_libc() {
	LD_TRACE_LOADED_OBJECTS=1 "$2" >"$tmp/ldd" 2>/dev/null
	libc=$(sed -n 's/.*libc\.so\.6 => \(\/[^ ]*\) .*/\1/p' "$tmp/ldd")
	loader=$(sed -n 's/^[[:space:]]*\(\/[^ ]*ld[^ ]*\.so[^ ]*\) (.*/\1/p' "$tmp/ldd")
	if [ -z "$libc" ] || [ -z "$loader" ]; then
		skip "no libc.so.6 with a loader to copy"
	fi
	cp -L "$libc" "$1/libc.so.6" && cp -L "$loader" "$1/${loader##*/}" || exit 99
	libc=$1/libc.so.6 loader=$1/${loader##*/}
}
