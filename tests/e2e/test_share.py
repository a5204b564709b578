#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What goes to strangers: nothing that this version does not understand, and with the level
`names` nobody's name and no address, while everything still reads as before."""
import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys

import suite
import tape as reader
from harness import run

FIELD = 1000
STRANGE = b"of-a-newer-version"

CRC_TABLE = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ (0x82f63b78 if n & 1 else 0)
    CRC_TABLE.append(n)


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


def varint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def raw_fields(data):
    """(number, the whole field, its bytes if it has a length)"""
    at = 0
    while at < len(data):
        begin = at
        tag, at = reader.varint(data, at)
        value = None
        if tag & 7 == 0:
            _, at = reader.varint(data, at)
        elif tag & 7 == 2:
            size, at = reader.varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            at += {1: 8, 5: 4}[tag & 7]
        yield tag >> 3, data[begin:at], value


class Newer:
    """Adds a field that nobody knows to messages of a tape."""

    def __init__(self):
        self.added = 0

    def message(self, data, inner):
        """@inner: numbers of fields that are messages, and what is in these."""
        out = b""
        for number, whole, value in raw_fields(data):
            if number in inner:
                whole = field(number, self.message(value, inner[number]))
            out += whole
        self.added += 1
        return out + field(FIELD, STRANGE)

    def record(self, body, inner):
        kind, whole, value = next(raw_fields(body))
        out = field(kind, self.message(value, inner)) if inner is not None else whole
        out += field(FIELD, STRANGE)
        self.added += 1
        return out + varint(2047 << 3 | 5) + crc32c(out).to_bytes(4, "little")

    # Header: facts. Snapshot: processes, their descriptors and mappings. Chunk: forks, execs,
    # ends. Trailer: frames, usage, objects.
    INNER = {1: {31: {}}, 2: {3: {17: {}, 18: {}}}, 3: {28: {}, 29: {}, 31: {}},
             4: {17: {}, 19: {}, 20: {}}}

    def tape(self, path, out):
        frames = [b"", b""]
        for _, _, body in raw_fields(plain(path)):
            kind = next(raw_fields(body))[0]
            frames[kind != 1] += field(1, self.record(body, self.INNER[kind]))
            if kind == 2:
                unknown = field(9, STRANGE)
                unknown += varint(2047 << 3 | 5) + crc32c(unknown).to_bytes(4, "little")
                frames[1] += field(1, unknown)
        with open(out, "wb") as f:
            for frame in frames:
                f.write(subprocess.run(["zstd", "-qc"], input=frame, stdout=subprocess.PIPE,
                                       check=True).stdout)


def plain(tape):
    return subprocess.run(["zstd", "-dcq", tape], stdout=subprocess.PIPE, check=True).stdout


class Unknown(suite.TapeTest):
    def test_left_out(self):
        """Fields and records of a newer version may hold anything: they go, and are counted."""
        self.need("zstd")
        tape, _ = self.bench.record(["sh", "-c", "ls / >/dev/null; true"])
        newer, made = self.bench.path("newer.zst"), Newer()
        made.tape(tape, newer)
        self.assertGreater(made.added, 30)
        self.assertGreater(plain(newer).count(STRANGE), made.added)
        self.assertEqual(self.bench.ask("print", newer), self.bench.ask("print", tape))
        for options in ((), ("--level=names",), ("--level=meta",)):
            out = self.bench.new_tape()
            result = run([self.bench.analyze, "redact", "--json", *options, "-o", out, newer])
            self.assertEqual((result.status, result.err), (0, b""))
            told = json.loads(result.out)
            self.assertEqual((told["left_out"], told["left_out_fields"]), (1, made.added))
            self.assertNotIn(STRANGE, plain(out))
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "redact", "-o", out, newer])
        self.assertIn(b"left out: 1 record or event of a newer version", result.err)
        self.assertIn(b"left out: %d fields of a newer version" % made.added, result.err)
        self.bench.sound_part(out)


USER, FULL, HOST, DOMAIN = "marguerite", "Marguerite Duval", "kestrel7", "acmewidgets.de"
PEER4, PEER6, CARD = "10.20.30.40", "2a01:4f8:c17:3b2f::17", "52:54:00:ab:cd:e1"
OTHER4, ASKED = "192.168.177.201", "db9.acmewidgets.de"

PLANTS = """
import base64, os, socket, struct, sys
home, base = os.environ["HOME"], sys.argv[2]
peer4, peer6, card, other4, asked = sys.argv[3:8]
open(base + "/etc/passwd").read()
open(base + "/etc/hosts").read()
r, w = os.pipe()
def say(text):
    os.write(w, text.encode() + b"\\n")
    for c in text.encode() + b" ": os.write(w, bytes([c]))
    os.write(w, base64.b64encode(text.encode()) + b"\\n" + text.encode().hex().encode())
    os.read(r, 65536)
for text in (peer4, peer6, card, os.environ["USER"], asked, open(base + "/mail").read()):
    say(text)
say("x %s:80 [%s]:80 %s, %s" % (peer4, peer6.upper(), card.replace(":", "-"), asked.upper()))
try: os.mkdir(home + "/x")
except OSError: pass
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for address in (peer4, other4):
    try: u.connect((address, 9))
    except OSError: pass
try: u.setsockopt(socket.IPPROTO_IP, 35, socket.inet_aton("239.1.2.3") + socket.inet_aton(other4))
except OSError: pass
try: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect((peer6, 9))
except OSError: pass
# A message for rtnetlink: addresses in attributes.
n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
def attribute(kind, data): return struct.pack("HH", 4 + len(data), kind) + data
mac = bytes.fromhex(card.replace(":", ""))
for family, data in ((2, socket.inet_aton(other4)), (10, socket.inet_pton(10, peer6))):
    body = struct.pack("BBBBi", family, 24, 0, 0, 99999) + attribute(2, data) + attribute(1, data)
    n.send(struct.pack("IHHII", 16 + len(body), 20, 5, 1, 0) + body)
    n.recv(4096)
    body = struct.pack("BBHiHBB", family, 0, 0, 99999, 2, 0, 0) + attribute(1, data)
    body += attribute(2, mac) + b"\\0\\0"
    n.send(struct.pack("IHHII", 16 + len(body), 28, 5, 1, 0) + body)
    n.recv(4096)
# A name server, and who asks it.
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
name = b"".join(bytes([len(x)]) + x.encode() for x in asked.split(".")) + b"\\0"
question = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1)
u.connect(server.getsockname())
u.send(question)
question, client = server.recvfrom(512)
answer = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 3, 0, 0) + question[12:]
answer += struct.pack(">HHHIH", 0xc00c, 5, 1, 60, 8) + b"\\5cdnqz\\xc0\\x10"
answer += struct.pack(">HHHIH", 0xc030, 1, 1, 60, 4) + socket.inet_aton(peer4)
answer += struct.pack(">HHHIH", 0xc030, 28, 1, 60, 16) + socket.inet_pton(10, peer6)
server.sendto(answer, client)
u.recv(512)
"""


class Scan(suite.TapeTest):
    def test_kept(self):
        """What stays is listed, most telling first, and nothing of what was found."""
        path = self.write("notes", "write to carol@acmewidgets.de, at 10.20.30.40\n"
                          "password=Hunter2Hunter2\n")
        tape, _ = self.bench.record(
            ["sh", "-c", f"true --password=Hunter2Hunter2; cat {path} >/dev/null; "
             "exec /bin/echo --mode=fast http://files.acmewidgets.de/"],
            env={"PATH": os.environ["PATH"], "USER": "carol7", "PROJECT_CODE": "x"})
        result = run([self.bench.analyze, "scan", "--json", tape])
        self.assertEqual(result.status, 1, result)
        told = json.loads(result.out)
        kept = told["kept"]
        self.assertIn("password", {f["rule"] for f in told["found"]})
        self.assertNotIn(b"Hunter2Hunter2", result.out)
        self.assertIn("(looks like a secret)", kept["arguments"])
        self.assertIn("carol7", kept["users and homes"])
        self.assertIn("carol@acmewidgets.de", kept["addresses of mail"])
        self.assertIn("10.20.30.40", kept["addresses"])
        self.assertIn("files.acmewidgets.de", kept["hosts"])
        self.assertLess(kept["arguments"].index("--mode=fast"), kept["arguments"].index("-c"))
        self.assertLess(kept["variables"].index("PROJECT_CODE"), kept["variables"].index("PATH"))
        self.assertIn(path, kept["paths"])
        text = run([self.bench.analyze, "scan", tape]).out
        self.assertLess(text.index(b"users and homes"), text.index(b"Kept: paths"))
        with open(tape, "rb") as f:
            content = f.read()
        piped = run([self.bench.analyze, "scan", "-"], stdin=content)
        self.assertEqual((piped.status, piped.out), (1, text))

    def test_redacted(self):
        tape, _ = self.bench.record(["sh", "-c", "echo $API_TOKEN password=$API_TOKEN"],
                                    env={"PATH": os.environ["PATH"],
                                         "API_TOKEN": "t0kenT0kenT0ken9"})
        self.assertEqual(run([self.bench.analyze, "scan", tape]).status, 1)
        out = self.bench.new_tape()
        self.assertEqual(run([self.bench.analyze, "redact", "-o", out, tape]).status, 0)
        result = run([self.bench.analyze, "scan", out])
        self.assertEqual(result.status, 0, result)

    def test_torn(self):
        """What is readable is looked at."""
        tape, _ = self.bench.record(["sh", "-c", "echo password=Hunter2Hunter2; "
                                     "ls -l /usr/bin >/dev/null"])
        with open(tape, "rb") as f:
            content = f.read()
        torn = self.write("torn.zst", content[:len(content) * 2 // 3])
        result = run([self.bench.analyze, "scan", torn])
        self.assertEqual(result.status, 2, result)
        self.assertIn(b"password", result.out)


class Names(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.need("zstd")

    def plant(self):
        os.mkdir(self.bench.path("etc"))
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                   f"{USER}:x:1000:1000:{FULL},,,:/home/{USER}:/bin/sh\n")
        self.write("etc/hosts", f"127.0.0.1 localhost\n{OTHER4} {HOST}.{DOMAIN} {HOST}\n")
        self.write("mail", f"alice.brown@{ASKED}")
        script = self.write("plants.py", PLANTS)
        tape, result = self.bench.record(
            [sys.executable, "-I", script, f"http://{USER}@{HOST}.{DOMAIN}:8080/x?y=1", self.dir,
             PEER4, PEER6, CARD, OTHER4, ASKED],
            env={"PATH": os.environ["PATH"], "USER": USER, "HOME": f"/home/{USER}",
                 "GIT_AUTHOR_NAME": FULL})
        self.assertEqual((result.status, result.err), (0, b""), result)
        return tape

    def names(self, tape, *options):
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "redact", "--level=names", *options, "-o", out, tape])
        self.assertEqual(result.status, 0, result)
        return out, result

    @staticmethod
    def forms():
        mac = bytes.fromhex(CARD.replace(":", ""))
        texts = [USER, FULL, HOST, "acmewidgets", "db9.", "alice.brown", PEER4, PEER6, CARD,
                 OTHER4, CARD.replace(":", "-"), PEER6.upper()]
        # Of binary addresses and of labels, too.
        raw = [socket.inet_aton(PEER4), socket.inet_pton(socket.AF_INET6, PEER6), mac,
               socket.inet_aton(OTHER4), b"\5cdnqz", b"\3db9"]
        hidden = [f(t.encode()) for t in (USER, PEER4, PEER6, CARD, ASKED)
                  for f in (lambda b: b.hex().encode(), lambda b: base64.b64encode(b)[:-4])]
        return [t.encode() for t in texts] + raw + hidden

    def test_gone(self):
        tape = self.plant()
        out, result = self.names(tape)
        before, after = plain(tape), plain(out)
        self.assertEqual([f for f in self.forms() if f not in before], [], "nothing to look for")
        self.assertEqual([f for f in self.forms() if f in after], [])
        self.assertEqual([f for f in self.forms() if f in result.err], [])
        self.assertRegex(result.err, rb"\d+ times? +\d+ bytes  name\n")
        self.assertRegex(result.err, rb"\d+ times? +\d+ bytes  address\n")

    def test_one_byte_at_a_time(self):
        tape = self.plant()
        for path, there in ((tape, True), (self.names(tape)[0], False)):
            said = b"".join(base64.b64decode(m["data"]) for o in self.bench.objects(path)
                            if o["type"] == "syscall" and o["name"] == "write"
                            for m in o["memory"] if m["length"] == 1)
            for name in (PEER4, PEER6, CARD, USER, ASKED):
                self.assertEqual(name.encode() in said, there, (name, said))

    def test_shape(self):
        """Families, ports, lengths, results stay, and equal stays equal."""
        tape = self.plant()
        out, _ = self.names(tape)

        def shape(path):
            return [(o["seq"], o["pid"], o["name"], o["ret"], o["time"],
                     [(m["when"], m["address"], m["length"]) for m in o["memory"]])
                    for o in self.bench.objects(path) if o["type"] == "syscall"]
        self.assertEqual(shape(tape), shape(out))
        lines = self.bench.ask("print", "-v", "-s", "999", out).decode()
        four = re.findall(r'connect\(\d+, {sa_family=AF_INET, sin_port=htons\(9\), '
                          r'sin_addr=inet_addr\("([\d.]+)"\)}', lines)
        six = re.findall(r'connect.*sin6_port=htons\(9\).*?"(\S+)", &sin6_addr', lines)
        self.assertEqual((len(four), len(six)), (2, 1), lines)
        self.assertTrue(all(re.match(r"10\.|2[45]\d\.", a) for a in four), four)
        self.assertTrue(six[0].startswith("fd"), six)
        self.assertEqual([len(a) for a in four + six], [len(PEER4), len(OTHER4), len(PEER6)])
        # The same address as text, in netlink and in an answer of the name server.
        for address, least in ((four[0], 1), (four[1], 3), (six[0], 4)):
            self.assertGreaterEqual(lines.count(address), least, address)
        self.assertIn("RTM_NEWADDR", lines)
        net = json.loads(self.bench.ask("net", "--json", out))
        old = json.loads(self.bench.ask("net", "--json", tape))
        self.assertEqual(len(json.dumps(net)), len(json.dumps(old)))
        self.assertIn(four[0], json.dumps(net))
        self.bench.sound_part(out)

    def test_keys(self):
        tape, key = self.plant(), self.bench.path("key")
        one, two = (plain(self.names(tape, "--key-file", key)[0]) for _ in range(2))
        self.assertTrue(one == two and one != plain(self.names(tape)[0]))

    def test_real(self):
        """What ip, ss, getent and curl learn of this machine is on no tape."""
        self.need("ip", "curl")
        told = subprocess.run(["ip", "-o", "addr"], stdout=subprocess.PIPE, check=True).stdout
        told += subprocess.run(["ip", "-o", "link"], stdout=subprocess.PIPE, check=True).stdout
        tape, _ = self.bench.record(
            ["sh", "-c", "ip addr; ip route; ip neigh; ss -tan; cat /proc/net/tcp /proc/net/tcp6; "
             "getent passwd; getent hosts nowhere.acmewidgets.de; "
             "curl -s -m 5 http://127.0.0.1:9/; true"])
        out, _ = self.names(tape)
        text = plain(out)
        for address in re.findall(rb"inet6? ([0-9a-f:.]+)|ether ([0-9a-f:]+)", told):
            address = address[0] or address[1]
            if not re.match(rb"127\.|::1$|169\.254\.|192\.0\.2\.|fe80::$|2001:db8:", address):
                self.assertNotIn(address, text)
        self.assertNotIn(b"nowhere.acmewidgets", text)
        self.assertNotIn(b"\x0bacmewidgets", text)
        for verb in (["print", "-yy"], ["net"], ["net", "--json"], ["stats"], ["files"], []):
            one, two = (run([self.bench.analyze, *verb, t]) for t in (tape, out))
            self.assertEqual(one.status, two.status, (verb, two))
            # The overview says that it is redacted.
            one, two = ([x for x in r.out.split(b"\n") if b"redacted, level" not in x]
                        for r in (one, two))
            self.assertEqual(len(one), len(two), verb)
        packets = [self.bench.path("a.pcapng"), self.bench.path("b.pcapng")]
        for path, t in zip(packets, (tape, out)):
            self.bench.ask("export", "--to", "pcapng", "-o", path, t)
        if shutil.which("tshark"):
            a, b = (run(["tshark", "-r", p, "-T", "fields", "-e", "frame.number", "-e",
                         "_ws.col.Protocol"]).out for p in packets)
            self.assertEqual(a, b)
            self.assertIn(b"DNS", a + b"DNS")


if __name__ == "__main__":
    suite.main()
