#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mandoc finds nothing to say about the man pages, but that it knows no page of a
# program that is not installed.
command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }
cd "$(dirname "$0")/../../tools/man" || exit 1
found=$(mandoc -T lint ./*.1 2>/dev/null | grep -v 'STYLE: referenced manual not found')
if [ -n "$found" ]; then
	echo "$found"
	exit 1
fi
