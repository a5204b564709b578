#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs of the same program under conditions that are none of its business compare equal: in
another directory, with another home, another place for temporary files, another size of the
terminal, on a machine that has other things to do."""
import fcntl
import os
import struct
import subprocess
import sys
import termios

import suite
import test_diff_same as same

PROGRAMS = {name: rows[name] for rows, name in (
    (same.TOOLS, "python"), (same.TOOLS, "sqlite3"), (same.TOOLS, "sort"), (same.SHELLS, "sh"),
    (same.SHELLS, "pipeline"), (same.BUILDS, "make -j2"), (same.BUILDS, "git commit"))}
POOLS = {name: rows[name] for rows, name in (
    (same.POOLS, "thread pool"), (same.POOLS, "fork pool"), (same.POOLS, "xz -T2"),
    (same.TOOLS, "curl"), (same.SHELLS, "jobs"))}
BUSY = "while True: pass"


class Unlike(same.Same):
    """Its subclasses say what is otherwise in every second run."""
    programs = PROGRAMS
    more = {}

    def arrange(self):
        """What the next run needs: more arguments of recorded()."""
        return {}

    def restore(self):
        self.work, self.env = self.usual
        return {}

    def setUp(self):
        super().setUp()
        self.usual = self.work, dict(self.env)

    def runs(self, name, program, count):
        for i, tape in enumerate(super().runs(name, program, count)):
            yield tape
            self.more = self.restore() if i % 2 else self.arrange()

    def recorded(self, command, env=None, options=(), **more):
        return super().recorded(command, env, options, **(more | self.more))


class Directory(Unlike):
    def arrange(self):
        self.work = self.bench.path("elsewhere")
        return {}


class Home(Unlike):
    def arrange(self):
        self.env |= {"HOME": self.bench.path("another"), "TMPDIR": self.bench.path("scratch")}
        return {}


class Busy(Unlike):
    programs = POOLS

    def arrange(self):
        self.others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
        for child in self.others:
            self.addCleanup(child.wait)
            self.addCleanup(child.kill)
        return {}

    def restore(self):
        for child in self.others:
            child.kill()
        return super().restore()


class Terminal(Unlike):
    """What asks for the size, and does not need it."""
    programs = {"ls -l": same.Program(["sh", "-c", "ls -l *.txt >list"], same.texts),
                "stty": same.Program(["sh", "-c", "test -t 0 && stty -a >/dev/null; cat 1.txt"],
                                     same.texts)}

    def size(self, rows, columns):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return {"stdin": self.theirs}

    def setUp(self):
        super().setUp()
        ours, self.theirs = os.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, self.theirs)
        self.more = self.size(25, 80)

    def arrange(self):
        return self.size(50, 132)

    def restore(self):
        return self.size(25, 80)


for _class in (Directory, Home, Busy, Terminal):
    for _name, _program in _class.programs.items():
        setattr(_class, same.test_name(_name),
                lambda self, n=_name, p=_program: self.compare(n, p))
del _class


if __name__ == "__main__":
    suite.main()
