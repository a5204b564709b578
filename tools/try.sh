#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh Debian machine to a first look at a tape: installs what is missing,
# builds, records a command and shows what `analyze` says of it.
#
#   tools/try.sh                    records gcc compiling a small program
#   tools/try.sh command [arg…]     records this command, here
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/release

"$root/tools/setup.sh" build
log=$root/build/try.log
mkdir -p "$root/build"
echo "try.sh: building into ${build#"$PWD/"} (first time: a minute or two)" >&2
export CMAKE_GENERATOR=${CMAKE_GENERATOR-Ninja}
if ! (cd "$root" && cmake --preset release && cmake --build --preset release) >"$log" 2>&1; then
	tail -n 40 "$log" >&2
	echo "try.sh: the build failed; all of it is in $log" >&2
	exit 1
fi
PATH=$build/tools:$PATH

if [ $# = 0 ]; then
	mkdir -p "$root/build/try"
	cd "$root/build/try"
	cat >hello.c <<'HELLO'
#include <stdio.h>

int main(void)
{
	return puts("hello, tape") < 0;
}
HELLO
	set -- gcc -O2 -o hello hello.c
fi

tape=$PWD/trace.zst
echo "\$ rec -o trace.zst $*" >&2
status=0
rec -o "$tape" -- "$@" || status=$?
if [ ! -s "$tape" ]; then
	echo "try.sh: rec left no tape (exit status $status)" >&2
	exit 1
fi
echo >&2
echo "\$ analyze trace.zst" >&2
analyze "$tape"

cat >&2 <<NEXT

That was $tape. Try next:
  PATH=$build/tools:\$PATH
  cd $PWD
  analyze print trace.zst | less             every call, in strace's notation
  analyze tree trace.zst                     who started whom
  analyze stats trace.zst                    where the time went, call by call
  analyze info --markdown trace.zst          what to paste into a bug report
  analyze export --to jsonl trace.zst | jq . for programs
  rec -o other.zst -- command arg…           a tape of your own
A tape holds all that the command read and wrote, secrets included: see SECURITY.md.
NEXT
