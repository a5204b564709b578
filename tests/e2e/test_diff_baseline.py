#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What varies from run to run is learned; what a baseline takes away and what it leaves; exit
statuses of analyze diff by level. What a run does by chance, here a file named plan says."""
import collections
import json
import os
import sys

import pairs
import suite
from harness import run

PYTHON3 = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable

# Reads how often, under which name, which way, and what is otherwise than it should be.
PROGRAM = """
import os, sys
count, name, way, *broken = open('plan').read().split()
for i in range(int(count)):
    os.stat('input')
with open(f'{name}.tmp', 'w') as f:
    f.write(name)
os.rename(f'{name}.tmp', f'{name}.done')
os.read(os.open(f'way/{way}', os.O_RDONLY), 99)
flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if 'flags' in broken else 0)
f = os.open('result', flags, 0o600)
os.write(f, b'7\\n' if 'bytes' in broken else b'6\\n')
for i in range(60 if 'count' in broken else 1):
    os.fsync(f)
try:
    os.open('other' if 'path' in broken else 'settings', 0)
except OSError:
    pass
if 'process' in broken:
    os.waitpid(os.posix_spawn('/bin/true', ['true'], os.environ), 0)
if 'call' in broken:
    os.umask(0o77)
sys.exit(3 if 'exit' in broken else 0)
"""

# (how often, under which name, which way)
PLANS = ((7, "9fa3c2d117e0", "one"), (31, "0b4471fed29c", "two"), (19, "77d0e1a2b3c4", "one"))
NEW = (25, "e5c1093a7bd2", "two")

# What is broken: what the first finding must be: its kind, and what it says.
BROKEN = {
    "exit": ("exit", "exit 0 -> exit 3"),
    "error": ("now-fails", "settings"),
    "process": ("process-new", "true"),
    "path": ("path-instead", "$CWD/settings -> $CWD/other"),
    "flags": ("flags", "O_APPEND"),
    "call": ("call-new", "umask"),
    "bytes": ("bytes", "$CWD/result"),
    "count": ("count", "fsync"),
}

LEVELS = ("environment budget exit error process peer path flags call bytes count order "
          "time").split()

Outcome = collections.namedtuple("Outcome", "status out err")


class Baseline(pairs.PairTest):
    def analyze(self, *words, **more):
        result = run([self.bench.analyze, *words], **more)
        return Outcome(result.status, result.out.decode(), result.err.decode())

    def run_of(self, plan, broken="", **more):
        self.fresh()
        for name in ("input", "settings", "other", "way/one", "way/two", "way/three"):
            self.file(name, "some text\n")
        if broken == "error":
            os.unlink(f"{self.work}/settings")
        self.file("plan", " ".join(map(str, (*plan, broken))))
        self.file("main.py", PROGRAM)
        tape, result = self.recorded([PYTHON3, "-S", "-E", "main.py"], **more)
        self.assertEqual(result.status, 3 if broken == "exit" else 0, result)
        return tape

    def base(self):
        self.runs = [self.run_of(plan) for plan in PLANS]
        base = self.bench.path("base.zst")
        said = self.analyze("baseline", *self.runs, "-o", base)
        self.assertEqual((said.status, said.out), (0, ""), said)
        self.assertRegex(said.err, rf"^analyze: 3 runs, \d+ keys that vary -> {base}\n$")
        return base

    def test_learned(self):
        base = self.base()
        for one, other in zip(self.runs, self.runs[1:]):
            self.assertEqual(self.diff(one, other).status, 1)
        found = self.diff(base, self.run_of(NEW))
        self.assertEqual((found.status, found.findings), (0, []), found.text)
        self.assertGreater(found.json["learned"], 2)
        self.assertGreater(found.json["masked"], 0)
        self.assertRegex(found.text, r"^same; \d+ keys that vary masked, \d+ findings? taken away\n$")

    def test_not_learned(self):
        """A way that no run went is one."""
        found = self.diff(self.base(), self.run_of((25, "e5c1093a7bd2", "three")))
        self.assertEqual(found.findings[0]["kind"], "path-instead", found.text)
        self.assertIn("way/three", found.findings[0]["text"])

    def test_regressions(self):
        base = self.base()
        for broken, (kind, says) in BROKEN.items():
            with self.subTest(broken):
                tape = self.run_of(NEW, broken)
                found = self.diff(base, tape)
                self.assertEqual(found.status, 1, found.text)
                self.assertEqual(found.findings[0]["kind"], kind, found.text)
                self.assertIn(says, pairs.first_lines(found.text), found.text)
                self.assertEqual(found.findings[0]["level"], broken)
                self.check_levels(base, tape, LEVELS if broken == "error" else
                                  (LEVELS[0], LEVELS[LEVELS.index(broken) - 1], broken,
                                   LEVELS[-1]))

    def check_levels(self, base, tape, tried):
        """1 for its own level and those after it, 0 for those before."""
        said = json.loads(self.analyze("diff", "--json", "--all", base, tape).out)
        levels = [f["level"] for story in said["findings"]
                  for f in (story, *story["told"], *story["followers"])]
        first = min(LEVELS.index(level) for level in levels)
        for level in tried:
            said = self.analyze("diff", f"--fail-on={level}", base, tape)
            self.assertEqual((said.status, said.err), (int(LEVELS.index(level) >= first), ""),
                             (level, levels))
            self.assertTrue(said.out.startswith("different: "), said)

    def test_several_files(self):
        """Runs of either side, as they are."""
        tapes = [self.run_of(plan) for plan in PLANS]
        new = [self.run_of(NEW), self.run_of(PLANS[0])]
        words = [w for tape in tapes for w in ("--good", tape)]
        words += [w for tape in new for w in ("--bad", tape)]
        said = self.analyze("diff", *words)
        self.assertEqual((said.status, said.err), (0, ""), said)
        # What varies among the bad ones is learned, too: what all of them do is not.
        broken = [self.run_of(NEW, "call"), self.run_of(PLANS[0], "call")]
        words[-4:] = ["--bad", broken[0], "--bad", broken[1]]
        said = self.analyze("diff", *words)
        self.assertEqual(said.status, 1, said)
        self.assertIn("umask", pairs.first_lines(said.out))

    def test_grows(self):
        """A baseline and one more run are a baseline."""
        base, more = self.base(), self.bench.path("more.zst")
        said = self.analyze("baseline", base, self.run_of((3, "5b1c9ad0aa31", "three")), "-o", more)
        self.assertEqual(said.status, 0, said)
        self.assertTrue(said.err.startswith("analyze: 4 runs, "), said)
        found = self.diff(more, self.run_of((25, "e5c1093a7bd2", "three")))
        self.assertEqual(found.status, 0, found.text)

    def test_readable(self):
        """By all verbs, and by zstd."""
        base = self.base()
        self.assertEqual(run(["zstd", "-tq", base]).status, 0)
        for words in (["tree"], ["stats"], ["print"], ["info"], ["check"]):
            self.assertEqual(self.analyze(*words, base).status, 0, words)

    def test_standard_input(self):
        base, new = self.base(), self.run_of(NEW)
        for words, tape in (("-", new), base), ((base, "-"), new):
            with open(tape, "rb") as f:
                said = self.analyze("diff", *words, stdin=f)
            self.assertEqual((said.status, said.err), (0, ""), said)

    # ---- trouble ----

    def cut(self, tape, name):
        path = self.bench.path(name)
        with open(tape, "rb") as a, open(path, "wb") as b:
            b.write(a.read()[:-300])
        return path

    def test_doubtful(self):
        """What is not whole is never the same, and what was found all the same is told."""
        tape = self.run_of(PLANS[0])
        for other, why in ((self.cut(tape, "cut.zst"), "it ends in the middle"),
                           (self.cut(self.base(), "base-cut.zst"), "it ends in the middle"),
                           (self.run_of(PLANS[0], options=["-s", "16"]), "recorded with -s "),
                           (self.run_of(PLANS[0], options=["-e", "trace=!umask"]),
                            "recorded with -e trace=")):
            for pair in (tape, other), (other, tape):
                said = self.analyze("diff", *pair)
                self.assertEqual(said.status, 2, said)
                self.assertIn("; --allow-lossy compares what there is\n", said.err)
                self.assertEqual(said.err.count("\n"), 1)
                self.assertIn(why, said.err)
                self.assertIn("not whole: ", said.out)
                said = self.analyze("diff", "--allow-lossy", *pair)
                self.assertIn(said.status, (0, 1), said)
                self.assertEqual(said.err, "")

    def test_doubtful_json(self):
        tape = self.run_of(PLANS[0])
        said = self.analyze("diff", "--json", tape, self.run_of(PLANS[0], options=["-s", "70000"]))
        found = json.loads(said.out)
        self.assertEqual((said.status, found["verdict"], found["findings"]), (2, "doubtful", []))
        self.assertIn("-s 70000", found["doubt"])

    def test_wrong_use(self):
        tape = self.run_of(PLANS[0])
        text, missing = self.write("text", "no tape\n"), self.bench.path("missing")
        out = self.bench.path("out.zst")
        for words, says in (
                (("baseline", tape, tape), "baseline needs -o FILE"),
                (("baseline", "-o", out), "baseline needs the tapes of several runs"),
                (("baseline", tape, "-o", out),
                 "baseline learns from two runs at least; three are better"),
                (("baseline", tape, "-", "-o", out),
                 "tapes of a baseline are read twice; name files, not -"),
                (("baseline", tape, text, "-o", out), f"{text}: not a systape tape"),
                (("baseline", tape, missing, "-o", out), f"{missing}: No such file or directory"),
                (("baseline", tape, tape, "-o", tape),
                 f"'{tape}' is one of the tapes; name another file with -o"),
                (("baseline", tape, self.cut(tape, "cut.zst"), "-o", out),
                 f"{self.bench.path('cut.zst')}: it ends in the middle; a baseline is of whole "
                 "tapes"),
                (("baseline", tape, tape, "--all"), "unknown option '--all' of 'baseline'; try 'analyze "
                 "--help'"),
                (("diff", tape), "diff compares two tapes; try 'analyze --help'"),
                (("diff", "--good", tape), "diff compares two tapes; try 'analyze --help'"),
                (("diff", tape, missing), f"{missing}: No such file or directory"),
                (("diff", tape, text), f"{text}: not a systape tape"),
                (("diff", "--format=html", tape, tape),
                 "'html' is no format; text, json and unified are"),
                (("diff", "--fail-on=all", tape, tape),
                 f"'all' is no level: {', '.join(LEVELS)}")):
            with self.subTest(words):
                said = self.analyze(*words)
                self.assertEqual((said.status, said.out), (2, ""), said)
                self.assertEqual(said.err, f"analyze: {says}\n")
                self.assertFalse(os.path.exists(out))


if __name__ == "__main__":
    suite.main()
