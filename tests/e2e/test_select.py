#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rec -e trace=SET: what is recorded of the calls that were asked for is what a whole tape has of
them, the program does what it does alone, and nobody else is stopped, killed or let down."""
import collections
import os
import re
import signal
import subprocess
import sys
import time

import even
import harness
import suite
from harness import run, wait_for

ATTEMPTS = 4
NOBODY = 65534
INODE = re.compile(r"\b(pipe|socket):\[\d+\]")
WAYS = ("-y", "-v", "-s", "4096")


def places(objects):
    """tid -> which child of which child it is."""
    found, count = {}, collections.Counter()
    for o in objects:
        if o["type"] == "fork":
            parent = found.get(o["tid"], (0,))
            found[o["child_tid"]] = parent + (count[parent],)
            count[parent] += 1
    return found


def unlike(whole, few):
    """The lines that only one of the two has, to be read."""
    found = []
    for task in sorted(whole.keys() | few.keys()):
        a, b = whole.get(task, collections.Counter()), few.get(task, collections.Counter())
        found += [f"{task} -{text}" for text in (a - b).elements()]
        found += [f"{task} +{text}" for text in (b - a).elements()]
    return found


class Same(suite.TapeTest):
    """The lines of a selective tape against those of a whole one."""

    def told(self, command, options, ways, **more):
        tape, result = self.bench.record(even.plain(command), options, **more)
        objects = self.bench.sound(tape)
        lines, where = self.bench.lines(tape, *ways), places(objects)
        pids = even.pids_of(lines) | where.keys() | {o["pid"] for o in objects if "pid" in o}
        tasks = collections.defaultdict(list)
        for pid, text in even.driver.join(lines):
            if not text.startswith("---") and not even.driver.SPOKEN.fullmatch(text):
                text = INODE.sub(r"\1:[I]", even.even(text, pids))
                tasks[where.get(pid, (0,))].append(text)
        return {task: collections.Counter(texts) for task, texts in tasks.items()}, result, tape

    def same(self, command, chosen, **more):
        bare = run(command, **more)
        for _ in range(ATTEMPTS):
            whole, first, _ = self.told(command, (), ("-e", chosen, *WAYS), **more)
            few, second, tape = self.told(command, ("-e", chosen), WAYS, **more)
            if whole == few:
                break
        self.assertEqual(unlike(whole, few), [])
        self.assertTrue(sum(map(len, few.values())) > len(few), "no calls at all")
        for result in (first, second):
            self.assertEqual(result.status, bare.status)
            self.assertEqual(even.driver.shape(result.out), even.driver.shape(bare.out))
        return tape

    def test_pipeline(self):
        for chosen in ("trace=%file", "write,execve", "!%memory,%file,read,wait4,rt_sigaction,"
                       "rt_sigprocmask,rt_sigreturn,clone"):
            self.same(["sh", "-c", "cat /etc/passwd | sort | head -3; exit 3"], chosen)

    def test_python(self):
        for chosen in ("trace=%desc", "t=%file,%memory", "/^(newfstatat|read)$"):
            self.same([sys.executable, "-I", "-c", "import json; print(json.dumps([1]))"], chosen)

    def test_git(self):
        self.need("git")
        directory = self.bench.path("work")
        run(["git", "init", "-q", directory])
        self.write("work/file", "text\n")
        self.same(["git", "-C", directory, "status", "--porcelain"], "trace=%file,write")
        self.same(["git", "-C", directory, "hash-object", "file"], "read,write,mmap")

    def test_threads(self):
        self.same([self.prog("threads64")], "trace=getpriority")

    def test_filters_of_its_own(self):
        for program in ("seccomp_errno", "seccomp_trace", "seccomp_trap"):
            for chosen in ("getpgid", "getppid,prctl"):
                self.same([self.prog(program)], chosen)

    def test_other_architecture(self):
        for program in ("int80", "i386"):
            self.same([self.prog(program)], "trace=access,getppid,mmap")
            self.same([self.prog(program)], "trace=!read,write,brk")

    def test_new_programs(self):
        for program in ("exec_storm", "vfork_exec", "exec_non_leader", "spawn"):
            self.same([self.prog(program)], "trace=execve,execveat")
            self.same([self.prog(program)], "trace=mmap,wait4")

    def test_restarts(self):
        self.same([self.prog("restart_sleep")], "trace=poll,clock_nanosleep,restart_syscall")
        self.same([self.prog("restart_read")], "read")

    def test_descriptors_of_others(self):
        self.same([self.prog("scm_rights")], "trace=read,write")

    def test_nothing(self):
        tape, result = self.bench.record(["sh", "-c", "true | false"], ("-e", "trace=none"))
        self.assertEqual(result.status, 1)
        self.assertEqual({text.split()[0] for _, text in self.bench.lines(tape)}, {"+++", "---"})
        self.bench.sound(tape)


class Shown(suite.TapeTest):
    """What was recorded for others only is not shown, unless it is asked for."""

    def setUp(self):
        super().setUp()
        self.tape, _ = self.bench.record(["cat", "/etc/hostname"], ("-e", "trace=read,/^wri"))

    def names(self, *arguments):
        return {name.decode() for name in self.bench.ask(*arguments, self.tape).split(b"\n")}

    def test_print(self):
        def calls(*options):
            return {text.split("(")[0] for _, text in self.bench.lines(self.tape, *options)
                    if text[0] not in "+-"}
        self.assertEqual(calls(), {"read", "write"})
        self.assertEqual(calls("-e", "trace=openat"), {"openat"})
        self.assertTrue({"openat", "close", "execve", "read"} <= calls("-e", "all"))
        self.assertNotIn("mmap", calls("-e", "all"))

    def test_export(self):
        def calls(*options):
            text = self.bench.ask("export", "--to", "jsonl", *options, self.tape)
            return set(run(["jq", "-r", "select(.type == \"syscall\") | .name"],
                           stdin=text).out.decode().split())
        self.assertEqual(calls(), {"read", "write"})
        self.assertIn("openat", calls("-e", "trace=all"))

    def test_stats(self):
        def calls(*options):
            text = self.bench.ask("stats", "--json", *options, self.tape)
            return set(run(["jq", "-r", ".rows[].syscall"], stdin=text).out.decode().split())
        self.assertEqual(calls(), {"read", "write"})
        self.assertIn("openat", calls("-e", "trace=all"))
        self.assertEqual(calls("-e", "close"), {"close"})

    def test_halves(self):
        """A hidden call that is told in two halves, being longer than what is written at a time."""
        fifo = self.bench.path("fifo")
        os.mkfifo(fifo)
        tape, result = self.bench.record(
            ["sh", "-c", f"(sleep 0.7; echo >{fifo}) & cat {fifo}; wait"], ("-e", "read"))
        self.assertEqual(result.status, 0, result)
        text = self.bench.ask("export", "--to", "jsonl", "-e", "openat", tape).decode()
        self.assertTrue(any("fifo" in line and f'"duration":{n}' in line
                            for line in text.split("\n")
                            for n in re.findall(r'"duration":(\d{9,})', line)), "no long openat")
        stats = self.bench.ask("stats", "--json", tape)
        self.assertEqual(re.findall(rb'"syscall":"([^"]+)"', stats), [b"read"])

    def test_tree(self):
        def calls(*options):
            text = self.bench.ask("tree", "--json", *options, self.tape).decode()
            return int(re.search(r'"calls":(\d+)', text)[1])
        shown = sum(text[0] not in "+-" for _, text in self.bench.lines(self.tape))
        self.assertEqual(calls(), shown)
        self.assertGreater(calls("-e", "all"), shown)

    def test_overview(self):
        def calls(*options):
            text = self.bench.ask(*options, "--json", self.tape)
            return set(run(["jq", "-r", ".syscalls[].syscall"], stdin=text).out.decode().split())
        self.assertEqual(calls(), {"read", "write"})
        self.assertIn("openat", calls("overview", "-e", "trace=all"))
        self.assertIn("openat", calls("-e", "trace=all"))

    def test_header(self):
        self.assertEqual(self.header(self.tape)["trace_set"], "read,write,writev")

    def header(self, tape):
        return self.bench.objects(tape)[0]

    def test_all_is_no_selection(self):
        tape, _ = self.bench.record(["true"], ("-e", "trace=all"))
        self.assertEqual(self.header(tape).get("trace_set", ""), "")

    def test_last_one_counts(self):
        tape, _ = self.bench.record(["cat", "/etc/hostname"], ("-e", "write", "-e", "read"))
        self.assertEqual({text.split("(")[0] for _, text in self.bench.lines(tape)
                          if text[0] not in "+-"}, {"read"})

    def test_only_what_was_asked_for_is_counted(self):
        tape = self.bench.new_tape()
        result = run([self.bench.rec, "-o", tape, "-e", "trace=getpriority", "--",
                      self.prog("threads64")])
        self.assertRegex(result.err.decode(), r"^rec: 1,280 syscalls in 1 process,")
        result = run([self.bench.rec, "-o", tape, "-e", "trace=getpriority", "--", "true"])
        self.assertRegex(result.err.decode(), r"^rec: 0 syscalls in 1 process,")

    def test_buffers_of_hidden_calls(self):
        """A message that nobody asked to see is kept as far as it may matter, not its data."""
        code = ("import socket\na, b = socket.socketpair()\nn = a.sendmsg([b'x' * 50000])\n"
                "assert len(b.recv(n, socket.MSG_WAITALL)) == n\n")
        tape, result = self.bench.record([sys.executable, "-I", "-c", code], ("-e", "getpid"))
        self.assertEqual(result.status, 0, result)
        sent = [o for o in self.bench.sound(tape) if o.get("name") == "sendmsg"]
        self.assertEqual(len(sent), 1)
        self.assertLess(max(len(m["data"]) for m in sent[0]["memory"]), 8192)


class Mistakes(suite.TapeTest):
    def test_one_line(self):
        for chosen, says in (("nothing", "there is no call named 'nothing'"),
                             ("trace=read,%nothing", "there is no set of calls named '%nothing'"),
                             ("signal=none", "'-e signal=none' is not known"),
                             ("trace=/(", "'(' is no regular expression")):
            tape = self.bench.new_tape()
            result = run([self.bench.rec, "-o", tape, "-e", chosen, "true"])
            self.assertEqual(result.status, 125)
            self.assertEqual(result.err.decode().count("\n"), 1)
            self.assertIn("rec: " + says, result.err.decode())
            self.assertFalse(os.path.exists(tape))

    def test_unknown_ones_may_be_meant(self):
        _, result = self.bench.record(["true"], ("-e", "trace=?nothing,?%nothing,read"))
        self.assertEqual((result.status, result.err), (0, b""))


class Life(suite.TapeTest):
    """What the filter means for those under it, and for the recorder's end."""

    def start(self, *options, env=None):
        """rec, and the tape, once the program runs."""
        tape = self.bench.new_tape()
        rec = subprocess.Popen(self.bench.command(tape, [self.prog("selected")], options),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, process_group=0, env=env)
        for file in (rec.stdin, rec.stdout, rec.stderr):
            self.addCleanup(file.close)
        self.addCleanup(rec.kill)
        self.assertEqual(rec.stdout.readline(), b"began\n")
        return rec, tape

    def end_recording(self, rec, tape):
        """The first signal is handed on to the program, which ignores it; one that is not of the
        same moment ends the recording."""
        sent = 0

        def closed():
            nonlocal sent
            if time.monotonic() > sent + 0.3:
                rec.send_signal(signal.SIGTERM)
                sent = time.monotonic()
            return run([self.bench.analyze, "check", tape]).status == 0
        wait_for(closed, "the tape is closed")

    def test_served_until_the_end(self):
        rec, tape = self.start("-e", "trace=getppid,dup")
        self.end_recording(rec, tape)
        self.assertIsNone(rec.poll())
        for _ in range(20):
            rec.stdin.write(b"x")
            rec.stdin.flush()
        rec.stdin.close()
        self.assertEqual(rec.wait(30), 23, rec.stderr.read())
        trailer = self.bench.objects(tape)[-1]
        self.assertEqual(trailer["reason"], "stopped by a signal to the recorder")
        self.assertNotIn("wait_status", trailer)

    def child_of(self, rec):
        return next(iter(harness.descendants(rec.pid)))

    def test_killed_with_the_recorder(self):
        rec, _ = self.start("-e", "trace=getppid")
        child = self.child_of(rec)
        rec.kill()
        rec.wait()
        wait_for(lambda: self.dead(child), "the program is dead")

    def dead(self, pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                return f.read().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    def test_survives_without_a_filter(self):
        self.survives(*self.start())

    def survives(self, rec, _):
        child = self.child_of(rec)
        rec.kill()
        rec.wait()
        rec.stdin.write(b"x")
        rec.stdin.close()
        # Its end is its own: the pipe's other end closes when it has gone.
        rec.stdout.read()
        wait_for(lambda: self.dead(child), "the program has ended")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 23)

    def notes(self, tape):
        return self.bench.objects(tape)[-1].get("notes") or []

    def test_a_filter_is_there_already(self):
        """What it denies is recorded, which a filter of ours would not see."""
        tape = self.bench.new_tape()
        code = "import os\ntry: os.getpgid(0)\nexcept OSError as e: assert e.errno == 123"
        result = run([self.prog("sandbox"), *self.bench.command(
            tape, [sys.executable, "-c", code], ("-e", "getpgid"))])
        self.assertEqual(result.status, 0, result)
        self.assertIn((-123,), {(o["ret"],) for o in self.bench.sound(tape)
                                if o.get("name") == "getpgid"})
        self.assertIn("a seccomp filter was in place already", self.notes(tape)[0])

    def test_refused(self):
        """Where the kernel takes no filter calls are selected all the same, and nobody is bound to
        the recorder."""
        self.need("cc")
        if self.bench.sanitized():
            self.skipTest("a sanitized program cannot be preloaded")
        source = self.write("refuse.c", "#include <errno.h>\n"
                            "long syscall(long number)\n{\n\terrno = EINVAL;\n"
                            "\treturn -1;\n}\n")
        library = self.bench.path("refuse.so")
        run(["cc", "-shared", "-fPIC", "-o", library, source])
        env, options = dict(os.environ, LD_PRELOAD=library), ("-E", "LD_PRELOAD", "-e", "read")
        self.survives(*self.start(*options, env=env))
        tape, result = self.bench.record(["cat", "/etc/hostname"], options, env=env)
        self.assertEqual(result.status, 0, result)
        self.assertEqual({text.split("(")[0] for _, text in self.bench.lines(tape)
                          if text[0] not in "+-"}, {"read"})
        self.bench.sound(tape)
        self.assertIn("the kernel refused a seccomp filter", self.notes(tape)[0])

    def test_without_privilege(self):
        """no_new_privs is what it takes, and that is said; root needs it not."""
        command = ["sh", "-c", "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status"]
        more = {}
        if os.getuid() == 0:
            tape, result = self.bench.record(command, ("-e", "openat"))
            self.assertEqual(result.out.split(), [b"NoNewPrivs:", b"0", b"Seccomp:", b"2"])
            self.assertEqual(self.notes(tape), [])
            tape, result = self.bench.record(command, ("-e", "openat", "-u", "nobody"))
            self.assertEqual(result.out.split(), [b"NoNewPrivs:", b"0", b"Seccomp:", b"2"])
            more = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chmod(self.dir, 0o777)
        tape, result = self.bench.record(command, ("-e", "openat"), **more)
        self.assertEqual(result.out.split(), [b"NoNewPrivs:", b"1", b"Seccomp:", b"2"], result)
        os.chmod(tape, 0o644)
        self.assertIn("no_new_privs", self.notes(tape)[0])

    def test_attached(self):
        """Without a filter, and nothing of it stays."""
        child = subprocess.Popen([self.prog("selected")], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        for file in (child.stdin, child.stdout):
            self.addCleanup(file.close)
        self.addCleanup(child.kill)
        self.assertEqual(child.stdout.readline(), b"began\n")
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "-e", "getpgid", "-p",
                                str(child.pid)])
        self.addCleanup(rec.kill)
        wait_for(lambda: self.traced_by(child.pid) == rec.pid, "rec has it")
        child.stdin.write(b"x")
        child.stdin.close()
        self.assertEqual(child.wait(30), 23)
        self.assertEqual(rec.wait(30), 0)
        calls = {text.split("(")[0] for _, text in self.bench.lines(tape) if text[0] not in "+-"}
        self.assertEqual(calls, {"getpgid"})
        self.bench.sound(tape)

    def traced_by(self, pid):
        with open(f"/proc/{pid}/status", encoding="utf-8") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("TracerPid:"))


class Filter(suite.TapeTest):
    """The calls that were not asked for do not stop: the recorder sees none of them."""

    def test_recorder_sleeps(self):
        """Its own system calls are far fewer than the program's."""
        self.need("strace")
        count = 20000
        log = self.bench.path("count")
        tape = self.bench.new_tape()
        result = run(["strace", "-c", "-U", "name,calls", "-o", log, "-e", "trace=wait4",
                      *self.bench.command(tape, ["dd", "if=/dev/zero", "of=/dev/null", "bs=1",
                                                 f"count={count}", "status=none"],
                                          ("-e", "%network"))],
                     # Whoever looks for leaks at the end must not be traced.
                     env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
        self.assertEqual(result.status, 0, result)
        with open(log, encoding="utf-8") as f:
            waits = [int(line.split()[1]) for line in f if line.startswith("wait4 ")]
        self.assertLess(sum(waits), count // 4)


if __name__ == "__main__":
    suite.main()
