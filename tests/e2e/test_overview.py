#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the overview says of real programs: the cause of a bad end is named, what every
program meets all day is not, and a screen is enough."""
import json
import os
import re
import sys

import suite
from harness import run


class Overview(suite.TapeTest):
    def overview(self, command, status=0, **more):
        env = dict(os.environ, LC_ALL="C")
        tape, result = self.bench.record(command, env=env, cwd=self.dir, **more)
        self.assertEqual(result.status, status, result)
        said = json.loads(self.bench.ask("--json", tape))
        text = self.bench.ask(tape).decode()
        self.assertNotIn("\x1b", text)
        self.assertLessEqual(text.count("\n"), 80)
        self.assertIn("\ncomplete, 0 events lost", text)
        return text, said

    def test_compile_error(self):
        """The compiler proper is to blame, not the driver that passed it on."""
        self.need("gcc")
        self.write("bad.c", "#include <nofile.h>\n")
        text, said = self.overview(["gcc", "-c", "bad.c"], 1)
        self.assertEqual(len(said["problems"]), 1)
        problem = said["problems"][0]
        self.assertEqual(problem["end"], "exited with 1")
        self.assertIn("nofile.h: No such file", problem["wrote"])
        self.assertEqual(problem["failed_last"]["error"], "ENOENT")
        self.assertRegex(problem["failed_last"]["object"], "/nofile.h$")
        self.assertRegex(text, r"What went wrong\n +\d+  \S*/cc1 .*\n +exited with 1\n +cause: "
                         r"nofile\.h was found in none of \d+ places.*\n +seen:  .*\n +wrote: ")
        self.assertRegex(text, r"openat +ENOENT +\S+/nofile\.h and in \d+ other directories"
                               r"   <- before a bad end\n")

    def test_crash(self):
        text, said = self.overview([self.prog("die"), "segv"], -11)
        self.assertRegex(text, r"^\S+/die segv\n  killed by SIGSEGV \(SEGV_MAPERR, address ")
        self.assertEqual(len(said["problems"]), 1)
        self.assertRegex(said["problems"][0]["end"], "^killed by SIGSEGV")

    def test_crash_that_the_command_hides(self):
        text, said = self.overview(["sh", "-c", f"{self.prog('die')} abort; exit 0"])
        self.assertIn("exited with 0 after ", text)
        self.assertRegex(said["problems"][0]["end"], "^killed by SIGABRT")

    def test_failures_that_do_not_matter(self):
        """A script's tests fail by design; so does the search for a program."""
        text, said = self.overview(
            ["sh", "-c", "test -e nothing; grep -q x /dev/null; PATH=/nowhere:$PATH ls; exit 0"])
        self.assertEqual(said["problems"], [])
        self.assertNotIn("What went wrong", text)
        self.assertNotIn("/nowhere", text.split("Calls that failed")[-1].split("\n\n")[0])

    def test_the_file_that_is_missing_is_named(self):
        text, _ = self.overview(["cat", "no/such/file"], 1)
        self.assertIn("cause: no/such/file does not exist\n", text)
        self.assertIn("wrote: cat: no/such/file: No such file or directory", text)

    def test_build(self):
        """More than a hundred processes on one screen."""
        self.need("gcc", "make")
        for i in range(40):
            self.write(f"f{i}.c", f"int f{i}(int x) {{ return x + {i}; }}\n")
        objects = " ".join(f"f{i}.o" for i in range(40))
        self.write("Makefile", f"lib.a: {objects}\n\tar rcs $@ $^\n%.o: %.c\n\tgcc -c -o $@ $<\n")
        text, said = self.overview(["make", "-s", "-j2"])
        self.assertGreater(len(said["processes"]), 100)
        self.assertEqual(said["problems"], [])
        self.assertRegex(text, r"\n├─ 40 × gcc -c -o f\d+\.o f\d+\.c\n")
        self.assertRegex(text, r"system calls by 12\d processes")

    def test_failed_build(self):
        self.need("gcc", "make")
        for i in range(4):
            self.write(f"f{i}.c", "int f(void) { return 1; }\n" if i != 2 else "int f(void) { y; }\n")
        self.write("Makefile", "all: f0.o f1.o f2.o f3.o\n%.o: %.c\n\tgcc -c -o $@ $<\n")
        _, said = self.overview(["make", "-s", "-j2"], 2)
        self.assertEqual(len(said["problems"]), 1)
        self.assertIn("f2.c", said["problems"][0]["wrote"])

    def test_peers(self):
        """Who was connected to, by the same rows as those of net; those that failed come first."""
        text, said = self.overview(
            [sys.executable, "-c",
             "import socket\n"
             "s = socket.create_server(('127.0.0.1', 0)); there = s.getsockname()\n"
             "c = socket.create_connection(there); s.accept()[0].close(); s.close()\n"
             "probe = socket.socket(type=socket.SOCK_DGRAM); probe.connect(there)\n"
             "closed = [socket.socket().connect_ex(there) for i in range(3)]\n"
             "u = socket.socket(type=socket.SOCK_DGRAM); u.connect(('127.0.0.1', 9))\n"])
        peers = said["touched"]["peers"]
        there = peers[0]["peer"]
        self.assertEqual(peers[0], {"peer": there, "protocol": "TCP", "connects": 4, "failed": 3,
                                    "accepted": 0})
        self.assertRegex(text, rf"(?m)^  {there}  4 connections tried, 3 failed\n"
                               r"  127\.0\.0\.1:9 \(UDP\)  1 connection tried\n"
                               rf"  {there}  accepted 1$")

    def test_hostile_words(self):
        """Escape sequences in arguments, in file names and on descriptor 2 are shown as text."""
        text, _ = self.overview(
            [sys.executable, "-c", "import sys; sys.stderr.write('\\33[31mred\\33]0;title\\7'); "
             "sys.exit(9)", "\x1b[1margument"], 9)
        self.assertIn(r"\x1b[1margument", text)
        self.assertIn(r"wrote: \x1b[31mred\x1b]0;title\x07", text)
        text, _ = self.overview(["cat", "no\x1b[2Jfile"], 1)
        self.assertIn(r"cause: no\x1b[2Jfile does not exist", text)

    def test_two_tapes(self):
        one, _ = self.bench.record(["sh", "-c", "exit 3"])
        two, _ = self.bench.record(["true"])
        with open(one, "rb") as a, open(two, "rb") as b:
            both = self.write("both.zst", a.read() + b.read())
        for result in (self.bench.ask(both), self.bench.ask(one, two)):
            ends = re.findall(rb"^  exited with (\d+) after", result, re.M)
            self.assertEqual(ends, [b"3", b"0"])

    def test_on_a_terminal(self):
        """Colour there, and only there; never with NO_COLOR."""
        tape, _ = self.bench.record(["sh", "-c", "exit 3"])
        for setting, wanted in ((None, True), ("1", False), ("", True)):
            env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
            if setting is not None:
                env["NO_COLOR"] = setting
            shown = run(["script", "-qec", f"{self.bench.analyze} {tape}", "/dev/null"], env=env)
            self.assertEqual(b"\x1b[" in shown.out, wanted, shown.out)


if __name__ == "__main__":
    suite.main()
