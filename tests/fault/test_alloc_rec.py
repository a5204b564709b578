#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rec while one of its allocations fails, each in turn: the command runs to its end as ever,
and the tape is whole, or says what it lacks, or rec says that there is none."""
import os
import select
import signal
import subprocess

import fault
import harness
import tape as second
from fault import FaultTest
from harness import Failure, run, wait_for

PIPELINE = ["sh", "-c", "echo one two | cat; echo end >&2; exit 3"]
# Of proto/trace.proto.
SNAPSHOT_PROCESS, PROCESS_MISSING, NESTED = 3, 19, (17, 18)


def shape(snapshot):
    """Which fields the processes of a snapshot have, how often, and how often those in them."""
    return [{number: [sorted(second.message(v)) if number in NESTED else 1 for v in values]
             for number, values in second.message(process).items()}
            for process in snapshot[SNAPSHOT_PROCESS]]


class Rec(FaultTest):
    def lacks(self, tape):
        """What the tape says it lacks, as text, or of what it consists and says it is all."""
        checked = run([self.bench.analyze, "check", "--json", tape])
        if checked.status != 0:
            raise Failure(f"not sound: {checked} {checked.out!r}")
        objects = self.bench.objects(tape)
        trailer, header = objects[-1], objects[0]
        notes = [n for n in trailer.get("notes", []) if "memory" in n]
        if trailer.get("lost") or notes:
            return f"{trailer['lost']} events" if trailer["lost"] else ""
        problem = harness.inconsistent(objects)
        if problem:
            raise Failure(f"said to be whole: {problem}: {trailer}")
        snapshots = [shape(s) for s in second.read(tape)[1]]
        if trailer["unreadable"] or any(PROCESS_MISSING in p for s in snapshots for p in s):
            return ""
        return {"header": sorted(k for k, v in header.items() if v not in ("", None)),
                "snapshots": snapshots,
                "executed": [(o["path"], o["argv"]) for o in objects if o["type"] == "exec"]}

    def one(self, n, command, good, whole):
        """What is wrong with a run in which the n-th fails, or None."""
        tape = self.bench.new_tape()
        bad, _, _ = self.disturbed([self.bench.rec, "-o", tape, *command], ALLOC=n)
        if self.not_ours(bad.err):
            return None
        lines = bad.err.decode(errors="replace").splitlines()
        own = [line for line in lines if line.startswith("rec: ")]
        if bad.status == 125 and bad.out == b"" and len(own) == 1 and \
                ("memory" in own[0] or "thread" in own[0]):
            return None
        if bad.out != good.out or "end" not in "".join(lines) and good.status == 3:
            return f"the command did other things: {bad} {bad.out!r}"
        if len(own) > 2 or len(own) < 1:
            return f"not one line: {bad}"
        if bad.status == 125:
            return None if any("memory" in line or "lost" in line for line in own) else str(bad)
        if bad.status != good.status:
            return f"other status: {bad}"
        try:
            lack = self.lacks(tape)
        except Failure as e:
            return f"{e}: {lines}"
        finally:
            if os.path.exists(tape):
                os.unlink(tape)
        if isinstance(lack, dict) and lack != whole:
            other = {k: (v, whole[k]) for k, v in lack.items() if v != whole[k]}
            return f"other without a word: {other}"
        if lack and isinstance(lack, str):
            return f"{lack} lost, and rec says nothing: {bad}"
        return None

    def record(self, command, first):
        tape = self.bench.new_tape()
        good, count = self.allocations([self.bench.rec, "-o", tape, *command])
        whole = self.lacks(tape)
        self.assertIsInstance(whole, dict)
        problems = []
        for n in fault.places(count, first):
            problem = self.one(n, command, good, whole)
            if problem:
                problems.append(f"{n} of {count}: {problem}")
        self.assertEqual(problems, [], "\n" + "\n".join(problems[:20]))

    def test_true(self):
        self.record(["true"], 150)

    def test_pipeline(self):
        self.record(PIPELINE, 40)


class Attach(FaultTest):
    """A process that is attached to goes on, whatever fails."""

    def one(self, n):
        tape = self.bench.new_tape()
        code = ("import sys, threading\n"
                "t = threading.Thread(target=threading.Event().wait, daemon=True); t.start()\n"
                "print('ready', flush=True)\n"
                "for line in sys.stdin: print('got', line, end='', flush=True)\n")
        child = subprocess.Popen(["python3", "-c", code], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, process_group=0)
        try:
            return self.attach(child, tape, n)
        finally:
            child.kill()
            child.wait()
            child.stdin.close()
            child.stdout.close()

    def attach(self, child, tape, n):
        """One word before and one after, each with its answer."""
        self.assertEqual(child.stdout.readline(), b"ready\n")
        rec = subprocess.Popen([self.bench.rec, "-o", tape, "-p", str(child.pid)],
                               env=self.environment(ALLOC=n), stderr=subprocess.PIPE,
                               process_group=0)
        wait_for(lambda: rec.poll() is not None or self.traced(child.pid), "attached")
        answers = [self.answer(child, word) for word in (b"one\n", b"two\n")]
        if rec.poll() is None:
            rec.send_signal(signal.SIGINT)
        _, err = rec.communicate(timeout=30)
        try:
            child.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            return "the process hangs"
        if self.not_ours(err):
            return None
        own = err.decode().splitlines()
        if answers != [b"got one\n", b"got two\n"] or child.returncode != 0:
            return f"the process did other things: {answers} {child.returncode} {own}"
        if rec.returncode == -signal.SIGINT and not own:
            return None  # it had failed and was about to say so
        if rec.returncode not in (0, 125) or not 1 <= len(own) <= 1 + (rec.returncode == 125) or \
                not all(line.startswith("rec: ") for line in own):
            return f"{rec.returncode} {own}"
        if rec.returncode == 125 and not ("memory" in own[0] or "thread" in own[0]):
            return f"another reason is told: {own}"
        return None

    def answer(self, child, word):
        child.stdin.write(word)
        child.stdin.flush()
        ready = select.select([child.stdout], [], [], 20)[0]
        return child.stdout.readline() if ready else b"nothing"

    def traced(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return any(line.startswith("TracerPid:") and not line.endswith("\t0\n") for line in f)

    def test_attach(self):
        self.assertIsNone(self.one(0))
        count, _ = self.counted()
        problems = []
        for n in fault.places(count, 30):
            problem = self.one(n)
            if problem:
                problems.append(f"{n} of {count}: {problem}")
        self.assertEqual(problems, [], "\n" + "\n".join(problems[:20]))


if __name__ == "__main__":
    fault.main()
