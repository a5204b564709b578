#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# suites.sh [-r REC] [-a ANALYZE] [-d DIRECTORY] [SUITE]...
#
# Runs test suites of other projects twice, bare and under rec, and compares what they say
# of each of their tests. The sources come from Debian (apt-get source, with a sources
# list of their own); what they need to build must be installed. Everything is kept in
# DIRECTORY (default: build/suites): logs, lists of results, tapes.
#
# Exit status: 0 every test ended the same and every tape is sound; 1 not; 2 bad use.
#
# A suite NAME is three functions: prepare_NAME makes ./NAME ready once; run_NAME runs it
# there; results_NAME turns its log into lines "test result".
set -eu

here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
all="python zlib sed diffutils gawk busybox"
rec=$root/build/release/tools/rec
analyze=$root/build/release/tools/analyze
work=$root/build/suites
python=${SUITES_PYTHON:-python3}
python_tests=${SUITES_PYTHON_TESTS:-"test_subprocess test_signal test_socket test_threading test_os \
test_select"}

die()
{
	echo "suites.sh: $*" >&2
	exit 2
}

# ---- sources ----

# Debian's source of a package, unpacked as ./$1.
fetch()
{
	[ ! -d "$1" ] || return 0
	lists=$work/apt
	mkdir -p "$lists/lists/partial" "$lists/parts"
	. /etc/os-release
	cat >"$lists/parts/source.sources" <<-END
		Types: deb-src
		URIs: http://deb.debian.org/debian
		Suites: $VERSION_CODENAME
		Components: main
		Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
	END
	options="-qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$lists/parts"
	options="$options -o Dir::State::lists=$lists/lists -o APT::Sandbox::User=root"
	[ -e "$lists/updated" ] || apt-get $options update
	: >"$lists/updated"
	mkdir -p "$1.part"
	(cd "$1.part" && apt-get $options source "$1" >&2)
	mv "$1.part/$1"-*/ "$1"
	rm -rf "$1.part"
}

configured()
{
	fetch "$1"
	cd "$1"
	FORCE_UNSAFE_CONFIGURE=1 ./configure -q --disable-nls >configure.out 2>&1
	make -j2 $old >make.out 2>&1
}

# Debian's patches make generated files look older than what they are made from.
old="AUTOCONF=: AUTOMAKE=: ACLOCAL=: AUTOHEADER=: MAKEINFO=: HELP2MAN=:"

# automake's test driver and its like: "PASS: name".
automake_results()
{
	sed -n 's/^\(PASS\|FAIL\|XFAIL\|XPASS\|SKIP\|ERROR\): \(.*\)/\2 \1/p' | sort
}

# ---- the suites ----

prepare_python() { mkdir -p python; }
# Sockets of virtual machines have nobody at the other end everywhere.
run_python() { "$python" -m test -v -i '*VSOCK*' --timeout 300 $python_tests; }
# "test_x (test.test_y.Z.test_x) ... ok"; warnings may stand between the two.
results_python() { "$python" "$here/unittest_results.py" | sort; }

prepare_zlib()
{
	fetch zlib
	cd zlib
	./configure >configure.out && make -j2 >make.out 2>&1
}
run_zlib() { make test; }
results_zlib() { sed -n 's/^\t*\** *\(.*\) test \(OK\|FAILED\) \**$/\1 \2/p' | sort; }

prepare_sed() { configured sed; }
run_sed() { make check $old; }
results_sed() { automake_results; }

prepare_diffutils() { configured diffutils; }
run_diffutils() { make -C tests check $old; }
results_diffutils() { automake_results; }

prepare_gawk() { configured gawk; }
# A test's name is a line of its own; one that fails leaves _NAME behind.
run_gawk() { make -C test check; }
results_gawk()
{
	sed -n 's/^\([a-z][a-z0-9_]*[0-9a-z]\)$/\1 ran/p
		s/^### \(.*\)/\1 FAIL/p; s/^Makefile:.*\[.*: \(.*\)\] Error.*/\1 FAIL/p
		s/^\([0-9]* TESTS FAILED\|ALL TESTS PASSED\)$/\1/p' | sort
}

prepare_busybox()
{
	command -v busybox >/dev/null || die "busybox is not installed"
	fetch busybox
	cd busybox
	mkdir -p bin
	ln -sf "$(command -v busybox)" bin/busybox
	# What the tests ask for of the configuration is what the binary has.
	cp debian/config/pkg/deb .config
}
# bc makes a system call for each byte of its thousands of lines: not for every day.
run_busybox()
{
	cd testsuite
	ls -d *.tests */ | sed 's/\.tests$//; s,/$,,' | sort -u | grep -vx 'bc' |
		bindir=$PWD/../bin tsdir=$PWD xargs ./runtest
}
results_busybox() { automake_results; }

# ---- twice ----

one()
{
	cd "$work/$1"
	LC_ALL=C
	export LC_ALL
	"run_$1" </dev/null
}

count()
{
	printf '%s' "$(grep -c "$@" || :)"
}

# What a run says differs by nothing but the recorder: the same script, under rec or not.
compare()
{
	echo "== $1"
	(cd "$work" && "prepare_$1")
	status=0
	"$0" -d "$work" -o "$1" >"$work/$1.bare.log" 2>&1 || status=$?
	recorded=0
	"$rec" -q -o "$work/$1.zst" -- "$0" -d "$work" -o "$1" >"$work/$1.rec.log" 2>&1 || recorded=$?
	for way in bare rec; do
		"results_$1" <"$work/$1.$way.log" >"$work/$1.$way.results"
		printf '%s: %s results, %s of them no success\n' $way \
			"$(wc -l <"$work/$1.$way.results")" \
			"$(count -Ev ' (ok|OK|PASS|ran|XFAIL|SKIP|UNTESTED|skipped.*|expected failure)$' \
				<"$work/$1.$way.results")"
	done
	same=true
	[ -s "$work/$1.bare.results" ] || { echo "no results"; same=false; }
	[ $status = $recorded ] || { echo "status $status bare, $recorded recorded"; same=false; }
	diff "$work/$1.bare.results" "$work/$1.rec.results" || same=false
	"$analyze" check "$work/$1.zst" || same=false
	$same
}

only=
while getopts r:a:d:o: option; do
	case $option in
	r) rec=$(realpath "$OPTARG") ;;
	a) analyze=$(realpath "$OPTARG") ;;
	d) work=$OPTARG ;;
	o) only=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
mkdir -p "$work"
work=$(realpath "$work")
if [ "$only" ]; then
	one "$only"
	exit
fi
[ -x "$rec" ] || die "$rec is not there: build it, or name one with -r"
different=
# shellcheck disable=SC2086 # a list of words
[ $# != 0 ] || set -- $all
for suite; do
	case " $all " in *" $suite "*) ;; *) die "no suite '$suite', only: $all" ;; esac
	compare "$suite" || different="$different $suite"
done
[ -z "$different" ] || echo "not the same:$different"
[ -z "$different" ]
