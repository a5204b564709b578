#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every verb and every format answers on a redacted tape as on the other: the same status, the same
lines, and where a byte differs it is one of a token."""
import json
import os
import re
import sqlite3
import sys

import planted
from harness import Failure, run
from timeline import Timeline

SECRETS = ["vrbEnvSecret4711", "vrbNetrc4712Pw", "vrbArg4713Secret", planted.token("verbs")]

# No secret has a character that is escaped somewhere: then texts are as long as they were.
SCRIPT = r"""
cat "$HOME/.netrc" | sort | tee copy
printf 'token: %s\n' "$DEPLOY_TOKEN" >said; cat said missing
/bin/true --password vrbArg4713Secret; ls -l said
sh -c 'kill -SEGV $$'; sh -c 'kill -ABRT $$'
"$PYTHON" -S -c '
import os, socket, threading
a, b = socket.socketpair()
t = threading.Thread(target=lambda: a.sendall(os.environ["GH"].encode() * 10))
t.start(); b.recv(30); b.recv(1000); t.join()
s = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(s.getsockname())
p = s.accept()[0]; c.sendall(b"GET / HTTP/1.0\r\nAuthorization: Bearer " +
    os.environ["GH"].encode() + b"\r\n\r\n"); p.recv(1000)
os.mkdir("d-" + os.environ["GH"]); open("d-" + os.environ["GH"] + "/f", "w").write("x" * 100000)
print(len(os.getrandom(16)))
'
"""

# Of each verb what it is asked; %s is the tape. What is not asked of it is in SPECIAL.
ASKED = {
    "overview": [[], ["--json"]],
    "print": [["-e", "trace=!getrandom", "-s", "200"],
              ["-e", "trace=!getrandom", "-f", "-tt", "-T", "-yy", "-v"]],
    "tree": [[], ["--json"]],
    "stats": [["--by", by, *more] for by in ("syscall", "process", "thread", "file")
              for more in ([], ["--json"])],
    "state": [["--at=200"], ["--at=200", "--json", "--maps"], ["--at=0.001s"]],
    "files": [[], ["--json", "--all"]],
    "net": [[], ["--json"]],
    "errors": [[], ["--json"]],
    "check": [[], ["--json"]],
    "sql": [["%s", "select count(*), sum(duration), min(name) from syscalls"],
            ["--json", "%s", "select pid, name, ret from syscalls where error is not null"]],
    "follow": [["--list"], ["--list", "--json"], ["--fd=1"], ["--path=said"]],
    "report": [],
    "info": [[], ["--json"], ["--markdown"], ["--environment"]],
    "export": [["--to", "strace", "-e", "trace=!getrandom"],
               ["--to", "csv", "-e", "trace=!getrandom"],
               ["--to", "folded", "--weight=count"], ["--to", "folded", "--weight=bytes"]],
}
# These have tests of their own here, or an answer that is another by intent.
SPECIAL = {"diff", "baseline", "cut", "repack", "redact", "scan"}

TOKEN = re.compile(r"[~A-Z2-7]")
# As a shell would want it, because of the '~'.
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# Halves of a call that are joined again make fewer events, and chunks; each tape has its name.
OWN = [re.compile(x) for x in (rb',"redacted":"\w+","redaction_key":"[0-9a-f]+"',
                               rb"\b\d+ (?:events|chunks?)", rb'"(?:chunks|events)":\d+',
                               rb"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")]
QUOTED = re.compile(r"'(~[A-Z2-7]*)'")


def untold(err):
    """Without what is said of a tape that is redacted."""
    return b"".join(x for x in err.splitlines(True) if b"the tape is redacted" not in x)


class Verbs(planted.PlantTest):
    def setUp(self):
        super().setUp()
        self.env = {"PATH": os.environ["PATH"], "HOME": self.dir, "PYTHON": sys.executable,
                    "DEPLOY_TOKEN": SECRETS[0], "GH": SECRETS[3], "LC_ALL": "C"}
        self.write(".netrc", f"machine h.example login bob password {SECRETS[1]}\n")
        self.tape, result = self.bench.record(["sh", "-c", SCRIPT], cwd=self.dir, env=self.env)
        self.assertEqual(result.status, 0, result)
        self.out, _ = self.gone(self.tape, SECRETS)

    def ask(self, tape, verb, options):
        argv = [o.replace("%s", tape) for o in options]
        if "%s" not in options:
            argv.append(tape)
        return run([self.bench.analyze, verb, *argv])

    def alike(self, one, two, what):
        """Line by line, and byte by byte but for tokens."""
        for own in OWN:
            one, two = (own.sub(b"", t) for t in (one, two))
        for tape in (self.tape, self.out):
            one, two = (t.replace(tape.encode(), b"TAPE") for t in (one, two))
        one, two = ([QUOTED.sub(r"\1", x) for x in t.decode("utf-8", "surrogateescape").split("\n")
                     if "redact" not in x.lower()] for t in (one, two))
        self.assertEqual(len(one), len(two), what)
        for a, b in zip(one, two):
            if len(a) != len(b):
                # What was replaced as a whole has no newline that is told as two characters.
                a, b = (STRING.sub("", x) for x in (a, b))
            if a != b:
                self.assertEqual(len(a), len(b), (what, a, b))
                others = "".join(y for x, y in zip(a, b) if x != y)
                self.assertEqual(TOKEN.sub("", others), "", (what, a, b))

    def names(self):
        text = self.bench.ask("--help").decode()
        verbs = re.findall(r"^  (\w+) {2,}\S", text.split("\n\n")[1], re.M)
        formats = re.search(r"--to ((?:\w+, )+\w+)", text).group(1).split(", ")
        return set(verbs), set(formats)

    def test_all_are_asked(self):
        verbs, formats = self.names()
        self.assertEqual(verbs, ASKED.keys() | SPECIAL)
        self.assertEqual(formats, {"jsonl", "strace", "csv", "sqlite", "perfetto", "folded",
                                   "pcapng"})

    def test_answers(self):
        for verb, each in ASKED.items():
            for options in each:
                with self.subTest(verb=verb, options=options):
                    one, two = (self.ask(t, verb, options) for t in (self.tape, self.out))
                    self.assertEqual((one.status, one.err), (two.status, untold(two.err)))
                    self.assertEqual(one.status, 0, one)
                    self.alike(one.out, two.out, (verb, options))

    def test_events(self):
        """Every line of JSON has the same keys and values, and as many bytes of memory."""
        def shape(o):
            o = {k: v for k, v in o.items() if k not in ("text", "uuid") and
                 not k.startswith("redact")}
            for m in o.get("memory", []):
                m["data"] = len(m["data"])
            for n in o.get("made", []):
                n["name"] = len(n["name"])
            return o
        one, two = (list(map(shape, self.bench.objects(t))) for t in (self.tape, self.out))
        self.assertEqual(len(one), len(two))
        for a, b in zip(one, two):
            if a["type"] in ("syscall", "fork", "signal", "exit"):
                for args in (a.get("args", []), b.get("args", [])):
                    for x in args:
                        x["text"] = len(x["text"]) if "\\" not in x["text"] else 0
                self.assertEqual(a.keys(), b.keys())
                for key in a:
                    if key != "args":
                        self.assertEqual(a[key], b[key])
                self.assertEqual([x["value"] for x in a.get("args", [])],
                                 [x["value"] for x in b.get("args", [])])

    def export(self, tape, form, suffix):
        path = self.bench.path(suffix)
        result = run([self.bench.analyze, "export", "--to", form, "-o", path, tape])
        self.assertEqual(result.status, 0, result)
        return path

    def test_sqlite(self):
        tables = []
        for i, tape in enumerate((self.tape, self.out)):
            with sqlite3.connect(self.export(tape, "sqlite", f"{i}.db")) as db:
                names = [r[0] for r in db.execute(
                    "select name from sqlite_master where type = 'table' order by name")]
                tables.append({n: [len(r) for r in db.execute(f'select * from "{n}"')]
                               for n in names})
        self.assertEqual(tables[0], tables[1])
        self.assertGreater(len(tables[0]), 3)

    def test_perfetto(self):
        lines = []
        for i, tape in enumerate((self.tape, self.out)):
            with open(self.export(tape, "perfetto", f"{i}.pf"), "rb") as f:
                line = Timeline(f.read())
            lines.append([(s["name"], s["time"], s["end"], s["depth"]) for s in line.slices])
        self.assertEqual(lines[0], lines[1])

    def test_packets(self):
        one, two = (os.path.getsize(self.export(t, "pcapng", f"{i}.pcapng"))
                    for i, t in enumerate((self.tape, self.out)))
        self.assertEqual(one, two)

    def test_page(self):
        pages = []
        for i, tape in enumerate((self.tape, self.out)):
            path = self.bench.path(f"{i}.html")
            result = run([self.bench.analyze, "report", "-o", path, tape])
            self.assertEqual(result.status, 0, result)
            with open(path, encoding="utf-8") as f:
                pages.append(f.read())
        for secret in SECRETS:
            self.assertNotIn(secret, pages[1])
        self.assertEqual(*([len(re.findall(r"<(tr|table|h2|section)\b", p)) for p in pages]))

    def test_made_of_it(self):
        """What cut and repack make of it is whole, and has none either; so has what is redacted
        once more."""
        for argv in (["cut", "--events=1..400"], ["repack", "-3"], ["redact"],
                     ["redact", "--level=names"], ["redact", "--level=meta"]):
            with self.subTest(argv):
                other = self.bench.new_tape()
                result = run([self.bench.analyze, *argv, "-o", other, self.out])
                self.assertEqual(result.status, 0, result)
                self.bench.sound_part(other)
                self.assertEqual(planted.left(other, SECRETS), [])

    def test_levels(self):
        """All verbs answer on the other levels, too."""
        for level in ("names", "meta"):
            other, _ = self.redact(self.tape, f"--level={level}")
            for verb, each in ASKED.items():
                for options in each[:1]:
                    with self.subTest(level=level, verb=verb):
                        result = self.ask(other, verb, options)
                        self.assertEqual((result.status, untold(result.err)), (0, b""), result)

    def test_compared(self):
        """With itself: the same, whatever was replaced."""
        again, _ = self.bench.record(["sh", "-c", SCRIPT], cwd=self.dir, env=self.env)
        key = self.bench.path("key")
        hidden = [self.redact(t, "--key-file", key)[0] for t in (self.tape, self.tape, again)]
        result = run([self.bench.analyze, "diff", hidden[0], hidden[1]])
        self.assertEqual(result.status, 0, result.out)
        learned = self.bench.path("learned")
        result = run([self.bench.analyze, "baseline", "-o", learned, hidden[0], hidden[2]])
        self.assertEqual(result.status, 0, result)

    def test_scanned(self):
        self.assertEqual(run([self.bench.analyze, "scan", self.tape]).status, 1)
        result = run([self.bench.analyze, "scan", self.out])
        self.assertEqual(result.status, 0, result.out)


if __name__ == "__main__":
    planted.main()
