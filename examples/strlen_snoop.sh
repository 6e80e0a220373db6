#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The strings a program passes to strlen.
# usage: sudo sh examples/strlen_snoop.sh [SECONDS [PROGRAM-OR-LIBRARY]]
# Given a libc, every process that uses it takes the trap for that long.
. "$(dirname "$0")/find.sh"
start strlen-sample

"$uprobe_ctl" trace -d "${1:-5}" "p:${2:-$progs/strlen-sample}:strlen str=+0(arg1):string"
