#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes that are interrupted or short, as the kernel may make them any time:
nothing that rec and analyze do is another for it."""
import collections

import fault
from fault import FaultTest
from harness import run

GOLDEN = fault.GOLDEN
# (every how many, how): always interrupted is never done.
WAYS = [(2, "eintr"), (3, "eintr"), (7, "eintr"), (1, "one"), (2, "one"), (5, "one"),
        (1, "half"), (3, "half")]
VERBS = ([], ["print", "-yy", "-v"], ["tree"], ["stats"], ["state", "--at=40"], ["info"], ["check"],
         ["export", "--to", "jsonl"], ["export", "--to", "strace", "-o", "OUT"],
         ["check", "--repair", "-o", "OUT"])
RESTARTS = (-512, -513, -514, -516)  # the kernel's own, linux/errno.h; nobody but a tracer sees them


class Analyze(FaultTest):
    def verb(self, words, tape, out, stdin=None, **more):
        """(status, stdout, stderr, the file) of a run, and how many moves it made."""
        argv = [self.bench.analyze, *(w.replace("OUT", out) for w in words),
                "-" if stdin else tape]
        with open(tape, "rb") as f:
            result, _, moves = self.disturbed(argv, stdin=f if stdin else None, **more)
        with open(out, "rb") as f:
            return (result.status, result.out, result.err, f.read()), moves

    def same(self, tape, stdin):
        out = self.write("out", b"")
        for words in VERBS:
            good, _ = self.verb(words, tape, out, stdin, MOVE=0)
            for every, how in WAYS:
                other, moves = self.verb(words, tape, out, stdin, MOVE=every, HOW=how)
                self.assertEqual(good, other, (words, every, how))
                self.assertGreater(moves, 1, words)

    def test_file(self):
        for name in ("0.1-threads-signals", "0.1-torn"):
            self.same(f"{GOLDEN}/{name}.zst", False)

    def test_standard_input(self):
        self.same(f"{GOLDEN}/0.1-data.zst", True)

    def test_complaint(self):
        """One line, whole."""
        argv = [self.bench.analyze, "print", self.bench.path("missing.zst")]
        good = run(argv)
        self.assertEqual((good.status, good.err.count(b"\n")), (2, 1))
        for every, how in WAYS:
            self.assertEqual(self.disturbed(argv, MOVE=every, HOW=how)[0].err, good.err)


class Rec(FaultTest):
    def record(self, command, options=()):
        bare = run(command)
        for every, how in WAYS:
            tape = self.bench.new_tape()
            result, _, moves = self.disturbed(
                [*self.bench.command(tape, command, options)], MOVE=every, HOW=how)
            self.assertEqual((result.status, result.out, result.err),
                             (bare.status, bare.out, bare.err), (every, how))
            self.assertGreater(moves, 1)
            objects = self.bench.sound(tape)
            self.assertEqual(objects[-1]["unreadable"], 0, (every, how))
            yield objects

    def test_pipeline(self):
        first = None
        for objects in self.record(["sh", "-c", "echo one two | cat; echo end >&2; exit 3"]):
            found = collections.Counter(o["name"] for o in objects if o["type"] == "syscall" and
                                        o.get("ret") not in RESTARTS)
            # How often the shell looks for its children is chance; so is what it does when one
            # ends, for which the kernel begins the call again.
            for name in ("wait4", "rt_sigreturn", "rt_sigaction"):
                del found[name]
            first = first or found
            self.assertEqual(found, first)

    def test_data(self):
        """All of the bytes, through pieces."""
        text = b"0123456789abcdef" * 20000
        path = self.write("data", text)
        for objects in self.record(["cat", path], ["-s", "all"]):
            self.assertEqual(objects[-1]["lost"], 0)
            read = sum(o["ret"] for o in objects if o["type"] == "syscall" and
                       o["name"] == "write")
            self.assertEqual(read, len(text))

    def test_not_to_be_run(self):
        """The child tells why through a pipe."""
        for every, how in WAYS:
            script = self.write("script", "#!/missing/interpreter\n", 0o755)
            result, _, _ = self.disturbed([self.bench.rec, "-o", self.bench.path("t.zst"), script],
                                          MOVE=every, HOW=how)
            self.assertEqual(result.status, 127, result)
            self.assertIn(b"cannot run", result.err)


if __name__ == "__main__":
    fault.main()
