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
complete -c rec -s q -l quiet -d 'No line about the tape at the end'
complete -c rec -l help -d 'Show the options'
complete -c rec -l version -d 'Show the version'
