#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tests/bench/resolve.sh UPROBE-CTL [FILE]
# One exported function of FILE (default: the largest ELF file below /usr), from name to the
# line for the kernel: how much faster than `nm | grep' and `perf probe -D', and with how much
# of nm's memory. Fails unless it is 10 times as fast as either, with a quarter of the memory.
: "${1:?usage: resolve.sh UPROBE-CTL [FILE]}"
file=$2
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
need_tools nm /usr/bin/time
[ -n "$file" ] || file=$(find /usr/bin /usr/lib /usr/lib64 -type f -size +2M \
	! -path '/usr/lib/debug/*' -exec ls -l {} + 2>/dev/null | sort -k5,5nr |
	awk '{ f = $NF; if ((getline head < f) > 0 && substr(head, 1, 4) == "\177ELF") print f; close(f) }' |
	while read -r f; do nm -D --defined-only "$f" 2>/dev/null | grep -q ' T ' && echo "$f" && break; done)
# From the middle of the table; a plain name, so that every tool can be asked for it.
symbol=$(nm -D --defined-only "$file" | awk '{ sub(/@.*/, "") }
	$2 == "T" && $3 ~ /^[A-Za-z][A-Za-z_0-9]+$/ { s[n++] = $3 }
	END { print s[int(n / 2)] }')
[ -n "$symbol" ] || skip "nothing to look for in $file"

# cost COMMAND: sets $us (of the whole process) and $kb: the least of five runs, the caches
# being warm.
cost() {
	us='' kb=''
	for run in 1 2 3 4 5 6; do
		begin=$(date +%s%N)
		/usr/bin/time -o "$tmp/time" -f '%M' sh -c "$1" >/dev/null 2>&1 || { us=''; return; }
		took=$((($(date +%s%N) - begin) / 1000))
		[ "$run" -eq 1 ] || [ "${us:-$took}" -lt "$took" ] || us=$took
		kb=$(tail -n 1 "$tmp/time")
	done
}
cost "exec '$ctl' add --dry-run '$file:$symbol'"
[ -n "$us" ] || fail "uprobe-ctl does not find $symbol in $file"
ours=$us ours_kb=$kb failed=0
printf '%s:%s\nuprobe-ctl      %7d us  %7d kB\n' "$file" "$symbol" "$ours" "$ours_kb"
compare() { # compare NAME COMMAND
	cost "$2"
	[ -n "$us" ] || { printf '%-15s does not find it\n' "$1"; return; }
	theirs=$us
	printf '%-15s %7d us  %7d kB  %d times the time, %d.%d times the memory\n' "$1" \
		"$theirs" "$kb" $((theirs / ours)) $((kb / ours_kb)) $((kb * 10 / ours_kb % 10))
	[ $((theirs / ours)) -ge 10 ] || failed=1
}
compare 'nm | grep' "nm -D '$file' | grep -w '$symbol'"
[ "$ours_kb" -le $((kb / 4)) ] || failed=1
command -v perf >/dev/null && compare 'perf probe -D' "perf probe -q -x '$file' -D '$symbol'"
exit $failed
