#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""64 threads and 200 processes at once: every call is on the tape, once, and the recorder
stays small."""
import os
import subprocess

import harness
import suite
from harness import Failure

RSS_LIMIT = 64 << 20
PROCESSES, THREADS, CALLS = 200, 64, 40
BASE = 10000000


class Stress(suite.TapeTest):
    def measured(self, command, options=()):
        """(tape, status, peak resident set of rec itself in bytes)"""
        tape = self.bench.new_tape()
        child = subprocess.Popen(self.bench.command(tape, command, options),
                                 stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                 process_group=0)
        peak = 0
        with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
            while child.poll() is None:
                status.seek(0)
                try:
                    lines = status.read().splitlines()
                except ProcessLookupError:
                    break
                for line in lines:
                    if line.startswith("VmHWM:"):
                        peak = int(line.split()[1]) * 1024
                try:
                    child.wait(0.05)
                except subprocess.TimeoutExpired:
                    pass
        return tape, child.wait(), peak

    def small(self, peak):
        print(f"peak resident set of rec: {peak / (1 << 20):.1f} MiB")
        if self.bench.sanitized():
            print("(sanitized build: not compared)")
        else:
            self.assertLess(peak, RSS_LIMIT)

    def test_every_call_once(self):
        tape, status, peak = self.measured([self.prog("counted"), str(PROCESSES), str(THREADS),
                                            str(CALLS)])
        self.assertEqual(status, 0)
        objects = self.bench.sound(tape)
        seen = [int(o["args"][1]["value"], 16) for o in objects
                if o["type"] == "syscall" and o["name"] == "getpriority"]
        total = (PROCESSES + THREADS) * CALLS
        self.assertEqual(sorted(seen), list(range(BASE, BASE + total)))
        self.assertEqual(sum(o["type"] == "exit" for o in objects), PROCESSES + THREADS + 1)
        self.assertEqual(sum(o["type"] == "exit" and o.get("process", False) for o in objects),
                         PROCESSES + 1)
        # In each task the calls come in the order in which they were made.
        last = {}
        for o in sorted((o for o in objects if o.get("name") == "getpriority"),
                        key=lambda o: o["seq"]):
            number = int(o["args"][1]["value"], 16)
            self.assertGreater(number, last.get(o["tid"], 0))
            last[o["tid"]] = number
        self.assertEqual(len(last), PROCESSES + THREADS)
        self.small(peak)

    def test_small_with_much_data(self):
        """The queue to the writer is bounded, also when the data cannot be compressed."""
        script = ("for i in 1 2 3 4 5 6 7 8; do head -c 8000000 /dev/urandom | "
                  "dd of=/dev/null bs=4M status=none & done; wait")
        tape, status, peak = self.measured(["sh", "-c", script], ["-s", "all"])
        self.assertEqual(status, 0)
        self.assertGreater(os.path.getsize(tape), 60000000)
        check = harness.run([self.bench.analyze, "check", tape])
        if check.status != 0:
            raise Failure(f"not clean: {check}")
        self.small(peak)

    def test_more_tasks_than_descriptors(self):
        """The recorder must not need a descriptor for each task."""
        tape = self.bench.new_tape()
        result = harness.run(["sh", "-c", 'ulimit -Hn 60; exec "$@"', "sh",
                              *self.bench.command(tape, [self.prog("counted"), "400", "0", "3"])])
        self.assertEqual(result.status, 0, result)
        objects = self.bench.sound(tape)
        self.assertEqual(sum(o.get("name") == "getpriority" for o in objects), 1200)
        self.assertEqual(objects[-1].get("unreadable", 0), 0)

    def test_many_short_lives(self):
        tape, status, _ = self.measured(["sh", "-c", "i=0; while [ $i -lt 300 ]; do (exit 3); "
                                         "i=$((i + 1)); done"])
        self.assertEqual(status, 0)
        objects = self.bench.sound(tape)
        self.assertEqual(sum(o["type"] == "exit" and o["status"] == 3 for o in objects), 300)


if __name__ == "__main__":
    suite.main()
