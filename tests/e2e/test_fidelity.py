#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a program, its shell and its terminal can tell: nothing has changed under rec, but
for a tracer's being there. Each case is run bare as well, and must say the same.

SYSTAPE_LONG=1 makes the counts large: 10,000 processes, 1,000 threads, 100,000 signals."""
import os
import re
import shlex
import signal
import subprocess
import sys

import harness
import suite
from harness import Failure, run, wait_for
from terminal import Terminal

LONG = bool(os.environ.get("SYSTAPE_LONG"))
WORDS = "'read x; echo got $x; exit 5'"


def settled(text):
    """Without process numbers."""
    return re.sub(rb"\d{3,}", b"N", text).decode()


class Both(suite.TapeTest):
    """Runs a shell script bare, and with `$REC` before what is to be recorded."""

    def script(self, text, recorded, shell="bash", **more):
        """(result, tapes)"""
        tapes = self.bench.path("tapes")
        os.makedirs(tapes, exist_ok=True)
        rec = self.write("rec-to-a-new-tape", "#!/bin/sh\n"
                         f'exec {shlex.quote(self.bench.rec)} -q -o "{tapes}/$$.zst" -- "$@"\n'
                         if recorded else '#!/bin/sh\nexec "$@"\n', 0o755)
        env = dict(os.environ, REC=rec, LC_ALL="C", HOME=self.dir)
        result = run([shell, "-c", text], env=env, cwd=self.dir, **more)
        return result, [os.path.join(tapes, name) for name in sorted(os.listdir(tapes))]

    def both(self, text, tapes=1, **more):
        bare, none = self.script(text, False, **more)
        self.assertEqual(none, [])
        recorded, found = self.script(text, True, **more)
        self.assertEqual((bare.status, bare.out, settled(bare.err)),
                         (recorded.status, recorded.out, settled(recorded.err)), text)
        self.assertEqual(len(found), tapes)
        for tape in found:
            self.bench.sound(tape)
        return recorded, found


class Pipes(Both):
    def test_reader_goes(self):
        """SIGPIPE kills the writer, and the shell is told so."""
        recorded, _ = self.both('$REC yes | head -n 1; echo ${PIPESTATUS[@]}')
        self.assertEqual(recorded.out, b"y\n141 0\n")

    def test_reader_goes_ignored(self):
        """Where SIGPIPE is ignored the writer gets EPIPE."""
        recorded, _ = self.both("trap '' PIPE; $REC yes | head -n 1; echo ${PIPESTATUS[@]}")
        self.assertEqual(recorded.out, b"y\n1 0\n")

    def test_recorded_inside(self):
        self.both('$REC sh -c \'yes | head -n 1; seq 100000 | tail -n 1; cat <&- ; echo $?\'')

    def test_both_sides(self):
        self.both("$REC seq 1000 | $REC tail -n 1", tapes=2)


class Wrappers(Both):
    """Programs that start others, outside and inside."""

    def test_nohup(self):
        for text in ("nohup $REC sh -c 'kill -HUP $$; echo alive' 2>/dev/null",
                     "$REC nohup sh -c 'kill -HUP $$; echo alive' 2>/dev/null"):
            recorded, _ = self.both(text)
            self.assertEqual(recorded.out, b"alive\n")
            self.setUp()

    def test_timeout(self):
        for text, status in (("timeout 0.2 $REC sleep 100; echo $?", b"124\n"),
                             ("$REC timeout 0.2 sleep 100; echo $?", b"124\n"),
                             ("timeout -s USR1 0.2 $REC sleep 100; echo $?", b"124\n"),
                             ("$REC timeout -k 0.1 0.1 sh -c 'trap \"\" TERM; while :; do "
                              "sleep 0.1; done'; echo $?", b"137\n"),
                             ("timeout 100 $REC sh -c 'exit 3'; echo $?", b"3\n")):
            recorded, _ = self.both(text)
            self.assertEqual(recorded.out, status, text)
            self.setUp()

    def test_setsid(self):
        look = "sh -c 'ps -o pid=,pgid=,sid= $$ | { read p g s; test $p = $s; echo $?; }'"
        recorded, _ = self.both(f"$REC setsid -w {look}")
        self.assertEqual(recorded.out, b"0\n")

    def test_environment_of_all(self):
        self.both("$REC env -i PATH=$PATH sh -c 'env; umask; ulimit -a; trap'")

    def test_daemon(self):
        """A daemon that has left session, group and terminal is recorded to its end."""
        text = ("$REC sh -c 'setsid sh -c \"(sleep 0.3; echo late >late; exit 7) &\" "
                "</dev/null >/dev/null 2>&1; exit 3'; s=$?; "
                "while ! test -s late; do sleep 0.02; done; cat late; rm late; echo $s")
        recorded, tapes = self.both(text)
        self.assertEqual(recorded.out, b"late\n3\n")
        ends = [o for o in self.bench.objects(tapes[0]) if o["type"] == "exit"]
        self.assertEqual([o["status"] for o in ends][-1], 7)

    def test_group_killed(self):
        self.both("set -m; $REC sh -c 'trap \"echo usr1\" USR1; echo ready >ready; "
                  "while test -e ready; do sleep 0.02; done; exit 6' & "
                  "while ! test -s ready; do sleep 0.02; done; "
                  "pkill -USR1 -P $! -x sh || kill -USR1 $!; sleep 0.1; rm ready; wait $!; echo $?")

    def test_namespaces(self):
        if run(["unshare", "-Urpf", "true"]).status != 0:
            self.skipTest("no user namespaces")
        self.both("$REC unshare -Urpf sh -c 'echo $$; sh -c \"exit 4\"; echo $?; id -u; kill -9 $$'; "
                  "echo $?")
        self.setUp()
        self.both("$REC unshare -Urpfm --mount-proc sh -c 'ps ax | grep -c -v PID; "
                  "(kill -9 $(exec sh -c \"echo \\$PPID\")); echo $?'; echo $?")

    def test_chroot(self):
        if run(["unshare", "-r", "chroot", "/", "true"]).status != 0:
            self.skipTest("no user namespaces")
        self.both("$REC unshare -r chroot / sh -c 'pwd; cd /tmp; pwd; exit 9'; echo $?")


class JobControl(suite.TapeTest):
    """A real shell at a real terminal."""

    def shell(self):
        self.need("bash")
        self.tape = self.bench.new_tape()
        t = Terminal(["bash", "--norc", "--noprofile", "-i"], self.dir)
        rec = shlex.join(self.bench.command(self.tape, ["env"]))
        self.write("r", f'#!/bin/sh\nexec {rec} "$@"\n', 0o755)
        t.type(b"PS1='prom''pt> '; bind 'set enable-bracketed-paste off'; PATH=$PATH:.\n")
        t.read_until(b"prompt> ")
        t.forget()
        return t

    def say(self, t, line, wanted):
        t.type(line.encode() + b"\n")
        t.read_until(wanted)
        t.forget()

    def suspend(self, t):
        t.type(b"\x1a")
        t.read_until(b"Stopped")
        t.forget()

    def leave(self, t):
        t.type(b"exit 0\n")
        self.assertEqual(t.end(), 0)
        self.bench.sound(self.tape)

    def test_background_and_back(self):
        """^Z, bg, fg: and what it reads and returns."""
        t = self.shell()
        self.say(t, "r sh -c 'echo re\"\"ady; read x; echo got $x; exit 5'", b"ready\r\n")
        self.suspend(t)
        # In the background it reads, and is stopped for that.
        self.say(t, "bg; wait %1; echo sta''tus $?", b"status 149")
        self.say(t, "fg", b"sh -c")
        self.say(t, "words", b"got words\r\n")
        self.say(t, "echo sta''tus $?", b"status 5")
        self.leave(t)

    def test_again_and_again(self):
        t = self.shell()
        self.say(t, "r sh -c 'while read x; do echo got $x; done'", b"\r\n")
        for i in range(4):
            self.say(t, f"line{i}", b"got line%d\r\n" % i)
            self.suspend(t)
            self.say(t, "fg", b"done'")
        t.type(b"\x04")
        t.read_until(b"prompt> ")
        self.say(t, "echo sta''tus $?", b"status 0")
        self.leave(t)

    def test_stopped_by_kill(self):
        """kill -STOP and kill -TSTP to the job, and CONT. One process alone: the shell that has
        started another by vfork(2), which is stopped before its execve, is itself never stopped."""
        self.write("until_go.py", "import os, sys, time\nprint('ready', flush=True)\n"
                   "while not os.path.exists('go'): time.sleep(0.05)\nsys.exit(8)\n")
        for number in ("STOP", "TSTP"):
            t = self.shell()
            self.say(t, f"r {shlex.quote(sys.executable)} until_go.py &", b"ready\r\n")
            self.say(t, f"kill -{number} %1; wait %1; echo sta''tus $?",
                     b"status %d" % (128 + getattr(signal, "SIG" + number)))
            self.say(t, "jobs", b"Stopped")
            self.say(t, ">go; kill -CONT %1; wait %1; echo sta''tus $?", b"status 8")
            self.say(t, "rm go", b"prompt> ")
            self.leave(t)

    def test_read_in_the_background(self):
        t = self.shell()
        self.say(t, f"r sh -c {WORDS} & wait %1; echo sta''tus $?", b"status 149")
        self.say(t, "fg", b"sh -c")
        self.say(t, "words", b"got words\r\n")
        self.leave(t)

    def test_write_in_the_background(self):
        """With `stty tostop` who writes in the background is stopped."""
        t = self.shell()
        self.say(t, "stty tostop; r sh -c 'echo w\"\"ritten; exit 5' & wait %1; echo sta''tus $?",
                 b"status 150")
        self.say(t, "fg", b"written\r\n")
        self.say(t, "echo sta''tus $?", b"status 5")
        self.leave(t)

    def test_pipeline(self):
        t = self.shell()
        self.say(t, "r sh -c 'echo re\"\"ady >&2; read x; echo got $x' | tr a-z A-Z", b"ready\r\n")
        self.suspend(t)
        self.say(t, "fg", b"tr a-z")
        self.say(t, "words", b"GOT WORDS\r\n")
        self.leave(t)

    def test_shell_inside(self):
        """Job control of a recorded shell, which is not the recorder's."""
        t = self.shell()
        self.say(t, "r bash --norc --noprofile -i", b"bash-")
        self.say(t, "sh -c 'echo re\"\"ady; read x; echo got $x'", b"ready\r\n")
        self.suspend(t)
        self.say(t, "jobs", b"Stopped")
        self.say(t, "fg", b"sh -c")
        self.say(t, "words", b"got words\r\n")
        self.say(t, "sleep 100 & kill %1; wait; echo sta''tus $?", b"status 0")
        t.type(b"exit 6\n")
        t.read_until(b"prompt> ")
        self.say(t, "echo sta''tus $?", b"status 6")
        self.leave(t)

    def test_window_size(self):
        """SIGWINCH comes once for each change, with the new size."""
        code = ("import os, signal\n"
                "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})\n"
                "print('ready', flush=True)\n"
                "for _ in range(3):\n"
                "    signal.sigwaitinfo({signal.SIGWINCH})\n"
                "    print(*os.get_terminal_size(), 'now', flush=True)\n"
                "try: input()\n"
                "except EOFError: pass\n"
                "if signal.sigpending(): print('one more now')\n")
        self.tape = self.bench.new_tape()
        t = Terminal(self.bench.command(self.tape, [sys.executable, "-c", code]), self.dir)
        t.read_until(b"ready")
        for rows, columns in ((30, 100), (50, 132), (24, 80)):
            t.resize(rows, columns)
            t.read_until(b"%d %d now" % (columns, rows))
        t.type(b"\x04")
        self.assertEqual(t.end(), 0)
        self.assertEqual(t.text.count(b"now"), 3)
        self.bench.sound(self.tape)

    def test_tmux(self):
        """A terminal of its own kind, with a daemon behind it; recorded from outside as well."""
        self.need("tmux")
        server = ["tmux", "-f", "/dev/null", "-S", self.bench.path("tmux")]
        inner = self.bench.new_tape()
        job = shlex.join(self.bench.command(inner, ["sh", "-c", "echo here >here; read x; echo $x >said; exit 4"]))
        self.addCleanup(run, [*server, "kill-server"])
        started = run([*server, "new-session", "-d", "-x", "80", "-y", "24", "bash", "--norc"],
                      cwd=self.dir)
        self.assertEqual(started.status, 0, started)
        run([*server, "send-keys", f"{job}; echo $? >status", "Enter"])
        wait_for(lambda: self.content("here") != "", "the job in tmux")
        run([*server, "send-keys", "words", "Enter"])
        wait_for(lambda: self.content("status") != "", "the end of the job in tmux")
        self.assertEqual((self.content("said"), self.content("status")), ("words\n", "4\n"))
        self.bench.sound(inner)

    def content(self, name):
        try:
            with open(self.bench.path(name), encoding="ascii") as f:
                return f.read()
        except FileNotFoundError:
            return ""


class Tracers(suite.TapeTest):
    """Nobody has two tracers: programs that trace others, or look whether they are traced."""

    def test_detector(self):
        """A program that asks is told the truth: the recorder is its tracer."""
        tape = self.bench.new_tape()
        child = subprocess.Popen(self.bench.command(tape, ["grep", "TracerPid", "/proc/self/status"]),
                                 stdout=subprocess.PIPE)
        out = child.communicate()[0]
        self.assertEqual(out, b"TracerPid:\t%d\n" % child.pid)
        self.bench.sound(tape)

    def test_gdb(self):
        """A debugger says that it cannot, and ends; and so does rec."""
        self.need("gdb")
        tape, result = self.bench.record(["gdb", "-q", "-nx", "-batch", "-ex", "run", "--args",
                                          "/bin/echo", "hi"], env=dict(os.environ, LC_ALL="C"))
        self.assertIn(b"ptrace: Operation not permitted", result.out + result.err)
        self.bench.sound(tape)
        self.assertRegex(self.bench.ask("print", "-e", "trace=ptrace", tape).decode(),
                         r"ptrace\(PTRACE_TRACEME.*\) += -1 EPERM")

    def test_strace_inside(self):
        self.need("strace")
        tape, result = self.bench.record(["strace", "-o", "/dev/null", "true"])
        self.assertEqual(result.status, 1, result)
        self.assertIn(b"Operation not permitted", result.err)
        self.bench.sound(tape)

    def test_below_strace(self):
        """rec names who is in its way."""
        self.need("strace")
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
        result = run(["strace", "-f", "-o", "/dev/null", self.bench.rec, "-o",
                      self.bench.new_tape(), "true"], env=env)
        self.assertEqual((result.status, result.err.count(b"\n")), (125, 1), result)
        self.assertRegex(result.err.decode(), r"^rec: cannot trace the command: process \d+ "
                         r"\(strace\) traces it already")

    def test_strace_of_rec_alone(self):
        """Without -f the command is not strace's, and can be recorded."""
        self.need("strace")
        tape = self.bench.new_tape()
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
        result = run(["strace", "-o", "/dev/null", *self.bench.command(tape, ["sh", "-c", "exit 7"])],
                     env=env)
        self.assertEqual(result.status, 7, result)
        self.bench.sound(tape)


class Served(suite.TapeTest):
    """Memory and files that another tracee has to bring in first, which may be at a stop of ours:
    nobody waits for it but the program."""

    def setUp(self):
        super().setUp()
        self.mount = self.bench.path("mount")
        os.mkdir(self.mount)

    def bare(self, command):
        result = run(command)
        if b"skipped" in result.out or result.status:
            self.skipTest(f"not possible here: {result} {result.out}")
        return result

    def same(self, command, options=()):
        bare = self.bare(command)
        tape, result = self.bench.record(command, options)
        self.assertEqual((bare.status, bare.out, bare.err),
                         (result.status, result.out, result.err))
        return tape

    def calls(self, tape):
        return [text for _, text in self.bench.lines(tape, "-s", "100")]

    def check_memory(self, tape):
        calls = self.calls(tape)
        text = '"/nothing/served\\0"'
        self.assertIn(f"write(5, {text}, 16) = 16", calls)
        self.assertIn('openat(AT_FDCWD, "/nothing/served", O_RDONLY) = -1 ENOENT '
                      "(No such file or directory)", calls)
        part = f"{{iov_base={text}, iov_len=16}}"
        self.assertIn(f"writev(5, [{', '.join(3 * [part])}], 3) = 48", calls)
        self.assertIn(f"read(4, {text}, 16) = 16", calls)

    def test_memory(self):
        """userfaultfd(2). What a call reads of such memory is on the tape."""
        tape = self.same([self.prog("served_memory")])
        self.bench.sound(tape)
        self.check_memory(tape)

    def test_memory_selected(self):
        """Who serves makes no call that was asked for."""
        tape = self.same([self.prog("served_memory")], ["-e", "trace=write,writev"])
        self.bench.sound(tape)
        self.assertTrue(any(text.startswith('write(5, "/nothing/served') for text in self.calls(tape)))

    def test_memory_attached(self):
        """What it is was there before."""
        self.bare([self.prog("served_memory")])
        child = subprocess.Popen([self.prog("served_memory"), "wait"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.assertEqual(child.stdout.readline(), b"ready\n")
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "-p", str(child.pid)])
        self.addCleanup(rec.wait)
        self.addCleanup(rec.kill)
        self.bench.wait_until_attached(tape, child.pid)
        out = child.communicate(b"\n", timeout=harness.TIMEOUT)[0]
        self.assertTrue(out.endswith(b"rest 48 /nothing/served\n"), out)
        self.assertEqual(rec.wait(harness.TIMEOUT), 0)
        self.bench.sound(tape)
        self.check_memory(tape)

    def file(self):
        unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        return [*unshare, self.prog("served_file"), self.mount]

    def check_file(self, tape):
        calls = self.calls(tape)
        self.assertIn('openat(AT_FDCWD, "/nothing/of-the-file", O_RDONLY) = -1 ENOENT '
                      "(No such file or directory)", calls)
        self.assertIn('write(4, "text of the file\\n", 17) = 17', calls)

    def test_file(self):
        """FUSE, and the program is run from there."""
        tape = self.same(self.file())
        self.bench.sound(tape)
        self.check_file(tape)

    def test_file_in_parts(self):
        """Each part says what was executed until then: it is not looked into while it runs."""
        tape = self.same(self.file(), ["-C", "2K", "-W", "100"])
        parts = [os.path.join(self.dir, n) for n in os.listdir(self.dir) if ".zst." in n]
        self.assertGreater(len(parts), 1)
        for part in parts:
            check = run([self.bench.analyze, "check", part])
            self.assertEqual((check.status, check.err), (0, b""), (tape, check))

    def test_file_ring(self):
        tape = self.same(self.file(), ["--ring", "1M"])
        self.bench.sound(tape)
        self.check_file(tape)

    def test_file_bounded(self):
        """Recording ends while the filter stays: the command is served to its end."""
        for bound in ("100", "130", "150", "160", "170"):
            self.same(self.file(), ["-e", "trace=openat,write,execve,read", "--max-events", bound])


class Storms(suite.TapeTest):
    """Many of a kind: none is lost, and the program finds all as they should be."""

    def storm(self, kind, count):
        command = [self.prog("storm"), kind, str(count)]
        limit = 300 if LONG else harness.TIMEOUT
        tape = self.bench.new_tape()
        result = run(["sh", "-c", 'ulimit -s 1024; exec "$@"', "sh",
                      *self.bench.command(tape, command)], timeout=limit)
        self.assertEqual((result.status, result.out, result.err), (0, b"fine\n", b""), result)
        check = run([self.bench.analyze, "check", tape], timeout=limit)
        self.assertEqual((check.status, check.err), (0, b""), check)
        info = run([self.bench.analyze, "info", "--json", tape], timeout=limit)
        self.assertRegex(info.out.decode(), r'"complete": ?true.*"lost": ?0\b')
        return info.out.decode()

    def number(self, info, name):
        return int(re.search(rf'"{name}": ?(\d+)', info)[1])

    def test_processes(self):
        count = 10000 if LONG else 400
        self.assertEqual(self.number(self.storm("processes", count), "processes"), count + 1)

    def test_vforks(self):
        count = 10000 if LONG else 400
        self.assertEqual(self.number(self.storm("vforks", count), "processes"), count + 1)

    def test_threads(self):
        count = 1000 if LONG else 200
        self.assertEqual(self.number(self.storm("threads", count), "threads"), count + 1)

    def test_signals(self):
        count = 100000 if LONG else 3000
        self.assertEqual(self.number(self.storm("signals", count), "signals"), count)


if __name__ == "__main__":
    suite.main()
