#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a run was given: a file with other contents, other arguments; and what is none of its
affair: the tape beside its files, an output that others wrote to before, who of several workers is
the first."""
import os
import subprocess

import pairs
import suite
from harness import run

LISTS = """
import json, os
conf = json.load(open('conf.json'))
names = sorted(os.listdir('.'))
os.write(1, b'done\\n')
open(conf['in'])
"""


# Says what time it is, a bit before or after, and where it listens.
ANSWERS = """
import os, socket, sys, time
from email.utils import formatdate
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
one, _ = server.accept()
port = server.getsockname()[1]
client.sendall(b'GET / HTTP/1.1\\r\\nHost: localhost:%d\\r\\n\\r\\n' % port)
one.recv(4096)
now = formatdate(time.time() + int(open('clock').read()), usegmt=True)
one.sendall(f'HTTP/1.1 200 OK\\r\\nDate: {now}\\r\\n\\r\\n{open("page").read()}'.encode())
os.write(1, client.recv(4096))
"""


class Given(pairs.PairTest):
    def setUp(self):
        super().setUp()
        self.fresh()
        self.file("lists.py", LISTS)
        self.file("conf.json", '{"in": "lists.py"}\n')

    def beside(self, name, command, **more):
        """The tape lies where the command works."""
        tape = os.path.join(self.work, name)
        result = run([self.bench.rec, "-o", tape, "--", *command], cwd=self.work, env=self.env,
                     **more)
        self.assertNotIn(b"rec: cannot", result.err)
        return tape

    def test_tape_beside(self):
        good = self.beside("good.zst", ["python3", "-I", "lists.py"])
        self.beside("third.zst", ["true"])
        found = self.diff(good, self.beside("other.zst", ["python3", "-I", "lists.py"]))
        self.assertEqual(found.text, "same\n")

    def test_parts_beside(self):
        for name in ("one", "two"):
            run([self.bench.rec, "-C", "64K", "-o", os.path.join(self.work, name), "--",
                 "python3", "-I", "lists.py"], cwd=self.work, env=self.env)
        found = self.diff(os.path.join(self.work, "one.0"), os.path.join(self.work, "two.0"),
                          "--allow-lossy")
        self.assertNotIn("getdents", found.text)

    def test_listing(self):
        """Of a directory the names that came and went, not all of them."""
        for i in range(40):
            self.file(f"file{i}", "")
        good, _ = self.recorded(["ls", "-a"], out=subprocess.DEVNULL)
        os.rename(os.path.join(self.work, "file7"), os.path.join(self.work, "renamed"))
        found = self.diff(good, self.recorded(["ls", "-a"], out=subprocess.DEVNULL)[0])
        said = [f for f in found.findings if "getdents" in f["text"]]
        self.assertEqual([(f["was"], f["now"]) for f in said], [("{file7}", "{renamed}")])
        self.assertNotIn("file8", said[0]["text"])

    def test_contents(self):
        """A configuration comes before all that comes of it."""
        good = self.beside("good.zst", ["python3", "-I", "lists.py"])
        self.file("conf.json", '{"in": "nowhere/at.all"}\n')
        found = self.diff(good, self.beside("bad.zst", ["python3", "-I", "lists.py"]))
        self.assertEqual(found.findings[0]["kind"], "bytes", found.text)
        self.assertIn("read from $CWD/conf.json", found.findings[0]["text"])
        self.assertIn("exit 0 -> exit 1", pairs.first_lines(found.text, 10))
        self.assertEqual(len(found.findings), 1, found.text)

    def test_contents_later(self):
        """What went wrong before a file was read does not come of it."""
        script = "test -e flag || mkdir made; cat conf.json; cat nowhere$(cat end)"
        self.file("end", "\n")
        good, _ = self.recorded(["sh", "-c", script])
        self.fresh()
        self.file("conf.json", '{"in": "else"}\n')
        self.file("flag", "")
        self.file("end", "\n")
        found = self.diff(good, self.recorded(["sh", "-c", script])[0])
        self.assertNotEqual(found.findings[0]["kind"], "bytes", found.text)

    def test_moment(self):
        """The time of day in an answer, and the port that the kernel chose; not what is beside."""
        self.file("answers.py", ANSWERS)
        tapes = []
        for clock, page in (("-2", "page"), ("+2", "page"), ("+2", "pace")):
            self.file("clock", clock)
            self.file("page", page)
            tapes.append(self.recorded(["python3", "-I", "answers.py"])[0])
        told = [f["text"] for f in self.diff(tapes[0], tapes[1]).findings]
        self.assertEqual([t for t in told if "clock" not in t], [], told)
        head = len("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\npa")
        follow = self.diff(tapes[0], tapes[2], "--all").text
        self.assertIn(f"first difference at byte {head},", follow)

    def test_outputs_as_found(self):
        """Output that is added to a file, whose flags somebody else has changed."""
        log = os.path.join(self.work, "log")
        command = ["python3", "-I", "-c", "import os, fcntl; os.fstat(1); os.lseek(1, 0, 1);"
                   " fcntl.fcntl(1, fcntl.F_GETFL); os.write(1, b'one line\\n')"]
        tapes = []
        for flags in (os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_APPEND):
            fd = os.open(log, flags, 0o644)
            try:
                tapes.append(self.recorded(command, out=fd)[0])
            finally:
                os.close(fd)
        self.assertEqual(self.diff(*tapes).text, "same\n")


class Make(pairs.PairTest):
    """Which of its children are there at the same time is chance."""

    def project(self, broken=False):
        self.fresh()
        for i in (1, 2, 3):
            self.file(f"f{i}.c", f"int f{i}(void) {{ return {'x' if broken and i == 2 else i}; }}\n")
        self.file("main.c", "int f1(void);\nint main(void) { return f1() - 1; }\n")
        self.file("Makefile", "OBJ = f1.o f2.o f3.o main.o\n"
                              "prog: $(OBJ)\n\t$(CC) -o $@ $(OBJ)\n")

    def build(self, *arguments, broken=False, jobs="-j2"):
        self.project(broken)
        return self.recorded(["make", jobs, *arguments])[0]

    def test_alone_and_together(self):
        """make -j1 has nobody beside anybody, and gives an empty input to none."""
        found = self.diff(self.build(jobs="-j2"), self.build(jobs="-j3"))
        rest = [f["text"] for f in found.findings if f["kind"] != "arguments"]
        self.assertEqual(rest, [], found.text)
        self.assertNotIn("dup2", found.text)

    def test_source(self):
        found = self.diff(self.build(), self.build(broken=True))
        self.assertEqual(found.findings[0]["kind"], "bytes", found.text)
        self.assertIn("read from $CWD/f2.c", found.findings[0]["text"])
        self.assertIn("cc1: exit 0 -> exit 1", pairs.first_lines(found.text, 10))

    def test_arguments_handed_on(self):
        found = self.diff(self.build(), self.build("CFLAGS=-O2"))
        self.assertEqual([f["kind"] for f in found.findings], ["arguments"], found.text)
        self.assertIn("make -j2 -> make -j2 CFLAGS=-O2", found.findings[0]["text"])


if __name__ == "__main__":
    suite.main()
