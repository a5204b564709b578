# SPDX-License-Identifier: Apache-2.0
"""The files of the source tree, for the lint scripts, and how these report."""
import os
import sys

SKIPPED = {".git", "build", "__pycache__", "corpus", "golden"}
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def files(root=ROOT):
    """Paths relative to the root, sorted; build trees and data are left out."""
    found = []
    for directory, names, leaves in os.walk(root):
        names[:] = sorted(n for n in names if n not in SKIPPED and
                          not os.path.exists(os.path.join(directory, n, "CMakeCache.txt")))
        found += (os.path.relpath(os.path.join(directory, leaf), root) for leaf in leaves)
    return sorted(found)


def lines(path, root=ROOT):
    with open(os.path.join(root, path), encoding="utf-8") as f:
        return f.read().splitlines()


def report(complaints, checked):
    """Prints what is wrong; the exit status of the script. Nothing checked is wrong as well."""
    for complaint in complaints:
        print(complaint)
    print(f"{checked} checked, {len(complaints)} complaints")
    sys.exit(1 if complaints or not checked else 0)
