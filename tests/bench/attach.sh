#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tests/bench/attach.sh UPROBE-CTL MANY
# Time to put probes on 1, 100, 1 000 and 5 000 functions of MANY (tests/progs/many) and on
# every function of a copied C library, and to take them off again: `count' beside the same
# lines written and enabled by a shell, bpftrace, bcc's funccount, and `perf probe' with
# `perf stat', the best of three runs each, in turn (of the last three: one). perf gets one
# event, too, but cannot tell its functions apart. bpftrace attaches to more than 100
# functions only with UCTL_LONG=yes: that takes it minutes; funccount never to more than
# 1 000. A tool that is not there, or does not run on this machine, is left out, and why is
# said. Fails unless count takes at most 1.2 times what the shell takes, and 1 000 functions
# less than half a second.
many=${2:?usage: attach.sh UPROBE-CTL MANY}
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel "$@"
failed=0
cp "$many" "$tmp/many"
(copy_libc "$tmp" "$tmp/many") # where there is none, it says so
funccount=$(command -v funccount-bpfcc || command -v funccount)

with_count() { "$ctl" count -q -d 1ms "$1:$2"; }
# In an instance, as count does it: what others trace goes on undisturbed. By dd, for cat cuts
# long files within a line, which the kernel then refuses.
with_shell() {
	mkdir "$instance" || return
	echo 0 >"$instance/tracing_on"
	dd if="$tmp/lines" of="$tracefs/uprobe_events" bs=16M oflag=append conv=notrunc ||
		return
	echo 1 >"$instance/events/$group/f/enable"
	echo 0 >"$instance/events/$group/f/enable"
	echo "-:$group/f" >>"$tracefs/uprobe_events"
	rmdir "$instance"
}
with_bpftrace() {
	BPFTRACE_MAX_PROBES=10000 BPFTRACE_MAX_BPF_PROGS=10000 bpftrace -e "uprobe:$1:$2
		{ @[func] = count(); } interval:ms:1 { exit(); }"
}
# Its shortest run is a second, which is not counted.
with_funccount() {
	"$funccount" -d 1 "$1:$2"
	! grep -qE '^Unable|^Failed|Traceback|^Error' "$tmp/out"
}
with_perf() {
	perf probe -q -x "$1" --max-probes=10000 --add "$group=$2"
	perf stat -a -e "probe_*:$group*" true
	rc=$?
	perf probe -q -d "probe_*:$group*"
	return $rc
}
# once HOW FILE PATTERN: sets $best to the least of it and this run's milliseconds
once() {
	begin=$(date +%s%N)
	"$1" "$2" "$3" >"$tmp/out" 2>&1 || return
	took=$((($(date +%s%N) - begin) / 1000000 + 1))
	[ "$1" != with_funccount ] || took=$((took > 1000 ? took - 1000 : 1))
	[ "${best:-$took}" -lt "$took" ] || best=$took
}
other() { # other NAME N FILE PATTERN: a column of milliseconds
	best=
	case " $runs " in
	*" $1 "*)
		[ "$1" = bpftrace ] && [ "$2" -gt 100 ] && [ "$UCTL_LONG" != yes ] ||
			once "with_$1" "$3" "$4"
		;;
	esac
	[ -z "$best" ] || best="$best ($((best / ours)).$((best * 10 / ours % 10))x)"
	printf ' %16s' "${best:--}"
}
compare() { # compare FILE PATTERN
	"$ctl" count -q --dry-run "$1:$2" | sed "s|^p:[^ ]*|p:$group/f|" >"$tmp/lines"
	n=$(grep -c . "$tmp/lines") ours='' shell=''
	for _ in 1 2 3; do
		best=$ours
		once with_count "$1" "$2" || { cat "$tmp/out"; exit 1; }
		ours=$best best=$shell
		once with_shell || { cat "$tmp/out"; exit 1; }
		shell=$best
	done
	printf '%-10s %5d %8d %9d %5d.%02d' "${1##*/}" "$n" "$ours" "$shell" \
		$((ours / shell)) $((ours * 100 / shell % 100))
	other bpftrace "$n" "$1" "$2"
	other funccount "$n" "$1" "$2"
	other perf "$n" "$1" "$2"
	echo
	[ $((ours * 10)) -le $((shell * 12)) ] || failed=1
	[ "$n" -ne 1000 ] || [ "$ours" -lt 500 ] || failed=1
}
runs=''
for tool in bpftrace funccount perf; do
	command=$tool
	[ $tool != funccount ] || command=${funccount:-funccount}
	if ! command -v "$command" >/dev/null; then
		echo "SKIP $tool: not installed"
	elif ! once with_$tool "$tmp/many" many_0000; then
		echo "SKIP $tool: does not run here: $(grep . "$tmp/out" | tail -n 1)"
	else
		runs="$runs $tool"
	fi
done
printf '%-10s %5s %8s %9s %8s %16s %16s %16s\n' file n 'count ms' 'shell ms' ratio bpftrace \
	funccount perf
compare "$tmp/many" many_0000
compare "$tmp/many" 'many_00*'
compare "$tmp/many" 'many_0*'
compare "$tmp/many" 'many_*'
[ ! -e "$tmp/libc.so.6" ] || compare "$tmp/libc.so.6" '*'
[ $failed -eq 0 ] || echo "slower than it should be: at most 1.20 times the shell; 1 000 in under 500 ms"
exit $failed
