#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `print -y` says of descriptors is what the kernel says: of a program that does all
there is to do with them at random, and of usual programs next to strace."""
import difflib
import os
import re
import sys

import run as driver
import suite
from harness import run, say, squeeze

SEEDS, STEPS = 4, 60
WALK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "state_walk.py")
PYTHON = os.path.realpath(sys.executable)
# A path in these brackets holds neither of them.
FILE = re.compile(r"fcntl\((\d+)(?:<([^<>]*)>(\(deleted\))?)?, F_GETFD\) .*")
CWD = re.compile(r"newfstatat\(AT_FDCWD(?:<([^<>]*)>)?, \"/marker\", .*")
NAME = re.compile(r"(\d|AT_FDCWD)<(/[^<>]*)>")
# Of these the number is known only when a program has asked for it.
NUMBERED = re.compile(r"((?:pipe|socket):\[)(?:\d+|\?)(\])")


def unescaped(text):
    return re.sub(r"\\([0-7]{1,3}|.)", lambda m: chr(int(m[1], 8)) if m[1][0].isdigit()
                  else {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)


def numberless(text):
    return NUMBERED.sub(r"\1?\2", text)


class State(suite.TapeTest):
    def walk(self, seed):
        """(what the kernel said, what analyze says), by process: [(fd or cwd, text)]."""
        top, log = self.bench.path(f"walk{seed}"), self.bench.path(f"log{seed}")
        os.mkdir(top)
        env = dict(os.environ, STATE_TOP=top)
        tape, result = self.bench.record([PYTHON, "-I", WALK, log, str(seed), str(STEPS), "0"],
                                         cwd=top, env=env, timeout=200)
        self.assertEqual(result.status, 0, result)
        wanted, found = {}, {}
        with open(log, encoding="utf-8", errors="surrogateescape") as f:
            for line in f:
                pid, fd, text = line.rstrip("\n").split(" ", 2)
                wanted.setdefault(int(pid), []).append((fd, text))
        for pid, text in driver.join(self.bench.lines(tape, "-y")):
            if m := FILE.fullmatch(text):
                name = None if m[2] is None else unescaped(m[2]) + (" (deleted)" if m[3] else "")
                found.setdefault(pid, []).append((m[1], name))
            elif m := CWD.fullmatch(text):
                found.setdefault(pid, []).append(("cwd", m[1] and unescaped(m[1])))
        return wanted, found

    def test_walk(self):
        count = 0
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                wanted, found = self.walk(seed)
                self.assertGreater(len(wanted), 1)
                for pid, lines in wanted.items():
                    # Calls that python itself makes are between them.
                    theirs = iter(found.get(pid, []))
                    for fd, text in lines:
                        said = next((t for n, t in theirs if n == fd), "nothing")
                        self.assertEqual((pid, fd, said), (pid, fd, text))
                        count += 1
        say(f"{count} descriptors and directories compared")

    def test_links(self):
        """A file has the name that the kernel has for it, whatever links led there."""
        os.mkdir(self.bench.path("real"))
        self.write("real/file", "text")
        os.symlink("real", self.bench.path("way"))
        os.symlink("way/file", self.bench.path("link"))
        tape, _ = self.bench.record(["cat", "link"], cwd=self.dir)
        real = os.path.realpath(self.bench.path("real/file"))
        lines = [text for _, text in self.bench.lines(tape, "-y")]
        self.assertEqual([line for line in lines if '"link"' in line and "openat" in line],
                         [f'openat(AT_FDCWD<{os.path.realpath(self.dir)}>, "link", O_RDONLY) = '
                          f"3<{real}>"])
        self.assertEqual(sum(line.startswith(f'read(3<{real}>, "text"') for line in lines), 1)

    # ---- next to strace ----

    def even(self, text, real):
        text = re.sub(r"0x[0-9a-f]{6,}", "0xA", numberless(text))
        text = re.sub(r"(\w+\(.*) = \d{3,}$", r"\1 = N", text)
        if real:
            text = NAME.sub(lambda m: f"{m[1]}<{os.path.realpath(unescaped(m[2]))}>", text)
        # Random names, the time, and numbers of processes.
        text = re.sub(r"/tmp/[\w./-]*", "/tmp/F", text)
        text = re.sub(r"(tv_sec|tv_n?u?sec|si_utime|si_stime|st_[amc]time\w*)=-?\d+", r"\1=T", text)
        text = re.sub(r'getrandom\("[^"]*"', 'getrandom("R"', text)
        return re.sub(r"\d{3,}", "N", text)

    def tasks(self, lines, real):
        tasks = {}
        for pid, text in driver.join(lines):
            if not re.match(r"--- SIGCHLD|rt_sigreturn|sysinfo", text):
                tasks.setdefault(pid, []).append(self.even(text, real))
        return [tasks[pid] for pid in sorted(tasks)]

    def compare(self, name, command, option, theirs, ours, real):
        theirs, ours = self.tasks(theirs, real), self.tasks(ours, real)
        self.assertEqual(len(theirs), len(ours))
        total = equal = 0
        wrong = []
        for a, b in zip(theirs, ours):
            same = difflib.SequenceMatcher(None, a, b, autojunk=False)
            equal += sum(block.size for block in same.get_matching_blocks())
            total += len(a)
            wrong += [line for line in difflib.unified_diff(a, b, "strace", "analyze", n=0,
                                                            lineterm="")
                      if not line.startswith("@@")]
        say(f"{name} {option}{' with links followed' if real else ''}: {equal} of {total} lines "
            f"are equal ({100 * equal / total:.1f} %)")
        return equal / total, "\n".join(wrong)

    def both(self, name, command, **more):
        command = ["setarch", "-R", *command]
        env = dict(os.environ, LC_ALL="C", TMPDIR=self.dir)
        path = self.bench.path("strace.txt")
        run(["strace", "-f", "-y", "-o", path, *command], env=env, **more)
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            pairs = [line.rstrip("\n").partition(" ") for line in f]
        theirs = [(int(pid), squeeze(text.lstrip(" "))) for pid, _, text in pairs]
        tape, _ = self.bench.record(command, env=env, **more)
        ours = self.bench.lines(tape, "-y")
        self.compare(name, command, "-y", theirs, ours, False)
        share, wrong = self.compare(name, command, "-y", theirs, ours, True)
        self.assertGreater(share, 0.98, wrong[:8000])
        return wrong

    def test_only_of_a_path(self):
        command = ["sh", "-c", "cat /etc/passwd >/dev/null; cd /etc; test -r passwd; cat hosts"]
        tape, _ = self.bench.record(command)
        lines = [text for _, text in self.bench.lines(tape, "-y", "-P", "/etc/passwd")
                 if not text.startswith(("+++", "---"))]
        self.assertTrue(all("passwd" in text for text in lines), lines)
        for call in ("openat(AT_FDCWD", "read(3", "close(3", "newfstatat(3"):
            self.assertTrue(any(text.startswith(call) for text in lines), (call, lines))
        # A relative path leads there, too.
        self.assertTrue(any('"passwd"' in text for text in lines), lines)
        both = self.bench.lines(tape, "-P", "/etc/passwd", "-P", "/etc/hosts")
        self.assertGreater(len(both), len(lines))

    def test_ls(self):
        self.assertEqual(self.both("ls", ["ls", "-l", "/usr/include/linux"]), "")

    def test_shell(self):
        self.need("sh")
        self.both("sh", ["sh", "-c", "cat /etc/passwd | sort | head -n 2 >/dev/null; cd /usr; ls; "
                         "exec 3</etc/hosts; cat <&3; exec 3<&-"])

    def test_gcc(self):
        self.need("gcc")
        source = self.write("hello.c", "#include <stdio.h>\nint main(void) { return 0; }\n")
        command = ["gcc", "-c", "-o", self.bench.path("hello.o"), source]
        run(command)  # what it writes is there then, both times
        self.both("gcc", command)

    def test_git(self):
        self.need("git")
        where = self.bench.path("repository")
        run(["git", "init", "-q", where])
        self.write("repository/file", "text\n")
        self.both("git", ["git", "-C", where, "status", "--short"])


if __name__ == "__main__":
    suite.main()
