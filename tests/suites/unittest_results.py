#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what `python3 -m test -v` writes; prints "test result" for each test. Whatever a test
itself writes may stand between its name and its result."""
import re
import sys

NAME = re.compile(r"^(\w+ \([\w.]+\))(?:$| \.\.\. |\n)")
RESULT = re.compile(r"(?:^| \.\.\. |\n)(ok|FAIL|ERROR|skipped .*|expected failure|unexpected "
                    r"success)$")
name = None
for line in sys.stdin.buffer.read().decode("utf-8", "replace").splitlines():
    started = NAME.match(line)
    if started:
        name = started[1]
    ended = RESULT.search(line)
    if ended and name:
        print(name, ended[1])
        name = None
