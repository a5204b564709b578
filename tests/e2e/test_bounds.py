#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bounds of a recording: it ends and the command goes on, it is written in parts, or only
the newest of it is kept."""
import os
import re
import signal
import subprocess
import sys

import harness
import suite
import tape as second
from harness import run, wait_for

COUNTED = ("2", "2", "1500")
CALLS = 4 * 1500
# Whoever is under a filter cannot be let go of: rec stays with it.
WAYS = ((), ("-e", "trace=!mmap"))


def numbers(lines):
    """Of calls whose beginning is told here: [number]."""
    found = (re.match(r"getpriority\(PRIO_PGRP, (\d+)", text) for _, text in lines)
    return [int(m.group(1)) for m in found if m]


def ended(lines):
    """How many calls end here."""
    return len([1 for _, text in lines
                if re.match(r"(getpriority\(|<\.\.\. getpriority resumed>).* = ", text)])


def status(pid, field):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return next(line.split(None, 1)[1].strip() for line in f if line.startswith(field + ":"))


class Bounds(suite.TapeTest):
    def say(self, command, options, **more):
        """(tape, result) with rec's own line."""
        tape = self.bench.new_tape()
        return tape, run([self.bench.rec, "-o", tape, *options, "--", *command], **more)

    def checked(self, tape):
        """What holds for every tape, also one that begins or ends in the middle."""
        check = run([self.bench.analyze, "check", tape])
        self.assertEqual((check.status, check.err), (0, b""), f"{check} {check.out}")
        self.assertEqual(run(["zstd", "-tq", tape]).status, 0)
        self.bench.readable_by_protoc(tape)
        objects = self.bench.objects(tape)
        header, trailer = objects[0], objects[-1]
        self.assertEqual((header["type"], trailer["type"]), ("header", "trailer"))
        self.assertIs(trailer["complete"], True)
        begun = [o for o in objects if o["type"] == "syscall"]
        places = sorted([o["seq"] for o in objects if "seq" in o] +
                        [o["end_seq"] for o in begun if o.get("end_seq")])
        self.assertEqual(len(places), len(set(places)))
        return objects

    # ---- the command goes on ----

    def check_bound(self, events, n):
        """No call is begun behind the bound; but whoever is let go of may have been made, have
        ended or got a signal just then."""
        said = [o.get("name", o["type"]) for o in events]
        self.assertGreaterEqual(len(events), n, said)
        behind = sorted(events, key=lambda o: o["seq"])[n:]
        self.assertLessEqual(len(behind), 2, said)
        self.assertNotIn("syscall", [o["type"] for o in behind], said)

    def test_events(self):
        script = "echo one; echo two; /bin/echo three; exit 7"
        # The execve and its event come first.
        for n in (2, 3, 37):
            tape, result = self.say(["sh", "-c", script], ["--max-events", str(n)])
            self.assertEqual(result.out, b"one\ntwo\nthree\n")
            self.assertEqual(result.status, 7)
            self.assertRegex(result.err.decode(),
                             r"\Arec: .* -> \S+ \(the bound of --max-events was reached\)\n\Z")
            objects = self.bench.sound(tape)
            self.assertEqual(objects[-1]["reason"], "the bound of --max-events was reached")
            self.check_bound([o for o in objects if "seq" in o], n)
            self.assertNotIn("wait_status", objects[-1])

    def test_not_reached(self):
        tape, result = self.say(["sh", "-c", "exit 3"], ["--max-events", "100000", "--max-size",
                                                        "1G", "--max-time", "1h"])
        self.assertEqual(result.status, 3)
        self.assertNotIn(b"bound", result.err)
        self.assertEqual(self.bench.sound(tape)[-1]["reason"], "")

    def test_many_threads(self):
        """No call is begun on the tape after the bound, whoever makes it."""
        tape, result = self.say([self.prog("counted"), "0", "16", "500"], ["--max-events", "2000"])
        self.assertEqual(result.status, 0)
        objects = self.bench.sound(tape)
        self.check_bound([o for o in objects if "seq" in o], 2000)

    def test_size(self):
        code = ("import os\n"
                "f = os.open('/dev/null', os.O_WRONLY)\n"
                "for _ in range(300): os.write(f, os.urandom(4096))\n"
                "print('end')\n")
        tape, result = self.say([sys.executable, "-c", code], ["--max-size", "200K"])
        self.assertEqual((result.status, result.out), (0, b"end\n"))
        self.assertIn(b"--max-size was reached", result.err)
        self.bench.sound(tape)
        size = os.path.getsize(tape)
        self.assertTrue(200 << 10 <= size <= 400 << 10, size)

    def test_time(self):
        for more in WAYS:
            self.time_is_over(more)

    def time_is_over(self, more):
        """The command sleeps when its time is over, and dies by a signal later."""
        fifo = self.bench.path("fifo")
        os.mkfifo(fifo)
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-o", tape, "--max-time", "0.2", *more, "--", "sh", "-c",
                                f"echo before; read x <{fifo}; echo $x; kill -TERM $$"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda: os.path.exists(tape) and self.trailer_of(tape), "the tape is finished")
        wait_for(lambda: not os.path.exists(tape + ".journal"), "the journal is gone")
        self.assertIsNone(rec.poll())
        with open(fifo, "w", encoding="utf-8") as f:
            f.write("after\n")
        out, err = rec.communicate(timeout=30)
        self.assertEqual(out, b"before\nafter\n")
        self.assertEqual(rec.returncode, -signal.SIGTERM)
        self.assertIn(b"--max-time was reached", err)
        objects = self.bench.sound(tape)
        self.assertEqual(objects[-1]["reason"], "the bound of --max-time was reached")
        os.unlink(fifo)

    def trailer_of(self, tape):
        return run([self.bench.analyze, "check", tape]).status == 0

    def test_busy_when_time_is_over(self):
        """Never a wait that could be interrupted: one stop follows the other."""
        code = ("import os, sys\n"
                "while not os.path.exists(sys.argv[1]): pass\n")
        stop = self.bench.path("stop")
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "--max-time", "0.3s", "--",
                                sys.executable, "-c", code, stop])
        wait_for(lambda: os.path.exists(tape) and self.trailer_of(tape), "the tape is finished")
        self.write("stop", "")
        self.assertEqual(rec.wait(30), 0)
        self.bench.sound(tape)

    def test_signals_after_the_bound(self):
        for more in WAYS:
            self.signals_after_the_bound(more)

    def signals_after_the_bound(self, more):
        """Handed on, each of them, and the command's end is still rec's."""
        tape = self.bench.new_tape()
        script = ("trap 'n=x$n; echo got; [ $n != xxx ] || exit 9' TERM; echo ready; "
                  "while :; do sleep 0.02; done")
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "--max-events", "5", *more, "--",
                                "sh", "-c", script], stdout=subprocess.PIPE)
        self.addCleanup(rec.stdout.close)
        self.addCleanup(rec.kill)
        self.assertEqual(rec.stdout.readline(), b"ready\n")
        wait_for(lambda: self.trailer_of(tape), "the tape is finished")
        for _ in range(3):
            rec.send_signal(signal.SIGTERM)
            self.assertEqual(rec.stdout.readline(), b"got\n")
        self.assertEqual(rec.wait(30), 9)

    def test_job_control_after_the_bound(self):
        for more in WAYS:
            self.job_control_after_the_bound(more)

    def job_control_after_the_bound(self, more):
        """A stop of the command is one of rec, as while it recorded."""
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "--max-events", "5", *more, "--",
                                "sh", "-c", "echo ready; read x; exit 8"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, process_group=0)
        self.addCleanup(rec.kill)
        self.assertEqual(rec.stdout.readline(), b"ready\n")
        wait_for(lambda: self.trailer_of(tape), "the tape is finished")
        for _ in range(2):
            os.killpg(rec.pid, signal.SIGTSTP)
            wait_for(lambda: status(rec.pid, "State")[0] == "T", "rec has stopped")
            os.killpg(rec.pid, signal.SIGCONT)
            wait_for(lambda: status(rec.pid, "State")[0] == "S", "rec goes on")
        rec.communicate(b"\n", timeout=30)
        self.assertEqual(rec.returncode, 8)

    def test_children_after_the_bound(self):
        """Nobody is traced any more, and each parent gets its children's ends."""
        script = ("grep TracerPid /proc/self/status; (exit 5); echo $?; "
                  "sh -c 'kill -KILL $$'; echo $?; cat </proc/self/status | grep TracerPid")
        _, result = self.say(["sh", "-c", script], ["--max-events", "3"])
        self.assertEqual([line.split()[-1] for line in result.out.split(b"\n") if line],
                         [b"0", b"5", b"137", b"0"])

    def test_selected(self):
        """The bound is of what was asked for, and those that the filter stops get their answers as
        if nobody had been there."""
        script = ("for i in 1 2 3; do (exit $i); echo $?; cat /dev/null; done; "
                  "sh -c 'kill -KILL $$'; echo $?; exit 7")
        tape, result = self.say(["sh", "-c", script],
                                ["--max-events", "30", "-e", "trace=openat,write,mmap"])
        self.assertEqual((result.out, result.status), (b"1\n2\n3\n137\n", 7), result)
        self.assertIn(b"--max-events was reached", result.err)
        objects = self.bench.sound(tape)
        self.assertEqual(objects[-1]["reason"], "the bound of --max-events was reached")
        told = [o for o in objects if "seq" in o and
                o.get("name", "write") in ("openat", "write", "mmap")]
        self.check_bound(told, 30)

    def test_selected_and_others_go_on(self):
        """The end of the command is not that of its descendants, who need rec."""
        fifo = self.bench.path("fifo")
        os.mkfifo(fifo)
        tape, done = self.bench.new_tape(), self.bench.path("done")
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "--max-events", "5",
                                "-e", "trace=openat,write", "--", "sh", "-c",
                                f"(read x <{fifo}; echo $x >{done}) & exit 6"])
        self.addCleanup(rec.kill)
        wait_for(lambda: os.path.exists(tape) and self.trailer_of(tape), "the tape is finished")
        with open(fifo, "w", encoding="utf-8") as f:
            self.assertIsNone(rec.poll())
            f.write("answered\n")
        self.assertEqual(rec.wait(30), 6)
        with open(done, encoding="utf-8") as f:
            self.assertEqual(f.read(), "answered\n")

    def test_attached(self):
        """-p: let go of, left running, status 0."""
        for option, value in (("--max-time", "0.2"), ("--max-events", "20")):
            child = subprocess.Popen(["sh", "-c", "while read x; do :; done </dev/zero"])
            self.addCleanup(child.wait)
            self.addCleanup(child.kill)
            tape = self.bench.new_tape()
            result = run([self.bench.rec, "-o", tape, option, value, "-p", str(child.pid)])
            self.assertEqual(result.status, 0, result)
            self.assertIn(f"{option} was reached".encode(), result.err)
            self.assertIsNone(child.poll())
            self.assertEqual(status(child.pid, "TracerPid"), "0")
            self.bench.sound(tape)

    # ---- parts ----

    def parts(self, tape, files):
        return [f"{tape}.{n}" for n in files]

    def test_parts(self):
        tape, result = self.say([self.prog("counted"), *COUNTED], ["-C", "20K"])
        self.assertEqual(result.status, 0)
        count = len([n for n in os.listdir(self.dir) if n.startswith(os.path.basename(tape))])
        self.assertGreater(count, 2)
        self.assertIn(f"-> {tape}.0 to {tape}.{count - 1}\n".encode(), result.err)
        paths = self.parts(tape, range(count))
        objects = [self.checked(path) for path in paths]
        headers = [o[0] for o in objects]
        self.assertEqual([h["part"] for h in headers], list(range(1, count + 1)))
        self.assertEqual(len({h["uuid"] for h in headers}), count)
        self.assertEqual(len({h["start_monotonic"] for h in headers}), 1)
        for path in paths[:-1]:
            self.assertTrue(20 << 10 <= os.path.getsize(path) <= 40 << 10, os.path.getsize(path))
        self.nothing_is_lost(paths, objects)
        self.counts_are_right(paths, objects)
        self.together_they_are_whole(paths, objects)

    def nothing_is_lost(self, paths, objects):
        lines = self.bench_lines(paths)
        told = numbers(lines)
        self.assertEqual(len(told), CALLS)
        self.assertEqual(len(set(told)), CALLS)
        self.assertEqual(ended(lines), CALLS)
        self.assertEqual(sum(o[-1]["syscalls"] for o in objects), begun(lines))
        # Each place of the whole is there once; the halves of a call are on two parts.
        places = [set() for _ in paths]
        for at, part in enumerate(objects):
            for o in part:
                places[at] |= {o[k] for k in ("seq", "end_seq") if o.get(k)}
        everything = set().union(*places)
        self.assertEqual(everything, set(range(1, len(everything) + 1)))

    def together_they_are_whole(self, paths, objects):
        """Calls whose halves are on two parts fit together, as a decoder of its own has them."""
        whole = self.bench.path("whole.zst")
        with open(whole, "wb") as out:
            for path in paths:
                with open(path, "rb") as part:
                    out.write(part.read())
        told = harness.settled([o for part in objects for o in part])
        self.assertIsNone(second.difference(second.read(whole)[2], told))

    def bench_lines(self, paths):
        return [line for path in paths for line in self.bench.lines(path)]

    def counts_are_right(self, paths, objects):
        """What each part's trailer says of itself is what all verbs find there."""
        for path, part in zip(paths, objects):
            lines = self.bench.lines(path)
            self.assertEqual(part[-1]["syscalls"], begun(lines))
            alive = {pid for pid, _ in lines}
            self.assertLessEqual(len(alive), part[-1]["threads"])
            self.assertIn(b"part ", self.bench.ask("info", path))
            self.bench.ask(path)
            self.bench.ask("tree", path)
            # A call that began before has its name, though only its end is here.
            self.assertNotIn(b"(others)", self.bench.ask("stats", path))

    def test_repair(self):
        """A part with its end cut off becomes a tape with the same calls, numbered anew."""
        tape, _ = self.say([self.prog("counted"), *COUNTED], ["-C", "20K"])
        with open(tape + ".1", "rb") as part:
            cut = self.write("cut.zst", part.read(15000))
        fixed = self.bench.path("fixed.zst")
        run([self.bench.analyze, "check", "--repair", "-o", fixed, cut])
        check = run([self.bench.analyze, "check", fixed])
        self.assertEqual((check.status, check.err), (0, b""), check)
        self.assertNotIn("first_chunk", self.bench.objects(fixed)[0])
        told = self.bench.ask("print", cut, allowed=(2,))
        self.assertEqual(self.bench.ask("print", fixed), told)
        self.assertGreater(len(told.splitlines()), 100)

    def test_whole_by_print(self):
        tape, _ = self.say([self.prog("counted"), *COUNTED], ["-C", "20K"])
        count = len([n for n in os.listdir(self.dir) if n.startswith(os.path.basename(tape))])
        paths = self.parts(tape, range(count))
        whole = self.bench.ask("print", *paths)
        self.assertEqual(whole, b"".join(self.bench.ask("print", path) for path in paths))

    def test_resumed(self):
        """A call that lasts over the end of a part: <unfinished ...> there, resumed here."""
        code = ("import os, threading\n"
                "r, w = os.pipe()\n"
                "t = threading.Thread(target=lambda: os.read(r, 77)); t.start()\n"
                "f = os.open('/dev/null', os.O_WRONLY)\n"
                "for _ in range(100): os.write(f, os.urandom(4096))\n"
                "os.write(w, b'hello'); t.join()\n")
        tape, result = self.say([sys.executable, "-c", code], ["-C", "150K"])
        self.assertEqual(result.status, 0)
        count = len([n for n in os.listdir(self.dir) if n.startswith(os.path.basename(tape))])
        self.assertGreater(count, 2)
        texts = [[t for _, t in self.bench.lines(path, "-y")]
                 for path in self.parts(tape, range(count))]
        self.assertTrue([t for part in texts for t in part
                         if re.fullmatch(r"read\(\d+<pipe:\[.*\]>, *<unfinished \.\.\.>", t)])
        # Where the end of a part falls in what comes then is not known.
        resumed = [i for i, part in enumerate(texts)
                   if '<... read resumed>"hello", 77) = 5' in part]
        self.assertEqual(len(resumed), 1, texts[-1])
        self.assertGreater(resumed[0], 1)
        # Descriptors are known from the snapshot.
        self.assertTrue([t for t in texts[resumed[0] - 1]
                         if re.match(r"write\(\d+</dev/null>, ", t)])

    def test_resumed_and_hidden(self):
        """A call that nobody asked for lasts over the end of a part: it is shown in neither."""
        fifo = self.bench.path("fifo")
        os.mkfifo(fifo)
        code = ("import os, sys, threading\n"
                "def wait(): os.close(os.open(sys.argv[1], os.O_RDONLY))\n"
                "t = threading.Thread(target=wait); t.start()\n"
                "f = os.open('/dev/null', os.O_WRONLY)\n"
                "for _ in range(100): os.write(f, os.urandom(4096))\n"
                "os.close(os.open(sys.argv[1], os.O_WRONLY)); t.join()\n")
        tape, result = self.say([sys.executable, "-c", code, fifo],
                                ["-C", "150K", "-e", "trace=write"])
        self.assertEqual(result.status, 0, result)
        parts = [self.bench.path(n) for n in os.listdir(self.dir)
                 if n.startswith(os.path.basename(tape))]
        resumed = [part for part in parts
                   if b"<... openat resumed>" in self.bench.ask("print", "-e", "all", part)]
        self.assertGreaterEqual(len(resumed), 1)
        for part in resumed:
            self.assertNotIn(b"openat", self.bench.ask("print", part))
            for verb in ("stats", "overview", "tree"):
                self.assertNotIn(b"openat", self.bench.ask(verb, "--json", part))
            self.assertIn(b"openat", self.bench.ask("stats", "-e", "openat", part))
        self.assertTrue(any(b"write" in self.bench.ask("stats", part) for part in parts))

    def test_parts_attached(self):
        child = subprocess.Popen([sys.executable, "-c",
                                  "import os\n"
                                  "f = os.open('/dev/null', os.O_WRONLY)\n"
                                  "print('ready', flush=True)\n"
                                  "while True: os.write(f, os.urandom(4096))\n"],
                                 stdout=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.assertEqual(child.stdout.readline(), b"ready\n")
        tape, result = self.say([], ["-C", "100K", "--max-size", "350K", "-p", str(child.pid)])
        self.assertEqual(result.status, 0, result)
        self.assertIsNone(child.poll())
        self.assertEqual(status(child.pid, "TracerPid"), "0")
        names = [n for n in os.listdir(self.dir) if n.startswith(os.path.basename(tape))]
        self.assertGreater(len(names), 2)
        objects = [self.checked(path) for path in self.parts(tape, range(len(names)))]
        self.assertEqual([o[0]["part"] for o in objects], list(range(1, len(names) + 1)))
        # No execve is on any of them: what the descriptor is they know from their beginnings.
        # (The last one may have nothing to tell.)
        for path in self.parts(tape, range(len(names) - 1)):
            self.assertTrue(b"</dev/null>" in self.bench.ask("print", "-y", path), path)

    def test_wraps_around(self):
        tape, result = self.say([self.prog("counted"), *COUNTED], ["-C", "10K", "-W", "3"])
        self.assertEqual(result.status, 0)
        self.assertRegex(result.err.decode(),
                         rf"-> {tape}\.0 to {tape}\.2, the last 3 of \d+ parts\n")
        names = sorted(n for n in os.listdir(self.dir) if n.startswith(os.path.basename(tape)))
        self.assertEqual(names, [os.path.basename(tape) + f".{n}" for n in range(3)])
        objects = {self.checked(path)[0]["part"]: path for path in self.parts(tape, range(3))}
        order = sorted(objects)
        self.assertEqual(order, list(range(order[0], order[0] + 3)))
        self.assertGreater(order[0], 1)
        told = numbers(self.bench_lines([objects[n] for n in order]))
        self.assertEqual(len(told), len(set(told)))
        self.assertEqual(self.bench.lines(objects[order[-1]])[-1][1], "+++ exited with 0 +++")

    def test_names(self):
        """With as many digits as the last one needs."""
        tape, _ = self.say(["true"], ["-C", "1M", "-W", "11"])
        self.assertTrue(os.path.exists(tape + ".00"))
        run([self.bench.rec, "-C", "1M", "true"], cwd=self.dir)
        self.assertTrue(os.path.exists(self.bench.path("trace.zst.0")))

    def test_parts_and_bound(self):
        tape, result = self.say([self.prog("counted"), *COUNTED], ["-C", "10K", "--max-size",
                                                                  "35K"])
        self.assertEqual(result.status, 0)
        self.assertIn(b"--max-size was reached", result.err)
        count = len([n for n in os.listdir(self.dir) if n.startswith(os.path.basename(tape))])
        objects = [self.checked(path) for path in self.parts(tape, range(count))]
        self.assertEqual(objects[-1][-1]["reason"], "the bound of --max-size was reached")
        self.assertEqual({o[-1]["reason"] for o in objects[:-1]}, {"the next part goes on"})

    # ---- the ring ----

    def test_ring(self):
        tape, result = self.say([self.prog("counted"), *COUNTED], ["--ring", "64K"])
        self.assertEqual(result.status, 0)
        objects = self.checked(tape)
        self.assertTrue(32 << 10 <= os.path.getsize(tape) <= 70 << 10, os.path.getsize(tape))
        lines = self.bench.lines(tape)
        told = numbers(lines)
        self.assertLess(len(told), CALLS)
        self.assertEqual(len(told), len(set(told)))
        # The newest: nothing is missing from some place on up to the end.
        places = sorted({o[k] for o in objects for k in ("seq", "end_seq") if o.get(k)})
        late = [p for p in places if p > places[-1] - 4000]
        self.assertEqual(late, list(range(late[0], places[-1] + 1)))
        self.assertEqual(lines[-1][1], "+++ exited with 0 +++")
        self.assertEqual(objects[-1]["syscalls"], begun(lines))
        self.assertRegex(objects[-1]["notes"][0], r"only the newest was kept: \d+ earlier calls")
        self.assertIn(b"only the newest", self.bench.ask("info", tape))
        frames = run(["zstd", "-l", tape]).out.decode().splitlines()[-1].split()
        self.assertGreaterEqual(int(frames[0]), 8 + 2)

    def test_ring_knows_descriptors(self):
        """-y after the cut, and the directory."""
        code = ("import os\n"
                f"os.chdir({self.dir!r})\n"
                "f = os.open('there', os.O_RDWR | os.O_CREAT)\n"
                "for _ in range(100): os.pwrite(f, os.urandom(4096), 0)\n"
                "os.access('file', 0)\n")
        tape, result = self.say([sys.executable, "-c", code], ["--ring", "128K"])
        self.assertEqual(result.status, 0)
        texts = [t for _, t in self.bench.lines(tape, "-y")]
        self.assertFalse([t for t in texts if t.startswith("openat")])
        writes = [t for t in texts if t.startswith("pwrite64")]
        self.assertGreater(len(writes), 8)
        for text in writes:
            self.assertRegex(text, rf"pwrite64\(\d+<{self.dir}/there>, ")

    def test_ring_is_bounded(self):
        code = ("import os\n"
                "f = os.open('/dev/null', os.O_WRONLY)\n"
                "for _ in range({}): os.write(f, os.urandom(65536))\n")
        # What a sanitizer holds back would be taken for the ring's.
        env = dict(os.environ, ASAN_OPTIONS=os.environ["ASAN_OPTIONS"] + ":quarantine_size_mb=1")
        peaks = []
        for count in (20, 1500):
            rec = subprocess.Popen([self.bench.rec, "-q", "-o", self.bench.new_tape(), "--ring",
                                    "4M", sys.executable, "-c", code.format(count)],
                                   env=env)
            _, how, usage = os.wait4(rec.pid, 0)
            rec.returncode = os.waitstatus_to_exitcode(how)
            self.assertEqual(how, 0)
            peaks.append(usage.ru_maxrss)
        self.assertLess(peaks[1], peaks[0] + (24 << 10), "94 MiB have gone through")

    def test_ring_on_request(self):
        """Written at once while the command sleeps; recording goes on."""
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "--ring", "1M", "--", "sh", "-c",
                                "echo one; read x; echo two; read x"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(rec.kill)
        self.assertEqual(rec.stdout.readline(), b"one\n")
        self.assertFalse(os.path.exists(tape))
        self.request(rec, tape)
        rec.stdin.write(b"\n")
        rec.stdin.flush()
        self.assertEqual(rec.stdout.readline(), b"two\n")
        self.request(rec, tape + ".1")
        rec.communicate(b"\n", timeout=30)
        self.assertEqual(rec.returncode, 0)
        objects = [self.checked(tape + end) for end in ("", ".1", ".2")]
        self.assertEqual(objects[0][-1]["reason"], "SIGUSR1 to the recorder, which goes on")
        self.assertNotIn("wait_status", objects[1][-1])
        self.assertEqual(objects[2][-1]["wait_status"], 0)
        written = [[t for _, t in self.bench.lines(tape + end) if t.startswith("write(1, ")]
                   for end in ("", ".1", ".2")]
        self.assertEqual([len(w) for w in written], [1, 2, 2])

    def request(self, rec, tape):
        rec.send_signal(signal.SIGUSR1)
        wait_for(lambda: os.path.exists(tape) and self.trailer_of(tape), "the ring is written")

    def test_ring_attached(self):
        """Asked for at once, when there may be nothing in it yet."""
        child = subprocess.Popen(["sh", "-c", "while read x; do :; done </dev/zero"])
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "--ring", "64K", "-p",
                                str(child.pid)])
        wait_for(lambda: status(child.pid, "TracerPid") == str(rec.pid), "taken hold of")
        self.request(rec, tape)
        self.assertEqual(status(child.pid, "TracerPid"), str(rec.pid))
        rec.send_signal(signal.SIGINT)
        self.assertEqual(rec.wait(30), 0)
        self.assertIsNone(child.poll())
        for path in (tape, tape + ".1"):
            self.checked(path)

    def test_ring_on_failure(self):
        options = ["--ring", "1M", "--ring-on-failure"]
        tape, result = self.say(["true"], options)
        self.assertEqual(result.status, 0)
        self.assertFalse(os.path.exists(tape))
        self.assertIn(b"-> nothing", result.err)
        for command, ends in (("exit 4", 4), ("kill -KILL $$", -signal.SIGKILL)):
            tape, result = self.say(["sh", "-c", command], options)
            self.assertEqual(result.status, ends)
            self.checked(tape)
            self.assertFalse(os.path.exists(tape + ".1"))

    def test_failure_while_others_go_on(self):
        """Written when the command fails, not when its last descendant ends."""
        fifo = self.bench.path("fifo")
        os.mkfifo(fifo)
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "--ring", "1M",
                                "--ring-on-failure", "--", "sh", "-c",
                                f"(read x <{fifo}) & exit 6"])
        wait_for(lambda: os.path.exists(tape) and self.trailer_of(tape), "the ring is written")
        self.assertIsNone(rec.poll())
        with open(fifo, "w", encoding="utf-8") as f:
            f.write("go on\n")
        self.assertEqual(rec.wait(30), 6)
        self.assertFalse(os.path.exists(tape + ".1"))
        self.assertEqual(self.checked(tape)[-1]["wait_status"], 6 << 8)

    def test_ring_to_stdout(self):
        result = run([self.bench.rec, "-q", "-o", "-", "--ring", "1M", "--", "sh", "-c",
                      "echo x >&2"])
        self.assertEqual((result.status, result.err), (0, b"x\n"))
        self.checked(self.write("out.zst", result.out))

    def test_ring_cannot_be_written(self):
        """Only found at the end: the command has run, rec says so."""
        os.mkdir(self.bench.path("gone"))
        result = run([self.bench.rec, "-o", self.bench.path("gone/tape"), "--ring", "1M", "--",
                      "sh", "-c", f"rmdir {self.bench.path('gone')}; echo done"])
        self.assertEqual((result.status, result.out), (125, b"done\n"))
        self.assertRegex(result.err.decode(), r"rec: cannot create '.*/gone/tape': No such file")

    # ---- bad use ----

    def test_refusals(self):
        for options, words in (
                (["-C", "1x"], "'1x' is no size"), (["-C", "0"], "'0' is no size"),
                (["-C", "-1"], "'-1' is no size"), (["--max-size", "all"], "'all' is no size"),
                (["--ring", ""], "'' is no size"), (["-C", "99999999999G"], "is no size"),
                (["--max-time", "0"], "'0' is no time"), (["--max-time", "1d"], "'1d' is no time"),
                (["--max-time", "nan"], "'nan' is no time"), (["--max-time", "1e3"], "no time"),
                (["--max-time", "-1"], "'-1' is no time"), (["--max-time", ""], "'' is no time"),
                (["--max-events", "0"], "'0' is no number of events"),
                (["--max-events", "1K"], "'1K' is no number of events"),
                (["-C", "1M", "-W", "0"], "'0' is no number of files"),
                (["-C", "1M", "-W", "1"], "-W 1 would overwrite each part with the next"),
                (["-W", "3"], "-W is the number of files for -C"),
                (["--ring", "1M", "-C", "1M"], "--ring only the newest: use one"),
                (["-C", "1M", "-o", "-"], "-C needs files"),
                (["--ring-on-failure"], "--ring-on-failure is about --ring"),
                (["--ring", "1M", "--max-size", "1M"], "a ring has a size of its own"),
                (["-C", "1M", "-o", "/no/where"], "cannot create '/no/where.0'"),
                (["--ring", "1M", "-o", "/no/where"], "cannot create '/no/where'")):
            result = run([self.bench.rec, *options, "--", "sh", "-c", "echo ran"], cwd=self.dir)
            self.assertEqual((result.status, result.out), (125, b""), options)
            lines = result.err.decode().splitlines()
            self.assertEqual(len(lines), 1, result.err)
            self.assertIn(words, lines[0])
        self.assertEqual(os.listdir(self.dir), [])


def begun(lines):
    """Calls whose beginning is told."""
    return len([1 for _, text in lines if re.match(r"\w+\(", text)])


if __name__ == "__main__":
    suite.main()
