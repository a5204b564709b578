# SPDX-License-Identifier: Apache-2.0
"""Runs of one command under equal conditions, and what `analyze diff` finds between their
tapes. Each run is in the same directory, which is made anew before it."""
import collections
import http.server
import json
import os
import shutil
import socket
import threading

import suite
from harness import Failure, run

# What a finding says first must be there within so many lines of the text.
FIRST_LINES = 6

BROKEN = 99

# When the files of a test were made: it is told by ls, and in what pigz writes.
MADE = 1577836800

Found = collections.namedtuple("Found", "status findings text json")

# What runs: in which directory, and which programs it needs besides.
Program = collections.namedtuple("Program", "command prepare need", defaults=(lambda test: None, ()))


class Site(http.server.BaseHTTPRequestHandler):
    """Answers in the same words each time, or says a number that it never said before."""
    answered = 0

    def do_GET(self):
        body = b"".join(b"line %d of the page\n" % i for i in range(2000))
        self.send_response_only(200)
        if "fresh" in self.path:
            Site.answered += 1
            self.send_header("X-Request", f"{Site.answered:08d}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server:
    """A web server, until it is closed."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        """Once more does nothing."""
        if self.thread:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.thread = None


class Silent:
    """Takes connections, and says nothing."""

    def __init__(self):
        self.socket = socket.create_server(("0.0.0.0", 0), backlog=100)
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()


class PairTest(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.work = self.bench.path("work")
        self.env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "LC_ALL": "C", "HOME": self.bench.path("home"), "USER": "somebody",
                    "TMPDIR": self.bench.path("tmp"), "GIT_CONFIG_NOSYSTEM": "1",
                    "RES_OPTIONS": "timeout:1 attempts:1"}
        for who in ("AUTHOR", "COMMITTER"):
            self.env |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@b",
                         f"GIT_{who}_DATE": "2020-01-01T00:00:00Z"}

    def fresh(self):
        """As before the first run."""
        for path in (self.work, self.env["HOME"], self.env["TMPDIR"]):
            shutil.rmtree(path, ignore_errors=True)
            os.makedirs(path)

    def file(self, name, content, mode=0o644):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, mode)
        os.utime(path, (MADE, MADE))
        return path

    def sh(self, script):
        result = run(["sh", "-ec", script], cwd=self.work, env=self.env)
        if result.status != 0:
            raise Failure(f"cannot prepare: {result}")

    def site(self):
        """The port of a web server that runs as long as the test."""
        server = Server()
        self.addCleanup(server.close)
        return server.port

    def silent(self):
        server = Silent()
        self.addCleanup(server.close)
        return server.port

    def recorded(self, command, env=None, options=(), **more):
        """(tape, result of rec)"""
        tape, result = self.bench.record(command, options, cwd=self.work, env=env or self.env,
                                         **more)
        if result.status == BROKEN or b"rec: " in result.err:
            raise Failure(f"was not recorded: {result}")
        return tape, result

    def diff(self, a, b, *options):
        """What is found between two tapes, as text and as JSON, which must agree."""
        said = run([self.bench.analyze, "diff", "--json", *options, a, b])
        told = run([self.bench.analyze, "diff", *options, a, b])
        for result in (said, told):
            if result.status not in (0, 1) or result.err:
                raise Failure(f"no comparison: {result}")
        if said.status != told.status:
            raise Failure(f"{said.status} with --json, {told.status} without")
        document = json.loads(said.out)
        findings = document["findings"]
        if bool(findings) != (said.status == 1):
            raise Failure(f"{len(findings)} findings, exit status {said.status}")
        return Found(said.status, findings, told.out.decode("utf-8", "surrogateescape"), document)


def first_lines(text, count=FIRST_LINES):
    return "\n".join([line for line in text.split("\n") if line][:count])
