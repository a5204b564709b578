#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How much of what `analyze print` writes is, letter for letter, what strace writes of the
same program. Each program runs twice under strace and once under `rec`: a kind of line that
differs between the two of strace is the program's, not ours. What differs must be
understood, and little; the table on stderr says what it was and how often.

Programs run in a directory of their own, in the same one each time, emptied of what the
last run has made."""
import collections
import difflib
import os
import re
import subprocess
import sys

import even
import harness
import suite
from harness import run

GOAL = 99.0
SHOWN = 12
STRING = r'"(?:[^"\\]|\\.)*"(?:\.\.\.)?'
POLLED = r"\[\{fd=\d+, events=POLL\w+(?:\|POLL\w+)*\}(?:, \{fd=\d+, events=POLL\w+\})*\]"
REVENTS = r"\(" + POLLED.replace("events", "revents") + r"\)"
AGAIN = r"-1 EAGAIN \(Resource temporarily unavailable\)"

# (programs or * for all, a whole line, why it differs). The expressions are exact where they
# can be: a line that is only written otherwise must not pass for one that varies.
UNDERSTOOD = [(programs.split(), re.compile(pattern, re.S), reason)
              for programs, pattern, reason in (
    ("*", r"(?:\[\w+\] )?rt_sigreturn\(\) = .*",
     "ours: the mask that rt_sigreturn restores is on the stack, and not on the tape"),
    ("*", r"(?:\[\w+\] )?rt_sigreturn\(\{mask=\[[A-Z0-9 ]*\]\}\) = .*",
     "rt_sigreturn, as strace has it"),
    ("*", r"getrandom\(\"R\", 8, GRND_NONBLOCK\) = 8",
     "a temporary name that is taken costs another few random bytes"),
    ("sh gcc make git", r"--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=N, "
     r"si_uid=\d+, si_status=\d+, si_utime=T, si_stime=T\} ---",
     "a child ends in the midst of anything"),
    ("make git", r"read\(\d, 0xA, \d+\) = \? ERESTARTSYS "
     r"\(To be restarted if SA_RESTART is set\)", "a child ends in the midst of anything"),
    ("sh make git", r"wait4\(-1, (?:0xA|NULL|\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == \d\}\]), "
     r"(?:0|WNOHANG), NULL\) = (?:0|N|-1 ECHILD \(No child processes\)|"
     r"\? ERESTARTSYS \(To be restarted if SA_RESTART is set\))",
     "whether a child has ended when it is asked for"),
    ("make", r"pselect6\(\d, \[\d\], NULL, NULL, (?:NULL|\{tv_sec=T, tv_nsec=T\}), "
     r"\{sigmask=\[\], sigsetsize=8\}\) = "
     r"(?:1 \(in \[\d\](?:, left \{tv_sec=T, tv_nsec=T\})?\)|"
     r"\? ERESTARTNOHAND \(To be restarted if no handler\))",
     "whether a child ends while its sibling's token is waited for"),
    ("make", r"(?:read|write)\(\d, \"\+\", 1\) = (?:1|" + AGAIN + ")",
     "who has the second job's token"),
    ("make", r"read\(\d, 0xA, 1\) = " + AGAIN, "who has the second job's token"),
    ("make", r"prlimit64\(0, RLIMIT_NOFILE, NULL, \{rlim_cur=\d+, rlim_max=\w+\}\) = 0|"
     r"dup2\(5, 0\) = 0",
     "whether two jobs run at a time: only one of them has the standard input"),
    ("node", r"sched_yield\(\) = 0", "how long a thread is waited for"),
    ("git node", r"futex\(0xA, FUTEX_(?:WAIT|WAKE|WAIT_BITSET)(?:_PRIVATE)?"
     r"(?:\|FUTEX_CLOCK_REALTIME)?, (?:\d+|N)(?:, NULL(?:, FUTEX_BITSET_MATCH_ANY)?)?\) = "
     r"(?:\d+|\?|" + AGAIN + ")", "threads meet at a lock, or not"),
    ("node", r"rt_sigprocmask\(SIG_SETMASK, ~?\[[A-Z0-9_ ]*\], NULL, 8\) = 0|"
     r"set_robust_list\(0xA, 24\) = 0|rseq\(0xA, 0x20, 0, 0xA\) = 0|prctl\(PR_SET_NAME, .*\) = 0",
     "how far a thread's beginning comes until the process ends"),
    ("git node", r"(?:mmap\((?:NULL|0xA), (?:67108864|134217728), PROT_NONE, "
     r"MAP_PRIVATE\|MAP_ANONYMOUS\|MAP_NORESERVE, -1, 0\)|munmap\(0xA, \d+\)) = (?:0xA|0)",
     "the first thread to ask has the aligned place for its heap"),
    ("git node", r"mprotect\(0xA, \d+, PROT_READ\|PROT_WRITE\) = 0",
     "in which thread's heap there is room"),
    ("git perl sqlite3", r"read\(\d, " + STRING + r", (?:4|8|44)\) = (?:4|8|44)",
     "random bytes, read from a device"),
    ("git", r"write\(3, (?:\"DIRC" + STRING[1:] + r", \d+|" + STRING + r", 20)\) = \d+",
     "an index has its files' times, and a sum of all"),
    ("git", r"pread64\(\d, " + STRING + r", \d+, \d+\) = \d+",
     "which thread unpacks it: each has a descriptor of its own"),
    ("git", r"alarm\(0\) = 0", "how often two pipes are waited for"),
    ("git", r"(?:read|write)\(\d, " + STRING + r", \d+\) = \d+",
     "where what goes through a pipe is cut"),
    ("git", r"poll\(" + POLLED + r", \d, (?:\d+|-1)\) = (?:[12] " + REVENTS + r"|0 \(Timeout\))",
     "which of two pipes ends first"),
    ("perl", r"brk\(0xA\) = 0xA", "tables are laid out by random bytes"),
    ("sqlite3", r"pwrite64\(\d, " + STRING + r", \d+, \d+\) = \d+",
     "a journal's nonce, and sums made with it"),
    ("curl", r"poll\(" + POLLED + r", \d, \d+\) = (?:[12] " + REVENTS + r"|0 \(Timeout\))",
     "how many milliseconds are left, and whether the answer has come"),
    ("curl", r"rt_sigaction\(SIGPIPE, (?:NULL, )?\{sa_handler=SIG_IGN, sa_mask=\[PIPE\], "
     r"sa_flags=SA_RESTORER\|SA_RESTART, sa_restorer=0xA\}, (?:NULL, )?8\) = 0",
     "how often the answer is asked for"),
    ("curl", r"(?:recvfrom\(\d, (?:0xA|" + STRING + r"), \d+, 0, NULL, NULL\)|"
     r"write\(\d, " + STRING + r", \d+\)) = (?:\d+|" + AGAIN + ")",
     "where the answer is cut"),
    ("ip ss", r".*\bnlmsg_.*|.*AF_NETLINK.*",
     "netlink: messages are not all told yet, and what they tell of changes"),
    ("ss", r"(?:read|write)\(\d, " + STRING + r", \d+\) = \d+",
     "its own number, and others' sockets"),
)]

# Who says the same lines at another place, because it waits for more than one thing.
MOVING = "sh make git node curl".split()
MOVED = "the same line, earlier or later, or of another thread"

Row = collections.namedtuple("Row", "name lines tasks own share goal why kinds")


def reason(program, text, others):
    """Why a line is only on one side, or None. others: what is only on the other side."""
    for programs, pattern, why in UNDERSTOOD:
        if ("*" in programs or program in programs) and pattern.fullmatch(text):
            return why
    return MOVED if program in MOVING and text in others else None


def only(a, b):
    """What is in one of two tasks' lines only: (of a, of b)."""
    left, right = [], []
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    for tag, low, high, start, end in matcher.get_opcodes():
        if tag != "equal":
            left += a[low:high]
            right += b[start:end]
    return left, right


class Difference:
    """Of two tellings by task: the share of equal lines in percent, the kinds of the unequal
    ones, and those that nobody understands."""

    def __init__(self, program, theirs, ours):
        self.kinds, self.puzzles = collections.Counter(), []
        theirs_only, ours_only, total = [], [], 0
        for place in sorted(theirs.keys() | ours.keys()):
            a, b = theirs.get(place, []), ours.get(place, [])
            left, right = only(a, b)
            theirs_only += left
            ours_only += right
            total += len(a) + len(b)
        self.share = 100 * (1 - len(theirs_only + ours_only) / total)
        self.explain(program, "-", theirs_only, ours_only)
        self.explain(program, "+", ours_only, theirs_only)

    def explain(self, program, side, lines, others):
        for text in lines:
            why = reason(program, text, others)
            if why is None:
                self.puzzles.append(side + text)
            self.kinds[(call(text), why or "not understood")] += 1


def call(text):
    return re.match(r"(?:\[\w+\] )?(\w+|\W+ ?\w*)", text)[1]


def table(rows):
    text = [f"{'program':9}{'lines':>6}{'tasks':>6}{'strace':>8}{'ours':>8}{'goal':>7}  "
            "(strace: against itself)"]
    for row in rows:
        text.append(f"{row.name:9}{row.lines:6}{row.tasks:6}{row.own:8.2f}{row.share:8.2f}"
                    f"{row.goal:7.1f}  {row.why}".rstrip())
        for (name, why), (own, number) in sorted(row.kinds.items()):
            text.append(f"    {name:16}{own:4} of strace's own,{number:4} of ours: {why}")
    return "\n".join(text)


class Equal(suite.TapeTest):
    rows = []

    @classmethod
    def tearDownClass(cls):
        harness.say(table(cls.rows))

    def setUp(self):
        super().setUp()
        self.cwd = self.bench.path("cwd")
        os.mkdir(self.cwd)

    def tell(self, how, command, made):
        if made:
            run(["rm", "-rf", *made], cwd=self.cwd)
        # Hashing without chance: tables, and so memory, are the same each time.
        env = even.environment(self.dir) | {"PERL_HASH_SEED": "0", "PYTHONHASHSEED": "0",
                                            "HOME": self.cwd}
        lines = how(self.bench, command, env=env, cwd=self.cwd)
        self.assertEqual(lines[-1][1], "+++ exited with 0 +++", f"{command}: {lines[-5:]}")
        return lines

    def compare(self, name, command, made=(), goal=GOAL, why=""):
        """made: what the command makes, and no run may find."""
        tellings = [self.tell(how, command, made)
                    for how in (even.strace, even.strace, even.systape)]
        pids = even.pids_of(*tellings)
        theirs, again, ours = (even.by_task(lines, pids) for lines in tellings)
        own, found = Difference(name, theirs, again), Difference(name, theirs, ours)
        kinds = {kind: (own.kinds[kind], found.kinds[kind]) for kind in own.kinds | found.kinds}
        self.rows.append(Row(name, sum(map(len, ours.values())), len(ours), own.share,
                             found.share, goal, why, kinds))
        self.assertEqual(list(theirs), list(ours), "other tasks")
        if found.puzzles:
            self.fail(f"{name}: {len(found.puzzles)} lines are not understood:\n" +
                      "\n".join(found.puzzles[:SHOWN]))
        self.assertGreaterEqual(found.share, goal, f"{name}: fewer lines are equal than should be")

    def shell(self, script):
        result = run(["sh", "-ec", script], cwd=self.cwd,
                     env=dict(os.environ, HOME=self.cwd))
        self.assertEqual(result.status, 0, result)

    def serve(self):
        """The port of a server of this directory's files."""
        server = subprocess.Popen(
            [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"],
            cwd=self.cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return int(re.search(rb" port (\d+) ", server.stdout.readline())[1])

    def test_ls(self):
        self.compare("ls", ["ls", "-laR", "/usr/include/linux"])

    def test_gcc(self):
        self.write("cwd/hello.c",
                   "#include <stdio.h>\nint main(void) { return puts(\"hello\") < 0; }\n")
        self.compare("gcc", ["gcc", "-O2", "-o", "hello", "hello.c"], ["hello"])

    def test_git(self):
        self.need("git")
        self.shell("git config --global user.name a; git config --global user.email a@b;"
                   "git init -q small; cd small;"
                   "for i in 1 2 3; do echo $i >file$i; git add file$i; git commit -q -m $i; done")
        self.compare("git", ["git", "clone", "-q", "--no-local", "small", "copy"], ["copy"],
                     97.0, "five processes at two pipes, and threads")

    def test_python(self):
        self.need("/usr/bin/python3")
        self.compare("python", ["/usr/bin/python3", "-c", "import json, ssl, threading"])

    def test_curl(self):
        self.need("curl")
        self.write("cwd/page", "a page\n")
        self.compare("curl", ["curl", "-s", "-o", "got", f"http://127.0.0.1:{self.serve()}/page"],
                     ["got"], 96.0, "asks as often as the answer is late")

    def test_make(self):
        self.need("make")
        for i in range(4):
            self.write(f"cwd/f{i}.c", f"int f{i}(void) {{ return {i}; }}\n")
        self.write("cwd/Makefile", "all: f0.o f1.o f2.o f3.o\n%.o: %.c\n\tgcc -c -o $@ $<\n")
        self.compare("make", ["make", "-j2"], [f"f{i}.o" for i in range(4)])

    def test_pipeline(self):
        self.compare("sh", ["sh", "-c", "cat /etc/passwd | grep -v root | sort | head -n 3; "
                            "(exit 3); echo $?"],
                     goal=96.0, why="a signal for each of the few lines' processes")

    def test_tar(self):
        os.mkdir(self.bench.path("cwd/tree"))
        for i in range(20):
            self.write(f"cwd/tree/{i}", "x" * i)
        self.compare("tar", ["tar", "cf", "out.tar", "tree"], ["out.tar"])

    def test_perl(self):
        self.need("perl")
        self.compare("perl", ["perl", "-e", "use POSIX; "
                              "print strftime('%Y', gmtime(0)), getppid() > 0"],
                     goal=98.0, why="few lines, some of them for random bytes")

    def test_find(self):
        self.compare("find", ["find", "/usr/include/linux", "-name", "a*",
                              "-newer", "/etc/hostname"])

    def test_sort(self):
        self.compare("sort", ["sort", "-o", "sorted", "/etc/services"], ["sorted"])

    def test_ip(self):
        self.need("ip")
        self.compare("ip", ["ip", "addr"], goal=80.0, why="netlink")

    def test_ss(self):
        self.need("ss")
        self.compare("ss", ["ss", "-a"], goal=80.0, why="netlink, and sockets of others")

    def test_sqlite(self):
        self.need("sqlite3")
        self.compare("sqlite3", ["sqlite3", "db", "create table t(a); insert into t values(1); "
                                 "select * from t;"],
                     ["db"], 97.0, "few lines, some of them for random bytes")

    def test_node(self):
        self.need("node")
        self.compare("node", ["node", "-e", "console.log(1)"], goal=93.0,
                     why="six threads that meet at locks")


if __name__ == "__main__":
    suite.main()
