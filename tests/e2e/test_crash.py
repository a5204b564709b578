#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bad days of the recorder: it is killed, the disk is full or fails, the file goes away, nobody
takes the tape quickly enough. The command goes on, and what was handled is on the tape.

SYSTAPE_KILLS is how often it is killed at random (40), SYSTAPE_SEED where chance begins."""
import errno
import json
import mmap
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import time
import unittest

import suite
from harness import Failure, run, wait_for

KILLS = int(os.environ.get("SYSTAPE_KILLS", "40"))
SEED = int(os.environ.get("SYSTAPE_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
STATUS = 7  # of tests/progs/progress.c
DONE = re.compile(rb"lseek(?:\(-(\d+), (\d+), SEEK_SET| resumed>)\) += -1 EBADF")
BEGUN = re.compile(rb"lseek\(-(\d+), (\d+), SEEK_SET")
RESUMED = re.compile(rb"^ *(\d+) +<\.\.\. lseek resumed>\) += -1 EBADF")
UNFINISHED = re.compile(rb"^ *(\d+) +lseek\(-(\d+), (\d+), SEEK_SET <unfinished")


class Progress:
    """tests/progs/progress.c while it runs, and the memory that it shares with us."""

    def __init__(self, test, tasks, size):
        self.path = test.bench.path(f"shared{test.bench.count}")
        self.out = test.bench.path(f"out{test.bench.count}")
        with open(self.path, "wb") as f:
            f.truncate(mmap.PAGESIZE)
        self.file = open(self.path, "r+b")
        self.memory = mmap.mmap(self.file.fileno(), mmap.PAGESIZE)
        self.tasks = tasks
        self.command = [test.prog("progress"), self.path, str(tasks), str(size)]

    def number(self, at):
        return struct.unpack_from("=Q", self.memory, 8 * at)[0]

    def done(self):
        """Of each task, how many calls have returned."""
        return [self.number(3 + i) for i in range(self.tasks)]

    def stop(self):
        struct.pack_into("=Q", self.memory, 0, 1)

    def wait_for_end(self):
        """It ends as it would have without a recorder, and says so."""
        wait_for(lambda: self.number(1), "the end of a command whose recorder was killed")
        with open(self.out, "rb") as f:
            if f.read() != f"all {self.tasks} have ended\n".encode():
                raise Failure("the command did not say what it has to say")

    def release(self):
        """Whatever has come between: it must not go on for ever."""
        if not self.memory.closed:
            self.stop()

    def close(self):
        self.memory.close()
        self.file.close()


class CrashTest(suite.TapeTest):
    def start(self, progress, options=(), **more):
        self.tape = self.bench.new_tape()
        with open(progress.out, "wb") as out:
            child = subprocess.Popen(self.bench.command(self.tape, progress.command, options),
                                     stdin=subprocess.DEVNULL, process_group=0,
                                     **{"stdout": out} | more)
        self.addCleanup(child.wait)
        self.addCleanup(progress.release)
        return child

    def faults(self, **variables):
        """(environment of rec that has faults.c in it, options that keep it from the command)"""
        env = dict(os.environ, LD_PRELOAD=self.prog("faults.so"), **variables)
        if self.bench.sanitized():
            env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return env, ["-E", "LD_PRELOAD"]

    def journal(self, tape=None):
        return (tape or self.tape) + ".journal"

    def check(self, tape=None):
        """What check says of a tape that was torn: readable, nothing missing before its end."""
        said = json.loads(self.bench.ask("check", "--json", tape or self.tape, allowed=(2,)))
        self.assertEqual([d["tail"] for d in said["damages"]], [True], said)
        return said

    def returned(self, *tapes):
        """task -> numbers of the calls that had returned, of progress.c, on all of the tapes"""
        found, open_calls = {}, {}
        out = [self.bench.ask("print", "-e", "trace=lseek", tape, allowed=(0, 2)).splitlines()
               for tape in tapes]
        for line in sum(out, []):
            if m := UNFINISHED.match(line):
                open_calls[m[1]] = (int(m[2]), int(m[3]))
            elif m := RESUMED.match(line):
                task, number = open_calls.pop(m[1])
                found.setdefault(task - 1, []).append(number)
            elif (m := DONE.search(line)) and m[1]:
                found.setdefault(int(m[1]) - 1, []).append(int(m[2]))
        return found

    def check_handled(self, handled, *tapes):
        """Nothing is missing before what was last; what had returned to the program is there.
        Returns how many there are."""
        found = self.returned(*tapes or (self.tape,))
        for task, count in enumerate(handled):
            numbers = found.get(task, [])
            self.assertEqual(numbers, list(range(len(numbers))), f"task {task}: a hole")
            self.assertGreaterEqual(len(numbers), count, f"task {task}: handled, but lost")
        return sum(map(len, found.values()))


class Killed(CrashTest):
    def kill_one(self, chance):
        tasks, size = chance.choice((1, 2, 5)), chance.choice((0, 3000, 70000))
        options = chance.choice(([], ["-s", "all"], ["-s", "all", "-z", "17"]))
        progress = Progress(self, tasks, size)
        child = self.start(progress, options)
        target = chance.randrange(1, 600 if size > 3000 else 4000)
        wait_for(lambda: sum(progress.done()) >= target or child.poll() is not None, "calls")
        handled = progress.done()
        child.kill()
        self.assertEqual(child.wait(), -signal.SIGKILL)
        progress.stop()
        progress.wait_for_end()
        said = self.check()
        events = self.check_handled(handled)
        self.assertTrue(os.path.exists(self.journal()))
        progress.close()
        os.unlink(self.tape)
        os.unlink(self.journal())
        return events, said["recovered"]

    def test_at_random(self):
        chance, events, recovered = random.Random(SEED), 0, 0
        for i in range(KILLS):
            try:
                one, more = self.kill_one(chance)
            except (AssertionError, Failure) as e:
                raise Failure(f"kill {i} of seed {SEED}: {e}") from e
            events, recovered = events + one, recovered + more
        print(f"{KILLS} kills (seed {SEED}): {events} calls on the tapes, {recovered} events of "
              "journals")
        self.assertGreater(recovered, 0)

    def test_into_a_pipe(self):
        """Without a journal the tape ends earlier, but has no holes."""
        chance = random.Random(SEED)
        for _ in range(3):
            progress, tape = Progress(self, 2, 3000), self.bench.new_tape()
            with open(tape, "wb") as f, open(progress.out, "wb") as out:
                child = subprocess.Popen([self.bench.rec, "-q", "-o", "-", "-s", "all", "--", "sh",
                                          "-c", '"$@" >&2', "sh", *progress.command],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=out, process_group=0)
                reader = subprocess.Popen(["cat"], stdin=child.stdout, stdout=f)
            child.stdout.close()
            target = chance.randrange(5000, 9000)
            wait_for(lambda: sum(progress.done()) > target, "calls")
            child.kill()
            self.assertEqual(child.wait(), -signal.SIGKILL)
            progress.stop()
            progress.wait_for_end()
            self.assertEqual(reader.wait(), 0)
            self.check(tape)
            self.assertGreater(self.check_handled([0, 0], tape), 1000)
            progress.close()

    def kill_at(self, where, number):
        """Killed at a certain call. How many events there are, None: the command did not run."""
        begun, ended = self.bench.path("begun"), self.bench.path("ended")
        for path in (begun, ended):
            if os.path.exists(path):
                os.unlink(path)
        env, options = self.faults(FAULT_KILL=f"{where}:{number}")
        tape, result = self.bench.record(
            ["sh", "-c", 'echo >"$0"; head -c 400000 /dev/urandom | cat >/dev/null; echo >"$1"',
             begun, ended], [*options, "-s", "all"], env=env)
        self.assertEqual(result.status, -signal.SIGKILL, f"{where} {number}: {result}")
        if not os.path.exists(begun):
            return None
        wait_for(lambda: os.path.exists(ended), "the command's end")
        events = self.check(tape)["events"]
        if events:
            self.assertIn(b"execve(", self.bench.ask("print", tape, allowed=(2,)))
        return events

    def test_writing(self):
        """In the middle of writing a chunk, which is whole in the journal then."""
        for n in (2, 3, 4):
            self.assertGreater(self.kill_at("write", n), 20)

    def test_tracing(self):
        """At each of the first requests of the tracer, and at some later ones: all that it asked
        before is there. From a certain one on the command runs."""
        events = [self.kill_at("ptrace", n) for n in (*range(1, 12), 40, 41, 42, 43, 200, 201)]
        ran = [n for n in events if n is not None]
        self.assertEqual(events, [None] * (len(events) - len(ran)) + ran)
        self.assertLess(len(ran), len(events))
        self.assertGreater(ran[-1], 30)

    def test_before_the_header(self):
        env, options = self.faults(FAULT_KILL="write:1")
        tape, result = self.bench.record(["sh", "-c", "echo ran"], options, env=env)
        self.assertEqual((result.status, result.out), (-signal.SIGKILL, b""), result)
        result = run([self.bench.analyze, "check", tape])
        self.assertEqual((result.status, result.err.count(b"\n")), (2, 1), result)


class Parts(CrashTest):
    """Killed while it writes parts. With -e the program ends with its recorder, so that what it
    has done is exactly what was handled."""
    OPTIONS = ["-C", "24K", "-e", "trace=lseek,write"]

    def killed(self, where, number):
        progress = Progress(self, 3, 600)
        env, options = self.faults(FAULT_KILL=f"{where}:{number}")
        child = self.start(progress, [*options, *self.OPTIONS], env=env)
        self.assertEqual(child.wait(), -signal.SIGKILL, f"{where} {number}")
        handled = progress.done()
        progress.close()
        return handled

    def files(self):
        """(parts in their order, journals)"""
        base = os.path.basename(self.tape) + "."
        names = [n for n in os.listdir(self.dir) if n.startswith(base)]
        parts = sorted((n for n in names if n[len(base):].isdigit()),
                       key=lambda n: int(n[len(base):]))
        return ([self.bench.path(n) for n in parts],
                [self.bench.path(n) for n in names if n.endswith(".journal")])

    def check_parts(self, handled):
        parts, journals = self.files()
        self.assertEqual(len(journals), 1, journals)
        self.check_handled(handled, *parts)
        return parts, journals[0]

    def test_at_random(self):
        chance, parts = random.Random(SEED), 0
        for i in range(KILLS // 2):
            progress = Progress(self, chance.choice((1, 2, 5)), chance.choice((0, 600, 3000)))
            child = self.start(progress, self.OPTIONS)
            target = chance.randrange(1, 3000)
            wait_for(lambda: sum(progress.done()) >= target, "calls")
            child.kill()
            child.wait()
            try:
                parts += len(self.check_parts(progress.done())[0])
            except AssertionError as e:
                raise Failure(f"kill {i} of seed {SEED}: {e}") from e
            progress.close()
        self.assertGreater(parts, KILLS // 2)

    def test_at_each_write(self):
        """Of headers, snapshots, chunks and trailers alike."""
        most = 0
        for n in range(2, 50):
            parts, _ = self.check_parts(self.killed("write", n))
            most = max(most, len(parts))
        self.assertGreater(most, 2)

    def test_journal_moves(self):
        """The part before has no end yet, the next one has its beginning."""
        for where, owner in (("rename", 0), ("renamed", 1)):
            for n in (1, 2):
                parts, journal = self.check_parts(self.killed(where, n))
                self.assertEqual(journal, self.journal(f"{self.tape}.{n - 1 + owner}"))
                self.assertEqual(len(parts), n + 1)
                for at in (n - 1, n):
                    said = json.dumps(self.check(parts[at]))
                    self.assertEqual("recovered from its journal" in said,
                                     parts[at] + ".journal" == journal)
                # The snapshot tells of open files.
                self.assertIn(b"/dev/null", run(["zstd", "-dc", parts[n]]).out)

    def test_none_is_left(self):
        """Nor is one of another recording whose part is overwritten."""
        self.killed("renamed", 1)
        old = self.journal(self.tape + ".1")
        self.assertTrue(os.path.exists(old))
        result = run(self.bench.command(self.tape, [self.prog("counted"), "1", "1", "1500"],
                                        ["-C", "10K", "-W", "3"]))
        self.assertEqual(result.status, 0, result)
        parts, journals = self.files()
        self.assertEqual((len(parts), journals), (3, []))

    def test_disk_is_full(self):
        """The part that has less than it should is named; those before are whole."""
        env, options = self.faults(FAULT_ERROR=f"40:{errno.ENOSPC}")
        tape, result = self.bench.record([self.prog("counted"), "2", "2", "1500"],
                                         [*options, "-C", "4K"], env=env)
        self.assertEqual((result.status, result.err.count(b"\n")), (125, 1), result)
        self.tape = tape
        parts, journals = self.files()
        self.assertRegex(result.err.decode(),
                         rf"No space left on device; [\d,]+ events are missing at the end of "
                         rf"'{parts[-1]}'\n\Z")
        self.assertGreater(len(parts), 2)
        self.assertEqual(journals, [])
        for part in parts[:-2]:
            self.bench.ask("check", part)

    def test_somebody_elses_file(self):
        """In the journal's way: it stays as it is, and the trailers say what that costs."""
        tape = self.bench.new_tape()
        with open(self.journal(tape + ".1"), "w", encoding="utf-8") as f:
            f.write("mine")
        result = run(self.bench.command(tape, ["seq", "20000"], ["-C", "4K", "-s", "all"]))
        self.assertEqual(result.status, 0, result)
        with open(self.journal(tape + ".1"), encoding="utf-8") as f:
            self.assertEqual(f.read(), "mine")
        notes = [self.bench.objects(f"{tape}.{n}")[-1]["notes"] for n in (0, 1)]
        self.assertIn("recorded without a journal: cannot move the journal to the next part: "
                      "File exists", notes[1])
        self.assertEqual(notes[0], [])
        self.assertFalse(os.path.exists(self.journal(tape + ".0")))


class Journal(CrashTest):
    SUICIDE = ["sh", "-c", 'read line; echo got $line; kill -9 $PPID; echo on >"$0"']

    def killed(self, name="killed.zst", options=(), **more):
        """A tape whose recorder was killed at once, by what it recorded."""
        self.tape = self.bench.path(name)
        ran = self.bench.path(f"{name}-ran")
        result = run(self.bench.command(self.tape, [*self.SUICIDE, ran], options),
                     stdin=b"hello\n", **more)
        self.assertEqual(result.status, -signal.SIGKILL)
        wait_for(lambda: os.path.exists(ran) and os.path.getsize(ran), "the command's end")
        return self.tape

    def test_none_is_left(self):
        for command, status in ((["true"], 0), (["sh", "-c", "exit 5"], 5),
                                (["sh", "-c", "kill -9 $$"], -9), (["/dev/null/x"], 126)):
            tape, result = self.bench.record(command)
            self.assertEqual(result.status, status)
            self.assertEqual([n for n in os.listdir(self.dir) if "journal" in n], [])

    def test_everything_is_in_it(self):
        """What happened within the first moments, the snapshot that tells of open files, and the
        call in flight."""
        tape = self.killed()
        self.assertEqual(os.stat(self.journal()).st_mode & 0o7777, 0o600)
        shown = run([self.bench.analyze, "print", "-yy", tape])
        self.assertEqual((shown.status, shown.err.count(b"\n")), (2, 1), shown)
        self.assertRegex(shown.err.decode(), r"the recorder was killed; \d+ events recovered")
        self.assertRegex(shown.out, rb'write\(1<pipe:\[\d+\]>, "got hello\\n", 10\) += 10')
        self.assertIn(b"SIGKILL <unfinished ...>", shown.out)
        said = self.check()
        self.assertGreater(said["recovered"], 20)
        self.assertEqual((said["recovered"], said["in_flight"]), (said["events"], 1))
        text = self.bench.ask("check", tape, allowed=(2,)).decode()
        self.assertRegex(text, r"events recovered from its journal\n.*1 call in flight at the end")

    def test_every_verb(self):
        tape = self.killed()
        for verb in ([], ["stats"], ["tree"], ["info"], ["export", "--to", "jsonl"]):
            result = run([self.bench.analyze, *verb, tape])
            self.assertEqual((result.status, result.err.count(b"\n")), (2, 1), result)
            self.assertIn(b"events recovered from its journal", result.err)
            self.assertGreater(len(result.out), 100)
        self.assertIn(b"rt_sigaction", self.bench.ask("stats", tape, allowed=(2,)))

    def test_repaired(self):
        tape, clean = self.killed(), self.bench.path("clean.zst")
        shown = self.bench.ask("print", "-yy", tape, allowed=(2,))
        self.bench.ask("check", "--repair", "-o", clean, tape)
        self.assertEqual(json.loads(self.bench.ask("check", "--json", clean))["damages"], [])
        self.assertEqual(self.bench.ask("print", "-yy", clean), shown)
        self.assertFalse(os.path.exists(self.journal(clean)))

    def test_while_recording(self):
        """Another recorder's journal is not touched, and what is in it is not told twice."""
        progress = Progress(self, 1, 0)
        child = self.start(progress)
        wait_for(lambda: progress.done()[0] > 3000, "calls")
        result = run([self.bench.analyze, "check", self.tape])
        self.assertIn(b"it is being recorded", result.out)
        progress.stop()
        self.assertEqual(child.wait(), STATUS)
        self.assertEqual(run([self.bench.analyze, "check", self.tape]).status, 0)
        self.check_handled(progress.done())
        progress.close()

    def test_new_tape_in_its_place(self):
        tape = self.killed()
        result = run(self.bench.command(tape, ["sh", "-c", "exit 4"]))
        self.assertEqual(result.status, 4)
        self.assertFalse(os.path.exists(self.journal()))
        self.bench.sound(tape)
        tape = self.killed()
        os.unlink(tape)
        self.assertEqual(run(self.bench.command(tape, ["true"])).status, 0)
        self.assertFalse(os.path.exists(self.journal()))

    def test_goes_along(self):
        """trace.zst becomes trace.zst.old, and its journal goes with it."""
        default = [self.bench.rec, "-q", "--"]
        run([*default, *self.SUICIDE, self.bench.path("ran")], cwd=self.dir, stdin=b"hello\n")
        tape = self.bench.path("trace.zst")
        shown = self.bench.ask("print", tape, allowed=(2,))
        self.assertIn(b"got hello", shown)
        run([*default, "true"], cwd=self.dir)
        self.assertEqual(self.bench.ask("print", tape + ".old", allowed=(2,)), shown)
        run([*default, "true"], cwd=self.dir)
        self.assertEqual([n for n in os.listdir(self.dir) if "journal" in n], [])
        self.bench.sound(tape)

    def test_behind_a_link(self):
        os.mkdir(self.bench.path("there"))
        target = self.bench.path("there/tape.zst")
        self.write("there/tape.zst", "")
        link = self.bench.path("link.zst")
        os.symlink(target, link)
        self.killed("link.zst")
        self.assertTrue(os.path.exists(self.journal(target)))
        for path in (link, target):
            self.assertIn(b"got hello", self.bench.ask("print", path, allowed=(2,)))
        self.assertEqual(run(self.bench.command(link, ["true"])).status, 0)
        self.assertEqual(os.listdir(self.bench.path("there")), ["tape.zst"])

    def test_not_its_own(self):
        """A journal of another tape or another version: one line, and it is as if not there."""
        first = self.killed("first.zst")
        sound, _ = self.bench.record(["true"])
        torn = self.killed("torn.zst")
        with open(self.journal(torn), "r+b") as f:
            f.seek(8)
            f.write(struct.pack("=I", 99))
        shutil.copy(self.journal(first), self.journal(sound))
        for tape, status, why in ((sound, 0, "another tape"), (torn, 2, "another version")):
            result = run([self.bench.analyze, "print", tape])
            self.assertEqual(result.status, status, result)
            self.assertIn(why, result.err.decode())
            self.assertEqual(result.err.count(b"ignoring\n"), 1, result)
            self.assertNotIn(b"got hello", result.out)

    def test_damaged(self):
        """What is before the damage is told, and that there is some."""
        tape = self.killed()
        with open(self.journal(), "r+b") as f:
            f.truncate(4096 + 16 + 3000)
        result = run([self.bench.analyze, "check", tape])
        self.assertRegex(result.out.decode(), r"the journal is damaged in chunk 0\n")
        self.assertLess(self.check()["events"], 30)

    def test_name_is_taken(self):
        """By something that is no journal: it stays, and the tape says that there was none."""
        tape = self.bench.path("tape.zst")
        mine = self.write("tape.zst.journal", "my notes")
        self.assertEqual(run(self.bench.command(tape, ["true"])).status, 0)
        with open(mine, encoding="ascii") as f:
            self.assertEqual(f.read(), "my notes")
        self.assertIn(b"recorded without a journal", self.bench.ask("info", tape))
        os.unlink(mine)
        victim = self.write("victim", "precious")
        os.symlink(victim, mine)
        self.assertEqual(run(self.bench.command(tape, ["true"])).status, 0)
        with open(victim, encoding="ascii") as f:
            self.assertEqual(f.read(), "precious")

    def test_moved(self):
        """It is removed at the end though the directory has another name by then."""
        os.mkdir(self.bench.path("before"))
        tape = self.bench.path("before/tape.zst")
        result = run(self.bench.command(tape, ["mv", self.bench.path("before"),
                                               self.bench.path("after")]))
        self.assertEqual(result.status, 0, result)
        self.assertEqual(os.listdir(self.bench.path("after")), ["tape.zst"])


class Failing(CrashTest):
    """What is written does not get there: the command goes on, one line, status 125."""

    def failed(self, tape, result, words, quiet=False):
        self.assertEqual((result.status, result.out), (125, b"ran\n"), result)
        self.assertRegex(result.err.decode(), rf"\Arec: .*{words}.*\n\Z")
        self.assertFalse(os.path.exists(self.journal(tape)))
        if quiet:
            return
        said = self.check(tape)
        self.assertEqual(said["damages"][0]["tail"], True)
        self.assertIn(b"execve(", self.bench.ask("print", tape, allowed=(2,)))

    def loud(self, tape, options=(), much=3000000):
        return [self.bench.rec, "-o", tape, "-s", "all", *options, "--", "sh", "-c",
                f"head -c {much} /dev/urandom | cat >/dev/null; echo ran; exit 3"]

    def test_error(self):
        for number, code in ((2, errno.ENOSPC), (5, errno.EDQUOT), (9, errno.EIO)):
            env, options = self.faults(FAULT_ERROR=f"{number}:{code}")
            tape = self.bench.new_tape()
            result = run(self.loud(tape, options), env=env)
            if number > 2:
                self.failed(tape, result, f"{os.strerror(code)}; [0-9,]+ events are missing")
            else:
                self.assertEqual((result.status, result.err.count(b"\n")), (125, 1), result)

    def test_small_disk(self):
        """A file system that is full, really: what is mapped must not end us either."""
        if os.geteuid() != 0:
            self.skipTest("only root may mount a small file system")
        self.need("mount", "umount")
        place = self.bench.path("small")
        os.mkdir(place)
        for size, much in (("400k", 3000000), ("24m", 30000000)):
            mounted = run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", place])
            if mounted.status != 0:
                self.skipTest(f"no small file system: {mounted.err.decode().strip()}")
            try:
                tape = os.path.join(place, "tape.zst")
                self.failed(tape, run(self.loud(tape, much=much)), "No space left on device")
            finally:
                run(["umount", "-l", place])

    def test_file_size_limit(self):
        tape = self.bench.new_tape()
        result = run(["sh", "-c", 'ulimit -f 2000; exec "$@"', "sh", *self.loud(tape)])
        self.failed(tape, result, "File too large")

    def test_closed_pipe(self):
        # The header at least is read.
        script = '{ "$@" 2>err; echo $? >status; } | head -c 10000 >/dev/null'
        run(["sh", "-c", script, "sh", self.bench.rec, "-o", "-", "--", "sh", "-c",
             "head -c 3000000 /dev/urandom | cat >/dev/null; echo ran >ran; exit 3"], cwd=self.dir)
        with open(self.bench.path("ran"), encoding="ascii") as f:
            self.assertEqual(f.read(), "ran\n")
        with open(self.bench.path("status"), encoding="ascii") as f:
            self.assertEqual(f.read(), "125\n")
        with open(self.bench.path("err"), encoding="ascii") as f:
            self.assertRegex(f.read(), r"\Arec: .*Broken pipe.* missing.*\n\Z")

    def test_pipe_closed_before(self):
        """There was never anybody to read it: no tape can be begun, and nothing is run."""
        self.assertEqual(self.into_closed_pipe(), (125, "rec: cannot write the tape: Broken pipe\n"))
        self.assertFalse(os.path.exists(self.bench.path("ran")))

    def test_pipe_closed_behind(self):
        """What is redacted is written when the command is over."""
        status, err = self.into_closed_pipe("--redact")
        self.assertEqual(status, 125)
        self.assertRegex(err, r"\Arec: [^\n]*Broken pipe[^\n]*\n\Z")
        self.assertTrue(os.path.exists(self.bench.path("ran")))

    def into_closed_pipe(self, *options):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            result = subprocess.run([self.bench.rec, "-o", "-", *options, "sh", "-c", "echo >ran"],
                                    cwd=self.dir, stdout=writer, stderr=subprocess.PIPE,
                                    check=False, text=True)
        finally:
            os.close(writer)
        return result.returncode, result.stderr

    def test_removed(self):
        """Into a file that nobody can open any more."""
        place = self.bench.path("place")
        for tape in (self.bench.new_tape(), os.path.join(place, "tape.zst")):
            os.makedirs(place, exist_ok=True)
            result = run([self.bench.rec, "-o", tape, "--", "sh", "-c",
                          f"rm -r '{tape}' '{place}'; ls / >/dev/null; echo ran; exit 3"])
            self.failed(tape, result, "the tape is gone", quiet=True)
        self.assertEqual([n for n in os.listdir(self.dir) if "journal" in n], [])

    def test_short_writes(self):
        """Pieces and interruptions at every write are none of the tape's business."""
        env, options = self.faults(FAULT_SHORT="1")
        tape = self.bench.new_tape()
        result = run(self.loud(tape, options), env=env)
        self.assertEqual((result.status, result.out), (3, b"ran\n"), result)
        self.bench.sound(tape)


class Slow(CrashTest):
    QUEUE = 4 + 2  # batches: format/container/writer.c
    CHUNK, PIPE, PIECE, SIZE, TASKS = 256 << 10, 1 << 16, 1 << 16, 1 << 16, 2

    def peak(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM:"))

    def test_reader(self):
        """`rec -o - | slow`: the command waits for the reader, nothing grows, nothing is lost."""
        progress = Progress(self, self.TASKS, self.SIZE)
        tape = self.bench.path("slow.zst")
        with open(self.bench.path("err"), "wb") as err:
            child = subprocess.Popen([self.bench.rec, "-o", "-", "-s", "all", "--", "sh", "-c",
                                      '"$@" >&2', "sh", *progress.command],
                                     stdout=subprocess.PIPE, stderr=err, process_group=0,
                                     stdin=subprocess.DEVNULL)
        self.addCleanup(child.wait)
        self.addCleanup(progress.release)
        drained, bound = 0, (self.PIPE + self.QUEUE * (self.CHUNK + 2 * self.SIZE) +
                             self.TASKS * self.SIZE)
        moved = []

        def stands():
            # The queues are full, or the recorder waits for a writer that is late.
            moved.append(progress.number(2))
            time.sleep(0.1)
            return len(moved) > 5 and moved[-1] == moved[-5] > 0

        wait_for(stands, "the program waits", 120)
        with open(tape, "wb") as f:
            while data := os.read(child.stdout.fileno(), self.PIECE):
                f.write(data)
                drained += len(data)
                self.assertLessEqual(progress.number(2), drained + bound)
                if drained >= 60 * self.PIECE and not progress.number(0):
                    peak = self.peak(child.pid)
                    progress.stop()
        child.stdout.close()
        self.assertEqual(child.wait(), STATUS)
        print(f"peak resident set of rec: {peak / (1 << 20):.1f} MiB")
        if not self.bench.sanitized():
            self.assertLess(peak, 64 << 20)
        self.assertEqual(run([self.bench.analyze, "check", tape]).status, 0)
        handled = progress.done()
        self.assertEqual(self.check_handled(handled, tape), sum(handled))
        self.assertGreater(sum(handled), 100)
        progress.close()


if __name__ == "__main__":
    suite.main()
