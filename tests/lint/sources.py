#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every source file begins with its licence, is no longer than the style guide allows, has no
function longer than that, and no note to self. Columns are clang-format's business."""
import re
import sys

import tree

LICENCE = "SPDX-License-Identifier: Apache-2.0"
SOURCE = re.compile(r"(\.(c|h|def|py|sh|cmake|proto|bash|zsh|fish|1)|(^|/)CMakeLists\.txt|^\.ci/run)$")
# Only after a line that the file's kind demands to be first.
MUST_BE_FIRST = ("#!", "#compdef")
LINES_MAX, FUNCTION_MAX = 800, 80
# Spelled so that this file does not contain them.
NOTES = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def licence(path, lines):
    first = 1 if lines and lines[0].startswith(MUST_BE_FIRST) else 0
    if len(lines) <= first or LICENCE not in lines[first]:
        yield f"{path}:{first + 1}: does not begin with its SPDX line"


def sizes(path, lines):
    if path.endswith((".c", ".h")) and len(lines) > LINES_MAX:
        yield f"{path}: {len(lines)} lines, the limit is {LINES_MAX}"
    start = None
    for number, line in enumerate(lines if path.endswith(".c") else [], 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            length = number - start - 1
            if length > FUNCTION_MAX:
                yield f"{path}:{start}: function of {length} lines, the limit is {FUNCTION_MAX}"
            start = None


def notes(path, lines):
    for number, line in enumerate(lines, 1):
        if NOTES.search(line):
            yield f"{path}:{number}: a note to self; known gaps are written as LATER"


def check(root):
    complaints, checked = [], 0
    for path in tree.files(root):
        if SOURCE.search(path):
            lines = tree.lines(path, root)
            checked += 1
            for rule in (licence, sizes, notes):
                complaints += rule(path, lines)
    return complaints, checked


if __name__ == "__main__":
    tree.report(*check(sys.argv[1] if len(sys.argv) > 1 else tree.ROOT))
