#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is typed while a terminal shows nothing is a secret, on each side of the terminal, and
what the program makes of it afterwards; what is typed in the open is none."""
import base64
import os
import sys
import zlib

import planted
from terminal import Terminal

TYPED = "Ty\"ed-pw/71x"
SHORT = "q7#Z"
OPEN = "ordinary7words"

BASH = """
read -r -p 'name? ' name; read -r -s -p 'secret? ' x; echo; read -r -s -p 'again? ' y; echo
printf %s "$x" | base64; printf %s "$x" | od -An -tx1 -v | tr -d ' \\n'
printf '%s\\n' "$x" >kept; echo "done $name"
"""
GETPASS = """
import base64, getpass, json
name = input("name? ")
x, y = getpass.getpass("secret? "), getpass.getpass("again? ")
print(base64.b64encode(x.encode()).decode(), json.dumps({"p": x}), x.encode().hex())
print("done", name)
"""
# Characters as they come, nothing shown, as programs that draw stars have it.
STARS = """
import sys, termios, tty
def ask(prompt):
    fd, text = sys.stdin.fileno(), ""
    before = termios.tcgetattr(fd)
    tty.setraw(fd)
    print(prompt, end="", flush=True)
    while (c := sys.stdin.read(1)) not in "\\r\\n":
        text += c
        print("*", end="", flush=True)
    termios.tcsetattr(fd, termios.TCSADRAIN, before)
    print(flush=True)
    return text
name = input("name? ")
x, y = ask("secret? "), ask("again? ")
print(x.encode().hex(), "done", name)
"""
# Somebody who types for another: expect(1), sshpass(1).
EXPECT = """
import base64, os, pty, sys, zlib
name, x, y = (os.environ[k] for k in ("A", "B", "C"))
pid, fd = pty.fork()
if pid == 0:
    os.execlp(sys.executable, sys.executable, "-S", "getpass.py")
def expect(what):
    text = b""
    while what not in text:
        text += os.read(fd, 1000)
for prompt, z in ((b"name? ", name), (b"secret? ", x), (b"again? ", y)):
    expect(prompt)
    os.write(fd, zlib.decompress(base64.b85decode(z)) + b"\\n")
expect(b"done")
os.close(fd)
os.wait()
"""


class Typed(planted.PlantTest):
    def type(self, command, newline=b"\n"):
        tape = self.bench.new_tape()
        terminal = Terminal(self.bench.command(tape, command), self.dir)
        for prompt, text in ((b"name? ", OPEN), (b"secret? ", TYPED), (b"again? ", SHORT)):
            terminal.read_until(prompt)
            terminal.type(text.encode() + newline)
        terminal.read_until(b"done")
        self.assertEqual(terminal.end(), 0)
        return tape

    def check(self, tape):
        before = planted.plain(tape)
        _, text = self.gone(tape, [TYPED])
        self.there(SHORT.encode(), before)
        self.not_there(SHORT.encode(), text)
        self.assertEqual(planted.runs(text, TYPED), [])
        self.there(OPEN.encode(), text)

    def test_shell(self):
        self.need("bash", "base64", "od", "tr")
        self.check(self.type(["bash", "-c", BASH]))

    def test_getpass(self):
        self.check(self.type([sys.executable, "-S", self.write("ask.py", GETPASS)]))

    def test_stars(self):
        tape = self.type([sys.executable, "-S", self.write("ask.py", STARS)], b"\r")
        self.gone(tape, [TYPED])

    def test_for_another(self):
        self.write("getpass.py", GETPASS.replace("import base64, getpass",
                                                 "import base64, sys; sys.path.pop(0)\n"
                                                 "import getpass"))
        env = {k: base64.b85encode(zlib.compress(v.encode())).decode()
               for k, v in (("A", OPEN), ("B", TYPED), ("C", SHORT))}
        tape, result = self.bench.record(
            [sys.executable, "-S", self.write("expect.py", EXPECT)], cwd=self.dir,
            env={"PATH": os.environ["PATH"], **env})
        self.assertEqual(result.status, 0, result)
        self.check(tape)


if __name__ == "__main__":
    planted.main()
