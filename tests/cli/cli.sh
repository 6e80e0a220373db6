# Sourced by the tests of this folder: the real binary on a fake tracefs, in an empty
# directory, with a memory (/run) of its own.
. "$top_srcdir/tests/lib.sh"
cd "$tmp" || exit 99
UPROBE_CTL_RUN=$tmp/run
export UPROBE_CTL_RUN
unset t

# fake KERNEL: a writable copy of tests/fake/KERNEL, used by all commands from here on.
fake() {
	t=$tmp/tracefs
	rm -rf "$t" "$UPROBE_CTL_RUN"
	mkdir "$UPROBE_CTL_RUN"
	cp -r "$top_srcdir/tests/fake/$1" "$t" && chmod -R u+w "$t" || exit 99
	mkdir -p "$t/events" "$t/instances"
}

# An event that a real kernel would have made together with the definition.
fake_event() { # GROUP/EVENT...
	for event; do
		mkdir -p "$t/events/$event" || exit 99
		echo 0 >"$t/events/$event/enable"
		echo none >"$t/events/$event/filter"
		echo '# Available triggers:' >"$t/events/$event/trigger"
	done
}

# image KIND [FILE]: see tests/progs/make-image.c.
image() {
	[ -x "$TEST_PROGS/make-image" ] || skip "built without unit tests: no make-image"
	"$TEST_PROGS/make-image" "$1" "${2:-$1}" || exit 99
}

# uctl COMMAND ARGS...: with the fake tracefs if there is one.
uctl() {
	command=$1
	shift
	"$UPROBE_CTL" "$command" ${t:+--tracefs "$t"} "$@"
}

# says STATUS ARGS...: what it prints on stdout and then on stderr is this function's
# stdin. The test's own directory is shown as DIR.
says() {
	says_=$(cat; echo .)
	want=$1
	shift
	uctl "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	printf '%s' "${says_%.}" >"$tmp/exp"
	cat "$tmp/out" "$tmp/err" | sed "s|$tmp|DIR|g" >"$tmp/both"
	if [ -n "$squeeze" ]; then
		sed 's/   */  /g' "$tmp/both" >"$tmp/squeezed" && mv "$tmp/squeezed" "$tmp/both"
	fi
	[ "$got" -eq "$want" ] || {
		cat "$tmp/both" >&2
		fail "status $got, want $want: uprobe-ctl $*"
	}
	diff -u "$tmp/exp" "$tmp/both" >&2 || fail "output differs: uprobe-ctl $*"
}
squeeze=

# shows: the same for tables, whose columns are as wide as the directory's name is long:
# two blanks stand for any more.
shows() {
	squeeze=yes
	says "$@"
	squeeze=
}

# refuses MESSAGE ARGS...: status 1, this first line on stderr, and nothing written.
refuses() {
	message=$1
	shift
	before=$(cat "$t"/*_events 2>/dev/null)
	fails 1 "uprobe-ctl: $message" "$@" ${t:+--tracefs "$t"}
	[ "$before" = "$(cat "$t"/*_events 2>/dev/null)" ] || fail "it has written: uprobe-ctl $*"
}

# wrote: the definitions that are in the fake tracefs are this function's stdin.
wrote() {
	cat >"$tmp/exp"
	cat "$t/uprobe_events" 2>/dev/null >"$tmp/written" || cat "$t/dynamic_events" >"$tmp/written"
	sed "s|$tmp|DIR|g" "$tmp/written" | diff -u "$tmp/exp" - >&2 || fail "other bytes were written"
}
