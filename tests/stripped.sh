# Sourced where programs without names are wanted. Needs $tmp.
#
# stripped_variants PROGRAM DIR: copies of PROGRAM without .symtab, as distributions make
# them: DIR/VARIANT/bin/PROGRAM, with its names where the variant has them. Sets $variants
# to their names; what cannot be made here is said.
have() { command -v "$1" >/dev/null 2>&1; }

stripped_variants() {
	variants=
	for variant in link dot_debug checksum eu_strip mini dwz dwz_common; do
		program=$2/$variant/bin/${1##*/}
		mkdir -p "$2/$variant/bin/.debug"
		cp "$1" "$program"
		if (cd "$2/$variant/bin" && "make_$variant" "${1##*/}") >"$tmp/log" 2>&1; then
			variants="$variants $variant"
		else
			printf '%s: %s left out: %s\n' "${0##*/}" "$variant" "$(tail -n 1 "$tmp/log")"
		fi
	done
}

# Debian, Fedora: a debug file, the build-id in both; found here by its name.
make_link() {
	have objcopy && have strip || { echo "no binutils"; return 1; }
	objcopy --only-keep-debug "$1" "$1.debug" && strip "$1" &&
		objcopy --add-gnu-debuglink="$1.debug" "$1"
}
make_dot_debug() { make_link "$1" && mv "$1.debug" .debug/; }
# No build-id, as Alpine and OpenEmbedded may have it: the checksum decides.
make_checksum() {
	have objcopy || { echo "no binutils"; return 1; }
	objcopy -R .note.gnu.build-id "$1" && make_link "$1"
}
make_eu_strip() {
	have eu-strip || { echo "no eu-strip"; return 1; }
	eu-strip -f "$1.debug" "$1"
}
# dwz rewrites the debug file's DWARF, and leaves alone where its symbols are.
make_dwz() {
	have dwz || { echo "no dwz"; return 1; }
	make_link "$1" && has_dwarf "$1.debug" && dwz "$1.debug"
}
# Fedora, Debian: what several debug files share is in one that they name (.gnu_debugaltlink).
# That one has no symbols, and is not needed for names.
make_dwz_common() {
	have dwz || { echo "no dwz"; return 1; }
	make_link "$1" && has_dwarf "$1.debug" && cp "$1.debug" second.debug &&
		dwz -m common.debug -M "$PWD/common.debug" "$1.debug" second.debug &&
		readelf -S "$1.debug" 2>/dev/null | grep -q gnu_debugaltlink && rm second.debug
}
has_dwarf() {
	readelf -S "$1" 2>/dev/null | grep -q debug_info || { echo "built without -g"; return 1; }
}
# Fedora: MiniDebugInfo, made by the recipe of gdb's manual.
make_mini() {
	have objcopy && have xz && have nm || { echo "no binutils or no xz"; return 1; }
	nm -D "$1" --format=posix --defined-only | awk '{ print $1 }' | sort >dynsyms
	nm "$1" --format=posix --defined-only |
		awk '$2 ~ /^[TtD]$/ { print $1 }' | sort >funcsyms
	comm -13 dynsyms funcsyms >keep
	objcopy --only-keep-debug "$1" debug &&
		objcopy -S --remove-section .gdb_index --remove-section .comment \
			--keep-symbols=keep debug mini &&
		strip --strip-all -R .comment "$1" &&
		xz -f mini && objcopy --add-section .gnu_debugdata=mini.xz "$1" &&
		rm -f debug dynsyms funcsyms keep
}
