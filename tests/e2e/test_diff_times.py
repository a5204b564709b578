#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is no difference between two runs: how long they took, which several of each side tell, and
on which machine they ran, which is told beside others."""
import json
import os

import pairs
import suite
from harness import run

RUNS = 5
OTHER_KERNEL = ["setarch", "--uname-2.6"]


class Times(pairs.PairTest):
    def setUp(self):
        super().setUp()
        self.fresh()
        self.file("input", b"some bytes")
        self.file("settings", "colour=no\n")

    def record(self, newer):
        """In turn, so that what else the machine does is the same for both."""
        self.file("version", "2" if newer else "1")
        return self.recorded([self.prog("version_processes"), "slower"])[0]

    def runs(self):
        good, bad = [], []
        for _ in range(RUNS):
            good.append(self.record(False))
            bad.append(self.record(True))
        return good, bad

    def compare(self, good, bad, *options):
        result = run([self.bench.analyze, "diff", "--json", *options, "--good", *good,
                      "--bad", *bad])
        self.assertEqual(result.err, b"")
        findings = json.loads(result.out)["findings"]
        all_of = [f for head in findings for f in (head, *head["told"])]
        return result.status, {f["subject"]: f for f in all_of if f["kind"] == "time"}

    def test_slower(self):
        good, bad = self.runs()
        status, times = self.compare(good, bad)
        self.assertEqual(status, 1)
        slept = times["in nanosleep"]
        self.assertEqual(slept["level"], "time")
        self.assertGreater(float(slept["now"].split()[0]), 0.29)
        self.assertIn(f"medians of {RUNS} and {RUNS} runs", slept["note"])
        # What only took longer is below all other levels.
        self.assertEqual(self.compare(good, bad, "--fail-on=order")[0], 0)

    def test_too_few(self):
        good, bad = self.record(False), self.record(True)
        status, times = self.compare([good] * 3, [bad] * 3)
        self.assertEqual((status, times), (0, {}))
        self.assertEqual(self.diff(good, bad).status, 0)


class Machine(pairs.PairTest):
    def cat(self, prefix=(), name="input"):
        tape = self.bench.path(f"{len(os.listdir(self.dir))}.zst")
        result = run([*prefix, self.bench.rec, "-q", "-o", tape, "cat", name], cwd=self.work,
                     env=self.env)
        self.assertEqual(result.err.replace(b"cat: gone: No such file or directory\n", b""), b"")
        return tape

    def setUp(self):
        super().setUp()
        self.need("setarch")
        self.fresh()
        self.file("input", b"some bytes")

    def test_same(self):
        """The same is done on another kernel."""
        here, there = self.cat(), self.cat(OTHER_KERNEL)
        self.assertEqual(self.diff(here, there).text, "same\n")

    def test_beside(self):
        here, there = self.cat(), self.cat(OTHER_KERNEL, "gone")
        found = self.diff(here, there)
        last = found.findings[-1]
        self.assertEqual((last["kind"], last["level"], last["subject"]),
                         ("machine", "environment", "kernel"))
        self.assertRegex(last["text"], r"kernel: \S+ -> 2\.6\.")
        self.assertNotEqual(found.findings[0]["kind"], "machine")
        rules = self.write("rules", "systape-rules 1\nignore env kernel\n")
        kinds = [f["kind"] for f in self.diff(here, there, "--rules", rules).findings]
        self.assertNotIn("machine", kinds)


if __name__ == "__main__":
    suite.main()
