# SPDX-License-Identifier: Apache-2.0
"""A test file's main(): unittest with the programs under test from the command line, and
a fresh directory for each test."""
import argparse
import os
import sys
import unittest

import harness

ARGS = argparse.Namespace(rec="rec", analyze="analyze", progs=".",
                          dump="side_dump")


class TapeTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.bench = harness.Bench(ARGS.rec, ARGS.analyze)
        self.addCleanup(self.bench.__exit__)
        self.dir = self.bench.dir

    def prog(self, name):
        return f"{ARGS.progs}/{name}"

    def need(self, *programs):
        for program in programs:
            if not harness.have(program):
                self.skipTest(f"{program} is not installed")

    def write(self, name, text, mode=0o644):
        path = self.bench.path(name)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rec", default="rec")
    parser.add_argument("--analyze", default="analyze")
    parser.add_argument("--progs", default=".")
    parser.add_argument("--dump", default="side_dump")
    args, rest = parser.parse_known_args()
    ARGS.__dict__.update(args.__dict__)
    harness.require_ptrace()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
