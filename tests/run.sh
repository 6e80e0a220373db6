#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole suite, in one command, from any directory: see usage(). Every test is one of
# passed, failed, skipped; the last line counts them.

usage() {
	cat <<'E'
usage: tests/run.sh [--long] [--no-vm]
Builds out of tree and runs every test that can be run here. As root it first installs what
is missing and asks the running kernel too; otherwise those tests are skipped, by name.
  --long   the long campaigns as well (hours); without it the run ends within 15 minutes
  --no-vm  leave out the guests under QEMU
  --help   this text
UPROBE_CTL_BUILD names the build directory (build/, or a temporary one if that cannot be
written).
E
}

long=no vm=yes
for arg; do
	case $arg in
	--long) long=yes ;;
	--no-vm) vm=no ;;
	--help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
done

src=$(cd "$(dirname "$0")/.." && pwd) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/uprobe-ctl-tests.XXXXXX") || exit 1
passed=0 failed=0 skipped=0
start=$(date +%s)
jobs=$(getconf _NPROCESSORS_ONLN)
UCTL_LONG=$long
export UCTL_LONG

elapsed() { echo $(($(date +%s) - start)); }
step() { printf '== %s (%d s)\n' "$*" "$(elapsed)"; }
pass() { passed=$((passed + 1)); printf 'PASS: %s\n' "$1"; }
skip() { skipped=$((skipped + 1)); printf 'SKIP: %s: %s\n' "$1" "$2"; }
fail() { # fail NAME [LOG]
	failed=$((failed + 1))
	[ -z "$2" ] || tail -n 30 "$2" | sed 's/^/    /'
	printf 'FAIL: %s\n' "$1"
}
finish() {
	# shellcheck disable=SC2046
	kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null
	rm -rf "$work"
	printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
	[ $failed -eq 0 ]
	exit
}
# A run that is stopped says what it has so far, and is no success.
trap 'fail "the run: interrupted"; finish' HUP INT TERM

root=no
[ "$(id -u)" -ne 0 ] || root=yes

# dependencies: installed as root, else named.
dependencies() {
	step "what the tests need"
	set -- test
	if [ $root = no ]; then
		set -- --check test
	elif [ $vm$long = yesyes ]; then
		set -- test vm-long
	elif [ $vm = yes ]; then
		set -- test vm
	fi
	sh "$src/tools/install-deps.sh" "$@" || {
		fail "dependencies"
		finish
	}
}

# Where the sources cannot be written, or are configured in place, a copy is built.
choose_dirs() {
	usable=yes
	for needed in "$src" "$src/configure" "$src/build-aux"; do
		[ -w "$needed" ] || [ ! -e "$needed" ] || usable=no
	done
	if [ $usable = no ] || [ -e "$src/config.status" ]; then
		mkdir "$work/src"
		(cd "$src" && tar cf - --exclude=./.git --exclude=./build .) |
			(cd "$work/src" && tar xf -)
		chmod -R u+w "$work/src"
		src=$work/src
		# What was built in place would be found instead of what is built here.
		[ ! -e "$src/config.status" ] || make -s -C "$src" distclean >/dev/null 2>&1
	fi
	build=${UPROBE_CTL_BUILD:-$src/build}
	mkdir -p "$build" 2>/dev/null
	for needed in "$build" "$build/Makefile"; do
		[ -w "$needed" ] || [ ! -e "$needed" ] || build=$work/build
	done
	mkdir -p "$build"
}

# build NAME DIR CONFIGURE-ARGS...: everything `make check` needs, or a failed test.
build() {
	name=$1 dir=$2
	shift 2
	mkdir -p "$dir"
	if make_all "$@" >"$work/log" 2>&1; then
		pass "$name"
	else
		fail "$name" "$work/log"
		return 1
	fi
}
make_all() (
	[ -x "$src/configure" ] || (cd "$src" && sh autogen.sh) || exit
	cd "$dir" || exit
	# A build for something else (quickstart's has no unit tests) is configured anew.
	had=$(sh ./config.status --config 2>/dev/null | tr -d "'")
	[ -f Makefile ] && [ "$had" = "$*" ] || "$src/configure" "$@" || exit
	make -j"$jobs" && make -j"$jobs" check TESTS=
)

# Kernel tests wait for the kernel more than they compute. What computes can run beside them:
# `beside NAME COMMAND...' begins it, `collect NAME' waits for its end. Output: $work/NAME.
beside() {
	job=$1
	shift
	"$@" >"$work/$job" 2>&1 </dev/null &
	echo $! >"$work/$job.pid"
}
collect() {
	wait "$(cat "$work/$1.pid")" 2>/dev/null
	rm -f "$work/$1.pid"
}

# reason LOG: why a test was skipped, in its own words.
reason() {
	why=$(sed -n 's/.*SKIP: //p' "$1" | tail -n 1)
	echo "${why:-it did not say why}"
}

# verdict STATUS NAME LOG: from an exit status.
verdict() {
	case $1 in
	0) pass "$2" ;;
	77) skip "$2" "$(reason "$3")" ;;
	124 | 137) fail "$2 (took too long)" "$3" ;;
	*) fail "$2" "$3" ;;
	esac
}

# make_check LABEL DIR: `make check`, its results taken from automake's .trs files.
make_check() {
	label=$1 dir=$2
	find "$dir/tests" -name '*.trs' -exec rm -f {} +
	# automake's own lines show that it moves; skips are told below, with their reason.
	{
		timeout -k 10 "$check_seconds" make -C "$dir" -k -j"$jobs" check 2>&1
		echo "$?" >"$work/rc"
	} | tee "$work/log" | sed -u -n -E 's/^(PASS|FAIL|ERROR): /  \1 /p'
	bad=$failed
	find "$dir/tests" -name '*.trs' | sort >"$work/trs"
	while read -r trs; do
		test=${trs#"$dir/"}
		test=${test%.trs}
		log=${trs%.trs}.log
		case $(sed -n 's/^:global-test-result: //p' "$trs") in
		PASS) passed=$((passed + 1)) ;;
		SKIP) skip "$label$test" "$(reason "$log")" ;;
		*) fail "$label$test" "$log" ;;
		esac
	done <"$work/trs"
	[ "$(cat "$work/rc")" -eq 0 ] || [ "$failed" -gt "$bad" ] ||
		fail "${label}make check" "$work/log"
	[ -s "$work/trs" ] || fail "${label}make check: no test ran" "$work/log"
}

# kernel_tests LABEL DIR: one after the other. They know themselves what they need.
kernel_tests() {
	label=$1 dir=$2
	for test in "$src"/tests/kernel/*.test; do
		[ -e "$test" ] || continue
		if [ $long = no ] && [ "$(elapsed)" -gt 720 ]; then
			skip "${label}tests/kernel from ${test##*/} on" "the 15 minutes are over"
			return
		fi
		UPROBE_CTL=$dir/uprobe-ctl TEST_PROGS=$dir/tests/progs top_srcdir=$src \
			top_builddir=$dir timeout -k 10 "$test_seconds" \
			sh "$test" </dev/null >"$work/log" 2>&1
		verdict $? "${label}tests/kernel/${test##*/}" "$work/log"
	done
}

# The suite once more, with every access checked. Reports go to files: a test that expects
# the tool to fail must not take a report for the failure it expects.
sanitized() {
	if [ $long = no ] && [ "$(elapsed)" -gt 600 ]; then
		skip "the suite under sanitizers" "$(elapsed) s of the 15 minutes are over"
		return
	fi
	step "the suite under ASan and UBSan"
	build "build with sanitizers" "$build/sanitizers" --enable-werror --enable-sanitizers ||
		return
	mkdir "$work/reports"
	ASAN_OPTIONS=log_path=$work/reports/r:detect_stack_use_after_return=1
	UBSAN_OPTIONS=log_path=$work/reports/r:print_stacktrace=1
	export ASAN_OPTIONS UBSAN_OPTIONS
	make_check "sanitizers: " "$build/sanitizers"
	beside analysis analyze
	kernel_tests "sanitizers: " "$build/sanitizers"
	unset ASAN_OPTIONS UBSAN_OPTIONS
	sed '/^Shadow bytes/,/ABORTING/d' "$work"/reports/r* >"$work/log" 2>/dev/null
	if [ -s "$work/log" ]; then
		fail "sanitizers: no reports" "$work/log"
	else
		pass "sanitizers: no reports"
	fi
}

analyze() {
	for tool in $analyzers; do
		timeout -k 10 300 sh "$src/tests/analyze.sh" $tool "$build" >"$work/log.$tool" 2>&1
		echo $? >"$work/rc.$tool"
	done
}
analyzers() {
	step "static analyzers"
	[ -e "$work/analysis.pid" ] || beside analysis analyze
	collect analysis
	for tool in $analyzers; do
		verdict "$(cat "$work/rc.$tool")" "analysis by $tool" "$work/log.$tool"
	done
}

# Fetches and builds what the guests need.
prepare_guests() {
	[ $vm$root$long != yesyesno ] ||
		beside prepare env UCTL_VM_SECONDS=300 sh "$src/tests/vm/run.sh" --prepare
}

# guests: tests/vm/run.sh prints a line for each test and closes as this script does.
guests() {
	if [ $vm = no ]; then
		skip "guests under QEMU" "--no-vm"
		return
	elif [ $root = no ]; then
		skip "guests under QEMU" "needs root"
		return
	fi
	step "guests under QEMU"
	set --
	[ $long = no ] && collect prepare || set -- all
	{
		UCTL_VM_SECONDS=$vm_seconds timeout -k 10 $((vm_seconds + 60)) \
			sh "$src/tests/vm/run.sh" "$@" 2>&1 </dev/null
		echo $? >"$work/rc"
	} | tee "$work/log" | sed -u '/^[0-9]* passed, [0-9]* failed, [0-9]* skipped$/d'
	closing=$(tail -n 1 "$work/log" |
		sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
	if [ -z "$closing" ]; then
		fail "tests/vm/run.sh (no closing line, status $(cat "$work/rc"))"
		return
	fi
	# shellcheck disable=SC2086
	set -- $closing
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# fuzzers: --long only; each for a quarter of an hour, from its corpus.
fuzzers() {
	if [ $long = no ]; then
		skip "fuzzing campaigns" "--long"
		return
	elif ! command -v clang >/dev/null; then
		skip "fuzzing campaigns" "no clang"
		return
	fi
	step "fuzzing, 15 minutes for each target"
	build "build of the fuzzers" "$build/fuzzing" CC=clang --enable-fuzzing \
		--disable-unit-tests || return
	for fuzzer in "$build"/fuzzing/tests/fuzz/fuzz-*; do
		case $fuzzer in *.* | *'*') continue ;; esac
		name=${fuzzer##*/fuzz-}
		mkdir -p "$work/found-$name"
		"$fuzzer" -max_total_time=900 -timeout=10 -rss_limit_mb=2048 \
			-artifact_prefix="$build/fuzzing/$name-" "$work/found-$name" \
			"$src/tests/fuzz/corpus/$name" >"$work/log" 2>&1
		verdict $? "fuzz-$name" "$work/log"
	done
}

# benchmarks: --long only; each says its ratios and fails if a promise is not kept.
benchmarks() {
	if [ $long = no ]; then
		skip "benchmarks" "--long"
		return
	fi
	step "speed against other tools"
	sh "$src/tests/bench/resolve.sh" "$build/uprobe-ctl" >"$work/log" 2>&1
	rc=$?
	cat "$work/log"
	verdict $rc "bench/resolve" "$work/log"
	for bench in attach hit stream bystander; do
		program=many
		case $bench in stream | bystander) program=calls ;; esac
		set -- "$build/tests/progs/$program"
		[ $bench != hit ] || set -- "$@" "$build/tests/progs/endbr"
		sh "$src/tests/bench/$bench.sh" "$build/uprobe-ctl" "$@" >"$work/log" 2>&1
		rc=$?
		cat "$work/log"
		verdict $rc "bench/$bench" "$work/log"
	done
}

analyzers='gcc clang cppcheck shellcheck'
check_seconds=300 test_seconds=120 vm_seconds=420
[ $long = no ] || check_seconds=7200 test_seconds=7200 vm_seconds=14400

dependencies
choose_dirs
step "building in $build"
build "build" "$build" --enable-werror || finish
step "unit and command-line tests"
make_check "" "$build"
step "the running kernel"
prepare_guests
kernel_tests "" "$build"
guests
sanitized
analyzers
fuzzers
benchmarks
finish
