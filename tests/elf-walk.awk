# What `uprobe-ctl symbols -J FILE' must list, computed from readelf's output, against what it
# lists. Variables: file (for messages); inputs, each announced by a `what=' assignment:
#   what=main   readelf -W -h -l -S -s FILE
#   what=debug  readelf -W -s DEBUGFILE (may be missing)
#   what=ours   uprobe-ctl symbols -J FILE, with RS set to {"name":"
# Prints a line for each difference, and "= FUNCTIONS DIFFERENCES" at the end.

function hex(s,   i, v) {
	v = 0
	s = tolower(s)
	sub(/^0x/, "", s)
	for (i = 1; i <= length(s); i++)
		v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return v
}

# The file offset of an address, "" if no executable segment has it.
function offset_of(v,   i) {
	for (i = 1; i <= n_segments; i++)
		if (v >= seg_vaddr[i] && v < seg_vaddr[i] + seg_size[i])
			return seg_flags[i] ~ /E/ ? sprintf("%.0f", v - seg_vaddr[i] + seg_offset[i]) : ""
	return ""
}

function in_code(v,   i) {
	for (i = 1; i <= n_code; i++)
		if (v >= code_from[i] && v < code_to[i])
			return 1
	return !n_sections
}

function take_symbol(value, type, ndx, name,   v, off) {
	if (type !~ /^(FUNC|IFUNC|NOTYPE)$/ || ndx ~ /^(UND|ABS|COM)/ || name == "")
		return
	v = hex(value)
	off = offset_of(v)
	if (v == 0 || off == "" || !in_code(v))
		return
	sub(/ \([0-9]+\)$/, "", name)
	if (name ~ /^[^@]+@@?[^@ ]+$/)
		sub(/@.*/, "", name)
	want[off, name] = 1
}

what == "main" && $1 == "Machine:" { machine = $0 }
what == "main" && $1 == "Type:" && $2 ~ /^(REL|CORE|NONE)/ { unfit = 1 }
what == "main" && $1 == "LOAD" {
	n_segments++
	seg_offset[n_segments] = hex($2)
	seg_vaddr[n_segments] = hex($3)
	seg_size[n_segments] = hex($5)
	for (i = 7; i < NF; i++) # R E: the letters are a field each
		seg_flags[n_segments] = seg_flags[n_segments] $i
}
# [ 1] .text PROGBITS addr off size es flags link info align, from its end: names may be odd
what == "main" && /^ *\[ *[0-9]+\] / && $(NF - 1) ~ /^[0-9]+$/ && $NF ~ /^[0-9]+$/ {
	n_sections++
	at = $(NF - 3) ~ /^[A-Za-z]+$/ ? NF - 3 : 0
	if (at && $at ~ /A/ && $at ~ /X/ && $0 !~ / NOBITS /) {
		n_code++
		code_from[n_code] = hex($(at - 4))
		code_to[n_code] = code_from[n_code] + hex($(at - 2))
	}
}
what != "ours" && /^ *[0-9]+: [0-9a-f]+ / {
	name = $0
	ndx = $7
	# st_other may add words in brackets before the section
	if (sub(/^.* (DEFAULT|HIDDEN|PROTECTED|INTERNAL) +(\[[^]]*\] +)*/, "", name)) {
		ndx = name
		sub(/ .*/, "", ndx)
		if (!sub(/^[^ ]+ /, "", name))
			name = ""
	}
	take_symbol($2, $4, ndx, name)
}
what == "ours" && match($0, /"offset":[0-9]+/) {
	off = substr($0, RSTART + 9, RLENGTH - 9)
	if ($0 ~ /"type":"plt"/)
		next
	name = substr($0, 1, index($0, "\"") - 1)
	got[off, name] = 1
	aliases = $0
	sub(/^.*"aliases":\[/, "", aliases)
	sub(/\],"source".*/, "", aliases)
	gsub(/"/, "", aliases)
	n = split(aliases, names, ",")
	for (i = 1; i <= n; i++)
		got[off, names[i]] = 1
}
END {
	if (unfit || machine !~ /X86-64|80386|AArch64|RISC-V/) {
		print "- left out"
		exit
	}
	for (key in want) {
		functions++
		if (!(key in got)) {
			differences++
			split(key, part, SUBSEP)
			print file ": missing: " part[2] " at " part[1]
		}
	}
	for (key in got)
		if (!(key in want)) {
			differences++
			split(key, part, SUBSEP)
			print file ": not in readelf: " part[2] " at " part[1]
		}
	print "= " functions + 0 " " differences + 0
}
