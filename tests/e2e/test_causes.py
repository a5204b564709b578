#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that fail as programs do: the overview names the cause in its first fifteen lines, in
plain words and with the call that shows it; and of programs that do well it says nothing bad."""
import contextlib
import glob
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

    def test_name_server_that_never_answers(self):
        """In namespaces of its own, where port 53 is free and everybody may listen there."""
        self.need("unshare")
        settings = self.write("resolv.conf",
                              "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        script = self.python("lookup.py", """
import fcntl, socket, struct, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
up = struct.pack("16sh", b"lo", 0x49)
fcntl.ioctl(server, 0x8914, up)
server.bind(("127.0.0.1", 53))
try:
    socket.getaddrinfo("db.example.com", 80, socket.AF_INET)
except OSError as e:
    sys.exit("cannot reach the database: %s" % e)
""")
        inside = ["unshare", "-rmn", "sh", "-c", f"mount --bind {settings} /etc/resolv.conf && "
                  "exec \"$@\"", "sh"]
        if harness.run(inside + ["true"], cwd=self.dir).status:
            self.skipTest("no namespaces of one's own here, or no /etc/resolv.conf")
        tape = self.record(inside + script, 1)
        self.blame(tape, "the host name db.example.com could not be resolved: no answer from the "
                   "name server, asked at 127.0.0.1:53", r"send\w+\(\d+<UDP:\[.*->127.0.0.1:53\]>")

    def test_secure_shell_to_a_closed_port(self):
        self.need("ssh")
        port = self.unused_port()
        tape = self.record(["ssh", "-F", "none", "-o", "BatchMode=yes", "-p", str(port),
                            "127.0.0.1", "true"], 255)
        self.blame(tape, f"connection refused: nothing listens at 127.0.0.1:{port}", r"connect\(")

    def test_socket_that_is_not_there(self):
        """That its name has a .so in it makes it no library."""
        path = self.bench.path("no/docker.sock")
        tape = self.record(self.python("client.py", f"""
import socket
socket.socket(socket.AF_UNIX).connect({path!r})
"""), 1)
        self.blame(tape, f"there is no socket {path}", r"connect\(.* = -1 ENOENT")

    def test_socket_that_nobody_serves(self):
        path = self.bench.path("stale")
        tape = self.record(self.python("client.py", f"""
import socket
with socket.socket(socket.AF_UNIX) as s:
    s.bind({path!r})
socket.socket(socket.AF_UNIX).connect({path!r})
"""), 1)
        self.blame(tape, f"connection refused: nothing listens at {path}",
                   r"connect\(.* = -1 ECONNREFUSED")

    def as_nobody(self, command):
        if os.getuid():
            return command
        self.need("setpriv")
        os.chmod(self.dir, 0o755)
        return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                *command]

    def test_port_of_the_system(self):
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as f:
            if int(f.read()) <= 80:
                self.skipTest("everybody may use port 80 here")
        tape = self.record(self.as_nobody(self.python("daemon.py", """
import socket, sys
try:
    socket.socket().bind(("127.0.0.1", 80))
except OSError:
    sys.exit("cannot start the daemon")
""")), 1)
        self.blame(tape, "no permission to use the address 127.0.0.1:80",
                   r"bind\(.* = -1 EACCES")

    # ---- crashes ----

    def test_crash_below_python(self):
        """In a library that a script calls: the script is not asked."""
        tape = self.record(["/usr/bin/python3", "-c", "import ctypes; ctypes.string_at(8)"])
        self.blame(tape, r"it used a null pointer \(address 0x8\)", "--- SIGSEGV")

    def test_endless_recursion(self):
        program = self.compile("deep", """
static int deeper(int n)
{
	volatile char room[10000];
	room[0] = (char)n;
	return deeper(n + 1) + room[0];
}
int main(void) { return deeper(0); }
""", "-O0", "-w")
        tape = self.record([program])
        self.blame(tape, r"most likely its stack overflowed \(endless recursion\?\)",
                   "--- SIGSEGV .*SEGV_MAPERR")

    def test_own_timer(self):
        tape = self.record(self.python(
            "alarm.py", "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\n"
            "signal.pause()\n"))
        self.blame(tape, r"SIGALRM was sent to it by a timer of its own, which ran out.*; it was "
                   r"waiting for time or a signal", r"pause\(\)")

    def test_time_was_up(self):
        self.need("timeout")
        tape = self.record(["sh", "-c", "timeout 0.05 sleep 100; exit $?"], 124)
        self.blame(tape, r"SIGTERM was sent to it by process \d+ \(timeout 0.05 sleep 100\)",
                   r"kill\(\d+, SIGTERM\) = 0")

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

    def test_processor_time(self):
        """Where the soft limit is the hard one, the kernel kills at once."""
        self.need("bash")
        script = self.python("busy.py", "while True: pass\n")
        tape = self.record(["bash", "-c", 'ulimit -t 1; "$@"; exit $?', "bash", *script], 137)
        self.blame(tape, r"SIGKILL was sent to it by nobody on the tape: most likely by the kernel "
                   r"because it had used up its processor time \(RLIMIT_CPU, 1 s\); it was "
                   "computing", None)

    # ---- memory, disk, descriptors ----

    def test_file_system_that_cannot_be_written(self):
        self.need("unshare", "mount")
        place = self.bench.path("fixed")
        os.mkdir(place)
        inside = ["unshare", "-rm", "sh", "-c", f"mount --bind {place} {place} && mount -o "
                  f"remount,ro,bind {place} && {{ \"$@\"; exit $?; }}", "sh"]
        if harness.run(inside + ["true"]).status:
            self.skipTest("nothing can be mounted here, not even in a namespace of its own")
        tape = self.record(inside + ["touch", f"{place}/new"], 1)
        self.blame(tape, f"the file system can only be read: {place}/new",
                   r"openat\(.* = -1 EROFS")

    def test_directory_without_permission(self):
        """A configuration in a directory that may not be gone through."""
        place = self.bench.path("locked")
        os.mkdir(place)
        self.write("locked/app.json", "{}")
        os.chmod(place, 0o600)
        tape = self.record(self.as_nobody(self.python("app.py", f"""
import json, sys
try:
    json.load(open({place!r} + "/app.json"))
except OSError:
    sys.exit("configuration error")
""")), 1)
        os.chmod(place, 0o700)
        self.blame(tape, f"permission denied: {place}/app.json", r"openat\(.* = -1 EACCES")

    def memory_group(self, limit):
        """A cgroup whose processes are killed when they take more than that."""
        version1 = os.path.isdir("/sys/fs/cgroup/memory")
        path = f"/sys/fs/cgroup/{'memory/' if version1 else ''}systape-test-{os.getpid()}"
        names = ("memory.limit_in_bytes", "memory.swappiness") if version1 else \
            ("memory.max", "memory.swap.max")
        try:
            os.mkdir(path)
            self.addCleanup(os.rmdir, path)
            for name, value in zip(names, (limit, 0)):
                with open(f"{path}/{name}", "w", encoding="ascii") as f:
                    f.write(str(value))
        except OSError as e:
            # test_killed_from_outside stands in for it.
            self.skipTest(f"no cgroup with a limit of memory can be made here: {e}")
        return path

    def test_killed_because_memory_ran_out(self):
        path = self.memory_group(64 << 20)
        script = self.python("hungry.py", "len(bytearray(300 << 20))\n")
        tape = self.record(["sh", "-c", f"(echo 0 > {path}/cgroup.procs && exec \"$@\"); exit $?",
                            "sh", *script], 137)
        self.blame(tape, r"SIGKILL was sent to it by nobody on the tape: most likely by the kernel "
                   r"because memory ran out \(OOM killer\).*it had asked for 3\d\d\.\d MiB",
                   r"mmap\(NULL, 3\d{8}")

    def test_full_file_system(self):
        self.need("unshare", "mount")
        place = self.bench.path("small")
        os.mkdir(place)
        inside = ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs -o size=64k none {place} && "
                  f"{{ \"$@\"; exit $?; }}", "sh"]
        if harness.run(inside + ["true"]).status:
            self.skipTest("no tmpfs can be mounted here, not even in a namespace of its own")
        tape = self.record(inside + ["dd", "if=/dev/zero", f"of={place}/big", "bs=4k", "count=99"],
                           1)
        self.blame(tape, f"no space left on the disk for {place}/big",
                   rf"write\(1<{place}/big>.* = -1 ENOSPC")

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

    def test_library_of_another_class(self):
        """It is not missing, although the loader goes on searching and then says where it is not."""
        user = self.user_of_library()
        with open(self.bench.path("good/libmiss.so"), "rb") as f:
            library = bytearray(f.read())
        library[4] = 1  # EI_CLASS: ELFCLASS32
        with open(self.bench.path("libmiss.so"), "wb") as f:
            f.write(library)
        tape = self.record(["env", f"LD_LIBRARY_PATH={self.dir}", user], 127)
        self.blame(tape, r"the loader cannot use a shared library: .*libmiss.so: wrong ELF class: "
                   r"ELFCLASS32 \(a 32-bit library, the program is of 64 bits\)",
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

    def test_recipe_with_a_tool_that_is_not_there(self):
        self.need("make")
        self.write("Makefile", "all:\n\t@nasmx -f elf64 x.asm\n")
        tape = self.record(["make"], 2)
        self.blame(tape, r"nasmx was found in none of \d+ places.*\(no such command\?\)",
                   r'\w+\(.*/nasmx".* = -1 ENOENT')

    def test_library_that_the_linker_does_not_find(self):
        """The linker calls it -lx, and finds others only at the second try."""
        self.need("gcc")
        tape = self.record(["gcc", self.write("l.c", "int main(void) { return 0; }\n"),
                            "-lno_such_one"], 1)
        self.blame(tape, r"libno_such_one.(so|a) was found in none of \d+ places",
                   r'openat\(.*/libno_such_one.(so|a)".* = -1 ENOENT')

    def test_repository_that_is_not_there(self):
        self.need("git")
        tape = self.record(["git", "log"], 128)
        problem = self.blame(tape, r"\.git (was found in none of \d+ places|does not exist)",
                             r'\w+\(.*\.git".* = -1 ENOENT')
        self.assertNotIn("command", problem["cause"]["text"])

    def test_status_with_a_meaning(self):
        self.write("one", "1\n")
        self.write("two", "2\n")
        for command, means in ((["grep", "x", "one"], "no line matched"),
                               (["cmp", "-s", "one", "two"], "the files differ")):
            self.blame(self.record(command, 1), f"it says so by its status: {means}", None)

    # ---- hangs ----

    def stop(self, tape, script, ready):
        """Records the script until @ready, a file that it makes, is there and somebody waits; then
        ends all of it."""
        child = subprocess.Popen(self.bench.command(tape, script), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.wait_for(lambda: all(os.path.exists(self.bench.path(r)) for r in ready), ready)

        def blocked(pid):
            try:
                calls = []
                for thread in sorted(glob.glob(f"/proc/{pid}/task/*")):
                    with open(f"{thread}/stat", "rb") as f:
                        # Stopped for the recorder, it is not in the call yet.
                        if f.read().rpartition(b") ")[2][:1] == b"t":
                            return b"running"
                    with open(f"{thread}/syscall", "rb") as f:
                        calls.append(f.read())
                return b"running" if b"running\n" in calls else b" ".join(calls)
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
        # While the recorder stands still nobody comes to an end, and nobody goes on because
        # another did.
        everybody = harness.descendants(child.pid)
        os.kill(child.pid, signal.SIGSTOP)
        for pid in sorted(everybody, reverse=True):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        os.kill(child.pid, signal.SIGCONT)
        child.wait(60)

    def test_lock_of_flock(self):
        self.need("flock")
        lock = self.bench.path("the.lock")
        script = self.write("lock.sh", f"exec 9>{lock}\nflock 9\n"
                            f"(exec 9>&-; touch {self.bench.path('one')}; "
                            f"exec flock {lock} echo got) &\nwait\n")
        tape = self.bench.new_tape()
        self.stop(tape, ["sh", script], ["one"])
        self.blame(tape, rf"it was waiting for a file lock \({lock}\) for \d+\.\d+ s, "
                   r"held by process \d+ \(sh \S+/lock.sh\)", rf"flock\(\d<{lock}>, LOCK_EX")

    def test_lock_that_is_not_waited_for(self):
        """Databases try a lock and give up."""
        lock = self.write("the.db", "")
        script = self.python("db.py", f"""
import fcntl, os, sys
f = open({lock!r}, "w")
fcntl.lockf(f, fcntl.LOCK_EX)
child = os.fork()
if child == 0:
    try:
        f = open({lock!r}, "w")
        fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.write(2, b"the.db: database is locked\\n")
        os._exit(5)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""")
        self.blame(self.record(script, 5),
                   rf"another process has locked {lock}: it is held by process \d+ \(.*db.py",
                   rf"fcntl\(\d<{lock}>, F_SETLK, .* = -1 EAGAIN")

    def test_threads_that_wait_for_each_other(self):
        program = self.compile("dead", """
#include <fcntl.h>
#include <pthread.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static void *other(void *unused)
{
	pthread_mutex_lock(&b);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&a);
	return unused;
}
int main(int n, char **v)
{
	pthread_t t;
	pthread_barrier_init(&both, 0, 2);
	pthread_create(&t, 0, other, 0);
	pthread_mutex_lock(&a);
	pthread_barrier_wait(&both);
	open(v[n - 1], O_CREAT, 0600);
	pthread_mutex_lock(&b);
	return 0;
}
""", "-pthread")
        tape = self.bench.new_tape()
        self.stop(tape, [program, self.bench.path("one")], ["one"])
        self.blame(tape, r"thread (\d+) for a mutex that is held by thread (\d+), which waits for a "
                   r"mutex that thread \1 holds: neither can go on \(deadlock\)",
                   r"futex\(0x[0-9a-f]+, FUTEX_WAIT_PRIVATE, 2, NULL\)")

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

    # ---- what programs say of themselves ----

    def says(self, command, words, status=None):
        tape = self.record(command, status)
        self.blame(tape, f"it says: .*{words}", None)

    def test_module_that_is_not_there(self):
        self.says(self.python("app.py", "import no_such_module\n"),
                  "ModuleNotFoundError: No module named 'no_such_module'", 1)

    def test_locale_that_is_not_there(self):
        self.says(self.python("app.py", "import locale\n"
                              "locale.setlocale(locale.LC_ALL, 'xx_XX.UTF-8')\n"),
                  "locale.Error: unsupported locale setting", 1)

    def test_error_in_a_script(self):
        self.says(self.python("app.py", "x = {1: 2}\nx[3]\n"), "KeyError: 3", 1)

    def test_unknown_option(self):
        self.says(["ls", "--no-such"], "unrecognized option '--no-such'", 2)

    def test_undefined_reference(self):
        self.need("gcc")
        self.says(["gcc", self.write("u.c", "int f(void);\nint main(void) { return f(); }\n")],
                  "undefined reference to `f'", 1)

    def test_truncated_archive(self):
        self.need("tar")
        harness.run(["tar", "cf", self.bench.path("all.tar"), "/etc/passwd", "/etc/services"])
        with open(self.bench.path("all.tar"), "rb") as f:
            self.write("part.tar", f.read(1300).decode("latin-1"))
        self.says(["tar", "tf", "part.tar"], "Unexpected EOF in archive", 2)

    def test_settings_with_a_mistake(self):
        self.need("nginx")
        self.write("nginx.conf", "events {}\nhttp { servr { } }\n")
        self.says(["nginx", "-p", self.dir, "-e", "stderr", "-c", "nginx.conf"],
                  'unknown directive "servr"', 1)

    def test_remote_that_is_not_there(self):
        self.need("git")
        harness.run(["git", "init", "-q", self.bench.path("repo")])
        tape = self.record(["git", "-C", "repo", "fetch", "/no/remote"], 128)
        self.blame(tape, "/no/remote does not exist", r'\w+\(.*"/no/remote')

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
