# Sourced by the tests of this folder: the real binary on a fake tracefs, in an empty
# directory, with a memory (/run) of its own.
. "$top_srcdir/tests/lib.sh"
case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
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
# stdin. The test's own directory is shown as DIR; $also are more commands for sed.
# UPDATE=1 make check: the tests are rewritten to what is printed now; review the diff.
says() {
	says_=$(cat; echo .)
	want=$1
	shift
	uctl "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	printf '%s' "${says_%.}" >"$tmp/exp"
	cat "$tmp/out" "$tmp/err" | sed "s|$tmp|DIR|g; $also" >"$tmp/both"
	if [ -n "$squeeze" ]; then
		sed 's/   */  /g' "$tmp/both" >"$tmp/squeezed" && mv "$tmp/squeezed" "$tmp/both"
	fi
	if [ -n "$UPDATE" ]; then
		said=$((said + 1))
		{ echo "$got"; cat "$tmp/both"; } >"$tmp/said.$said"
		return
	fi
	[ "$got" -eq "$want" ] || {
		cat "$tmp/both" >&2
		fail "status $got, want $want: uprobe-ctl $*"
	}
	diff -u "$tmp/exp" "$tmp/both" >&2 || fail "output differs: uprobe-ctl $*"
}
squeeze='' also='' said=0

# Puts what the n-th says or shows got in place of what it expected.
update_test() {
	awk -v said="$tmp/said." '
		/^(says|shows) [0-9]+ .*<<.X.$/ {
			file = said (++n)
			if ((getline status < file) > 0) {
				sub(/ [0-9]+ /, " " status " ")
				print
				while ((getline line < file) > 0)
					print line
				print "X"
				old = 1
				next
			}
		}
		old { old = $0 != "X"; next }
		{ print }' "$self" >"$tmp/updated" && cat "$tmp/updated" >"$self"
}
[ -z "$UPDATE" ] || on_exit update_test

# shows: the same for tables, whose columns are as wide as the directory's name is long:
# two blanks stand for any more.
shows() {
	squeeze=yes
	says "$@"
	squeeze=
}

# wrote: the definitions that are in the fake tracefs are this function's stdin.
wrote() {
	cat >"$tmp/exp"
	cat "$t/uprobe_events" 2>/dev/null >"$tmp/written" || cat "$t/dynamic_events" >"$tmp/written"
	sed "s|$tmp|DIR|g" "$tmp/written" | diff -u "$tmp/exp" - >&2 || fail "other bytes were written"
}
