#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""export --to pcapng, read by tshark: protocols are recognised, nothing is malformed, lost or sent
twice, and what it puts together is what was sent."""
import os
import socket
import subprocess
import sys
import threading
import unittest

import connected
import suite
from harness import run

# The server is ready before its client begins; both are on the tape.
SERVER = """
import socket, sys, threading
family, kind = getattr(socket, sys.argv[1]), getattr(socket, sys.argv[2])
address = {'AF_INET': ('127.0.0.1', 0), 'AF_INET6': ('::1', 0)}.get(sys.argv[1], sys.argv[-1])
"""
ECHO = SERVER + """
def everything(s, size):
    got = b''
    while len(got) < size:
        got += s.recv(size - len(got))
    return got

def serve():
    peer, _ = listener.accept()
    peer.sendall(everything(peer, SIZE)[::-1])
    peer.close()

SIZE = int(sys.argv[3])
listener = socket.socket(family, kind)
listener.bind(address)
listener.listen()
thread = threading.Thread(target=serve)
thread.start()
client = socket.socket(family, kind)
client.connect(listener.getsockname())
client.sendall(bytes(i * 7 % 251 for i in range(SIZE)))
everything(client, SIZE)
client.close()
thread.join()
"""
DATAGRAMS = SERVER + """
server = socket.socket(family, kind)
server.bind(address)
client = socket.socket(family, kind)
query = bytes.fromhex('123401000001000000000000076578616d706c6503636f6d0000010001')
answer = query[:2] + b'\\x81\\x80' + query[4:6] + b'\\0\\1' + query[8:] + bytes.fromhex(
    'c00c00010001000000ff00045db8d822')
client.sendto(query, server.getsockname())
got, whence = server.recvfrom(1000)
server.sendto(answer, whence)
client.recvfrom(1000)
"""


def content(size):
    return bytes(i * 7 % 251 for i in range(size))


class Pcapng(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.need("tshark")

    def capture(self, tape, *options):
        path = self.bench.path("capture.pcapng")
        self.bench.ask("export", "--to", "pcapng", "-o", path, *options, tape)
        return path

    def python(self, text, *args, options=("-s", "all")):
        script = self.write("script.py", text)
        tape, result = self.bench.record([sys.executable, "-I", "-S", script, *map(str, args)],
                                         list(options))
        self.assertEqual(result.status, 0, result)
        return tape

    def tshark(self, path, *options):
        """Checksums are looked at, too."""
        checks = [x for name in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum")
                  for x in ("-o", f"{name}:TRUE")]
        result = run(["tshark", "-n", *checks, "-r", path, *options],
                     env=dict(os.environ, HOME=self.dir))
        self.assertEqual(result.status, 0, result)
        return result.out.decode()

    def fields(self, path, condition, *names):
        asked = [x for name in names for x in ("-e", name)]
        text = self.tshark(path, "-Y", condition, "-T", "fields", "-E", "separator=|", *asked)
        return [tuple(line.split("|")) for line in text.splitlines()]

    def sound(self, path):
        """Nothing that tshark warns of."""
        wrong = self.fields(path, "_ws.expert.severity >= 0x00600000", "frame.number",
                            "_ws.expert.message")
        self.assertEqual(wrong, [])
        bad = self.fields(path, "tcp.checksum.status == 0 or udp.checksum.status == 0 or "
                          "ip.checksum.status == 0", "frame.number")
        self.assertEqual(bad, [])

    def stream(self, path, number=0):
        """(what the client sent, what it got), as tshark puts it together."""
        text = self.tshark(path, "-q", "-z", f"follow,tcp,raw,{number}")
        lines = [line for line in text.splitlines() if line.strip()
                 and set(line.strip()) <= set("0123456789abcdef")]
        sent = b"".join(bytes.fromhex(x) for x in lines if not x.startswith("\t"))
        got = b"".join(bytes.fromhex(x) for x in lines if x.startswith("\t"))
        return sent, got

    def streams(self, path):
        return sorted({int(n) for n, in self.fields(path, "tcp", "tcp.stream")})

    def test_socketcall(self):
        """Of a 32-bit program: the connection once, and who was refused."""
        if not os.path.exists(self.prog("net32")):
            self.skipTest("the compiler makes no 32-bit programs")
        tape, _ = self.bench.record([self.prog("net32")])
        path = self.capture(tape)
        self.assertEqual(self.streams(path), [0, 1])
        self.assertEqual(self.stream(path), (b"question", b"answer"))
        self.assertEqual(len(self.fields(path, "tcp.stream == 1 and tcp.flags.reset == 1",
                                         "frame.number")), 1)

    def test_sockets_that_were_open(self):
        """Of rec -p: with their addresses, and each connection once."""
        path = self.bench.path("socket")
        child = subprocess.Popen([sys.executable, "-I", "-S", "-c", connected.SOCKETS, path],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with child:
            port = int(child.stdout.readline().split()[-1])
            tape = self.bench.new_tape()
            with subprocess.Popen([self.bench.rec, "-q", "-o", tape, "-p", str(child.pid)]) as rec:
                self.bench.wait_until_attached(tape, child.pid)
                child.stdin.write(b"\n")
                child.stdin.flush()
                self.assertEqual((child.wait(60), rec.wait(60)), (0, 0))
        path = self.capture(tape)
        self.sound(path)
        self.assertEqual(self.streams(path), [0, 1, 2])
        for number in range(3):
            self.assertEqual(self.stream(path, number), (b"question", b"answer"))
        self.assertTrue(self.fields(path, f"tcp.dstport == {port} and tcp.len == 8", "frame.number"))

    def test_http(self):
        self.need("curl")
        served = self.bench.path("served")
        os.mkdir(served)
        with open(os.path.join(served, "page.html"), "wb") as f:
            f.write(b"<html>" + content(200000) + b"</html>")
        script = self.write("serve_pages.py", """
import functools, http.server, subprocess, sys, threading
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
    threading.Thread(target=server.serve_forever).start()
    url = 'http://127.0.0.1:%d/' % server.server_address[1]
    for page in 'page.html', 'none':
        subprocess.run(['curl', '-s', '-o', '/dev/null', url + page], check=True)
    server.shutdown()
""")
        tape, result = self.bench.record([sys.executable, script, served], ["-s", "all"])
        self.assertEqual(result.status, 0, result)
        path = self.capture(tape)
        self.sound(path)
        asked = self.fields(path, "http.request", "http.request.method", "http.request.uri")
        self.assertEqual(asked, [("GET", "/page.html"), ("GET", "/none")])
        codes = self.fields(path, "http.response", "http.response.code")
        self.assertEqual(codes, [("200",), ("404",)])
        self.assertEqual(len(self.streams(path)), 2)
        length, = self.fields(path, "http.response.code == 200", "http.content_length")
        self.assertEqual(length, ("200013",))
        comments = {c for c, in self.fields(path, "frame.comment", "frame.comment")}
        self.assertTrue(any(c.startswith("curl[") and "fd " in c for c in comments), comments)

    def check_echo(self, family, size, options=("-s", "all")):
        tape = self.python(ECHO, family, "SOCK_STREAM", size, self.bench.path("socket"),
                           options=options)
        path = self.capture(tape)
        self.sound(path)
        self.assertEqual(self.streams(path), [0])
        data = content(size)
        if options[1] == "all":
            self.assertEqual(self.stream(path), (data, data[::-1]))
        flags = [int(f, 16) for f, in self.fields(path, "tcp", "tcp.flags")]
        self.assertEqual(flags[:3], [2, 0x12, 0x10])
        self.assertEqual(flags[-3:], [0x11, 0x11, 0x10])
        times = [float(t) for t, in self.fields(path, "tcp", "frame.time_epoch")]
        self.assertEqual(times, sorted(times))
        return tape, path

    def test_ipv4(self):
        tape, path = self.check_echo("AF_INET", 300000)
        accepts = [o for o in self.bench.objects(tape) if o.get("name") == "accept4"]
        port = next(a["text"] for o in accepts for a in o["args"] if "sin_port" in a["text"])
        port = port.split("htons(")[1].split(")")[0]
        first = self.fields(path, "tcp.flags.syn == 1 and tcp.flags.ack == 0", "ip.src",
                            "ip.dst", "tcp.srcport")
        self.assertEqual(first, [("127.0.0.1", "127.0.0.1", port)])

    def test_ipv6(self):
        _, path = self.check_echo("AF_INET6", 5000)
        self.assertEqual(set(self.fields(path, "tcp", "ipv6.src", "ipv6.dst")), {("::1", "::1")})

    def test_more_than_an_event_has(self):
        self.check_echo("AF_INET", 3 << 20)

    def test_unix(self):
        _, path = self.check_echo("AF_UNIX", 5000)
        comments = {c for c, in self.fields(path, "tcp.len > 0", "frame.comment")}
        self.assertTrue(all(self.bench.path("socket") in c for c in comments), comments)

    def test_what_the_limit_cut(self):
        """Sequence numbers go on over what is not there, and packets say how long they were."""
        size = 5000
        _, path = self.check_echo("AF_INET", size, ("-s", "100"))
        packets = self.fields(path, "tcp.len > 0", "frame.len", "frame.cap_len", "tcp.len")
        self.assertEqual(sum(int(p[2]) for p in packets), 2 * size)
        self.assertTrue(any(int(p[1]) < int(p[0]) for p in packets))
        self.assertEqual(self.fields(path, "tcp.analysis.lost_segment or "
                                     "tcp.analysis.retransmission", "frame.number"), [])

    def test_dns(self):
        for family, one in (("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")):
            with self.subTest(family):
                tape = self.python(DATAGRAMS, family, "SOCK_DGRAM")
                path = self.capture(tape)
                self.sound(path)
                name = "ip" if family == "AF_INET" else "ipv6"
                found = self.tshark(path, "-d", "udp.port==1-65535,dns", "-T", "fields",
                                    "-e", f"{name}.src", "-e", f"{name}.dst", "-e",
                                    "dns.qry.name", "-e", "dns.flags.response", "-e", "dns.a")
                self.assertEqual([line.split("\t") for line in found.splitlines()],
                                 [[one, one, "example.com", "0", ""],
                                  [one, one, "example.com", "1", "93.184.216.34"]])

    def test_a_pair(self):
        tape = self.python("""
import socket
a, b = socket.socketpair()
a.sendall(b'ping'); b.recv(10); b.sendall(b'pong!'); a.recv(10)
""")
        path = self.capture(tape)
        self.sound(path)
        self.assertEqual(self.stream(path), (b"ping", b"pong!"))
        self.assertEqual(self.streams(path), [0])

    def test_client_outside(self):
        """Only who accepts is on the tape."""
        script = self.write("server.py", """
import socket
s = socket.create_server(('127.0.0.1', 0))
print(s.getsockname()[1], flush=True)
peer, _ = s.accept()
got = b''
while len(got) < 5: got += peer.recv(5 - len(got))
peer.sendall(b'hello, ' + got)
""")
        tape = self.bench.new_tape()
        child = subprocess.Popen(self.bench.command(tape, [sys.executable, script]),
                                 stdout=subprocess.PIPE)
        port = int(child.stdout.readline().split()[-1])
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall(b"world")
            while s.recv(100):
                pass
            mine = s.getsockname()[1]
        child.stdout.close()
        self.assertEqual(child.wait(60), 0)
        path = self.capture(tape)
        self.sound(path)
        self.assertEqual(self.fields(path, "tcp.flags.syn == 1 and tcp.flags.ack == 0",
                                     "tcp.srcport", "tcp.dstport"), [(str(mine), str(port))])
        self.assertEqual(self.stream(path), (b"world", b"hello, world"))

    def test_server_outside(self):
        """Only who connects is: nothing is held back for ever."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            peer, _ = listener.accept()
            with peer:
                peer.sendall(peer.recv(100).upper())
        thread = threading.Thread(target=serve)
        thread.start()
        tape = self.python("""
import socket, sys
s = socket.socket()
s.connect(('127.0.0.1', int(sys.argv[1])))
s.sendall(b'shout')
s.recv(100)
""", listener.getsockname()[1])
        thread.join()
        path = self.capture(tape)
        self.sound(path)
        self.assertEqual(self.stream(path), (b"shout", b"SHOUT"))

    def test_refused(self):
        tape = self.python("""
import socket
free = socket.socket()
free.bind(('127.0.0.1', 0))
s = socket.socket()
try: s.connect(free.getsockname())
except ConnectionRefusedError: pass
""")
        flags = self.fields(self.capture(tape), "tcp", "tcp.flags.syn", "tcp.flags.reset")
        self.assertEqual(flags, [("1", "0"), ("0", "1")])

    def test_no_sockets_at_all(self):
        tape, _ = self.bench.record(["true"])
        self.assertEqual(self.tshark(self.capture(tape)), "")

    def test_filters(self):
        tape = self.python(ECHO, "AF_INET", "SOCK_STREAM", 1000)
        path = self.capture(tape, "-e", "trace=sendto")
        sent, got = self.stream(path)
        self.assertEqual((sent, got), (content(1000), b""))
        self.assertEqual(self.tshark(self.capture(tape, "--pid=1")), "")


if __name__ == "__main__":
    suite.main()
