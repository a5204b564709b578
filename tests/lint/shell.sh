#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Shell scripts and completions parse; shellcheck, zsh and fish are asked when they
# are there.
cd "$(dirname "$0")/../.." || exit 1
status=0
mapfile -t scripts < <(find tools tests .ci -name corpus -prune -o \
	\( -name '*.sh' -o -name '*.bash' -o -path .ci/run \) -type f -print | sort)
if [ ${#scripts[@]} -lt 5 ]; then
	echo "only ${#scripts[@]} scripts found"
	exit 1
fi
for script in "${scripts[@]}"; do
	bash -n "$script" || status=1
done
if command -v shellcheck >/dev/null; then
	shellcheck -s bash -S warning "${scripts[@]}" || status=1
fi
for shell in zsh fish; do
	if command -v "$shell" >/dev/null; then
		for script in tools/completions/*."$shell"; do
			"$shell" -n "$script" || status=1
		done
	fi
done
exit $status
