#compdef analyze
# SPDX-License-Identifier: Apache-2.0

local -a verbs options calls
verbs=(
	'overview:what ran, how it ended, what failed'
	'print:every event as a line'
	'tree:which process started which'
	'stats:count and time of each system call'
	'state:the world at one place of the tape'
	'files:every path that was touched'
	'net:everybody whom the processes talked to'
	'errors:the calls that failed'
	'follow:the bytes that flowed'
	'repack:the same tape, compressed harder'
	'diff:what is different in the second tape'
	'baseline:several good runs in one file'
	'cut:a tape with only a part'
	'redact:the tape without secrets'
	'scan:what looks like a secret'
	'info:what the tape says about itself'
	'check:whether the file is whole'
	'sql:the tape asked in SQL'
	'report:one HTML page'
	'export:the tape in another format'
)
options=(
	'(- *)--help[show the verbs and options]'
	'(- *)--version[show the version]'
	'*:tape:_files'
)
calls=('*'{-e+,--trace=}'[only these calls]:set:(%file %process %network %desc %memory %signal %ipc all)')
if ((CURRENT == 2)) && [[ $words[CURRENT] != -* ]]; then
	_describe verb verbs
	_files
	return
fi
case $words[2] in
print)
	options+=(
		'(-t -tt -ttt)-t[time of day]'
		'(-t -tt -ttt)-tt[time of day, microseconds]'
		'(-t -tt -ttt)-ttt[time since the Epoch]'
		'-r[time since the line before]'
		'-T[time spent in each call]'
		'-s[bytes shown of each string]:size'
		'-v[structures with all members]'
		'(-x -xx)-x[bytes that are no text in hexadecimal]'
		'(-x -xx)-xx[all strings in hexadecimal]'
		'(-y -yy)-y[paths of descriptors]'
		'(-y -yy)-yy[all that is known of descriptors]'
		'-Y[what processes are called]'
		'*-P[only calls about this path]:path:_files'
		'-X[numbers, names or both]:how:(raw abbrev verbose)'
		'(-Z)-z[only calls that succeeded]'
		'(-z)-Z[only calls that failed]'
		$calls
		'(-q -qq)-q[no messages about attaching]'
		'(-q -qq)-qq[no line for the end of a process]'
		'-n[number of each call]'
		'-i[instruction pointer of each call]'
		'-a[column of the results]:column'
		'--pid=[only these processes or threads]:pid'
		'--time=[only these seconds, A..B]:range'
	)
	;;
overview | tree)
	options+=($calls '--json[as a JSON object]')
	;;
stats)
	options+=(
		$calls
		'--by=[a table for each]:what:(syscall process thread file)'
		'--sort=[which come first]:key:(time calls errors mean p50 p90 p99 max wall blocked busy bytes)'
		'--pid=[only these processes or threads]:pid'
		'--time=[only these seconds, A..B]:range'
		'--json[as a JSON object]'
	)
	;;
state)
	options+=(
		'--at=[the place]:event or seconds'
		'--pid=[only these processes]:pid'
		'--maps[each mapping]'
		'--json[as a JSON object]'
	)
	;;
files)
	options+=(
		$calls
		'-P[only files at or below this path]:path:_files'
		'--sort=[which come first]:key:(bytes path time errors)'
		'--written[only those that were written or changed]'
		'--failed[only those at which something failed]'
		'--missing[only those that were not there]'
		'--all[a line for each]'
		'--pid=[only what these processes did]:pid'
		'--time=[only these seconds, A..B]:range'
		'--json[as a JSON object]'
	)
	;;
follow)
	options+=(
		$calls
		'--list[every stream]'
		'--fd=[what was behind it]:pid\:fd'
		'--path=[this file]:path:_files'
		'--socket=[sockets with this address]:address'
		'--pipe[all pipes]'
		'--stream=[the stream with this number]:number'
		'--hex[in hexadecimal]'
		'--content[the file put together]'
		'--raw[the bytes alone]'
		'-o[where the bytes go]:file:_files'
		'(--in)--out[only what was written]'
		'(--out)--in[only what was read]'
		'--pid=[only these processes or threads]:pid'
		'--time=[only these seconds, A..B]:range'
		'--json[as a JSON object]'
	)
	;;
net | errors)
	[[ $words[2] != net ]] || options+=('--sort=[which come first]:key:(bytes time errors)')
	options+=(
		$calls
		'--all[nothing folded or left out]'
		'--pid=[only what these processes did]:pid'
		'--time=[only these seconds, A..B]:range'
		'--json[as a JSON object]'
	)
	;;
repack)
	options+=('-o[the new tape]:file:_files' '-z[level of zstd]:level'
		'--long[frames of 128 MiB]')
	;;
diff)
	options+=('--all[all findings]' '--json[as a JSON object]'
		'--format=[form of the output]:format:(text json unified)'
		'--rules=[what is passed over]:file:_files'
		'--fail-on=[level for status 1]:level:(environment budget exit error process peer path flags call bytes count order time)'
		'--allow-lossy[compare what there is]' '*--good=[good runs]:tape:_files'
		'*--bad=[bad runs]:tape:_files')
	;;
baseline)
	options+=('(-o --output)'{-o,--output=}'[output]:file:_files')
	;;
cut)
	options+=(
		$calls
		'-o[the new tape]:file:_files'
		'-z[level of zstd]:level'
		'--pid=[only these processes or threads]:pid'
		'--children[also all that descend from them]'
		'--time=[only these seconds, A..B]:range'
		'--events=[only these events, A..B]:range'
	)
	;;
redact)
	options+=(
		'-o[the new tape]:file:_files'
		'-z[level of zstd]:level'
		'--level=[how much is replaced]:level:(default names meta)'
		'--key-file=[the same key for several tapes]:file:_files'
		'--rules=[own rules]:file:_files'
		'--json[as a JSON object]'
	)
	;;
scan)
	options+=('--json[as a JSON object]')
	;;
info)
	options+=('(--markdown)--json[as a JSON object]' '(--json)--markdown[for a bug report]'
		'--environment[values of all variables]')
	;;
check)
	options+=(
		'--repair[write what is readable into a clean tape]'
		'-o[the clean tape]:file:_files'
		'--json[as a JSON object]'
	)
	;;
sql)
	options+=(
		$calls
		'(--json --line)--csv[as in RFC 4180]'
		'(--csv --line)--json[as an array of objects]'
		'(--csv --json)--line[a line for each value]'
		'--no-header[no names of columns]'
	)
	;;
report)
	options+=($calls '-o[output]:file:_files'
		'--pid=[only these processes or threads]:pid'
		'--time=[only these seconds, A..B]:range')
	;;
export)
	options+=($calls '--to=[format]:format:(jsonl strace csv sqlite perfetto folded pcapng)'
		'-o[output]:file:_files'
		'--pid=[only these processes or threads]:pid'
		'--time=[only these seconds, A..B]:range'
		'--weight=[what folded stacks count]:weight:(time count bytes)')
	;;
esac
_arguments $options
