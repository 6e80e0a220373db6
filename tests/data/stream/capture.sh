#!/bin/sh
# Makes the files beside it anew, x86-64, as root:  unshare -m sh capture.sh
# Formats and pages belong together: ids are those of the kernel at that moment.
set -e
out=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
group=upc_capture_$$
tracing=/sys/kernel/tracing
mount -t tracefs nodev $tracing
instance=$tracing/instances/$group
cpu1=$instance/per_cpu/cpu1

cleanup() {
	for event in scalars vectors strings ret none; do
		[ -d $tracing/events/$group/$event ] || continue
		echo 0 >$instance/events/$group/$event/enable
		echo "-:$group/$event" >>$tracing/uprobe_events
	done
	rmdir $instance
	rm -r "$tmp"
}
mkdir $instance
trap cleanup EXIT

define() { # KIND EVENT ARG...
	kind=$1 event=$2
	shift 2
	printf '%s\n' "$kind:$group/$event $tmp/target:0x$offset $*" >>$tracing/uprobe_events
	sed "s/^name: .*/name: $event/" $tracing/events/$group/$event/format >"$out/$event.format"
}
switch() { # 0|1 EVENT...
	value=$1
	shift
	for event; do echo "$value" >$instance/events/$group/$event/enable; done
}
page() { # FILE [PAGES-TO-SKIP]
	dd if=$cpu1/trace_pipe_raw of="$out/$1" bs=4096 count=1 skip="${2-0}" \
		iflag=nonblock status=none
}

gcc -O1 -o "$tmp/target" "$out/target.c"
# The text segment of a PIE made by GNU ld has the same address and offset.
offset=$(nm "$tmp/target" | sed -n 's/ [tT] probe_me$//p')
echo mono >$instance/trace_clock

mem='+0(%si)'
define p scalars u8=%di:u8 u16=%di:u16 u32=%di:u32 u64=%di:u64 \
	s8=%di:s8 s16=%di:s16 s32=%di:s32 s64=%di:s64 \
	x8=%di:x8 x16=%di:x16 x32=%di:x32 x64=%di:x64 default=%di \
	c='+0(%dx):char' s='+0(%dx):string' us='+0(%dx):ustring' fault='+0(%r8):string' \
	bits="$mem:b4@2/8" bits32='%di:b12@4/32' comm='$comm' '__comm=$comm' '__id=\7:u32'
args=
for type in u8 u16 u32 u64 s8 s16 s32 s64 x8 x16 x32 x64; do
	args="$args a$type=$mem:${type}[2]"
done
define p vectors $args abits="$mem:b4@2/8[3]" one="$mem:u32[1]" last=%di:u8
define p strings chars="$mem:char[8]" list='+0(%cx):string[3]' one='+0(%cx):string[1]' last=%di:u8
define r ret 'retval=$retval:u64' 'c=$comm'
define p none
cat $tracing/events/header_page >"$out/header_page"

# Every event, three times; the kernel's own text of the same records.
switch 1 scalars vectors strings ret none
taskset -c 1 "$tmp/target" 3
switch 0 scalars vectors strings ret none
cat $instance/trace >"$out/page.txt"
page page.raw

# A gap too long for a record's 27 bits of time.
switch 1 ret
taskset -c 1 "$tmp/target" 1
sleep 0.3
taskset -c 1 "$tmp/target" 1
page extend.raw

# A full buffer: the second page read says that records are missing (the first is the one
# that the reader held all the time).
echo 8 >$instance/buffer_size_kb
taskset -c 1 "$tmp/target" 600
switch 0 ret
page lost.raw 1
