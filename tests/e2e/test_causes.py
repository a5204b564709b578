#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that fail as programs do: the overview names the cause in its first fifteen lines, in
plain words and with the call that shows it; and of programs that do well it says nothing bad."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import harness
import suite

FIRST = 15
SCREEN = 60
NOBODY = 65534


class Causes(suite.TapeTest):
    def record(self, command, status=None, **more):
        env = dict(os.environ, LC_ALL="C", HOME=self.dir)
        tape, result = self.bench.record(command, env=env, cwd=self.dir, **more)
        if status is not None:
            self.assertEqual(result.status, status, result)
        return tape

    def screen(self, tape):
        lines = self.bench.ask(tape).decode().split("\n")
        self.assertLessEqual(len(lines), SCREEN)
        return lines

    def blame(self, tape, cause, evidence, count=1):
        """The cause and its evidence stand in the first lines, and in the JSON. Returns the last
        problem of that."""
        first = "\n".join(self.screen(tape)[:FIRST])
        self.assertRegex(first, f"cause: .*{cause}")
        if evidence:
            self.assertRegex(first, rf"seen:  \d+ {evidence}.*  \(at \d+\.\d+ s\)")
        problems = json.loads(self.bench.ask("--json", tape))["problems"]
        found = [p for p in problems if re.search(cause, p["cause"]["text"])]
        if count:
            self.assertEqual((len(problems), len(found)), (count, 1), problems)
        return found[0]

    def python(self, name, text, *args):
        return ["/usr/bin/python3", "-S", self.write(name, text), *args]

    def compile(self, name, text, *options):
        self.need("gcc")
        harness.run(["gcc", "-o", self.bench.path(name), self.write(f"{name}.c", text), *options],
                    cwd=self.dir)
        return self.bench.path(name)

    # ---- settings ----

    def test_missing_settings(self):
        self.need("git")
        tape = self.record(["sh", "-c", "GIT_CONFIG_GLOBAL=/no/settings git config --global -l"], 128)
        self.blame(tape, "/no/settings does not exist", r'\w+\(.*"/no/settings"')

    def test_missing_settings_that_the_message_does_not_name(self):
        tape = self.record(self.python(
            "app.py", "import sys\ntry:\n  open(sys.argv[1])\nexcept OSError:\n"
            "  sys.exit('cannot start: bad configuration')\n", "/no/app/settings.ini"), 1)
        self.blame(tape, "/no/app/settings.ini does not exist",
                   r'openat\(.*"/no/app/settings.ini".* = -1 ENOENT')

    def test_missing_settings_that_nothing_names(self):
        tape = self.record(self.python(
            "app.py", "import sys\ntry:\n  open('/no/hard/coded.ini')\nexcept OSError:\n"
            "  sys.exit('cannot start')\n"), 1)
        self.blame(tape, "cannot start; before that /no/hard/coded.ini does not exist",
                   r'openat\(.*"/no/hard/coded.ini"')

    def test_exit_without_a_word(self):
        """What the tape does not tell is not made up."""
        tape = self.record(["sh", "-c", 'test -n "$NO_SUCH_VARIABLE" || exit 78'], 78)
        self.blame(tape, "not known: it exited by itself, wrote no message", None)

    # ---- permission ----

    def test_permission(self):
        path = self.write("secret.txt", "x", 0o600)
        if os.getuid() == 0:
            self.need("setpriv")
            command = f"setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups cat {path}"
        else:
            os.chmod(path, 0)
            command = f"cat {path}"
        tape = self.record(["sh", "-c", command + "; exit $?"], 1)
        self.blame(tape, f"permission denied: {path}", rf'openat\(.*"{path}".* = -1 EACCES')

    # ---- network ----

    def unused_port(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    def test_refused(self):
        """Not the ~/.curlrc that is not there either."""
        self.need("curl")
        port = self.unused_port()
        tape = self.record(["curl", "-s", f"http://127.0.0.1:{port}/"], 7)
        problem = self.blame(tape, f"connection refused: nothing listens at 127.0.0.1:{port}",
                             r"(getsockopt|connect)\(")
        self.assertNotIn("curlrc", json.dumps(problem))

    def test_refused_later(self):
        """The error of a connection that was not waited for comes by SO_ERROR, as a success."""
        port = self.unused_port()
        tape = self.record(self.python("nb.py", f"""
import select, socket, sys
s = socket.socket()
s.setblocking(False)
try:
    s.connect(("127.0.0.1", {port}))
except BlockingIOError:
    pass
select.select([], [s], [], 30)
sys.exit("backend unavailable" if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) else 0)
"""), 1)
        self.blame(tape, f"connection refused: nothing listens at 127.0.0.1:{port}",
                   rf"getsockopt\(\d+<TCP:\[.*->127.0.0.1:{port}\]>, SOL_SOCKET, SO_ERROR, \[111\]")

    def test_retries(self):
        port = self.unused_port()
        tape = self.record(self.python("retry.py", f"""
import socket, sys, time
for i in range(1000):
    with socket.socket() as s:
        try:
            s.connect(("127.0.0.1", {port}))
            sys.exit()
        except OSError:
            time.sleep(0.0001)
sys.exit("gave up")
"""), 1)
        self.blame(tape, rf"nothing listens at 127.0.0.1:{port}; tried 1000 times in \d",
                   r"connect\(.* = -1 ECONNREFUSED")

    def test_address_in_use(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            port = s.getsockname()[1]
            tape = self.record(["/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1",
                                str(port)], 1)
        self.blame(tape, f"the address is already in use: 127.0.0.1:{port}",
                   r"bind\(.* = -1 EADDRINUSE")

    def test_name_without_address(self):
        """A name server of our own at port 53 is for root alone; the answer is NXDOMAIN."""
        try:
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("127.0.0.71", 53))
        except OSError:
            self.skipTest("cannot listen at port 53")
        script = self.python("lookup.py", """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.71", 53))
s.send(b"\\x12\\x34\\x01\\0\\0\\x01\\0\\0\\0\\0\\0\\0\\x07no-such\\x04host\\0\\0\\x01\\0\\x01")
sys.exit(4 if s.recv(512)[3] & 15 else 0)
""")
        with server:
            child = subprocess.Popen(self.bench.command(self.bench.path("dns.zst"), script),
                                     stdin=subprocess.DEVNULL)
            question, peer = server.recvfrom(512)
            server.sendto(question[:2] + b"\x81\x83" + question[4:], peer)
            self.assertEqual(child.wait(60), 4)
        self.blame(self.bench.path("dns.zst"),
                   "the host name no-such.host could not be resolved: there is no such name",
                   r"recvfrom\(\d+<UDP:\[.*->127.0.0.71:53\]>")

    # ---- crashes ----

    def test_crash_in_a_grandchild(self):
        self.need("make")
        self.write("Makefile", f"all:\n\t@{self.prog('die')} segv\n")
        tape = self.record(["sh", "-c", "make -s; exit $?"], 2)
        self.blame(tape, "it used a null pointer", "--- SIGSEGV")

    def test_abort(self):
        program = self.compile("check", "#include <assert.h>\nint main(int n, char **v)\n"
                               '{ assert(n > 1 && "two words"); return 0; }\n')
        tape = self.record(["sh", "-c", f"sh -c '{program}; exit 3'; exit $?"], 3)
        problem = self.blame(tape, "it aborted by itself: a check in it failed", "--- SIGABRT")
        self.assertIn("two words", problem["wrote"])

    def test_broken_pipe(self):
        self.need("bash")
        tape = self.record(["bash", "-o", "pipefail", "-c", "yes | head -1 >/dev/null"], 141)
        self.blame(tape, r"nobody reads any more what it writes to pipe:\[\d+\]",
                   r"write\(1<pipe:.* = -1 EPIPE")

    def test_killed_by_another(self):
        tape = self.record(self.python("parent.py", """
import os, sys
r, w = os.pipe()
child = os.fork()
if child == 0:
    os.close(w)
    os.read(r, 1)
    os._exit(0)
os.kill(child, 9)
sys.exit("worker failed" if os.wait()[1] else 0)
"""), 1)
        problem = self.blame(tape, r"SIGKILL was sent to it by process \d+ \(\S*python3.*parent.py",
                             None)
        self.assertEqual(problem["end"], "killed by SIGKILL")

    def test_killed_from_outside(self):
        """As the kernel does when memory runs out: nobody on the tape sends the signal."""
        tape = self.bench.new_tape()
        # The worker tells its own number, then waits for a line that never comes.
        script = self.python("worker.py", """
import os, sys
r, w = os.pipe()
child = os.fork()
if child == 0:
    os.write(1, b"%d\\n" % os.getpid())
    os.close(w)
    os.read(0, 1)
    os._exit(0)
os.close(r)
sys.exit("worker failed" if os.wait()[1] else 0)
""")
        child = subprocess.Popen(self.bench.command(tape, script), stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.kill(int(child.stdout.readline()), signal.SIGKILL)
        self.assertEqual(child.wait(60), 1)
        child.stdin.close()
        child.stdout.close()
        self.blame(tape, r"SIGKILL was sent to it by nobody on the tape.*memory", None)

    # ---- memory, disk, descriptors ----

    def test_out_of_memory(self):
        tape = self.record(["sh", "-c", "ulimit -v 100000; /usr/bin/python3 -S -c "
                            "'x = bytearray(10**9)'; exit $?"], 1)
        self.blame(tape, "out of memory: the kernel refused mmap", r"mmap\(.* = -1 ENOMEM")

    def test_full_disk(self):
        tape = self.record(["sh", "-c", "cat /etc/passwd > /dev/full; exit $?"], 1)
        self.blame(tape, "no space left on the disk for /dev/full",
                   r"write\(1</dev/full.*ENOSPC")

    def test_file_size(self):
        tape = self.record(["sh", "-c", "ulimit -f 8; head -c 1000000 /dev/zero > big; exit $?"])
        self.blame(tape, "a file would have become larger than its limit", "--- SIGXFSZ")

    def test_too_many_files(self):
        tape = self.record(["sh", "-c", "ulimit -n 40; exec " + " ".join(self.python(
            "leak.py", "l = []\nwhile True: l.append(open('/etc/passwd'))\n"))], 1)
        self.blame(tape, "too many open files: the process has reached its limit, at /etc/passwd",
                   r"openat\(.*EMFILE")

    # ---- programs and libraries that are not what is wanted ----

    def library(self, directory, text):
        os.makedirs(self.bench.path(directory), exist_ok=True)
        harness.run(["gcc", "-shared", "-fPIC", "-o", self.bench.path(f"{directory}/libmiss.so"),
                     self.write(f"{directory}.c", text)])
        return self.bench.path(directory)

    def user_of_library(self):
        self.need("gcc")
        good = self.library("good", "int thing(void) { return 0; }\n")
        return self.compile("user", "int thing(void);\nint main(void) { return thing(); }\n",
                            f"-L{good}", "-lmiss")

    def test_missing_library(self):
        tape = self.record([self.user_of_library()], 127)
        self.blame(tape, r"the shared library libmiss.so was found in none of \d+ places",
                   r'openat\(.*/libmiss.so".* = -1 ENOENT')

    def test_library_without_the_symbol(self):
        user, bad = self.user_of_library(), self.library("bad", "int other;\n")
        tape = self.record(["env", f"LD_LIBRARY_PATH={bad}", user], 127)
        self.blame(tape, "the loader cannot use a shared library: .*undefined symbol: thing",
                   rf'openat\(.*"{bad}/libmiss.so".* = 3')

    def test_library_of_another_kind(self):
        user = self.user_of_library()
        self.write("libmiss.so", "no ELF file, " * 100)
        tape = self.record(["env", f"LD_LIBRARY_PATH={self.dir}", user], 127)
        self.blame(tape, "the loader cannot use a shared library: .*invalid ELF header",
                   rf'openat\(.*"{self.dir}/libmiss.so".* = 3')

    def test_missing_interpreter(self):
        """The script is there: its error is that of a missing file all the same."""
        self.need("bash")
        script = self.write("script", "#!/no/such/interpreter\n", 0o755)
        tape = self.record(["bash", "-c", f"test -x {script} && {script}; exit $?"])
        self.blame(tape, f"{script} is there, but the interpreter that it names is not",
                   rf'execve\("{script}".*ENOENT')

    def test_missing_loader(self):
        program = self.compile("program", "int main(void) { return 0; }\n",
                               "-Wl,--dynamic-linker=/no/such/loader.so")
        tape = self.record(["sh", "-c", f"{program}; exit $?"], 127)
        self.blame(tape, f"{program} does not exist, or the interpreter that it names does not",
                   r"execve\(")

    def test_mistyped_command(self):
        tape = self.record(["sh", self.write("typo.sh", "echo start\ngrpe x /etc/passwd\n")], 127)
        self.blame(tape, r"grpe was found in none of \d+ places", r'\w+\(.*/grpe"')

    # ---- hangs ----

    def stop(self, tape, script, ready):
        """Records the script until @ready, a file that it makes, is there and somebody waits; then
        ends all of it."""
        child = subprocess.Popen(self.bench.command(tape, script), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.wait_for(lambda: all(os.path.exists(self.bench.path(r)) for r in ready), ready)

        def blocked(pid):
            try:
                with open(f"/proc/{pid}/syscall", "rb") as f:
                    return f.read()
            except OSError:
                return b"running"

        waiting = {}

        def settled():
            # All wait in the same call for a while.
            now = {p: blocked(p) for p in harness.descendants(child.pid)}
            same = now == waiting and now and not any(v.startswith(b"running") for v in
                                                      now.values())
            waiting.clear()
            waiting.update(now)
            time.sleep(0.1)
            return same

        harness.wait_for(settled, "nobody goes on")
        for pid in sorted(harness.descendants(child.pid), reverse=True):
            os.kill(pid, signal.SIGTERM)
        child.wait(60)

    def test_lock_of_flock(self):
        self.need("flock")
        lock = self.bench.path("the.lock")
        script = self.write("lock.sh", f"exec 9>{lock}\nflock 9\n"
                            f"(exec 9>&-; touch {self.bench.path('one')}; exec flock {lock} echo got) &\nwait\n")
        tape = self.bench.new_tape()
        self.stop(tape, ["sh", script], ["one"])
        self.blame(tape, rf"it was waiting for a file lock \({lock}\) for \d+\.\d+ s, "
                   r"held by process \d+ \(sh \S+/lock.sh\)", rf"flock\(\d<{lock}>, LOCK_EX")

    def test_lock_of_fcntl(self):
        lock = self.bench.path("the.lock")
        script = self.python("lock.py", f"""
import fcntl, os
f = open({lock!r}, "w")
fcntl.lockf(f, fcntl.LOCK_EX)
child = os.fork()
if child == 0:
    f = open({lock!r}, "w")
    open({self.bench.path("one")!r}, "w").close()
    fcntl.lockf(f, fcntl.LOCK_EX)
    os._exit(0)
os.wait()
""")
        tape = self.bench.new_tape()
        self.stop(tape, script, ["one"])
        self.blame(tape, rf"it was waiting for a file lock \({lock}\) for \d+\.\d+ s, "
                   r"held by process \d+ \(\S*python3 .*lock.py\)",
                   rf"fcntl\(\d<{lock}>, F_SETLKW")

    def test_pipes_that_wait_for_each_other(self):
        script = self.python("dead.py", f"""
import os
a, b = os.pipe()
c, d = os.pipe()
child = os.fork()
if child == 0:
    os.close(b)
    os.close(c)
    os.read(a, 1)
    os.write(d, b"x")
    os._exit(0)
os.close(a)
os.close(d)
open({self.bench.path("one")!r}, "w").close()
os.read(c, 1)
os.write(b, b"x")
os.wait()
""")
        tape = self.bench.new_tape()
        self.stop(tape, script, ["one"])
        self.blame(tape, r"at the other end is process \d+ .*, which waits for this one: "
                   r"neither can go on", r"read\(\d+<pipe:", None)

    def test_recording_that_ended_first(self):
        """The command waits still: that is said, of the one who keeps the others waiting."""
        script = self.python("wait.py", f"""
import os
r, w = os.pipe()
if os.fork() == 0:
    open({self.bench.path("one")!r}, "w").close()
    os.read(r, 1)
    os._exit(0)
os.wait()
""")
        tape = self.bench.new_tape()
        child = subprocess.Popen(self.bench.command(tape, script, ["--max-time", "1"]),
                                 stdin=subprocess.DEVNULL)
        harness.wait_for(lambda: os.path.exists(self.bench.path("one")), "one")
        harness.wait_for(lambda: b'"complete":true' in self.bench.ask(
            "info", "--json", tape, allowed=(0, 2)).replace(b" ", b""), "the tape is complete")
        harness.kill_descendants(child.pid)
        child.wait(60)
        self.blame(tape, r"it waits for a pipe or terminal \(pipe:", r"read\(\d+<pipe:")

    # ---- shells ----

    def test_message_by_a_copy_of_stderr(self):
        """echo >&2 writes to descriptor 1, or to a number of the shell's own."""
        for shell in ("sh", "bash"):
            self.need(shell)
            tape = self.record([shell, "-c", "exec 7>&2 3>&1; echo no >&3; echo first words >&2; "
                                "echo other words >&7; exit 9"], 9)
            said = json.loads(self.bench.ask("--json", tape))["problems"][0]
            self.assertEqual(said["wrote"], "first words\nother words\n")
            self.assertIn("it says: other words", said["cause"]["text"])

    def test_own_failure_after_a_childs(self):
        """A child that failed, and did not matter, does not hide what ended the command."""
        tape = self.record(self.python("both.py", """
import subprocess, sys
subprocess.run(["false"])
open("/no/such/file.ini")
"""), 1)
        said = json.loads(self.bench.ask("--json", tape))["problems"]
        self.assertIn("/no/such/file.ini does not exist", said[0]["cause"]["text"])

    # ---- nothing wrong ----

    def test_calm(self):
        self.write("ok.c", "int main(void) { return 0; }\n")
        self.write("Makefile", "all: ok\nok: ok.c\n\tgcc -o ok ok.c\n")
        commands = [["gcc", "-c", "ok.c"], ["git", "init", "-q", "repo"],
                    ["/usr/bin/python3", "-c", "import json, socket"], ["make", "-s"],
                    ["sqlite3", "t.db", "create table t(a); insert into t values(1);"],
                    ["ls", "-l", "/"], ["tar", "cf", "t.tar", "ok.c"], ["sort", "/etc/passwd"],
                    ["sh", "-c", "cat /etc/passwd | grep root | wc -l"],
                    ["curl", "-s", f"file://{self.dir}/ok.c"]]
        for command in commands:
            if not harness.have(command[0]):
                continue
            with self.subTest(command=command):
                tape = self.record(command, 0)
                text = "\n".join(self.screen(tape))
                self.assertNotIn("What went wrong", text)
                failures = re.search(r"\nCalls that failed\n(.*?)\n\n", text, re.S)
                if failures:
                    self.assertRegex(failures[1], r"^ *[\d,]+  as programs meet all day.*$")


if __name__ == "__main__":
    suite.main()
