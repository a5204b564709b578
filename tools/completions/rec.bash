# SPDX-License-Identifier: Apache-2.0
# Options of rec, then the completion of the command it records.

_systape_rec()
{
	local current=${COMP_WORDS[COMP_CWORD]} at=1 word
	COMPREPLY=()
	# Find where the command begins.
	while ((at < COMP_CWORD)); do
		word=${COMP_WORDS[at]}
		case $word in
		--) ((at++)); break ;;
		# bash splits --option=value into three words.
		--output | --attach | --trace | --payload | --user | --env | --level | --max-* | --part-size | \
			--parts | --ring)
			((at++))
			[[ ${COMP_WORDS[at]} == '=' ]] && ((at++))
			;;
		-[opesuEzCW]) ((at++)) ;;
		-*) ;;
		*) break ;;
		esac
		((at++))
	done
	if ((at < COMP_CWORD)) || { ((at == COMP_CWORD)) && [[ $current != -* ]]; }; then
		if declare -F _command_offset >/dev/null; then
			_command_offset "$at"
		elif ((at == COMP_CWORD)); then
			mapfile -t COMPREPLY < <(compgen -c -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		fi
		return
	fi
	local option=${COMP_WORDS[COMP_CWORD - 1]}
	if [[ $current == '=' ]]; then
		current=
	elif [[ $option == '=' ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in
	-o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	-p | --attach) mapfile -t COMPREPLY < <(compgen -W "$(ps -e -o pid=)" -- "$current") ;;
	-e | --trace)
		mapfile -t COMPREPLY < <(compgen -W "%file %process %network %desc %memory %signal
			%ipc" -- "$current")
		;;
	-s | --payload) mapfile -t COMPREPLY < <(compgen -W "0 64K 1M all" -- "$current") ;;
	-u | --user) mapfile -t COMPREPLY < <(compgen -u -- "$current") ;;
	-E | --env) mapfile -t COMPREPLY < <(compgen -v -- "$current") ;;
	-z | --level) mapfile -t COMPREPLY < <(compgen -W "1 3 9 19" -- "$current") ;;
	--max-size | --ring | -C | --part-size)
		mapfile -t COMPREPLY < <(compgen -W "10M 100M 1G" -- "$current") ;;
	--max-time) mapfile -t COMPREPLY < <(compgen -W "10s 1m 1h" -- "$current") ;;
	--max-events) mapfile -t COMPREPLY < <(compgen -W "1000 1000000" -- "$current") ;;
	-W | --parts) mapfile -t COMPREPLY < <(compgen -W "2 10 100" -- "$current") ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W "-o --output= -p --attach= -e --trace= -s --payload= -u --user=
			-E --env= -z --level= --max-size= --max-time= --max-events= -C --part-size= -W --parts=
			--ring= --ring-on-failure --redact --redact= -q --quiet --help --version --" -- "$current")
		[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
		;;
	esac
}

complete -F _systape_rec rec
