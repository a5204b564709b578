#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`analyze print` writes what strace writes: the same programs, recorded once by each,
without address randomisation, compared line by line. What must differ between any two
runs (pids, times, random bytes) is made equal first."""
import difflib
import os
import re

import run as driver
import suite
from harness import run, squeeze

# Lines that say different things of one and the same call, on purpose.
UNEQUAL = [(re.compile(pattern), replacement) for pattern, replacement in (
    (r"0x[0-9a-f]{6,}", "0xA"),
    (r"/tmp/[\w./-]*", "/tmp/F"),
    # Random and passing things.
    (r"^getrandom\(\"[^\"]*\"(\.\.\.)?", 'getrandom("R"'),
    (r"\b(tv_sec|tv_nsec|tv_usec|si_utime|si_stime|st_[amc]time\w*)=-?\d+( /\* [^*]* \*/)?", r"\1=T"),
    (r"\b(st_ino|f_[a-z]+)=(\{[^}]*\}|\d+)", r"\1=V"),
    (r"\b(sin_port=htons)\(\d+\)|sa_data=\"[^\"]*\"", r"\1V"),
    (r"^sysinfo\(\{.*\}\)", "sysinfo({I})"),
    (r"^(getpp?id|getpgrp|getpgid|getsid)(\(.*\)) = \d+$", r"\1\2 = N"),
)]


# What is told when another process wills it, in the midst of anything.
# A temporary name that is taken costs another few random bytes.
PASSING = re.compile(r"--- SIGCHLD .*|rt_sigreturn\(.*|wait4\(.*ERESTARTSYS.*|"
                     r"getrandom\(.*, 8, GRND_NONBLOCK\).*")


def even(text, pids):
    text = re.sub(r"\d{3,}", lambda m: "N" if int(m[0]) in pids else m[0], text)
    for pattern, replacement in UNEQUAL:
        text = pattern.sub(replacement, text)
    return text


class Notation(suite.TapeTest):
    def by_task(self, lines, pids):
        """The tasks' texts, in the order in which the tasks were made."""
        tasks = {}
        for pid, text in driver.join(lines):
            if not driver.SPOKEN.fullmatch(text) and not PASSING.fullmatch(text):
                tasks.setdefault(pid, []).append(even(text, pids))
        return [tasks[pid] for pid in sorted(tasks)]

    def strace(self, command, options, **more):
        path = self.bench.path("strace.txt")
        run(["strace", "-f", "-o", path, *options, *command], **more)
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            pairs = [line.rstrip("\n").partition(" ") for line in f]
        return [(int(pid), squeeze(text.lstrip(" "))) for pid, _, text in pairs]

    def same(self, command, options=(), **more):
        command = ["setarch", "-R", *command]
        env = dict(os.environ, LC_ALL="C", TMPDIR=self.dir)
        more.setdefault("env", env)
        theirs = self.strace(command, options, **more)
        tape, _ = self.bench.record(command, **more)
        ours = self.bench.lines(tape, *options)
        # Of both, because a process number may be the size of a file as well.
        pids = {pid for pid, _ in theirs + ours}
        theirs, ours = self.by_task(theirs, pids), self.by_task(ours, pids)
        wrong = []
        for a, b in zip(theirs, ours):
            wrong += [line for line in difflib.unified_diff(a, b, "strace", "analyze", n=0,
                                                            lineterm="")
                      if not line.startswith("@@")]
        self.assertEqual(len(theirs), len(ours))
        self.assertEqual("\n".join(wrong), "")

    def test_ls(self):
        self.same(["ls", "-l", "/usr/include/linux"])

    def test_ls_options(self):
        for options in (["-v"], ["-x"], ["-xx"], ["-s", "100"], ["-s", "0"],
                        ["-e", "trace=%file"], ["-e", "trace=!mmap,read"], ["-z"], ["-Z"]):
            with self.subTest(options=options):
                self.same(["ls", "-l", "/usr/include/linux"], options)

    def test_shell(self):
        self.same(["sh", "-c", "echo one; cat /etc/passwd | head -n 2; (exit 3); echo $?; "
                   "test -f /nonexistent || true; cd /; pwd; ls /nonexistent"])

    def test_gcc(self):
        source = self.write("hello.c", "#include <stdio.h>\nint main(void) { return 0; }\n")
        run(["gcc", "-c", "-o", self.bench.path("hello.o"), source])
        self.same(["gcc", "-c", "-o", self.bench.path("hello.o"), source])

    def test_tar(self):
        os.mkdir(self.bench.path("tree"))
        for i in range(5):
            self.write(f"tree/{i}", "x" * i)
        self.same(["tar", "cf", self.bench.path("out.tar"), "-C", self.dir, "--sort=name", "tree"])

    def test_python(self):
        self.same(["/usr/bin/python3", "-I", "-c", "import json, socket; "
                   "print(json.dumps([1]))"])

    def test_find_and_dates(self):
        self.same(["find", "/usr/include/linux", "-name", "a*", "-newer", "/etc/hostname"])
        self.same(["date", "-r", "/etc/hostname"])
        self.same(["dd", "if=/dev/zero", "of=/dev/null", "bs=100", "count=3", "status=none"])
        self.same(["stat", "-f", "/"])

    def test_own_programs(self):
        """What has names in its arguments that no usual program uses."""
        for name in ("files", "controls", "polling", "mmsg", "scm_rights", "getsockopt_len",
                     "memory", "null_pointers", "iov_many", "partial_iov", "int3",
                     "sigqueue", "sig_ignored_blocked", "strings_edge", "odd_numbers",
                     "exec_args"):
            with self.subTest(program=name):
                self.same([self.prog(name)])

    def test_32_bits(self):
        program = self.prog("calls32")
        if not os.path.exists(program):
            self.skipTest("the compiler makes no 32-bit programs")
        for options in ([], ["-v"], ["-e", "trace=send,?nothing"], ["-e", "trace=%creds,%ipc,%signal"],
                        ["-e", "trace=/64$"], ["-e", "trace=!mmap,send,%file"],
                        ["-e", "trace=%%stat"]):
            with self.subTest(options=options):
                self.same([program], options)


if __name__ == "__main__":
    suite.main()
