#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""--time on a long tape: the same lines as when all of it is read, with a part of it read."""
import os
import random

import harness
import suite
from harness import run

ROUNDS = 12
# What lasts: a child that sleeps until it is killed, a shell that waits, one that reads from a
# pipe to which nothing comes for long.
PROGRAM = """
sleep 300 & sleeper=$!
mkfifo fifo; cat fifo & exec 3>fifo
for i in 1 2 3 4 5; do
  dd if=/dev/urandom of=/dev/null bs=64K count=120 status=none
  test $i = 3 && echo hello >&3
  ls -l / >/dev/null
done
kill -9 $sleeper; exec 3>&-; wait; true
"""


class Part(suite.TapeTest):
    @classmethod
    def setUpClass(cls):
        """One tape for all: it takes longer to make than to read."""
        bench = harness.Bench(suite.ARGS.rec, suite.ARGS.analyze)
        cls.addClassCleanup(bench.__exit__)
        cls.tape, result = bench.record(["sh", "-c", PROGRAM], cwd=bench.dir)
        if result.status:
            raise AssertionError(result)
        cls.calls = [o for o in bench.objects(cls.tape) if o["type"] == "syscall"]
        cls.last = max(o["time"] for o in cls.calls) / 1e9

    def both(self, *words):
        """What is said of the file, and of the same bytes through a pipe, which has no index."""
        part = run([self.bench.analyze, *words, self.tape])
        with open(self.tape, "rb") as f:
            whole = run([self.bench.analyze, *words, "-"], stdin=f.read())
        self.assertEqual((part.status, part.err, whole.status, whole.err), (0, b"", 0, b""), words)
        return part.out, whole.out

    def bytes_read(self, *words):
        """From the tape, by analyze: another tape tells."""
        # Who is traced cannot be looked through for leaks.
        tape, result = self.bench.record([self.bench.analyze, *words, self.tape], ["-s", "0"],
                                         env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(result.status, 0, result)
        return sum(max(0, o["ret"] or 0) for o in self.bench.objects(tape)
                   if o["type"] == "syscall" and o["name"] in ("read", "pread64"))

    def test_any_part(self):
        r = random.Random(1)
        edges = [("0", "0.01"), (f"{self.last - 0.01:.6f}", ""), ("1000", ""), ("", "")]
        parts = [(f"{a:.6f}", f"{a + r.uniform(0, self.last / 10):.6f}")
                 for a in (r.uniform(0, self.last) for _ in range(ROUNDS))]
        for a, b in edges + parts:
            for words in (("print", "-tt"), ("print", "-r", "-T", "-e", "trace=!write"),
                          ("print", "-n"), ("print", "-y"), ("export", "--to", "jsonl"),
                          ("export", "--to", "strace", "-Z")):
                part, whole = self.both(*words, "--time", f"{a}..{b}")
                self.assertTrue(part == whole, (words, a, b))

    def test_what_is_counted(self):
        """Who it was is said as it was at the end of the part, whatever is read behind it."""
        third = self.last / 3
        for a, b in (("0", "0.01"), ("", f"{third:.6f}"), (f"{third:.6f}", f"{2 * third:.6f}")):
            for words in (("files", "--json"), ("net",), ("errors", "--json"),
                          ("stats", "-e", "trace=%desc"), ("stats", "--by=process"),
                          ("report",)):
                part, whole = self.both(*words, "--time", f"{a}..{b}")
                self.assertTrue(part == whole, (words, a, b, part[-300:], whole[-300:]))

    def test_cut(self):
        one, other = os.path.join(self.dir, "one.zst"), os.path.join(self.dir, "other.zst")
        size = os.path.getsize(self.tape)
        for choice in (("--time", f"0..{self.last / 4:.6f}"),
                       ("--events", f"1..{self.calls[len(self.calls) // 4]['seq']}")):
            part = run([self.bench.analyze, "cut", *choice, "-o", one, self.tape])
            with open(self.tape, "rb") as f:
                whole = run([self.bench.analyze, "cut", *choice, "-o", other, "-"],
                            stdin=f.read())
            self.assertEqual((part.status, part.err), (whole.status, whole.err))
            with open(one, "rb") as a, open(other, "rb") as b:
                self.assertEqual(a.read(), b.read(), choice)
        for choice in (("--time", f"0..{self.calls[9]['time'] / 1e9:.6f}"), ("--events", "1..9")):
            self.assertLess(self.bytes_read("cut", *choice, "-o", one), size * 0.8, choice)

    def test_long_calls_in_it(self):
        """Parts around the ends of the calls that lasted."""
        long = [o for o in self.calls if o["end_seq"] and o["duration"] > self.last * 1e9 / 3]
        self.assertTrue({o["name"] for o in long} >= {"read"}, long)
        for o in long:
            end = (o["time"] + o["duration"]) / 1e9
            part, whole = self.both("print", "--time", f"{end - 0.001:.6f}..{end + 0.001:.6f}")
            self.assertEqual(part, whole)
            self.assertIn(f"<... {o['name']} resumed>".encode(), part)

    def test_little_is_read(self):
        size = os.path.getsize(self.tape)
        self.assertGreaterEqual(self.bytes_read("print", "-e", "trace=chdir"), size)
        for part in ("0..0.001", f"{self.last:.6f}.."):
            for words in (("print",), ("export", "--to", "jsonl")):
                self.assertLess(self.bytes_read(*words, "--time", part), size * 0.8, (words, part))
        for verb in ("files", "errors", "stats", "stats --by=process", "report"):
            self.assertLess(self.bytes_read(*verb.split(), "--time", "0..0.001"), size * 0.8, verb)
        self.assertLess(self.bytes_read("stats", "--time", f"{self.last:.6f}.."), size * 0.8)


if __name__ == "__main__":
    suite.main()
