#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel tests on other kernels: boots guests under QEMU and runs tests/kernel in them.
# A line for each test of each guest, a table, and the closing line of tests/run.sh.
set -u
# shellcheck source=tests/vm/common.sh
. "$(dirname "$0")/common.sh"

usage() {
	cat <<'E'
usage: tests/vm/run.sh [--list | --prepare] [all | GUEST...] [TEST...]
Without any name: the guests marked `short' in tests/vm/guests, and of tests/kernel those that
take no guest half a minute. `all' is every guest; a guest named runs every test.
  --list     the guests, and what is in the cache for them
  --prepare  fetch and build, boot nothing
  --keep     leave the serial port's logs behind and say where they are
UCTL_VM_APPEND: words for the kernel's command line (`maxcpus=1');
UCTL_VM_TIMEOUT: seconds that a guest may take.
UCTL_VM_TEST_SECONDS: seconds that a test may take in a guest (250; 100 without any name);
UCTL_VM_SECONDS: seconds that the whole run may take, of which guests get what is left.
Packages, sysroots, builds and kernels are kept in ${XDG_CACHE_HOME:-~/.cache}/uprobe-ctl-vm,
or UCTL_VM_CACHE.
E
}

table() { grep -v '^#' "$vm_dir/guests"; }
guest_line() { table | awk -v name="$1" '$1 == name'; }
# tests_of GUEST: those of $tests that run there; a guest made for one test runs no other.
tests_of() {
	# shellcheck disable=SC2046
	set -- $(guest_line "$1")
	case $9 in
	all) echo $tests ;;
	*) for test in $tests; do
		case ,$9, in *,$test,*) echo "$test" ;; esac
	done ;;
	esac
}
# They go through thousands of cases, or many programs, which is slow on an emulated machine.
slow_tests='args count-kill count-many insn link-modes pairs crowd older scope silence'
slow_tests="$slow_tests stream-order targets"
short_tests() {
	for test in $(all_tests); do
		case " $slow_tests " in *" $test "*) ;; *) echo "$test" ;; esac
	done
}
all_tests() { (cd "$vm_src/tests/kernel" && ls ./*.test) | sed 's|^\./||; s|\.test$||'; }

# Where other instructions than the machine's are executed, every test takes longer.
slowest_first() {
	for guest; do
		guest_line "$guest" | awk '{ print ($3 == "amd64"), $1 }'
	done | sort -s -n -k 1,1 | cut -d ' ' -f 2
}

# cached SUITE ARCH PACKAGE: the newest kernel's package in the cache
cached() {
	{
		cat "$vm_cache/image/$1-$2"/*/package
		basename -a "$vm_cache"/kernel/linux-source-* | sed 's/-[0-9a-f]*$//'
	} 2>/dev/null | grep -xE -e "$3" | sort -V | tail -n 1 | grep .
}

list() {
	table | while read -r name when arch suite package _; do
		have=$(cached "$suite" "$arch" "$package")
		printf '%-10s %-6s %-8s %-9s %s\n' "$name" "$when" "$arch" "$suite" \
			"${have:-$package}"
	done
}

# image SUITE ARCH PACKAGE: the path of the kernel; status 77 if it cannot be had
image() {
	package=$("$vm_dir/fetch.sh" "$1" "$2" newest "$3") ||
		package=$(cached "$@") || return 77
	case $package in
	linux-source-*)
		"$vm_dir/build-kernel.sh" "$1" "$2" "$package"
		return
		;;
	esac
	images=$vm_cache/image/$1-$2
	if [ ! -r "$images/$package/vmlinuz" ]; then
		mkdir -p "$images"
		echo "fetching $package" >&2
		"$vm_dir/fetch.sh" "$1" "$2" unpack "$images/$package" "$package" ||
			return 77
		# Its modules are never loaded: all that is needed is built in.
		find "$images/$package" -type f -name 'vmlinu[xz]*' \
			-exec mv {} "$images/$package/vmlinuz" \;
		rm -rf "$images/$package"/[!v]*
		echo "$package" >"$images/$package/package"
		for old in "$images"/*; do
			[ "$old" = "$images/$package" ] || ! grep -qxE -e "$3" "$old/package" ||
				rm -rf "$old"
		done
	fi
	echo "$images/$package/vmlinuz"
}

busybox() { # busybox ARCH
	[ -x "$vm_cache/busybox-$1/usr/bin/busybox" ] ||
		"$vm_dir/fetch.sh" trixie "$1" unpack "$vm_cache/busybox-$1" busybox-static ||
		return
	echo "$vm_cache/busybox-$1/usr/bin/busybox"
}

# left: seconds until the run must close
left() { echo $((UCTL_VM_DEADLINE - $(date +%s))); }
least() { [ "$1" -lt "$2" ] && echo "$1" || echo "$2"; }

# QEMU's program and -cpu for an architecture, the seconds that a guest may take, whether its
# CPUs run side by side (README says why not), and words for the kernel: on a busy machine ticks
# come late, which x86's timer check takes for a failure; a program that lies elsewhere each
# time is translated by QEMU each time.
emulator() {
	case $1 in
	amd64) echo qemu-system-x86_64 qemu64 600 single norandmaps no_timer_check \
		unknown_nmi_panic=1 ;;
	arm64) echo qemu-system-aarch64 max,pauth-impdef=on 1200 single norandmaps ;;
	riscv64) echo qemu-system-riscv64 rv64 1200 multi ;;
	esac
}

# prepare GUEST: what boot() needs, in $work/GUEST.*. Missing packages are a skip (77),
# sources that do not build a failure.
prepare() {
	# shellcheck disable=SC2046
	set -- $(guest_line "$1")
	name=$1 arch=$3 suite=$4 package=$5 programs=$8
	# shellcheck disable=SC2046
	set -- $(emulator "$arch")
	for tool in "$1" cpio readelf; do
		command -v "$tool" >/dev/null || {
			echo "no $tool" >&2
			return 77
		}
	done
	kernel=$(image "$suite" "$arch" "$package") || return
	busybox=$(busybox "$arch") || return 77
	build=$("$vm_dir/build.sh" "$arch") || return
	programs=$("$vm_dir/build.sh" "$programs") || return
	echo "$name: ${kernel#"$vm_cache/"}"
	[ "$prepare" = no ] || return 0
	nonce=$(od -An -N8 -tx8 /dev/urandom | tr -d ' \n')
	# shellcheck disable=SC2046
	"$vm_dir/initramfs.sh" "$work/$name.cpio" "$busybox" "$build" "$programs" "$name" \
		"$nonce" $(cat "$work/$name.tests") || return
	echo "$kernel" >"$work/$name.kernel"
	echo "$nonce" >"$work/$name.nonce"
}

# A guest's tests are dealt among PARTS boots of it, which run side by side; what a boot leaves
# is in $work/GUEST.PART.*.
# deal GUEST: those of each part to $work/GUEST.PART.tests; init deals alike.
deal() {
	part=0
	while [ $part -lt "$UCTL_VM_PARTS" ]; do
		tr ' ' '\n' <"$work/$1.tests" | grep . |
			awk -v n="$UCTL_VM_PARTS" -v part=$part 'NR % n == part' |
			tr '\n' ' ' >"$work/$1.$part.tests"
		[ -s "$work/$1.$part.tests" ] || rm "$work/$1.$part.tests"
		part=$((part + 1))
	done
}
parts() { # parts GUEST: those that have tests
	for file in "$work/$1".[0-9].tests; do
		file=${file%.tests}
		echo "${file##*.}"
	done
}

# boot GUEST PART: until it ends, is silent for longer than a test may take, or its time is
# over. A CPU stuck for a minute (twice watchdog_thresh) says where, and ends the guest.
boot() {
	part=$2
	# shellcheck disable=SC2046
	set -- $(guest_line "$1")
	guest=$1 name=$1.$part arch=$3 machine=$6 console=$7 append=${10:-}
	# shellcheck disable=SC2046
	set -- $(emulator "$arch")
	qemu=$1 cpu=$2 seconds=$3 thread=$4
	shift 4
	seconds=$(least "${UCTL_VM_TIMEOUT:-$seconds}" $(($(left) - 10)))
	if [ "$seconds" -lt 30 ]; then
		echo "FAIL no time was left to boot it" >"$work/$name.why"
		return
	fi
	mkfifo "$work/$name.monitor"
	exec 7<>"$work/$name.monitor"
	"$qemu" -M "$machine" -cpu "$cpu" -accel "tcg,thread=$thread" \
		-smp 2 -m 512 -display none -no-reboot -nodefaults -monitor stdio \
		-serial "file:$work/$name.log" -kernel "$(cat "$work/$guest.kernel")" \
		-initrd "$work/$guest.cpio" \
		-append "console=$console mitigations=off rcupdate.rcu_expedited=1 panic=-1 \
softlockup_panic=1 watchdog_thresh=30 TEST_SECONDS=$UCTL_VM_TEST_SECONDS \
PARTS=$UCTL_VM_PARTS PART=$part $* \
$append ${UCTL_VM_APPEND:-}" \
		<&7 >"$work/$name.qemu" 2>&1 &
	pid=$!
	watch "$name" $pid "$seconds" &
	watcher=$!
	wait $pid
	rc=$?
	kill $watcher 2>/dev/null
	wait $watcher 2>/dev/null
	[ $rc -eq 0 ] && end="the guest ended early" ||
		end="QEMU: status $rc: $(tail -n 1 "$work/$name.qemu")"
	[ -s "$work/$name.end" ] || echo "$end" >"$work/$name.end"
}

# watch GUEST.PART PID SECONDS: ends a guest that hangs, after asking where its CPUs are: by
# their registers, and by an NMI, which makes a kernel on x86 print a backtrace.
watch() {
	ends=$(($(date +%s) + $3)) silence=$((UCTL_VM_TEST_SECONDS + 60)) size=-1
	while :; do
		now=$(date +%s)
		was=$size
		size=$(wc -c <"$work/$1.log" 2>/dev/null || echo 0)
		[ "$size" -eq "$was" ] || said=$now
		if [ "$now" -ge "$ends" ]; then
			end="the guest took too long ($3 s)"
			break
		elif [ $((now - said)) -ge "$silence" ]; then
			end="the guest hung: silent for $silence s"
			break
		fi
		sleep 1
	done
	echo "$end" >"$work/$1.end"
	echo 'info registers -a' >"$work/$1.monitor"
	sleep 1
	printf '%s\n' 'info registers -a' nmi >"$work/$1.monitor"
	sleep 5
	kill "$2"
	sleep 5
	kill -9 "$2"
} 2>/dev/null

# results GUEST: lines `STATUS GUEST TEST REASON`, from what prepare and boot left. What each
# boot says (clean, dmesg) is as bad as the worst.
results() {
	if [ -s "$work/$1.why" ]; then
		read -r status why <"$work/$1.why"
		echo "$status $1 boot $why"
		return
	fi
	for part in $(parts "$1"); do
		results_of_part "$1" "$part"
	done | awk -v tests="$(cat "$work/$1.tests") clean dmesg boot end" '
		BEGIN { rank["PASS"] = 1; rank["SKIP"] = 2; rank["FAIL"] = 3 }
		rank[$1] > worst[$3] { worst[$3] = rank[$1]; line[$3] = $0 }
		END {
			n = split(tests, order, " ")
			for (i = 1; i <= n; i++) if (order[i] in line) print line[order[i]]
		}'
}

results_of_part() { # results_of_part GUEST PART
	name=$1.$2
	if [ -s "$work/$name.why" ]; then
		read -r status why <"$work/$name.why"
		echo "$status $1 boot $why"
		return
	fi
	tr -d '\r' <"$work/$name.log" 2>/dev/null |
		awk -v nonce="@$(cat "$work/$1.nonce")" -v guest="$1" \
			-v end="$(cat "$work/$name.end")" -v out="$work/$name.out" \
			-v tests="$(cat "$work/$name.tests") clean dmesg" "$parse"
}

# Only a test that ended has a result of its own. What it printed goes to OUT.TEST, what was
# said before the first test to OUT.guest.
parse='
$1 == nonce && $2 == "BEGIN" { test = $3; began = 1; next }
$1 == nonce && $2 == "END"   { status[$3] = $4; seconds[$3] = $5; test = ""; next }
$1 == nonce && $2 == "DONE"  { done = 1; next }
test != "" {
	if ($0 != "") print >(out "." test)
	if (sub(/^.*SKIP: /, "")) reason[test] = $0
	next
}
!began && $0 != "" { print >(out ".guest") }
END {
	n = split(tests, list, " ")
	for (i = 1; i <= n; i++) {
		t = list[i]
		if (!(t in status))
			fail(t, end (t == test ? " during this test" : " before this test"))
		else if (status[t] == 0)
			print "PASS", guest, t, seconds[t] == "" ? "" : "(" seconds[t] " s)"
		else if (status[t] == 77)
			print "SKIP", guest, t, (t in reason ? reason[t] : "it did not say why")
		else if (status[t] == "timeout")
			fail(t, "took too long")
		else
			fail(t, "status " status[t])
	}
	if (!done && !failed)
		fail("end", end)
}
function fail(test, why) { failed = 1; print "FAIL", guest, test, why }'

# What a failed test printed; for a boot that came to no test, once, what it said. For one that
# had to be ended, once, what its CPUs executed (twice: are they where they were?).
explain() { # explain GUEST[.PART] TEST
	if [ -s "$work/$1.out.$2" ]; then
		tail -n 60 "$work/$1.out.$2"
	elif [ -s "$work/$1.out.guest" ] && ! grep -q "^@.* BEGIN " "$work/$1.log"; then
		tail -n 60 "$work/$1.out.guest"
		rm "$work/$1.out.guest"
	fi | sed 's/^/    /'
	[ ! -s "$work/$1.qemu" ] || {
		tr -d '\r' <"$work/$1.qemu" | grep -aE '^(CPU#| *([RE]IP|PC)=| *pc )'
		rm "$work/$1.qemu"
	} | sed 's/^/    /'
}

explain_parts() { # explain_parts GUEST TEST
	explain "$1" "$2"
	for part in $(parts "$1"); do
		case " $(cat "$work/$1.$part.tests") clean dmesg end " in
		*" $2 "*) explain "$1.$part" "$2" ;;
		esac
	done
}

# hung GUEST PART: says so, and where, with what is known; then nothing is left of that boot
# but its log.
hung() {
	name=$1.$2
	grep -q '^the guest hung' "$work/$name.end" 2>/dev/null || return
	results_of_part "$1" "$2" | while read -r _ guest test why; do
		case $why in *' during this test')
			explain "$name" "$test"
			echo "AGAIN: $guest/$test: ${why% during this test}; booted once more" ;;
		esac
	done
	mv "$work/$name.log" "$work/$name.log.hung"
	rm -f "$work/$name".end "$work/$name".out.* "$work/$name".qemu "$work/$name".monitor
}
boot_part() { # boot_part GUEST PART
	boot "$1" "$2"
	! hung "$1" "$2" || boot "$1" "$2"
}

# one GUEST: boots it and prints its lines, in one piece.
one() {
	if [ ! -s "$work/$1.why" ]; then
		for part in $(parts "$1"); do
			boot_part "$1" "$part" &
		done
		wait
		rm -f "$work/$1.cpio"
	fi
	results "$1" >"$work/$1.results"
	while read -r status guest test why; do
		[ "$status" != FAIL ] || explain_parts "$guest" "$test"
		case $status in PASS) sep=' ' ;; *) sep=': ' ;; esac
		printf '%s: %s/%s%s\n' "$status" "$guest" "$test" "${why:+$sep$why}"
	done <"$work/$1.results" >"$work/$1.text"
	cat "$work/$1.text"
}

matrix() {
	# shellcheck disable=SC2086
	cat "$work"/*.results | awk -v guests="$*" '
	function pad(text, least) { while (length(text) < least) text = text " "; return text }
	{ cell[$3, $2] = tolower($1); if (!($3 in seen)) { seen[$3] = 1; order[++rows] = $3 } }
	END {
		cols = split(guests, guest, " ")
		order[0] = "test"
		for (r = 0; r <= rows; r++) if (length(order[r]) > width) width = length(order[r])
		for (c = 1; c <= cols; c++) cell["test", guest[c]] = guest[c]
		for (r = 0; r <= rows; r++) {
			line = pad(order[r], width)
			for (c = 1; c <= cols; c++) {
				is = (order[r], guest[c]) in cell ? cell[order[r], guest[c]] : "-"
				line = line "  " pad(is, length(guest[c]) < 4 ? 4 : length(guest[c]))
			}
			print line
		}
	}' | sed 's/ *$//'
}

if [ "${1:-}" = --one ]; then
	work=$2
	one "$3"
	exit 0
fi

export UCTL_VM_DEADLINE=$(($(date +%s) + ${UCTL_VM_SECONDS:-86400}))
guests='' tests='' keep=no prepare=no
for arg; do
	case $arg in
	--list) list; exit 0 ;;
	--keep) keep=yes ;;
	--prepare) prepare=yes ;;
	--help) usage; exit 0 ;;
	-*) usage >&2; exit 2 ;;
	all) guests=$(table | awk '{ print $1 }') ;;
	*)
		if [ -n "$(guest_line "$arg")" ]; then
			guests="$guests $arg"
		elif [ -e "$vm_src/tests/kernel/$arg.test" ]; then
			tests="$tests $arg"
		else
			echo "tests/vm/run.sh: neither a guest nor a test: $arg" >&2
			exit 2
		fi
		;;
	esac
done
if [ -z "$guests$tests" ]; then
	tests=$(short_tests)
	: "${UCTL_VM_TEST_SECONDS:=100}"
fi
[ -n "$guests" ] || guests=$(table | awk '$2 == "short" { print $1 }')
[ -n "$tests" ] || tests=$(all_tests)
# On one line each.
guests=$(printf '%s ' $guests) tests=$(printf '%s ' $tests)

# A handful of tests is not worth a boot more.
cores=$(getconf _NPROCESSORS_ONLN)
[ "$cores" -ge 2 ] && [ "$(echo "$tests" | wc -w)" -ge 8 ] && UCTL_VM_PARTS=2 || UCTL_VM_PARTS=1
export UCTL_VM_PARTS

if [ "$(id -u)" -eq 0 ]; then
	sets=vm
	for guest in $guests; do
		guest_line "$guest" | grep -q ' short ' || sets='vm vm-long'
	done
	# shellcheck disable=SC2086
	sh "$vm_src/tools/install-deps.sh" $sets
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/uprobe-ctl-vm.XXXXXX") || exit 1
trap '[ $keep = yes ] && echo "logs: $work" || rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
for guest in $guests; do
	tests_of "$guest" | tr '\n' ' ' >"$work/$guest.tests"
	[ ! -s "$work/$guest.tests" ] || has_tests="${has_tests:-} $guest"
	deal "$guest"
done
guests=${has_tests:-}
export UCTL_VM_TEST_SECONDS="${UCTL_VM_TEST_SECONDS:-250}"

# Two runs share the cache, but do not fill it at the same time.
mkdir -p "$vm_cache"
exec 8>"$vm_cache/lock"
flock -w "$(left)" 8 2>/dev/null
for guest in $guests; do
	if [ "$(left)" -le 0 ]; then
		echo "FAIL no time was left to prepare it" >"$work/$guest.why"
		continue
	fi
	prepare "$guest" 2>"$work/$guest.log" 8>&-
	rc=$?
	[ $rc -ne 0 ] || continue
	why=$(tail -n 1 "$work/$guest.log")
	cp "$work/$guest.log" "$work/$guest.out.guest"
	[ $rc -eq 77 ] && status=SKIP || status=FAIL
	echo "$status ${why:-not prepared}" >"$work/$guest.why"
done
exec 8>&-
[ $prepare = no ] || exit 0

slowest_first $guests | xargs -P $((cores / UCTL_VM_PARTS)) -I '{}' \
	sh "$vm_dir/run.sh" --one "$work" '{}'

echo
matrix "$guests"
cat "$work"/*.results | awk '{ n[$1]++ }
	END { printf "%d passed, %d failed, %d skipped\n", n["PASS"], n["FAIL"], n["SKIP"]
	      exit n["FAIL"] > 0 }'
