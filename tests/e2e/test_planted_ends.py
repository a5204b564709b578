#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets where a tape begins, where it ends, and where it was cut: attached to, killed, torn,
with little of each buffer, with much of everything."""
import base64
import os
import shutil
import signal
import subprocess
import sys
import zlib

import planted
from harness import kill_descendants, run, wait_for

TOKEN = planted.token("ends")
PASSWORD = "Env/S3cr\"t&x y+9"

# Says what it is asked to in the background, and lives until it is told to end.
ATTACHED = """
import ctypes, os, sys, zlib, base64
name = zlib.decompress(base64.b85decode(sys.argv[1])).decode()
os.mkdir(name)
os.chdir(name)
kept = os.open("f-" + name, os.O_CREAT | os.O_WRONLY)
ctypes.CDLL(None).prctl(15, os.environ["DB_PASSWORD"].encode(), 0, 0, 0)
print("ready", flush=True)
while (line := sys.stdin.readline().strip()) != "end":
    os.write(kept, os.environ["DB_PASSWORD"].encode().hex().encode())
    print("written", flush=True)
"""
# Half of it, byte by byte, and then nothing more.
HALF = """
import os, signal, sys, zlib, base64
token = zlib.decompress(base64.b85decode(sys.argv[1]))
r, w = os.pipe()
for c in token[:len(token) // 2]:
    os.write(w, bytes([c]))
os.mkdir("half")
signal.pause()
"""


def hidden(text):
    return base64.b85encode(zlib.compress(text.encode())).decode()


class Ends(planted.PlantTest):
    def setUp(self):
        super().setUp()
        self.env = {"PATH": os.environ["PATH"], "DB_PASSWORD": PASSWORD}

    def test_attached(self):
        """In the snapshot: variables, arguments, directory, descriptors, the thread's name."""
        argument = "attArg4711zZ"
        with subprocess.Popen([sys.executable, "-S", self.write("a.py", ATTACHED), hidden(TOKEN),
                               "--password", argument], env=self.env, cwd=self.dir,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            self.assertEqual(other.stdout.readline(), b"ready\n")
            tape = self.bench.new_tape()
            with subprocess.Popen([self.bench.rec, "-o", tape, "-p", str(other.pid)],
                                  stderr=subprocess.PIPE) as rec:
                # It is attached to when the tape has begun; the call that it is in is restarted.
                wait_for(lambda: os.path.exists(tape) and os.path.getsize(tape) > 1000,
                         "the snapshot")
                other.stdin.write(b"go\n")
                other.stdin.flush()
                self.assertEqual(other.stdout.readline(), b"written\n")
                rec.send_signal(signal.SIGINT)
                rec.communicate()
            other.stdin.write(b"end\n")
            other.stdin.close()
        _, text = self.gone(tape, [PASSWORD, TOKEN, argument])
        # The kernel has kept 15 bytes of it.
        self.there(PASSWORD[:15].encode(), planted.plain(tape))
        self.assertEqual(planted.runs(text, PASSWORD), [])

    def test_said_of_itself(self):
        """In the header, the list of what was run, and the recorder's own options."""
        place = self.bench.path("d-" + TOKEN)
        os.mkdir(place)
        shutil.copy("/bin/true", place)
        words = ["optPass4711Qq", "Zq1"]
        tape, result = self.bench.record(
            [place + "/true", "--token", "x"], ["-E", "DB_PASSWORD=" + words[0], "-E",
                                                "API_SECRET=" + words[1]], cwd=place, env=self.env)
        self.assertEqual(result.status, 0, result)
        self.gone(tape, [TOKEN, words[0]])
        before, (_, after) = planted.plain(tape), self.redact(tape)
        # Too short to be looked for, but known by its name in each place.
        for name in (b"API_SECRET=", b"DB_PASSWORD="):
            self.assertGreater(before.count(name), 1)
            self.assertEqual(before.count(name), after.count(name))
        self.there(b"API_SECRET=Zq1", before)
        self.not_there(b"API_SECRET=Zq1", after)

    def test_killed(self):
        """The recorder, in the middle of a secret: what is there is half of it, in pieces."""
        tape = self.bench.new_tape()
        script = self.write("half.py", HALF)
        with subprocess.Popen(self.bench.command(tape, [sys.executable, "-S", script,
                                                        hidden(TOKEN)]),
                              cwd=self.dir, env=self.env) as rec:
            wait_for(lambda: os.path.exists(self.bench.path("half")), "half of it")
            rec.kill()
            rec.wait()
            kill_descendants()
        half = TOKEN[:len(TOKEN) // 2].encode()
        self.there(half, self.joined_torn(tape))
        out, _ = self.redact(tape, status=2)
        self.not_there(half[:8], self.joined_torn(out))

    def joined_torn(self, tape):
        """What was written byte by byte, put together; the tape has no end."""
        result = run([self.bench.analyze, "print", "-e", "trace=write", "-s", "100", tape])
        return b"".join(line.split(b'"')[1] for line in result.out.splitlines()
                        if b", 1) " in line and b'"' in line)

    def test_torn(self):
        """Wherever: what is readable has no secret."""
        tape, result = self.bench.record(
            [self.prog("planted"), self.dir], env=self.env,
            stdin="\n".join(planted.lines(PASSWORD)).encode() + b"\n")
        self.assertEqual(result.status, 0, result)
        with open(tape, "rb") as f:
            content = f.read()
        kinds = [k.split()[0].decode() for k in result.out.splitlines()]
        for part in range(1, 12, 2):
            with self.subTest(part=part):
                torn = self.write("torn.zst", content[:len(content) * part // 12])
                out, _ = self.redact(torn, status=2)
                text = subprocess.run(["zstd", "-dcq", out], stdout=subprocess.PIPE,
                                      check=True).stdout
                for kind in kinds:
                    token = planted.token(kind)
                    self.assertEqual(planted.left_in(text, [token]), [], kind)
                    self.assertEqual(planted.runs(text, token, 13), [], kind)
                self.assertEqual(planted.left_in(text, [PASSWORD]), [])

    def test_little(self):
        """So little of each buffer that no token is whole."""
        tape, result = self.bench.record([self.prog("planted"), self.dir], ["-s", "24"],
                                         env=self.env, stdin=b"")
        self.assertEqual(result.status, 0, result)
        kinds = [k.split()[0].decode() for k in result.out.splitlines()]
        before = planted.plain(tape)
        self.assertGreater(sum(bool(planted.runs(before, planted.token(k), 20))
                               for k in kinds), 15)
        _, text = self.redact(tape)
        for kind in kinds:
            self.assertEqual(planted.runs(text, planted.token(kind), 13), [], kind)

    def test_much(self):
        """More variables than an event has room for, and a write of several events."""
        env = self.env | {f"FILL_{i}": "x" * 100_000 for i in range(10)}
        env["Z_TOKEN"] = "envLast4711Zz"
        script = (f"import os; os.write(1, b'x' * 3_000_000 + b' {TOKEN} ' + b'y' * 3_000_000 + "
                  f"bytes.fromhex('{TOKEN.encode().hex()}') + b'z' * 1_000_000)")
        tape, result = self.bench.record(
            [sys.executable, "-S", "-c", script], ["-s", "all"], env=env)
        self.assertEqual(result.status, 0, result)
        self.gone(tape, ["envLast4711Zz", TOKEN, PASSWORD])

    def test_recorded_so(self):
        """rec --redact, of the same."""
        tape, result = self.bench.record(
            [self.prog("planted"), self.dir], ["--redact"], env=self.env,
            stdin="\n".join(planted.lines(PASSWORD)).encode() + b"\n")
        self.assertEqual(result.status, 0, result)
        text = planted.plain(tape)
        kinds = [k.split()[0].decode() for k in result.out.splitlines()]
        self.assertEqual(planted.left_in(text, [planted.token(k) for k in kinds] + [PASSWORD]), [])


if __name__ == "__main__":
    planted.main()
