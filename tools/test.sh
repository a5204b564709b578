#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing, builds with sanitizers and runs every test; then lets
# the other compiler build all of it, and the fuzzers look around for a moment.
# The last line is "N passed, N failed" (", N skipped" when some could not run
# here), the exit status 0 only when nothing failed.
#
#   tools/test.sh                     everything
#   tools/test.sh ctest arguments…    only these tests, as in: tools/test.sh -L unit
set -uo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
export CMAKE_GENERATOR=${CMAKE_GENERATOR-Ninja}
passed=0 failed=0 skipped=0

finish()
{
	if [ $((passed + failed)) = 0 ]; then
		echo "test.sh: no test was run" >&2
		failed=1
	fi
	line="$passed passed, $failed failed"
	if [ "$skipped" != 0 ]; then
		line+=", $skipped skipped"
	fi
	echo "$line"
	exit $((failed != 0))
}

# step NAME COMMAND…: counts as a test of its own, shown only when it fails.
step()
{
	local name=$1 log=$root/build/$1.log start=$SECONDS
	shift
	if "$@" >"$log" 2>&1; then
		echo "step $name: passed, $((SECONDS - start)) s"
		passed=$((passed + 1))
		return 0
	fi
	tail -n 60 "$log"
	echo "step $name: FAILED, all of it is in $log"
	failed=$((failed + 1))
	return 1
}

compile()
{
	cmake --preset "$1" && cmake --build --preset "$1"
}

# run PRESET CTEST-ARGUMENT…: runs the tests of a build and adds them up. A test
# that was neither passed, nor disabled, nor skipped by its own word has failed,
# whatever ctest calls it (a missing program is "not run" there).
run()
{
	local preset=$1 result=$root/build/ctest-$1.xml status=0 all good off
	shift
	rm -f "$result"
	ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j 2 \
		--timeout 300 --output-junit "$result" "$@" || status=$?
	all=$(grep -c '<testcase ' "$result")
	good=$(grep -c '<testcase .* status="run"' "$result")
	off=$(grep -c -e '<testcase .* status="disabled"' -e '<skipped message="SKIP_' "$result")
	if [ "$status" != 0 ] && [ $((all - good - off)) = 0 ]; then
		echo "test.sh: ctest failed ($status) without a failed test" >&2
		failed=$((failed + 1))
	fi
	passed=$((passed + good)) skipped=$((skipped + off))
	failed=$((failed + all - good - off))
}

mkdir -p build
step setup tools/setup.sh || finish
step build-asan compile asan || finish
if [ $# != 0 ]; then
	run asan "$@"
	finish
fi
run asan
step build-clang compile clang
if step build-fuzz compile fuzz; then
	run fuzz -L fuzz
fi
finish
