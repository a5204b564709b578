#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Arguments of every kind, most of them wrong, the same in every run: a documented status, a
few lines of ours, and nothing on them that acts on a terminal. Nothing is ever run."""
import os
import random

import fault
from fault import FaultTest
from harness import run

ROUNDS = 20000 if fault.EVERY else 250
LINES_MAX = 4
ODD = ["", " ", "-", "--", "0", "1", "-1", "+1", "00", "4294967296", "18446744073709551615",
       "18446744073709551616", "9" * 400, "0x10", "1e9", "1K", "1k", "1M", "1G", "1KK", "K",
       "all", "none", "a=b", "=", "A=", "A", ",", ",,", "1..2", "..", "5..", "..5", "2..1",
       "nan..inf", "-1..1", "trace=", "trace=all", "trace=!all", "trace=%file", "trace=%nothing",
       "trace=/(", "trace=/", "trace=/a{9999}", "trace=?nothing", "trace=!", "signal=all",
       "\x1b[31m", "a\nb", "\x7f", "\r", "\u202e", "\u009b31m", "\u00e4\u4e16", "'", "%s%n", "\\x1b",
       os.fsdecode(b"\xff\xfe"), os.fsdecode(b"\xc3"), "x" * 5000, "jsonl", "strace", "raw",
       "verbose", "syscall", "process", "thread", "nobody-at-all"]
# None of these is a process: 4194304 is the most that there can be.
PIDS = ["0", "-5", "4194305", "2147483647", "2147483648", "99999999999999999999", "x", "4194305,x",
        "4194305 4194306", "4194305,", "\x1b[2J", ",", ""]
REC = {"-o": None, "--output": None, "-s": None, "--payload": None, "-u": None, "--user": None,
       "-E": None, "--env": None, "-z": None, "--level": None, "-p": PIDS, "--attach": PIDS,
       "-q": (), "--quiet": (), "--help": (), "--version": (), "--": ()}
VERBS = ["overview", "print", "tree", "stats", "state", "info", "check", "export", "\x1b]0;title\x07", "prin"]
ANALYZE = {"-e": None, "--pid": None, "--time": None, "--at": None, "--maps": (), "-s": None, "-P": None, "-X": None,
           "-a": None, "--by": None, "--to": None, "-o": None, "-t": (), "-tt": (), "-r": (),
           "-T": (), "-v": (), "-x": (), "-y": (), "-yy": (), "-z": (), "-Z": (), "-f": (),
           "--json": (), "--markdown": (), "--repair": (), "--fold": (), "--help": (),
           "--version": (), "--": ()}


def mangled(r, word):
    """Cut, doubled, with a byte changed, or as it was."""
    kind = r.randrange(12)
    if kind == 0 and word:
        return word[:r.randrange(len(word))]
    if kind == 1:
        return word + word
    if kind == 2:
        at = r.randrange(len(word) + 1)
        return word[:at] + chr(r.choice([1, 27, 127, 200, 0x202e])) + word[at:]
    return word


def in_here(value):
    """As a file name it is one of the present directory."""
    return value.replace("/", "_") or "_"


def option(r, table):
    name = r.choice(list(table))
    values = table[name]
    if values == ():
        return [mangled(r, name)]
    value = r.choice(values or ODD) if r.randrange(8) else None
    if values is None and value is not None:
        value = mangled(r, value)
    if name in ("-o", "--output") and value is not None:
        value = in_here(value)
    if value is None:
        return [name]
    if r.randrange(3) == 0:
        return [f"{name}={value}" if name.startswith("--") else name + value]
    return [name, value]


class Options(FaultTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.bench.path("in"))

    def check(self, argv, result, name, allowed):
        asked = any(a.startswith(("--h", "--v", "-h")) for a in argv)
        shown = [ascii(a[:80]) for a in argv]
        self.assertIn(result.status, [*allowed, 0] if asked else allowed, (shown, result.err))
        text = result.err.decode("utf-8")  # fails on what is no UTF-8
        lines = text.split("\n")
        self.assertEqual(lines.pop(), "", (shown, text))
        # Each of several files may be missing.
        self.assertLessEqual(len(lines), max(LINES_MAX, len(argv)), (shown, text))
        for line in lines:
            self.assertTrue(line.startswith(f"{name}: "), (shown, line))
            self.assertTrue(line.isprintable(), (shown, line))
        self.assertTrue(lines or result.status == 0, shown)

    def try_all(self, arguments, name, program, allowed):
        r = random.Random(1)
        for _ in range(ROUNDS):
            argv = [a.replace("\0", "") for a in arguments(r)]
            # Some of the words are names of programs.
            result = run([program, *argv], cwd=self.bench.path("in"), timeout=20,
                         env=dict(os.environ, PATH="/nonexistent"))
            self.check(argv, result, name, allowed)

    def rec(self, r):
        words = [w for _ in range(r.randrange(6)) for w in option(r, REC)]
        # Behind an option without its value the first is that value.
        return [*words, *([] if r.randrange(6) == 0 else ["no-such-command-here"] * 3)]

    def test_rec(self):
        self.try_all(self.rec, "rec", self.bench.rec, (125, 126, 127))

    def analyze(self, r):
        words = [r.choice(VERBS)] if r.randrange(10) else []
        words += [w for _ in range(r.randrange(6)) for w in option(r, ANALYZE)]
        tape = r.choice(["missing", "", "\x1b[31m", ".", os.fsdecode(b"\xff"),
                         os.path.abspath(f"{fault.GOLDEN}/0.1-true.zst")])
        return [*words, *([tape] if r.randrange(8) else [])]

    def test_analyze(self):
        self.try_all(self.analyze, "analyze", self.bench.analyze, (0, 2))


class Terminal(FaultTest):
    """What a program is told to say back never acts on a terminal."""

    def test_names(self):
        rec, analyze = self.bench.rec, self.bench.analyze
        for name in ("\x1b[31m", "\x1b]0;x\x07", "a\nb", "\u009b31m", "\u202eabc"):
            shown = name.encode("unicode_escape")
            for argv in ([rec, name], [rec, f"./{name}"], [rec, "-s", name, "true"],
                         [rec, "-z", name, "true"], [rec, "-p", name], [rec, f"-{name}"],
                         [rec, f"--{name}"], [rec, "-u", name, "true"], [rec, "-E", f"={name}"],
                         [rec, "-o", f"missing/{name}", "true"],
                         [analyze, name], [analyze, "print", name], [analyze, f"--{name}"],
                         [analyze, "print", "-s", name, "x"], [analyze, "print", "-e", name, "x"],
                         [analyze, "export", "--to", name], [analyze, "stats", "--by", name],
                         [analyze, "check", "--repair", "-o", f"missing/{name}", "x"]):
                err = run(argv, cwd=self.dir).err.decode("utf-8")
                self.assertTrue(err.endswith("\n") and err[:-1].isprintable(), (shown, argv, err))

    def test_line_at_the_end(self):
        tape = "\x1b[31mtape\x1b[0m"
        err = run([self.bench.rec, "-o", tape, "true"], cwd=self.dir).err
        self.assertIn(b"-> \\x1b[31mtape", err)
        self.assertNotIn(b"\x1b", err)


if __name__ == "__main__":
    fault.main()
