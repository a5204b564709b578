#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each file includes only what its floor may use. The compiler sees most of this through the
gates; it does not see a path that climbs out of its directory, nor the protobuf types."""
import os
import re
import sys

import tree

# directory: the gates it may use (its own name for files of other directories of the floor)
FLOORS = {
    "format/base": {"base"},
    "format/sys": {"sys", "base"},
    "format": {"format", "sys", "base"},
    "recorder/tracee": {"tracee", "base"},
    "recorder": {"recorder", "tracee", "format", "sys", "base"},
    "replayer": {"replayer", "format", "sys", "base"},
    "tools": {"recorder", "replayer", "tracee", "format", "sys", "base"},
}
SCHEMA_USER = re.compile(r"^format/codec\w*\.[ch]$")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def floor_of(path):
    while path:
        path = os.path.dirname(path)
        if path in FLOORS:
            return path
    return None


def complaint(path, name, root):
    gates = FLOORS[floor_of(path)]
    gate = name.split("/")[0] if "/" in name else None
    if ".." in name.split("/"):
        return "climbs out of its directory"
    if name.endswith(".pb-c.h"):
        return None if SCHEMA_USER.match(path) else "protobuf types are for format/codec*.c alone"
    if os.path.exists(os.path.join(root, os.path.dirname(path), name)):
        return None
    if gate not in {g for floor in FLOORS.values() for g in floor}:
        return "is neither a neighbour nor behind the gate of a floor"
    if gate not in gates:
        return f"{floor_of(path)} may not use {gate}"
    return None


def check(root):
    complaints, checked = [], 0
    for path in tree.files(root):
        if not path.endswith((".c", ".h", ".def")) or not floor_of(path):
            continue
        checked += 1
        included = [(n, m.group(1)) for n, line in enumerate(tree.lines(path, root), 1)
                    if (m := INCLUDE.match(line))]
        for number, name in included:
            wrong = complaint(path, name, root)
            if wrong:
                complaints.append(f'{path}:{number}: "{name}": {wrong}')
        own = path[:-2] + ".h"
        if path.endswith(".c") and os.path.exists(os.path.join(root, own)) and \
                (not included or os.path.basename(included[0][1]) != os.path.basename(own)):
            complaints.append(f"{path}: does not include {os.path.basename(own)} first")
    return complaints, checked


if __name__ == "__main__":
    tree.report(*check(sys.argv[1] if len(sys.argv) > 1 else tree.ROOT))
