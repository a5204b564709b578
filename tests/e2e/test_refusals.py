#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where the kernel says no: one clear line and exit status 125, or a tape that names what it
lacks. What cannot be set up on the machine at hand (ptrace_scope) is in the unit tests."""
import errno
import os
import subprocess
import sys

import suite
from harness import Failure, run

TRACE_ME, SEIZE, GET_SYSCALL_INFO = 0, 0x4206, 0x420e
NAMESPACE = ["unshare", "-Urm", "--propagation", "private"]
# An empty directory over /proc: what a chroot without one looks like.
NO_PROC = [*NAMESPACE, "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]


class Refusals(suite.TapeTest):
    def refused(self, command, words):
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:disable_coredump=0")
        result = run(command, env=env)
        self.assertEqual((result.status, result.out, result.err.count(b"\n")), (125, b"", 1), result)
        self.assertRegex(result.err.decode(), r"\Arec: " + words)

    def forbids(self, what, error, *command):
        program = self.prog("forbids")
        return [program, what, str(error), *command]

    def rec(self, *command):
        return [self.bench.rec, "-o", self.bench.new_tape(), *map(str, command)]

    def sleeper(self, **more):
        child = subprocess.Popen(["sleep", "1000"], **more)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child.pid

    def test_seccomp_filter(self):
        """A container's profile."""
        filtered = "ptrace\\(2\\) is forbidden by a seccomp filter that rec runs under"
        self.refused(self.forbids("ptrace", errno.EPERM, *self.rec("echo", "ran")),
                     f"cannot trace the command: {filtered}")
        pid = self.sleeper()
        self.refused(self.forbids("ptrace", errno.EPERM, *self.rec("-p", pid)),
                     rf"cannot attach to {pid} \(sleep\): {filtered}")

    def test_no_ptrace(self):
        """Emulators of Linux do not have it."""
        self.refused(self.forbids("ptrace", errno.ENOSYS, *self.rec("echo", "ran")),
                     r"cannot trace the command: there is no ptrace\(2\) here")

    def test_no_call_info(self):
        """Kernels before 5.3 do not tell what a stop is about: nothing could be recorded."""
        words = "there is no PTRACE_GET_SYSCALL_INFO here .*, which takes Linux 5.3"
        forbidden = f"ptrace:{GET_SYSCALL_INFO}"
        self.refused(self.forbids(forbidden, errno.EIO, *self.rec("echo", "ran")),
                     f"cannot trace the command: {words}")
        pid = self.sleeper()
        self.refused(self.forbids(forbidden, errno.EIO, *self.rec("-p", pid)),
                     rf"cannot attach to {pid} \(sleep\): {words}")

    def test_no_reading_of_memory(self):
        """process_vm_readv(2) is forbidden more often than ptrace(2): /proc/PID/mem serves."""
        tape = self.bench.new_tape()
        result = run(self.forbids("process_vm_readv", errno.EPERM,
                                  *self.bench.command(tape, ["cat", "/nonexistent/file"])))
        self.assertEqual(result.status, 1, result)
        self.assertEqual(self.bench.sound(tape)[-1].get("unreadable", 0), 0)
        self.assertIn(b'"/nonexistent/file"', self.bench.ask("print", tape))

    def need_namespace(self):
        if self.bench.sanitized():
            self.skipTest("AddressSanitizer itself needs /proc")
        if run([*NAMESPACE, "true"]).status != 0:
            self.skipTest("no user namespaces")

    def test_no_proc(self):
        """The command runs and is recorded; the tape says what of its start is not known."""
        self.need_namespace()
        tape = self.bench.new_tape()
        code = "import threading\nt = threading.Thread(target=print, args=(1,))\nt.start(); t.join()"
        # A python that is found by name may be a script that needs /proc.
        result = run([*NO_PROC, *self.bench.command(tape, [sys.executable, "-c", code])])
        self.assertEqual((result.status, result.out), (0, b"1\n"), result)
        objects = self.bench.sound(tape)
        forks = [o for o in objects if o["type"] == "fork"]
        self.assertEqual([(o["kind"], o["child_pid"]) for o in forks],
                         [("thread", forks[0]["pid"])])
        self.assertRegex(self.bench.ask("info", tape).decode(),
                         r"note +the start of process \d+ is not known whole: .*fd: No such file")

    def test_no_proc_to_attach(self):
        self.need_namespace()
        pid = self.sleeper()
        self.refused([*NO_PROC, *self.rec("-p", pid)],
                     f"cannot attach to {pid}: its threads are listed in /proc, which is not "
                     "mounted")

    @staticmethod
    def as_nobody(*command):
        return (["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
                if os.geteuid() == 0 else list(command))

    def test_not_dumpable(self):
        """A process of the same user that does not want to be looked into."""
        os.chmod(self.dir, 0o777)
        if run(self.as_nobody(self.bench.rec, "--version")).status != 0:
            self.skipTest("rec lies where others cannot reach it")
        code = ("import ctypes\nctypes.CDLL(None).prctl(4, 0)\nprint('ready', flush=True)\n"
                "import sys; sys.stdin.read()\n")
        child = subprocess.Popen(self.as_nobody("/usr/bin/python3", "-c", code),
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(child.communicate)
        if child.stdout.readline() != b"ready\n":
            raise Failure("the process does not start")
        self.refused(self.as_nobody(*self.rec("-p", child.pid)),
                     rf"cannot attach to {child.pid} \(python3\): it is not dumpable")

    def test_program_that_may_not_be_read(self):
        """It runs, and is recorded, though nothing of it can be seen."""
        os.chmod(self.dir, 0o777)
        if run(self.as_nobody(self.bench.rec, "--version")).status != 0:
            self.skipTest("rec lies where others cannot reach it")
        if os.geteuid() != 0:
            self.skipTest("only root can give a program away")
        with open("/bin/true", "rb") as f:
            program = self.write("secret", f.read(), 0o711)
        tape = self.bench.new_tape()
        result = run(self.as_nobody(*self.bench.command(tape, [program])))
        self.assertEqual(result.status, 0, result)
        objects = self.bench.sound(tape)
        self.assertIn("exit_group", [o.get("name") for o in objects])
        self.assertRegex(self.bench.ask("info", tape).decode(),
                         r"note +the start of process \d+ is not known whole: .*Permission denied")


if __name__ == "__main__":
    suite.main()
