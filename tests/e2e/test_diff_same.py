#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs of the same program compare equal, whatever the scheduler, the allocator, the clock and
chance did meanwhile; the table on stderr is the score.

Each program runs a few times under equal conditions, and each run is compared with the one
before it: one pair, or ten with SYSTAPE_LONG=1. The programs of VARYING say another thing each
time, for the reason given there: that they do must be found, and nothing besides."""
import collections
import json
import os
import re
import sys

import harness
import pairs
import same_more
import suite
from pairs import Program

PAIRS = 10 if os.environ.get("SYSTAPE_LONG") else 1
AGAIN = 3

PYTHON = """
import json, os, tempfile, threading, subprocess, collections
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "x.json")
    with open(path, "w") as f:
        json.dump({str(i): i for i in range(2000)}, f)
    print(len(json.load(open(path))))
with tempfile.NamedTemporaryFile() as f:
    f.write(b"x" * 10000)
    f.flush()
print(subprocess.run(["/bin/echo", "from below"], capture_output=True).stdout)
print(sorted({"a", "b", "c"}))
"""
THREAD_POOL = """
import concurrent.futures, os, sys
def work(i):
    with open(f"{i}.txt", "rb") as f:
        size = len(f.read())
    with open(f"{i}.out", "w") as f:
        f.write("x" * size)
    return size, os.stat(f"{i}.out").st_size
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(sum(a + b for a, b in pool.map(work, range(60))))
"""
FORK_POOL = """
import multiprocessing
def work(i):
    with open(f"{i}.txt", "rb") as f:
        return len(f.read())
if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        print(sum(pool.map(work, range(60), 3)))
"""
ASYNC = """
import asyncio
async def serve(reader, writer):
    line = await reader.readline()
    writer.write(line.upper() * 1000)
    await writer.drain()
    writer.close()
async def ask(port, i):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello %d\\n" % (i % 10))
    text = await reader.read()
    writer.close()
    return len(text)
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(sum(await asyncio.gather(*(ask(port, i) for i in range(10)))))
    server.close()
asyncio.run(main())
"""
PERL = """
my %h = map { $_ => $_ * 2 } 1 .. 500;
open(my $f, '>', 'perl.out') or die;
print $f "$_ $h{$_}\\n" for sort { $a <=> $b } keys %h;
close $f;
my $pid = fork();
if (!$pid) { exec '/bin/true' }
waitpid($pid, 0);
print `echo from a shell`;
"""
NODE = """
const fs = require('fs'), fsp = fs.promises, { execFile } = require('child_process');
(async () => {
  await Promise.all([...Array(20).keys()].map(async i => {
    await fsp.writeFile(`n${i}.out`, 'x'.repeat(1000 + i));
    return (await fsp.readFile(`n${i}.out`)).length;
  }));
  execFile('/bin/echo', ['child'], (e, out) => console.log(out.trim()));
})();
"""
JAVA = """
import java.nio.file.*;
public class Main {
    public static void main(String[] a) throws Exception {
        Thread[] t = new Thread[3];
        for (int i = 0; i < t.length; i++) {
            int n = i;
            t[i] = new Thread(() -> {
                try { Files.writeString(Path.of("j" + n + ".out"), "x".repeat(5000)); }
                catch (Exception e) { throw new RuntimeException(e); }
            });
            t[i].start();
        }
        for (Thread x : t) x.join();
        System.out.println(Files.size(Path.of("j1.out")));
    }
}
"""
SCRIPT = """
count=0
for f in *.txt; do
    count=$((count + $(wc -c <"$f")))
done
(echo in a subshell; cd / && pwd) >sub.out
sleep 0.05 &
wait
read -r line <1.txt
cat <<END | tr a-z A-Z >upper.out
here is a document of $count bytes
END
trap 'echo bye' EXIT
"""
SPAWN = """
const { execSync, spawn } = require('child_process');
console.log(execSync('echo child').toString());
for (let i = 0; i < 3; i++) spawn('true');
"""
MAKEFILE = """
objects = a.o b.o c.o d.o e.o f.o
prog: $(objects)
\tgcc -o $@ $(objects)
%.o: %.c
\tgcc -O1 -c $<
"""


def projects(test):
    """Each with a make(1) of its own."""
    test.file("Makefile", "all: da db dc\nda db dc:\n\t$(MAKE) -s -C $@\n.PHONY: all da db dc\n")
    for name in ("da", "db", "dc"):
        test.file(f"{name}/Makefile", "all: 1.o 2.o 3.o\n%.o: %.c\n\tcc -c -o $@ $<\n")
        for i in (1, 2, 3):
            test.file(f"{name}/{i}.c", f"int {name}{i}(int x) {{ return x * {i}; }}\n")


def sources(test):
    for i, name in enumerate("abcdef"):
        main = "int main(void) { return 0; }" if i == 0 else ""
        test.file(f"{name}.c", f"#include <stdio.h>\n#include <stdlib.h>\n"
                               f"int {name}(int x) {{ return printf(\"%d\", x + {i}); }}\n{main}\n")
    test.file("Makefile", MAKEFILE)
    test.file("build.ninja", "rule cc\n command = gcc -O1 -c $in -o $out\n" +
              "".join(f"build {name}.o: cc {name}.c\n" for name in "abcdef"))


def texts(test):
    for i in range(60):
        test.file(f"{i}.txt", f"line {i} of a text\n" * (50 + i * 7 % 40))


def tree(test):
    for i in range(40):
        test.file(f"tree/{i % 5}/{i % 3}/{i}.dat", b"x" * i * 100)


def numbers(test):
    test.file("numbers", "".join(f"{i * 7919 % 100003} some words to make the line longer\n"
                                 for i in range(60000)))


def repository(test):
    texts(test)
    test.sh("git init -q . && git add . && git commit -qm first && "
            "for i in 1 2 3; do echo $i >>$i.txt; git commit -qam $i; done")


def script(name, text):
    return lambda test: (texts(test), test.file(name, text))


def program(path):
    """Of Debian, if it has one: wrappers that look for it are other programs."""
    return path if os.path.exists(path) else sys.executable


PYTHON3 = program("/usr/bin/python3")

def java(test):
    test.file("Main.java", JAVA)
    test.sh("javac Main.java")


TOOLS = {
    "ls": Program(["ls", "-laR", "/usr/include/x86_64-linux-gnu", "tree"], tree),
    "find": Program(["find", "tree", "-type", "f", "-name", "1*", "-exec", "ls", "-l", "{}", ";"],
                    tree),
    "python": Program([PYTHON3, "main.py"], script("main.py", PYTHON)),
    "perl": Program(["perl", "main.pl"], script("main.pl", PERL)),
    "asyncio": Program([PYTHON3, "main.py"], script("main.py", ASYNC)),
    "sqlite3": Program(["sqlite3", "test.db", "create table t(a, b); insert into t "
                        "values (1, 2), (3, 4); begin; insert into t select a+1, b from t; commit; "
                        "select sum(a) from t;"], need=("sqlite3",)),
    "curl": Program(["curl", "-s", "-o", "page", "http://127.0.0.1:PORT/page"]),
    "tar": Program(["tar", "czf", "tree.tar.gz", "--sort=name", "--mtime=2020-01-01", "tree"],
                   tree),
    "sort": Program(["sort", "-S", "1M", "--parallel=2", "-n", "numbers", "-o", "sorted"],
                    numbers),
}
SHELLS = {
    "sh": Program(["sh", "main.sh"], script("main.sh", SCRIPT)),
    "bash": Program(["bash", "main.sh"], script("main.sh", SCRIPT)),
    "busybox": Program(["busybox", "sh", "main.sh"], script("main.sh", SCRIPT), ("busybox",)),
    "pipeline": Program(["sh", "-c", "find . -name '*.txt' | sort | xargs cat | tr -cs a-z '\\n' | "
                         "sort | uniq -c | sort -rn >$HOME/words"], texts),
    "head": Program(["sh", "-c", "yes some text | head -c 300000 | wc -c"]),
    # Not here: a name may be there already when the others are asked for.
    "tee": Program(["bash", "-c", "cat *.txt | tee >(wc -l >$HOME/l) >(wc -c >$HOME/c) | wc -w; "
                    "wait"], texts),
    "wait -n": Program(["bash", "-c", "for i in {1..9}; do ((i < 4)) || wait -n; gzip -nk $i.txt & "
                        "done; wait"], texts),
    "jobs": Program(["sh", "-c", "for i in 1 2 3 4; do (cat $i.txt >$i.out; true) & done; wait"],
                    texts),
    "xargs -P2": Program(["sh", "-c", "ls *.txt | xargs -P2 -n5 wc -c >/dev/null"], texts),
}
BUILDS = {
    "gcc": Program(["gcc", "-O1", "-o", "prog", "a.c"], sources, ("gcc",)),
    "make -j2": Program(["make", "-s", "-j2"], sources, ("make", "gcc")),
    "make -j4": Program(["make", "-s", "-j4"], projects, ("make", "gcc")),
    "ninja -j2": Program(["ninja", "--quiet", "-j2"], sources, ("ninja", "gcc")),
    "git log": Program(["git", "log", "-p", "--stat"], repository, ("git",)),
    "git commit": Program(["sh", "-c", "echo x >>4.txt; git status --short; git commit -qam more; "
                           "git gc -q"], repository, ("git",)),
    "git clone": Program(["sh", "-c", "git clone -q file://$PWD copy"], repository, ("git",)),
}
POOLS = {
    "xz -T2": Program(["xz", "-T2", "--block-size=500000", "-1", "-k", "numbers"], numbers,
                      ("xz",)),
    "pigz": Program(["pigz", "-p3", "-k", "numbers"], numbers, ("pigz",)),
    "zstd -T2": Program(["zstd", "-q", "-T2", "-B512K", "numbers"], numbers, ("zstd",)),
    "thread pool": Program([PYTHON3, "main.py"], script("main.py", THREAD_POOL)),
    "fork pool": Program([PYTHON3, "main.py"], script("main.py", FORK_POOL)),
    "node": Program(["node", "main.js"], script("main.js", NODE), ("node",)),
    "spawn": Program(["node", "main.js"], script("main.js", SPAWN), ("node",)),
    "java": Program(["java", "-Xshare:auto", "Main"], java, ("java", "javac")),
}

MORE = same_more.programs(PYTHON3, sources, texts, tree, numbers, repository)

# What may differ between two runs: it is counted in the score, and does not make the test fail.
MAY_DIFFER = {
    "ninja -j2": "its log has the order and the times in which jobs ended",
    "ninja": "its log has the times in which jobs ended",
    "git commit": "an index has inodes and times, a lock the number of a process; what has just "
                  "changed is looked at again; threads that pack read some objects each",
    "git clone": "an index has inodes and times; how progress is told depends on the clock",
    "git status": "an index has inodes and times",
    "nginx": "an answer has the date; its processes tell each other their numbers",
    "java": "it looks at the files of all that run Java on the machine just then",
    "https": "what is encrypted is another each time",
    "rsync": "its checksums begin with a number that is made of the time",
    "cmake": "it makes up the name of a program, which is in what it runs and writes",
}

# What truly varies: (program, why, the kind of the only finding, what it is about)
VARYING = {
    "date": (Program(["date", "+%s.%N"]), "the time is what it is asked for", "stdout"),
    "pid": (Program(["sh", "-c", "echo $$"]), "it says its own number", "stdout"),
    "random": (Program([PYTHON3, "-c", "import random; print(random.random())"]),
               "it says a number by chance", "stdout"),
    "uuid": (Program(["cat", "/proc/sys/kernel/random/uuid"]), "the kernel never says it twice",
             "stdout"),
    "mktemp": (Program(["mktemp"]), "it says the name that it has made up", "stdout"),
    "curl": (Program(["curl", "-s", "-o", "page", "http://127.0.0.1:PORT/fresh"]),
             "the server numbers its answers", "127.0.0.1:"),
    "hash order": (Program(["perl", "-e", "print join ' ', keys %{{map { $_ => 1 } 1 .. 99}}"]),
                   "the order of keys is another each time", "stdout"),
    "openssl rand": (Program(["openssl", "rand", "-hex", "16"], need=("openssl",)),
                     "it is asked for a number by chance", "stdout"),
    "saved": (Program(["sh", "-c", "date +%N >stamp"]), "a file has the time", "stamp"),
}

Row = collections.namedtuple("Row", "name pairs findings tells")


def table(title, rows):
    text = [f"{title:14}{'pairs':>6}{'findings':>10}"]
    for row in rows:
        text.append(f"{row.name:14}{row.pairs:6}{row.findings:10}  {row.tells}".rstrip())
    compared = [row for row in rows if row.pairs]
    clean = sum(row.findings == 0 for row in compared)
    text.append(f"{clean} of {len(compared)} without a finding that is none")
    return "\n".join(text)


def headline(finding):
    return json.dumps(finding)[:300]


class Same(pairs.PairTest):
    """Its subclasses have the rows."""
    @classmethod
    def setUpClass(cls):
        cls.rows = []

    @classmethod
    def tearDownClass(cls):
        if cls.rows:
            harness.say(table(cls.__name__, cls.rows))

    def runs(self, name, program, count):
        """One tape after the other."""
        for needed in (*program.need, program.command[0]):
            if not needed.startswith(".") and not harness.have(needed):
                self.rows.append(Row(name, 0, 0, f"not compared: {needed} is not installed"))
                self.skipTest(f"{needed} is not installed")
        port = str(self.site()) if any("PORT" in word for word in program.command) else ""
        command = [word.replace("PORT", port) for word in program.command]
        for _ in range(count + 1):
            self.fresh()
            program.prepare(self)
            tape, result = self.recorded(command)
            self.assertEqual((result.status, result.err), (0, b""), result)
            yield tape

    def found(self, name, program, count=PAIRS):
        """What is found between each two."""
        last = None
        for tape in self.runs(name, program, count):
            if last:
                yield self.diff(last, tape)
                os.unlink(last)
            last = tape

    def compare(self, name, program):
        wrong = [found for found in self.found(name, program) if found.findings]
        tried = PAIRS
        why = MAY_DIFFER.get(name, "")
        if wrong and PAIRS == 1 and not why:
            # Most times, or once in a while? The score of the long run has all that there is.
            wrong += [found for found in self.found(name, program, AGAIN) if found.findings]
            tried += AGAIN
        count = sum(len(found.findings) for found in wrong)
        tells = f"{why}: {headline(wrong[0].findings[0])}" if wrong else ""
        self.rows.append(Row(name, tried, count, tells))
        allowed = tried // 2 if PAIRS == 1 else 0
        self.assertFalse(len(wrong) > allowed and not why, wrong and wrong[0].text)


class Varying(Same):
    def check(self, name, program, why, about):
        founds = list(self.found(name, program))
        wrong = [found for found in founds
                 if len(found.findings) != 1 or about not in json.dumps(found.findings[0]) or
                 found.findings[0]["kind"] != "bytes"]
        self.rows.append(Row(name, len(founds), len(wrong),
                             f"{why}: {about}" if not wrong else headline(wrong[0].findings)))
        self.assertFalse(wrong, wrong and wrong[0].text)


def test_name(name):
    return "test_" + re.sub(r"\W+", "_", name)


def group(title, programs):
    """A class of tests with one for each program."""
    def test(name, program):
        return lambda self: self.compare(name, program)
    return type(title, (Same,), {test_name(name): test(name, program)
                                 for name, program in programs.items()})


Tools, Shells = group("Tools", TOOLS), group("Shells", SHELLS)
More, Making = (group(title, {name: row for name, row in MORE.items()
                              if (name in same_more.MAKING) == (title == "Making")})
                for title in ("More", "Making"))
Builds, Pools = group("Builds", BUILDS), group("Pools", POOLS)
for _name, (_program, _why, _about) in VARYING.items():
    setattr(Varying, test_name(_name),
            lambda self, row=(_name, _program, _why, _about): self.check(*row))


if __name__ == "__main__":
    suite.main()
