#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets that were planted in every way are nowhere on a redacted tape, and everything else is
as it was. What is left is searched for in what zstd gives, not by our reader."""
import base64
import json
import os
import stat
import sys

import suite
from harness import run
from planted import left, plain

ENV = "Env/S3cr\"t&x y+9"
CONFIG = "Netrc4711pwQx"
ARGUMENT = "Arg99secretZz"
BEARER = "bearTok3n77zz81"
GITHUB = "ghp_" + "a1B2c3D4" * 5
KEY = ["MIIkeyLineOneAbcdefghijk0123", "MIIkeyLineTwoAbcdefghijk4567"]
AGENT = "agentSaysThis-81"

PLANTS = """
import base64, json, os, socket, struct, subprocess, sys, threading, urllib.parse
home, env = os.environ["HOME"], os.environ["DB_PASSWORD"]
config, github = open(home + "/.netrc").read().split()[-1], sys.stdin.readline().strip()
key = open(home + "/id.pem").read()
for secret in (env, config, github):
    raw = secret.encode()
    r, w = os.pipe()
    os.write(w, raw + b"\\n")
    for c in raw: os.write(w, bytes([c]))
    os.writev(w, [b"x" + raw[:3], raw[3:7], raw[7:]])
    os.read(r, 4096)
    a, b = socket.socketpair()
    a.sendmsg([raw[:4], raw[4:]])
    b.recvmsg(100)
    for c in raw: a.send(bytes([c]))
    b.recv(100)
    with open(home + "/out", "ab", 0) as f:
        for pad in (b"", b"u", b"us"):
            f.write(base64.b64encode(pad + raw) + b"\\n" + base64.urlsafe_b64encode(pad + raw))
        f.write(urllib.parse.quote(secret, safe="").encode() + b"\\n" + raw.hex().encode())
        f.write(raw.hex().upper().encode() + json.dumps(secret).encode())
    os.mkdir(home + "/d" + raw.hex())
    subprocess.run(["/bin/true", "x" + secret])
subprocess.run(["/bin/true", "--password", %r, "-H", "Authorization: Bearer " + %r])
open("/proc/self/environ", "rb").read()
path = home + "/agent.sock"
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(path)
peer = server.accept()[0]
client.send(%r.encode())
peer.recv(100)
os.write(2, key.split("\\n")[1].encode())
print("done")
""" % (ARGUMENT, BEARER, AGENT)


class Redact(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.need("zstd")

    def redact(self, tape, *options, status=0):
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "redact", *options, "-o", out, tape])
        self.assertEqual(result.status, status, result)
        return out, result

    def plant(self, options=()):
        self.write(".netrc", f"machine h.example login bob password {CONFIG}\n")
        self.write("id.pem", "-----BEGIN PRIVATE KEY-----\n" + "\n".join(KEY) +
                   "\n-----END PRIVATE KEY-----\n")
        script = self.write("plants.py", PLANTS)
        env = dict(os.environ, DB_PASSWORD=ENV, HOME=self.dir,
                   SSH_AUTH_SOCK=self.bench.path("agent.sock"))
        tape, result = self.bench.record([sys.executable, script], options, env=env,
                                         stdin=(GITHUB + "\n").encode())
        self.assertEqual((result.status, result.out), (0, b"done\n"), result)
        return tape

    # The script itself is read by the interpreter, with these three in it.
    ALL = [ENV, CONFIG, GITHUB, ARGUMENT, BEARER, *KEY]

    def test_planted(self):
        tape = self.plant()
        self.assertGreater(len(left(tape, self.ALL)), 20, "the search finds nothing to begin with")
        out, result = self.redact(tape)
        self.assertEqual(left(out, self.ALL), [])
        self.bench.sound_part(out)
        for secret in self.ALL:
            self.assertNotIn(secret.encode(), result.err)
        self.assertIn(b"password", result.err)
        self.assertEqual(stat.S_IMODE(os.stat(out).st_mode), 0o600)

    def test_report(self):
        """What was removed, by class and process, as text and as JSON, and nothing of it."""
        tape = self.plant()
        told = json.loads(self.redact(tape, "--json")[1].out)
        text = self.redact(tape)[1].err.decode()
        pids = {o["pid"] for o in self.bench.objects(tape) if o["type"] == "exec"}
        of_processes = [x for x in told["removed"] if x["pid"]]
        self.assertEqual({x["pid"] for x in of_processes} - pids, set())
        self.assertIn("password", {x["class"] for x in of_processes})
        self.assertEqual(sum(x["count"] for x in told["removed"]), told["replaced"])
        self.assertEqual(sum(x["bytes"] for x in told["removed"]), told["bytes"])
        for x in of_processes:
            self.assertRegex(text, rf"(?m)^ *{x['pid']} {x['program']}: .*{x['class']} {x['count']}\b")
        for secret in self.ALL:
            self.assertNotIn(secret, text + json.dumps(told))

    def test_not_looked_into(self):
        """What is compressed is counted, and said."""
        self.need("gzip")
        tape, _ = self.bench.record(["sh", "-c", "echo some text | gzip >z.gz; zcat z.gz"],
                                    cwd=self.dir)
        told = json.loads(self.redact(tape, "--json")[1].out)["not_looked_into"]
        self.assertEqual([(x["kind"], x["streams"]) for x in told], [("gzip", 2)])
        self.assertIn(b"gzip in 2 streams", self.redact(tape)[1].err)
        tape, _ = self.bench.record(["echo", "some text"])
        self.assertEqual(json.loads(self.redact(tape, "--json")[1].out)["not_looked_into"], [])
        self.assertNotIn(b"not looked into", self.redact(tape)[1].err)

    def test_across_calls(self):
        """Bytes that were written one at a time, put together by this test."""
        tape = self.plant()
        out, _ = self.redact(tape)
        for path, there in ((tape, True), (out, False)):
            streams = {}
            for o in self.bench.objects(path):
                if o["type"] == "syscall" and o["name"] in ("write", "writev", "sendto"):
                    fd = int(o["args"][0]["value"], 16)
                    for m in o["memory"]:
                        if m["when"] == "entry" and m["length"] < 16:
                            streams.setdefault((o["pid"], fd), bytearray()).extend(
                                base64.b64decode(m["data"]))
            joined = b"\n".join(streams.values())
            self.assertEqual(GITHUB.encode() in joined, there, path)

    def test_agent(self):
        out, _ = self.redact(self.plant())
        said = [o for o in self.bench.objects(out)
                if o["type"] == "syscall" and o["name"] == "sendto" and
                int(o["args"][2]["value"], 16) == len(AGENT)]
        self.assertTrue(said)
        self.assertFalse(any(AGENT.encode() in base64.b64decode(m["data"])
                             for o in said for m in o["memory"]))

    def test_everything_else_stays(self):
        tape = self.plant()
        out, _ = self.redact(tape)

        def shape(path):
            return [(o["seq"], o.get("end_seq"), o["pid"], o["name"], o["ret"], o["time"],
                     [(m["when"], m["address"], m["length"]) for m in o["memory"]])
                    for o in self.bench.objects(path) if o["type"] == "syscall"]
        self.assertEqual(shape(tape), shape(out))

    def test_verbs(self):
        tape = self.plant()
        out, _ = self.redact(tape)
        for verb in (["print"], ["tree"], ["stats"], ["files"], ["net"], ["errors"], ["info"],
                     ["check"], ["follow", "--list"], ["state", "--at=50"], []):
            before, after = (run([self.bench.analyze, *verb, t]) for t in (tape, out))
            self.assertEqual((before.status, after.status), (0, 0), (verb, after))

    def test_innocent(self):
        """Where no secret is, nothing is changed but random bytes."""
        self.write("a.c", "int monkey, tokenizer, max_tokens = 5; /* keyboard */\n")
        tape, _ = self.bench.record(["sh", "-c", "cat a.c; ls /; wc a.c"], cwd=self.dir,
                                    env={"PATH": os.environ["PATH"], "HOME": self.dir})
        out, result = self.redact(tape, "--json")
        kinds = {x["class"] for x in json.loads(result.out)["removed"]}
        self.assertLessEqual(kinds, {"random"}, result.out)
        for verb in ("stats", "tree", "files"):
            one, two = (self.bench.ask(verb, t) for t in (tape, out))
            self.assertEqual(one, two, verb)

    def test_key_file(self):
        tape = self.plant()
        key = self.bench.path("key")
        one, two = (plain(self.redact(tape, "--key-file", key)[0]) for _ in range(2))
        other = plain(self.redact(tape)[0])
        self.assertTrue(one == two and one != other)
        os.chmod(key, 0o644)
        _, result = self.redact(tape, "--key-file", key, status=2)
        self.assertIn(b"0600", result.err)

    def test_never_over(self):
        tape, _ = self.bench.record(["true"])
        there = self.write("there", "mine")
        result = run([self.bench.analyze, "redact", "-o", there, tape])
        self.assertEqual(result.status, 2)
        with open(there, "rb") as f:
            self.assertEqual(f.read(), b"mine")

    def test_meta(self):
        tape, _ = self.bench.record(["sh", "-c", "echo something said"])
        out, _ = self.redact(tape, "--level=meta")
        self.assertIn(b"something said\n", plain(tape))
        self.assertNotIn(b"something said\n", plain(out))

    def test_told(self):
        """Which level, and which key, is said wherever the tape is."""
        tape, _ = self.bench.record(["true"])
        for level in ("default", "names", "meta"):
            out, _ = self.redact(tape, "--level", level)
            info = json.loads(self.bench.ask("info", "--json", out))
            header = self.bench.objects(out)[0]
            self.assertEqual((info["redacted"], header["redacted"]), (level, level))
            self.assertRegex(info["redaction_key"], "^[0-9a-f]{32}$")
            self.assertEqual(info["redaction_key"], header["redaction_key"])
            self.assertIn(f"redacted, level {level}".encode(), self.bench.ask(out))
            result = run([self.bench.analyze, "print", out])
            self.assertEqual((result.status, result.err.count(b"redacted")), (0, 1))
        self.assertNotIn("redacted", json.loads(self.bench.ask("info", "--json", tape)))

    def test_rules(self):
        tape, _ = self.bench.record(["echo", "project bluebird"])
        rules = self.write("rules", "# ours\ntext bluebird\n")
        out, _ = self.redact(tape, "--rules", rules)
        self.assertIn(b"bluebird", plain(tape))
        self.assertNotIn(b"bluebird", plain(out))

    def test_rec(self):
        tape = self.plant(["--redact"])
        self.assertEqual(left(tape, self.ALL), [])
        self.bench.sound_part(tape)

    def test_comparison(self):
        """Two tapes under one key differ in what the originals differ; under two nobody can tell."""
        env = dict(os.environ, DB_PASSWORD=ENV)
        path = self.write("input", f"password={CONFIG}\n")
        good, _ = self.bench.record(["cat", path], env=env)
        os.unlink(path)
        bad, _ = self.bench.record(["cat", path], env=env)
        key = self.bench.path("key")
        hidden = [self.redact(tape, "--key-file", key)[0] for tape in (good, bad)]

        def found(*tapes):
            result = run([self.bench.analyze, "diff", "--json", *tapes])
            self.assertEqual(result.status, 1, result)
            return [(f["kind"], f["text"], [t["text"] for t in f["told"]], f["follow"])
                    for f in json.loads(result.out)["findings"]]
        self.assertEqual(found(*hidden), found(good, bad))
        self.assertEqual(found(good, bad)[0][0], "now-fails")
        other = self.redact(bad)[0]
        for tapes in ((hidden[0], other), (hidden[0], bad)):
            result = run([self.bench.analyze, "diff", *tapes])
            self.assertEqual(result.status, 2, result)
            self.assertIn(b"redacted with different keys", result.err)

    def test_scan(self):
        tape = self.plant()
        result = run([self.bench.analyze, "scan", tape])
        self.assertEqual(result.status, 1, result)
        self.assertIn(b"GitHub token", result.out)
        self.assertNotIn(GITHUB.encode(), result.out)
        text = self.write("text", "TOKEN=abc\nGH=" + GITHUB + "\n")
        self.assertEqual(run([self.bench.analyze, "scan", text]).status, 1)
        clean = self.write("clean", "max_tokens=5 monkey\n")
        self.assertEqual(run([self.bench.analyze, "scan", clean]).status, 0)
        self.assertEqual(run([self.bench.analyze, "scan", self.bench.path("none")]).status, 2)

    def test_torn(self):
        tape = self.plant()
        with open(tape, "rb") as f:
            content = f.read()
        torn = self.write("torn.zst", content[:len(content) * 2 // 3])
        out, _ = self.redact(torn, status=2)
        self.bench.sound_part(out)


if __name__ == "__main__":
    suite.main()
