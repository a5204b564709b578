#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze diff and analyze baseline: statuses, formats, rules, what a baseline takes away."""
import json
import os

import suite
from harness import run


class Diff(suite.TapeTest):
    def record(self, command, **more):
        tape, result = self.bench.record(command, cwd=self.dir, env=dict(os.environ, LC_ALL="C"),
                                         **more)
        self.assertNotIn(b"rec: cannot", result.err)
        return tape

    def diff(self, *arguments, status, verb="diff"):
        result = run([self.bench.analyze, verb, *arguments])
        self.assertEqual(result.status, status, result)
        return result

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def pair(self):
        """cat with its file and without it."""
        path = self.write("input", "hello\n")
        good = self.record(["cat", "input"])
        os.unlink(path)
        return good, self.record(["cat", "input"])

    def test_same(self):
        tape = self.record(["sh", "-c", "ls / | sort >/dev/null; true"])
        result = self.diff(tape, tape, status=0)
        self.assertEqual((result.out, result.err), (b"same\n", b""))

    def test_cause(self):
        good, bad = self.pair()
        text = self.diff(good, bad, status=1).out.decode()
        self.assertIn("exit 0 -> exit 1", text)
        self.assertIn("ENOENT, was ok", text)
        found = json.loads(self.diff("--json", good, bad, status=1).out)["findings"]
        self.assertEqual(found[0]["kind"], "exit")
        self.assertEqual(found[0]["told"][0]["kind"], "now-fails")
        self.assertEqual(found[0]["told"][0]["now"], "ENOENT")

    def test_build(self):
        self.need("gcc")
        tapes = []
        for value in (0, 7):
            source = self.write("p.c", f"int there = {value};\n"
                                f"int main(void) {{ return there - {value}; }}\n")
            self.assertEqual(run(["gcc", "-Wl,--build-id", "-o", os.path.join(self.dir, "p"),
                                  source]).status, 0)
            tapes.append(self.record(["./p"]))
        found = json.loads(self.diff("--json", *tapes, status=1).out)["findings"]
        self.assertEqual(found[0]["kind"], "executable")
        self.assertRegex(found[0]["text"], r"p: build [0-9a-f]+ -> build [0-9a-f]+$")

    def test_unified(self):
        good, bad = self.pair()
        lines = self.diff("--format=unified", good, bad, status=1).out.decode().split("\n")
        self.assertTrue(lines[0].startswith("--- "), lines[0])
        self.assertTrue(any(x.startswith("+open(") and "ENOENT" in x for x in lines), lines)

    def test_levels(self):
        good, bad = self.pair()
        self.diff("--fail-on=exit", good, bad, status=1)
        self.diff("--fail-on=environment", good, bad, status=0)
        self.assertIn(b"no level", self.diff("--fail-on=x", good, bad, status=2).err)

    def test_truncated(self):
        tape = self.record(["ls", "-l", "/usr/bin"])
        cut = os.path.join(self.dir, "cut.zst")
        with open(tape, "rb") as a, open(cut, "wb") as b:
            b.write(a.read()[:-200])
        self.assertIn(b"--allow-lossy", self.diff(tape, cut, status=2).err)

    def test_bad_rules(self):
        tape = self.record(["true"])
        rules = self.write("rules", "systape-rules 1\nignore call futex\nforget all\n")
        self.assertIn(b"rules:3: that is no rule",
                      self.diff("--rules", rules, tape, tape, status=2).err)

    def test_ignored_path(self):
        self.write("data", "one\n")
        good = self.record(["sh", "-c", "cat data >/dev/null"])
        self.write("data", "two\n")
        bad = self.record(["sh", "-c", "cat data >/dev/null"])
        self.diff(good, bad, status=1)
        rules = self.write("rules", "systape-rules 1\nignore path *data\nignore path /dev/null\n")
        self.diff("--rules", rules, good, bad, status=0)

    def test_budget(self):
        tape = self.record(["cat", "/etc/passwd", "/etc/group"])
        rules = self.write("rules", "systape-rules 1\nbudget open /etc/* <= 1\n")
        self.assertIn(b"budget", self.diff("--rules", rules, tape, tape, status=1).out)

    def test_baseline(self):
        runs = []
        for _ in range(4):
            runs.append(self.record(["sh", "-c", "date +%N >stamp"]))
        self.diff(runs[0], runs[3], status=1)
        base = os.path.join(self.dir, "base.zst")
        told = self.diff(*runs[:3], "-o", base, verb="baseline", status=0)
        self.assertIn(b"3 runs", told.err)
        self.assertIn(b"masked", self.diff(base, runs[3], status=0).out)


if __name__ == "__main__":
    suite.main()
