#!/bin/sh
# Makes the files beside it anew, as root:  unshare -m sh capture.sh PAIRS-PROGRAM
# One recording in every layout that the kernel's text has (kernel-facts 5.2).
set -e
out=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
group=upc_text_$$
tracing=/sys/kernel/tracing
mount -t tracefs nodev $tracing
instance=$tracing/instances/$group

cleanup() {
	for event in down down_ret; do
		[ -d $tracing/events/$group/$event ] || continue
		echo 0 >$instance/events/$group/$event/enable
	done
	for event in down down_ret; do
		echo "-:$group/$event" >>$tracing/uprobe_events
	done
	rmdir $instance
	rm -r "$tmp"
}
mkdir $instance
trap cleanup EXIT
cp "$1" "$tmp/a [0] b-7"
ln -s "a [0] b-7" "$tmp/pairs" # a path with blanks is none for the kernel
offset=$(nm "$tmp/pairs" | sed -n 's/^0*\([0-9a-f]*\) [tT] down$/\1/p')
printf '%s\n' "p:$group/down $tmp/pairs:0x$offset n=%di:s64 c=\$comm __sp=\$stack" \
	"r:$group/down_ret $tmp/pairs:0x$offset retval=\$retval:s64 __sp=\$stack" \
	>>$tracing/uprobe_events

option() { echo "$2" >"$instance/options/$1"; }
record() { # FILE [PROGRAM]
	echo 1 >$instance/tracing_on
	for event in down down_ret; do echo 1 >$instance/events/$group/$event/enable; done
	"${2:-$tmp/a [0] b-7}" recurse 3 >/dev/null
	for event in down down_ret; do echo 0 >$instance/events/$group/$event/enable; done
	cat $instance/trace >"$out/$1"
	echo >$instance/trace
}
option record-tgid 1
record tgid.txt
option record-tgid 0
record default.txt
option irq-info 0
record noirq.txt
option irq-info 1
option context-info 0
record nocontext.txt
option context-info 1
option latency-format 1
record latency.txt
option verbose 1
record verbose.txt
option verbose 0
option latency-format 0
option userstacktrace 1
option sym-userobj 1
record stack.txt
option userstacktrace 0
option sym-userobj 0
for clock in counter uptime boot; do
	echo $clock >$instance/trace_clock
	record $clock.txt
done
echo 4 >$instance/buffer_size_kb
echo mono >$instance/trace_clock
for event in down down_ret; do echo 1 >$instance/events/$group/$event/enable; done
"$tmp/a [0] b-7" recurse 60 >/dev/null
"$tmp/a [0] b-7" recurse 60 >/dev/null
timeout 1 cat $instance/trace_pipe >"$out/lost.txt" || :
