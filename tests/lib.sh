# Sourced by every *.test. POSIX sh, and only what busybox has: guests run these too.
#
#   UPROBE_CTL  the binary   TEST_PROGS  the programs to probe   top_srcdir  the sources
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
