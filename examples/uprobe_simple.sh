#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The calls of one function: time, comm, pid, argument and return value.
# usage: sudo sh examples/uprobe_simple.sh [SECONDS]
. "$(dirname "$0")/find.sh"
start target-sample -i 500

"$uprobe_ctl" trace -d "${1:-5}" "pr:$progs/target-sample:func counter=arg1:u32 ret=retval:u32"
