# SPDX-License-Identifier: Apache-2.0

set -l verbs overview print tree stats state files net errors info check export
set -l first "not __fish_seen_subcommand_from $verbs"

complete -c analyze -n $first -a overview -d 'What ran, how it ended, what failed'
complete -c analyze -n $first -a print -d 'Every event as a line'
complete -c analyze -n $first -a tree -d 'Which process started which'
complete -c analyze -n $first -a stats -d 'Count and time of each system call'
complete -c analyze -n $first -a state -d 'The world at one place of the tape'
complete -c analyze -n $first -a files -d 'Every path that was touched'
complete -c analyze -n $first -a net -d 'Everybody whom the processes talked to'
complete -c analyze -n $first -a errors -d 'The calls that failed'
complete -c analyze -n $first -a info -d 'What the tape says about itself'
complete -c analyze -n $first -a check -d 'Whether the file is whole'
complete -c analyze -n $first -a export -d 'The tape in another format'
complete -c analyze -l help -d 'Show the verbs and options'
complete -c analyze -l version -d 'Show the version'

set -l print '__fish_seen_subcommand_from print'
complete -c analyze -n $print -o t -d 'Time of day'
complete -c analyze -n $print -o tt -d 'Time of day, microseconds'
complete -c analyze -n $print -o ttt -d 'Time since the Epoch'
complete -c analyze -n $print -o r -d 'Time since the line before'
complete -c analyze -n $print -o T -d 'Time spent in each call'
complete -c analyze -n $print -o s -x -d 'Bytes shown of each string'
complete -c analyze -n $print -o v -d 'Structures with all members'
complete -c analyze -n $print -o x -d 'Bytes that are no text in hexadecimal'
complete -c analyze -n $print -o xx -d 'All strings in hexadecimal'
complete -c analyze -n $print -o y -d 'Paths of descriptors'
complete -c analyze -n $print -o yy -d 'All that is known of descriptors'
complete -c analyze -n $print -o P -r -F -d 'Only calls about this path'
complete -c analyze -n $print -o X -x -a 'raw abbrev verbose' -d 'Numbers, names or both'
complete -c analyze -n $print -o z -d 'Only calls that succeeded'
complete -c analyze -n $print -o Z -d 'Only calls that failed'
complete -c analyze -n $print -o q -d 'No messages about attaching'
complete -c analyze -n $print -o qq -d 'No line for the end of a process'
complete -c analyze -n $print -o n -d 'Number of each call'
complete -c analyze -n $print -o i -d 'Instruction pointer of each call'
complete -c analyze -n $print -o a -x -d 'Column of the results'
complete -c analyze -n $print -l pid -x -d 'Only these processes or threads'
complete -c analyze -n $print -l time -x -d 'Only these seconds, A..B'

set -l calls '__fish_seen_subcommand_from overview tree print stats files net errors export'
complete -c analyze -n $calls -s e -l trace -x -d 'Only these calls' \
	-a '%file %process %network %desc %memory %signal %ipc all'

set -l stats '__fish_seen_subcommand_from stats'
complete -c analyze -n $stats -l by -x -a 'syscall process thread file' -d 'A table for each'
complete -c analyze -n $stats -l sort -x -d 'Which come first' \
	-a 'time calls errors mean p50 p90 p99 max wall blocked busy bytes'
complete -c analyze -n $stats -l pid -x -d 'Only these processes or threads'
complete -c analyze -n $stats -l time -x -d 'Only these seconds, A..B'

set -l json '__fish_seen_subcommand_from overview tree stats state files net errors info check'
complete -c analyze -n $json -l json -d 'As a JSON object'

set -l state '__fish_seen_subcommand_from state'
complete -c analyze -n $state -l at -x -d 'The place: an event, or seconds'
complete -c analyze -n $state -l pid -x -d 'Only these processes'
complete -c analyze -n $state -l maps -d 'Each mapping'

set -l files '__fish_seen_subcommand_from files'
complete -c analyze -n $files -o P -r -F -d 'Only files at or below this path'
complete -c analyze -n $files -l sort -x -a 'bytes path time errors' -d 'Which come first'
complete -c analyze -n $files -l written -d 'Only those that were written or changed'
complete -c analyze -n $files -l failed -d 'Only those at which something failed'
complete -c analyze -n $files -l missing -d 'Only those that were not there'

set -l net '__fish_seen_subcommand_from net'
complete -c analyze -n $net -l sort -x -a 'bytes time errors' -d 'Which come first'

set -l folded '__fish_seen_subcommand_from files net errors'
complete -c analyze -n $folded -l all -d 'A line for each'
complete -c analyze -n $folded -l pid -x -d 'Only what these processes did'
complete -c analyze -n $folded -l time -x -d 'Only these seconds, A..B'

set -l info '__fish_seen_subcommand_from info'
complete -c analyze -n $info -l markdown -d 'For a bug report'

set -l check '__fish_seen_subcommand_from check'
complete -c analyze -n $check -l repair -d 'Write what is readable into a clean tape'
complete -c analyze -n $check -o o -r -F -d 'The clean tape'

set -l export '__fish_seen_subcommand_from export'
complete -c analyze -n $export -l to -x -a 'jsonl strace' -d 'Format'
complete -c analyze -n $export -o o -r -F -d 'Output'
