#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How much of what `analyze print` writes is, letter for letter, what strace writes of the
same program; the table on stderr says what differed and why.

Each program runs twice under strace and once under `rec`. A line that only one of them has
must be one that varies by nature, with the reason in UNDERSTOOD; most programs do the same
each time and have few or none. What races (threads, pipes, several processes) may besides
say a line at another place, and differ in kinds of lines in which strace differs from
itself; and as not every race ends in the same way, it may run a few more times until two
runs fit. What is written otherwise does not fit, however often it is run.

Programs run in a directory of their own, in the same one each time, emptied of what the
last run has made."""
import collections
import difflib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import even
import harness
import suite
from harness import run

GOAL = 99.0
ATTEMPTS = 5
SHOWN = 12
STRING = r'"(?:[^"\\]|\\.)*"(?:\.\.\.)?'
POLLED = r"\[\{fd=\d+, events=POLL\w+(?:\|POLL\w+)*\}(?:, \{fd=\d+, events=POLL\w+\})*\]"
REVENTS = r"\(" + POLLED.replace("events", "revents") + r"\)"
AGAIN = r"-1 EAGAIN \(Resource temporarily unavailable\)"
ENDED, TERMINATED = "+++ exited with 0 +++", "+++ killed by SIGTERM +++"

# (programs or * for all, a whole line, why it differs). The expressions are exact where they
# can be: a line that is only written otherwise must not pass for one that varies.
UNDERSTOOD = [(programs.split(), re.compile(pattern, re.S), reason)
              for programs, pattern, reason in (
    ("*", r"getrandom\(\"R\", 8, GRND_NONBLOCK\) = 8",
     "a temporary name that is taken costs another few random bytes"),
    ("git node server zstd", r"futex\(0xA, FUTEX_(?:WAIT|WAKE|WAIT_BITSET)(?:_PRIVATE)?"
     r"(?:\|FUTEX_CLOCK_REALTIME)?, (?:\d+|N)(?:, (?:NULL|\{tv_sec=T, tv_nsec=T\})"
     r"(?:, FUTEX_BITSET_MATCH_ANY)?)?\) = (?:\d+|\?|-1 ETIMEDOUT \(Connection timed out\)|" +
     AGAIN + ")",
     "threads meet at a lock, or not"),
    ("sh busybox make git", r"--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=N, "
     r"si_uid=\d+, si_status=\d+, si_utime=T, si_stime=T\} ---",
     "a child ends in the midst of anything, or of another's end"),
    ("sh busybox make git", r"wait4\(-1, (?:0xA|NULL|\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == "
     r"\d\}\]), (?:0|WNOHANG|WSTOPPED), NULL\) = (?:0|N|-1 ECHILD \(No child processes\)|"
     r"\? ERESTARTSYS \(To be restarted if SA_RESTART is set\))",
     "whether a child has ended when it is asked for"),
    ("make git", r"read\(\d, 0xA, \d+\) = \? ERESTARTSYS "
     r"\(To be restarted if SA_RESTART is set\)", "a child ends in the midst of anything"),
    ("make", r"pselect6\(\d, \[\d\], NULL, NULL, (?:NULL|\{tv_sec=T, tv_nsec=T\}), "
     r"\{sigmask=\[\], sigsetsize=8\}\) = "
     r"(?:1 \(in \[\d\](?:, left \{tv_sec=T, tv_nsec=T\})?\)|"
     r"\? ERESTARTNOHAND \(To be restarted if no handler\))",
     "whether a child ends while its sibling's token is waited for"),
    ("make", r"(?:read|write)\(\d, \"\+\", 1\) = 1|read\(\d, (?:0xA|\"\+\"), 1\) = " + AGAIN,
     "who has the second job's token"),
    ("make", r"prlimit64\(0, RLIMIT_NOFILE, NULL, \{rlim_cur=\d+, rlim_max=\w+\}\) = 0|"
     r"dup2\(5, 0\) = 0",
     "whether two jobs run at a time: only one of them has the standard input"),
    ("node", r"sched_yield\(\) = 0", "how long a thread is waited for"),
    ("node", r"rt_sigprocmask\(SIG_SETMASK, ~?\[[A-Z0-9_ ]*\], NULL, 8\) = 0|"
     r"set_robust_list\(0xA, 24\) = 0|rseq\(0xA, 0x20, 0, 0xA\) = 0|prctl\(PR_SET_NAME, .*\) = 0",
     "how far a thread's beginning comes until the process ends"),
    ("git node", r"(?:mmap\((?:NULL|0xA), (?:67108864|134217728), PROT_NONE, "
     r"MAP_PRIVATE\|MAP_ANONYMOUS\|MAP_NORESERVE, -1, 0\)|munmap\(0xA, \d+\)) = (?:0xA|0)|"
     r"mprotect\(0xA, \d+, PROT_READ\|PROT_WRITE\) = 0",
     "the first thread to ask has the aligned place for its heap, and room in it"),
    ("git", r"pread64\(\d, " + STRING + r", \d+, \d+\) = \d+",
     "which thread unpacks it: each has a descriptor of its own"),
    ("git", r"(?:read|write)\(\d, " + STRING + r", \d+\) = \d+",
     "where what goes through a pipe is cut; an index has its files' times"),
    ("git", r"alarm\(0\) = 0|poll\(" + POLLED + r", \d, (?:\d+|-1)\) = "
     r"(?:[12] " + REVENTS + r"|0 \(Timeout\))", "which of two pipes ends first"),
    ("curl", r"poll\(" + POLLED + r", \d, \d+\) = (?:[12] " + REVENTS + r"|0 \(Timeout\))",
     "how many milliseconds are left, and whether the answer has come"),
    ("curl", r"rt_sigaction\(SIGPIPE, (?:NULL, )?\{sa_handler=SIG_IGN, sa_mask=\[PIPE\], "
     r"sa_flags=SA_RESTORER\|SA_RESTART, sa_restorer=0xA\}, (?:NULL, )?8\) = 0",
     "how often the answer is asked for"),
    ("curl", r"(?:recvfrom\(\d, (?:0xA|" + STRING + r"), \d+, 0, NULL, NULL\)|"
     r"write\(\d, " + STRING + r", \d+\)) = (?:\d+|" + AGAIN + ")",
     "where the answer is cut"),
    ("sh busybox make git", r"rt_sigreturn\(\{mask=\[(?:CHLD)?\]\}\) = .*",
     "what a child's end interrupts"),
    ("ss", r"recvmsg\(3, \{msg_name=\{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000\}, "
     r"msg_namelen=12, msg_iov=\[\{iov_base=NULL, iov_len=0\}\], msg_iovlen=1, msg_controllen=0, "
     r"msg_flags=MSG_TRUNC\}, MSG_PEEK\|MSG_TRUNC\) = \d+|"
     r"write\(1, " + STRING + r", \d+\) = \d+", "how many sockets others have"),
    ("perl sqlite3", r"read\(\d, " + STRING + r", (?:4|8|44)\) = (?:4|8|44)",
     "random bytes, read from a device"),
    ("perl", r"brk\(0xA\) = 0xA", "tables are laid out by random bytes"),
    ("sqlite3", r"pwrite64\(\d, " + STRING + r", \d+, \d+\) = \d+",
     "a journal's nonce, and sums made with it"),
    ("ss", r"read\(\d, \"N \(ss\) R [N0-9 -]+\"\.\.\., 1024\) = \d+", "its own number"),
)]

MOVED = "the same line, earlier or later, or of another thread"
OTHERS = "netlink messages about others, each as strace has it"
VARIES = "strace differs from itself in such lines"

Row = collections.namedtuple("Row", "name lines tasks own share goal runs why kinds")


def understood(program, text):
    """Why a line may be on one side only, or None."""
    for programs, pattern, why in UNDERSTOOD:
        if ("*" in programs or program in programs) and pattern.fullmatch(text):
            return why
    return None


def kind(text):
    """A line without what it says of this moment: its strings and numbers. Names of flags,
    fields and errors stay, so what is written otherwise is of another kind."""
    return re.sub(r"\b(?:\d+|N)\b", "N", re.sub(STRING, '""', text))


def words(text):
    """The names in what a line says between the call's and the result."""
    return set(re.findall(r"\b[A-Za-z_]\w*", kind(text).rpartition(") = ")[0])) - {call(text)}


def messages(text):
    """The kinds of the netlink messages that a line tells, and of what is around them."""
    if "{nlmsg_len=" not in text:
        return set()
    parts = re.split(r"(?=\[\{nlmsg_len=)|(?<=\])(?=, iov_len=)", kind(text))
    return {part.rstrip("], ") for part in parts}


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
    """Of two tellings by task: the lines of one only, and the share of equal ones in percent."""

    def __init__(self, theirs, ours):
        self.left, self.right, total = [], [], 0
        for place in sorted(theirs.keys() | ours.keys()):
            a, b = theirs.get(place, []), ours.get(place, [])
            if a != b:
                left, right = only(a, b)
                self.left += left
                self.right += right
            total += len(a) + len(b)
        self.share = 100 * (1 - len(self.left + self.right) / total)

    def sides(self):
        yield from (("-", text, self.right) for text in self.left)
        yield from (("+", text, self.left) for text in self.right)


class Judge:
    """Compares tellings of one program."""

    def __init__(self, program, races, theirs):
        self.program, self.races = program, races
        self.own = max((Difference(a, b) for a, b in itertools.combinations(theirs, 2)),
                       key=lambda d: d.share)
        self.varying = {kind(text) for a, b in itertools.combinations(theirs, 2) if races
                        for _, text, _ in Difference(a, b).sides()}
        self.messages = {message for telling in theirs for lines in telling.values()
                         for text in lines for message in messages(text)}
        self.words = collections.defaultdict(set)
        for text in (text for telling in theirs for lines in telling.values() for text in lines):
            self.words[call(text)] |= words(text)

    def reason(self, text, others):
        """others: what only the other side has."""
        # In a line that varies, too, there is no word that strace has not for such a call.
        why = understood(self.program, text) if words(text) <= self.words[call(text)] else None
        if why is None and self.races:
            why = (MOVED if text in others else VARIES if kind(text) in self.varying else
                   OTHERS if messages(text) and messages(text) <= self.messages else None)
        return why

    def puzzles(self, difference):
        """The lines that nobody understands."""
        return [side + text for side, text, others in difference.sides()
                if self.reason(text, others) is None]

    def kinds(self, difference):
        return collections.Counter((call(text), self.reason(text, others) or "not understood")
                                   for _, text, others in difference.sides())


def call(text):
    return re.match(r"(?:\[\w+\] )?(\w+|\W+ ?\w*)", text)[1]


def row(name, mine, judge, found, goal, runs, why):
    own_kinds, kinds = judge.kinds(judge.own), judge.kinds(found)
    return Row(name, sum(map(len, mine.values())), len(mine), judge.own.share, found.share,
               goal, runs, why, {k: (own_kinds[k], kinds[k]) for k in own_kinds | kinds})


def table(rows):
    text = [f"{'program':9}{'lines':>6}{'tasks':>6}{'strace':>8}{'ours':>8}{'goal':>7}{'runs':>5}  "
            "(strace: against itself)"]
    for row in rows:
        text.append(f"{row.name:9}{row.lines:6}{row.tasks:6}{row.own:8.2f}{row.share:8.2f}"
                    f"{row.goal:7.1f}{row.runs:5}  {row.why}".rstrip())
        for (name, why), (own, number) in sorted(row.kinds.items()):
            text.append(f"    {name:16}{own:4} of strace's own,{number:4} of ours: {why}")
    return "\n".join(text)


def listens(port):
    """Whether somebody waits for connections there. A connection made to find out would be
    in one of the tellings."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        return f"0100007F:{port:04X} 00000000:0000 0A" in f.read()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def runners(command):
    """Processes below us that run exactly this, the first before its children."""
    wanted, found = [os.fsencode(word) for word in command], []
    for pid in sorted(harness.descendants(os.getpid())):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if f.read().split(b"\0")[:-1] == wanted:
                    found.append(pid)
        except OSError:
            pass
    return found


def idle(pid):
    """Whether it sleeps, alone: its threads and children are gone."""
    with open(f"/proc/{pid}/stat", "rb") as f:
        state = f.read().rpartition(b")")[2].split()[0]
    return (state == b"S" and len(os.listdir(f"/proc/{pid}/task")) == 1 and
            not harness.descendants(pid))


def wait(condition):
    end = time.monotonic() + harness.TIMEOUT / 2
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)


class Visit(threading.Thread):
    """A server's only visitor, who ends it as well, when it has nothing more to do."""

    def __init__(self, command, port):
        super().__init__(daemon=True)
        self.command, self.port, self.answer = command, port, b""

    def run(self):
        wait(lambda: listens(self.port))
        try:
            with socket.create_connection(("127.0.0.1", self.port), harness.TIMEOUT / 2) as s:
                s.sendall(b"GET /page HTTP/1.0\r\n\r\n")
                while part := s.recv(4096):
                    self.answer += part
            wait(lambda: idle(runners(self.command)[0]))
        finally:
            for pid in runners(self.command)[:1]:
                os.kill(pid, signal.SIGTERM)


class Equal(suite.TapeTest):
    rows = []

    @classmethod
    def setUpClass(cls):
        if why := even.why_not():
            raise unittest.SkipTest(why)

    @classmethod
    def tearDownClass(cls):
        harness.say(table(cls.rows))

    def setUp(self):
        super().setUp()
        self.cwd = self.bench.path("cwd")
        os.mkdir(self.cwd)

    def tell(self, how, command, made, port):
        if made:
            run(["rm", "-rf", *made], cwd=self.cwd)
        # Hashing without chance: tables, and so memory, are the same each time.
        env = even.environment(self.dir) | {"PERL_HASH_SEED": "0", "PYTHONHASHSEED": "0",
                                            "HOME": self.cwd}
        visit = port and Visit(command, port)
        if visit:
            visit.start()
        lines = how(self.bench, command, env=env, cwd=self.cwd)
        if visit:
            visit.join()
            self.assertIn(b"a page", visit.answer)
        end = [text for pid, text in lines if pid == lines[0][0]][-1]
        self.assertEqual(end, TERMINATED if visit else ENDED, f"{command}: {lines[-5:]}")
        return lines

    def compare(self, name, command, made=(), goal=GOAL, why="", races=False, port=None):
        """made: what the command makes, and no run may find. port: where a server is visited."""
        theirs = [self.tell(even.strace, command, made, port)]
        for runs in range(1, ATTEMPTS + 1 if races else 2):
            theirs.append(self.tell(even.strace, command, made, port))
            ours = self.tell(even.systape, command, made, port)
            pids = even.pids_of(ours, *theirs)
            known, mine = [even.by_task(lines, pids) for lines in theirs], even.by_task(ours, pids)
            judge = Judge(name, races, known)
            same = [telling for telling in known if list(telling) == list(mine)]
            found = max((Difference(telling, mine) for telling in same or known),
                        key=lambda d: (not judge.puzzles(d), d.share))
            puzzles = judge.puzzles(found)
            if same and not puzzles and found.share >= goal:
                break
        self.rows.append(row(name, mine, judge, found, goal, runs, why))
        self.assertTrue(same, f"{name}: other tasks")
        if puzzles:
            self.fail(f"{name}: {len(puzzles)} lines are not understood:\n" +
                      "\n".join(puzzles[:SHOWN]))
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
                     98.0, "five processes at two pipes, and threads", races=True)

    def test_python(self):
        self.need("/usr/bin/python3")
        self.compare("python", ["/usr/bin/python3", "-c", "import json, ssl, threading"])

    def test_curl(self):
        self.need("curl")
        self.write("cwd/page", "a page\n")
        self.compare("curl", ["curl", "-s", "-o", "got", f"http://127.0.0.1:{self.serve()}/page"],
                     ["got"], 98.0, "asks as often as the answer is late", races=True)

    def test_make(self):
        self.need("make")
        for i in range(4):
            self.write(f"cwd/f{i}.c", f"int f{i}(void) {{ return {i}; }}\n")
        self.write("cwd/Makefile", "all: f0.o f1.o f2.o f3.o\n%.o: %.c\n\tgcc -c -o $@ $<\n")
        self.compare("make", ["make", "-j2"], [f"f{i}.o" for i in range(4)], races=True)

    def test_pipeline(self):
        self.compare("sh", ["sh", "-c", "cat /etc/passwd | grep -v root | sort | head -n 3; "
                            "(exit 3); echo $?"],
                     races=True)

    def test_tar(self):
        os.mkdir(self.bench.path("cwd/tree"))
        for i in range(20):
            self.write(f"cwd/tree/{i}", "x" * i)
        self.compare("tar", ["tar", "cf", "out.tar", "tree"], ["out.tar"])

    def test_perl(self):
        self.need("perl")
        self.compare("perl", ["perl", "-e", "use POSIX; "
                              "print strftime('%Y', gmtime(0)), getppid() > 0"])

    def test_find(self):
        self.compare("find", ["find", "/usr/include/linux", "-name", "a*",
                              "-newer", "/etc/hostname"])

    def test_sort(self):
        self.compare("sort", ["sort", "-o", "sorted", "/etc/services"], ["sorted"])

    def test_ip(self):
        self.need("ip")
        self.compare("ip", ["ip", "addr"])

    def test_ss(self):
        self.need("ss")
        self.compare("ss", ["ss", "-a"], races=True)

    def test_sqlite(self):
        self.need("sqlite3")
        self.compare("sqlite3", ["sqlite3", "db", "create table t(a); insert into t values(1); "
                                 "select * from t;"],
                     ["db"], 98.0, "few lines, some of them for random bytes")

    def test_node(self):
        self.need("node")
        self.compare("node", ["node", "-e", "console.log(1)"], goal=97.0,
                     why="six threads that meet at locks", races=True)

    def test_zstd(self):
        self.need("zstd")
        self.write("cwd/text", "".join(f"{i}\n" for i in range(40000)))
        self.compare("zstd", ["zstd", "-q", "-T2", "text"], ["text.zst"], goal=90.0,
                     why="three threads that meet at locks", races=True)

    def test_jq(self):
        self.need("jq")
        self.compare("jq", ["jq", "-n", "[range(9)] | map({a: ., b: env.HOME}) | tojson"])

    def test_busybox(self):
        self.need("busybox")
        self.compare("busybox", ["busybox", "sh", "-c", "for i in 1 2 3; do echo $i | wc -l; done; "
                                 "ls -la /etc >list; test -f none || echo none"],
                     ["list"], races=True)

    def test_httpd(self):
        """A server from its start to its end by a signal."""
        self.need("busybox")
        self.write("cwd/page", "a page\n")
        port = free_port()
        self.compare("httpd", ["busybox", "httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", self.cwd],
                     races=True, port=port)

    def test_http_server(self):
        """The same of one with a thread for each visitor."""
        self.need("/usr/bin/python3")
        self.write("cwd/page", "a page\n")
        port = free_port()
        self.compare("server", ["/usr/bin/python3", "-c", f"""
import http.server, socketserver
socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(("127.0.0.1", {port}),
                                     http.server.SimpleHTTPRequestHandler) as server:
    server.serve_forever(None)"""], races=True, port=port)


class Alert(unittest.TestCase):
    """The comparison itself: what it lets pass, and what it must not."""
    LINES = ['openat(3, "a", O_RDONLY|O_CLOEXEC) = 4', 'read(4, "xyz", 99) = 3', "close(4) = 0",
             'read(5, 0xA, 99) = -1 EAGAIN (Resource temporarily unavailable)']

    def puzzles(self, ours, races=False, again=None):
        theirs = {(0,): self.LINES}
        judge = Judge("test", races, [theirs, {(0,): again or self.LINES}])
        return judge.puzzles(Difference(theirs, {(0,): ours}))

    def test_equal(self):
        self.assertEqual(self.puzzles(list(self.LINES)), [])
        self.assertEqual(Difference({(0,): self.LINES}, {(0,): self.LINES}).share, 100)

    def test_other_words(self):
        for old, new in (("O_RDONLY|O_CLOEXEC", "O_CLOEXEC"), ('"xyz"', '"xy"...'), ("= 0", "= 1")):
            ours = [line.replace(old, new) for line in self.LINES]
            self.assertEqual(len(self.puzzles(ours)), 2, (old, new))
            self.assertEqual(len(self.puzzles(ours, races=True)), 2, (old, new))

    def test_missing(self):
        self.assertEqual(self.puzzles(self.LINES[:-1]), ["-" + self.LINES[-1]])
        self.assertEqual(self.puzzles(self.LINES + ["sync() = 0"], races=True), ["+sync() = 0"])

    def test_moved(self):
        ours = self.LINES[1:] + self.LINES[:1]
        self.assertEqual(len(self.puzzles(ours)), 2)
        self.assertEqual(self.puzzles(ours, races=True), [])

    def test_varying(self):
        """Numbers and strings in such lines may differ, words not."""
        again = [line.replace('"xyz", 99) = 3', '"x", 99) = 1') for line in self.LINES]
        other = [line.replace('"xyz", 99) = 3', '"xy", 99) = 2') for line in self.LINES]
        self.assertEqual(self.puzzles(other, races=True, again=again), [])
        self.assertEqual(len(self.puzzles(other, again=again)), 2)
        worse = [line.replace('"xyz", 99) = 3', '0xA, 99) = 3') for line in self.LINES]
        self.assertEqual(self.puzzles(worse, races=True, again=again), ["+read(4, 0xA, 99) = 3"])

    def test_understood(self):
        """A line that varies by nature may do so, but in strace's words."""
        futex = "futex(0xA, FUTEX_%s, 2, NULL) = 0"
        for name, line, good in (
                ("sqlite3", 'read(3, "y", 4) = 4', True), ("ls", 'read(3, "y", 4) = 4', False),
                ("node", futex % "WAIT_PRIVATE", True), ("node", futex % "WAIT", False)):
            known = {(0,): ['read(3, "x", 4) = 4', futex % "WAIT_PRIVATE"]}
            judge = Judge(name, False, [known, known])
            puzzles = judge.puzzles(Difference(known, {(0,): known[(0,)] + [line]}))
            self.assertEqual(puzzles, [] if good else ["+" + line], name)

    def test_messages(self):
        """More or fewer of what a dump consists of, but nothing of another form."""
        line = "recvmsg(3, {msg_iov=[{iov_base=[%s], iov_len=9}], msg_flags=0}, 0) = 9"
        one, two = "[{nlmsg_len=60}, {ino=5}]", "[{nlmsg_len=64}, {ino=6}, {cookie=7}]"
        theirs = {(0,): [line % f"{one}, {two}"]}
        judge = Judge("test", True, [theirs, theirs])
        for told, good in ((f"{one}, {one}, {two}", True), (f"{two}, {one}", True),
                           (f"{one}, {two}".replace("ino", "inode"), False)):
            puzzles = judge.puzzles(Difference(theirs, {(0,): [line % told]}))
            self.assertEqual([p[0] for p in puzzles], [] if good else ["+"], told)


if __name__ == "__main__":
    suite.main()
