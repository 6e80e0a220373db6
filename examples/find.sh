# shellcheck shell=sh disable=SC2034
# Sourced by the examples: where uprobe-ctl and the programs to watch are.
# Sets $uprobe_ctl and $progs; start PROGRAM ARGS... runs one in the background until the end.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
for build in "${UPROBE_CTL_BUILD:-$here/../build}" "$here/.."; do
	[ -x "$build/uprobe-ctl" ] && break
done
[ -x "$build/examples/target-sample" ] || {
	echo "${0##*/}: build first: sudo sh $here/quickstart.sh" >&2
	exit 1
}
build=$(cd "$build" && pwd)
uprobe_ctl=$build/uprobe-ctl progs=$build/examples

start() {
	program=$1
	shift
	"$progs/$program" "$@" >/dev/null &
	sample=$!
	trap 'kill $sample 2>/dev/null; wait $sample 2>/dev/null' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}
