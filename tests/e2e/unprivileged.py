#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""unprivileged.py SCRIPT [ARG]... [--each PROGRAM...]

Run by root: runs a test script as the user nobody, in a directory of its own, and ends with
its status; with --each once for every program, all of which must succeed or be skipped.
Skipped (77) where that user cannot reach the programs or a python."""
import os
import shutil
import subprocess
import sys
import tempfile

NOBODY, SKIP = 65534, 77
AS_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "umask": 0o022}


def can(command):
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False, **AS_NOBODY).returncode == 0
    except OSError:
        return False


def interpreter():
    new_enough = "import sys; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3"):
        if can([python, "-c", new_enough]):
            return python
    return None


def run_each(command, programs, more):
    bad = []
    for program in programs or [None]:
        status = subprocess.run(command + ([program] if program else []), check=False,
                                **more, **AS_NOBODY).returncode
        if status not in (0, SKIP):
            bad.append(program)
        if not programs:
            return status
    if bad:
        print("failed as nobody:", *map(os.path.basename, bad), file=sys.stderr)
    return bool(bad)


def main():
    arguments, programs = sys.argv[1:], []
    if "--each" in arguments:
        at = arguments.index("--each")
        arguments, programs = arguments[:at], arguments[at + 1:]
    python = interpreter()
    if not python or not can([arguments[arguments.index("--rec") + 1], "--version"]):
        print("skipped: the user nobody can reach no python 3.11, or not the programs",
              file=sys.stderr)
        return SKIP
    home = tempfile.mkdtemp(prefix="systape-nobody-")
    try:
        os.chown(home, NOBODY, NOBODY)
        env = dict(os.environ, HOME=home, TMPDIR=home, PATH="/usr/local/bin:/usr/bin:/bin")
        return run_each([python, "-B", *arguments], programs, {"env": env, "cwd": home})
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
