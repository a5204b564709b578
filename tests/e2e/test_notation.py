#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`analyze print` writes what strace writes: the same programs, recorded once by each,
without address randomisation, compared line by line. What must differ between any two
runs (pids, times, random bytes) is made equal first."""
import difflib
import errno
import os
import re

import dictation
import even
import suite
from harness import run

# What is told when another process wills it, in the midst of anything.
# A temporary name that is taken costs another few random bytes.
# With -n and -i there is what it came behind in front of it, which differs then, too.
PASSING = re.compile(r"(\[[ 0-9a-f]+\] )*(--- SIGCHLD .*|rt_sigreturn\(.*|wait4\(.*ERESTARTSYS.*|"
                     r"getrandom\(.*, 8, GRND_NONBLOCK\).*)")


class Notation(suite.TapeTest):
    def same(self, command, options=(), **more):
        more.setdefault("env", even.environment(self.dir))
        theirs = even.strace(self.bench, command, options, **more)
        ours = even.systape(self.bench, command, options, **more)
        pids = even.pids_of(theirs, ours)
        theirs, ours = (even.by_task(lines, pids, PASSING) for lines in (theirs, ours))
        wrong = []
        for a, b in zip(theirs.values(), ours.values()):
            wrong += [line for line in difflib.unified_diff(a, b, "strace", "analyze", n=0,
                                                            lineterm="")
                      if not line.startswith("@@")]
        self.assertEqual(list(theirs), list(ours))
        self.assertEqual("\n".join(wrong), "")

    def test_ls(self):
        self.same(["ls", "-l", "/usr/include/linux"])

    def test_ls_options(self):
        for options in (["-v"], ["-x"], ["-xx"], ["-s", "100"], ["-s", "0"],
                        ["-e", "trace=%file"], ["-e", "trace=!mmap,read"], ["-z"], ["-Z"]):
            with self.subTest(options=options):
                self.same(["ls", "-l", "/usr/include/linux"], options)

    def test_choice_of_lines(self):
        """By how calls ended, by signals; in strace's old and long spellings."""
        command = ["sh", "-c", "trap : USR1; kill -USR1 $$; kill -0 1; (exit 3)"]
        for options in (["-e", "status=failed"], ["-e", "status=!failed"],
                        ["-e", "status=unfinished"], ["-z", "-e", "status=unfinished,failed"],
                        ["-e", "status=failed", "-z"], ["--successful-only"], ["--failed-only"],
                        ["-e", "signal=USR1"], ["-e", "signal=none", "-qq"],
                        ["--signal=!10,SIGCHLD", "-e", "trace=process"],
                        ["--quiet=exit", "-e", "file"], ["-e", "quiet=all"],
                        ["--trace=!memory,ipc", "--no-abbrev", "--columns=10"],
                        ["--strings-in-hex", "-e", "signal"],
                        ["--strings-in-hex=non-ascii", "--string-limit=5"],
                        ["--const-print-style=raw", "--trace-path=/dev/null"],
                        ["-n", "-e", "trace=kill,rt_sigaction"], ["--syscall-number", "--trace=kill"],
                        ["-i", "-e", "trace=kill", "-e", "signal=none", "-qq"]):
            with self.subTest(options=options):
                self.same(command, options)

    def test_names_of_processes(self):
        """Of a script its own, of a child its parent's until it runs something else."""
        self.write("script", "#!/bin/sh\nkill -0 $$\n/bin/sleep 0 &\nwait\n", 0o755)
        tape, _ = self.bench.record([self.bench.path("script")])
        lines = self.bench.ask("print", "-Y", tape).decode().splitlines()[1:]
        names = re.findall(r"^(\d+)<(\w+)> ", "\n".join(lines), re.M)
        self.assertEqual(len(names), len(lines))
        shell = names[0][0]
        child = next(pid for pid, _ in names if pid != shell)
        self.assertEqual({n for pid, n in names if pid == shell}, {"script"})
        self.assertEqual([n for i, n in enumerate(n for pid, n in names if pid == child)
                          if i == 0 or n == "sleep"][:2], ["script", "sleep"])
        text = "\n".join(lines)
        self.assertIn(f"kill({shell}<script>, 0)", text)
        self.assertIn(f"si_pid={child}<sleep>", text)

    def test_long_spellings(self):
        """Those of what no two recordings have in common."""
        tape, _ = self.bench.record(["true"])
        for short, long in (("-t", "--timestamps"), ("-t", "--timestamps=time"),
                            ("-tt", "--absolute-timestamps=us"), ("-ttt", "--timestamps=unix,us"),
                            ("-r", "--relative-timestamps"), ("-T", "--syscall-times=us"),
                            ("-y", "--decode-fds=path"), ("-yy", "--decode-fds=all"),
                            ("-y", "--decode-fds"), ("-i", "--instruction-pointer"),
                            ("-Y", "--decode-pids=comm")):
            with self.subTest(long=long):
                said = self.bench.ask("print", short, tape)
                self.assertEqual(self.bench.ask("print", long, tape), said)
                self.assertNotEqual(self.bench.ask("print", tape), said)

    def test_wrong_sets(self):
        tape, _ = self.bench.record(["true"])
        for option in ("--status=x", "--signal=0", "--signal=SIGNONE", "--signal=65", "--quiet=x",
                       "--timestamps=unix", "--decode-fds=dev", "--const-print-style=x",
                       "--strings-in-hex=no", "--relative-timestamps=ns"):
            with self.subTest(option=option):
                result = run([self.bench.analyze, "print", option, tape])
                self.assertEqual(result.status, 2)
                self.assertEqual(result.out, b"")
                self.assertEqual(result.err.count(b"\n"), 1)

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

    def dictated(self, abi, lines, error, options=()):
        """What strace and analyze say of calls that a filter answers with @error."""
        program = self.prog("dictated" if abi == 64 else "dictated32")
        if not os.path.exists(program):
            self.skipTest("the compiler makes no 32-bit programs")
        if b"strace -- version 6.1\n" not in run(["strace", "-V"]).out:
            self.skipTest("strace is another than the one that the exceptions are of")
        command = [program, self.write("dictation", "\n".join(lines) + "\n"), str(error)]
        told = []
        for tell in (even.strace, even.systape):
            texts = [text for _, text in tell(self.bench, command, options)]
            begin = next(i for i, text in enumerate(texts)
                         if re.match(r"prctl\((PR_SET_SECCOMP|0x16)", text))
            told.append(texts[begin + 1:])
        self.assertEqual(*map(len, told))
        return list(zip(*told))

    def test_selectors(self):
        """Each variant of the calls that have variants, as if it succeeded and failed."""
        for abi in (64, 32):
            lines = dictation.Dictation(abi).everything()
            for error, options in ((0, ()), (errno.EINVAL, ()), (0, ("-v",))):
                with self.subTest(abi=abi, error=error, options=options):
                    pairs = self.dictated(abi, lines, error, options)
                    wrong = [f"- {theirs}\n+ {ours}" for theirs, ours in pairs
                             if theirs != ours and not dictation.excepted(theirs, abi)]
                    self.assertEqual("\n".join(wrong), "")
                    # The exceptions do not swallow the rule.
                    same = sum(theirs == ours for theirs, ours in pairs)
                    self.assertGreater(same, 0.7 * len(pairs))

    def test_shapes(self):
        for abi in (64, 32):
            lines = dictation.Dictation(abi).shapes()
            for options in ((), ("-v",), ("-v", "-X", "raw"), ("-v", "-X", "verbose"), ("-xx",)):
                with self.subTest(abi=abi, options=options):
                    wrong = [f"- {theirs}\n+ {ours}" for theirs, ours in
                             self.dictated(abi, lines, 0, options) if theirs != ours]
                    self.assertEqual("\n".join(wrong), "")

    def test_names_of_requests(self):
        for abi in (64, 32):
            with self.subTest(abi=abi):
                pairs = self.dictated(abi, dictation.Dictation(abi).named(), errno.EBADF)
                names = [[re.split(r", |\)", text)[1] for text in pair] for pair in pairs
                         if pair[0].startswith("ioctl(3, ")]
                wrong = [f"- {theirs}\n+ {ours}" for theirs, ours in names
                         if theirs != ours and not re.match(dictation.UNNAMED, theirs)]
                self.assertEqual("\n".join(wrong), "")


if __name__ == "__main__":
    suite.main()
