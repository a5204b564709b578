#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""suite.py BUILD_DIR FAULTY_DIR [-R REGEX] [-j N] [EVERY:HOW…]

The whole end-to-end suite once more for each way of disturbing rec and analyze: every so many
reads and writes of theirs are interrupted (eintr), or move one byte (one), or half (half) of what
was asked for. What they trace is left alone. FAULTY_DIR has the programs that do so (wrap.c)."""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys

WAYS = ("3:eintr", "2:one", "1:half")
SKIP = 77


def tests_of(build):
    """(name, command, working directory, seconds) of each test with the label."""
    text = subprocess.run(["ctest", "--show-only=json-v1", "-L", "^e2e$"], cwd=build, check=True,
                          stdout=subprocess.PIPE).stdout
    for test in json.loads(text)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        if "command" in test:
            yield (test["name"], test["command"], properties.get("WORKING_DIRECTORY", build),
                   properties.get("TIMEOUT", 200))


def run(test, faulty, way):
    """(name, status, the end of what it said)"""
    name, command, directory, limit = test
    every, _, how = way.partition(":")
    replaced = [os.path.join(faulty, os.path.basename(word))
                if i and command[i - 1] in ("--rec", "--analyze") else word
                for i, word in enumerate(command)]
    env = dict(os.environ, SYSTAPE_FAULT_MOVE=every, SYSTAPE_FAULT_HOW=how)
    try:
        result = subprocess.run(replaced, cwd=directory, env=env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                timeout=4 * limit)
    except subprocess.TimeoutExpired as e:
        return name, 124, (e.stdout or b"")[-3000:]
    return name, result.returncode, result.stdout[-3000:]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("faulty")
    parser.add_argument("-R", dest="regex", default="")
    parser.add_argument("-j", dest="jobs", type=int, default=2)
    parser.add_argument("ways", nargs="*", default=WAYS)
    args = parser.parse_intermixed_args()
    args.faulty = os.path.abspath(args.faulty)  # tests run elsewhere
    tests = [t for t in tests_of(args.build) if re.search(args.regex, t[0])]
    # Started in the background, they might be ignored, and tests are about them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    failed = 0
    for way in args.ways:
        skipped = 0
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for name, status, text in pool.map(lambda t: run(t, args.faulty, way), tests):
                skipped += status == SKIP
                if status not in (0, SKIP):
                    failed += 1
                    print(f"{way} {name}: status {status}\n{text.decode(errors='replace')}",
                          flush=True)
        print(f"{way}: {len(tests)} tests, {skipped} skipped, {failed} failed so far", flush=True)
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
