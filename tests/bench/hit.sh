#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tests/bench/hit.sh UPROBE-CTL MANY [ENDBR]
# What a call costs more processor time while it is counted: one function of MANY (tests/progs/many) called
# 100 000 times, the least of three runs each, in turn: by `count' of all processes and of a
# command, by bpftrace, and by `perf stat' on the same probe; and one of ENDBR that begins with
# endbr64, with and without --fast-entry. Fails if count of all processes costs more than the
# best of the others, and a tenth.
many=${2:?usage: hit.sh UPROBE-CTL MANY [ENDBR]} endbr=$3
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel "$@"
need_tools /usr/bin/time
cp "$many" "$tmp/many"
[ -z "$endbr" ] || cp "$endbr" "$tmp/endbr"
calls=100000
command -v perf >/dev/null || echo "SKIP perf: not installed"
command -v bpftrace >/dev/null || echo "SKIP bpftrace: not installed"

# once NAME: the program's processor time, whoever else runs, to $tmp/NAME.ns, in ns per
# call; the least stays. The trap is taken in the program's own time.
once() {
	name=$1
	case $name in
	*entry) set -- "$tmp/endbr" $calls fast_push ;;
	*) set -- "$tmp/many" 1 $calls ;;
	esac
	/usr/bin/time -o "$tmp/time" -f '%U %S' "$@" >"$tmp/called" || exit 1
	took=$(awk -v calls=$calls '{ printf "%d", ($1 + $2) * 1e9 / calls }' "$tmp/time")
	[ -e "$tmp/$name.ns" ] && [ "$(cat "$tmp/$name.ns")" -le $took ] ||
		echo $took >"$tmp/$name.ns"
}
# while_it NAME COMMAND...: measures while the command runs, from the moment it is on
while_it() {
	name=$1
	shift
	start_background "$tmp/out" "$@"
	wait_for 10 "on_$name" || fail "does not begin: $* $(cat "$tmp/out")"
	once "$name"
	stop "$pid" # a shell's background job takes no SIGINT
}
on_count() { grep -q '^attached' "$tmp/out"; }
on_records() { on_count; }
on_entry() { on_count; }
on_fast_entry() { on_count; }
on_bpftrace() { grep -q Attach "$tmp/out" && sleep 1; }
on_perf() { sleep 1; }

printf 'p:%s/f %s:%s\n' $group "$tmp/many" "$("$ctl" count -q --dry-run "$tmp/many:many_0000" |
	sed 's/.*:\(0x[0-9a-f]*\) .*/\1/')" >"$tmp/line"
for _ in 1 2 3; do
	once plain
	while_it count "$ctl" count -v "$tmp/many:many_0000"
	while_it records "$ctl" count -v "$tmp/many:many_0000 if cpu >= 0"
	if [ -e "$tmp/endbr" ]; then
		while_it entry "$ctl" count -v "$tmp/endbr:fast_push"
		while_it fast_entry "$ctl" count -v --fast-entry "$tmp/endbr:fast_push"
	fi
	if command -v bpftrace >/dev/null; then
		while_it bpftrace bpftrace -e "uprobe:$tmp/many:many_0000 { @ = count(); }"
	fi
	if command -v perf >/dev/null; then
		cat "$tmp/line" >>"$tracefs/uprobe_events"
		while_it perf perf stat -a -e "$group:f"
		echo "-:$group/f" >>"$tracefs/uprobe_events"
	fi
done
plain=$(cat "$tmp/plain.ns")
extra() { echo $(($(cat "$tmp/$1.ns") - plain)); }
ours=$(extra count) best=
printf '%-34s %6d ns a call more\n' "count, all processes" "$ours" \
	"count, by records (-p, a filter)" "$(extra records)"
[ ! -e "$tmp/endbr" ] ||
	printf '%-34s %6d ns a call more\n%-34s %6d ns a call more\n' \
		"count, at an endbr64" "$(extra entry)" \
		"count --fast-entry, behind it" "$(extra fast_entry)"
for name in bpftrace perf; do
	[ -e "$tmp/$name.ns" ] || continue
	theirs=$(extra $name)
	printf '%-34s %6d ns a call more, %d.%02d times count\n' $name "$theirs" \
		$((theirs / ours)) $((theirs * 100 / ours % 100))
	[ "${best:-$theirs}" -lt "$theirs" ] || best=$theirs
done
[ -z "$best" ] || [ $((ours * 10)) -le $((best * 11)) ]
