#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The form in which two tapes are compared: of a program that does the same again it is the
same, letter for letter; of one that does something else it is not. Programs with one thread at a
time only: what races is for whoever compares."""
import argparse
import encodings
import os
import re
import subprocess
import sys

import suite

parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("--dump")
options, sys.argv[1:] = parser.parse_known_args()
DUMP = options.dump

TEMPORARY = """
import os, tempfile
with tempfile.NamedTemporaryFile() as f, tempfile.TemporaryDirectory() as d:
    f.write(b"x" * 100)
    open(os.path.join(d, "name"), "w").close()
open("/proc/%d/stat" % os.getpid()).read()
open("/proc/self/maps").read()
open("/dev/urandom", "rb").read(16)
os.pipe()
os.listdir("/proc")
os.kill(os.getpid(), 0)
"""
SCRIPT = """
echo text > file.$$
sh -c 'kill -0 $PPID; exit 3'
mkfifo fifo
cat file.$$ | sort > sorted
rm file.$$ fifo
ls -la . > /dev/null
mktemp -p . > /dev/null
"""
SERVER = """
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
c = socket.create_connection(s.getsockname())
a, who = s.accept()
a.send(b"hello")
c.recv(5)
c.getsockname()
"""
SOURCE = "#include <stdio.h>\nint main(void)\n{\n\tputs(\"hello\");\n\treturn 0;\n}\n"


def machine():
    """What the programs find there: somebody who installs a package between two runs changes it,
    and then they did not do the same."""
    found = []
    for path in ("/etc/ld.so.cache", "/etc/ssl", "/etc/ssl/certs", "/usr/bin", "/usr/lib"):
        try:
            found.append(os.stat(path).st_mtime_ns)
        except FileNotFoundError:
            found.append(None)
    return found


# In names of the directories that Python lists as it starts.
NUMBERS = {int(number) for path in (os.path.dirname(encodings.__file__), os.path.dirname(os.__file__))
           for name in os.listdir(path) for number in re.findall(r"\d{4,10}", name)}


class Again(suite.TapeTest):
    def recorded(self, command, where):
        """The tape of a run in a fresh directory."""
        directory = self.bench.path(where)
        os.mkdir(directory)
        with open(os.path.join(directory, "source.c"), "w") as f:
            f.write(SOURCE)
        tape, _ = self.bench.record(command, cwd=directory)
        subprocess.run(["rm", "-r", directory], check=True)
        return tape

    def side(self, command, where="work"):
        """What is compared. A process whose number happens to be in the name of a file that is
        there anyway (encodings/cp1140.py) makes the name its own: then once more."""
        for _ in range(20):
            tape = self.recorded(command, where)
            if not NUMBERS & {pid for pid, _ in self.bench.lines(tape)}:
                break
        dump = subprocess.run([DUMP, tape], stdout=subprocess.PIPE, check=True,
                              env=dict(os.environ, ASAN_OPTIONS="detect_leaks=1"))
        return dump.stdout.decode("utf-8", "surrogateescape").splitlines()

    def same(self, command, where=("work", "work")):
        for _ in range(5):
            before = machine()
            first, second = (self.side(command, name) for name in where)
            if machine() == before:
                break
        self.assertGreater(len(first), 10)
        self.assertEqual(first, second)
        return first

    def test_ls(self):
        self.same(["ls", "-laR", "/etc/ssl"])

    def test_temporary_names_and_proc(self):
        lines = self.same([sys.executable, "-S", "-c", TEMPORARY])
        self.assertTrue(any("<new#1>" in line for line in lines))
        self.assertTrue(any(line.startswith("kill(<self>, ") for line in lines))

    def test_shell(self):
        self.same(["sh", "-c", SCRIPT])

    def test_ports(self):
        lines = self.same([sys.executable, "-S", "-c", SERVER])
        self.assertTrue(any("port#1" in line for line in lines))

    def test_compiler(self):
        self.need("gcc")
        self.same(["gcc", "-c", "source.c"])

    def test_git(self):
        self.need("git")
        self.same(["git", "init", "-q", "repository"])

    def test_another_directory(self):
        """Where it runs does not matter."""
        self.same(["sh", "-c", "cat source.c; ls > names; rm names"], ("here", "there"))

    def test_what_is_another_is_told(self):
        base = self.side(["cat", "source.c"])
        for command, word in ((["cat", "-n", "source.c"], "cat -n"),
                              (["sh", "-c", "cat source.c"], "/bin/sh"),
                              (["cat", "missing.c"], "ENOENT"),
                              (["cat", "/etc/passwd"], "/etc/passwd")):
            other = self.side(command)
            new = [line for line in other if line not in base]
            self.assertTrue(any(word in line for line in new) or word == "/bin/sh" and new, command)

    def test_bytes(self):
        """The same bytes in other pieces are the same, others are not."""
        def written(text):
            lines = self.side([sys.executable, "-S", "-c", text])
            return [line for line in lines if line.startswith("stream $CWD/out")]

        whole = written("import os; f = os.open('out', 65); os.write(f, b'abcdef')")
        pieces = written("import os; f = os.open('out', 65); os.write(f, b'ab'); os.write(f, b'cdef')")
        other = written("import os; f = os.open('out', 65); os.write(f, b'abcdeg')")
        self.assertEqual(whole, pieces)
        self.assertEqual(len(whole), 1)
        self.assertNotEqual(whole, other)


if __name__ == "__main__":
    suite.main()
