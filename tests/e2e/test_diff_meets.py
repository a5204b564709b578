#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a run meets is told before what it makes of it: as whom it runs and what it is allowed,
what lies on the disk, what others answer. Each pair has a run of the good kind more, which must be
the same."""
import os
import re
import resource
import socket
import threading

import pairs
import suite
from harness import run

PYTHON = ["/usr/bin/python3", "-I", "-B"]


def limited(number):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


class Meets(pairs.PairTest):
    def three(self, command, change=lambda: None, prepare=lambda: None, good=None, bad=None,
              **both):
        """The tapes of two good runs and of a bad one; `good`, `bad`: how they are run."""
        tapes = []
        for is_bad in (False, False, True):
            self.fresh()
            prepare()
            if is_bad:
                change()
            tapes.append(self.recorded(command, **both, **((bad if is_bad else good) or {}))[0])
        return tapes

    def cause(self, tapes, kind, *says, most=None):
        """The first finding and what it tells."""
        self.assertEqual(self.diff(*tapes[:2]).text, "same\n")
        found = self.diff(tapes[0], tapes[2])
        self.assertTrue(found.findings, found.text)
        first = found.findings[0]
        self.assertEqual(first["kind"], kind, found.text)
        text = " | ".join([first["text"]] + [f["text"] for f in first["told"]])
        for word in says:
            self.assertRegex(text, word, found.text)
        if most is not None:
            self.assertLessEqual(len(found.findings), most, found.text)
        return found


class Kernel(Meets):
    """What the kernel holds for the command."""

    def test_user(self):
        if os.getuid():
            self.skipTest("only root can be somebody else")
        tapes = self.three(["cat", "secret"], prepare=lambda: self.file("secret", "x\n", 0o600),
                           bad={"options": ["-u", "nobody"]})
        found = self.cause(tapes, "environment", r"^user: 0 -> \d+", "secret.*EACCES, was ok",
                           "exit 0 -> exit 1")
        self.assertNotIn("group", found.text)

    def test_umask(self):
        tapes = self.three(["sh", "-c", "echo x >made"], good={"umask": 0o22},
                           bad={"umask": 0o77})
        self.cause(tapes, "environment", "^umask: 022 -> 077$", most=1)
        self.file("rules", "systape-rules 1\nignore env umask\n")
        found = self.diff(tapes[0], tapes[2], "--rules", f"{self.work}/rules")
        self.assertEqual(found.text, "same\n")

    def test_limit(self):
        """It is why, when something else differs; by itself it is no difference."""
        script = "import os\nfor i in range(60): os.dup(1)\n"
        less = self.three([*PYTHON, "-c", script], good={"preexec_fn": limited(400)},
                          bad={"preexec_fn": limited(40)})
        self.cause(less, "environment", "^RLIMIT_NOFILE: 400 -> 40 ", "exit 0 -> exit 1",
                   "EMFILE, was ok")
        more = self.three([*PYTHON, "-c", script], good={"preexec_fn": limited(400)},
                          bad={"preexec_fn": limited(500)})
        self.assertEqual(self.diff(more[0], more[2]).text, "same\n")

    def test_signals(self):
        """Set by whoever starts it: nohup, a service manager."""
        script = "import os\nif os.path.exists('more'): os.mkdir('made')\n"
        tapes = []
        for words in ((), ("nohup",)):
            self.fresh()
            self.file("more" if words else "less", "")
            tapes.append(self.bench.new_tape())
            command = self.bench.command(tapes[-1], [*PYTHON, "-c", script])
            result = run([*words, *command], cwd=self.work, env=self.env)
            self.assertEqual(result.status, 0, result)
        self.assertIn("ignored signals: {} -> {SIGHUP}", self.diff(*tapes).text)

    def test_no_memory(self):
        """The allocator's calls are noise, but for one that is refused."""
        script = ("import resource\n"
                  "resource.setrlimit(resource.RLIMIT_AS, (int(open('limit').read()),) * 2)\n"
                  "try: bytearray(300 << 20)\n"
                  "except MemoryError: open('refused', 'w')\n")
        tapes = self.three([*PYTHON, "-c", script],
                           prepare=lambda: self.file("limit", f"{4 << 30}\n"),
                           change=lambda: self.file("limit", f"{200 << 20}\n"))
        self.cause(tapes, "bytes", "read from .CWD/limit")
        everything = self.diff(tapes[0], tapes[2], "--all").text
        self.assertRegex(everything, r"now-fails +mmap\(NULL, \d+.*MAP_ANONYMOUS.*: ENOMEM, was ok")

    def test_hang(self):
        """Who was killed is told with the call that it was in. It is killed when it sleeps: that
        is in the second of its calls, which nobody answers."""
        script = ("import os, signal\n"
                  "ready, answer = os.pipe(), os.pipe()\n"
                  "child = os.fork()\n"
                  "if not child: os.write(ready[1], b'x'); os.read(answer[0], 1); os._exit(0)\n"
                  "os.read(ready[0], 1)\n"
                  "if os.environ['ANSWER'] == 'yes': os.write(answer[1], b'x')\n"
                  "else:\n"
                  " while open(f'/proc/{child}/stat').read().rpartition(')')[2].split()[0] != 'S':\n"
                  "  pass\n"
                  " os.kill(child, signal.SIGKILL)\n"
                  "os.waitpid(child, 0)\n")
        tapes = self.three([*PYTHON, "-c", script], good={"options": ["-E", "ANSWER=yes"]},
                           bad={"options": ["-E", "ANSWER=no"]})
        self.cause(tapes, "environment", "^ANSWER: yes -> no",
                   r"exit 0 -> killed by SIGKILL; it was in read\(<.*pipe#2\.r>\)")

    def test_timeout(self):
        """Of what is written down in a program, not of what is left of a time."""
        script = ("import os, select\n"
                  "p = select.poll()\n"
                  "for t in os.environ['WAIT'].split(): p.poll(int(t))\n")
        found = {}
        for good, bad in (("20 20", "110 110"), ("20", "25"), ("20 19", "110 110"),
                          ("17", "113"), ("20 0", "0 20")):
            tapes = self.three([*PYTHON, "-c", script], good={"options": ["-E", f"WAIT={good}"]},
                               bad={"options": ["-E", f"WAIT={bad}"]})
            self.assertEqual(self.diff(*tapes[:2]).text, "same\n")
            text = self.diff(tapes[0], tapes[2], "--all").text
            found[good, bad] = re.findall(r"poll: how long at most: .*", text)
        self.assertEqual(found, {("20 20", "110 110"): ["poll: how long at most: 20 ms -> 110 ms"],
                                 ("20", "25"): [], ("20 19", "110 110"): [], ("17", "113"): [],
                                 ("20 0", "0 20"): []})


class Disk(Meets):
    def test_cache(self):
        """That it is not there comes before that it is made; opened to be written is another
        thing."""
        script = ("import os\n"
                  "try: open('cache/key').read()\n"
                  "except OSError:\n"
                  " os.system('true'); os.makedirs('cache'); open('cache/key', 'w').write('x')\n")
        tapes = self.three([*PYTHON, "-c", script], prepare=lambda: self.file("cache/key", "x"),
                           change=lambda: self.sh("rm -r cache"))
        self.cause(tapes, "now-fails", r'^open\("\$CWD/cache/key", O_RDONLY.*ENOENT, was ok')

    def test_no_directory(self):
        """Whoever means to make a file does not look for one."""
        script = "import os; open(os.environ['OUT'], 'w').write('x')"
        tapes = self.three([*PYTHON, "-c", script],
                           good={"options": ["-E", "OUT=made", "-E", "NEVER=seen"]},
                           bad={"options": ["-E", "OUT=none/made", "-E", "NEVER=told"]})
        self.cause(tapes, "environment", "^OUT: made -> none/made",
                   r'open\("\$CWD/none/made", O_WRONLY\|O_CREAT.*: ENOENT')

    def test_handed_on(self):
        """A variable that a script makes of a file is no cause."""
        script = "LEVEL=$(cat level); export LEVEL; env; true"
        tapes = self.three(["sh", "-c", script], prepare=lambda: self.file("level", "1\n"),
                           change=lambda: self.file("level", "2\n"))
        self.cause(tapes, "bytes", "read from .CWD/level")

    def test_shadowed(self):
        """Another program is found because a file is there now."""
        tapes = self.three(["sh", "-c", "PATH=own:$PATH; tool >out"],
                           prepare=lambda: (self.file("own/x", ""),
                                            self.file("bin/tool", "#!/bin/sh\necho one\n", 0o755)),
                           change=lambda: self.file("own/tool", "#!/bin/sh\nexec bin/tool -r\n", 0o755),
                           options=["-E", f"PATH={self.work}/bin:{self.env['PATH']}"])
        self.cause(tapes, "no-longer-fails", r"\$CWD/own/tool")

    def test_end_of_a_file_is_missing(self):
        """Its size says so, and its bytes are told below."""
        script = ("import os, socket\n"
                  "f = open('hosts'); os.fstat(f.fileno()); text = f.read()\n"
                  "if 'db' not in text: socket.socket(); os.mkdir('made')\n")
        tapes = self.three([*PYTHON, "-c", script], prepare=lambda: self.file("hosts", "a\ndb\n"),
                           change=lambda: self.file("hosts", "a\n"))
        found = self.cause(tapes, "argument", r"hosts.*st_size=5 -> st_size=2", "read from .*hosts")
        self.assertIn('"db\\n"', pairs.first_lines(found.text))

    def test_entry(self):
        tapes = self.three(["sh", "-c", "for f in d/*; do read x <$f; echo $x; done >out"],
                           prepare=lambda: (self.file("d/10-a", "a\n"), self.file("d/20-b", "b\n")),
                           change=lambda: self.file("d/99-stray", "c\n"))
        self.cause(tapes, "argument", r"^getdents\(<\$CWD/d>\): \{\} -> \{99-stray\}")

    def test_library_elsewhere(self):
        """The search in the directories of the one and of the other follows."""
        said = run(["ldd", "/usr/bin/ls"], env=self.env).out.decode()
        library = re.search(r"=> (\S*/(libselinux\S+|libpcre2\S+|libcap\S+))", said)
        if not library:
            self.skipTest("ls has no library but the C library")
        prepare = f"mkdir lib1 lib2; cp {library[1]} lib1; cp {library[1]} lib2"
        tapes = self.three(["ls", "/dev/null"], prepare=lambda: self.sh(prepare),
                           good={"options": ["-E", "LD_LIBRARY_PATH=lib1"]},
                           bad={"options": ["-E", "LD_LIBRARY_PATH=lib2"]})
        self.cause(tapes, "environment", "^LD_LIBRARY_PATH: lib1 -> lib2", most=2)

    def test_name_of_a_new_file(self):
        """A made up name is no help: what it was is told beside it."""
        script = ("import os\n"
                  "for i in range(5 if os.path.exists('busy') else 1):\n"
                  " try: os.close(os.open(os.environ['TMPDIR'] + '/stale-lock-1f9a0c7e',"
                  " os.O_CREAT | os.O_EXCL, 0o600))\n"
                  " except FileExistsError: pass\n")
        name = os.path.join(self.env["TMPDIR"], "stale-lock-1f9a0c7e")
        tapes = self.three([*PYTHON, "-c", script],
                           prepare=lambda: os.close(os.open(name, os.O_CREAT, 0o600)),
                           change=lambda: self.file("busy", ""))
        text = self.diff(tapes[0], tapes[2], "--all").text
        self.assertRegex(text, r"<new#1> \(EEXIST\): 1 -> 5; it is stale-lock-1f9a0c7e")


class Answers(Meets):
    def answering(self, tapes_of):
        """Runs it against a server that says each time what `status` says."""
        server = socket.create_server(("127.0.0.1", 0))
        server.settimeout(60)
        self.addCleanup(server.close)
        self.status = "200 OK"

        def serve():
            for _ in range(3):
                client, _ = server.accept()
                with client:
                    client.recv(4096)
                    client.sendall(f"HTTP/1.0 {self.status}\r\n\r\nbody\n".encode())
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        tapes = tapes_of(server.getsockname()[1])
        thread.join()
        return tapes

    def test_status(self):
        script = ("import socket, sys\n"
                  "s = socket.create_connection(('127.0.0.1', {port}))\n"
                  "s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\n"
                  "text = s.makefile('rb').read()\n"
                  "if b'200' not in text: open('error.log', 'wb').write(text); sys.exit({end})\n")
        for end, kind in (("22", "exit"), ("0", "bytes")):
            tapes = self.answering(lambda port, end=end: self.three(
                [*PYTHON, "-c", script.format(port=port, end=end)],
                change=lambda: setattr(self, "status", "500 Internal Server Error")))
            found = self.cause(tapes, kind, r"read from tcp:127\.0\.0\.1:")
            self.assertIn('"500 Internal ', pairs.first_lines(found.text, 8))

    def test_another_order_before(self):
        """It says less than the answer, although it was earlier."""
        script = ("import os, socket\n"
                  "fds = [os.open(name, os.O_RDWR | os.O_CREAT) for name in 'ab']\n"
                  "for i in os.environ['ORDER']:\n"
                  " os.write(fds[int(i)], b'x'); os.fsync(fds[int(i)])\n"
                  "s = socket.create_connection(('127.0.0.1', {port}))\n"
                  "s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\n"
                  "if b'200' not in s.makefile('rb').read(): os.mkdir('made')\n")
        tapes = self.answering(lambda port: self.three(
            [*PYTHON, "-c", script.format(port=port)],
            change=lambda: setattr(self, "status", "404 Not Found"),
            good={"options": ["-E", "ORDER=01", "-E", "NEVER=seen"]},
            bad={"options": ["-E", "ORDER=10", "-E", "NEVER=told"]}))
        self.assertIn("order", self.diff(tapes[0], tapes[2], "--all").text)
        self.cause(tapes, "bytes", r"read from tcp:127\.0\.0\.1:")

    def test_input(self):
        """What came through a pipe from outside."""
        tapes = self.three([*PYTHON, "-c", "import sys\nif 'x' in sys.stdin.read(): sys.exit(3)"],
                           good={"stdin": b"value=1\n"}, bad={"stdin": b"value=x\n"})
        self.cause(tapes, "exit", "exit 0 -> exit 3", "read from stdin")


class Parts(Meets):
    """No pair of which it may be said whether they are different."""

    def doubtful(self, a, b, word):
        for order in ((a, b), (b, a)):
            found = run([self.bench.analyze, "diff", *order])
            self.assertEqual(found.status, 2, found)
            self.assertRegex(found.err.decode(), word)
        self.assertNotEqual(run([self.bench.analyze, "diff", "--allow-lossy", a, b]).status, 2)

    def test_cut(self):
        self.fresh()
        whole, _ = self.recorded(["ls", "-l", "/usr"], out=-3)
        part = self.bench.path("part.zst")
        run([self.bench.analyze, "cut", "--time", "0..100", "-o", part, whole])
        self.doubtful(whole, part, "one is a part of a tape, the other is not that")

    def test_ring(self):
        self.fresh()
        listing = ["find", "/usr/share", "-maxdepth", "3"]
        whole, _ = self.recorded(listing, out=-3)
        ring, _ = self.recorded(listing, options=["--ring", "16K"], out=-3)
        self.doubtful(whole, ring, "the beginning of the recording is not on it")


if __name__ == "__main__":
    suite.main()
