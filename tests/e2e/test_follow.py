#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What flowed, byte by byte: what a tape gives back is what was really read and written."""
import base64
import json
import os
import pty
import re
import socket
import sys
import threading

import suite
from harness import run

OFFSETS = """
import os
fd = os.open("out", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
os.pwrite(fd, b"WORLD", 6)
os.pwrite(fd, b"hello ", 0)
os.write(fd, b"HE")
os.lseek(fd, 300000, os.SEEK_SET)
os.write(fd, b"far")
os.dup2(fd, 77)
os.write(77, b"away")
os.writev(fd, [b"a", b"bc", b"", b"def"])
if os.fork() == 0:
    os.write(fd, b"child")
    os._exit(0)
os.wait()
os.ftruncate(fd, 300010)
"""
REPLACE = """
import os
def put(name, text):
    with open(name, "w") as f:
        f.write(text)
put("p", "old")
reader = open("p")
put("p.tmp", "first")
os.replace("p.tmp", "p")
assert reader.read() == "old"
out = open("p.tmp", "w")
out.write("second")
out.flush()
os.rename("p.tmp", "p")
out.write(" more")
out.close()
put("p.tmp", "nothing to do with it")
put("gone", "never anything")
os.unlink("gone")
os.mkdir("d")
put("d/in", "in a directory")
os.rename("d", "e")
"""
PAIR = """
import socket, os
a, b = socket.socketpair()
if os.fork() == 0:
    a.close()
    while data := b.recv(100):
        b.sendall(data.upper())
    os._exit(0)
b.close()
a.sendall(b"one ")
a.sendmsg([b"t", b"wo"])
a.shutdown(socket.SHUT_WR)
got = b""
while data := a.recv(3):
    got += data
assert got == b"ONE TWO", got
"""

# The second connection has the addresses of the first.
LOOPBACK = """
import socket, struct
listener = socket.create_server(("127.0.0.1", 0))
for port in (0, None):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(("127.0.0.1", port if port == 0 else used))
    used = client.getsockname()[1]
    client.connect(listener.getsockname())
    server, _ = listener.accept()
    server.getsockname()
    client.sendall(b"question")
    assert server.recv(100) == b"question"
    server.sendall(b"answer")
    assert client.recv(100) == b"answer"
    # No waiting for the addresses to be free again.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    server.close()
"""


class Follow(suite.TapeTest):
    def raw(self, tape, *options, status=0):
        result = run([self.bench.analyze, "follow", "--raw", *options, tape])
        self.assertEqual(result.status, status, result)
        return result.out

    def file(self, tape, path, status=0):
        out = self.bench.path("put-together")
        result = run([self.bench.analyze, "follow", f"--path={path}", "--raw", "-o", out, tape])
        self.assertEqual(result.status, status, result)
        with open(out, "rb") as f:
            return f.read()

    def contents(self, name):
        with open(self.bench.path(name), "rb") as f:
            return f.read()

    def text(self, tape, *options):
        return self.bench.ask("follow", *options, tape).decode()

    # ---- what the terminal has shown ----

    def test_make(self):
        self.need("make", "gcc")
        self.write("a.c", "int main(void) { return x; }\n")
        self.write("Makefile", "all: a.o b.o\n%.o: a.c\n\tgcc -c -o $@ a.c\n")
        out = self.bench.path("out")
        with open(out, "wb") as f:
            tape, _ = self.bench.record(["make", "-k"], cwd=self.dir, out=f)
        self.assertIn(b"gcc", self.contents("out"))
        self.assertEqual(self.raw(tape, "--fd=1"), self.contents("out"))
        self.assertIn(b"undeclared", self.raw(tape, "--fd=2"))

    def test_both(self):
        """stdout and stderr are one file: what it got is told in order."""
        tape = self.bench.new_tape()
        command = ("seq 1 3000 | grep 7 | sort -r | head -5; echo err >&2; ls /nonexistent; "
                   "(echo sub; echo sub2 >&2); printf 'no end'")
        run(["sh", "-c", 'exec "$0" "$@" >all 2>&1', *self.bench.command(tape, ["sh", "-c", command])],
            cwd=self.dir)
        self.assertIn(b"no end", self.contents("all"))
        for fd in "12":
            self.assertEqual(self.raw(tape, f"--fd={fd}"), self.contents("all"))

    def test_terminal(self):
        """A session on a terminal: both directions."""
        tape = self.bench.new_tape()
        script = "read -r x; echo got $x; echo bad >&2"
        pid, fd = pty.fork()
        if pid == 0:
            argv = self.bench.command(tape, ["sh", "-c", script])
            os.execv(argv[0], argv)
        os.write(fd, b"some words\n")
        shown = b""
        try:
            while piece := os.read(fd, 1000):
                shown += piece
        except OSError:
            pass
        os.waitpid(pid, 0)
        self.assertTrue(shown.endswith(b"got some words\r\nbad\r\n"), shown)
        self.assertEqual(self.raw(tape, "--fd=2", "--out"), b"got some words\nbad\n")
        self.assertEqual(self.raw(tape, "--fd=0", "--in"), b"some words\n")
        text = self.text(tape, "--fd=0")
        self.assertEqual(re.findall(r"^[<>]|^  .*", text, re.M),
                         ["<", "  some words", ">", "  got some words", "  bad"])

    # ---- files ----

    def test_offsets(self):
        tape, _ = self.bench.record([sys.executable, "-c", OFFSETS], cwd=self.dir)
        self.assertEqual(len(self.contents("out")), 300010)
        self.assertEqual(self.file(tape, "out"), self.contents("out"))
        self.assertLess(os.stat(self.bench.path("put-together")).st_blocks * 512, 100000)
        self.assertEqual(self.text(tape, "--path=out", "--content"),
                         "  HEllo WORLD\n  [299989 bytes zero]\n  farawayabc\n")
        self.assertIn("truncated to 300010", self.text(tape, "--path=out"))
        flows = json.loads(self.text(tape, "--path=out", "--json"))["flows"]
        self.assertEqual([(f["call"], f["position"]) for f in flows if "position" in f],
                         [("pwrite64", 6), ("pwrite64", 0), ("write", 0), ("write", 300000),
                          ("write", 300003), ("writev", 300007), ("write", 300013)])

    def test_mapped(self):
        """What is written through memory is not seen, and that is said."""
        program = ("import mmap; f = open('out', 'wb+'); f.write(b'x' * 5000); f.flush(); "
                   "m = mmap.mmap(f.fileno(), 4096, offset=0); m[7:11] = b'seen'; "
                   "r = open('text', 'rb'); mmap.mmap(r.fileno(), 0, prot=mmap.PROT_READ)[:]")
        self.write("text", "read through memory\n")
        tape, _ = self.bench.record([sys.executable, "-c", program], cwd=self.dir)
        self.assertRegex(self.text(tape, "--path=out"),
                         r"> .* mmap\(\d+\) .*/out  4096 bytes at 0 mapped for writing: what is")
        self.assertRegex(self.text(tape, "--path=text"),
                         r"< .* mmap\(\d+\) .*/text  20 bytes at 0 mapped for reading: what is")
        lines = self.text(tape, "--list").splitlines()
        self.assertEqual([line.split()[-4] for line in lines if line.endswith("for writing)")],
                         [self.bench.path("out")])
        result = run([self.bench.analyze, "follow", "--path=out", "--raw", tape], cwd=self.dir)
        self.assertEqual((result.status, result.out), (2, b"x" * 5000))
        self.assertIn(b"bytes 0 to 4096 were mapped for writing, too", result.err)

    def test_cat_and_tar(self):
        self.need("tar")
        content = bytes(range(256)) * 3000
        self.write("big", content)
        tape, _ = self.bench.record(["sh", "-c", "cat big | cat >copy; tar cf x.tar big"], ["-s", "all"],
                                    cwd=self.dir)
        for name in ("big", "copy", "x.tar"):
            self.assertEqual(self.file(tape, self.bench.path(name)), self.contents(name))
        self.assertEqual(self.raw(tape, "--pipe"), content)

    def test_great_write(self):
        """One call whose bytes came in several events is whole again."""
        tape, _ = self.bench.record(
            [sys.executable, "-c", "open('big', 'wb', 0).write(bytes(range(251)) * 20000)"], ["-s", "all"],
            cwd=self.dir)
        self.assertEqual(len(self.contents("big")), 251 * 20000)
        self.assertEqual(self.file(tape, "big"), self.contents("big"))
        tape, _ = self.bench.record(
            [sys.executable, "-c", "open('big', 'rb', 0).read(5000000)"], ["-s", "all"],
            cwd=self.dir)
        self.assertEqual(self.file(tape, "big"), self.contents("big")[:5000000])

    def test_append(self):
        """Two descriptions of one file, by processes of which one waits for the other: of two
        that write at the same time nobody but the kernel knows who was first."""
        tape, _ = self.bench.record(
            ["sh", "-c", "exec 3>>log 4>>log; for i in 1 2 3; do "
             "(echo a$i >&3); (echo b$i >&4); done"], cwd=self.dir)
        self.assertEqual(self.file(tape, "log"), self.contents("log"))
        self.assertEqual(len(self.contents("log")), 18)

    # ---- names that change ----

    def test_sed(self):
        """What was written under another name and renamed into place is the file's."""
        self.need("sed")
        old = "".join(f"{i} one\n" for i in range(20000))
        self.write("f", old)
        tape, _ = self.bench.record(["sed", "-i", "s/one/1/", "f"], cwd=self.dir)
        new = self.contents("f")
        self.assertEqual(new.decode(), old.replace("one", "1"))
        self.assertEqual(self.file(tape, "f"), new)
        self.assertEqual(self.file(tape, self.bench.path("f")), new)
        streams = json.loads(self.text(tape, "--path=f", "--json"))["streams"]
        self.assertEqual(sorted((s["bytes"], s.get("became")) for s in streams),
                         [([0, len(old)], None), ([len(new), 0], self.bench.path("f"))])
        with open(tape, "rb") as f:
            piped = run([self.bench.analyze, "follow", "--path=f", "--raw", "-"], stdin=f)
        self.assertEqual((piped.status, piped.out), (0, new))

    def test_git(self):
        self.need("git")
        env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
               **{f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER")
                  for what in ("NAME", "EMAIL")}}
        self.write("a", "a\n")
        for words in (["init", "-q"], ["add", "a"]):
            self.assertEqual(run(["git", *words], cwd=self.dir, env=env).status, 0)
        tape, _ = self.bench.record(["git", "commit", "-qm", "x"], cwd=self.dir, env=env)
        for name in (".git/index", ".git/COMMIT_EDITMSG"):
            self.assertEqual(self.file(tape, name), self.contents(name))
        commit = run(["git", "rev-parse", "HEAD"], cwd=self.dir, env=env).out.decode().strip()
        loose = f"objects/{commit[:2]}/{commit[2:]}"
        self.assertEqual(self.file(tape, loose), self.contents(f".git/{loose}"))
        self.assertIn(f".lock, later {self.bench.path('.git/index')}", self.text(tape, "--path=.git/index"))

    def test_replace(self):
        tape, _ = self.bench.record([sys.executable, "-c", REPLACE], cwd=self.dir)
        self.assertEqual(self.contents("p"), b"second more")
        self.assertEqual(self.file(tape, "p"), b"second more")
        self.assertEqual(self.file(tape, "e/in"), b"in a directory")

        def told(path):
            flows = json.loads(self.text(tape, f"--path={path}", "--json"))["flows"]
            return [base64.b64decode(f["pieces"][0]["data"]).decode() for f in flows if f["pieces"]]
        self.assertEqual(told("p"), ["old", "first", "old", "second", " more"])
        # The old name ends at the rename; what has it next is another file.
        self.assertEqual(told("p.tmp"), ["first", "second", "nothing to do with it"])
        self.assertEqual(told("gone"), ["never anything"])
        self.assertEqual(told("d/in"), ["in a directory"])

    def test_limit(self):
        self.write("in", "0123456789" * 10)
        tape, _ = self.bench.record(["sh", "-c", "head -c 100 in >out"], ["-s", "16"], cwd=self.dir)
        text = self.text(tape, "--path=out")
        self.assertTrue(text.endswith("  0123456789012345\n  [84 bytes not kept]\n"), text)
        self.assertEqual(self.file(tape, "out", status=2), b"0123456789012345" + bytes(84))

    def test_kernel(self):
        """What never was in memory is said."""
        self.write("in", "x" * 5000)
        tape, _ = self.bench.record(
            [sys.executable, "-c", "import os\ni = os.open('in', os.O_RDONLY)\n"
             "o = os.open('out', os.O_WRONLY | os.O_CREAT | os.O_TRUNC)\nos.sendfile(o, i, 0, 5000)"],
            cwd=self.dir)
        self.assertIn("[5000 bytes moved by the kernel, not on the tape]",
                      self.text(tape, "--path=out"))

    # ---- pairs ----

    def test_pair(self):
        tape, _ = self.bench.record([sys.executable, "-c", PAIR])
        listed = json.loads(self.text(tape, "--list", "--json"))
        pair, = [s for s in listed if s["kind"] == "socket"]
        self.assertEqual((pair["bytes"], pair["received"]), ([7, 7], [7, 7]))
        stream = f"--stream={pair['stream']}"
        self.assertEqual(self.raw(tape, stream, "--out"), b"one two")
        self.assertEqual(self.raw(tape, stream, "--in"), b"ONE TWO")

    def test_unread(self):
        tape, _ = self.bench.record([sys.executable, "-c", "import os\nr, w = os.pipe()\n"
                                     "os.write(w, b'12345')\nos.read(r, 2)"])
        self.assertIn("(3 of > not read)", self.text(tape, "--list"))
        self.assertEqual(self.raw(tape, "--pipe"), b"12345")

    def test_internet(self):
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        got = []

        def serve():
            peer, _ = listener.accept()
            with peer:
                got.append(peer.recv(1000))
                peer.sendall(b"answer " * 3000)
        thread = threading.Thread(target=serve)
        thread.start()
        tape, _ = self.bench.record(
            [sys.executable, "-c", f"import socket\ns = socket.create_connection(('127.0.0.1', {port}))\n"
             "s.sendall(b'question')\nwhile s.recv(1000): pass"])
        thread.join()
        listener.close()
        for name in (f":{port}", f"127.0.0.1:{port}", "127.0.0.1"):
            self.assertEqual(self.raw(tape, f"--socket={name}", "--out"), got[0])
            self.assertEqual(self.raw(tape, f"--socket={name}", "--in"), b"answer " * 3000)
        text = self.text(tape, f"--socket=:{port}")
        self.assertEqual(re.findall("^[<>]", text, re.M), [">", "<"])

    def test_both_ends(self):
        """A connection whose two ends are on the tape is told once, as it was written."""
        tape, _ = self.bench.record([sys.executable, "-c", LOOPBACK])
        listed = [s for s in json.loads(self.text(tape, "--list", "--json"))
                  if s["kind"] == "socket"]
        self.assertEqual([(s["bytes"], s["received"]) for s in listed], [([8, 6], [8, 6])] * 2)
        for s in listed:
            stream = f"--stream={s['stream']}"
            self.assertEqual(self.raw(tape, stream, "--out"), b"question")
            self.assertEqual(self.raw(tape, stream, "--in"), b"answer")

    # ---- how it looks ----

    def test_escaped(self):
        tape, _ = self.bench.record(["printf", r"\033[31mred\n> 0.000000  pid 1\nw\303\244\n\377"])
        text = self.text(tape, "--fd=1")
        self.assertEqual(text.split("\n", 1)[1], "  \\x1b[31mred\n  > 0.000000  pid 1\n  wä\n  \\xff\n")
        hexed = self.text(tape, "--fd=1", "--hex")
        self.assertIn("00000000 1b 5b 33 31 6d 72 65 64  0a 3e 20 30 2e 30 30 30  |.[31mred.> 0.000|",
                      hexed)

    def test_refusals(self):
        tape, _ = self.bench.record(["true"])
        for words, text in ((["follow", tape], b"follow what?"),
                            (["follow", "--fd=x", tape], b"no descriptor"),
                            (["follow", "--stream=0", tape], b"no stream"),
                            (["follow", "--fd=1", "--pipe", tape], b"only one of"),
                            (["follow", "--fd=1", "--raw", "--hex", tape], b"bytes alone"),
                            (["follow", "--fd=1", "-o", "x", tape], b"-o is for --raw"),
                            (["follow", "--fd=1", "--raw", "-o", tape, tape], b"is the tape itself"),
                            (["follow", "--fd=9", tape], b"nothing flowed")):
            result = run([self.bench.analyze, *words], cwd=self.dir)
            self.assertEqual(result.status, 2, words)
            self.assertIn(text, result.err)
        self.bench.sound(tape)


if __name__ == "__main__":
    suite.main()
