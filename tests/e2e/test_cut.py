#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A part of a tape says of itself what the whole says of that part."""
import json
import os
import random
import re
import sys

import suite
from harness import run

ROUNDS = 6
THREADS = """
import os, threading
def work(n):
    for _ in range(30):
        r, w = os.pipe()
        os.write(w, b"x" * n)
        os.read(r, n)
        os.close(r)
        os.close(w)
        open("/etc/passwd").read()
threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
for t in threads: t.start()
for t in threads: t.join()
"""


def others(lines):
    """Without the ends of calls that began before the part: the whole tells them there."""
    return [line for line in lines if "resumed>" not in line]


class Cut(suite.TapeTest):
    def cut(self, tape, *options, status=0):
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "cut", *options, "-o", out, tape])
        self.assertEqual(result.status, status, result)
        return out, result

    def print(self, tape, *options):
        return self.bench.ask("print", *options, tape).decode(errors="replace").splitlines()

    def compare(self, tape, options, style):
        """How many lines were equal; None: nothing was chosen."""
        whole = self.print(tape, *options, *style)
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "cut", *options, "-o", out, tape])
        if result.status == 2 and b"is chosen" in result.err:
            self.assertEqual((whole, os.path.exists(out)), ([], False), options)
            return None
        self.assertEqual((result.status, result.err), (0, b""), options)
        self.bench.sound_part(out)
        self.assertEqual(others(whole), others(self.print(out, *style)), (options, style))
        return len(whole)

    def rounds(self, tape, seed):
        chance = random.Random(seed)
        objects = [o for o in self.bench.objects(tape) if "pid" in o]
        times = [o["time"] / 1e9 for o in objects]
        pids = sorted({o["pid"] for o in objects})
        lines = 0
        for n in range(ROUNDS):
            options = []
            a, b = sorted(chance.sample(times, 2))
            if n % 3:
                options += [f"--time={a:.9f}..{b:.9f}"]
            if n % 3 != 1:
                chosen = chance.sample(pids, chance.randint(1, len(pids)))
                options += ["--pid=" + ",".join(map(str, chosen))]
            if n % 2:
                options += ["-e", chance.choice(["openat,read,close", "%file", "!mmap"])]
            style = chance.choice([["-y"], ["-T"], ["-y", "-s", "200"]])
            lines += self.compare(tape, options, style) or 0
        self.assertGreater(lines, 0)

    def test_gcc(self):
        self.need("gcc")
        self.write("a.c", "#include <stdio.h>\nint main(void) { return puts(\"\"); }\n")
        self.rounds(self.bench.record(["gcc", "-c", "a.c"], cwd=self.dir)[0], 1)

    def test_make(self):
        self.need("make", "gcc")
        self.write("a.c", "int main(void) { return 0; }\n")
        self.write("Makefile", "all: a.o b.o\n\tgcc -o prog a.o\n%.o: a.c\n\tgcc -c -o $@ a.c\n")
        self.rounds(self.bench.record(["make", "-j2"], cwd=self.dir)[0], 2)

    def test_threads(self):
        self.rounds(self.bench.record([sys.executable, "-c", THREADS])[0], 3)

    def test_git(self):
        self.need("git")
        self.rounds(self.bench.record(
            ["sh", "-c", "git init -q g && cd g && echo a >f && git add f && git status"],
            cwd=self.dir)[0], 4)

    def test_again(self):
        """A part of a part; and the same choice gives the same bytes."""
        tape, _ = self.bench.record(["sh", "-c", "ls /; ls /usr; ls /etc"])
        times = [o["time"] / 1e9 for o in self.bench.objects(tape) if "pid" in o]
        a, b, c, d = (times[len(times) * k // 5] for k in range(1, 5))
        outer, _ = self.cut(tape, f"--time={a:.9f}..{d:.9f}")
        inner, _ = self.cut(outer, f"--time={b:.9f}..{c:.9f}", "-e", "%file")
        want = self.print(tape, f"--time={b:.9f}..{c:.9f}", "-e", "%file", "-y")
        self.assertEqual(others(want), others(self.print(inner, "-y")))
        same, _ = self.cut(tape, f"--time={a:.9f}..{d:.9f}")
        with open(outer, "rb") as one, open(same, "rb") as two:
            self.assertEqual(one.read(), two.read())

    def test_shared_positions(self):
        """Another process moves a position that ours has, too: it is known in the part."""
        self.write("input", "x" * 100)
        tape, _ = self.bench.record(
            ["sh", "-c", "exec 5<input; head -c 10 <&5 >/dev/null; head -c 20 <&5 >/dev/null; :"],
            cwd=self.dir)
        root = next(o["pid"] for o in self.bench.objects(tape) if "pid" in o)
        part, _ = self.cut(tape, f"--pid={root}")
        last = max(o["seq"] for o in self.bench.objects(tape)
                   if o["type"] == "syscall" and o["name"] == "exit_group" and o["pid"] == root)
        whole, ours = (self.bench.ask("state", f"--at={last}", f"--pid={root}", t)
                       for t in (tape, part))
        self.assertIn(b"input", whole)
        self.assertEqual(whole, ours)
        # Both have it from the snapshot of a part that begins later.
        opened = next(o["seq"] for o in self.bench.objects(tape)
                      if o["type"] == "fork")
        part, _ = self.cut(tape, f"--events={opened}..")
        self.assertEqual(re.search(rb".*/input.*", whole)[0],
                         re.search(rb".*/input.*", self.bench.ask(
                             "state", f"--at={last}", f"--pid={root}", part))[0])

    def test_maps_and_signals(self):
        """Of a program that was run on the tape not all mappings are known; those that are, and
        what it does with signals, are known in a part that begins later."""
        program = ("import mmap, os, signal; m = mmap.mmap(-1, 65536); "
                   "signal.signal(signal.SIGUSR1, lambda *a: None); "
                   "signal.signal(signal.SIGHUP, signal.SIG_IGN); os.access('/marker', 0); "
                   "os.getppid(); n = mmap.mmap(-1, 65536); signal.signal(signal.SIGHUP, "
                   "signal.SIG_DFL); os.access('/marker/end', 0)")
        tape, _ = self.bench.record(["sh", "-c", '"$@"; :', "sh", sys.executable, "-c", program])
        places = [o["seq"] for o in self.bench.objects(tape)
                  if o["type"] == "syscall" and "/marker" in o["text"] and o["name"] == "access"]
        self.assertEqual(len(places), 2)
        part, _ = self.cut(tape, f"--events={places[0]}..")
        for place in places:
            whole, ours = (json.loads(self.bench.ask("state", "--json", f"--at={place}", t))
                           ["processes"] for t in (tape, part))
            self.assertEqual([p["pid"] for p in whole], [p["pid"] for p in ours])
            for p, q in zip(whole, ours):
                self.assertEqual((p["maps"], p["maps_whole"], p["signals"]),
                                 (q["maps"], q["maps_whole"], q["signals"]))
            self.assertTrue(whole[-1]["maps"] and not whole[-1]["maps_whole"])
            self.assertIn("SIGUSR1", [s["signal"] for s in ours[-1]["signals"]])

    def test_children(self):
        tape, _ = self.bench.record(["sh", "-c", "sh -c 'ls /; :'; cat /dev/null; :"])
        forks = [(o["pid"], o["child_pid"]) for o in self.bench.objects(tape)
                 if o["type"] == "fork"]
        middle = forks[0][1]
        below = {middle} | {child for pid, child in forks if pid == middle}
        part, _ = self.cut(tape, f"--pid={middle}", "--children")
        self.assertEqual({pid for pid, _ in self.bench.lines(part)}, below)
        self.assertEqual(len(below), 2)

    def test_damage(self):
        tape, _ = self.bench.record(["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do ls -R /etc; done"])
        with open(tape, "rb") as f:
            content = f.read()
        torn = self.write("torn.zst", content[:len(content) * 2 // 3])
        part, result = self.cut(torn, "-e", "openat", status=2)
        self.assertIn(b"ends", result.err)
        self.bench.sound_part(part)
        whole = run([self.bench.analyze, "print", "-e", "openat", torn]).out
        self.assertGreater(len(whole), 1000)
        self.assertEqual(whole, self.bench.ask("print", part))
        self.assertIn(b"missing", self.bench.ask("info", part))

    def test_refusals(self):
        tape, _ = self.bench.record(["true"])
        analyze = self.bench.analyze
        with open(tape, "rb") as f:
            before = f.read()
        for words, text in (
                (["cut", tape], b"needs -o"),
                (["cut", "-o", "x", tape], b"cut what?"),
                (["cut", "-e", "all", "-o", tape, tape], b"is the tape itself"),
                (["cut", "--children", "-o", "x", tape], b"--children is for --pid"),
                (["cut", "--events=9..3", "-o", "x", tape], b"no range of events"),
                (["cut", "-z", "99", "-o", "x", tape], b"no level"),
                (["cut", "-e", "all", "-o", "x", tape, tape], b"one tape at a time")):
            result = run([analyze, *words], cwd=self.dir)
            self.assertEqual(result.status, 2, words)
            self.assertIn(text, result.err)
        self.assertFalse(os.path.exists(self.bench.path("x")))
        with open(tape, "rb") as f:
            self.assertEqual(f.read(), before)
        out = run([analyze, "cut", "--events=..20", "-o", "-", tape]).out
        self.assertEqual(out[:4], b"\x28\xb5\x2f\xfd")


if __name__ == "__main__":
    suite.main()
