# Sourced by the benchmarks, in place of tests/lib.sh. Sets
#
#   $ctl               their first argument, uprobe-ctl
#   $group $instance   names for what is made without it: taken away at the end
. "$(dirname "$0")/../lib.sh"
ctl=$1
group=bench_$$
UPROBE_CTL_RUN=$tmp/run
export UPROBE_CTL_RUN

need_tools() {
	for tool; do
		command -v "$tool" >/dev/null || skip "no $tool"
	done
}
# need_kernel ARGS-OF-THE-BENCHMARK...: it is begun anew where tracefs is not mounted. Tests
# of this machine wait meanwhile; they would be measured, too.
need_kernel() {
	need_tracefs "$@"
	[ -w "$tracefs/uprobe_events" ] || skip "this kernel has no uprobe_events"
	instance=$tracefs/instances/$group
	on_exit drop_events
	on_exit drop_instance
}
drop_instance() {
	[ -d "$instance" ] || return 0
	for enable in "$instance/events/$group"/*/enable; do
		[ ! -e "$enable" ] || echo 0 >"$enable"
	done
	rmdir "$instance"
}
drop_events() {
	for enable in "$tracefs/events/$group"/*/enable; do
		event=${enable%/enable}
		[ ! -e "$enable" ] || echo "-:$group/${event##*/}" >>"$tracefs/uprobe_events"
	done
}
