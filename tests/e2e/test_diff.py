#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze diff and analyze baseline: statuses, formats, rules, what a baseline takes away."""
import json
import os
import sys

import suite
from harness import run, squeeze

COPY = """
import os, sys
sizes = [int(x) for x in sys.argv[1:]]
with open('data', 'rb') as f:
    data = f.read()
out = os.open('out', os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
at = i = 0
while at < len(data):
    at += os.write(out, data[at:at + sizes[i % len(sizes)]])
    i += 1
"""

# A file that has other bytes in each run.
SCRATCH = """
import os
f = os.open('scratch', os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
os.write(f, os.urandom(16))
"""
MAPS = """
import mmap, os
f = os.open('scratch', os.O_RDONLY)
mmap.mmap(f, 16, prot=mmap.PROT_READ)
"""


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
        self.assertEqual((found[0]["kind"], found[0]["now"]), ("now-fails", "ENOENT"))
        self.assertEqual((found[0]["told"][0]["kind"], found[0]["told"][0]["now"]),
                         ("exit", "exit 1"))

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
        self.assertTrue(lines[0].startswith("exit: "), lines[0])
        self.assertTrue(any(x.startswith("--- ") for x in lines), lines)
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
        self.assertIn(b"rules:3: 'forget' is no rule",
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

    def copied(self, data, sizes, **more):
        """A tape of a program that writes @data in pieces of these sizes in turn."""
        with open(os.path.join(self.dir, "data"), "wb") as f:
            f.write(data)
        with open(os.path.join(self.dir, "copy.py"), "w") as f:
            f.write(COPY)
        return self.record([sys.executable, "-S", "copy.py", *map(str, sizes)], **more)

    def excerpt(self, good, bad, subject="written to $CWD/out"):
        """The only finding about this stream."""
        told = json.loads(self.diff("--json", "--all", good, bad, status=1).out)
        found = [f for story in told["findings"]
                 for f in (story, *story["told"], *story["followers"])
                 if f["kind"] == "bytes" and f["subject"] == subject]
        self.assertEqual(len(found), 1, told)
        return found[0]["excerpt"]

    def test_excerpt(self):
        data = bytearray(bytes(range(256)) * 1600)
        good = self.copied(data, [7000, 123, 4096])
        at = 350001
        data[at] ^= 1
        bad = self.copied(data, [5, 65536, 999])
        found = self.excerpt(good, bad)
        self.assertEqual(found["offset"], at)
        data[at] ^= 1
        self.assertEqual(found["a"]["hex"], data[at:at + 32].hex())
        data[at] ^= 1
        self.assertEqual(found["b"]["hex"], data[at:at + 32].hex())
        # The calls that wrote it.
        for tape, side in (good, "a"), (bad, "b"):
            self.assertEqual(self.call_at(tape, found[side]["seq"])["name"], "write")

    def call_at(self, tape, seq):
        for line in self.bench.ask("export", "--to", "jsonl", tape).splitlines():
            event = json.loads(line)
            if event.get("seq") == seq:
                return event
        return self.fail(f"no event {seq}")

    def test_excerpt_of_longer(self):
        good = self.copied(b"one\ntwo\n", [3])
        bad = self.copied(b"one\ntwo\nthr\x1b\xc3\n", [4])
        self.assertEqual(self.excerpt(good, bad),
                         {"offset": 8, "certain": True, "a": None,
                          "b": {"on_tape": True, "hex": b"thr\x1b\xc3\n".hex(),
                                "seq": self.excerpt(good, bad)["b"]["seq"],
                                "text": "thr\\33\\303\\n"}})
        text = self.diff("--all", good, bad, status=1).out.decode("ascii")
        self.assertIn("first difference at byte 8", text)
        self.assertIn("- 00000008  nothing\n", text)
        self.assertRegex(text, r'\+ 00000008  74 68 72 1b c3 0a +"thr\\33\\303\\n"\n')

    def test_excerpt_out_of_order(self):
        """A file that is written from its end to its beginning."""
        write = ("import os\nf = os.open('out', os.O_CREAT | os.O_WRONLY | os.O_TRUNC)\n"
                 "d = open('data', 'rb').read()\n"
                 "for i in reversed(range(0, len(d), 100)): os.pwrite(f, d[i:i + 100], i)\n")
        tapes = []
        for byte in b"xy":
            self.write("data", "a" * 1234 + chr(byte) + "b" * 2000)
            tapes.append(self.record([sys.executable, "-S", "-c", write]))
        found = self.excerpt(*tapes)
        self.assertEqual(found["offset"], 1234)
        self.assertEqual(found["a"]["text"], "x" + "b" * 31)
        self.assertEqual(found["b"]["text"], "y" + "b" * 31)

    def test_excerpt_of_standard_input(self):
        good = self.copied(b"a" * 100000, [4096])
        bad = self.copied(b"a" * 99999 + b"b", [4096])
        with open(good, "rb") as f:
            result = run([self.bench.analyze, "diff", "-", bad], stdin=f)
        self.assertEqual(result.status, 1, result)
        self.assertIn(b"first difference at byte 99999,", result.out)

    def test_excerpt_of_baseline(self):
        """Of several tapes in a file."""
        runs = [self.copied(b"same\n", [2]) for _ in range(2)]
        base = os.path.join(self.dir, "base.zst")
        self.diff(*runs, "-o", base, verb="baseline", status=0)
        found = self.excerpt(base, self.copied(b"sane\n", [2]))
        self.assertEqual((found["offset"], found["a"]["text"], found["b"]["text"]),
                         (2, "me\\n", "ne\\n"))

    def test_not_on_the_tape(self):
        """rec keeps the beginning of each buffer: of the rest nothing is made up."""
        tapes = [self.copied(b"x" * size, [400], options=["-s", "16"]) for size in (300, 301)]
        found = self.excerpt(*tapes)
        self.assertEqual((found["offset"], found["certain"]), (300, False))
        self.assertEqual((found["a"], found["b"]["on_tape"], found["b"]["hex"]), (None, False, ""))
        self.assertIn(b"first known difference at byte 300,",
                      self.diff("--all", *tapes, status=1).out)

    # ---- bytes that nobody sees ----

    def scratch(self, program, status):
        """What is found about the file of two runs."""
        self.write("maps.py", MAPS)
        tapes = []
        for _ in range(2):
            for name in ("scratch", "kept"):
                if os.path.exists(os.path.join(self.dir, name)):
                    os.unlink(os.path.join(self.dir, name))
            tapes.append(self.record([sys.executable, "-S", "-c", SCRATCH + program]))
        found = json.loads(self.diff("--json", *tapes, status=status).out)["findings"]
        self.assertEqual({f["kind"] for f in found}, {"bytes"} if status else set(), found)
        return [f["subject"] for f in found]

    def test_scratch(self):
        self.scratch("os.unlink('scratch')", 0)
        self.scratch("os.lseek(f, 0, 0)\nos.read(f, 16)\nos.unlink('scratch')", 0)
        self.scratch("os.unlink('scratch')\nos.pread(f, 16, 0)", 0)

    def test_scratch_that_is_kept(self):
        self.assertEqual(self.scratch("", 1), ["written to $CWD/scratch"])
        self.assertEqual(self.scratch("os.rename('scratch', 'kept')", 1),
                         ["written to $CWD/scratch"])

    def test_scratch_that_another_uses(self):
        for other in ("tr x y <scratch >/dev/null", f"{sys.executable} -I -S maps.py"):
            found = self.scratch(f"os.system('{other}')\nos.unlink('scratch')", 1)
            self.assertIn("written to $CWD/scratch", found)

    def test_journal(self):
        """Of a database: it begins with a number by chance."""
        self.need("sqlite3")
        tapes = []
        for _ in range(2):
            database = os.path.join(self.dir, "f.db")
            if os.path.exists(database):
                os.unlink(database)
            tapes.append(self.record(["sqlite3", "f.db", "create table t(a, b); insert into t "
                                      "values (1, 2); insert into t values (3, 4);"]))
        written = [[text for _, text in self.bench.lines(tape, "-xx", "-s", "16")
                    if text.startswith("pwrite64(") and ", 0) = 512" in text] for tape in tapes]
        self.assertTrue(written[0])
        self.assertNotEqual(written[0], written[1])
        self.assertEqual(self.diff(*tapes, status=0).out, b"same\n")

    def test_context(self):
        good, bad = self.pair()
        told = json.loads(self.diff("--json", good, bad, status=1).out)
        here = []
        for tape, side in (good, "a"), (bad, "b"):
            lines = told[side + "_context"]
            marked = [i for i, x in enumerate(lines) if x.startswith("  >")]
            self.assertEqual(len(marked), 1, lines)
            self.assertEqual(marked[0], 3, lines)
            self.assertEqual(len(lines), 7, lines)
            here.append(lines[marked[0]])
            printed = [text for _, text in self.bench.lines(tape)]
            for line in lines:
                self.assertIn(squeeze(line[3:].split(None, 1)[1]), printed)
        self.assertRegex(here[0], r'> +\d+  openat\(AT_FDCWD, "input", O_RDONLY\) = 3$')
        self.assertRegex(here[1], r'> +\d+  openat\(AT_FDCWD, "input", O_RDONLY\) = -1 ENOENT')
        text = self.diff(good, bad, status=1).out.decode()
        for tape, line in zip((good, bad), here):
            self.assertIn(line + "\n", text)
            self.assertIn(tape + "\n", text)


if __name__ == "__main__":
    suite.main()
