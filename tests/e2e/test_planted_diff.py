#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What differs between two tapes differs between them when they are redacted under one key, and
nothing else: as many findings, of the same kinds, in the same order, in the same words but for what
is secret; equal stays equal."""
import json
import os
import re
import sys

import planted
from harness import run
from pairs import PairTest

SECRET, OTHER = "pairPass4711wordZ", "pairPass4712wordZ"
TOKEN = planted.token("pairs")
ALL = (SECRET, OTHER, TOKEN)

PYTHON = """
import hashlib, netrc, os, sys
login, _, password = netrc.netrc(os.environ["HOME"] + "/.netrc").authenticators("h.example")
with open("answer", "w") as f:
    f.write(hashlib.sha256(password.encode()).hexdigest()[:6] + "\\n" + "x" * 50000)
sys.exit(os.path.exists("flag"))
"""
THREADS = """
import os, threading
def work(i):
    with open(f"{i}.out", "w") as f:
        f.write(os.environ["TOKEN"] * (i + 1))
        if os.path.exists("flag"): f.write("more")
for i in range(4):
    t = threading.Thread(target=work, args=(i,)); t.start(); t.join()
"""
SHELL = """
printf 'token=%s\\n' "$TOKEN" >made; sort made said 2>/dev/null | uniq -c | tr a-z A-Z
test -e flag && cat nothing; ls | wc -l
"""
MAKE = "all: prog\nprog: a.c\n\t@cc -DNAME=1 -o $@ a.c\n"
GIT = """
git init -q .; git add a.c; git commit -q -m one; git remote add o https://bob:%s@h.example/r
git config --get remote.o.url; test -e flag && git checkout -q none; git status --short
""" % SECRET


class Redacted(PairTest):
    def setUp(self):
        super().setUp()
        self.need("zstd")
        self.env |= {"DB_PASSWORD": SECRET, "TOKEN": TOKEN}
        self.key = self.bench.path("key")

    def once(self, command, change=None, env=()):
        """One run; @change is made before it."""
        self.fresh()
        self.file("a.c", "int main(void) { return 0; }\n")
        self.file("Makefile", MAKE)
        self.file("word", SECRET + "\n")
        self.file("said", f"one\ntwo {SECRET}\n")
        with open(os.path.join(self.env["HOME"], ".netrc"), "w", encoding="ascii") as f:
            f.write(f"machine h.example login bob password {SECRET}\n")
        os.chmod(f.name, 0o600)
        if change:
            change()
        tape, _ = self.bench.record(command, cwd=self.work, env=self.env | dict(env))
        return tape

    def flag(self):
        self.file("flag", "")

    def hide(self, tape):
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "redact", "--key-file", self.key, "-o", out, tape])
        self.assertEqual(result.status, 0, result)
        self.assertEqual(planted.left(out, ALL), [])
        return out

    def found(self, one, two):
        result = run([self.bench.analyze, "diff", "--json", "--all", one, two])
        self.assertIn(result.status, (0, 1), result)

        def words(text):
            for secret in ALL:
                text = text.replace(secret, f"<{len(secret)}>")
            # What starts with a '~' is between quotes where a shell would take it for a home.
            text = re.sub(r"'?(~[A-Z2-7]{7,})'?", lambda m: f"<{len(m.group(1))}>", text)
            return re.sub(r'"[A-Z2-7~.]{16,}', '"', text)
        told = json.loads(result.out)
        return result.status, [(f["kind"], words(f["text"]), [words(t["text"]) for t in f["told"]],
                                f["follow"]) for f in told["findings"]]

    def check(self, command, change=None, again=()):
        """@change is made, and the environment @again is there before the second run; without
        both nothing is different."""
        good = self.once(command)
        bad = self.once(command, change, again)
        plain = self.found(good, bad)
        hidden = self.found(self.hide(good), self.hide(bad))
        if change or again:
            self.assertEqual(plain[0], 1, plain)
        self.assertEqual([f[0] for f in hidden[1]], [f[0] for f in plain[1]])
        self.assertEqual(hidden, plain)

    def test_same(self):
        self.check(["sh", "-c", SHELL])
        self.check([sys.executable, "-S", self.script("t.py", THREADS)])

    def script(self, name, text):
        os.makedirs(self.bench.path("scripts"), exist_ok=True)
        return self.write("scripts/" + name, text)

    def test_shell(self):
        self.check(["sh", "-c", SHELL], self.flag)

    def test_python(self):
        self.check([sys.executable, "-S", self.script("p.py", PYTHON)], self.flag)

    def test_threads(self):
        self.check([sys.executable, "-S", self.script("t.py", THREADS)], self.flag)

    def test_make(self):
        self.need("make", "cc")
        self.check(["make"], lambda: self.file("a.c", "int main(void) { return x; }\n"))

    def test_git(self):
        self.need("git")
        self.check(["sh", "-c", GIT], self.flag)

    def test_variable(self):
        """The secret itself is another."""
        self.check(["sh", "-c", "echo $DB_PASSWORD | cat"], again={"DB_PASSWORD": OTHER})

    def test_argument(self):
        self.check(["sh", "-c", "read x <word; /bin/true --password $x"],
                   lambda: self.file("word", OTHER + "\n"))

    def test_file(self):
        """In a file that is replaced as a whole."""
        def change():
            with open(os.path.join(self.env["HOME"], ".netrc"), "w", encoding="ascii") as f:
                f.write(f"machine h.example login bob password {OTHER}\n")
        self.check(["sh", "-c", 'cat "$HOME/.netrc" | sed s/machine/host/'], change)


if __name__ == "__main__":
    planted.main()
