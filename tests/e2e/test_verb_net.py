#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze net: whom real programs talked to, in words and as JSON."""
import json
import os
import socket
import sys

import harness
import suite

PYTHON = [sys.executable, "-I", "-S", "-c"]

CONVERSATION = """
import select, socket
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
address = server.getsockname()
client = socket.socket()
client.setblocking(False)
try:
    client.connect(address)
except BlockingIOError:
    pass
accepted, _ = server.accept()
select.select([], [client], [], 30)
assert not client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
client.setblocking(True)
client.sendall(b"x" * 3000)
left = 3000
while left:
    left -= len(accepted.recv(left))
accepted.sendall(b"answer")
client.recv(100, socket.MSG_PEEK)
client.recv(100)
server.close()
late = socket.socket()
try:
    late.connect(address)
except ConnectionRefusedError:
    pass
"""

NAMES = r"""
import socket, struct, threading
def question(name, kind=1):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
    return b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + labels + b"\0" + struct.pack(">HH", kind, 1)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
def serve():
    for _ in range(2):
        m, who = server.recvfrom(512)
        head, rest = m[:2], m[12:]
        if b"nosuch" in m:
            server.sendto(head + b"\x81\x83\0\1\0\0\0\0\0\0" + rest, who)
            continue
        alias = b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\x09\6target\xc0\x10"
        a = b"\xc0" + bytes([len(m) + 12]) + b"\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1"
        server.sendto(head + b"\x81\x80\0\1\0\2\0\0\0\0" + rest + alias + a, who)
thread = threading.Thread(target=serve)
thread.start()
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.connect(("127.0.0.1", 53))
for name in ("www.example.test", "nosuch.test"):
    client.send(question(name))
    client.recv(512)
thread.join()
"""


ANSWERS = """
import os, socket
unix = socket.socket(socket.AF_UNIX)
unix.bind("./listener")
unix.listen()
inet = socket.socket(socket.AF_INET6)
inet.bind(("::", 0))
inet.listen()
port = inet.getsockname()[1]
child = os.fork()
if not child:
    for listener in (unix, inet):
        accepted, _ = listener.accept()
        accepted.recv(3)
        accepted.sendall(b"answer")
    os._exit(0)
unix.close()
inet.close()
for family, address in ((socket.AF_UNIX, "./listener"), (socket.AF_INET, ("127.0.0.1", port))):
    client = socket.socket(family)
    client.connect(address)
    client.sendall(b"abc")
    client.recv(10)
os.waitpid(child, 0)
print(child)
a, b = socket.socketpair()
assert not a.getpeername() and not a.getsockname()
a.sendall(b"pair")
b.recv(10)
b.close()
try:
    a.sendall(b"late")
except BrokenPipeError:
    pass
late = socket.socket()
late.setblocking(False)
try:
    late.connect(("127.0.0.1", port))
except BlockingIOError:
    pass
assert late.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
"""


class Net(suite.TapeTest):
    def net(self, command, status=0, options=()):
        tape, result = self.bench.record(command, cwd=self.dir, env=dict(os.environ, LC_ALL="C"))
        self.assertEqual(result.status, status, result)
        said = json.loads(self.bench.ask("net", "--json", *options, tape))
        text = self.bench.ask("net", *options, tape).decode()
        self.assertNotIn("\x1b", text)
        return said, text

    def test_conversation(self):
        said, text = self.net([*PYTHON, CONVERSATION])
        peers = {p["role"]: p for p in said["peers"]}
        client, server = peers["client"], peers["server"]
        self.assertEqual((client["protocol"], client["connections"], client["attempts"]),
                         ("TCP", 1, 2))
        self.assertEqual((client["bytes_sent"], client["bytes_received"]), (3000, 6))
        self.assertGreater(client["connect_total_ns"], 0)
        self.assertEqual([(e["call"], e["error"]) for e in client["errors"]],
                         [("connect", "ECONNREFUSED")])
        self.assertEqual((server["bytes_received"], server["bytes_sent"]), (3000, 6))
        self.assertEqual(server["local"], client["remote"])
        # The port that the kernel chose.
        self.assertEqual(peers["listens"]["local"], client["remote"])
        self.assertRegex(text, r"2\.9 KiB +6 B +\d+  TCP 127\.0\.0\.1:\d+.*  python\S* \d+  "
                               r"connected in [\d.]+ s, 1 of 2 attempts failed  "
                               r"answered by python\S* \d+\n"
                               r" +connect: ECONNREFUSED \(Connection refused\)")

    def test_socketcall(self):
        """Of a 32-bit program all calls of sockets are one, whose arguments are in memory."""
        if not os.path.exists(self.prog("net32")):
            self.skipTest("the compiler makes no 32-bit programs")
        said, _ = self.net([self.prog("net32")])
        told = {p["role"]: p for p in said["peers"]}
        client, server = told["client"], told["server"]
        self.assertEqual((client["attempts"], client["connections"], client["failed"]), (2, 1, 1))
        self.assertEqual((client["bytes_sent"], client["bytes_received"]), (8, 6))
        self.assertEqual((server["bytes_sent"], server["bytes_received"]), (6, 8))
        self.assertEqual(client["remote"], told["listens"]["local"])

    def test_who_answered(self):
        tape, result = self.bench.record([*PYTHON, ANSWERS], cwd=self.dir)
        self.assertEqual(result.status, 0, result)
        child = int(result.out)
        said = json.loads(self.bench.ask("net", "--json", tape))
        text = self.bench.ask("net", tape).decode()
        clients = [p for p in said["peers"] if p["role"] == "client"]
        self.assertEqual([p["protocol"] for p in clients], ["UNIX", "TCP"])
        for p in clients:
            self.assertEqual([b["pid"] for b in p["answered"]["by"]], [child])
        # One row for each listener, though the connection had another address.
        servers = [p for p in said["peers"] if p["role"] == "server"]
        self.assertEqual([(p["connections"], p["bytes_received"]) for p in servers], [(1, 3)] * 2)
        self.assertRegex(text, rf"UNIX \./listener  python\S* \d+  connected in .*  "
                               rf"answered by python\S* {child}\n")
        # However the program learned it.
        self.assertEqual([(e["call"], e["error"]) for e in clients[1]["errors"]],
                         [("connect", "ECONNREFUSED")])
        self.assertEqual([(c["bytes_written"], c["broken"]) for c in said["channels"]
                          if c["kind"] == "pair"], [(4, 1)])

    def test_nobody_reads(self):
        _, text = self.net(["sh", "-c", "yes | head -1"])
        self.assertRegex(text, r"pipe  yes \d+ -> head \d+\n +EPIPE: nobody was there to read\n")

    def test_sort(self):
        script = "seq 1 | cat; seq 20000 | cat; yes | head -1"
        tape, _ = self.bench.record(["sh", "-c", script])
        for key in ("bytes", "time", "errors"):
            ways = json.loads(self.bench.ask("net", "--json", f"--sort={key}", tape))["channels"]
            # Not what reads the output of all.
            ways = [c for c in ways if c["to"]["by"]]
            sizes = [c["bytes_written"] for c in ways]
            self.assertEqual(len(ways), 3)
            if key == "bytes":
                both = [c["bytes_written"] + c["bytes_read"] for c in ways]
                self.assertEqual(both, sorted(both, reverse=True))
                self.assertEqual(sizes[2], 2)
            elif key == "time":
                self.assertEqual(sizes[0], 2)
            else:
                self.assertEqual([c["broken"] for c in ways], [1, 0, 0])
        result = harness.run([self.bench.analyze, "net", "--sort=size", tape])
        self.assertEqual(result.status, 2)
        self.assertIn(b"use bytes, time or errors", result.err)

    def test_names(self):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.bind(("127.0.0.1", 53))
        except OSError as problem:
            self.skipTest(f"no name server can be at port 53: {problem}")
        said, text = self.net([*PYTHON, NAMES])
        names = {n["name"]: n for n in said["names"]}
        self.assertEqual(names["www.example.test"]["addresses"], ["127.0.0.1"])
        self.assertEqual(names["www.example.test"]["alias"], "target.example.test")
        self.assertEqual(names["nosuch.test"]["result"], "no such name")
        self.assertIn("nosuch.test: no such name  asked of 127.0.0.1:53", text)
        self.assertIn("127.0.0.1:53 (www.example.test)", text)

    def test_pipes(self):
        said, text = self.net(["sh", "-c", "seq 20000 | sort -n | wc -c"])
        ways = {(c["from"]["by"][0]["command"].split()[0], c["to"]["by"][0]["command"].split()[0]): c
                for c in said["channels"] if c["to"]["by"]}
        size = len("".join(f"{i}\n" for i in range(1, 20001)))
        for ends in (("seq", "sort"), ("sort", "wc")):
            self.assertEqual((ways[ends]["bytes_written"], ways[ends]["bytes_read"]), (size, size))
        self.assertRegex(text, r"pipe  seq \d+ -> sort \d+\n")

    def test_unix(self):
        self.need("ssh-agent", "ssh-add")
        said, text = self.net(["sh", "-c", "eval $(ssh-agent -a ./agent) >/dev/null; ssh-add -l; "
                                           "ssh-agent -k"])
        unix = [p for p in said["peers"] if p["protocol"] == "UNIX" and p["remote"] == "./agent"]
        served = [p for p in said["peers"] if p["role"] == "server"]
        self.assertEqual(len(unix), 1, text)
        self.assertEqual(unix[0]["bytes_sent"], served[0]["bytes_received"])
        self.assertRegex(unix[0]["by"][0]["command"], "ssh-add")
        self.assertRegex(text, r"UNIX sockets\n.*\n.*UNIX \./agent  ssh-add \d+  connected in ")

    def test_server_and_curl(self):
        self.need("curl")
        self.write("page", "y" * 10000)
        self.write("run.sh", f"{sys.executable} -u -m http.server 0 --bind 127.0.0.1 >log 2>&1 &\n"
                             "until grep -q Serving log; do :; done\n"
                             "port=$(sed 's/.*port \\([0-9]*\\).*/\\1/;q' log)\n"
                             "curl -s -o got http://127.0.0.1:$port/page\nkill $!\n")
        said, text = self.net(["sh", "run.sh"])
        curl = [p for p in said["peers"] if p["role"] == "client" and p["bytes_received"] > 10000
                and p["protocol"] == "TCP"]
        served = [p for p in said["peers"] if p["role"] == "server"]
        self.assertEqual(len(curl), 1, text)
        self.assertEqual(curl[0]["bytes_received"], served[0]["bytes_sent"])
        self.assertEqual(curl[0]["connections"], 1)

    def test_filters(self):
        tape, _ = self.bench.record([*PYTHON, CONVERSATION])
        for options in (("--pid=1",), ("--time=1000..",), ("-e", "trace=chdir")):
            self.assertEqual(json.loads(self.bench.ask("net", "--json", *options, tape))["peers"],
                             [])


if __name__ == "__main__":
    suite.main()
