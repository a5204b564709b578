#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command runs as if alone: what it inherits, its terminal, its signals, its status."""
import ctypes
import os
import resource
import select
import shlex
import signal
import stat
import struct
import subprocess
import sys
import time
import unittest

import harness
import suite
from harness import Failure, run, wait_for
from terminal import Terminal

LIBC = ctypes.CDLL(None, use_errno=True)


def wchan_call(pid):
    """Number of the call that a task is blocked in, or None."""
    try:
        with open(f"/proc/{pid}/syscall", encoding="ascii") as f:
            return int(f.read().split()[0])
    except (OSError, ValueError, IndexError):
        return None


class Inherited(suite.TapeTest):
    """The program `inherited` says all that it inherits: bare and recorded must agree."""

    def same(self, *, options=(), prefix=(), arguments=(), **more):
        command = [self.prog("inherited"), *arguments]
        bare = run([*prefix, *command], **more)
        tape = self.bench.new_tape()
        recorded = run([*prefix, *self.bench.command(tape, command, options)], **more)
        self.assertEqual(bare.status, 0, bare)
        self.assertEqual(bare.out.decode(errors="replace"), recorded.out.decode(errors="replace"))
        self.assertEqual(bare.err, recorded.err)
        self.assertEqual(recorded.status, 0)
        self.bench.sound(tape)
        return tape, recorded

    def test_plain(self):
        self.same()

    def test_only_three_descriptors(self):
        _, result = self.same()
        fds = [line for line in result.out.decode().splitlines() if line.startswith("fds ")]
        self.assertEqual([f.split(":")[0] for f in fds[0].split()[1:]], ["0", "1", "2"])

    def test_own_descriptors(self):
        """Those that the caller hands on are handed on, with the same numbers."""
        with open(self.write("held", "x"), encoding="ascii") as f:
            os.set_inheritable(f.fileno(), True)
            self.same(pass_fds=[f.fileno()])

    def test_closed_standard_descriptors(self):
        for closed in ("<&-", "2>&-"):
            program = shlex.quote(self.prog("inherited"))
            bare = run(["sh", "-c", f"exec {program} {closed}"])
            tape = self.bench.new_tape()
            command = shlex.join(self.bench.command(tape, [self.prog("inherited")]))
            recorded = run(["sh", "-c", f"exec {command} {closed}"])
            self.assertEqual(bare.out.decode(), recorded.out.decode(), closed)
            self.bench.sound(tape)

    def test_environment(self):
        env = {"PATH": "/usr/bin:/bin", "EMPTY": "", "SPACE D": " x ", "LINES": "one\ntwo",
               "BYTES": os.fsdecode(b"\xff\xfe\x01"), "ZDOTDIR": "a=b=c"}
        tape, result = self.same(env=env)
        said = [line for line in result.out.split(b"\n") if line.startswith(b"environment ")]
        self.assertIn(b"environment BYTES=\xff\xfe\x01", said)

    def test_empty_environment(self):
        self.same(env={})

    def test_arguments(self):
        self.same(arguments=["", " ", "-o", "--", "new\nline", os.fsdecode(b"\xff")])

    def test_umask_nice_limits(self):
        self.same(prefix=["sh", "-c", "umask 0137; ulimit -n 123; ulimit -c 7; ulimit -s 4096; "
                          "exec nice -n 5 \"$@\"", "sh"])

    def test_limit_of_cpu_time(self):
        """It is the command's: rec itself has the most that it may have."""
        look = "ulimit -St; ulimit -Ht; grep cpu /proc/$PPID/limits"
        _, result = self.bench.record(["bash", "-c", look], preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_CPU, (50, 100)))
        most = r"(unlimited +unlimited|100 +100)"  # root, in a container, may have no leave
        self.assertRegex(result.out.decode(), rf"^50\n100\nMax cpu time +{most} ")

    def test_low_hard_limit_of_files(self):
        self.same(prefix=["sh", "-c", "ulimit -Hn 64; ulimit -Sn 50; exec \"$@\"", "sh"])

    def test_nohup(self):
        """Ignored signals stay ignored, also those that the recorder uses itself."""
        code = ("import os, signal, sys\n"
                "for s in ('INT', 'PIPE', 'CHLD', 'HUP', 'TERM', 'QUIT', 'TSTP', 'ALRM'):\n"
                "    signal.signal(getattr(signal, 'SIG' + s), signal.SIG_IGN)\n"
                "os.execvp(sys.argv[1], sys.argv[1:])\n")
        _, result = self.same(prefix=[sys.executable, "-c", code])
        for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM):
            self.assertIn(f"signal {number}: ignored", result.out.decode())

    def test_blocked_signals(self):
        code = ("import os, signal, sys\n"
                "signal.pthread_sigmask(signal.SIG_BLOCK, [1, 2, 10, 15, 17, 20, 34, 64])\n"
                "os.execvp(sys.argv[1], sys.argv[1:])\n")
        _, result = self.same(prefix=[sys.executable, "-c", code])
        self.assertIn("signal 17: default blocked", result.out.decode())

    def test_no_new_privs_not_set_but_kept(self):
        _, result = self.same()
        self.assertIn("no_new_privs 0 seccomp 0", result.out.decode())
        self.same(prefix=["setpriv", "--no-new-privs"])

    def test_personality(self):
        self.same(prefix=["setarch", "-R"])

    def test_scheduling(self):
        self.same(prefix=["chrt", "--batch", "0"])
        self.same(prefix=["taskset", "-c", "0"])

    def test_timers_and_parents_death(self):
        """What execve(2) keeps, though it is the recorder that the caller executes."""
        code = ("import ctypes, os, signal, sys\n"
                "libc = ctypes.CDLL(None)\n"
                "for i in range(3): signal.setitimer(i, 1000.9, 7 + i)\n"
                "libc.prctl(1, 10); libc.prctl(36, 1)\n"
                "os.execvp(sys.argv[1], sys.argv[1:])\n")
        _, result = self.same(prefix=[sys.executable, "-c", code])
        self.assertIn("timer 0: 1000 7\n", result.out.decode())
        self.assertIn("pdeathsig 10 subreaper 1", result.out.decode())

    def test_directory(self):
        os.mkdir(self.bench.path("elsewhere"))
        self.same(cwd=self.bench.path("elsewhere"))

    def test_deleted_directory(self):
        code = ("import os, sys\nos.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
                "os.execvp(sys.argv[1], sys.argv[1:])\n")
        tape = self.bench.new_tape()
        result = run([sys.executable, "-c", code,
                      *self.bench.command(tape, ["/bin/sh", "-c", "echo fine"])], cwd=self.dir)
        self.assertEqual((result.status, result.out), (0, b"fine\n"))
        self.bench.sound(tape)

    def test_address_randomisation(self):
        """Two runs differ, so it is on; with the recorder as without."""
        seen = {self.bench.record(["grep", "stack", "/proc/self/maps"])[1].out for _ in range(3)}
        self.assertGreater(len(seen), 1)

    def test_set_variable(self):
        command = ["sh", "-c", "echo $SYSTAPE_A/$SYSTAPE_B/${SYSTAPE_C-unset}"]
        env = dict(os.environ, SYSTAPE_B="old", SYSTAPE_C="old")
        _, result = self.bench.record(command, ["-E", "SYSTAPE_A=new value", "-E",
                                                "SYSTAPE_B=b=c", "-E", "SYSTAPE_C"], env=env)
        self.assertEqual(result.out, b"new value/b=c/unset\n")


class Status(suite.TapeTest):
    def status(self, *command, **more):
        return self.bench.record(list(command), **more)[1]

    def test_statuses(self):
        for n in (0, 1, 2, 77, 124, 125, 126, 127, 128, 137, 254, 255):
            self.assertEqual(self.status("sh", "-c", f"exit {n}").status, n)

    def test_not_found(self):
        for name in ("no-such-command-anywhere", "/nonexistent/command", "./nothing", ""):
            result = self.status(name)
            self.assertEqual(result.status, 127, name)
            self.assertEqual(result.err.count(b"\n"), 1, result)

    def test_not_executable(self):
        for name in (self.write("plain", "#!/bin/sh\n"), "/etc", "/"):
            result = self.status(name)
            self.assertEqual(result.status, 126, name)
            self.assertEqual(result.err.count(b"\n"), 1, result)

    def test_missing_interpreter(self):
        result = self.status(self.write("script", "#!/nonexistent/interpreter\n", 0o755))
        self.assertIn(result.status, (126, 127))

    def test_path_search(self):
        os.mkdir(self.bench.path("first"))
        os.mkdir(self.bench.path("second"))
        self.write("first/tool", "#!/bin/sh\necho first\n", 0o644)
        self.write("second/tool", "#!/bin/sh\necho second\n", 0o755)
        env = dict(os.environ,
                   PATH=f"{self.dir}/first:{self.dir}/second:{os.environ['PATH']}")
        result = self.status("tool", env=env)
        self.assertEqual((result.status, result.out), (0, b"second\n"), result)

    def test_script_without_first_line(self):
        """As execvp(3) and env(1) do: handed to /bin/sh."""
        script = self.write("script", 'echo "$0 $1"\nexit 9\n', 0o755)
        result = self.status(script, "arg")
        self.assertEqual((result.status, result.out), (9, f"{script} arg\n".encode()), result)

    def test_bad_use(self):
        for options in (["-o"], ["--no-such-option"], ["-s", "many", "true"], ["-z", "99", "true"],
                        []):
            result = run([self.bench.rec, *options], cwd=self.dir)
            self.assertEqual(result.status, 125, options)
            self.assertEqual(result.err.count(b"\n"), 1, result)
            self.assertTrue(result.err.startswith(b"rec: "), result)

    def test_recorder_recorded(self):
        """Nobody has two tracers: the inner one says why it cannot."""
        # Where it is built with a sanitizer, that cannot look for leaks under a tracer.
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
        result = self.status(self.bench.rec, "-o", self.bench.path("inner.zst"), "true", env=env)
        self.assertEqual((result.status, result.err.count(b"\n")), (125, 1), result)
        self.assertRegex(result.err, rb"process \d+ \(rec\) traces it already")

    def test_no_place_for_the_tape(self):
        for path in ("/nonexistent/dir/tape.zst", self.dir):
            result = run([self.bench.rec, "-o", path, "echo", "ran"])
            self.assertEqual((result.status, result.out), (125, b""), result)
            self.assertEqual(result.err.count(b"\n"), 1, result)

    def test_dies_by_the_same_signal(self):
        for number in (1, 2, 3, 6, 8, 9, 10, 11, 13, 14, 15, 34):
            result = self.status("sh", "-c", f"kill -{number} $$")
            self.assertEqual(result.status, -number)

    def test_no_core_of_its_own(self):
        """A core dump of the command is not overwritten by one of rec."""
        code = ("import os, resource\nresource.setrlimit(resource.RLIMIT_CORE, (1 << 26, 1 << 26))"
                "\nos.abort()\n")

        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (1 << 26, resource.RLIM_INFINITY))
        before = self.cores()
        result = self.status(sys.executable, "-c", code, cwd=self.dir, preexec_fn=limit)
        self.assertEqual(result.status, -signal.SIGABRT)
        self.assertLessEqual(len(self.cores()) - len(before), 1)

    def cores(self):
        return [name for name in os.listdir(self.dir) if name.startswith("core")]


class TapeFile(suite.TapeTest):
    def test_last_line(self):
        tape = self.bench.new_tape()
        result = run([self.bench.rec, "-o", tape, "true"])
        self.assertRegex(result.err.decode(), r"\Arec: [\d,]+ syscalls in 1 process(es)?, .* -> " +
                         tape + r"\n\Z")
        self.assertEqual(run([self.bench.rec, "-q", "-o", tape, "true"]).err, b"")

    def test_closed_descriptors(self):
        """A tape whose descriptor is 0, 1 or 2 is nobody's input or output."""
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            tape = self.bench.new_tape()
            command = shlex.join([self.bench.rec, "-o", tape, "sh", "-c",
                                  "echo out; echo err >&2; cat"])
            run(["sh", "-c", f"{command} {closed}"])
            self.bench.sound(tape)

    def test_default_file(self):
        for _ in range(2):
            self.assertEqual(run([self.bench.rec, "-q", "true"], cwd=self.dir).status, 0)
        self.assertTrue(os.path.exists(self.bench.path("trace.zst.old")))
        self.bench.sound(self.bench.path("trace.zst"))

    def test_private(self):
        tape, _ = self.bench.record(["true"])
        self.assertEqual(stat.S_IMODE(os.stat(tape).st_mode), 0o600)

    def test_on_stdout(self):
        result = run([self.bench.rec, "-q", "-o", "-", "sh", "-c", "exit 5"])
        self.assertEqual(result.status, 5)
        tape = self.write("tape.zst", result.out)
        self.bench.sound(tape)

    def test_name_that_is_no_text(self):
        """The tape's options hold its name: other protobuf readers insist on UTF-8."""
        self.need("protoc")
        tape = os.path.join(os.fsencode(self.dir), b"odd\xff\xc3name.zst")
        self.assertEqual(run([self.bench.rec, "-q", "-o", os.fsdecode(tape), "true"]).status, 0)
        plain = run(["zstd", "-dc", os.fsdecode(tape)]).out
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        decoded = run(["protoc", "--proto_path", root, "--decode=systape.Trace",
                       "proto/trace.proto"], stdin=plain, cwd=root)
        self.assertEqual(decoded.status, 0, decoded)
        self.assertIn(b"odd??name.zst", decoded.out)

    def test_planted_symlink(self):
        victim = self.write("victim", "precious")
        os.symlink(victim, self.bench.path("trace.zst"))
        run([self.bench.rec, "-q", "true"], cwd=self.dir)
        with open(victim, encoding="ascii") as f:
            self.assertEqual(f.read(), "precious")

    def test_full_from_the_start(self):
        result = run([self.bench.rec, "-q", "-o", "/dev/full", "sh", "-c", "echo ran; exit 3"])
        self.assertEqual(result.status, 125, result)
        self.assertEqual(result.err.count(b"\n"), 1, result)

    def test_reader_goes_away(self):
        """The command goes on when nobody takes the tape any more; rec says so."""
        script = ('{ "$@" 2>err; echo $? >status; } | head -c 100 >/dev/null')
        run(["sh", "-c", script, "sh", self.bench.rec, "-q", "-o", "-", "sh", "-c",
             "head -c 3000000 /dev/urandom | cat >/dev/null; echo ran >ran; exit 3"], cwd=self.dir)
        with open(self.bench.path("ran"), encoding="ascii") as f:
            self.assertEqual(f.read(), "ran\n")
        with open(self.bench.path("status"), encoding="ascii") as f:
            self.assertEqual(f.read(), "125\n")
        with open(self.bench.path("err"), encoding="ascii") as f:
            self.assertEqual(f.read().count("\n"), 1)

    def test_file_size_limit(self):
        """As a full disk: the tape is readable as far as it goes, here for several chunks."""
        tape = self.bench.new_tape()
        result = run(["sh", "-c", 'ulimit -f 2000; exec "$@"', "sh",
                      *self.bench.command(tape, ["sh", "-c", "head -c 3000000 /dev/urandom | "
                                                 "cat >/dev/null; echo ran"])])
        self.assertEqual((result.status, result.out), (125, b"ran\n"), result)
        out = run([self.bench.analyze, "print", tape])
        self.assertEqual(out.status, 2)
        self.assertIn(b"execve(", out.out)


class Terminals(suite.TapeTest):
    def terminal(self, command, options=()):
        self.tape = self.bench.new_tape()
        return Terminal(self.bench.command(self.tape, command, options), self.dir)

    def test_is_a_terminal(self):
        t = self.terminal(["sh", "-c", "test -t 0 && test -t 1 && test -t 2 && read x && "
                           "echo got $x; stty -a | grep -c icanon"])
        t.type(b"typed\n")
        self.assertEqual(t.end(), 0)
        self.assertIn(b"got typed\r\n1\r\n", t.text)
        self.bench.sound(self.tape)

    def test_foreground(self):
        t = self.terminal([self.prog("inherited")])
        self.assertEqual(t.end(), 0)
        self.assertIn(b"foreground 1", t.text)

    def test_interrupt(self):
        """^C reaches the command once; rec waits for what it makes of it."""
        script = ("import signal, sys, time\nn = 0\n"
                  "def on(*_):\n    global n; n += 1\n"
                  "signal.signal(signal.SIGINT, on)\nprint('ready', flush=True)\n"
                  "while not n: signal.pause()\n"
                  "end = time.monotonic() + 0.3\n"
                  "while time.monotonic() < end: time.sleep(0.05)\n"
                  "print('times', n, flush=True)\nsys.exit(17)\n")
        t = self.terminal([sys.executable, "-c", script])
        t.read_until(b"ready")
        t.type(b"\x03")
        self.assertEqual(t.end(), 17)
        self.assertIn(b"times 1\r\n", t.text)
        self.bench.sound(self.tape)

    def test_interrupt_kills(self):
        t = self.terminal(["sh", "-c", "echo ready; exec sleep 100"])
        t.read_until(b"ready")
        t.type(b"\x03")
        self.assertEqual(t.end(), -signal.SIGINT)
        self.bench.sound(self.tape)

    def test_quit_kills(self):
        t = self.terminal(["sh", "-c", "ulimit -c 0; echo ready; exec sleep 100"])
        t.read_until(b"ready")
        t.type(b"\x1c")
        self.assertEqual(t.end(), -signal.SIGQUIT)
        self.bench.sound(self.tape)

    def test_hang_up(self):
        t = self.terminal(["sh", "-c", "echo ready; exec sleep 100"])
        t.read_until(b"ready")
        os.close(t.fd)
        wait_for(lambda: os.waitid(os.P_PID, t.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT),
                 "the end after a hang-up")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1]), -signal.SIGHUP)
        self.bench.sound(self.tape)

    def test_suspend_and_go_on(self):
        """^Z under a shell with job control stops the job; fg brings it back."""
        self.need("bash")
        t = Terminal(["bash", "--norc", "--noprofile", "-i"], self.dir)
        self.tape = self.bench.new_tape()
        job = self.bench.command(self.tape, ["sh", "-c", "echo re''ady; read x; echo got $x"])
        t.type(b"PS1='prompt> '\n" + shlex.join(job).encode() + b"\n")
        t.read_until(b"ready\r\n")
        t.type(b"\x1a")
        t.read_until(b"Stopped")
        t.type(b"echo sta''tus $?\n")
        t.read_until(b"status 148")
        t.type(b"fg\n")
        t.type(b"words\n")
        t.read_until(b"got words\r\n")
        t.type(b"exit\n")
        self.assertEqual(t.end(), 0)
        self.bench.sound(self.tape)

    def test_background_job(self):
        """rec in the background touches no terminal and is not stopped."""
        self.need("bash")
        t = Terminal(["bash", "--norc", "--noprofile", "-i"], self.dir)
        self.tape = self.bench.new_tape()
        job = self.bench.command(self.tape, ["sh", "-c", "exit 4"])
        t.type(shlex.join(job).encode() + b" & wait $!; echo sta''tus $?\n")
        t.read_until(b"status 4")
        t.type(b"exit\n")
        t.end()
        self.bench.sound(self.tape)


# Starts a command, and says what it was sent meanwhile: in the order of numbers.
PARENT = """
import signal, subprocess, sys
names = ("SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGTERM", "SIGWINCH")
signals = {getattr(signal, name) for name in names}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
clear = lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
child = subprocess.run(sys.argv[1:], preexec_fn=clear, stdout=subprocess.PIPE)
for one in sorted(signal.sigpending() & signals):
    print(signal.Signals(one).name)
print(child.stdout.decode(), end="")
print("status", child.returncode)
"""


class Signals(suite.TapeTest):
    """Signals sent to rec alone: the tape is closed properly."""

    def start(self, command):
        self.tape = self.bench.new_tape()
        return subprocess.Popen(self.bench.command(self.tape, command), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                process_group=0)

    def line(self, child):
        """A line of its output, which is not waited for without end."""
        if not select.select([child.stdout], [], [], 30)[0]:
            raise Failure("the command says nothing")
        return child.stdout.readline()

    def ready(self, child):
        self.assertEqual(self.line(child), b"ready\n")
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)

    def status(self, child):
        try:
            return child.wait(harness.TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Failure("rec does not end") from None

    def test_terminated(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            child = self.start(["sh", "-c", "echo ready; exec sleep 100"])
            self.ready(child)
            child.send_signal(number)
            self.status(child)
            objects = self.bench.objects(self.tape)
            self.assertEqual(objects[-1]["type"], "trailer")
            self.assertEqual(run(["zstd", "-tq", self.tape]).status, 0)
            self.assertEqual(run([self.bench.analyze, "check", self.tape]).status, 0)

    def test_insisted(self):
        """A command that does not care: the second signal ends the recording."""
        child = self.start(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"])
        self.ready(child)
        child.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        child.send_signal(signal.SIGTERM)
        self.status(child)
        self.assertEqual(self.bench.objects(self.tape)[-1]["type"], "trailer")
        self.assertEqual(run([self.bench.analyze, "check", self.tape]).status, 0)

    def test_killed(self):
        """SIGKILL leaves a torn tape: readable, and said to be torn."""
        child = self.start(["sh", "-c", "echo ready; exec sleep 100"])
        self.ready(child)
        time.sleep(0.6)  # the tape is written at least every 250 ms
        child.kill()
        self.status(child)
        result = run([self.bench.analyze, "print", self.tape])
        self.assertEqual(result.status, 2, result)
        self.assertIn(b"execve(", result.out)
        self.assertEqual(result.err.count(b"\n"), 1, result)

    def test_group_told_to_end(self):
        """As timeout(1) and CI runners do: one signal for rec, and one for the group."""
        tape = self.bench.new_tape()
        result = run(["timeout", "1", *self.bench.command(tape, ["sleep", "100"])])
        self.assertEqual(result.status, 124, result)
        objects = self.bench.sound(tape)
        self.assertEqual([o["signal"] for o in objects if o["type"] == "exit"], ["SIGTERM"])

    def test_stopped_and_continued(self):
        child = self.start(["sh", "-c", "echo ready; read x; exit 6"])
        self.ready(child)
        child.send_signal(signal.SIGSTOP)
        child.send_signal(signal.SIGCONT)
        self.assertEqual(self.status(child), 6)
        self.bench.sound(self.tape)

    def telling(self):
        """A command that says which signals it gets, and from whom, and ends by SIGTERM."""
        code = ("import os, signal\n"
                "numbers = {10, 12, 14, 18, 26, 27, 28, 29, 30, 34, 40, 64}\n"
                "signal.pthread_sigmask(signal.SIG_BLOCK, numbers | {signal.SIGTERM})\n"
                "print('ready', flush=True)\n"
                "while True:\n"
                "    i = signal.sigwaitinfo(numbers | {signal.SIGTERM})\n"
                "    if i.si_signo == signal.SIGTERM: break\n"
                "    print(i.si_signo, i.si_code, i.si_pid, flush=True)\n")
        child = self.start([sys.executable, "-c", code])
        self.ready(child)
        return child

    def test_no_pending_signals_allowed(self):
        """RLIMIT_SIGPENDING: no signal with a value can be queued, not by rec either."""
        self.tape = self.bench.new_tape()
        result = run(["bash", "-c", 'ulimit -i 0; exec "$@"', "bash",
                      *self.bench.command(self.tape, ["sh", "-c", "ulimit -l; exit 3"])])
        self.assertEqual(result.status, 3, result)
        self.bench.sound(self.tape)

    def test_handed_on(self):
        """What is sent to rec alone is meant for the command, again and again."""
        child = self.telling()
        for number in (10, 12, 14, 26, 27, 28, 29, 30, 34, 40, 64, 10, 10):
            child.send_signal(number)
            self.assertEqual(self.line(child), b"%d 0 %d\n" % (number, child.pid))
        child.send_signal(signal.SIGTERM)
        self.assertEqual(self.status(child), 0)
        self.bench.sound(self.tape)

    def to_parent(self, words):
        """What a process says that starts it: which signals it was sent, and the status."""
        result = run([sys.executable, "-c", PARENT, *words])
        self.assertEqual((result.status, result.err), (0, b""), result)
        return result.out.decode().split("\n")

    def check_to_parent(self, command, *options):
        words = ["sh", "-c", command]
        bare = self.to_parent(words)
        self.tape = self.bench.new_tape()
        self.assertEqual(self.to_parent(self.bench.command(self.tape, words, options)), bare)
        self.assertIn("status 3", bare)
        self.bench.sound(self.tape)
        return bare

    def test_to_the_parent(self):
        """What the command sends to its parent is for who started rec; the command lives on."""
        for name in ("HUP", "INT", "TERM", "USR1", "WINCH"):
            self.assertIn(f"SIG{name}", self.check_to_parent(f"kill -{name} $PPID; exit 3"))

    def test_to_the_parent_several(self):
        """None is lost when the command ends at once."""
        said = self.check_to_parent("kill -USR1 $PPID; kill -USR2 $PPID; kill -HUP $PPID; exit 3")
        self.assertEqual(said[:3], ["SIGHUP", "SIGUSR1", "SIGUSR2"])

    def test_to_the_parent_by_a_child(self):
        said = self.check_to_parent('sh -c "kill -USR2 $PPID"; exit 3')
        self.assertIn("SIGUSR2", said)

    def test_to_the_parent_selected(self):
        said = self.check_to_parent("kill -USR1 $PPID; exit 3", "-e", "trace=openat")
        self.assertIn("SIGUSR1", said)

    def test_to_the_group(self):
        """That includes the parent, and the command."""
        said = self.check_to_parent("trap 'echo child' USR1; kill -USR1 0; exit 3")
        self.assertEqual((said.count("SIGUSR1"), said.count("child")), (1, 1))

    def test_handed_on_with_sender_and_value(self):
        child = self.telling()
        # siginfo_t: number, errno, code, (hole,) pid, uid, value
        info = struct.pack("iiiiiiq", 40, 0, -1, 0, os.getpid(), os.getuid(), 7).ljust(128, b"\0")
        self.assertEqual(LIBC.syscall(129, child.pid, 40, info), 0)
        self.assertEqual(self.line(child), b"40 -1 %d\n" % os.getpid())
        child.send_signal(signal.SIGTERM)
        self.status(child)
        found = [o for o in self.bench.objects(self.tape) if o.get("name") == "rt_sigtimedwait"]
        self.assertIn("si_int=7", found[0]["text"])

    def test_group_gets_it_once(self):
        child = self.telling()
        os.killpg(child.pid, signal.SIGUSR1)
        self.assertEqual(self.line(child), b"10 0 %d\n" % os.getpid())
        child.send_signal(signal.SIGUSR2)
        self.assertEqual(self.line(child), b"12 0 %d\n" % child.pid)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(self.status(child), 0)

    def test_killed_by_what_is_handed_on(self):
        for number in (signal.SIGUSR1, signal.SIGALRM, signal.SIGRTMIN + 3):
            child = self.start(["sh", "-c", "echo ready; exec sleep 100"])
            self.ready(child)
            child.send_signal(number)
            self.assertEqual(self.status(child), -number)
            self.bench.sound(self.tape)

    def test_stopped_by_pid(self):
        """TSTP to rec alone stops the command and rec, CONT makes both go on."""
        child = self.start(["sh", "-c", f"echo ready; while ! test -e {self.dir}/go; do "
                            "sleep 0.02; done; exit 6"])
        self.ready(child)
        child.send_signal(signal.SIGTSTP)
        _, state = os.waitpid(child.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(state) and os.WSTOPSIG(state) == signal.SIGTSTP)
        self.write("go", "")
        child.send_signal(signal.SIGCONT)
        self.assertEqual(self.status(child), 6)
        self.bench.sound(self.tape)

    def test_alarm_set_before(self):
        """The poor man's timeout(1): it is the command that is to end."""
        code = "import os, signal, sys\nsignal.alarm(1)\nos.execvp(sys.argv[1], sys.argv[1:])\n"
        tape = self.bench.new_tape()
        result = run([sys.executable, "-c", code, *self.bench.command(tape, ["sleep", "100"])])
        self.assertEqual(result.status, -signal.SIGALRM)
        self.assertEqual([o["signal"] for o in self.bench.sound(tape) if o["type"] == "exit"],
                         ["SIGALRM"])

    def test_ignored_by_all(self):
        """Below nohup(1) hang-ups end nothing, however many."""
        code = ("import os, signal, sys\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
                "os.execvp(sys.argv[1], sys.argv[1:])\n")
        tape = self.bench.new_tape()
        child = subprocess.Popen([sys.executable, "-c", code, *self.bench.command(
            tape, ["sh", "-c", "echo ready; read x; exit 6"])], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.PIPE, process_group=0)
        self.ready(child)
        for _ in range(3):
            child.send_signal(signal.SIGHUP)
            time.sleep(0.25)  # what comes closer together counts once
        child.stdin.close()
        self.assertEqual(self.status(child), 6)
        self.bench.sound(tape)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Users(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.open_dir = self.bench.path("open")
        os.mkdir(self.open_dir, 0o755)

    def test_as_user(self):
        _, result = self.bench.record(["id", "-un"], ["-u", "nobody"])
        self.assertEqual((result.status, result.out), (0, b"nobody\n"), result)
        tape, result = self.bench.record(["sh", "-c", "id -G; id -g"], ["-u", "nobody"])
        groups, group = result.out.split()[:-1], result.out.split()[-1]
        self.assertEqual(groups, [group])
        self.bench.sound(tape)

    def test_unknown_user(self):
        result = self.bench.record(["id"], ["-u", "no-such-user"])[1]
        self.assertEqual((result.status, result.err.count(b"\n")), (125, 1), result)

    def test_set_user_id(self):
        """With the recorder privileged, a set-user-id program gets its privilege."""
        program = self.bench.path("suid-inherited")
        with open(self.prog("inherited"), "rb") as f:
            self.write("suid-inherited", f.read())
        os.chmod(program, 0o4755)
        if os.statvfs(self.dir).f_flag & os.ST_NOSUID:
            self.skipTest("the directory is mounted nosuid")
        tape, result = self.bench.record([program], ["-u", "nobody"])
        self.assertEqual(result.status, 0, result)
        ids = [line.split()[1:] for line in result.out.decode().splitlines()
               if line.startswith("ids ")][0]
        self.assertNotEqual(ids[0], "0")
        self.assertEqual(ids[1], "0", "effective uid")
        self.bench.sound(tape)

    def unprivileged(self, *command):
        """rec run by an ordinary user: (tape, result)"""
        self.need("setpriv")
        os.chmod(self.open_dir, 0o777)
        tape = os.path.join(self.open_dir, "tape.zst")
        become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if run([*become, self.bench.rec, "--version"]).status != 0:
            self.skipTest("rec lies where others cannot reach it")
        return tape, run([*become, *self.bench.command(tape, command)])

    def test_unprivileged(self):
        tape, result = self.unprivileged("sh", "-c", "id -u; exit 7")
        self.assertEqual((result.status, result.out), (7, b"65534\n"), result)
        self.assertEqual(self.bench.sound(tape)[-1].get("unreadable", 0), 0)

    def test_unprivileged_set_user_id(self):
        """A set-user-id program then runs without its privilege: no reason to fail."""
        program = self.bench.path("open/suid-inherited")
        with open(self.prog("inherited"), "rb") as f:
            self.write("open/suid-inherited", f.read())
        os.chmod(program, 0o4755)
        tape, result = self.unprivileged(program)
        self.assertEqual(result.status, 0, result)
        self.assertIn(b"\nids 65534 65534 ", result.out)
        self.bench.sound(tape)
        self.assertRegex(self.bench.ask("info", tape).decode(), r"note +process \d+ ran .*suid-"
                         r"inherited without its privilege \(set-user-ID\)")
        tape, result = self.unprivileged("setpriv", "--no-new-privs", program)
        self.assertEqual(result.status, 0, result)
        self.assertNotIn(b"without its privilege", self.bench.ask("info", tape))

    def test_unprivileged_not_dumpable(self):
        tape, result = self.unprivileged(self.prog("nondumpable"))
        if result.status == 126:
            self.skipTest("the programs lie where others cannot reach them")
        self.assertEqual(result.status, 0, result)
        self.bench.sound(tape)

    def test_unprivileged_namespace(self):
        self.need("unshare")
        tape, result = self.unprivileged("unshare", "-r", "sh", "-c", "id -u; cat /nonexistent")
        if result.out != b"0\n":
            self.skipTest("no user namespaces")
        self.bench.sound(tape)
        self.assertIn(b'"/nonexistent"', self.bench.ask("print", tape))


class Orphans(suite.TapeTest):
    def test_daemon_outlives_the_command(self):
        """rec stays until the daemon ends, with the command's status."""
        script = "(exec setsid sh -c 'sleep 0.4; exit 44' >/dev/null 2>&1 </dev/null &) ; exit 9"
        tape, result = self.bench.record(["sh", "-c", script])
        self.assertEqual(result.status, 9)
        objects = self.bench.sound(tape)
        self.assertEqual(sum(o["type"] == "exit" and o["status"] == 44 for o in objects), 1)


if __name__ == "__main__":
    suite.main()
