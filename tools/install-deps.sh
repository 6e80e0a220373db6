#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing to build uprobe-ctl, or to test it, with the machine's package
# manager. Asks nothing; what is there already is left alone.

usage() {
	cat <<'E'
usage: install-deps.sh [--check] SET...
  build    what ./configure --disable-unit-tests and make need
  test     build, and what the test suite needs
  vm       what the short guests of tests/vm need
  vm-long  what all of them need
  --check  install nothing; say what is missing, exit 1 if something needed is
E
}

# SET  need|want  TEST  apt  dnf  apk  pacman; a want is taken where it can be had.
# TEST: cmd:PROGRAM, pc:PKG-CONFIG-MODULE, hdr:HEADER, m32 (32-bit programs); -: no package.
table='
build need cmd:cc               gcc              gcc                    gcc              gcc
build need hdr:stdio.h          libc6-dev        glibc-devel            musl-dev         glibc
build need hdr:linux/types.h    linux-libc-dev   kernel-headers         linux-headers    linux-api-headers
build need cmd:make             make             make                   make             make
build need cmd:ar               binutils         binutils               binutils         binutils
build need cmd:autoreconf       autoconf         autoconf               autoconf         autoconf
build need cmd:automake         automake         automake               automake         automake
build need cmd:pkg-config       pkg-config       pkgconf-pkg-config     pkgconf          pkgconf
build need pc:libelf            libelf-dev       elfutils-libelf-devel  elfutils-dev     libelf
build need pc:libtraceevent     libtraceevent-dev libtraceevent-devel   libtraceevent-dev libtraceevent
build need pc:libtracefs        libtracefs-dev   libtracefs-devel       libtracefs-dev   libtracefs
build want pc:liblzma           liblzma-dev      xz-devel               xz-dev           xz
build want hdr:libiberty/demangle.h libiberty-dev binutils-devel        binutils-dev     -
test  need pc:check             check            check-devel            check-dev        check
test  need cmd:diff             diffutils        diffutils              diffutils        diffutils
test  need cmd:unshare          util-linux       util-linux             util-linux       util-linux
test  need cmd:xz               xz-utils         xz                     xz               xz
test  want cmd:eu-strip         elfutils         elfutils               elfutils         elfutils
test  want cmd:dwz              dwz              dwz                    -                dwz
test  want cmd:zsh              zsh              zsh                    zsh              zsh
test  want cmd:python3          python3-minimal  python3                python3          python
test  want cmd:shellcheck       shellcheck       ShellCheck             shellcheck       shellcheck
test  want cmd:cppcheck         cppcheck         cppcheck               cppcheck         cppcheck
test  want cmd:clang            clang            clang                  clang            clang
test  want cmd:mandoc           mandoc           mandoc                 mandoc           -
test  want m32                  gcc-multilib     glibc-devel.i686       -                lib32-glibc
vm    want cmd:qemu-system-x86_64    qemu-system-x86        qemu-system-x86-core      qemu-system-x86_64  qemu-system-x86
vm    want cmd:qemu-system-aarch64   qemu-system-arm        qemu-system-aarch64-core  qemu-system-aarch64 qemu-system-aarch64
vm    want cmd:cpio                  cpio                   cpio                      cpio                cpio
vm    want cmd:aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu  gcc-aarch64-linux-gnu     -                   aarch64-linux-gnu-gcc
vm-long want cmd:qemu-system-riscv64   qemu-system-misc       qemu-system-riscv-core  qemu-system-riscv64 qemu-system-riscv
vm-long want cmd:riscv64-linux-gnu-gcc gcc-riscv64-linux-gnu  gcc-riscv64-linux-gnu   -                   riscv64-linux-gnu-gcc
vm-long want cmd:flex                  flex                   flex                    flex                flex
vm-long want cmd:bison                 bison                  bison                   bison               bison
vm-long want cmd:bc                    bc                     bc                      bc                  bc
'

say() { printf 'install-deps: %s\n' "$*"; }
die() {
	printf 'install-deps: %s\n' "$*" >&2
	exit 1
}

have() { # have TEST
	case $1 in
	cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
	hdr:*) printf '#include <%s>\n' "${1#hdr:}" | cc -E - >/dev/null 2>&1 ;;
	m32) # only x86-64 has 32-bit programs of its own kind
		[ "$(uname -m)" != x86_64 ] ||
			{ echo 'int main(void){return 0;}' |
				cc -m32 -x c -o "$log" - 2>/dev/null; } ;;
	esac
}

# missing need|want: "TEST PACKAGE" of what is not there.
missing() {
	printf '%s' "$table" | while read -r set how test apt dnf apk pacman; do
		case " $sets " in *" $set "*) ;; *) continue ;; esac
		[ "$how" = "$1" ] || continue
		have "$test" && continue
		case $manager in
		apt-get) echo "$test $apt" ;;
		dnf) echo "$test $dnf" ;;
		apk) echo "$test $apk" ;;
		pacman) echo "$test $pacman" ;;
		*) echo "$test -" ;;
		esac
	done
}
packages() { missing "$1" | sed -n 's/^[^ ]* \([^-].*\)/\1/p' | sort -u | tr '\n' ' '; }
tests() { missing "$1" | sed 's/ .*//; s/^[a-z]*://' | tr '\n' ' '; }

install() { # install PACKAGE...
	case $manager in
	apt-get)
		DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
			install -y --no-install-recommends "$@" </dev/null >"$log" 2>&1 ;;
	dnf) dnf -q install -y --setopt=install_weak_deps=False "$@" </dev/null >"$log" 2>&1 ;;
	apk) apk add --quiet "$@" </dev/null >"$log" 2>&1 ;;
	pacman) pacman -S --needed --noconfirm "$@" </dev/null >"$log" 2>&1 ;;
	esac
}
refresh() {
	case $manager in
	apt-get) apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null >"$log" 2>&1 ;;
	apk) apk update --quiet >"$log" 2>&1 ;;
	# Only where there is no list at all: a newer list without an upgrade breaks Arch.
	pacman) [ -n "$(pacman -Slq 2>/dev/null | head -n 1)" ] || pacman -Sy >"$log" 2>&1 ;;
	esac
}

check_only=no sets=
for arg; do
	case $arg in
	--check) check_only=yes ;;
	--help) usage; exit 0 ;;
	build | vm) sets="$sets $arg" ;;
	vm-long) sets="$sets vm vm-long" ;;
	test) sets="$sets build test" ;;
	*) usage >&2; exit 2 ;;
	esac
done
[ -n "$sets" ] || { usage >&2; exit 2; }

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
manager=none
for m in apt-get dnf apk pacman; do
	command -v "$m" >/dev/null 2>&1 && { manager=$m; break; }
done
need=$(packages need) want=$(packages want)
lacking=$(tests need) optional=$(tests want)

if [ -z "$lacking$optional" ]; then
	say "everything for$sets is here already"
	exit 0
fi
if [ $check_only = yes ]; then
	[ -z "$optional" ] ||
		say "would be used if it were here: $optional(packages: ${want:-none known})"
	[ -n "$lacking" ] || exit 0
	say "as root, sh $0$sets would install what is missing"
	die "missing: $lacking(packages: ${need:-none known})"
fi
if [ $manager = none ]; then
	[ -n "$lacking" ] || { say "no package manager; doing without $optional"; exit 0; }
	die "none of apt-get, dnf, apk, pacman is here; please install yourself: $lacking"
fi
if [ "$(id -u)" -ne 0 ]; then
	[ -n "$lacking" ] || { say "not root; doing without $optional"; exit 0; }
	die "not root; please install, as root: $need"
fi

if [ -n "$need$want" ]; then
	say "$manager: refreshing the package lists"
	refresh || { cat "$log" >&2; say "that failed; trying with the lists that are here"; }
fi
if [ -n "$need" ]; then
	say "$manager: installing $need"
	# shellcheck disable=SC2086
	install $need || { cat "$log" >&2; die "$manager could not install: $need"; }
	# Some tests of the wants need the compiler that has just come.
	want=$(packages want)
fi
# All at once, which is quicker; where one cannot be had, each by itself.
if [ -n "$want" ]; then
	say "$manager: installing $want"
	# shellcheck disable=SC2086
	install $want || for package in $want; do
		install "$package" || say "$package is not to be had; doing without"
	done
fi
lacking=$(tests need)
[ -z "$lacking" ] || die "still missing after the installation: $lacking"
