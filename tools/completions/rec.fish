# SPDX-License-Identifier: Apache-2.0
# The recorded command's own completion follows rec's options.

complete -c rec -x -a '(__fish_complete_subcommand --fcs-skip=1)'
complete -c rec -s o -l output -r -F -d 'Write the tape to this file'
complete -c rec -s p -l attach -x -a '(__fish_complete_pids)' -d 'Record this running process'
complete -c rec -s e -l trace -x -d 'Record only these calls' \
	-a '%file %process %network %desc %memory %signal %ipc'
complete -c rec -s s -l payload -x -a '0 64K 1M all' -d 'Bytes kept of each buffer'
complete -c rec -s u -l user -x -a '(__fish_complete_users)' -d 'Run the command as this user'
complete -c rec -s E -l env -x -a '(set -nx)' -d 'Set or remove a variable'
complete -c rec -s z -l level -x -a '1 3 9 19' -d 'zstd level'
complete -c rec -l max-size -x -a '10M 100M 1G' -d 'End the recording at this size'
complete -c rec -l max-time -x -a '10s 1m 1h' -d 'End the recording after this time'
complete -c rec -l max-events -x -a '1000 1000000' -d 'End the recording after so many events'
complete -c rec -s C -l part-size -x -a '10M 100M 1G' -d 'Begin another file at this size'
complete -c rec -s W -l parts -x -a '2 10 100' -d 'Keep so many files'
complete -c rec -l ring -x -a '1M 10M 100M' -d 'Keep only the newest, in memory'
complete -c rec -l redact -d 'Leave out secrets'
complete -c rec -l ring-on-failure -d 'Write the ring at the end only on failure'
complete -c rec -s q -l quiet -d 'No line about the tape at the end'
complete -c rec -l help -d 'Show the options'
complete -c rec -l version -d 'Show the version'
