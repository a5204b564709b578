# SPDX-License-Identifier: Apache-2.0
# Verbs of analyze, the options of each, and the names of tapes.

_systape_analyze()
{
	local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]-} words="--help --version" verbs=
	COMPREPLY=()
	if [[ $current == '=' ]]; then
		current=
	elif [[ $option == '=' ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in
	--by) mapfile -t COMPREPLY < <(compgen -W "syscall process thread file" -- "$current") && return ;;
	--sort)
		verbs="bytes path time errors"
		[[ $verb != net ]] || verbs="bytes time errors"
		[[ $verb != stats ]] || verbs="time calls errors mean p50 p90 p99 max wall blocked busy bytes"
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current")
		return
		;;
	--to) mapfile -t COMPREPLY < <(compgen -W "jsonl strace csv sqlite perfetto folded pcapng" -- "$current") && return ;;
	--level) mapfile -t COMPREPLY < <(compgen -W "default names meta" -- "$current") && return ;;
	--key-file | --rules) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
	--weight) mapfile -t COMPREPLY < <(compgen -W "time count bytes" -- "$current") && return ;;
	-e | --trace)
		mapfile -t COMPREPLY < <(compgen -W "trace=%file trace=%process trace=%network
			trace=%desc trace=%memory trace=%signal trace=%ipc" -- "$current")
		return
		;;
	trace)
		mapfile -t COMPREPLY < <(compgen -W "%file %process %network %desc %memory %signal
			%ipc" -- "$current")
		return
		;;
	--format) mapfile -t COMPREPLY < <(compgen -W "text json unified" -- "$current") && return ;;
	--fail-on)
		mapfile -t COMPREPLY < <(compgen -W "environment budget exit error process peer path
			flags call bytes count order time" -- "$current")
		return
		;;
	-X) mapfile -t COMPREPLY < <(compgen -W "raw abbrev verbose" -- "$current") && return ;;
	-P) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
	-s | -a | --pid | --time | --at) return ;;
	esac
	case $verb in
	print) words+=" -t -tt -ttt -r -T -s -v -x -xx -y -yy -Y -P -X -z -Z -e --trace= -q -qq -n -i -a --pid= --time=" ;;
	overview | tree) words+=" -e --trace= --json" ;;
	stats) words+=" --by= --sort= -e --trace= --pid= --time= --json" ;;
	state) words+=" --at= --pid= --maps --json" ;;
	files) words+=" -P -e --trace= --sort= --written --failed --missing --all --pid= --time= --json" ;;
	follow) words+=" --list --fd= --path= --socket= --pipe --stream= --hex --content --raw --out --in -o -e --trace= --pid= --time= --json" ;;
	cut) words+=" -o -z -e --trace= --pid= --children --time= --events=" ;;
	repack) words+=" -z -o --long" ;;
	diff) words+=" --all --json --format= --rules= --fail-on= --allow-lossy --good= --bad=" ;;
	baseline) words+=" -o --output=" ;;
	scan) words+=" --json" ;;
	redact) words+=" -o -z --level= --key-file= --rules= --json" ;;
	net) words+=" --sort= --all -e --trace= --pid= --time= --json" ;;
	errors) words+=" --all -e --trace= --pid= --time= --json" ;;
	info) words+=" --json --markdown --environment" ;;
	check) words+=" --repair -o --json" ;;
	sql) words+=" -e --trace= --csv --json --line --no-header" ;;
	report) words+=" -e --trace= --pid= --time= -o" ;;
	export) words+=" --to= -e --trace= -o --pid= --time= --weight=" ;;
	esac
	if ((COMP_CWORD == 1)); then
		verbs="overview print tree stats state files follow net errors diff baseline cut repack redact scan info check sql report export"
	fi
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	else
		mapfile -t COMPREPLY < <(
			compgen -W "$verbs" -- "$current"
			compgen -f -- "$current"
		)
		compopt -o filenames 2>/dev/null
	fi
	if [[ ${COMPREPLY[0]-} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}

complete -F _systape_analyze analyze
