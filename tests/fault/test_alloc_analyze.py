#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze while an allocation fails, each in turn: what it says is what it says otherwise,
or it ends with 2 and a line that tells why."""
import glob
import os

import fault
from fault import FaultTest

GOLDEN = fault.GOLDEN
VERBS = {
    "overview": [], "print": ["print", "-y"], "filtered": ["print", "-e", "trace=/open", "-P", "/etc"],
    "tree": ["tree"], "stats": ["stats"], "processes": ["stats", "--by=process", "--json"],
    "state": ["state", "--at=40", "--maps"],
}
# The other half, a test of its own for the sake of time.
FORMATS = {
    "state_json": ["state", "--at=0.001", "--json"], "info": ["info"],
    "markdown": ["info", "--markdown"], "check": ["check"],
    "jsonl": ["export", "--to", "jsonl"], "report": ["report"],
}
TAPES = ("0.1-threads-signals", "0.1-torn", "0.1-data")


class AnyVerb(FaultTest):
    def tapes(self):
        if fault.EVERY:
            return sorted(glob.glob(f"{GOLDEN}/*.zst"))
        return [f"{GOLDEN}/{name}.zst" for name in TAPES]

    def verb(self, *words):
        problems = []
        for tape in self.tapes():
            argv = [self.bench.analyze, *words, tape]
            good, count = self.allocations(argv)
            for n in fault.places(count):
                bad, _, _ = self.disturbed(argv, ALLOC=n)
                problem = self.problem(good, bad)
                if problem:
                    problems.append(f"{os.path.basename(tape)} {n} of {count}: {problem}")
        self.assertEqual(problems, [], "\n" + "\n".join(problems[:20]))

    def problem(self, good, bad):
        if bad.status == good.status and bad.out == good.out and bad.err == good.err:
            return None
        if bad.status != 2:
            return f"other output: {bad}"
        lines = bad.err.decode(errors="replace").splitlines()
        if not any("memory" in line for line in lines):
            return f"nobody says why: {bad}"
        if len(lines) > good.err.count(b"\n") + 2 or not all(x.startswith("analyze: ") for x in lines):
            return f"no line of ours: {bad}"
        return None


def tests_of(verbs):
    return {f"test_{name}": lambda self, words=words: self.verb(*words)
            for name, words in verbs.items()}


Analyze = type("Analyze", (AnyVerb,), tests_of(VERBS))
Formats = type("Formats", (AnyVerb,), tests_of(FORMATS))


class Repair(FaultTest):
    """What is said to be repaired is all that was readable."""

    def repair(self, name):
        tape, problems = f"{GOLDEN}/{name}.zst", []
        out = self.bench.path("out.zst")
        argv = [self.bench.analyze, "check", "--repair", "-o", out, tape]
        good, count = self.allocations(argv)
        self.assertEqual(good.status, 0, good)
        with open(out, "rb") as f:
            wanted = f.read()
        for n in fault.places(count):
            bad, _, _ = self.disturbed(argv, ALLOC=n)
            if bad.status == 2:
                if not bad.err.startswith(b"analyze: ") or b"memory" not in bad.err:
                    problems.append(f"{n} of {count}: {bad}")
                continue
            with open(out, "rb") as f:
                same = f.read() == wanted
            if bad.status or not same:
                problems.append(f"{n} of {count}: same {same}: {bad} {bad.out!r}")
        self.assertEqual(problems, [], "\n" + "\n".join(problems[:20]))

    def test_whole(self):
        self.repair("0.1-threads-signals")

    def test_torn(self):
        self.repair("0.1-torn")


if __name__ == "__main__":
    fault.main()
