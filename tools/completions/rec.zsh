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
	'--max-size=[end the recording at this size]:size:(10M 100M 1G)' \
	'--max-time=[end the recording after this time]:time:(10s 1m 1h)' \
	'--max-events=[end the recording after so many events]:number:(1000 1000000)' \
	'(-C --part-size --ring)'{-C+,--part-size=}'[begin another file at this size]:size:(10M 100M 1G)' \
	'(-W --parts)'{-W+,--parts=}'[keep so many files]:number:(2 10 100)' \
	'(-C --part-size)--ring=[keep only the newest, in memory]:size:(1M 10M 100M)' \
	'--ring-on-failure[write the ring at the end only if the command failed]' \
	'--redact=-[leave out secrets]::level:(default names meta)' \
	'(-q --quiet)'{-q,--quiet}'[no line about the tape at the end]' \
	'(- *)--help[show the options]' \
	'(- *)--version[show the version]' \
	'(-):command: _command_names -e' \
	'*::argument: _normal'
