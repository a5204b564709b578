#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Exports, read by programs that are not ours: Perfetto traces by a reader of the public schema,
folded stacks by the rules of the flame graph tools."""
import os
import re
import sys
import unittest

import suite
from harness import run
from timeline import COUNT, Timeline

# A server for each, which answers in capitals.
CONNECTIONS = """
import os, socket, sys
def talk(make, address):
    listener = make()
    listener.bind(address)
    listener.listen()
    if os.fork() == 0:
        server, _ = listener.accept()
        while data := server.recv(100):
            server.sendall(data.upper())
        os._exit(0)
    client = make()
    client.connect(listener.getsockname())
    for word in (b"question", b"more"):
        client.sendall(word)
        assert client.recv(100) == word.upper()
    client.close()
    os.wait()
talk(socket.socket, ("127.0.0.1", 0))
talk(lambda: socket.socket(socket.AF_UNIX), sys.argv[1])
"""
PIPELINE = ["sh", "-c", "cat /etc/passwd | sort | head -3"]


class Perfetto(suite.TapeTest):
    def timeline(self, tape, *options):
        return Timeline(self.bench.ask("export", "--to", "perfetto", *options, tape))

    def calls(self, line):
        return [s for s in line.slices if s["categories"] == ["syscall"]]

    def test_every_call_is_a_slice(self):
        tape, _ = self.bench.record(PIPELINE)
        line = self.timeline(tape)
        objects = self.bench.objects(tape)
        base = int(objects[0]["start_monotonic"], 16)
        told = {o["seq"]: o for o in objects if o["type"] == "syscall"}
        drawn = {s["notes"]["seq"]: s for s in self.calls(line)}
        self.assertEqual(told.keys(), drawn.keys())
        for seq, call in told.items():
            piece = drawn[seq]
            self.assertEqual(piece["name"], call["name"])
            self.assertEqual(piece["time"], base + call["time"])
            if call["state"] == "finished":
                self.assertEqual(piece["end"] - piece["time"], call["duration"])
                self.assertEqual(piece["notes"]["ret"], call["ret"])
            self.assertEqual(piece["notes"].get("error"), call["error"])
            self.assertEqual(line.tracks[piece["track"]]["tid"], call["tid"])
        self.assertEqual(line.clocks[1], int(objects[0]["start_realtime"], 16))
        self.assertEqual(line.clocks[6], base)

    def test_processes(self):
        tape, _ = self.bench.record(PIPELINE)
        line = self.timeline(tape)
        objects = self.bench.objects(tape)
        names = sorted(t["process_name"].decode() for t in line.processes())
        self.assertEqual(names, sorted(["cat", "head", "sort"] +
                                       [n for n in names if n in ("dash", "bash", "sh")]))
        self.assertEqual(len(line.processes()), len({o["pid"] for o in objects if "pid" in o}))
        for track in line.processes():
            mine = [s for s in line.slices if s["track"] == track["uuid"]]
            life = [s for s in mine if s["depth"] == 0]
            self.assertEqual(len(life), 1, mine)
            self.assertEqual(life[0]["name"], f"process {track['pid']}")
            self.assertRegex(life[0]["notes"]["status"], "exited with 0|killed by SIGPIPE")
        cat = next(t for t in line.processes() if t["process_name"] == b"cat")
        self.assertEqual(cat["cmdline"], ["cat", "/etc/passwd"])
        self.assertIn("cat", [s["name"] for s in line.slices if s["track"] == cat["uuid"]])

    def test_arrows_of_connections(self):
        """Between the ends of TCP and of Unix sockets within the computer, also of what was written
        before the other side has accepted."""
        tape, _ = self.bench.record([sys.executable, "-c", CONNECTIONS, self.bench.path("socket")])
        line = self.timeline(tape)
        arrows = [(line.tracks[a["track"]]["tid"], line.tracks[b["track"]]["tid"],
                   re.search(r'>, "(\w+)"', a["notes"]["text"])[1], b["name"])
                  for a, b in line.arrows() if a["name"] == "sendto"]
        client = next(o["pid"] for o in self.bench.objects(tape) if o["type"] == "syscall")
        servers = [o["child_pid"] for o in self.bench.objects(tape) if o["type"] == "fork"]
        self.assertEqual(sorted(arrows), sorted(
            arrow for server in servers for arrow in
            [(client, server, "question", "recvfrom"), (client, server, "more", "recvfrom"),
             (server, client, "QUESTION", "recvfrom"), (server, client, "MORE", "recvfrom")]))

    def test_arrows(self):
        tape, _ = self.bench.record(PIPELINE)
        line = self.timeline(tape)
        pid = {t["process_name"].decode(): t["pid"] for t in line.processes()}
        found = {(line.tracks[a["track"]]["pid"], a["name"], line.tracks[b["track"]]["pid"],
                  b["name"]) for a, b in line.arrows()}
        self.assertIn((pid["cat"], "write", pid["sort"], "read"), found)
        self.assertIn((pid["sort"], "write", pid["head"], "read"), found)
        children = [(a, b) for a, b in line.arrows() if b["name"] == "began"]
        self.assertEqual(len(children), 3)
        for a, b in children:
            self.assertRegex(a["name"], rf"^v?fork {line.tracks[b['track']]['tid']}$|^clone ")

    def test_an_arrow_points_forward_when_the_reader_waited(self):
        script = self.write("wait.py", """
import os, socket
a, b = socket.socketpair()
r, w = os.pipe()
if os.fork() == 0:
    os.write(w, a.recv(100))
    os._exit(0)
b.sendall(b"hello"); b.sendall(b" you")
os.read(r, 100)
os.wait()
""")
        tape, _ = self.bench.record([sys.executable, script])
        line = self.timeline(tape)
        arrows = [(a["name"], b["name"]) for a, b in line.arrows() if b["name"] != "began"]
        self.assertIn(("sendto", "recvfrom"), arrows)
        self.assertIn(("write", "read"), arrows)
        for a, b in line.arrows():
            self.assertLessEqual(a["time"], b["end"])

    def test_counters(self):
        path = self.write("input", "x" * 5000)
        script = self.write("count.py", f"""
import os
fds = [os.open({path!r}, os.O_RDONLY) for _ in range(20)]
for fd in fds:
    os.read(fd, 1000)
for fd in fds:
    os.close(fd)
""")
        tape, _ = self.bench.record([sys.executable, "-I", "-S", script])
        line = self.timeline(tape)
        values = {}
        for event in line.ordered():
            if event["type"] == COUNT:
                values.setdefault(line.tracks[event["track"]]["name"], []).append(event["value"])
        read = sum(o["ret"] for o in self.bench.objects(tape)
                   if o.get("name") in ("read", "pread64") and o["ret"] > 0)
        self.assertEqual(values["bytes read"][-1], read)
        self.assertEqual(values["bytes read"], sorted(values["bytes read"]))
        self.assertGreaterEqual(max(values["open descriptors"]), 20)
        self.assertLess(values["open descriptors"][-1], 10)

    def test_what_has_no_end(self):
        tape, _ = self.bench.record([self.prog("die"), "segv"])
        line = self.timeline(tape)
        statuses = [s["notes"].get("status") for s in line.slices if "status" in s["notes"]]
        self.assertEqual(statuses, ["killed by SIGSEGV"])
        self.assertIn("SIGSEGV", [s["name"] for s in line.slices])
        tape, _ = self.bench.record(["sh", "-c", "sleep 60 & kill -9 $!; wait"])
        line = self.timeline(tape)
        for piece in self.calls(line):
            if piece["name"] in ("exit", "exit_group"):
                self.assertEqual(piece["time"], piece["end"])
        killed = [s for s in self.calls(line) if s["name"] == "clock_nanosleep"]
        for piece in killed:
            self.assertEqual(piece["notes"]["unfinished"], 1)
        self.assertIn("killed by SIGKILL", [s["notes"].get("status") for s in line.slices])

    def test_a_number_that_is_used_again_is_another_track(self):
        tape, _ = self.bench.record([self.prog("pid_reuse")])
        line = self.timeline(tape)
        exits = [o for o in self.bench.objects(tape) if o["type"] == "exit" and o.get("process")]
        self.assertEqual(len(line.processes()), len(exits))

    def test_filters(self):
        tape, _ = self.bench.record(PIPELINE)
        line = self.timeline(tape, "-e", "trace=read,write")
        self.assertEqual({s["name"] for s in self.calls(line)}, {"read", "write"})
        self.assertTrue([a for a in line.arrows() if a[0]["name"] == "write"])
        pid = next(t["pid"] for t in line.processes())
        line = self.timeline(tape, f"--pid={pid}")
        self.assertEqual({line.tracks[s["track"]]["pid"] for s in self.calls(line)}, {pid})
        line = self.timeline(tape, "--time=0.01..0.02")
        base = line.clocks[6]
        for piece in self.calls(line):
            self.assertTrue(base + 10**7 <= piece["time"] <= base + 2 * 10**7, piece)

    def test_threads(self):
        tape, _ = self.bench.record([self.prog("threads64")])
        line = self.timeline(tape)
        self.assertGreaterEqual(len([t for t in line.tracks.values() if t["kind"] == "thread"]), 64)
        self.assertEqual(len(line.processes()), 1)

    def test_two_tapes_in_one(self):
        first, _ = self.bench.record(["true"])
        second, _ = self.bench.record(["true"])
        line = self.timeline(first, second)
        self.assertEqual(len(line.processes()), 2)

    def test_a_torn_tape(self):
        tape, _ = self.bench.record(PIPELINE)
        with open(tape, "rb") as f:
            data = f.read()
        torn = self.write("torn.zst", data[:len(data) * 2 // 3])
        out = self.bench.path("out")
        result = run([self.bench.analyze, "export", "--to", "perfetto", "-o", out, torn])
        self.assertEqual(result.status, 2)
        self.assertEqual(result.err.count(b"\n"), 1, result)
        with open(out, "rb") as f:
            Timeline(f.read())

    def test_by_protoc(self):
        """That it is protobuf at all says another program."""
        self.need("protoc")
        tape, _ = self.bench.record(["true"])
        trace = self.bench.ask("export", "--to", "perfetto", tape)
        result = run(["protoc", "--decode_raw"], stdin=trace)
        self.assertEqual(result.status, 0, result)
        calls = [o for o in self.bench.objects(tape) if o["type"] == "syscall"]
        begun = re.findall(rb"^  11 \{\n(?:    .*\n)*?    9: 1$", result.out, re.M)
        self.assertGreaterEqual(len(begun), len(calls))


class Folded(suite.TapeTest):
    LINE = re.compile(r"^[^;\x00-\x1f]+(;[^;\x00-\x1f]+){1,2} [1-9][0-9]*$")

    def stacks(self, tape, *options):
        """frames -> weight, as flamegraph.pl and inferno take lines apart: the last blank is in
        front of the weight, semicolons are between frames."""
        found = {}
        for line in self.bench.ask("export", "--to", "folded", *options, tape).decode().split("\n"):
            if line:
                self.assertRegex(line, self.LINE)
                frames, _, weight = line.rpartition(" ")
                self.assertNotIn(frames, found)
                found[frames] = int(weight)
        self.assertEqual(list(found), sorted(found, key=str.encode))
        return found

    def test_time_is_all_of_the_time(self):
        tape, _ = self.bench.record(PIPELINE)
        objects = self.bench.objects(tape)
        first, last = {}, {}
        for o in objects:
            if o["type"] == "fork":
                first[o["child_tid"]] = o["time"]
            elif "tid" in o and o["type"] != "trailer":
                first.setdefault(o["tid"], o["time"])
                if o["type"] == "exit":
                    last[o["tid"]] = o["time"]
        lived = sum(last[tid] - first[tid] for tid in last)
        self.assertEqual(sum(self.stacks(tape).values()), lived)
        calls = sum(o["duration"] or 0 for o in objects if o["type"] == "syscall")
        chosen = self.stacks(tape, "-e", "trace=all")
        self.assertFalse([s for s in chosen if "[running]" in s])
        self.assertGreaterEqual(sum(chosen.values()), calls)

    def test_count(self):
        tape, _ = self.bench.record(PIPELINE)
        stacks = self.stacks(tape, "--weight=count")
        calls = [o for o in self.bench.objects(tape) if o["type"] == "syscall"]
        self.assertEqual(sum(stacks.values()), len(calls))
        reads = [w for s, w in stacks.items() if s.split(";")[1] == "read"]
        self.assertEqual(sum(reads), len([c for c in calls if c["name"] == "read"]))
        self.assertEqual(stacks["cat;openat;/etc/passwd"], 1)

    def test_bytes(self):
        path = self.write("input", "x" * 12345)
        tape, _ = self.bench.record(["cat", path])
        stacks = self.stacks(tape, "--weight", "bytes")
        self.assertEqual(stacks[f"cat;read;{path}"], 12345)
        self.assertEqual(sum(w for s, w in stacks.items() if s.startswith("cat;write;")), 12345)

    def test_hostile_names(self):
        names = [b"a;b", b"two\nlines", b"blank 12", b"esc\x1b[31m", b"\xff\xfe", b"tab\t", b";"]
        script = self.write("open.py", f"""
import os
for name in {names!r}:
    try: os.open(b"/nonexistent/" + name, os.O_RDONLY)
    except OSError: pass
""")
        tape, _ = self.bench.record([sys.executable, "-I", "-S", script])
        stacks = [s for s in self.stacks(tape, "--weight=count") if "/nonexistent/" in s]
        self.assertEqual(len(stacks), len(names), stacks)

    def test_bad_use(self):
        tape, _ = self.bench.record(["true"])
        for options, word in ((["--weight=money"], b"money"), (["--to", "jsonl", "--weight=time"],
                                                              b"no weights")):
            result = run([self.bench.analyze, "export", "--to", "folded", *options, tape]
                         if "--to" not in options else
                         [self.bench.analyze, "export", *options, tape])
            self.assertEqual((result.status, result.out), (2, b""))
            self.assertIn(word, result.err)


# Some ten chunks, with calls of other kinds in between.
MANY = """
import os, socket
names = [f"/nonexistent/{'x' * 300}/{i}" for i in range(50)]
for i in range(6000):
    try: os.stat(names[i % 50])
    except OSError: pass
    os.stat("/")
    if i % 2000 == 1500:
        socket.if_nameindex()
        if os.fork() == 0: os._exit(0)
        os.wait()
"""


class Threads(suite.TapeTest):
    def test_one_processor_or_two(self):
        """What is made ahead by another thread, where there is a processor for it, is what is
        made without."""
        tape, _ = self.bench.record([sys.executable, "-I", "-S", self.write("many.py", MANY)])
        one = {min(os.sched_getaffinity(0))}
        for form in ("jsonl", "csv"):
            alone = self.bench.ask("export", "--to", form, tape,
                                   preexec_fn=lambda: os.sched_setaffinity(0, one))
            self.assertGreater(alone.count(b"\n"), 12000)
            self.assertTrue(self.bench.ask("export", "--to", form, tape) == alone, form)
        chosen = ("-e", "trace=stat,newfstatat", "--time", "0.001..")
        alone = self.bench.ask("export", "--to", "jsonl", *chosen, tape,
                               preexec_fn=lambda: os.sched_setaffinity(0, one))
        self.assertTrue(self.bench.ask("export", "--to", "jsonl", *chosen, tape) == alone)


if __name__ == "__main__":
    suite.main()
