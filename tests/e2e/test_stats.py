#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `analyze stats` counts, by everything that it can be counted by, against what the tape's
JSON lines say."""
import json
import sys

import harness
import suite

COPY = """
import os, sys, threading, time
data = os.urandom(100000)
with open("in", "wb") as f:
    f.write(data)
with open("in", "rb") as a, open("out", "wb") as b:
    while piece := a.read(10000):
        b.write(piece)
with open("in", "rb") as a, open("sent", "wb") as b:
    assert os.sendfile(b.fileno(), a.fileno(), 0, 5000) == 5000
time.sleep(0.2)
t = threading.Thread(target=time.sleep, args=(0.3,))
t.start()
t.join()
if os.fork() == 0:
    os.chdir("/")
    os._exit(0)
os.wait()
"""


class Stats(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.tape, result = self.bench.record(["/usr/bin/python3", "-S", "-c", COPY], cwd=self.dir)
        self.assertEqual(result.status, 0, result)
        self.objects = self.bench.objects(self.tape)
        self.calls = [o for o in self.objects if o["type"] == "syscall"]

    def stats(self, by, *options):
        found = json.loads(self.bench.ask("stats", "--json", "--by", by, *options, self.tape))
        return found, {row[by]: row for row in found["rows"]}

    def test_sums(self):
        """All calls are in one line each, whatever they are counted by."""
        for by in ("syscall", "process", "thread", "file"):
            found, rows = self.stats(by)
            self.assertEqual(found["calls"], len(self.calls), by)
            self.assertEqual(sum(r["calls"] for r in rows.values()), len(self.calls), by)
            self.assertEqual(sum(r["errors"] for r in rows.values()), found["errors"], by)
            self.assertEqual(sum(r["total_ns"] for r in rows.values()),
                             sum(c["duration"] or 0 for c in self.calls), by)
            for row in rows.values():
                self.assertLessEqual(row["p50_ns"], row["p90_ns"])
                self.assertLessEqual(row["p90_ns"], row["p99_ns"])
                self.assertLessEqual(row["p99_ns"], row["max_ns"])
                self.assertLessEqual(row["mean_ns"], row["max_ns"])

    def test_by_process(self):
        _, rows = self.stats("process")
        self.assertEqual(len(rows), 2)
        first = rows[str(self.calls[0]["pid"])]
        self.assertIn("/usr/bin/python3", first["command"])
        # It slept, and waited for a thread that slept, which counts for both of them.
        self.assertGreater(first["blocked_ns"], 0.79e9)
        self.assertGreater(first["wall_ns"], 0.49e9)
        self.assertGreater(first["blocked_ns"], first["busy_ns"])

    def test_by_thread(self):
        _, rows = self.stats("thread")
        self.assertEqual(set(rows), {str(c["tid"]) for c in self.calls})
        sleeper = next(r for t, r in rows.items() if t != str(r["pid"]))
        self.assertGreater(sleeper["blocked_ns"], 0.29e9)
        self.assertGreaterEqual(sleeper["wall_ns"], sleeper["blocked_ns"])
        self.assertEqual(sleeper["busy_ns"], sleeper["wall_ns"] - sleeper["blocked_ns"])

    def test_by_file(self):
        """Relative names and descriptors are the same file; a sendfile counts for two."""
        _, rows = self.stats("file", "--sort", "bytes")
        first, out, sent = (rows[f"{self.dir}/{name}"] for name in ("in", "out", "sent"))
        self.assertEqual((first["read_bytes"], first["written_bytes"]), (105000, 100000))
        self.assertEqual((out["read_bytes"], out["written_bytes"]), (0, 100000))
        self.assertEqual((sent["read_bytes"], sent["written_bytes"]), (0, 5000))
        self.assertEqual(rows["/"]["calls"],
                         sum(c["name"] == "chdir" for c in self.calls))
        order = [r["read_bytes"] + r["written_bytes"] for r in rows.values()]
        self.assertEqual(order, sorted(order, reverse=True))

    def test_filters(self):
        child = self.calls[-1]["pid"]
        for pid in {c["pid"] for c in self.calls}:
            _, rows = self.stats("process", "--pid", str(pid))
            self.assertEqual(rows[str(pid)]["calls"], sum(c["pid"] == pid for c in self.calls))
            self.assertEqual(sum(r["calls"] for r in rows.values()), rows[str(pid)]["calls"])
        _, rows = self.stats("file", "-e", "openat")
        self.assertEqual(sum(r["calls"] for r in rows.values()),
                         sum(c["name"] == "openat" for c in self.calls))
        middle = self.calls[len(self.calls) // 2]["time"]
        found, _ = self.stats("syscall", "--time", f"..{middle / 1e9:.9f}")
        self.assertAlmostEqual(found["calls"], sum(c["time"] <= middle for c in self.calls), delta=1)
        self.assertTrue(child)

    def test_table(self):
        text = self.bench.ask("stats", "--by", "process", self.tape).decode()
        self.assertRegex(text, r"^% time +seconds +mean +p50 +p90 +p99 +max +calls +errors +wall "
                               r"+blocked +busy process\n")
        self.assertRegex(text, r"\n100\.00 .* total \(wall time inside calls\)\n$")

    def test_names_are_harmless(self):
        name = self.bench.path("a\x1b[2Jb")
        tape, _ = self.bench.record(["sh", "-c", 'echo > "$1"', "sh", name])
        text = self.bench.ask("stats", "--by", "file", tape)
        self.assertNotIn(b"\x1b", text)
        self.assertIn(rb"a\x1b[2Jb", text)

    def test_bad_use(self):
        for option in ("--by=colour", "--sort=colour", "--time=5", "--pid=x"):
            result = harness.run([self.bench.analyze, "stats", option, self.tape])
            self.assertEqual((result.status, result.out), (2, b""))
            self.assertEqual(result.err.count(b"\n"), 1, result)


if __name__ == "__main__":
    suite.main()
