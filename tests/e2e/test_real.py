#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that people really run: under rec they give the same output and status as
without it, and their tapes are whole and agree with strace's counts."""
import collections
import json
import os
import re

import suite
import tape as second
from harness import run

# What a run makes more or less of from one time to the next: addresses decide how often
# the heap grows, and a recorder's slowness what is waited for.
UNSTEADY = {"brk", "mmap", "munmap", "mprotect", "futex", "restart_syscall", "getrandom",
            "clock_nanosleep", "wait4", "rt_sigreturn", "sched_yield", "madvise", "mremap",
            "clock_gettime", "gettimeofday", "time", "exit_group", "exit", "select", "pselect6",
            "poll", "ppoll", "read"}


class Real(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.work = self.bench.path("work")
        os.mkdir(self.work)
        self.env = dict(os.environ, LC_ALL="C", HOME=self.dir, GIT_CONFIG_NOSYSTEM="1",
                        GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a",
                        GIT_COMMITTER_EMAIL="a@b", PYTHONDONTWRITEBYTECODE="1",
                        TMPDIR=self.dir)

    def sh(self, script):
        result = run(["sh", "-ec", script], cwd=self.work, env=self.env)
        self.assertEqual(result.status, 0, result)

    def both(self, command, *, clean="true", options=(), stdin=None):
        """Bare, then recorded; `clean` undoes what the first run did."""
        bare = run(command, cwd=self.work, env=self.env, stdin=stdin)
        self.sh(clean)
        tape, recorded = self.bench.record(command, options, cwd=self.work, env=self.env,
                                           stdin=stdin)
        self.assertEqual((bare.status, bare.out, bare.err),
                         (recorded.status, recorded.out, recorded.err))
        objects = self.bench.sound(tape)
        # A thread that nobody waits for any more may be in any call when its process ends.
        end = {o["pid"]: o["seq"] for o in objects
               if o["type"] == "syscall" and o["name"] == "exit_group"}
        over = {o["tid"] for o in objects if o["type"] == "exit" and o["tid"] != o["pid"] and
                o["seq"] > end.get(o["pid"], o["seq"])}
        unfinished = [o["name"] for o in objects
                      if o["type"] == "syscall" and o["state"] == "unfinished" and
                      o["name"] not in ("exit", "exit_group") and o["tid"] not in over]
        killed = any(o["type"] == "exit" and o["signal"] for o in objects)
        if not killed:
            self.assertEqual(unfinished, [])
        self.assertEqual(bare.status, recorded.status)
        self.overview(tape, command)
        return objects

    def overview(self, tape, command):
        text = self.bench.ask(tape).decode("utf-8", "surrogateescape")
        self.assertIn(os.path.basename(command[0]), text)
        self.assertNotIn("\x1b", text)
        self.bench.ask("tree", tape)
        self.bench.ask("info", tape)
        # Counted from whole events, and from the few columns that counting needs.
        whole = json.loads(self.bench.ask("--json", tape))
        counted = json.loads(self.bench.ask("stats", "--json", tape))
        keys = ("syscall", "calls", "errors", "total_ns", "max_ns")
        self.assertEqual([[row[k] for k in keys] for row in whole["syscalls"]],
                         [[row[k] for k in keys] for row in counted["rows"]])
        self.assertEqual(whole["info"]["syscalls"], counted["calls"])

    def counts(self, objects):
        return collections.Counter(o["name"] for o in objects if o["type"] == "syscall")

    def same_counts(self, command, clean="true"):
        """A program without threads: call for call what strace counts."""
        self.sh(clean)
        objects = self.both(command, clean=clean)
        self.sh(clean)
        path = self.bench.path("strace.txt")
        run(["strace", "-f", "-o", path, *command], cwd=self.work, env=self.env)
        theirs = collections.Counter()
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                name = re.match(r"\d+ +(\w+)\(", line)
                if name:
                    theirs[name[1]] += 1
        ours = self.counts(objects)
        for name in sorted(set(ours) | set(theirs)):
            if name in UNSTEADY:
                self.assertAlmostEqual(ours[name], theirs[name], delta=3 + theirs[name] // 4,
                                       msg=name)
            else:
                self.assertEqual(ours[name], theirs[name], name)
        return objects

    def test_ls(self):
        self.same_counts(["ls", "-lR", "/usr/include/linux"])

    def test_tar(self):
        self.sh("mkdir tree && for i in $(seq 40); do echo $i >tree/$i; done")
        self.same_counts(["tar", "cf", "out.tar", "--sort=name", "tree"])
        self.both(["tar", "tvf", "out.tar"])

    def test_gcc(self):
        self.need("gcc")
        with open(os.path.join(self.work, "hello.c"), "w", encoding="ascii") as f:
            f.write('#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n')
        objects = self.same_counts(["gcc", "-O2", "-o", "hello", "hello.c"], clean="rm -f hello")
        programs = {os.path.basename(o["path"]) for o in objects if o["type"] == "exec"}
        self.assertLessEqual({"cc1", "collect2"}, programs)
        self.assertEqual(run([os.path.join(self.work, "hello")]).out, b"hello\n")

    def test_compile_error(self):
        self.need("gcc")
        self.sh("echo 'int main(void) { return x; }' >bad.c")
        self.both(["gcc", "-c", "bad.c"])

    def test_git_clone(self):
        self.need("git")
        self.sh("git init -q repo; cd repo; for i in 1 2 3 4 5; do echo $i >f$i; git add f$i; "
                "git commit -qm c$i; done")
        objects = self.both(["git", "clone", "-q", "--no-local", "repo", "copy"],
                            clean="rm -rf copy")
        self.assertGreater(sum(o["type"] == "exec" for o in objects), 3)
        self.sh("git -C copy fsck --strict 2>/dev/null; test $(git -C copy rev-list --count HEAD) "
                "= 5")

    def test_python(self):
        self.both(["/usr/bin/python3", "-c", "import json, ssl, threading\n"
                   "out = []\n"
                   "ts = [threading.Thread(target=out.append, args=(i,)) for i in range(8)]\n"
                   "[t.start() for t in ts]; [t.join() for t in ts]\n"
                   "print(json.dumps(sorted(out)))"])

    def test_python_subprocess(self):
        self.both(["/usr/bin/python3", "-c", "import subprocess\n"
                   "for i in range(5):\n"
                   "    print(subprocess.run(['sh', '-c', f'echo {i}; exit {i}'],\n"
                   "                         capture_output=True))"])

    def test_make(self):
        self.need("make", "gcc")
        self.sh("for i in $(seq 20); do echo \"int f$i(void) { return $i; }\" >f$i.c; done; "
                "echo 'int f1(void); int main(void) { return f1() - 1; }' >main.c; "
                "printf 'all: prog\\nprog: $(patsubst %%.c,%%.o,$(sort $(wildcard *.c)))\\n"
                "\\t$(CC) -o $@ $^\\n' >Makefile")
        objects = self.both(["make", "-s", "-j2"], clean="rm -f *.o prog")
        self.assertGreater(sum(o["type"] == "exec" for o in objects), 60)
        self.sh("./prog")

    def test_pipeline(self):
        self.both(["sh", "-c", "seq 20000 | sort -rn | head -n 3 | tr 0-9 a-j | cat; "
                   "false | true; echo $?; yes | head -c 100000 | wc -c"])

    def test_pipeline_input(self):
        text = b"".join(b"%d\n" % i for i in range(50000))
        objects = self.both(["sh", "-c", "cat | sort -n | tail -n 2; wc -c <Makefile 2>/dev/null "
                             "|| echo none"], stdin=text)
        self.assertGreater(len(objects), 100)

    def test_curl(self):
        self.need("curl")
        self.sh("seq 10000 >numbers")
        self.both(["curl", "-s", f"file://{self.work}/numbers"])
        self.both(["curl", "-s", "http://127.0.0.1:9/"])

    def test_tools_about_processes(self):
        """Programs whose business is other processes: groups, sessions, namespaces, ids."""
        for command in (["timeout", "0.3", "sleep", "100"],
                        ["timeout", "-s", "KILL", "0.3", "sh", "-c", "trap '' TERM; sleep 100"],
                        ["setsid", "-w", "sh", "-c", "exit 3"],
                        ["xargs", "-P", "4", "-n", "1", "sh", "-c", "exit $(($0 % 2))"],
                        ["env", "-i", "/bin/sh", "-c", "echo $#", "x", "y"],
                        ["nice", "-n", "3", "nice"],
                        ["nohup", "true"]):
            self.both(command, stdin=b"1 2 3 4 5 6 7 8\n")

    def test_as_root(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        for command in (["su", "-s", "/bin/sh", "nobody", "-c", "id -u; exit 4"],
                        ["unshare", "-p", "-f", "--mount-proc", "sh", "-c", "echo $$; ps ax | wc -l"],
                        ["chroot", "/", "/bin/sh", "-c", "pwd"],
                        ["setpriv", "--reuid=65534", "--clear-groups", "id", "-u"]):
            if run(command).status in (0, 4):
                self.both(command)

    def test_python_multiprocessing(self):
        self.both(["/usr/bin/python3", "-c", "import multiprocessing as m\n"
                   "if __name__ == '__main__':\n"
                   "    with m.get_context('fork').Pool(4) as p:\n"
                   "        print(sum(p.map(abs, range(-500, 500))))"])

    def test_find(self):
        self.same_counts(["find", "/usr/include", "-name", "*.h", "-newer", "/etc/hostname"])

    def test_crash(self):
        self.need("gcc")
        self.sh("ulimit -c 0; echo 'int main(void) { *(volatile int *)8 = 1; }' >crash.c; "
                "gcc -o crash crash.c")
        tape, result = self.bench.record([os.path.join(self.work, "crash")], cwd=self.dir)
        self.assertEqual(result.status, -11)
        text = self.bench.ask(tape).decode()
        self.assertIn("SIGSEGV", text)
        self.assertIn("0x8", text)

    def test_all_bytes(self):
        """-s all: what went through a pipe can be put together again from the tape."""
        data = os.urandom(8 << 20)
        with open(os.path.join(self.work, "data"), "wb") as f:
            f.write(data)
        tape, result = self.bench.record(["dd", "if=data", "of=/dev/null", "bs=8M", "status=none"],
                                         ["-s", "all"], cwd=self.work)
        self.assertEqual(result.status, 0, result)
        self.bench.sound(tape)
        events = second.read(tape)[2]
        self.assertTrue(self.together(events, 1) == data, "what dd wrote")
        self.assertTrue(self.together(events, 0) == data, "what dd read")

    def together(self, events, nr):
        """The bytes of the one large call of this number, in its own event and others."""
        calls = {e["seq"] for e in events
                 if e.get("nr") == nr and e["args"][2] == 8 << 20 == e["ret"]}
        pieces = {}
        for e in events:
            if e["seq"] in calls or e["kind"] == second.DATA and e["seq"] - e["span"] in calls:
                pieces.update((m["address"], m["data"]) for m in e["memory"])
        return b"".join(pieces[address] for address in sorted(pieces))


if __name__ == "__main__":
    suite.main()
