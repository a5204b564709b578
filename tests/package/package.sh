#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: package.sh SOURCE WORK C-COMPILER
#
# What users get: a release build of its own, made into a .deb, unpacked and run;
# installed by cmake and run; the same once more under prefixed names.
set -euo pipefail
source=$1 work=$2 compiler=$3
export CMAKE_GENERATOR=${CMAKE_GENERATOR-Ninja} LC_ALL=C
unset DESTDIR NO_COLOR

for tool in dpkg-deb dpkg-shlibdeps file; do
	command -v "$tool" >/dev/null || { echo "$tool is not installed"; exit 77; }
done

fail()
{
	echo "FAILED: $*"
	exit 1
}

# expect WHAT FOUND WANTED-PATTERN
expect()
{
	# shellcheck disable=SC2053 # a pattern on purpose
	[[ $2 == $3 ]] || fail "$1: '$2' is not like '$3'"
}

configure()
{
	cmake -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER="$compiler" \
		-DBUILD_TESTING=OFF -DSYSTAPE_WERROR=ON -DSYSTAPE_PROGRAM_PREFIX="$1" >"$work/cmake.log" ||
		fail "configuring; see $work/cmake.log"
	cmake --build "$work/build" -j 2 >"$work/build.log" 2>&1 ||
		{ tail -n 40 "$work/build.log"; fail "building"; }
}

# Leaves the package's name in $deb.
package()
{
	rm -f "$work"/build/*.deb
	(cd "$work/build" && cpack -G DEB) >"$work/cpack.log" 2>&1 ||
		{ cat "$work/cpack.log"; fail "cpack"; }
	deb=$(echo "$work"/build/systape_*.deb)
}

# use ROOT PREFIX: the programs below ROOT record and read.
use()
{
	local rec=$1/bin/$2rec analyze=$1/bin/$2analyze tape=$work/tape.zst status=0
	expect "output of a recorded command" "$("$rec" -q -o "$tape" -- echo hello)" hello
	expect "overview" "$("$analyze" "$tape")" '*echo*hello*'
	expect "print" "$("$analyze" print "$tape")" '*execve(*write(1, "hello\\n", 6)*= 6*exited with 0*'
	expect "sql" "$("$analyze" sql --no-header "$tape" "SELECT bytes FROM syscalls WHERE name = 'write'")" 6
	"$analyze" check "$tape" >/dev/null || fail "check of a fresh tape: $?"
	"$rec" -q -o "$tape" -- sh -c 'exit 7' || status=$?
	expect "exit status" "$status" 7
	zstd -qt "$tape" || fail "zstd does not like the tape"
	zstd -qdc "$tape" | protoc --proto_path="$1/share/systape" --decode=systape.Trace trace.proto |
		grep -c 'magic: "systape"' >/dev/null || fail "protoc does not understand the tape"
}

# files ROOT PREFIX: everything is where it belongs, under the right name.
files()
{
	local program name
	for program in rec analyze; do
		name=$2$program
		grep -q "^\.Nm $name\$" "$1/share/man/man1/$name.1" || fail "man page of $name"
		grep -q "^complete -F .* $name\$" "$1/share/bash-completion/completions/$name" ||
			fail "bash completion of $name"
		grep -q "^#compdef $name\$" "$1/share/zsh/vendor-completions/_$name" ||
			fail "zsh completion of $name"
		grep -q "^complete -c $name " "$1/share/fish/vendor_completions.d/$name.fish" ||
			fail "fish completion of $name"
	done
	cmp -s "$source/LICENSE" "$1/share/doc/systape/LICENSE" || fail "the licence"
}

mkdir -p "$work"
rm -rf "$work"/root "$work"/prefix "$work"/named
configure ""
package
expect "package name" "$(dpkg-deb -f "$deb" Package)" systape
expect "conflict" "$(dpkg-deb -f "$deb" Conflicts)" sox
for library in libc6 libzstd1 libprotobuf-c1 libsqlite3-0; do
	expect "dependencies" "$(dpkg-deb -f "$deb" Depends)" "*$library*"
done
dpkg-deb -x "$deb" "$work/root"
files "$work/root/usr" ""
use "$work/root/usr" ""

cmake --install "$work/build" --prefix "$work/prefix" >/dev/null
files "$work/prefix" ""
use "$work/prefix" ""

configure tape-
package
expect "conflict under a prefix" "$(dpkg-deb -f "$deb" Conflicts)" ""
cmake --install "$work/build" --prefix "$work/named" >/dev/null
expect "programs under a prefix" "$(cd "$work/named/bin" && echo *)" "tape-analyze tape-rec"
files "$work/named" tape-
use "$work/named" tape-
echo "$(basename "$deb"): packed, unpacked, installed and run"
