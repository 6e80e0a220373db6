#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian packages of any suite and architecture, unpacked, never installed.
#
#   fetch.sh SUITE ARCH newest REGEX         the newest package whose whole name matches
#   fetch.sh SUITE ARCH unpack DIR PKG...    into DIR, these packages alone
#   fetch.sh SUITE ARCH sysroot DIR PKG...   into DIR, with all they depend on
#
# The mirror is the host's own (apt's configuration), or UCTL_DEBIAN_MIRROR. Everything
# of ours, lists included, is below the cache: the host's apt is only read.
set -u
# shellcheck source=tests/vm/common.sh
. "$(dirname "$0")/common.sh"

suite=$1 arch=$2 verb=$3
shift 3
dir=$vm_cache/apt/$suite-$arch slow=$vm_cache/apt/slow
# How long a suite's lists serve before the mirror is asked for newer ones.
list_days=${UCTL_VM_LIST_DAYS:-7}

# mirror PATH: the base address of the host's repository that ends in PATH
mirror() {
	[ -z "${UCTL_DEBIAN_MIRROR:-}" ] || {
		printf '%s/%s/\n' "${UCTL_DEBIAN_MIRROR%/debian*}" "$1"
		return
	}
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep -m1 "/$1/\$"
}

sources() {
	main=$(mirror debian)
	[ -n "$main" ] || die "no Debian mirror in the host's apt configuration" \
		"(UCTL_DEBIAN_MIRROR=URL names one)"
	security=$(mirror debian-security)
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -r "$keyring" ] || die "no $keyring (package debian-archive-keyring)"
	pre="deb [arch=$arch signed-by=$keyring]"
	echo "$pre $main $suite main"
	[ "$suite" != sid ] || return 0
	echo "$pre $main $suite-updates main"
	# The archive drops an old suite's backports.
	[ "$suite" = bullseye ] || echo "$pre $main $suite-backports main"
	[ -z "$security" ] || echo "$pre $security $suite-security main"
}

# How to reach the mirror (proxies, checks) is as the host says, all else is ours.
config() {
	apt-config dump Acquire
	cat <<-CONF
	APT::Architecture "$arch";
	APT::Architectures { "$arch"; };
	APT::Install-Recommends "false";
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	Acquire::Retries "2";
	Acquire::http::Timeout "20";
	Acquire::https::Timeout "20";
	Dir::State "$dir";
	Dir::State::lists "$dir/lists/";
	Dir::State::status "$dir/status";
	Dir::Cache "$dir";
	Dir::Cache::archives "$dir/archives/";
	Dir::Etc::main "/dev/null";
	Dir::Etc::parts "/dev/null";
	Dir::Etc::sourcelist "$dir/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferences "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	Dir::Log "$dir";
	CONF
}

update() {
	command -v apt-get >/dev/null || die "no apt-get: packages cannot be fetched"
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: >>"$dir/status"
	sources >"$dir/sources.list.new" || exit 1
	mv "$dir/sources.list.new" "$dir/sources.list"
	config >"$dir/apt.conf"
	[ -z "$(find "$dir/updated" -mtime "-$list_days" 2>/dev/null)" ] || return 0
	# A mirror that did not answer is not asked again by each guest of the same run. By
	# default apt takes one that is not there for a warning.
	if [ -n "$(find "$dir/failed" -mmin -10 2>/dev/null)" ]; then
		:
	elif online apt-get -qq -o APT::Update::Error-Mode=any update >"$dir/update.log" 2>&1; then
		touch "$dir/updated"
		rm -f "$dir/failed"
	else
		touch "$dir/failed"
	fi
	# Old lists still name packages that the cache or the mirror has.
	ls "$dir"/lists/*_Packages* >/dev/null 2>&1 ||
		die "no package lists of $suite for $arch: apt-get update failed ($dir/update.log)"
}

ours() { APT_CONFIG=$dir/apt.conf "$@"; }

# A download that does not end is one that cannot be had; it may take half of what is left of
# run.sh's time. Who asks next, soon, need not wait for the same mirror again.
online() {
	[ -z "$(find "$slow" -mmin -10 2>/dev/null)" ] || return 124
	seconds=${UCTL_VM_FETCH_SECONDS:-300}
	if [ -n "${UCTL_VM_DEADLINE:-}" ]; then
		half=$(((UCTL_VM_DEADLINE - $(date +%s)) / 2))
		[ "$half" -ge "$seconds" ] || seconds=$((half > 1 ? half : 1))
	fi
	ours timeout -k 5 "$seconds" "$@"
	rc=$?
	[ $rc -ne 124 ] || touch "$slow"
	return $rc
}

# fetch_into DIR APT-WORDS...: what apt downloads for them, unpacked; whole or not at all.
# The download has a directory of its own, so what lies there is what was asked for.
fetch_into() {
	to=$1
	shift
	rm -rf "$to.debs" "$to.new"
	mkdir -p "$to.debs/partial" "$to.new"
	(cd "$to.debs" && online apt-get -qq -o "Dir::Cache::archives=$to.debs/" "$@") \
		>"$dir/download.log" 2>&1 ||
		die "apt-get: $(grep -m1 '^E:' "$dir/download.log" || echo "took too long")"
	for deb in "$to.debs"/*.deb; do
		dpkg-deb -x "$deb" "$to.new" || die "cannot unpack ${deb##*/}"
	done
	rm -rf "$to" "$to.debs"
	mv "$to.new" "$to"
}

update
case $verb in
newest)
	ours apt-cache pkgnames | grep -xE -e "$1" | sort -V | tail -n 1 | grep . ||
		die "$suite has no package $1 for $arch"
	;;
unpack)
	to=$1
	shift
	fetch_into "$to" download "$@"
	;;
sysroot)
	to=$1
	shift
	fetch_into "$to" -y --download-only install "$@"
	;;
*)
	die "fetch.sh: no verb $verb"
	;;
esac
