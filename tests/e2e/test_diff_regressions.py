#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A good run and a bad one: the first finding of `analyze diff` must be the cause, in the JSON
and in the first lines of the text; the table on stderr is the score.

Half of them are programs of tests/progs in two versions (version.h), of which nothing differs but
what the newer one does: there must be few findings besides. The others are real programs that
meet something else: another environment, a missing file, a server that is down."""
import collections
import json
import os
import re
import shutil
import socket
import sys

import harness
import pairs
import suite

# What the first finding must be: of @kind (in `--json`), and all of @says are found in what it and
# what it tells say, in this order. @most: how many findings there may be in all. @offset: of bytes,
# where they first differ.
Expected = collections.namedtuple("Expected", "kind says most offset")


def expect(kind, *says, most=1, offset=None):
    return Expected(kind, says, most, offset)


HEIR = r"descriptor \d+ of /usr/bin/true, pid \d+, P\.1\b"
FILES = {
    "append": expect("flags", "log", "O_APPEND", "O_TRUNC"),
    "mode": expect("argument", "made", "0644", "0666"),
    "sync_each": expect("call-new", "fdatasync", "data", "160"),
    "blocks": expect("count", "read", "input", "4", "512"),
    "positions": expect("count", "pread", "input", "4", "1024"),
    "seeks": expect("call-new", "lseek", "input", "64"),
    "one_byte": expect("bytes", "stdout", "100000", offset=70000),
    "one_byte_file": expect("bytes", "result", "100000", offset=70000),
    "cut_short": expect("bytes", "result", "102400", "61440", offset=61440),
    "cloexec": expect("flags", "input", "O_CLOEXEC", "inherits", "input", HEIR),
    "pipe_cloexec": expect("flags", "pipe", "O_CLOEXEC", "inherits", "pipe#1.r", HEIR,
                           "inherits", "pipe#1.w", HEIR),
    "late_cloexec": expect("call-gone", "fcntl", "input", "F_SETFD", "FD_CLOEXEC", "inherits",
                           "input", HEIR),
    "left_behind": expect("call-gone", "unlink", "1", "0"),
    "order": expect("call-new", "fsync", "data"),
    "mask": expect("argument", "umask", "022", "000"),
    "too_many": expect("now-fails", "input", "EMFILE", "exit 0", "exit 1", most=2),
    "looks": expect("count", "stat", "settings", "1", "300"),
    "lock": expect("flags", "flock", "LOCK_EX", "LOCK_SH"),
    "other_file": expect("path-instead", "settings", "settings.old"),
    "no_chmod": expect("call-gone", "chmod", "key", "0600", "1", "0"),
    "other_output": expect("bytes", "stderr", "0", "12"),
    "leak": expect("call-gone", "close", "50", "0"),
    "exclusive": expect("now-fails", "log", "EEXIST", "exit 0", "exit 1"),
}
PROCESSES = {
    "status": expect("exit", "exit 0", "exit 3"),
    "crash": expect("exit", "exit 0", "SIGSEGV", most=2),
    "hidden": expect("exit", "exit 0", "exit 4"),
    "hidden_signal": expect("exit", "exit 0", "SIGABRT", most=2),
    "one_more": expect("process-new", "/bin/true"),
    "one_less": expect("process-gone", "/bin/true"),
    "argument": expect("arguments", "--safe", "--fast", most=2),
    "environment": expect("environment", "LEVEL", "1", "2"),
    "directory": expect("path-instead", "chdir", "one", "two"),
    "replaced": expect("process-new", "SIGABRT"),
    "ignored": expect("argument", "SIGTERM", "handler", "SIG_IGN"),
    "restart": expect("argument", "SIGUSR1", "SA_RESTART"),
    "signalled": expect("signal", "SIGUSR1", most=2),
    "slower": None,
    "threads": expect("thread-new", "threads", "clone", "2", "3"),
    "shared_work": None,
    "zombie": expect("call-gone", "wait for", "zombie", "1", "0"),
    "forgotten": expect("call-gone", "wait for", "forgotten", "1", "0"),
    "polled": None,
    "messages": expect("bytes", "pipe#1.w", offset=7),
    # Some may be told before they have done anything.
    "all_told": expect("exit", "exit 0", "killed by SIGTERM", most=6),
    "pieces": None,
    "closes": None,
    "other_program": expect("executable", "/usr/bin/true", "/usr/bin/env", most=5),
}
SOCKETS = {
    "peer": expect("peer-instead", "connect", "127.0.0.1", "127.0.0.2"),
    "port": expect("peer-instead", "connect", "127.0.0.1:SERVER", "127.0.0.1:OTHER"),
    "delay": expect("call-gone", "setsockopt", "TCP_NODELAY"),
    "retries": expect("count", "connect", "NOBODY", "1", "5", most=2),
    "wide_open": expect("peer-instead", "bind", "127.0.0.1", "0.0.0.0"),
    "backlog": expect("argument", "listen", "128", "1"),
    "query": expect("peer-new", "udp:127.0.0.1:53"),
    "request": expect("bytes", "127.0.0.1:SERVER", offset=5),
    "half_closed": expect("call-gone", "shutdown"),
}

Row = collections.namedtuple("Row", "level name good count tells")


def table(title, rows):
    text = [f"{title:12}{'':24}findings"]
    for row in rows:
        text.append(f"{'ok' if row.good else 'NOT':5}{row.level:11}{row.name:20}{row.count:8}  "
                    f"{row.tells}".rstrip())
    text.append(f"{sum(row.good for row in rows)} of {len(rows)}: the cause is found first")
    return "\n".join(text)


def says(finding):
    return json.dumps(finding, ensure_ascii=False)


def in_order(patterns, text):
    """The first of the patterns that is not there after those before it, or None."""
    at = 0
    for pattern in patterns:
        m = re.search(pattern, text[at:])
        if not m:
            return pattern
        at += m.end()
    return None


class Regressions(pairs.PairTest):
    @classmethod
    def setUpClass(cls):
        cls.rows = []

    @classmethod
    def tearDownClass(cls):
        if cls.rows:
            harness.say(table(cls.__name__, cls.rows))

    def judge(self, found, expected):
        """What is wrong, or None."""
        if expected is None:
            return f"{len(found.findings)} findings" if found.findings else None
        if not found.findings:
            return "nothing was found"
        first = found.findings[0]
        if first["kind"] != expected.kind:
            return f"it is of kind {first['kind']}, not {expected.kind}"
        missing = in_order(expected.says, says(first))
        if missing is not None:
            return f"it does not say {missing} in its place"
        missing = next((p for p in expected.says if not re.search(p, pairs.first_lines(found.text))),
                       None)
        if missing is not None:
            return f"the first lines do not say {missing}"
        if expected.offset is not None:
            at = (first["excerpt"] or {}).get("offset")
            if at != expected.offset or f"difference at byte {at}," not in found.text:
                return f"the first difference is at byte {at}, not {expected.offset}"
        if len(found.findings) > expected.most:
            return f"{len(found.findings)} findings, not {expected.most} at most"
        return None

    def check(self, level, name, expected, good, bad):
        found = self.diff(good, bad)
        problem = self.judge(found, expected)
        said = "the same"
        if found.findings:
            said = f"{found.findings[0]['kind']:16} {found.findings[0]['text']}"
        self.rows.append(Row(level, name, problem is None, len(found.findings),
                             f"{problem}: {said}" if problem else said))
        first = json.dumps(found.findings[:1], indent=1, ensure_ascii=False)
        self.assertIsNone(problem, f"{problem}\n{first}\n{found.text}")


class Versions(Regressions):
    """Its subclasses have the rows."""

    def prepare(self, newer):
        self.fresh()
        self.file("version", "2" if newer else "1")
        self.file("input", bytes(range(256)) * 1024)
        self.file("log", "a line\n")
        self.file("settings", "colour=no\n")
        self.file("settings.old", "colour=no\n")
        os.mkdir(f"{self.work}/one")
        os.mkdir(f"{self.work}/two")

    def both(self, program, name, words=(), expected=None):
        tapes = []
        for newer in (False, True):
            self.prepare(newer)
            tapes.append(self.recorded([self.prog(f"version_{program}"), name, *words])[0])
        self.check(program, name, expected, *tapes)


class Files(Versions):
    pass


class Processes(Versions):
    pass


class Sockets(Versions):
    def talk(self, name, expected):
        ports = {"SERVER": self.silent(), "OTHER": self.silent(), "NOBODY": unused()}
        words = [str(port) for port in ports.values()]
        if expected:
            told = [re.sub(r"SERVER|OTHER|NOBODY", lambda m: str(ports[m[0]]), pattern)
                    for pattern in expected.says]
            expected = expected._replace(says=told)
        self.both("sockets", name, words, expected)


def unused():
    """A port where nobody listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


for _name, _expected in FILES.items():
    setattr(Files, f"test_{_name}",
            lambda self, n=_name, e=_expected: self.both("files", n, expected=e))
for _name, _expected in PROCESSES.items():
    setattr(Processes, f"test_{_name}",
            lambda self, n=_name, e=_expected: self.both("processes", n, expected=e))
for _name, _expected in SOCKETS.items():
    setattr(Sockets, f"test_{_name}", lambda self, n=_name, e=_expected: self.talk(n, e))

COLOURS = "import colorsys\nprint(colorsys.rgb_to_hsv(0, 0, 0))\n"
PYTHON3 = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


class Conditions(Regressions):
    """Real programs, and what they meet."""

    def pair(self, level, name, expected, command, change, prepare=lambda: None, env=(),
             stdout=(None, None), stdin=(None, None), bad_command=None):
        """change: what is otherwise in the directory of the bad run; env: in its environment."""
        tapes = []
        for bad in (False, True):
            self.fresh()
            prepare()
            if bad:
                change()
            more = {"stdin": stdin[bad]}
            if stdout[bad]:
                more["out"] = stdout[bad]
            # By -E: rec itself may not be able to run with LD_PRELOAD.
            options = [word for name_value in dict(env if bad else ()).items()
                       for word in ("-E", "=".join(name_value))]
            tapes.append(self.recorded(bad_command if bad and bad_command else command,
                                       options=options, **more)[0])
        self.check(level, name, expected, *tapes)

    def settings(self):
        self.file("settings", "colour=no\n")

    def remove(self, name="settings"):
        return lambda: os.unlink(f"{self.work}/{name}")

    # ---- environment, binary, arguments ----

    def test_variable(self):
        self.pair("environment", "TZ", expect("environment", "TZ", "unset", "Asia/Tokyo"),
                  ["date", "-d", "@0"], lambda: None, env={"TZ": "Asia/Tokyo"})

    def test_module_path(self):
        def shadow():
            self.file("other/colorsys.py", "def rgb_to_hsv(r, g, b): return 'other'\n")
        self.pair("environment", "PYTHONPATH",
                  expect("environment", "PYTHONPATH", "/other", most=5),
                  [PYTHON3, "-c", COLOURS], shadow, env={"PYTHONPATH": f"{self.work}/other"})

    def test_library_path(self):
        def copy():
            os.mkdir(f"{self.work}/lib")
            shutil.copy(library("git", "libz.so.1"), f"{self.work}/lib/libz.so.1")
        self.need("git")
        self.pair("environment", "LD_LIBRARY_PATH",
                  expect("environment", "LD_LIBRARY_PATH", "/lib", "libz", most=3),
                  ["git", "version"], copy, env={"LD_LIBRARY_PATH": f"{self.work}/lib"})

    def test_preload(self):
        self.pair("environment", "LD_PRELOAD", expect("environment", "LD_PRELOAD", "libz"),
                  ["/bin/true"], lambda: None, env={"LD_PRELOAD": library("git", "libz.so.1")})

    def test_temporary(self):
        def numbers():
            self.file("numbers", "".join(f"{i * 7919 % 100003} and more words for length\n"
                                         for i in range(80000)))
        self.pair("environment", "TMPDIR", expect("environment", "TMPDIR", "/missing", "ENOENT", "exit 0", "exit 2", most=3),
                  ["sort", "-S", "1M", "-o", "sorted", "numbers"], lambda: None, numbers,
                  env={"TMPDIR": f"{self.work}/missing"})

    def test_proxy(self):
        self.need("curl")
        port, nobody = self.site(), unused()
        self.pair("environment", "http_proxy",
                  expect("environment", "http_proxy", str(nobody), most=2),
                  ["curl", "-s", f"http://127.0.0.1:{port}/"], lambda: None,
                  env={"http_proxy": f"http://127.0.0.1:{nobody}"})

    def test_argument(self):
        self.pair("arguments", "ls -l", expect("arguments", "ls -l", "ls -la", most=5), ["ls", "-l"],
                  lambda: None, self.settings, bad_command=["ls", "-la"])

    def test_binary(self):
        def tool(of):
            return lambda: shutil.copy(shutil.which(of), f"{self.work}/tool")
        self.pair("binary", "tool", expect("executable", "tool", "build", most=3), ["./tool", "x"],
                  tool("printf"), tool("echo"))

    def test_path(self):
        def shim():
            self.file("shim/wc", "#!/bin/sh\nexec /usr/bin/wc \"$@\"\n", 0o755)
        path = f"{self.work}/shim:{self.env['PATH']}"
        self.pair("environment", "PATH", expect("environment", "PATH", "shim", most=4),
                  ["sh", "-c", "wc -c settings"], shim, self.settings, env={"PATH": path})

    # ---- exits and failures ----

    def test_missing(self):
        self.pair("exit", "cat", expect("now-fails", "settings", "ENOENT", "exit 0", "exit 1"),
                  ["cat", "settings"], self.remove(), self.settings)

    def test_tolerated(self):
        program = ("try:\n print(len(open('settings').read()) * 0)\n"
                   "except OSError:\n print(0)\n")
        self.pair("failures", "tolerated", expect("now-fails", "settings", "ENOENT"),
                  [PYTHON3, "-c", program], self.remove(), self.settings)

    def test_catalogues(self):
        """The message is looked for in files of the language, thrice."""
        self.env |= {"LC_ALL": "C.UTF-8", "LANGUAGE": "de"}
        self.pair("exit", "catalogues", expect("now-fails", "settings", "ENOENT", "exit 0", "exit 1", most=2),
                  ["cat", "settings"], self.remove(), self.settings)

    def test_not_executable(self):
        def tool(mode):
            return lambda: self.file("tool", "#!/bin/sh\nexit 0\n", mode)
        self.pair("exit", "EACCES", expect("now-fails", "exec", "tool", "EACCES", "exit 0", "exit 126"),
                  ["sh", "-c", "./tool"], tool(0o644), tool(0o755))

    def test_hidden(self):
        self.pair("exit", "in a pipeline", expect("now-fails", "settings", "ENOENT", "exit 0", "exit 1", most=2),
                  ["sh", "-c", "cat settings | wc -l"], self.remove(), self.settings)

    def test_locked(self):
        holder = open(f"{self.bench.dir}/lock", "w", encoding="ascii")
        self.addCleanup(holder.close)
        self.need("flock")
        import fcntl
        self.pair("exit", "locked", expect("now-fails", "flock", "lock", "EAGAIN", "exit 0", "exit 1"),
                  ["flock", "-n", f"{self.bench.dir}/lock", "true"],
                  lambda: fcntl.flock(holder, fcntl.LOCK_EX))

    def test_compiler(self):
        def source():
            self.file("a.c", "#include \"config.h\"\nint main(void) { return X; }\n")
            self.file("inc/config.h", "#define X 0\n")
        self.need("gcc")
        self.pair("exit", "gcc", expect("now-fails", "config.h", "ENOENT", "cc1", "exit 0", "exit 1", most=3),
                  ["gcc", "-Iinc", "-c", "a.c"], self.remove("inc/config.h"), source)

    def test_no_directory(self):
        self.pair("exit", "cp", expect("now-fails", "out", "ENOENT|ENOTDIR", "exit 0", "exit 1", most=2),
                  ["cp", "settings", "out/"], lambda: os.rmdir(f"{self.work}/out"),
                  lambda: (self.settings(), os.mkdir(f"{self.work}/out")))

    def test_full(self):
        with open("/dev/full", "wb") as full, open(f"{self.bench.dir}/out", "wb") as out:
            self.pair("exit", "disk full", expect("now-fails", "write", "stdout", "ENOSPC", "exit 0", "exit 1"),
                      ["cat", "settings"], lambda: None, self.settings, stdout=(out, full))

    # ---- files, peers, processes ----

    def test_shadowed(self):
        self.pair("files", "colorsys.py", expect("path-instead", "lib", "colorsys", r"\$CWD/colorsys.py", most=6),
                  [PYTHON3, "main.py"],
                  lambda: self.file("colorsys.py", "def rgb_to_hsv(r, g, b): return (0, 0, 0)\n"),
                  lambda: self.file("main.py", COLOURS))

    def test_header(self):
        def source():
            self.file("a.c", "#include \"config.h\"\nint main(void) { return X; }\n")
            self.file("inc/config.h", "#define X 0\n")
        self.need("gcc")
        self.pair("files", "config.h", expect("no-longer-fails", r"\$CWD/config.h", "ENOENT", most=2),
                  ["gcc", "-Iinc", "-c", "a.c"], lambda: self.file("config.h", "#define X 0\n"),
                  source)

    def test_down(self):
        """It is told to ask somebody who is not there."""
        self.need("curl")
        port = self.site()
        nobody = unused()
        self.pair("peers", "--url", expect("bytes", "read from .CWD.where", "exit 7", most=3),
                  ["curl", "-s", "-K", "where"],
                  lambda: self.file("where", f"url = 127.0.0.1:{nobody}\n"),
                  lambda: self.file("where", f"url = 127.0.0.1:{port}\n"))

    def test_refused(self):
        """The server has gone since."""
        self.need("curl")
        server = pairs.Server()
        self.addCleanup(server.close)
        self.pair("peers", "server down",
                  expect("now-fails", "connect", f"tcp:127.0.0.1:{server.port}", "ECONNREFUSED",
                         "was ok", "exit 0", "exit 7", most=2),
                  ["curl", "-s", "-o", "page", f"http://127.0.0.1:{server.port}/"], server.close)

    def test_name(self):
        def host(name):
            return lambda: self.file("host", name)
        self.pair("peers", "getent", expect("arguments", "localhost", "db.invalid", most=5),
                  ["sh", "-c", "read h <host; exec getent ahosts $h"], host("db.invalid\n"),
                  host("localhost\n"))

    def test_hook(self):
        def repository():
            self.sh("git init -q . && echo 1 >a && git add a")
        self.need("git")
        self.pair("processes", "git hook", expect("process-new", "hooks/pre-commit", most=6),
                  ["git", "commit", "-qm", "x"],
                  lambda: self.file(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n", 0o755),
                  repository)

    def test_rebuilt(self):
        def built():
            self.file("Makefile", "all: a.out b.out\n%.out: %.in\n\tcp $< $@\n")
            for name in ("a.in", "b.in"):
                self.file(name, "text\n")
            self.sh("make -s")
            for i, name in enumerate(("a.in", "b.in", "a.out", "b.out")):
                os.utime(f"{self.work}/{name}", (pairs.MADE + i, pairs.MADE + i))
        self.need("make")
        self.pair("processes", "make", expect("process-new", "cp b.in b.out", most=4), ["make", "-s"],
                  lambda: os.utime(f"{self.work}/b.in", (pairs.MADE + 9, pairs.MADE + 9)), built)

    # ---- bytes ----

    def test_linked(self):
        def versions():
            self.file("1/data", "content one\n")
            self.file("2/data", "content two\n")
            os.symlink("1", f"{self.work}/current")
        def switch():
            os.unlink(f"{self.work}/current")
            os.symlink("2", f"{self.work}/current")
        self.pair("bytes", "current -> 2", expect("path-instead", "1/data", "2/data", most=3),
                  ["cp", "current/data", "copy"], switch, versions)

    def test_input(self):
        self.pair("bytes", "stdin", expect("bytes", "stdin", "10", "0", offset=0), ["wc", "-c"], lambda: None,
                  stdin=(b"some text\n", b""))


def library(program, name):
    """The file that a program is linked with."""
    out = harness.run(["ldd", shutil.which(program)]).out.decode()
    return re.search(rf"{re.escape(name)} => (\S+)", out)[1]


if __name__ == "__main__":
    suite.main()
