#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One static analyzer over the whole source; silent and 0 if it has nothing to say.
# usage: tests/analyze.sh gcc|clang|cppcheck|shellcheck BUILD-DIR
# Exit status: 77 if the analyzer is not here.
tool=$1
build=$(cd "$2" && pwd) || exit 99
cd "$(dirname "$0")/.." || exit 99

has() {
	command -v "$1" >/dev/null || {
		echo "SKIP: no $1"
		exit 77
	}
}

# What the build itself gives the compiler.
var() { sed -n "s/^$1 = //p" "$build/Makefile"; }
flags="-include $build/config.h -I$PWD/src $(var ELF_CFLAGS) $(var TRACEFS_CFLAGS)"

# The compilers' analyzers need no object file, and say nothing where nothing is wrong.
each() { # each COMMAND...: of every source file, as many at once as there are processors
	find src -name '*.c' -print0 |
		xargs -0 -n 1 -P "$(getconf _NPROCESSORS_ONLN)" "$@" 2>&1
}

case $tool in
gcc)
	has gcc
	# shellcheck disable=SC2086
	out=$(each gcc -std=gnu11 -O1 $flags -Wall -Wextra -Wno-unused-parameter -fanalyzer \
		-S -o /dev/null) ;;
clang)
	has clang
	# shellcheck disable=SC2086
	out=$(each clang -std=gnu11 $flags --analyze --analyzer-output text) ;;
cppcheck)
	has cppcheck
	out=$(cppcheck -q --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingInclude -Isrc src 2>&1) ;;
shellcheck)
	has shellcheck
	# The tests source lib.sh, which sets and uses variables of theirs.
	out=$(git ls-files 2>/dev/null | grep -q . && list='git ls-files' || list='find . -type f'
		$list | grep -E '\.(sh|test)$' | xargs shellcheck -s sh -S warning \
			-e SC1090,SC1091,SC2034,SC2154,SC2086 2>&1) ;;
*)
	echo "analyze.sh: $tool is none of gcc, clang, cppcheck, shellcheck" >&2
	exit 2 ;;
esac
[ -z "$out" ] || {
	printf '%s\n' "$out"
	exit 1
}
