# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
# Sourced by the scripts of tests/vm.

vm_dir=$(CDPATH='' cd -- "$(dirname "$0")" && pwd)
vm_src=$(CDPATH='' cd -- "$vm_dir/../.." && pwd)
vm_cache=${UCTL_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/uprobe-ctl-vm}

die() {
	printf '%s\n' "$*" >&2
	exit 1
}
# skip REASON: something to do it with cannot be had here
skip() {
	printf '%s\n' "$*" >&2
	exit 77
}
