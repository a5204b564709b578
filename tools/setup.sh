#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian packages that building and testing systape needs. Asks for
# nothing; when all of them are there it only looks, without root and offline.
#
#   tools/setup.sh          what building and testing needs
#   tools/setup.sh build    what building needs
#   tools/setup.sh list     prints the names, installs nothing
set -euo pipefail

# libc6-dev is named because gcc only recommends it and we install no recommends.
build=(
	gcc libc6-dev clang cmake ninja-build pkg-config
	protobuf-c-compiler libprotobuf-c-dev libzstd-dev libisal-dev libsqlite3-dev
	nettle-dev
)
# clang-rt: libFuzzer and the sanitizers of clang. dpkg-dev and file: dependencies
# of the .deb are computed with them.
tests=(
	libcmocka-dev protobuf-compiler zstd jq strace git python3 make curl
	busybox iproute2 perl-base sqlite3 tshark chromium xz-utils pigz
	libclang-rt-dev manpages-dev mandoc dpkg-dev file patch shellcheck codespell
	zsh fish
)
# The tests of 32-bit calls need a compiler for them.
if [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ]; then
	tests+=(gcc-multilib)
fi

fail()
{
	echo "setup.sh: $*" >&2
	exit 1
}

# Prints those of its arguments that are not installed.
missing()
{
	local installed
	installed=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
		sed -n 's/^installed //p' | tr '\n' ' ' || true)"
	for package; do
		case $installed in
		*" $package "*) ;;
		*) echo "$package" ;;
		esac
	done
}

# As root directly, else through a sudo that needs no password.
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
	elif sudo -n true 2>/dev/null; then
		sudo -n env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
	else
		fail "not root, and sudo is not to be had without a password; as root, run:" \
			"apt-get install --no-install-recommends ${wanted[*]}"
	fi
}

case ${1-} in
'') packages=("${build[@]}" "${tests[@]}") ;;
build) packages=("${build[@]}") ;;
list)
	printf '%s\n' "${build[@]}" "${tests[@]}"
	exit 0
	;;
*) fail "unknown argument '$1' (build, list, or nothing)" ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	fail "no apt here; the packages are named as Debian 12 names them:" "${packages[*]}"
fi

mapfile -t wanted < <(missing "${packages[@]}")
if [ ${#wanted[@]} = 0 ]; then
	exit 0
fi
echo "setup.sh: installing ${wanted[*]}" >&2
# An update that fails in part (a dead third-party source) is no reason to stop:
# the installation says whether it mattered.
as_root apt-get -q -o Acquire::Retries=3 update ||
	echo "setup.sh: apt-get update failed, going on with the lists there are" >&2
as_root apt-get -q -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
	install --no-install-recommends "${wanted[@]}"
