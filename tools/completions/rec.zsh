#compdef rec
# SPDX-License-Identifier: Apache-2.0

_arguments -s -S -A '-*' \
	'(-o --output)'{-o+,--output=}'[write the tape to this file]:tape:_files' \
	'*'{-p+,--attach=}'[record this running process]:process:_pids' \
	'*'{-e+,--trace=}'[record only these calls]:set:(%file %process %network %desc %memory %signal %ipc)' \
	'(-s --payload)'{-s+,--payload=}'[bytes kept of each buffer]:size:(0 64K 1M all)' \
	'(-u --user)'{-u+,--user=}'[run the command as this user]:user:_users' \
	'*'{-E+,--env=}'[set or remove a variable]:variable:_parameters -g "*export*" -qS=' \
	'(-z --level)'{-z+,--level=}'[zstd level]:level:(1 3 9 19)' \
	'(-q --quiet)'{-q,--quiet}'[no line about the tape at the end]' \
	'(- *)--help[show the options]' \
	'(- *)--version[show the version]' \
	'(-):command: _command_names -e' \
	'*::argument: _normal'
