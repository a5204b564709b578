#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rec -p: processes that run already are recorded, and go on as if nobody had been there."""
import json
import os
import signal
import subprocess
import sys

import connected
import harness
import suite
from harness import run, wait_for

CYCLES = 15
NOBODY = 65534


def threads(pid):
    try:
        return [int(tid) for tid in os.listdir(f"/proc/{pid}/task")]
    except FileNotFoundError:
        return []


def status(tid, field):
    with open(f"/proc/{tid}/status", encoding="utf-8") as f:
        return next(line.split(None, 1)[1].strip() for line in f if line.startswith(field + ":"))


class Attach(suite.TapeTest):
    def start(self, command, **more):
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **more)
        for file in (child.stdin, child.stdout):
            self.addCleanup(file.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def attach(self, *pids, options=()):
        """rec, once it has taken hold of all threads."""
        tape = self.bench.new_tape()
        command = [self.bench.rec, "-o", tape, *options]
        for pid in pids:
            command += ["-p", str(pid)]
        rec = subprocess.Popen(command, stderr=subprocess.PIPE)
        self.addCleanup(rec.stderr.close)
        self.addCleanup(rec.kill)
        wait_for(lambda: rec.poll() is not None or
                 all(status(tid, "TracerPid") == str(rec.pid) and
                     status(tid, "State")[0] not in "tT"
                     for pid in pids for tid in threads(pid)), "rec has all threads")
        return tape, rec

    def let_go(self, rec, by=signal.SIGINT):
        rec.send_signal(by)
        self.assertEqual(rec.wait(30), 0, rec.stderr.read())

    def sleepers(self):
        child = self.start([self.prog("attached")])
        self.assertEqual(child.stdout.readline().split()[0], b"ready")
        self.all_sleep(child)
        return child

    def all_sleep(self, child):
        wait_for(lambda: all(status(tid, "State")[0] == "S" for tid in threads(child.pid)),
                 "all threads sleep")

    def test_calls_go_on(self):
        """Taken hold of and let go again and again, in calls that a stop may interrupt."""
        child = self.sleepers()
        for cycle in range(CYCLES):
            tape, rec = self.attach(child.pid)
            if cycle == CYCLES - 1:
                self.all_sleep(child)  # in calls again, which are on the last tape then
            self.let_go(rec, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[cycle % 3])
            self.assertEqual({status(tid, "TracerPid") for tid in threads(child.pid)}, {"0"})
        said = child.communicate()[0].decode().splitlines()
        self.assertEqual(len(said), 9)
        self.assertEqual([line for line in said if not line.endswith(" fine")], [])
        self.assertEqual(child.returncode, 0)
        self.bench.sound(tape)
        names = {text.split("(")[0] for _, text in self.bench.lines(tape)}
        self.assertLessEqual({"epoll_wait", "semtimedop", "msgrcv", "rt_sigtimedwait", "recvfrom",
                              "read"}, names)

    def test_to_the_end(self):
        """Until the process ends: its own end ends the recording, with status 0."""
        child = self.sleepers()
        tape, rec = self.attach(child.pid)
        said = child.communicate()[0].decode().splitlines()
        self.assertEqual(rec.wait(30), 0)
        self.assertRegex(rec.stderr.read().decode(), r"^rec: \d+ syscalls in 1 process, ")
        self.assertEqual([line for line in said if not line.endswith(" fine")], [])
        self.bench.sound(tape)
        texts = [text for _, text in self.bench.lines(tape)]
        self.assertEqual(texts[-1], "+++ exited with 0 +++")
        self.assertTrue([t for t in texts if t.startswith('write(1, "') and "epoll_wait fine" in t])

    def test_two_processes_and_a_list(self):
        children = [self.sleepers() for _ in range(3)]
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "-p",
                                f"{children[0].pid},{children[1].pid}",
                                "-p", str(children[2].pid), "-p", str(children[0].pid)])
        for child in children:
            wait_for(lambda pid=child.pid: status(pid, "TracerPid") == str(rec.pid), "taken hold of")
            child.communicate()
        self.assertEqual(rec.wait(30), 0)
        ends = [pid for pid, text in self.bench.lines(tape) if text.startswith("+++ exited")]
        self.assertLessEqual({child.pid for child in children}, set(ends))

    def test_new_threads(self):
        """Of a process that makes threads all the time none is missed."""
        code = ("import os, threading\n"
                "def work():\n"
                "    os.write(1, b'.'); t = threading.Thread(target=work)\n"
                "    while True:\n"
                "        try: t.start(); break\n"
                "        except RuntimeError: pass\n"
                "for _ in range(4): work()\n"
                "threading.Event().wait()\n")
        child = self.start([sys.executable, "-c", code])
        for _ in range(5):
            tape = self.bench.new_tape()
            rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "-p", str(child.pid)])
            os.read(child.stdout.fileno(), 1 << 16)
            wait_for(lambda: all_traced(child.pid, rec.pid), "all threads are traced")
            rec.send_signal(signal.SIGINT)
            while rec.poll() is None:
                os.read(child.stdout.fileno(), 1 << 16)
            self.assertEqual(rec.returncode, 0)
            self.bench.sound(tape)
        self.assertEqual(status(child.pid, "TracerPid"), "0")

    def test_stopped_process_stays_stopped(self):
        child = self.sleepers()
        child.send_signal(signal.SIGSTOP)
        wait_for(lambda: status(child.pid, "State")[0] == "T", "stopped")
        tape = self.bench.new_tape()
        rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "-p", str(child.pid)])
        wait_for(lambda: status(child.pid, "TracerPid") == str(rec.pid), "taken hold of")
        rec.send_signal(signal.SIGINT)
        self.assertEqual(rec.wait(30), 0)
        wait_for(lambda: status(child.pid, "State")[0] == "T", "still stopped")
        child.send_signal(signal.SIGCONT)
        # What the stop has interrupted is the stop's doing (signal(7)).
        self.assertEqual(len(child.communicate()[0].splitlines()), 9)

    def test_snapshot(self):
        """Descriptors and the directory are known from before, and the calls in flight."""
        child = self.sleepers()
        tape, rec = self.attach(child.pid)
        child.communicate()
        rec.wait(30)
        waits = [text for _, text in self.bench.lines(tape, "-y") if "epoll_wait(" in text]
        resumed = {text for _, text in self.bench.lines(tape) if text.startswith("restart_")}
        self.assertLessEqual({"poll", "futex"},
                             {text.split()[3] for text in resumed if "resuming" in text}, resumed)
        self.assertRegex(waits[0], r"epoll_wait\(\d+<anon_inode:\[eventpoll\]>, ")

    def test_sockets(self):
        """Who is at the other end of what was open already, in the tape and in a part of it."""
        path = self.bench.path("socket")
        child = self.start([sys.executable, "-c", connected.SOCKETS, path])
        ready, host, port, _, listens = child.stdout.readline().decode().split()
        self.assertEqual((ready, host), ("ready", "127.0.0.1"))
        tape, rec = self.attach(child.pid)
        self.bench.wait_until_attached(tape, child.pid)
        child.stdin.write(b"\n")
        child.stdin.flush()
        self.assertEqual(child.wait(30), 0)
        self.assertEqual(rec.wait(30), 0, rec.stderr.read())
        part = self.bench.new_tape()
        calls = [o for o in self.bench.objects(tape) if o["type"] == "syscall"]
        first = next(c["seq"] for c in calls if c["name"] == "sendto")
        last = calls[-1]["seq"]
        self.bench.ask("cut", f"--events={first}..{last}", "-o", part, tape)
        for each in (tape, part):
            text = self.bench.ask("print", "-yy", "-e", "sendto,recvfrom", each).decode()
            self.assertIn(f"<TCP:[127.0.0.1:{port}->127.0.0.1:{listens}]>, \"question\"", text)
            self.assertIn(f"<TCP:[127.0.0.1:{listens}->127.0.0.1:{port}]>, \"answer\"", text)
            net = json.loads(self.bench.ask("net", "--json", each))
            peers = {(p["protocol"], p["role"]) for p in net["peers"]}
            self.assertLessEqual({("TCP", "client"), ("TCP", "server")}, peers, net)
            self.assertIn(path, {p["remote"] for p in net["peers"]})
            self.assertEqual(self.bench.ask("follow", f"--socket=:{listens}", "--raw", "--out", each),
                             b"question")
            self.assertEqual(self.bench.ask("follow", f"--socket={path}", "--raw", "--in", each),
                             b"answer")
            # The two ends are known as such, and each is told once.
            streams = json.loads(self.bench.ask("follow", "--list", "--json", each))
            self.assertEqual([(s["bytes"], s["received"]) for s in streams if s["kind"] == "socket"],
                             [([8, 6], [8, 6])] * 3)

    def test_overview(self):
        """It says that the process went on, not that its end is missing."""
        child = self.sleepers()
        tape, rec = self.attach(child.pid)
        self.let_go(rec)
        self.assertRegex(self.bench.ask("overview", tape).decode(), r"was left running after \d+\.")

    def refused(self, *args, **more):
        result = run([self.bench.rec, "-o", self.bench.new_tape(), *map(str, args)], **more)
        self.assertEqual(result.status, 125, result)
        lines = result.err.decode().splitlines()
        self.assertEqual(len(lines), 1, result.err)
        return lines[0]

    def test_refusals(self):
        child = self.start(["sleep", "1000"])
        self.assertRegex(self.refused("-p", "x"), "rec: 'x' is no process number")
        self.assertRegex(self.refused("-p", "0"), "rec: '0' is no process number")
        self.assertRegex(self.refused("-p", ""), "rec: '' is no process number")
        self.assertRegex(self.refused("-p", child.pid, "true"), "-p records what runs already")
        self.assertRegex(self.refused("-p", child.pid, "-E", "A=b"), "-E is for a command")
        self.assertRegex(self.refused("-p", 4194305), "no such process")
        self.assertRegex(self.refused("-p", child.pid, "-p", 4194305), "no such process")
        self.assertEqual(status(child.pid, "TracerPid"), "0")

    def test_zombie(self):
        child = subprocess.Popen(["true"])
        wait_for(lambda: status(child.pid, "State")[0] == "Z", "a zombie")
        self.assertRegex(self.refused("-p", child.pid),
                         rf"cannot attach to {child.pid} \(true\): it has ended.*zombie")
        child.wait()

    def test_traced_already(self):
        child = self.sleepers()
        _, first = self.attach(child.pid)
        self.assertRegex(self.refused("-p", child.pid),
                         rf"cannot attach to {child.pid} \(attached\): process {first.pid} \(rec\) "
                         "traces it already")
        self.let_go(first)

    def test_kernel_thread(self):
        found = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if is_kernel_thread(pid)]
        if not found:
            self.skipTest("no thread of the kernel is to be seen in this pid namespace")
        self.assertRegex(self.refused("-p", found[0]), "a thread of the kernel")

    def test_other_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root can start a process of another user")
        child = self.start(["sleep", "1000"])
        os.chmod(self.dir, 0o777)
        self.assertRegex(self.refused("-p", child.pid, user=NOBODY, group=NOBODY, extra_groups=[]),
                         rf"cannot attach to {child.pid} \(sleep\): it is the process of another "
                         r"user \(uid 0\)")


def all_traced(pid, tracer):
    try:
        return all(status(tid, "TracerPid") == str(tracer) for tid in threads(pid))
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return False


def is_kernel_thread(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            return int(f.read().rpartition(b")")[2].split()[6]) & 0x00200000 != 0
    except OSError:
        return False


if __name__ == "__main__":
    suite.main()
