# bash completion for uprobe-ctl(8)                                    -*- shell-script -*-
# Commands and options are asked of the program itself, so that they cannot differ.

_uprobe_ctl_options() { # of the program, or of a command
	"$1" ${2:+"$2"} --help 2>/dev/null |
		sed -n 's/^  \(-[^ ,]*\), \(--[a-z-]*\).*/\1 \2/p; s/^ *\(--[a-z-]*\).*/\1/p'
}

_uprobe_ctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local program=${COMP_WORDS[0]} command='' words='' i

	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -* ]] || { command=${COMP_WORDS[i]}; break; }
	done
	COMPREPLY=()
	case $prev in
	-f | --file | -w | --write)
		compopt -o default
		return ;;
	--tracefs | --sysroot)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--time)
		mapfile -t COMPREPLY < <(compgen -W 'wall mono rel' -- "$cur")
		return ;;
	--ifunc)
		mapfile -t COMPREPLY < <(compgen -W 'used all resolver' -- "$cur")
		return ;;
	-B | --instance)
		words=$(ls /sys/kernel/tracing/instances 2>/dev/null)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return ;;
	-p | --pid)
		words=$(cd /proc && echo [0-9]*)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return ;;
	-c | --command)
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		return ;;
	--uid)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return ;;
	-d | --duration | -i | --interval | -n | --count | -o | --columns | --slower | --comm | \
		--cpu | --sample | --top)
		return ;;
	esac
	if [[ $cur == -* ]]; then
		words=$(_uprobe_ctl_options "$program" "$command")
	elif [[ -z $command ]]; then
		words=$("$program" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')
	else
		case $command in
		list | ls | remove | rm | enable | disable | profile | trace)
			words=$("$program" list --noheadings 2>/dev/null | awk '{ print $1 }') ;;
		esac
		# What is left is a spec or a file; both begin with a path.
		case $command in
		add | trace | symbols | resolve) compopt -o default ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _uprobe_ctl uprobe-ctl
