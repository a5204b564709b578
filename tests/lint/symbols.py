#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No two objects of the libraries define the same global symbol: a linker that takes the first one
it finds says nothing of the other."""
import shutil
import subprocess
import sys

# Weak ones, and what the compiler shares between objects, may be there more than once.
KINDS = set("BCDGRST")


def check(listing):
    """(complaints, symbols checked) of what `nm -A -g --defined-only` prints."""
    where, found = {}, []
    for line in listing.splitlines():
        words = line.rsplit(None, 2)
        if len(words) != 3 or words[1] not in KINDS:
            continue
        # library.a:object.o:address
        place, name = words[0].rsplit(":", 1)[0], words[2]
        if name.startswith(("__odr_asan", "__covrec", "__llvm")):
            continue
        other = where.setdefault(name, place)
        if other != place:
            found.append(f"{name}: in {other} and in {place}")
    return found, len(where)


def main():
    if not shutil.which("nm"):
        print("nm is not installed")
        return 77
    listing = subprocess.run(["nm", "-A", "-g", "--defined-only", *sys.argv[1:]], check=True,
                             capture_output=True, text=True).stdout
    found, checked = check(listing)
    print("\n".join(found) or f"{checked} symbols, each in one place")
    return 1 if found or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
