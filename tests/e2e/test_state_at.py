#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `analyze state --at` says of processes is what the kernel said of them at that call: of a
program that does all there is to do at random, and of usual programs."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys

import state_kernel as kernel
import suite
from harness import descendants, run, say, wait_for

SEEDS, STEPS = 4, 120
# What was ignored before the tape began (by nohup, say) is not on it.
with open("/proc/self/status", encoding="utf-8") as status:
    INHERITED = next(int(line.split()[1], 16) for line in status if line.startswith("SigIgn"))


class Dump:
    """What a process said of itself."""

    def __init__(self, head):
        _, pid, self.marker = head.split(" ")
        self.pid = int(pid)
        self.cwd = self.root = self.exe = ""
        self.status, self.fds, self.maps = {}, {}, []

    def take(self, line):
        word, _, rest = line.partition(" ")
        if word in ("cwd", "root", "exe"):
            setattr(self, word, rest)
        elif word == "status":
            key, _, value = rest.partition(":")
            self.status[key] = value.strip()
        elif word == "fd":
            number, _, link = rest.partition(" ")
            self.last = self.fds[int(number)] = (link, [])
        elif word == "info":
            self.last[1].append(rest)
        elif word == "map":
            self.maps.append(rest)


def dumps(path):
    found = []
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        for line in f.read().split("\n"):
            if line.startswith("dump "):
                found.append(Dump(line))
            elif line and line != "end":
                found[-1].take(line)
    return found


class StateAt(suite.TapeTest):
    def state(self, tape, place, *options):
        return json.loads(self.bench.ask("state", "--at", str(place), "--json", *options, tape))

    def markers(self, tape):
        """(pid, name) -> seq"""
        text = self.bench.ask("export", "--to", "jsonl", "-e", "trace=access,faccessat,faccessat2",
                              tape)
        found = {}
        for line in text.splitlines():
            event = json.loads(line)
            if event["type"] == "syscall" and "/marker/" in event["text"]:
                found[event["pid"], event["text"].split('"')[1]] = event["seq"]
        return found

    def compare_fds(self, dump, process):
        """How many things were compared."""
        ours = {fd["fd"]: fd for fd in process["fds"]}
        self.assertEqual(sorted(dump.fds), sorted(ours))
        count = 0
        for number, (link, info) in dump.fds.items():
            wrong, n = kernel.fd_differs(kernel.Fd(link, info), ours[number])
            self.assertEqual(wrong, [], (dump.marker, number, ours[number]))
            count += n
        return count

    def compare(self, dump, process):
        caught, ignored = kernel.masks(process)
        pairs = [("cwd", dump.cwd, process["cwd"]), ("root", dump.root, process["root"]),
                 ("exe", dump.exe, process["exe"]),
                 ("umask", int(dump.status["Umask"], 8), process["umask"]),
                 ("pgid", int(dump.status["NSpgid"]), process["pgid"]),
                 # 0 for the kernel: of another namespace.
                 ("sid", int(dump.status["NSsid"]), process["sid"] or 0),
                 ("ppid", int(dump.status["PPid"]), process["ppid"]),
                 ("caught", int(dump.status["SigCgt"], 16), caught),
                 ("ignored", int(dump.status["SigIgn"], 16) & ~INHERITED, ignored & ~INHERITED)]
        for what, theirs, ours in pairs:
            self.assertEqual((dump.marker, what, theirs), (dump.marker, what, ours))
        # One that has been joined may not have gone yet.
        self.assertLessEqual(len(process["threads"]), int(dump.status["Threads"]))
        maps = kernel.maps_differ(dump.maps, process["maps"], process["maps_whole"], dump.exe)
        self.assertEqual(maps, [], dump.marker)
        return len(pairs) + len(dump.maps) + self.compare_fds(dump, process)

    def test_random(self):
        count = total = positions = 0
        for seed in range(SEEDS):
            top, log = self.bench.path(f"top{seed}"), self.bench.path(f"log{seed}")
            os.mkdir(top)
            tape, result = self.bench.record(
                [self.prog("state_truth"), log, str(seed), str(STEPS), "0"], cwd=top, timeout=200)
            self.assertEqual(result.status, 0, result)
            places = self.markers(tape)
            for dump in dumps(log):
                place = places[dump.pid, dump.marker]
                with self.subTest(seed=seed, pid=dump.pid, marker=dump.marker, place=place):
                    state = self.state(tape, place, "--pid", str(dump.pid))
                    [process] = state["processes"]
                    total += self.compare(dump, process)
                    positions += sum(fd["position"] is not None for fd in process["fds"])
                    count += 1
        self.assertGreater(count, 30)
        say(f"{count} processes, {total} things compared, {positions} positions among them")

    # ---- usual programs, looked at while all of them wait ----

    def start(self, command, **more):
        tape = self.bench.new_tape()
        rec = subprocess.Popen(self.bench.command(tape, command), cwd=self.dir, process_group=0,
                               stdin=subprocess.DEVNULL, **more)
        self.addCleanup(rec.wait)
        return tape, rec

    def look(self, rec, count, gates=0, ready=lambda: True):
        """At all @count processes of the recording, when all wait, so many of them at a gate."""
        def calls(pids):
            out = []
            for pid in pids:
                with open(f"/proc/{pid}/syscall", encoding="utf-8") as f:
                    out.append(f.read())
            return out

        def quiet(pids):
            at = sum(kernel.waits(pid, kernel.OPENAT) for pid in pids)
            return len(pids) == count and at == gates and all(map(kernel.waits, pids))
        while True:
            wait_for(lambda: ready() and quiet(descendants(rec.pid)), f"{count} that wait")
            pids = sorted(descendants(rec.pid))
            before = calls(pids)
            looks = [kernel.Look(pid) for pid in pids]
            if quiet(pids) and calls(pids) == before:
                return looks

    def place_of(self, tape, *names, pid=None, text=""):
        """Just before the first of these calls comes back."""
        found = []
        for line in self.bench.ask("export", "--to", "jsonl", "-e", "trace=" + ",".join(names),
                                   tape).splitlines():
            e = json.loads(line)
            if e["type"] == "syscall" and text in e["text"] and pid in (None, e["pid"]):
                found.append(e["end_seq"])
        return min(found) - 1

    def compare_looks(self, name, tape, looks, place):
        state = self.state(tape, place)
        ours = {p["pid"]: p for p in state["processes"]}
        self.assertEqual(sorted(ours), [look.pid for look in looks])
        total = 0
        for look in looks:
            process = ours[look.pid]
            total += self.compare(look, process)
            self.assertIsNotNone(process["threads"][0]["call"])
        say(f"{name}: {len(looks)} processes, {total} things compared")

    def gate(self, name):
        path = self.bench.path(name)
        os.mkfifo(path)
        return path

    def test_bash(self):
        self.need("bash")
        self.gate("gate")
        self.write("text", "one\ntwo\nthree\n")
        script = """cd /usr; umask 037; trap 'echo' USR1; trap '' HUP
            exec 5<"$1/text" 6>>"$1/out" 7<>"$1/both" {own}>"$1/own"
            read -u 5 line; echo text >&7; printf 12345 >&"$own"; exec 6>&-; exec 8>&7-
            cat <"$1/gate" | (cd lib; read x) """
        tape, rec = self.start(["bash", "-c", script, "bash", self.dir])
        looks = self.look(rec, 3, 1)
        with open(self.bench.path("gate"), "w", encoding="utf-8") as f:
            f.write("go\n")
        self.assertEqual(rec.wait(60), 0)
        self.compare_looks("bash", tape, looks, self.place_of(tape, "openat", text="/gate"))

    def test_python(self):
        self.gate("gate")
        script = """import os, select, signal, socket, subprocess, sys, tempfile, threading
os.umask(0o71); os.chdir("/usr/share")
signal.signal(signal.SIGTERM, lambda *a: None); signal.signal(signal.SIGHUP, signal.SIG_IGN)
t = tempfile.TemporaryFile(); t.write(b"x" * 77); t.flush(); t.seek(11)
n = tempfile.NamedTemporaryFile(); n.write(b"y" * 10000); n.flush()
a, b = socket.socketpair(); l = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(l.getsockname()); s, _ = l.accept(); s.setblocking(False)
e = select.epoll(); e.register(a, select.EPOLLIN); e.register(l, select.EPOLLIN | select.EPOLLET)
e.register(c); e.unregister(a); d = os.dup(c.fileno()); c.close()
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/")
threading.Thread(target=b.recv, args=[10]).start()
os.rename(n.name, n.name + "x"); f = open(sys.argv[1] + "/gate")
os.rename(n.name + "x", n.name); a.send(b"x"); p.communicate()"""
        tape, rec = self.start([os.path.realpath(sys.executable), "-I", "-c", script, self.dir])
        looks = self.look(rec, 2, 1)
        with open(self.bench.path("gate"), "w", encoding="utf-8"):
            pass
        self.assertEqual(rec.wait(60), 0)
        self.compare_looks("python", tape, looks, self.place_of(tape, "openat", text="/gate"))

    def test_make(self):
        self.need("make")
        self.gate("gate1")
        self.gate("gate2")
        self.write("Makefile", "all: one two\none two: SHELL = /bin/sh\n"
                   "one:\n\t" "cd /usr; read x <$(CURDIR)/gate1; echo $@ >$(CURDIR)/$@\n"
                   "two:\n\t" "read x <$(CURDIR)/gate2 3<Makefile; echo $@ >$@\n")
        tape, rec = self.start(["make", "-s", "-j2"])
        looks = self.look(rec, 3, 2)
        for name in ("gate1", "gate2"):
            with open(self.bench.path(name), "w", encoding="utf-8") as f:
                f.write("go\n")
        self.assertEqual(rec.wait(60), 0)
        self.compare_looks("make -j2", tape, looks, self.place_of(tape, "openat", text="/gate"))

    def test_nginx(self):
        self.need("nginx")
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        self.write("index.html", "hello\n")
        self.write("nginx.conf", f"""daemon off; worker_processes 2; pid {self.dir}/pid;
error_log {self.dir}/error.log; user root;
events {{ worker_connections 64; }}
http {{ access_log {self.dir}/access.log; client_body_temp_path {self.dir}/body;
proxy_temp_path {self.dir}/proxy; fastcgi_temp_path {self.dir}/fastcgi;
uwsgi_temp_path {self.dir}/uwsgi; scgi_temp_path {self.dir}/scgi;
server {{ listen 127.0.0.1:{port}; root {self.dir}; keepalive_timeout 600; }} }}\n""")
        tape, rec = self.start(["nginx", "-p", self.dir, "-c", f"{self.dir}/nginx.conf"],
                               stderr=subprocess.DEVNULL)
        self.look(rec, 3, ready=lambda: os.path.exists(self.bench.path("pid")))
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        client.request("GET", "/")
        self.assertEqual(client.getresponse().read(), b"hello\n")
        looks = self.look(rec, 3)
        with open(self.bench.path("pid"), encoding="utf-8") as f:
            master = int(f.read())
        os.kill(master, signal.SIGTERM)
        self.assertEqual(rec.wait(60), 0)
        # Not before: a worker would close its end, too, perhaps before the master wakes up.
        client.close()
        self.compare_looks("nginx", tape, looks,
                           self.place_of(tape, "rt_sigsuspend", pid=master))

    # ---- the verb ----

    def say(self, tape, *options, status=0):
        result = run([self.bench.analyze, "state", *options, tape])
        self.assertEqual(result.status, status, result)
        return result.out.decode(), result.err.decode()

    def pipeline(self):
        """A tape of sh and two children, (its lines, the place where all of them wait)."""
        command = ["sh", "-c", "exec 3</etc/passwd; cat gate | cat; exit 0"]
        self.gate("gate")
        tape, rec = self.start(command)
        self.look(rec, 3, 1)
        with open(self.bench.path("gate"), "w", encoding="utf-8"):
            pass
        self.assertEqual(rec.wait(60), 0)
        return tape, self.place_of(tape, "openat", text="gate")

    def test_text(self):
        tape, place = self.pipeline()
        text, err = self.say(tape, "--at", str(place))
        self.assertEqual(err, "")
        self.assertRegex(text, rf"^at event {place}, \d+\.\d{{6}} s: 3 processes\n")
        pids = [int(n) for n in re.findall(r"^process (\d+): ", text, re.M)]
        first, last = text.split("\nprocess ")[2:]
        self.assertRegex(first, rf"(?m)^ +1 w +- pipe:\[\d+\]  <-> {pids[2]}/0$")
        self.assertRegex(first, r'openat\(AT_FDCWD<.*>, "gate", O_RDONLY,? +<unfinished \.\.\.>')
        self.assertRegex(last, rf"(?m)^ +0 r +- pipe:\[\d+\]  <-> {pids[1]}/1$")
        self.assertRegex(last, r"(?m)^ +3 r +0 /etc/passwd$")
        self.assertRegex(last, rf"\n  parent    pid {pids[0]}, process group \d+, session (\d+|\?)\n")
        # One alone; each mapping; from standard input.
        text, _ = self.say(tape, f"--at={place}", f"--pid={pids[2]}", "--maps")
        self.assertEqual(re.findall(r"^process (\d+): ", text, re.M), [str(pids[2])])
        self.assertRegex(text, r"(?m)^    [0-9a-f]{12}-[0-9a-f]{12} r-xp [0-9a-f]{8} /.*libc.*$")
        with open(tape, "rb") as f:
            piped = run([self.bench.analyze, "state", f"--at={place}", f"--pid={pids[2]}", "--maps",
                         "-"], stdin=f.read())
        self.assertEqual(piped.out.decode(), text)

    def test_places(self):
        tape, place = self.pipeline()
        state = self.state(tape, place)
        # The same by its time: something happens then, and this is the last of it.
        again = self.state(tape, f"{state['time'] // 10**9}.{state['time'] % 10**9:09}")
        self.assertEqual([p["pid"] for p in again["processes"]],
                         [p["pid"] for p in state["processes"]])
        # When a call comes back it has done what it does.
        before, after = self.state(tape, place), self.state(tape, place + 1)
        count = [sum(len(p["fds"]) for p in s["processes"]) for s in (before, after)]
        self.assertEqual(count[0] + 1, count[1])
        # The end, and behind it.
        text, err = self.say(tape)
        self.assertRegex(text, r"^at event \d+, .*: 0 processes\n$")
        self.assertIn("--at", err)
        text, err = self.say(tape, "--at=999999", status=2)
        self.assertIn("ends before", err)
        for word in ("", "x", "-1", "1.2.3", "5m", "99999999999999999999", "1e3"):
            text, err = self.say(tape, f"--at={word}", status=2)
            self.assertEqual(text, "")
            self.assertIn("no place", err)

    def test_cut_off(self):
        """What is behind the place is not even looked at."""
        tape, _ = self.bench.record(["dd", "if=/dev/zero", "of=/dev/null", "bs=64k", "count=600"])
        short = self.bench.path("short.zst")
        with open(tape, "rb") as f, open(short, "wb") as g:
            g.write(f.read()[:-200])
        self.say(short, "--at=20")
        self.say(short, status=2)

    def test_selected(self):
        """What was not recorded is not made up."""
        tape, _ = self.bench.record(["sh", "-c", "umask 7; cat /etc/passwd >/dev/null; :"],
                                    ["-e", "trace=openat"])
        objects = self.bench.objects(tape)
        place = next(o["seq"] for o in objects if o["type"] == "exit") - 1
        text, _ = self.say(tape, f"--at={place}")
        self.assertIn("mappings: not recorded", text)
        self.assertIn("signals: not recorded", text)
        self.assertIn("umask     0007", text)
        state = self.state(tape, place)
        self.assertEqual(state["recorded"], {"positions": False, "contents": False, "maps": False,
                                             "signals": False, "calls": True})
        for process in state["processes"]:
            self.assertEqual({fd["position"] for fd in process["fds"]}, {None})


if __name__ == "__main__":
    suite.main()
